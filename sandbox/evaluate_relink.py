"""Link the months that an evaluation kept again, without a warehouse, for quick work on the matcher.

From the second month on, the past is the one that this matcher itself made: a record keeps the uid that it got here.
What only golden knows of the month before (age, head, presence, address) is taken over through the records. The most
frequent NIK of a person's records is used in place of the one that golden would choose.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from linkage.run import link
from linkage.tables import INPUT
from sandbox import evaluate_inputs

OUTCOME = "ulang"
# Ids of these runs are compared with each other only, never with those of an installation.
KEY = bytes(32)


def link_month(home: Path, periode: str) -> None:
    """Link a kept month again and write its outcome (`ulang_<table>`) and the linkage's counts beside it.

    Raises FileNotFoundError where the month was not kept.
    """
    kept = evaluate_inputs.folder(home, periode)
    before = [month for month in evaluate_inputs.months(home) if month < periode]
    con = evaluate_inputs.workspace(home)
    for table in INPUT:
        con.execute(f"create table {table} as from '{kept / table}.parquet'")
    if before:
        _own_past(con, evaluate_inputs.folder(home, before[-1]))
    evaluate_inputs.save_counts(home, periode, OUTCOME, link(con, KEY, f"{periode}/1"))
    _keep(con, kept, f"{periode}/1")
    con.close()


def _own_past(con: Any, last: Path) -> None:
    """Replace the published ids of the month before by those that it was given here, row for row.

    Fills `lalu_individu`, `lalu_rumah_tangga` and `lalu_tautan` from the folder `last` of that month.
    """
    con.execute(f"""
        create table padanan as
        select t.sumber, t.id_sumber, t.uid as terbit, u.uid, u.uid_rumah_tangga, u.nik, u.awal, u.awal_rumah
        from lalu_tautan as t
        inner join '{last}/ulang_lalu.parquet' as u on t.sumber = u.sumber and t.id_sumber = u.id_sumber
    """)
    con.execute("""
        create table rumah_baru as
        select p.uid_rumah_tangga as uid, i.uid_rumah_tangga as terbit, min(p.awal_rumah) as awal
        from padanan as p inner join lalu_individu as i on p.terbit = i.uid
        group by p.uid_rumah_tangga, i.uid_rumah_tangga
        qualify row_number() over (partition by p.uid_rumah_tangga order by count(*) desc, i.uid_rumah_tangga) = 1
    """)
    con.execute("""
        create or replace table lalu_individu as
        select p.uid, p.uid_rumah_tangga, p.nik, p.awal, i.umur, i.kepala, i.hadir, i.nama, i.tanggal_lahir
        from padanan as p inner join lalu_individu as i on p.terbit = i.uid
        qualify row_number() over (
            partition by p.uid order by i.hadir desc, p.sumber, p.id_sumber
        ) = 1
    """)
    con.execute("""
        create or replace table lalu_rumah_tangga as
        select b.uid, h.no_kk, h.kode_desa, h.rt, h.rw, b.awal
        from rumah_baru as b inner join lalu_rumah_tangga as h on b.terbit = h.uid
    """)
    con.execute("create or replace table lalu_tautan as select sumber, id_sumber, uid from padanan")


def _keep(con: Any, kept: Path, id_rilis: str) -> None:
    """Write the tables of an outcome, and `ulang_lalu`, the past of the next month.

    In the line golden decides who is a member of a household. Here everybody is, unless the newest record or two
    registries say dead or moved.
    """
    con.execute(f"""
        copy (
            select sumber || ':' || id_sumber as rekaman, uid from tautan where grain = 'individu'
        ) to '{kept}/{OUTCOME}_tautan.parquet'
    """)
    con.execute(f"""
        copy (
            select t.uid, p.uid_rumah_tangga
            from tautan as t
            inner join rekaman as r on t.sumber = r.sumber and t.id_sumber = r.id_sumber
            inner join tempat as p on t.uid = p.uid_individu
            where t.grain = 'individu'
            group by t.uid, p.uid_rumah_tangga
            having count(distinct r.sumber) filter (not r.hadir) < 2
                and arg_max(r.hadir, (coalesce(r.tanggal, date '1900-01-01'), -r.prioritas))
        ) to '{kept}/{OUTCOME}_anggota.parquet'
    """)
    con.execute(f"copy (select grain, jenis, uid, uid_terkait from peristiwa) to '{kept}/{OUTCOME}_peristiwa.parquet'")
    con.execute(f"""
        copy (
            with number as (
                select t.uid, r.nik
                from tautan as t inner join rekaman as r on t.sumber = r.sumber and t.id_sumber = r.id_sumber
                where t.grain = 'individu' and r.nik is not null
                group by t.uid, r.nik
                qualify row_number() over (partition by t.uid order by count(*) desc, min(r.prioritas), r.nik) = 1
            )
            select t.sumber, t.id_sumber, t.uid, p.uid_rumah_tangga, n.nik,
                coalesce(i.awal, '{id_rilis}') as awal, coalesce(h.awal, '{id_rilis}') as awal_rumah
            from tautan as t
            inner join tempat as p on t.uid = p.uid_individu
            left join number as n on t.uid = n.uid
            left join lalu_individu as i on t.uid = i.uid
            left join lalu_rumah_tangga as h on p.uid_rumah_tangga = h.uid
            where t.grain = 'individu'
        ) to '{kept}/{OUTCOME}_lalu.parquet'
    """)
