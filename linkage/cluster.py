"""From pairs of records to persons. One law holds: a machine never merges two different valid NIK.

The records that have the same NIK and agree with each other are the nucleus of a person. A record without a usable NIK
attaches to at most one nucleus. A NIK is not usable if most of the records that carry it are other people's (it was
copied from a member of the family). It is also not usable if only a single record carries it and the number either
differs from the number of the nucleus by one digit or one swap (then it is a typing error, not a second NIK) or is not
known to Dukcapil (docs/decisions/0011).
"""

from __future__ import annotations

from linkage.exact import HOUSE, LAST_MONTH, MODEL_RULE, NUMBER, VILLAGE
from linkage.guards import NEAR_NAME
from linkage.standard import names_alike

# SQL: true if the NIK of r and i (16 digits) differ in one digit, or by one swap of neighbouring digits.
MISSPELT = """
    (beda_angka(r.nik, i.nik) = 1 or (beda_angka(r.nik, i.nik) = 2 and exists (
        select 1 from range(1, 16) as t (k)
        where substr(r.nik::varchar, k, 2) = reverse(substr(i.nik::varchar, k, 2))
            and substr(r.nik::varchar, k, 2) <> substr(i.nik::varchar, k, 2)
    )))
"""

# SQL: true if the birth date inside the NIK of r (DDMMYY, for women the day + 40) is the birth date of the record.
CODED = """
    coalesce(
        r.nik // 10000 % 1000000
            = day(r.tanggal_lahir) * 10000 + month(r.tanggal_lahir) * 100 + year(r.tanggal_lahir) % 100
            + case when r.jenis_kelamin = 'P' then 400000 else 0 end,
        false
    )
"""

# The rules whose pairs can show that a number is a typing error: they look at the person and not only at the household.
PERSONAL = (LAST_MONTH, HOUSE, VILLAGE, MODEL_RULE)


def components(con, edges: str, into: str) -> None:
    """Fill `into` (rid, label) with the connected components of the undirected edges (a, b) in the table `edges`.

    The label of a component is its lowest rid; a record without an edge has no row. Nearly every record has an edge to
    the lowest record of its component, so one look at its neighbours is enough. Only components that are in several
    parts after this look are followed further.
    """
    con.execute(f"""
        create or replace table {into} as
        with recursive pertama as (
            select a as rid, least(a, min(b)) as label
            from (select a, b from {edges} union all select b, a from {edges}) group by a
        ),
        terpisah (a, b) as (
            select distinct p.label, q.label
            from {edges} as e inner join pertama as p on e.a = p.rid inner join pertama as q on e.b = q.rid
            where p.label <> q.label
        ),
        both_ways (a, b) as (select a, b from terpisah union select b, a from terpisah),
        reach (rid, label) using key (rid) as (
            select a, least(a, min(b)) from both_ways group by a
            union
            select e.a, min(r.label)
            from both_ways as e
            inner join recurring.reach as r on e.b = r.rid
            inner join recurring.reach as own on e.a = own.rid
            where r.label < own.label
            group by e.a
        )
        select p.rid, coalesce(r.label, p.label) as label from pertama as p left join reach as r on p.label = r.rid
    """)


def cluster(con, weighed: bool) -> dict[str, int]:
    """Fill `klaster` (rid, klaster, aturan) from `rekaman`, `pasangan` and the nuclei; return counts.

    `weighed` says whether `pasangan` already holds the weighed evidence (`linkage.guards`). Until it does, no record is
    attached through another attached record. The result is deterministic: choices are ordered as in `_choose`, a tie is
    left to a person (`lekat_ragu`) and never broken by chance, and a group is named by its lowest rid.
    """
    _attach(con)
    _rest(con)
    if weighed:
        _follow(con)
    con.execute("""
        create or replace table klaster as
        select r.rid, coalesce(l.label, s.label, i.inti, r.rid) as klaster,
            coalesce(l.aturan, case when s.rid is not null then 'tanpa_nik_sepakat' end, i.aturan, 'sendiri') as aturan
        from rekaman as r
        left join inti as i on r.rid = i.rid
        left join lekat as l on r.rid = l.rid
        left join sisa as s on r.rid = s.rid
    """)
    persons, attached, unsure = con.sql("""
        select count(distinct klaster), (select count(*) from lekat), (select count(*) from lekat_ragu) from klaster
    """).fetchall()[0]
    return {"individu": persons, "dilekatkan": attached, "ragu": unsure}


