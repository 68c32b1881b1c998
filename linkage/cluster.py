"""From pairs to persons, under one law: two different valid NIK are never merged by a machine.

A NIK is the nucleus of a person; records without a usable one attach to at most one nucleus. Not usable is a NIK
that mostly other people's records carry (copied from a member), or that stands on a single record and either differs
from the nucleus by one digit or one swap (a misspelling, not a second NIK) or is not known to Dukcapil
(docs/decisions/0011).
"""

from __future__ import annotations

from linkage.exact import HOUSE, LAST_MONTH, MODEL_RULE, NUMBER, VILLAGE
from linkage.guards import NEAR_NAME
from linkage.standard import names_alike

# True for two 16-digit numbers that differ in one digit, or by one swap of neighbours.
MISSPELT = """
    (beda_angka(r.nik, i.nik) = 1 or (beda_angka(r.nik, i.nik) = 2 and exists (
        select 1 from range(1, 16) as t (k)
        where substr(r.nik::varchar, k, 2) = reverse(substr(i.nik::varchar, k, 2))
            and substr(r.nik::varchar, k, 2) <> substr(i.nik::varchar, k, 2)
    )))
"""

# True where the birth date inside the number (day, for women + 40, month, year) is the record's.
CODED = """
    coalesce(
        r.nik // 10000 % 1000000
            = day(r.tanggal_lahir) * 10000 + month(r.tanggal_lahir) * 100 + year(r.tanggal_lahir) % 100
            + case when r.jenis_kelamin = 'P' then 400000 else 0 end,
        false
    )
"""

# Rules that look at the person and not only at the household.
PERSONAL = (LAST_MONTH, HOUSE, VILLAGE, MODEL_RULE)


def components(con, edges: str, into: str) -> None:
    """Connected components: `into` (rid, label) over the undirected edges (a, b) of a table; label = least rid.

    Nearly all records stand beside the least of their component already; only what the first look leaves apart is
    followed further.
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

    `weighed` says that the evidence is: until then nobody is attached by way of an attached record.
    Deterministic: every choice is ordered by rule, similarity, number of agreeing pairs and rid; a tie is left to a
    person (`lekat_ragu`), never broken by chance.
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
    """Fill `inti` (rid, nik, inti, anggota, cocok, milik, ditolak, aturan): records of one NIK that agree.

    `milik` marks the main bearers of the number, `cocok` whose birth date and sex it tells, `ditolak` a single record
    of whose number Dukcapil says that it is not this person's. And `lepas`: the records for which other evidence is
    asked, because they have no NIK, one that is mostly other people's, or one that no other record carries.
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
            -- As many bear it here as there: it is theirs whose birth date it tells.
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
    """`lekat` (rid, label, aturan): records without a usable NIK, each to exactly one nucleus.

    First those with a number that is a misspelling, or that Dukcapil does not know: they are nuclei of one record
    themselves, and what the others attach to has to be settled before. A tie goes to `lekat_ragu`.
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
                -- Twins have neighbouring serials: there only the very same name will do.
                and (r.nik // 10000 <> i.nik // 10000 or e.mirip = 1 or e.aturan = '{MODEL_RULE}') as salah_ketik,
            i.anggota = 1 and (i.ditolak or not i.cocok) as lemah,
            r.ditolak and e.aturan = '{MODEL_RULE}' as tak_dikenal,
            -- The same number under a name or date that exact rules did not take for a variant.
            r.nik is null or r.nik <> i.nik or e.aturan = '{MODEL_RULE}' as boleh,
            -- Towards the number that stands more firmly, so that no two attach to each other.
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
            -- A source's people come once: two numbers in one source are two people, unless one contradicts itself
            -- or is nobody's.
            and (
                s.nik = s.nik_inti or s.tak_dikenal
                or (s.salah_ketik and (s.keliru or not list_contains(n.sumber, s.sumber)))
            )
    """)  # fmt: skip
    con.execute("""
        insert into lekat_nomor_ragu
        -- Two numbers in one source are two people: neither is taken for a misspelling of a third one.
        select rid from (
            select l.rid, count(*) over (partition by l.label, r.sumber) as sesumber
            from lekat_nomor as l inner join lepas as r on l.rid = r.rid
            where r.cocok and not r.ditolak
        ) where sesumber > 1
    """)
    con.execute("delete from lekat_nomor where rid in (select rid from lekat_nomor_ragu)")
    # What a misspelling of a misspelling belongs to is for the numbers to say: only a direct neighbour counts.
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
    """`into` (rid, label, aturan): for each record the label with the best evidence; ties go to `<into>_ragu` (rid)."""
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
    """`sisa` (rid, label): the records without a usable NIK and without nucleus (`tersisa`) that agree."""
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
    """What is left without nucleus, a group or a single record, goes to `lekat` with a record that was attached there.

    A newborn without a name is like the record under its own KK, and only that one is like the record that has the
    number. Not where it may be the twin: where the person has a record of its source already, a guard held a pair of
    the two, or their names differ (SRI LESTARI, SRI and SRI WAHYUNI). Ties go to `lekat_ragu`.
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
        -- As in `sisi_lepas` (`boleh`), of the number that the attached record got.
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
        -- Two groups with records of one source are two people: neither is taken for the third.
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
