"""The first linkage of persons: named rules of exact agreement decide, in set-based SQL.

The matcher's interface is the table `pasangan` (a, b, aturan, urutan, mirip): pairs of `rekaman.rid` that are evidence
for one person, the rule that found them, its rank, and how alike the names are (0 to 1). The probabilistic stage
(`linkage.evidence`, Splink) adds its pairs to the same table.
"""

from __future__ import annotations

from collections.abc import Mapping

from linkage.standard import names_alike

# Names of one person differ between registries by spelling, titles and truncation. Two records of one KK and birth date
# whose names are less alike than this are twins, not one person. Twins who share a first name are more alike than this:
# see withdraw_twins.
SIMILAR_NAME = 0.88
# With an equal NIK the name only has to be plausible; below this the NIK was copied from another member. If one source
# has the number more than once it was certainly copied, perhaps to a twin: then the names have to reach SIMILAR_NAME as
# elsewhere.
PLAUSIBLE_NAME = 0.70
# With an equal NIK and unlike birth dates the names have to be nearly the same.
SAME_NAME = 0.93
# A parent is at least this many years older than a child, who may carry the parent's name behind its own.
GENERATION = 12
# Records that may be of twins need names that are nearly the same to be one person.
TWIN_NAME = 0.97
# A placeholder value would make a rule pair everybody with everybody.
# So the run stops if there are more pairs per record than this.
PAIR_CEILING_PER_RECORD = 8


def born_alike(a: str, b: str) -> str:
    """SQL over two aliases of `rekaman`: whether the two birth dates may be one and the same.

    One of them may be missing, be a default, be wrong in the year or in day and month, or have day and month swapped.
    """
    return f"""(
    {a}.tanggal_lahir is null or {b}.tanggal_lahir is null
    or year({a}.tanggal_lahir) = year({b}.tanggal_lahir)
    or (day({a}.tanggal_lahir) = day({b}.tanggal_lahir) and month({a}.tanggal_lahir) = month({b}.tanggal_lahir))
    or (day({a}.tanggal_lahir) = month({b}.tanggal_lahir) and month({a}.tanggal_lahir) = day({b}.tanggal_lahir))
    or {a}.lahir_baku or {b}.lahir_baku
)"""


def no_child(a: str, b: str) -> str:
    """SQL over two aliases of `rekaman`: true if the birth dates rule out parent and child; null if one is missing.

    If only the years differ, it is more likely one birth date with a mistyped year than those of a parent and a child,
    unless the day is a default one.
    """
    return f"""(
    abs(year({a}.tanggal_lahir) - year({b}.tanggal_lahir)) < {GENERATION}
    or (day({a}.tanggal_lahir) = day({b}.tanggal_lahir) and month({a}.tanggal_lahir) = month({b}.tanggal_lahir)
        and not {a}.lahir_baku)
)"""


def same_sex(a: str, b: str) -> str:
    """SQL over two aliases of `rekaman`: true if the sexes do not contradict each other; a missing one never does.

    Use it to filter pairs, not as the key of a join: a record without a sex would match everybody.
    """
    return f"coalesce({a}.jenis_kelamin = {b}.jenis_kelamin, true)"


class PairExplosion(RuntimeError):
    """A rule makes more pairs than there can be; probably many records share a placeholder value."""


