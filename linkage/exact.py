"""First linkage of persons: exact agreement decides, by named rules, in set-based SQL.

The matcher's interface is the table `pasangan` (a, b, aturan, urutan, mirip): pairs of `rekaman.rid` that are evidence
for one person, the rule that found them, its rank, and how alike the names are (0 to 1). Another matcher (Splink) adds
rows to the same table.
"""

from __future__ import annotations

from collections.abc import Iterable

# Names of one person differ between registries by spelling, titles and truncation. Two records of one KK and birth date
# whose names are less alike than this are twins, not one person. Twins who share a first name are more alike than this:
# see withdraw_twins.
SIMILAR_NAME = 0.88
# With an equal NIK the name has only to be plausible; below this the NIK was copied from another member. If one source
# has the number more than once it was certainly copied, perhaps to a twin: then the name has to be similar as
# elsewhere.
PLAUSIBLE_NAME = 0.70
# With an equal NIK and unlike birth dates the names have to be nearly the same.
SAME_NAME = 0.93
# At least so many years lie between a parent and a child, who may carry the parent's name behind its own.
GENERATION = 12
# Twins need nearly the same name to be one person.
TWIN_NAME = 0.97
# A placeholder value makes a rule pair everybody with everybody: more pairs for each record than this stop the run.
PAIR_CEILING_PER_RECORD = 8


def born_alike(a: str, b: str) -> str:
    """SQL over two aliases of `rekaman`: whether the birth dates may be the same one.

    One may be missing, a default, wrong in the year or in day and month, or have day and month swapped.
    """
    return f"""(
    {a}.tanggal_lahir is null or {b}.tanggal_lahir is null
    or year({a}.tanggal_lahir) = year({b}.tanggal_lahir)
    or (day({a}.tanggal_lahir) = day({b}.tanggal_lahir) and month({a}.tanggal_lahir) = month({b}.tanggal_lahir))
    or (day({a}.tanggal_lahir) = month({b}.tanggal_lahir) and month({a}.tanggal_lahir) = day({b}.tanggal_lahir))
    or {a}.lahir_baku or {b}.lahir_baku
)"""


def no_child(a: str, b: str) -> str:
    """SQL over two aliases of `rekaman`: by their birth dates the two are no parent and child; null if one is missing.

    Two people born on the same day of the year are taken for one whose year was mistyped, not for parent and child.
    """
    return f"""(
    abs(year({a}.tanggal_lahir) - year({b}.tanggal_lahir)) < {GENERATION}
    or (day({a}.tanggal_lahir) = day({b}.tanggal_lahir) and month({a}.tanggal_lahir) = month({b}.tanggal_lahir)
        and not {a}.lahir_baku)
)"""


def same_sex(a: str, b: str) -> str:
    """SQL over two aliases of `rekaman`: the sexes do not contradict each other; one that was left out never does.

    For filtering only, not as the key of a join: a record without a sex would match everybody.
    """
    return f"coalesce({a}.jenis_kelamin = {b}.jenis_kelamin, true)"


class PairExplosion(RuntimeError):
    """A rule makes more pairs than people can have; a placeholder value is shared by many records."""


# This rule goes first. A record that it ties to others of its NIK is decided; the other rules look at the rest
# (`lepas`).
NUMBER = "nik_sama"
# One KK, one birth date, and names that are alike: that is true of twins as well (withdraw_twins).
HOUSE = "kk_lahir_nama"
LAST_MONTH = "tautan_lalu"
VILLAGE = "nama_lahir_desa"
RULES = {
    # The same record of a source is the same person as in the release before, whatever was corrected in it since.
    LAST_MONTH: """
        select a.rid as a, b.rid as b, mirip(a, b) as mirip
        from lepas as a
        inner join lalu_rid as s on a.rid = s.rid
        inner join lalu_rid as t on s.uid = t.uid
        inner join rekaman as b on t.rid = b.rid
    """,
    NUMBER: f"""
        -- Materialised: else how alike the names are is worked out again wherever it is named.
        with senomor as materialized (
            select a.rid as a, b.rid as b, mirip(a, b) as mirip, a.tanggal_lahir = b.tanggal_lahir as lahir_sama,
                a.nik in (
                    select nik from rekaman where nik is not null group by nik, sumber having count(*) > 1
                ) as berulang,
                {same_sex("a", "b")} as sejenis, {born_alike("a", "b")} as lahir_mirip,
                a.nama_urut = b.nama_urut or a.nama_rapat = b.nama_rapat as senama,
                greatest(
                    jaro_winkler_similarity(a.nama_rapat, b.nama_rapat),
                    jaro_winkler_similarity(a.nama_urut, b.nama_urut)
                ) as ejaan,
                {no_child("a", "b")} as segenerasi,
                a.nama_baku is null or b.nama_baku is null as tanpa_nama
            from rekaman as a inner join rekaman as b on a.nik = b.nik and a.rid < b.rid
        )
        select a, b, mirip from senomor
        where (lahir_sama and mirip >= {PLAUSIBLE_NAME} and (mirip >= {SIMILAR_NAME} and sejenis or not berulang))
            -- A head's number on all members: PONIMAN's on SUNARTO PONIMAN, or on children of similar names.
            or (mirip >= {SIMILAR_NAME} and sejenis and case
                when berulang then lahir_mirip and coalesce(segenerasi, senama)
                -- A name that lies within the other may be a parent's; one spelt alike in full is rather the same.
                else (lahir_mirip or mirip >= {SAME_NAME}) and coalesce(segenerasi, true) or ejaan >= {SAME_NAME}
            end)
            -- A sex that was mistyped, beside a birth date that was.
            or (senama and lahir_mirip and coalesce(segenerasi, true) and not berulang)
            -- A newborn that has its number before its name.
            or (tanpa_nama and lahir_sama and sejenis and not berulang)
    """,
    HOUSE: f"""
        select a, b, mirip from (
            select a.rid as a, b.rid as b, mirip(a, b) as mirip
            from lepas as a
            inner join rekaman as b on a.no_kk = b.no_kk and a.tanggal_lahir = b.tanggal_lahir
            where {same_sex("a", "b")}
        )
        where mirip >= {SIMILAR_NAME}
    """,
    VILLAGE: f"""
        select a.rid as a, b.rid as b, mirip(a, b) as mirip
        from lepas as a
        inner join rekaman as b
            on a.nama_baku = b.nama_baku and a.tanggal_lahir = b.tanggal_lahir and a.kode_desa = b.kode_desa
        where not a.lahir_baku and a.sumber <> b.sumber and {same_sex("a", "b")}
    """,
    "kk_nama_lahir_beda": f"""
        select a.rid as a, b.rid as b, mirip(a, b) as mirip
        from lepas as a
        inner join rekaman as b on a.no_kk = b.no_kk and a.nama_baku = b.nama_baku
        where a.sumber <> b.sumber and {same_sex("a", "b")} and {born_alike("a", "b")}
    """,
}

