"""The outbox: what is approved becomes stored bodies, and stored bodies are sent until the receiver has said yes or no.

A body is stored before its first try and repeated byte for byte. `percobaan` is counted up before every try: above
zero the receiver may have it, so only an answer to the same bytes tells. Each receiver has its own queue, in the order
in which its bodies were stored; where one stops, the others go on. The database refuses a row that is not approved,
is held, or was sent before (migrations 0500 to 0502).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from itertools import groupby
from typing import Any

import psycopg

from sinkron import receivers
from sinkron.failpoint import failpoint
from sinkron.ledger import StepRun
from sinkron.receivers import Outcome, Receiver, Refused, Silent, Stuck, Taken

# Approved, in no body yet, and not held.
WAITING = """
    select b.id_baris, b.tujuan, 'penonaktifan' as jenis, u.bulan_efektif::text as bulan_efektif, d.sha256 as id_daftar,
        b.no_kk, b.nik, b.nama, b.kode_desa, b.keluarga, u.program, u.kode_alasan, u.bukti,
        u.tanggal_verifikasi::text as tanggal_verifikasi, u.uid_individu, null as alasan, null as nomor_sk
    from antrean.baris as b
    inner join kasus.usulan as u on b.id_baris = u.id_baris
    inner join lateral (
        select l.sha256 from antrean.disahkan as l where l.id_baris = b.id_baris and l.tujuan = b.tujuan
        order by l.dibuat desc limit 1
    ) as d on true
    where b.status = 'disetujui' and b.tujuan = %(tujuan)s
        and not exists (
            select from antrean.isi as i
            where i.id_baris = b.id_baris and i.tujuan = b.tujuan and i.jenis = 'penonaktifan' and not i.lepas
        )
        and not exists (select from kasus.tahanan_terbuka as t where t.id_baris = b.id_baris)
    order by u.bulan_efektif, d.sha256, b.id_baris
"""
# To be taken back: the receiver has it, or may have it.
WITHDRAWN = """
    select b.id_baris, b.tujuan, 'pembatalan' as jenis, k.bulan_efektif::text as bulan_efektif, null as id_daftar,
        b.keluarga, u.program, u.uid_individu, p.alasan, k.nomor_sk
    from kasus.pembatalan as p
    inner join antrean.baris as b on p.id_baris = b.id_baris
    inner join kasus.usulan as u on p.id_baris = u.id_baris
    inner join antrean.isi as i
        on b.id_baris = i.id_baris and b.tujuan = i.tujuan and i.jenis = 'penonaktifan' and not i.lepas
    inner join antrean.kiriman as k on i.id_kiriman = k.id_kiriman
    where b.tujuan = %(tujuan)s
        and b.status in ('dikirim', 'diakui', 'belum_tercermin', 'tercermin', 'muncul_kembali')
        and not exists (
            select from antrean.isi as j
            where j.id_baris = b.id_baris and j.tujuan = b.tujuan and j.jenis = 'pembatalan' and not j.lepas
        )
    order by k.bulan_efektif, k.nomor_sk, b.id_baris
"""
# Stored, never tried, and meanwhile one of its rows is held or taken back: it is put together again without it.
OVERTAKEN = """
    select k.id_kiriman from antrean.kiriman as k
    where k.status = 'siap' and k.percobaan = 0 and k.jenis = 'penonaktifan' and exists (
        select from antrean.isi as i
        where i.id_kiriman = k.id_kiriman and not i.lepas
            and exists (select from kasus.tahanan_terbuka as t where t.id_baris = i.id_baris)
    )