# This rule runs first. A record that it joins to others with its
# NIK is decided. The other rules look at the rest (`lepas`).
NUMBER = "nik_sama"
# One KK, one birth date and similar names. Twins also have that: see withdraw_twins.
HOUSE = "kk_lahir_nama"
LAST_MONTH = "tautan_lalu"
VILLAGE = "nama_lahir_desa"
# Each rule is a query for pairs (a, b) that agree in its keys, with the lowest
# similarity that their names must have (batas), which `keep_alike` applies. Only NUMBER,
# which looks at more than the names, gives final pairs and their similarity (mirip).
RULES = {
    # A record of a source is the same person as in the release before, whatever was corrected in it since. So records
    # that were one person then are still one person.
    LAST_MONTH: """
        select a.rid as a, t.rid as b, 0 as batas
        from lepas as a
        inner join lalu_rid as s on a.rid = s.rid
        inner join lalu_rid as t on s.uid = t.uid
    """,
    NUMBER: f"""
        with dibanding as materialized (
            select s.a, s.b, s.sejenis, s.berulang, {names_alike("m", "n")} as mirip,
                p.tanggal_lahir = q.tanggal_lahir as lahir_sama,
                {born_alike("p", "q")} as lahir_mirip,
                m.nama_urut = n.nama_urut or m.nama_rapat = n.nama_rapat as senama,
                greatest(
                    jaro_winkler_similarity(m.nama_rapat, n.nama_rapat),
                    jaro_winkler_similarity(m.nama_urut, n.nama_urut)
                ) as ejaan,
                {no_child("p", "q")} as segenerasi,
                p.bentuk is null or q.bentuk is null as tanpa_nama
            from senomor as s
            inner join rekaman as p on s.a = p.rid
            inner join rekaman as q on s.b = q.rid
            left join bentuk_nama as m on p.bentuk = m.bentuk
            left join bentuk_nama as n on q.bentuk = n.bentuk
            where not s.serupa
        )
        select a, b, 1 as mirip from senomor where serupa and (sejenis or not berulang)
        union all
        select a, b, coalesce(mirip, 0) from dibanding
        where (lahir_sama and mirip >= {PLAUSIBLE_NAME} and (mirip >= {SIMILAR_NAME} and sejenis or not berulang))
            -- A registry may write the head's number on all members: that of PONIMAN on his son SUNARTO PONIMAN, or on
            -- children of similar names (docs/decisions/0024).
            or (mirip >= {SIMILAR_NAME} and sejenis and case
                when berulang then lahir_mirip and coalesce(segenerasi, senama)
                -- A name contained in the other one may be the parent's, but two that are alike in full are rather one.
                else (lahir_mirip or mirip >= {SAME_NAME}) and coalesce(segenerasi, true) or ejaan >= {SAME_NAME}
            end)
            -- The same name in full, where the sex was mistyped and the birth date as well.
            or (senama and lahir_mirip and coalesce(segenerasi, true) and not berulang)
            -- A newborn that got its number before its name.
            or (tanpa_nama and lahir_sama and sejenis and not berulang)
    """,
    HOUSE: f"""
        select a.rid as a, b.rid as b, {SIMILAR_NAME} as batas
        from lepas as a
        inner join rekaman as b on a.no_kk = b.no_kk and a.tanggal_lahir = b.tanggal_lahir
        where {same_sex("a", "b")}
    """,
    VILLAGE: f"""
        select a.rid as a, b.rid as b, 0 as batas
        from lepas as a
        inner join rekaman as b
            on a.bentuk = b.bentuk and a.tanggal_lahir = b.tanggal_lahir and a.kode_desa = b.kode_desa
        where not a.lahir_baku and a.sumber <> b.sumber and {same_sex("a", "b")}
    """,
    "kk_nama_lahir_beda": f"""
        select a.rid as a, b.rid as b, 0 as batas
        from lepas as a
        inner join rekaman as b on a.no_kk = b.no_kk and a.bentuk = b.bentuk
        where a.sumber <> b.sumber and {same_sex("a", "b")} and {born_alike("a", "b")}
    """,
}

# The rule and rank under which the probabilistic stage (`linkage.evidence`) adds its pairs.
MODEL_RULE, MODEL_RANK = "bukti_model", len(RULES) + 1


def find_number_pairs(con) -> dict[str, int]:
    """Make `pasangan` with the pairs of records that share a number (NUMBER); return how many there are, by rule.

    The pairs of numbers in `sepakat` (see `_share_number`) are counted but not written: only the view `semua_pasangan`
    shows them. Raises PairExplosion when there are more than PAIR_CEILING_PER_RECORD pairs a record.
    """
    con.execute("create or replace table pasangan (a bigint, b bigint, aturan varchar, urutan integer, mirip double)")
    counts = {NUMBER: _share_number(con)}
    check_ceiling(con, "rule", counts)
    con.execute(f"insert into pasangan select a, b, '{NUMBER}', {rank(NUMBER)}, mirip from sepasang")
    return counts


