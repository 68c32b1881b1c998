"""From pairs to persons, under one law: two different valid NIK are never merged by a machine.

A NIK is the nucleus of a person; records without a usable one attach to at most one nucleus. Not usable is a NIK
that mostly other people's records carry (copied from a member), or that stands on a single record and differs from
the nucleus by one digit or one swap (a misspelling, not a second NIK).
"""

from __future__ import annotations

# True for two 16-digit numbers that differ in one digit, or by one swap of neighbours.
MISSPELT = """
    (hamming(r.nik, i.nik) = 1 or (hamming(r.nik, i.nik) = 2 and exists (
        select 1 from range(1, 16) as t (k)
        where substr(r.nik, k, 1) = substr(i.nik, k + 1, 1) and substr(r.nik, k + 1, 1) = substr(i.nik, k, 1)
            and substr(r.nik, k, 1) <> substr(r.nik, k + 1, 1)
    )))
"""

# Rules that look at the person and not only at the household.
PERSONAL = "('tautan_lalu', 'kk_lahir_nama', 'nama_lahir_desa')"


def components(con, edges: str, into: str) -> None:
    """Connected components: `into` (rid, label) over the undirected edges (a, b) of a table; label = least rid."""
    con.execute(f"""
        create or replace table {into} as
        with recursive both_ways (a, b) as (select a, b from {edges} union all select b, a from {edges}),
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
        select rid, label from reach
    """)


def cluster(con) -> dict[str, int]:
    """Fill `klaster` (rid, klaster, aturan) from `rekaman`, `pasangan` and the nuclei; return counts.

    Deterministic: every choice is ordered by rule, similarity, number of agreeing pairs and rid; a tie is left to a
    person (`lekat_ragu`), never broken by chance.
    """
    _attach(con)
    _rest(con)
    con.execute("""
        create or replace table klaster as
        select r.rid, coalesce(l.label, i.inti, s.label, r.rid) as klaster,
            coalesce(l.aturan, i.aturan, case when s.rid is not null then 'tanpa_nik_sepakat' end, 'sendiri') as aturan
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
    """Fill `inti` (rid, inti, aturan, nik, milik): records of one NIK that agree; `milik` marks its main bearers.

    And `lepas`: the records for which other evidence is asked, because they have no NIK, one that is mostly other
    people's, or one that no other record carries.
    """
    con.execute("create or replace table sisi_nik as select a, b from pasangan where aturan = 'nik_sama'")
    components(con, "sisi_nik", "inti_komponen")
    con.execute("""
        create or replace table inti as
        with labelled as (
            select r.rid, r.nik, coalesce(k.label, r.rid) as inti
            from rekaman as r left join inti_komponen as k on r.rid = k.rid
            where r.nik is not null
        ),
        sized as (select *, count(*) over (partition by inti) as anggota from labelled),
        ranked as (select *, max(anggota) over (partition by nik) as terbanyak from sized)
        select rid, nik, inti, anggota, anggota = terbanyak as milik,
            case when anggota = 1 then 'sendiri' when rid in (select rid from alias_rekaman) then 'nik_aktif'
                else 'nik_sama' end as aturan
        from ranked
    """)

    con.execute("""
        create or replace table lepas as
        select r.*, i.milik, coalesce(i.anggota = 1, false) as sendiri
        from rekaman as r left join inti as i on r.rid = i.rid
        where r.nik is null or not i.milik or i.anggota = 1
    """)


def _attach(con) -> None:
    """`lekat` (rid, label, aturan): records without a usable NIK that belong to exactly one nucleus."""
    con.execute(f"""
        create or replace table lekat_urut as
        with edges as (
            select a, b, aturan, urutan, mirip from pasangan where aturan <> 'nik_sama' and a in (select rid from lepas)
            union all
            select b, a, aturan, urutan, mirip from pasangan where aturan <> 'nik_sama' and b in (select rid from lepas)
        ),
        nuclei as (
            select i.inti, list(distinct q.sumber) as sumber
            from inti as i inner join rekaman as q on i.rid = q.rid
            where i.inti in (select k.inti from inti as k inner join edges as e on k.rid = e.b)
            group by i.inti
        ),
        calon as (
            select e.a as rid, i.inti as label, min(e.urutan) as urutan, max(e.mirip) as mirip, count(*) as bukti,
                arg_min(e.aturan, e.urutan) as aturan
            from edges as e
            inner join lepas as r on e.a = r.rid
            inner join inti as i on e.b = i.rid and i.milik
            inner join nuclei as n on i.inti = n.inti
            where r.nik is null
                or (not r.milik and r.nik <> i.nik)
                or (
                    r.sendiri and (i.anggota > 1 or r.rid > e.b) and e.aturan in {PERSONAL} and {MISSPELT}
                    -- Twins have neighbouring serials: there only the very same name will do.
                    and (left(r.nik, 12) <> left(i.nik, 12) or e.mirip = 1)
                    -- A source's people come once: two numbers in one source are two people.
                    and not list_contains(n.sumber, r.sumber)
                )
            group by e.a, i.inti
        )
        select *,
            rank() over (partition by rid order by urutan, mirip desc, bukti desc) as ke,
            row_number() over (partition by rid order by urutan, mirip desc, bukti desc, label) as nomor
        from calon
    """)
    con.execute("""
        create or replace table lekat_ragu as
        select rid from lekat_urut where ke = 1 group by rid having count(*) > 1
        union
        -- Two numbers in one source are two people: neither is taken for a misspelling of a third one.
        select rid from (
            select u.rid, count(*) over (partition by u.label, r.sumber) as sesumber
            from lekat_urut as u inner join lepas as r on u.rid = r.rid
            where u.nomor = 1 and r.milik
        ) where sesumber > 1
    """)
    con.execute("""
        create or replace table lekat as
        select rid, label, aturan from lekat_urut
        where nomor = 1 and rid not in (select rid from lekat_ragu)
    """)


def _rest(con) -> None:
    """`sisa` (rid, label): records without NIK and without nucleus that agree among themselves."""
    con.execute("""
        create or replace table sisi_sisa as
        with free as (
            select rid from rekaman
            where nik is null
                and rid not in (select rid from lekat) and rid not in (select rid from lekat_ragu)
        )
        select p.a, p.b from pasangan as p
        where p.aturan <> 'nik_sama' and p.a in (select rid from free) and p.b in (select rid from free)
    """)
    components(con, "sisi_sisa", "sisa")