"""


def authorise(connection: psycopg.Connection) -> int:
    """Let every row of a list that all its approvers agreed to be `disetujui`; held rows stay `diusulkan`."""
    return connection.execute(
        """
        update antrean.baris as b set status = 'disetujui'
        where b.status = 'diusulkan'
            and exists (
                select from antrean.disahkan as l where l.id_baris = b.id_baris and l.tujuan = b.tujuan
            )
            and not exists (select from kasus.tahanan_terbuka as t where t.id_baris = b.id_baris)
        """
    ).rowcount


def withdraw(connection: psycopg.Connection) -> int:
    """Upheld objections take back what they contest: at once what no receiver has, else by a message to it."""
    connection.execute(
        "insert into kasus.pembatalan (id_baris, alasan, bukti)"
        " select distinct on (id_baris) id_baris, 'SANGGAH_DIKABULKAN', id_pengajuan from kasus.sanggah"
        " where keadaan = 'dikabulkan' order by id_baris, diubah on conflict (id_baris) do nothing"
    )
    _dissolve(connection)
    return connection.execute(
        """
        update antrean.baris as b set status = 'dibatalkan', kode_tolak = 'diambil_kembali'
        where b.status in ('diusulkan', 'disetujui')
            and exists (select from kasus.pembatalan as p where p.id_baris = b.id_baris)
            and not exists (
                select from antrean.isi as i where i.id_baris = b.id_baris and i.tujuan = b.tujuan and not i.lepas
            )
        """
    ).rowcount


def _dissolve(connection: psycopg.Connection) -> None:
    for row in connection.execute(OVERTAKEN).fetchall():
        connection.execute("update antrean.isi set lepas = true where id_kiriman = %s", [row["id_kiriman"]])
        connection.execute("update antrean.kiriman set status = 'dipecah' where id_kiriman = %s", [row["id_kiriman"]])


def store(run: StepRun) -> int:
    """Make bodies of everything that waits, for every receiver; returns how many bodies."""
    made = 0
    with run.transaction() as connection:
        _dissolve(connection)
        for receiver in receivers.all_of(run.settings):
            for query in (WAITING, WITHDRAWN):
                rows = connection.execute(query, {"tujuan": receiver.tujuan}).fetchall()
                made += _store(connection, run, receiver, _applicable(connection, receiver, rows))
    return made


def _applicable(connection: psycopg.Connection, receiver: Receiver, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What concerns this receiver; Simnakis is not told of somebody it does not know."""
    if not receiver.needs_family:
        return rows
    for row in rows:
        if not row["keluarga"] and row["jenis"] == "penonaktifan":
            connection.execute(
                "update antrean.baris set status = 'tidak_berlaku' where id_baris = %s and tujuan = %s",
                [row["id_baris"], row["tujuan"]],
            )
    return [row for row in rows if row["keluarga"]]


def _store(connection: psycopg.Connection, run: StepRun, receiver: Receiver, rows: list[dict[str, Any]]) -> int:
    made = 0
    for (month, _, _), group in groupby(rows, key=lambda r: (r["bulan_efektif"], r["id_daftar"], r["nomor_sk"])):
        batch = list(group)
        number = batch[0]["nomor_sk"] or decree(connection, batch[0]["id_daftar"], month)
        for first in range(0, len(batch), receiver.size):
            part = batch[first : first + receiver.size]
            body = receiver.body(connection, part, month, number)
            row = connection.execute(
                "insert into antrean.kiriman (tujuan, jenis, bulan_efektif, nomor_sk, isi, kunci)"
                " values (%s, %s, %s, %s, %s, %s) returning id_kiriman",
                [receiver.tujuan, part[0]["jenis"], month, number, body, hashlib.sha256(body).hexdigest()],
            ).fetchone()
            with connection.cursor() as cursor:
                cursor.executemany(
                    "insert into antrean.isi (id_kiriman, id_baris, tujuan, jenis) values (%s, %s, %s, %s)",
                    [(row["id_kiriman"], r["id_baris"], r["tujuan"], r["jenis"]) for r in part],
                )
            made += 1
    return made


def decree(connection: psycopg.Connection, sha256: str, bulan_efektif: str) -> str:
    """`nomor_sk` of a list: what an approver wrote, else the number of the automatic approval of that month."""
    written = connection.execute(
        "select masukan ->> 'nomor_sk' as nomor from keputusan.putusan"
        " where sha256 = %s and jenis = 'push' and btrim(masukan ->> 'nomor_sk') <> '' order by urutan desc limit 1",
        [sha256],
    ).fetchone()
    if written:
        return written["nomor"].strip()
    before = connection.execute(
        "select count(distinct d.sha256) as n from antrean.daftar as d"
        " inner join antrean.daftar_baris as b on d.sha256 = b.sha256"
        " inner join kasus.usulan as u on b.id_baris = u.id_baris and u.bulan_efektif = %(bulan)s"
        " where keputusan.disahkan(d.sha256)"
        " and d.dibuat < (select dibuat from antrean.daftar where sha256 = %(sidik)s)",
        {"bulan": bulan_efektif, "sidik": sha256},
    ).fetchone()
    return f"UJI/{bulan_efektif}/{before['n'] + 1}"