def find_pairs(con) -> dict[str, int]:
    """Add to `pasangan` the pairs of `lepas` and `rekaman` that the other rules find; return how many, by rule.

    Raises PairExplosion when a rule makes more than PAIR_CEILING_PER_RECORD pairs a record.
    """
    counts = keep_alike(con, {name: query for name, query in RULES.items() if name != NUMBER})
    check_ceiling(con, "rule", counts)
    con.execute(f"insert into pasangan select a, b, aturan, list_position({list(RULES)}, aturan), mirip from sepasang")
    return counts


def rank(rule: str) -> int:
    """The place of an exact rule; if several found a pair, the lowest counts."""
    return list(RULES).index(rule) + 1


def keep_alike(con, rules: Mapping[str, str]) -> dict[str, int]:
    """Fill `sepasang` (aturan, a, b, mirip), a < b, with the pairs of each rule whose names are similar enough.

    `rules` has a query for pairs (a, b, batas) by name of the rule. Returns the number of pairs that each rule kept.
    The names are compared only after all pairs are in a table, because DuckDB then knows how few pairs there are and
    reads only their names, once for all rules. The same comparison as a condition of the join that finds the pairs
    takes three times as long.
    """
    con.execute("create or replace table bertemu (aturan varchar, a bigint, b bigint, batas double)")
    for name, pairs in rules.items():
        con.execute(f"""
            insert into bertemu
            select '{name}', least(a, b), greatest(a, b), min(batas) from ({pairs}) where a <> b group by all
        """)
    con.execute(f"""
        create or replace table sepasang as
        with dibanding as materialized (
            select t.a, t.b, coalesce({names_alike("m", "n")}, 0) as mirip
            from (select distinct a, b from bertemu) as t
            inner join rekaman as p on t.a = p.rid
            inner join rekaman as q on t.b = q.rid
            left join bentuk_nama as m on p.bentuk = m.bentuk
            left join bentuk_nama as n on q.bentuk = n.bentuk
        )
        select t.aturan, t.a, t.b, d.mirip
        from bertemu as t inner join dibanding as d on t.a = d.a and t.b = d.b
        where d.mirip >= t.batas
    """)
    found = dict(con.sql("select aturan, count(*) from sepasang group by all").fetchall())
    return {name: found.get(name, 0) for name in rules}


def check_ceiling(con, kind: str, counts: Mapping[str, int]) -> None:
    """Raise PairExplosion if a rule made more than PAIR_CEILING_PER_RECORD pairs a record. `kind`: what a rule is."""
    records = con.sql("select count(*) from rekaman").fetchall()[0][0]
    for name, pairs in counts.items():
        if pairs > PAIR_CEILING_PER_RECORD * max(records, 1000):
            raise PairExplosion(
                f"{kind} {name} made {pairs} pairs of {records} records, at most "
                f"{PAIR_CEILING_PER_RECORD} a record expected; look for one value shared by many records in its keys"
            )


def _share_number(con) -> int:
    """Fill `sepasang` by the rule NUMBER, and `sepakat` (nik, inti, pasangan); return how many pairs both make.

    `sepakat` has the numbers that no source has twice and whose records all have one name and birth date. These are
    most of all numbers. Their pairs need not be compared: the lowest `rid` (`inti`) stands for all records, and
    `pasangan` is the number of their pairs. `senomor` has the pairs of the other numbers, with what the rule checks:
    whether the sexes do not contradict (`sejenis`), whether a source has the number twice (`berulang`), and whether
    name and birth date are equal (`serupa`).
    """
    con.execute("""
        create or replace table sepakat as
        select nik, min(rid) as inti, count(*) * (count(*) - 1) // 2 as pasangan
        from rekaman
        where nik is not null
        group by nik
        having count(*) > 1 and count(*) = bit_count(bit_or(1::bigint << prioritas))
            and count(bentuk) = count(*) and min(bentuk) = max(bentuk)
            and count(tanggal_lahir) = count(*) and min(tanggal_lahir) = max(tanggal_lahir)
    """)
    con.execute(f"""
        create or replace view semua_pasangan as
        from pasangan
        union all
        select a.rid, b.rid, '{NUMBER}', {rank(NUMBER)}, 1
        from rekaman as a inner join rekaman as b on a.nik = b.nik and a.rid < b.rid
        where a.nik in (select nik from sepakat)
    """)
    con.execute(f"""
        create or replace table senomor as
        with berulang as (select nik from rekaman where nik is not null group by nik, sumber having count(*) > 1),
        ragu as (from rekaman where nik not in (select nik from sepakat))
        select a.rid as a, b.rid as b, {same_sex("a", "b")} as sejenis, a.nik in (from berulang) as berulang,
            coalesce(a.bentuk = b.bentuk and a.tanggal_lahir = b.tanggal_lahir, false) as serupa
        from ragu as a inner join ragu as b on a.nik = b.nik and a.rid < b.rid
    """)
    con.execute(f"create or replace table sepasang as {RULES[NUMBER]}")
    return con.sql("""
        select (select count(*) from sepasang) + coalesce(sum(pasangan), 0)::bigint from sepakat
    """).fetchall()[0][0]