def nuclei(con) -> None:
    """Fill `inti` (rid, nik, inti, anggota, cocok, milik, ditolak, aturan): the nucleus of each record with a NIK.

    `inti` is the lowest rid of the nucleus, `anggota` the number of its records. `cocok`: the birth date and sex inside
    the number are those of one of the records. `milik`: the number belongs mainly to these records. `ditolak`: the
    nucleus is a single record, and Dukcapil says that the number is not this person's.

    Also fill `lepas`: the records that need other evidence, because they have no NIK, a NIK that is mostly other
    people's, or a NIK that no other record carries in agreement with them.
    """
    con.execute(f"create or replace table sisi_nik as select a, b from pasangan where aturan = '{NUMBER}'")
    components(con, "sisi_nik", "inti_komponen")
    con.execute(f"""
        create or replace table inti as
        with labelled as materialized (
            select r.rid, r.nik, r.nik_ditolak, coalesce(k.label, s.inti, r.rid) as inti, {CODED} as sesuai
            from rekaman as r
            left join sepakat as s on r.nik = s.nik
            left join inti_komponen as k on r.rid = k.rid
            where r.nik is not null
        ),
        sized as (
            select inti, any_value(nik) as nik, count(*) as anggota, bool_or(sesuai) as cocok
            from labelled group by inti
        ),
        terbanyak as (select nik, max((anggota, cocok)) as milik from sized group by nik having count(*) > 1),
        ranked as (
            -- Where groups of equal size bear the number, it belongs to the one whose birth date it tells.
            select s.*, coalesce((s.anggota, s.cocok) = t.milik, true) as milik
            from sized as s left join terbanyak as t on s.nik = t.nik
        )
        select l.rid, l.nik, l.inti, i.anggota, i.cocok, i.milik, i.anggota = 1 and l.nik_ditolak as ditolak,
            case when i.anggota = 1 then 'sendiri' when l.rid in (select rid from alias_rekaman) then 'nik_aktif'
                else '{NUMBER}' end as aturan
        from labelled as l inner join ranked as i on l.inti = i.inti
    """)

    con.execute("""
        create or replace table lepas as
        select r.*, i.milik, i.cocok, i.anggota = 1 as sendiri, i.ditolak
        from rekaman as r inner join inti as i on r.rid = i.rid
        where not i.milik or i.anggota = 1
        union all
        select r.*, null, null, false, false from rekaman as r where r.nik is null
    """)