# The rule and rank under which the probabilistic stage (`linkage.evidence`) adds its pairs.
MODEL_RULE, MODEL_RANK = "bukti_model", len(RULES) + 1


def find_pairs(con, names: Iterable[str]) -> dict[str, int]:
    """Add what these rules find to `pasangan`, from `rekaman` (which has `rid`) and `lepas`; return pairs by rule.

    Raises PairExplosion when a rule makes more than PAIR_CEILING_PER_RECORD pairs a record.
    """
    records = con.sql("select count(*) from rekaman").fetchall()[0][0]
    con.execute(
        "create table if not exists pasangan (a bigint, b bigint, aturan varchar, urutan integer, mirip double)"
    )
    counts = {}
    for name in names:
        rank = list(RULES).index(name) + 1
        # A pair is found from either side, but by the number: it is kept once.
        once = "" if name == NUMBER else "distinct"
        con.execute(f"""
            insert into pasangan
            select {once} least(a, b), greatest(a, b), '{name}', {rank}, coalesce(mirip, 0)
            from ({RULES[name]}) where a <> b
        """)
        counts[name] = con.sql(f"select count(*) from pasangan where aturan = '{name}'").fetchall()[0][0]
        if counts[name] > PAIR_CEILING_PER_RECORD * max(records, 1000):
            raise PairExplosion(
                f"rule {name} made {counts[name]} pairs of {records} records, at most "
                f"{PAIR_CEILING_PER_RECORD} a record expected; look for one value shared by many records in its keys"
            )
    return counts


# Pairs with nearly equal names that an equal number joined, although some source lists exactly these two names side by
# side, under two numbers.
LISTED_TWINS = f"""
    union
    select p.a, p.b
    from pasangan as p
    inner join rekaman as x on p.a = x.rid
    inner join rekaman as y on p.b = y.rid
    inner join rekaman as u on u.nik = x.nik and u.nama_baku in (x.nama_baku, y.nama_baku)
    inner join rekaman as v
        on u.sumber = v.sumber and u.id_keluarga = v.id_keluarga and u.tanggal_lahir = v.tanggal_lahir
        and u.nik <> v.nik and v.nama_baku in (x.nama_baku, y.nama_baku) and u.nama_baku <> v.nama_baku
    where p.aturan = '{NUMBER}' and p.mirip >= {SAME_NAME} and p.mirip < 0.99 and x.nama_baku <> y.nama_baku
"""


def withdraw_twins(con, rule: str = NUMBER) -> int:
    """Take back pairs of a rule in which one record may be the other's twin; return how many.

    That is so when a source lists a third person beside the other record, with the same birth date and sex, whose name
    is at least as much like the first record's name as the other record's name is. Twins share birth date, sex, house
    and mother, and a registry may have written one NIK on both: only the names tell them apart. For pairs that no
    number holds together (`HOUSE`) even nearly equal names count as two: SITI NUR A and SITI NUR I (domain.md, cases 8
    and 9).
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
        where mirip(x, t) >= s.mirip and mirip(y, t) < {same_name}
        {LISTED_TWINS if rule == NUMBER else ""}
    """)
    con.execute(f"""
        delete from pasangan using kembar_tertukar as k
        where pasangan.aturan = '{rule}' and pasangan.a = k.a and pasangan.b = k.b
    """)
    return con.sql("select count(*) from kembar_tertukar").fetchall()[0][0]
