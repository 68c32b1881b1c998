"""The questions that the machine leaves to people: one for each pair of persons that nobody has judged yet."""

from __future__ import annotations

AMBIGUOUS = "cocok dengan dua orang"


def ask(con) -> int:
    """Fill `tinjauan` (the questions) and `ditanyakan` (all records of the persons asked about); return the number of
    questions.

    Questions come from the pairs that were weighed without an answer (`ragu_pasangan`) and from the records that fit
    two persons equally well (`lekat_ragu`). For two persons the likeliest pair of records is shown; the record that
    sorts first is side a. Two persons of whom a pair of records was judged, even as `ragu`, are not asked about again.
    """
    con.execute(f"""
        create or replace table tinjauan as
        with doubtful as (
            select a, b, peluang, sebab from ragu_pasangan
            union all
            select rid, label, null, '{AMBIGUOUS}' from lekat_nomor_urut where ke = 1 and rid in (from lekat_ragu)
            union all
            select rid, label, null, '{AMBIGUOUS}' from lekat_lain_urut where ke = 1 and rid in (from lekat_ragu)
            union all
            select rid, label, null, '{AMBIGUOUS}' from lekat_sisa_urut where ke = 1 and rid in (from lekat_ragu)
        ),
        disebut as (
            select unnest([a, b]) as rid from doubtful
            union
            select r.rid from rekaman as r inner join (
                select sumber_a as sumber, id_a as id_sumber from pertimbangan
                union select sumber_b, id_b from pertimbangan
            ) as p on r.sumber = p.sumber and r.id_sumber = p.id_sumber
        ),
        orang as (
            select r.rid, r.sumber, r.id_sumber, u.uid
            from disebut as d
            inner join rekaman as r on d.rid = r.rid
            inner join klaster as k on r.rid = k.rid
            inner join uid_individu as u on k.klaster = u.klaster
        ),
        judged as (
            select least(p.uid, q.uid) as satu, greatest(p.uid, q.uid) as dua
            from pertimbangan as s
            inner join orang as p on s.sumber_a = p.sumber and s.id_a = p.id_sumber
            inner join orang as q on s.sumber_b = q.sumber and s.id_b = q.id_sumber
            where s.grain = 'individu'
        ),
        sided as (
            select
                if((p.sumber, p.id_sumber) < (q.sumber, q.id_sumber), p, q) as a,
                if((p.sumber, p.id_sumber) < (q.sumber, q.id_sumber), q, p) as b, d.peluang, d.sebab
            from doubtful as d
            inner join orang as p on d.a = p.rid
            inner join orang as q on d.b = q.rid
            where p.uid <> q.uid
        )
        select a.sumber as sumber_a, a.id_sumber as id_a, b.sumber as sumber_b, b.id_sumber as id_b,
            a.uid as uid_a, b.uid as uid_b, peluang,
            coalesce(
                max(sebab) filter (sebab = '{AMBIGUOUS}') over (
                    partition by least(a.uid, b.uid), greatest(a.uid, b.uid)
                ),
                sebab
            ) as sebab
        from sided
        where (least(a.uid, b.uid), greatest(a.uid, b.uid)) not in (select (satu, dua) from judged)
        qualify row_number() over (
            partition by least(a.uid, b.uid), greatest(a.uid, b.uid)
            order by peluang desc nulls last, a.sumber, a.id_sumber, b.sumber, b.id_sumber
        ) = 1
    """)
    con.execute("""
        create or replace table ditanyakan as
        select u.uid, r.sumber, r.id_sumber, r.id_keluarga
        from (select uid_a as uid from tinjauan union select uid_b from tinjauan) as d
        inner join uid_individu as u on d.uid = u.uid
        inner join klaster as k on u.klaster = k.klaster
        inner join rekaman as r on k.rid = r.rid
    """)
    return con.sql("select count(*) from tinjauan").fetchall()[0][0]