def _attach(con) -> None:
    """Fill `lekat` (rid, label, aturan): each record without a usable NIK is attached to at most one nucleus (`label`).

    Records whose number is a typing error, or unknown to Dukcapil, come first (`lekat_nomor`): each of them is a
    nucleus of one record itself, so it must be decided where they belong before other records (`lekat_lain`) attach to
    them. A record that fits two nuclei equally well goes to `lekat_ragu` (rid) instead.
    """
    con.execute(f"""
        create or replace table sisi_lepas as
        with edges as (
            select a, b, aturan, urutan, mirip from pasangan where aturan <> '{NUMBER}'
            union all
            select b, a, aturan, urutan, mirip from pasangan where aturan <> '{NUMBER}'
        )
        select e.*, r.sumber, r.nik, i.inti, i.nik as nik_inti, r.nik is not null and r.milik as bernomor,
            r.sendiri and e.aturan in {PERSONAL} and {MISSPELT}
                -- The numbers of twins may differ in the serial alone. So where only the serial differs, the names
                -- have to be equal, or the evidence has to have been weighed.
                and (r.nik // 10000 <> i.nik // 10000 or e.mirip = 1 or e.aturan = '{MODEL_RULE}') as salah_ketik,
            i.anggota = 1 and (i.ditolak or not i.cocok) as lemah,
            r.ditolak and e.aturan = '{MODEL_RULE}' as tak_dikenal,
            -- Where both carry the same number and its exact rule did not join them, name or birth date differ too
            -- much: only weighed evidence may.
            r.nik is null or r.nik <> i.nik or e.aturan = '{MODEL_RULE}' as boleh,
            -- A numbered record attaches only towards the number that stands more firmly, so that no two records
            -- attach to each other.
            i.anggota > 1 or (i.ditolak, not i.cocok, e.b) < (r.ditolak, not r.cocok, e.a) as searah,
            i.cocok and not r.cocok as keliru
        from edges as e
        inner join lepas as r on e.a = r.rid
        inner join inti as i on e.b = i.rid and i.milik
    """)
    con.execute("""
        create or replace table sumber_inti as
        select i.inti, list(distinct r.sumber) as sumber
        from inti as i inner join rekaman as r on i.rid = r.rid
        where i.inti in (select inti from sisi_lepas)
        group by i.inti
    """)
    _choose(con, "lekat_nomor", """
        select s.*, s.inti as label
        from sisi_lepas as s inner join sumber_inti as n on s.inti = n.inti
        where s.bernomor and s.searah and s.boleh
            -- A source lists each person once. So two numbers in one source are two people, unless one of them
            -- contradicts the birth date or sex of its own record, or Dukcapil does not know it.
            and (
                s.nik = s.nik_inti or s.tak_dikenal
                or (s.salah_ketik and (s.keliru or not list_contains(n.sumber, s.sumber)))
            )
    """)  # fmt: skip
    con.execute("""
        insert into lekat_nomor_ragu
        -- Two sound numbers in one source are two people, so neither is taken for a misspelling of a third number.
        select rid from (
            select l.rid, count(*) over (partition by l.label, r.sumber) as sesumber
            from lekat_nomor as l inner join lepas as r on l.rid = r.rid
            where r.cocok and not r.ditolak
        ) where sesumber > 1
    """)
    con.execute("delete from lekat_nomor where rid in (select rid from lekat_nomor_ragu)")
    # Only a direct neighbour counts. A number that is close to a mistyped one need not be close to the right number, so
    # a record whose nucleus was itself attached to another one is not taken along.
    con.execute("delete from lekat_nomor where label in (select rid from lekat_nomor)")
    _choose(con, "lekat_lain", """
        select s.*, coalesce(n.label, s.inti) as label
        from sisi_lepas as s left join lekat_nomor as n on s.inti = n.rid
        where not s.bernomor and s.boleh
    """)  # fmt: skip
    con.execute("create or replace table lekat as select * from lekat_nomor union all select * from lekat_lain")
    con.execute("""
        create or replace table lekat_ragu as
        select rid from lekat_nomor_ragu union select rid from lekat_lain_ragu
    """)


def _choose(con, into: str, edges: str) -> None:
    """Fill `into` (rid, label, aturan): for each record the label with the best evidence.

    `edges` is a query for the evidence (a, label, lemah, urutan, mirip, aturan). The best label has, in this order: a
    nucleus that is not weak (`lemah`), the rule with the lowest rank, the most similar names, the most pairs. Records
    whose best labels are equally good go to `<into>_ragu` (rid) instead. `<into>_urut` has all labels with their places
    (`ke`).
    """
    con.execute(f"""
        create or replace table {into}_urut as
        with calon as (
            select a as rid, label, min(lemah::int) as lemah, min(urutan) as urutan, max(mirip) as mirip,
                count(*) as bukti, arg_min(aturan, urutan) as aturan
            from ({edges}) where a <> label group by a, label
        )
        select *, rank() over (partition by rid order by lemah, urutan, mirip desc, bukti desc) as ke
        from calon
    """)
    con.execute(f"""
        create or replace table {into}_ragu as
        select rid from {into}_urut where ke = 1 group by rid having count(*) > 1
    """)
    con.execute(f"""
        create or replace table {into} as
        select rid, label, aturan from {into}_urut where ke = 1 and rid not in (select rid from {into}_ragu)
    """)


