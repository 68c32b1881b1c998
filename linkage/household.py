"""From family records to households, and each person to exactly one of them.

A household is one KK (domain.md 1.2), but a KK number cannot be the key of a household, because it changes when a head
dies, on divorce and on moving. So family records are one household when they carry one KK number, or when most of their
people are the same and no source lists them as two families.

A KK number may be mistyped. That is assumed when two groups of records carry one number, have nobody in common, and
most people of one group are also listed under another number. In that group the number joins nothing
(docs/decisions/0014).
"""

from __future__ import annotations

from linkage.cluster import components


def cluster_families(con) -> dict[str, int]:
    """Fill `rumah` (fid, rumah): the household of each family record; return counts.

    Reads `keluarga`, `klaster` and `rekaman_keluarga`. Also fill `anggota`: each person record with its person
    (`klaster`), its family record and the columns that later steps need.

    Two groups of family records with different KK numbers are joined only if they share more than half of the larger
    group's people and no source has a record in both: a source that lists two families means two (for example a split
    of the family that only one registry has seen yet).
    """
    con.execute("""
        create or replace table anggota as
        select r.rid, k.klaster, f.fid, r.prioritas, r.tanggal, r.hadir, r.nik is not null as bernomor
        from rekaman as r
        inner join klaster as k on r.rid = k.rid
        inner join rekaman_keluarga as f on r.rid = f.rid
    """)
    con.execute("""
        create or replace table penghuni as
        select distinct a.fid, g.no_kk, a.klaster
        from anggota as a inner join keluarga as g on a.fid = g.fid
        where a.hadir
    """)
    con.execute("""
        create or replace table sisi_kk as
        select x.fid as a, y.fid as b
        from penghuni as x inner join penghuni as y on x.klaster = y.klaster and x.no_kk = y.no_kk and x.fid < y.fid
        group by x.fid, y.fid
    """)
    components(con, "sisi_kk", "bagian_kk")
    # `bagian`: the groups into which the records of one KK number fall by the people they have in common. `terbagi`:
    # the numbers with several groups. `salah_ketik`: the groups in which such a number is assumed to be mistyped
    # (docs/decisions/0014).
    con.execute("""
        create or replace table kk_komponen as
        with bagian as (
            select g.fid, g.no_kk, coalesce(b.label, g.fid) as bagian
            from keluarga as g left join bagian_kk as b on g.fid = b.rid
        ),
        terbagi as (select no_kk from bagian where no_kk is not null group by no_kk having count(distinct bagian) > 1),
        salah_ketik as (
            select b.bagian
            from terbagi as t
            inner join bagian as b on t.no_kk = b.no_kk
            inner join penghuni as p on b.fid = p.fid
            group by b.bagian
            having 2 * count(distinct p.klaster) filter (exists (
                select 1 from penghuni as q where q.klaster = p.klaster and q.no_kk <> p.no_kk
            )) > count(distinct p.klaster)
        )
        select b.fid,
            case
                when b.no_kk is null or s.bagian is not null then b.bagian
                else min(b.fid) over (partition by b.no_kk, s.bagian is null)
            end as label
        from bagian as b left join salah_ketik as s on b.bagian = s.bagian
    """)
    con.execute("""
        create or replace table huni as
        select distinct f.label as rumah, p.klaster
        from penghuni as p inner join kk_komponen as f on p.fid = f.fid
    """)
    con.execute("""
        create or replace table sisi_rumah as
        with sized as (select rumah, count(*) as orang from huni group by rumah),
        shared as (
            select x.rumah as a, y.rumah as b, count(*) as bersama
            from huni as x inner join huni as y on x.klaster = y.klaster and x.rumah < y.rumah
            group by x.rumah, y.rumah
        ),
        listed as (
            -- One bit a source: two groups without a common bit are told apart by no source.
            select f.label as rumah, bit_or((1::bigint << g.prioritas)) as sumber
            from keluarga as g inner join kk_komponen as f on g.fid = f.fid
            group by f.label
        )
        select s.a, s.b, s.bersama
        from shared as s
        inner join sized as p on s.a = p.rumah
        inner join sized as q on s.b = q.rumah
        inner join listed as m on s.a = m.rumah
        inner join listed as n on s.b = n.rumah
        where 2 * s.bersama > greatest(p.orang, q.orang) and m.sumber & n.sumber = 0
    """)
    components(con, "sisi_rumah", "rumah_komponen")
    con.execute("""
        create or replace table rumah as
        select f.fid, coalesce(c.label, f.label) as rumah
        from kk_komponen as f left join rumah_komponen as c on f.label = c.rid
    """)
    households, joined = con.sql("""
        select count(distinct rumah), (select count(*) from sisi_rumah) from rumah
    """).fetchall()[0]
    return {"rumah_tangga": households, "disatukan_lewat_anggota": joined}


def place_persons(con) -> None:
    """Fill `letak` (klaster, rumah, rid, hadir): the one household of each person, and the record that says so.

    The record with the newest own date wins. If its KK was registered after that date, the registration date is used
    instead. Ties go to the more trusted source (rules.md "Golden"). Two kinds of records place a person only if no
    other record does: a record that says dead or moved, and a record without a NIK from a source that also lists the
    person under a NIK. The latter is a double entry, recognised by name and birth date alone, and its date proves
    nothing (docs/decisions/0016).
    """
    con.execute("""
        create or replace table letak as
        with ganda as (
            select rid from anggota as a
            where not bernomor and exists (
                select 1 from anggota as b where b.bernomor and b.klaster = a.klaster and b.prioritas = a.prioritas
            )
        ),
        bertempat as (
            select a.klaster, h.rumah, a.rid, a.hadir, greatest(a.tanggal, g.kk_terdaftar) as sejak,
                a.rid in (from ganda) as ganda
            from anggota as a
            inner join keluarga as g on a.fid = g.fid
            inner join rumah as h on g.fid = h.fid
        ),
        terpilih as (
            -- `rid` breaks ties by source: records are numbered by rank of source, then by id.
            select klaster, arg_min((rumah, rid), (not hadir, ganda, -coalesce(epoch(sejak), '-infinity'), rid)) as di
            from bertempat group by klaster
        )
        select t.klaster, t.di[1] as rumah, t.di[2] as rid, a.hadir
        from terpilih as t inner join anggota as a on t.di[2] = a.rid
    """)


def absorb_empty(con) -> int:
    """Move households in which no person is placed (`letak`) to the one in which most of their people live.

    So an old KK that only an outdated registry still lists becomes part of the household that its people form now.
    Returns how many groups of family records were moved.
    """
    con.execute("""
        create or replace table pindahan as
        select h.rumah as dari, l.rumah as ke, count(distinct a.klaster) as orang
        from rumah as h
        inner join anggota as a on h.fid = a.fid
        inner join letak as l on a.klaster = l.klaster
        where not exists (select 1 from letak as x where x.rumah = h.rumah)
        group by h.rumah, l.rumah
        qualify row_number() over (partition by h.rumah order by orang desc, l.rumah) = 1
    """)
    con.execute("""
        create or replace table rumah as
        select h.fid, coalesce(p.ke, h.rumah) as rumah from rumah as h left join pindahan as p on h.rumah = p.dari
    """)
    return con.sql("select count(*) from pindahan").fetchall()[0][0]
