"""Step decide: from cases to proposals of deactivation, and the candidate's tables (dbt layers casework, release).

A complaint is evidence, never an action: this step only proposes what the layer casework derives, with an id that never
changes. Approval, sending and the comparison with later extracts are separate steps.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import psycopg

from sinkron import approvers, dbt, ledger
from sinkron.failpoint import failpoint
from sinkron.settings import Settings

PROPOSED = (
    "uid_rumah_tangga", "uid_individu", "program", "kode_alasan", "bulan_efektif", "bukti", "tanggal_verifikasi",
    "asal", "sumber_kasus", "id_kasus", "petugas", "kode_desa",
)  # fmt: skip
# Condition by which a row of casework_usulan is the row of kasus.usulan that has its id.
SAME = """
    coalesce(c.uid_individu, c.uid_rumah_tangga) = coalesce(u.uid_individu, u.uid_rumah_tangga)
    and c.program = u.program and c.kode_alasan = u.kode_alasan and c.bulan_efektif = u.bulan_efektif
"""


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Propose deactivations and build the candidate's tables; returns models by status and the number of proposals."""
    with ledger.step(settings, "decide", periode, lock=ledger.CANDIDATE) as run:
        candidate = ledger.require_candidate(settings, periode, after="golden")
        with run.transaction() as connection:
            approvers.write(connection, settings)
        dbt.build(run, candidate, "models/casework")
        failpoint(settings, "decide.derived")
        with run.transaction() as connection:
            run.counts.update(_propose(connection, settings, candidate["id_rilis"]))
        failpoint(settings, "decide.proposed")
        run.counts.update(dbt.build(run, candidate, "models/release"))
        with run.transaction() as connection:
            connection.execute(
                "update rilis.rilis set dibangun = clock_timestamp() where id_rilis = %s", [candidate["id_rilis"]]
            )
        return dict(run.counts)


def row_id(key: bytes, uid: str, program: str, kode_alasan: str, bulan_efektif: str) -> str:
    """`id_baris` (contracts/sinks.md): HMAC-SHA256 under the installation key, 64 hex digits."""
    text = f"{uid}|{program}|{kode_alasan}|{bulan_efektif}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _propose(connection: psycopg.Connection, settings: Settings, id_rilis: str) -> dict[str, int]:
    """Give new proposals their id and items; remove from the candidate the proposals that it no longer derives."""
    new = connection.execute(
        f"select {', '.join(PROPOSED)} from casework.casework_usulan where id_baris is null"
    ).fetchall()
    key = settings.installation_key
    for row in new:
        row["id_rilis"] = id_rilis
        row["id_baris"] = row_id(
            key,
            row["uid_individu"] or row["uid_rumah_tangga"],
            row["program"],
            row["kode_alasan"],
            row["bulan_efektif"],
        )
    if new:
        columns = ["id_baris", *PROPOSED, "id_rilis"]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"insert into kasus.usulan ({', '.join(columns)}) values ({', '.join(f'%({c})s' for c in columns)})"
                " on conflict (id_baris) do nothing",
                new,
            )
    connection.execute("delete from kasus.usulan_rilis where id_rilis = %s", [id_rilis])
    derived = connection.execute(
        f"""
        insert into kasus.usulan_rilis (id_rilis, id_baris)
        select %s, coalesce(c.id_baris, u.id_baris)
        from casework.casework_usulan as c left join kasus.usulan as u on c.id_baris is null and {SAME}
        """,
        [id_rilis],
    ).rowcount
    connection.execute(
        f"""
        insert into antrean.baris (id_baris, tujuan, no_kk, nik, nama, kode_desa, keluarga)
        select coalesce(c.id_baris, u.id_baris), p.tujuan, p.no_kk, p.nik, p.nama, p.kode_desa, p.keluarga
        from casework.casework_penerima as p
        inner join casework.casework_usulan as c
            on p.uid_rumah_tangga = c.uid_rumah_tangga and p.program = c.program
            and p.uid_individu is not distinct from c.uid_individu and p.id_baris is not distinct from c.id_baris
        left join kasus.usulan as u on c.id_baris is null and {SAME}
        -- The receivers of a row are fixed when people approve it, even if the membership changes afterwards.
        where not exists (
            select from antrean.riwayat as r
            where r.id_baris = coalesce(c.id_baris, u.id_baris) and r.ke = 'disetujui'
        )
        on conflict (id_baris, tujuan) do update
        set no_kk = excluded.no_kk, nik = excluded.nik, nama = excluded.nama, kode_desa = excluded.kode_desa,
            keluarga = excluded.keluarga
        where antrean.baris.status = 'diusulkan'
            -- Receivers find people by their present numbers and names, but a correction of an older month has the old.
            and not exists (
                select from rilis.rilis as r
                where r.status in ('terbit', 'digantikan') and r.periode > split_part(%s, '/', 1)
            )
        """,
        [id_rilis],
    )
    connection.execute("delete from kasus.pencocokan where id_rilis = %s", [id_rilis])
    compared = connection.execute(
        "insert into kasus.pencocokan (id_rilis, id_baris, tujuan, hasil, cara)"
        " select %s, id_baris, tujuan, hasil, cara from casework.casework_pencocokan",
        [id_rilis],
    ).rowcount
    connection.execute("delete from kasus.hidup_lagi where id_rilis = %s", [id_rilis])
    alive = connection.execute(
        "insert into kasus.hidup_lagi (id_rilis, id_baris) select %s, id_baris from casework.casework_hidup_lagi",
        [id_rilis],
    ).rowcount
    return {"hidup_lagi": alive, "usulan": derived, "usulan_baru": len(new), "dicocokkan": compared}