def _rest(con) -> None:
    """Fill `tersisa` and `sisa`.

    `tersisa` (rid, nik) has the records without a usable NIK that got no nucleus and are not in a tie. `sisa` (rid,
    label) has the groups of those that agree with each other.
    """
    con.execute("""
        create or replace table tersisa as
        select rid, nik from lepas
        where (nik is null or not milik)
            and rid not in (select rid from lekat) and rid not in (select rid from lekat_ragu)
    """)
    con.execute(f"""
        create or replace table sisi_tersisa as
        select a, b, aturan, urutan, mirip from pasangan where aturan <> '{NUMBER}' and a in (select rid from tersisa)
        union all
        select b, a, aturan, urutan, mirip from pasangan where aturan <> '{NUMBER}' and b in (select rid from tersisa)
    """)
    con.execute("""
        create or replace table sisi_sisa as
        select a, b from sisi_tersisa where a < b and b in (select rid from tersisa)
    """)
    components(con, "sisi_sisa", "sisa")


def _follow(con) -> None:
    """Add to `lekat` the groups and single records of `tersisa` that have a pair with a record attached before.

    For example, a newborn that is still without a name resembles the record under its own KK, and only that record
    resembles the one with the number. A group is not attached if it may be the person's twin: if the person already has
    a record of the same source, if a guard (`linkage.guards`) held a pair of the two, or if their names differ (SRI
    resembles both SRI LESTARI and SRI WAHYUNI, who are two people). Ties go to `lekat_ragu`.
    """
    con.execute("""
        create or replace table kelompok as
        select coalesce(s.label, t.rid) as kelompok, t.rid, t.nik, r.sumber, r.bentuk
        from tersisa as t inner join rekaman as r on t.rid = r.rid left join sisa as s on t.rid = s.rid
    """)
    con.execute(f"""
        create or replace table sisi_kelompok as
        select k.kelompok, l.label, e.urutan, e.mirip, e.aturan
        from sisi_tersisa as e
        inner join kelompok as k on e.a = k.rid
        inner join lekat_lain as l on e.b = l.rid
        inner join inti as i on l.label = i.rid
        -- The same condition as `boleh` in `sisi_lepas`, for the number of the nucleus that the record b got.
        where k.nik is null or k.nik <> i.nik or e.aturan = '{MODEL_RULE}'
    """)
    con.execute(f"""
        create or replace table lain_orang as
        with orang as (select inti as label, rid from inti union all select label, rid from lekat),
        calon as materialized (
            select distinct s.kelompok, s.label, k.rid, k.sumber, k.bentuk
            from sisi_kelompok as s inner join kelompok as k on s.kelompok = k.kelompok
        )
        select c.kelompok, c.label
        from calon as c
        inner join orang as o on c.label = o.label
        inner join rekaman as r on o.rid = r.rid
        left join ragu_pasangan as p on least(c.rid, r.rid) = p.a and greatest(c.rid, r.rid) = p.b
        left join bentuk_nama as m on c.bentuk = m.bentuk
        left join bentuk_nama as n on r.bentuk = n.bentuk
        where c.sumber = r.sumber or p.a is not null or {names_alike("m", "n")} < {NEAR_NAME}
        union
        -- Two groups with records of one source are two people, so neither is taken for the person that both are like.
        select c.kelompok, c.label from calon as c
        inner join calon as d on c.label = d.label and c.sumber = d.sumber and c.kelompok <> d.kelompok
    """)
    _choose(con, "lekat_sisa", """
        select kelompok as a, label, false as lemah, urutan, mirip, aturan from sisi_kelompok
    """)  # fmt: skip
    con.execute("""
        insert into lekat
        select k.rid, g.label, g.aturan from kelompok as k inner join lekat_sisa as g on k.kelompok = g.rid
        where (g.rid, g.label) not in (select (kelompok, label) from lain_orang)
    """)
    con.execute("insert into lekat_ragu from lekat_sisa_ragu")