def send(run: StepRun) -> dict[str, Any]:
    """Try every stored body once, in order; returns rows that receivers took, by receiver, and who could not be told.

    A body that is refused for some of its rows is taken apart: these rows are `ditolak`, the others go again at once.
    """
    sent: dict[str, int] = {}
    silent: dict[str, str] = {}
    for receiver in receivers.all_of(run.settings):
        tried = 0
        with receiver:
            while (waiting := _next(run, receiver.tujuan, tried)) is not None:
                tried = waiting["id_kiriman"]
                outcome = _try(run, receiver, waiting)
                if isinstance(outcome, Taken):
                    sent[receiver.tujuan] = sent.get(receiver.tujuan, 0) + outcome.rows
                elif isinstance(outcome, Refused):
                    store(run)
                elif isinstance(outcome, Silent):
                    silent[receiver.tujuan] = outcome.why
                    break
    return {"dikirim": sum(sent.values()), "per_tujuan": sent, "tidak_terjangkau": silent}


def _next(run: StepRun, tujuan: str, after: int) -> dict[str, Any] | None:
    with run.transaction() as connection:
        _dissolve(connection)
        return connection.execute(
            "select * from antrean.kiriman where tujuan = %s and status = 'siap' and id_kiriman > %s"
            " order by id_kiriman limit 1",
            [tujuan, after],
        ).fetchone()


def _try(run: StepRun, receiver: Receiver, kiriman: dict[str, Any]) -> Outcome:
    """One try of one body, announced before and recorded after."""
    failpoint(run.settings, "push.stored")
    with run.transaction() as connection:
        connection.execute(
            "update antrean.kiriman set percobaan = percobaan + 1 where id_kiriman = %s", [kiriman["id_kiriman"]]
        )
    failpoint(run.settings, "push.announced")
    outcome = receiver.send(kiriman)
    failpoint(run.settings, "push.sent")
    with run.transaction() as connection:
        if isinstance(outcome, Taken):
            outcome.rows = _taken(connection, kiriman, outcome)
        elif isinstance(outcome, Refused):
            _refused(connection, kiriman, outcome)
        else:
            connection.execute(
                "update antrean.kiriman set galat = %s where id_kiriman = %s", [outcome.why, kiriman["id_kiriman"]]
            )
            if isinstance(outcome, Stuck):
                receivers.alarm(connection, kiriman["tujuan"], "jawaban_tak_terduga", None, outcome.why)
    failpoint(run.settings, "push.recorded")
    return outcome


def _taken(connection: psycopg.Connection, kiriman: dict[str, Any], outcome: Taken) -> int:
    now = dt.datetime.now(dt.UTC)
    connection.execute(
        "update antrean.kiriman set status = %s, rujukan = %s, terkirim = %s, dijawab = %s, galat = null"
        " where id_kiriman = %s",
        [
            "selesai" if outcome.verdicts is not None else "terkirim", outcome.rujukan, now,
            now if outcome.verdicts is not None else None, kiriman["id_kiriman"],
        ],
    )  # fmt: skip
    rows = 0
    if kiriman["jenis"] == "penonaktifan":
        rows = connection.execute(
            "update antrean.baris as b set status = 'dikirim' from antrean.isi as i"
            " where i.id_kiriman = %s and not i.lepas and b.id_baris = i.id_baris and b.tujuan = i.tujuan",
            [kiriman["id_kiriman"]],
        ).rowcount
    if outcome.verdicts is not None:
        receivers.judge(connection, kiriman, outcome.verdicts)
    return rows


def _refused(connection: psycopg.Connection, kiriman: dict[str, Any], outcome: Refused) -> None:
    """Nothing of the body was taken: the rows named are refused for good, the others wait for a new body."""
    connection.execute(
        "update antrean.kiriman set status = 'dipecah', galat = 'tidak_valid', dijawab = clock_timestamp()"
        " where id_kiriman = %s",
        [kiriman["id_kiriman"]],
    )
    connection.execute(
        "update antrean.isi set lepas = true where id_kiriman = %s and not id_baris = any(%s)",
        [kiriman["id_kiriman"], list(outcome.rows)],
    )
    for id_baris, kode in sorted(outcome.rows.items()):
        if kiriman["jenis"] == "penonaktifan":
            connection.execute(
                "update antrean.baris set status = 'ditolak', kode_tolak = %s where id_baris = %s and tujuan = %s",
                [kode, id_baris, kiriman["tujuan"]],
            )
        else:
            receivers.alarm(connection, kiriman["tujuan"], "pembatalan_ditolak", id_baris, kode)