# SQL: pairs with nearly equal names that an equal number joined although a source lists exactly these two names side by
# side in one family, with one birth date. They are two persons if that source has them under two numbers, if two
# sources list them so under this number, or if no other source has this number. Otherwise one source lists one person
# twice, because another source knows the number and lists it once (docs/decisions/0020).
LISTED_TWINS = f"""
    union
    select p.a, p.b
    from pasangan as p
    inner join rekaman as x on p.a = x.rid
    inner join rekaman as y on p.b = y.rid
    inner join rekaman as u on u.nik = x.nik and u.bentuk in (x.bentuk, y.bentuk)
    inner join rekaman as v
        on u.sumber = v.sumber and u.id_keluarga = v.id_keluarga and u.tanggal_lahir = v.tanggal_lahir
        and v.bentuk in (x.bentuk, y.bentuk) and u.bentuk <> v.bentuk
    inner join rekaman as z on x.nik = z.nik
    where p.aturan = '{NUMBER}' and p.mirip >= {SAME_NAME} and p.mirip < 0.99 and x.bentuk <> y.bentuk
    group by p.a, p.b
    having bool_or(v.nik <> x.nik)
        or count(distinct u.sumber) filter (v.nik = x.nik) >= least(2, count(distinct z.sumber))
"""


def withdraw_twins(con, rule: str = NUMBER) -> int:
    """Take back pairs of a rule in which one record may be the other's twin; return how many.

    A pair is taken back if a source lists a third person next to the other record, with the same birth date and sex,
    whose name resembles the first record's name at least as much as the other record's name does. Twins have birth
    date, sex, house and mother in common, and a registry may have written one NIK on both, so only the names tell them
    apart. For pairs that no number holds together (`HOUSE`) even nearly equal names count as two: SITI NUR A and SITI
    NUR I (domain.md, cases 8 and 9).
    """
    same_name = {NUMBER: SAME_NAME, HOUSE: TWIN_NAME}[rule]
    con.execute(f"""
        create or replace table kembar_tertukar as
        with ragu as (
            select a, b, mirip from pasangan where aturan = '{rule}' and mirip < {same_name}
        ),
        sisi as (select a as rid, b as lain, a, b, mirip from ragu union all select b, a, a, b, mirip from ragu)
        select distinct s.a, s.b
        from sisi as s
        inner join rekaman as x on s.rid = x.rid
        inner join rekaman as y on s.lain = y.rid
        inner join rekaman as t
            on y.sumber = t.sumber and y.id_keluarga = t.id_keluarga and y.tanggal_lahir = t.tanggal_lahir
            and {same_sex("y", "t")} and y.rid <> t.rid
        inner join bentuk_nama as m on x.bentuk = m.bentuk
        inner join bentuk_nama as n on y.bentuk = n.bentuk
        inner join bentuk_nama as o on t.bentuk = o.bentuk
        where {names_alike("m", "o")} >= s.mirip and {names_alike("n", "o")} < {same_name}
        {LISTED_TWINS if rule == NUMBER else ""}
    """)
    con.execute(f"""
        delete from pasangan using kembar_tertukar as k
        where pasangan.aturan = '{rule}' and pasangan.a = k.a and pasangan.b = k.b
    """)
    return con.sql("select count(*) from kembar_tertukar").fetchall()[0][0]
