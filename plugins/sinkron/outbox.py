"""The outbox: approved rows become stored bodies, and stored bodies are sent until the receiver has said yes or no.

A body is stored before it is sent for the first time, and every further try sends the same bytes. `percobaan` is
increased before each try: once it is above zero the receiver may have the body, and only an answer to the same bytes
can tell. Each receiver has its own queue, in the order in which its bodies were stored. A receiver that stops does not
stop the others, and a body without an answer does not stop later bodies. A body that waits too long raises an alarm.
The database refuses a row that is not approved, is held, or was sent before (migrations 0500 to 0502).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from itertools import groupby
from typing import Any

import psycopg

from sinkron import receivers, reference, withdrawals
from sinkron.answers import Result, RowsRefused, Silent, Stuck, Taken
from sinkron.failpoint import failpoint
from sinkron.ledger import StepRun
from sinkron.receivers import Receiver

# Rows that are approved, in no body yet, and not held.
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
# Rows to cancel: the receiver has them, or may have them.
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
# The next body of a queue. It waits while an older, unsent one is about the same programme of the same person or
# household: a deactivation and its cancellation have to arrive in the order in which they were stored.
NEXT = """
    select k.* from antrean.kiriman as k
    where k.tujuan = %s and k.status = 'siap' and k.id_kiriman > %s
        and not exists (
            select from antrean.isi as i
            inner join kasus.usulan as u on i.id_baris = u.id_baris
            inner join kasus.usulan as v
                on u.uid_rumah_tangga = v.uid_rumah_tangga and u.program = v.program
                and u.uid_individu is not distinct from v.uid_individu
            inner join antrean.isi as j on v.id_baris = j.id_baris and not j.lepas
            inner join antrean.kiriman as l on j.id_kiriman = l.id_kiriman
            where i.id_kiriman = k.id_kiriman and not i.lepas
                and l.tujuan = k.tujuan and l.status = 'siap' and l.id_kiriman < k.id_kiriman
        )
    order by k.id_kiriman limit 1
"""
# Rows of bodies that were tried and have had no answer for more days than a receiver is given.
OVERDUE = """
    select i.id_baris, k.tujuan, k.jenis from antrean.kiriman as k
    inner join antrean.isi as i on k.id_kiriman = i.id_kiriman and not i.lepas
    where k.status = 'siap' and k.percobaan > 0 and k.dibuat < clock_timestamp() - make_interval(days => %s)
    order by k.id_kiriman, i.id_baris
"""
# A receiver that does not answer this many bodies in a row counts as down until the next run.
DOWN = 2


def authorise(connection: psycopg.Connection) -> int:
    """Set the rows of every list that all its approvers approved to `disetujui`; returns how many.

    Rows that are held stay `diusulkan`.
    """
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


def store(run: StepRun) -> int:
    """Make bodies from all waiting rows, for every receiver; returns how many bodies."""
    made = 0
    with run.transaction() as connection:
        withdrawals.dissolve(connection)
        for receiver in receivers.all_of(run.settings):
            for query in (WAITING, WITHDRAWN):
                rows = connection.execute(query, {"tujuan": receiver.tujuan}).fetchall()
                made += _store(connection, receiver, _applicable(connection, receiver, rows))
    return made


def _applicable(connection: psycopg.Connection, receiver: Receiver, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows for this receiver; Simnakis gets no rows about people it does not know."""
    if not receiver.needs_family:
        return rows
    for row in rows:
        if not row["keluarga"] and row["jenis"] == "penonaktifan":
            connection.execute(
                "update antrean.baris set status = 'tidak_berlaku' where id_baris = %s and tujuan = %s",
                [row["id_baris"], row["tujuan"]],
            )
    return [row for row in rows if row["keluarga"]]


def _store(connection: psycopg.Connection, receiver: Receiver, rows: list[dict[str, Any]]) -> int:
    made = 0
    for (month, _, _), group in groupby(rows, key=lambda r: (r["bulan_efektif"], r["id_daftar"], r["nomor_sk"])):
        batch = list(group)
        number = batch[0]["nomor_sk"] or decree(connection, batch[0]["id_daftar"], month)
        size = receiver.size or len(batch)
        for first in range(0, len(batch), size):
            part = batch[first : first + size]
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
    """Try every stored body once, in order; returns accepted rows by receiver, and which receivers were not reached.

    A body that is refused because of some of its rows is split: these rows become `ditolak`, the others are sent in a
    new body at once. A body without an answer keeps its place and the next one is tried; if that one gets no answer
    either, nothing more is sent to the receiver until the next run.
    """
    sent: dict[str, int] = {}
    silent: dict[str, str] = {}
    for receiver in receivers.all_of(run.settings):
        tried = unanswered = 0
        with receiver:
            while (waiting := _next(run, receiver.tujuan, tried)) is not None:
                tried = waiting["id_kiriman"]
                outcome = _try(run, receiver, waiting)
                unanswered = unanswered + 1 if isinstance(outcome, Silent) else 0
                if isinstance(outcome, Taken):
                    sent[receiver.tujuan] = sent.get(receiver.tujuan, 0) + outcome.rows
                elif isinstance(outcome, RowsRefused):
                    store(run)
                elif isinstance(outcome, Silent):
                    silent[receiver.tujuan] = outcome.why
                    if outcome.unconfigured or unanswered == DOWN:
                        break
    _complain(run)
    return {"dikirim": sum(sent.values()), "per_tujuan": sent, "tidak_terjangkau": silent}


def _next(run: StepRun, tujuan: str, after: int) -> dict[str, Any] | None:
    with run.transaction() as connection:
        withdrawals.dissolve(connection)
        return connection.execute(NEXT, [tujuan, after]).fetchone()


def _complain(run: StepRun) -> None:
    """Raise an alarm for every row that a receiver has not answered for days, by the machine's clock."""
    days = int(reference.thresholds(run.settings, run.periode)["penerima_diam_hari"][0])
    with run.transaction() as connection:
        for row in connection.execute(OVERDUE, [days]).fetchall():
            receivers.alarm(connection, row["tujuan"], "belum_terkirim", row["id_baris"], row["jenis"])


def _try(run: StepRun, receiver: Receiver, kiriman: dict[str, Any]) -> Result:
    """Try to send one body; the try is counted before it and its result recorded after it."""
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
        elif isinstance(outcome, RowsRefused):
            _refused(connection, kiriman, outcome)
        else:
            connection.execute(
                "update antrean.kiriman set galat = %s where id_kiriman = %s", [outcome.why, kiriman["id_kiriman"]]
            )
            if isinstance(outcome, Stuck):
                for row in _rows(connection, kiriman["id_kiriman"]):
                    receivers.alarm(connection, kiriman["tujuan"], "jawaban_tak_terduga", row, outcome.why)
    failpoint(run.settings, "push.recorded")
    return outcome


def _rows(connection: psycopg.Connection, id_kiriman: int) -> list[str]:
    rows = connection.execute(
        "select id_baris from antrean.isi where id_kiriman = %s and not lepas order by id_baris", [id_kiriman]
    )
    return [row["id_baris"] for row in rows]


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


def _refused(connection: psycopg.Connection, kiriman: dict[str, Any], outcome: RowsRefused) -> None:
    """The body was refused: the named rows are refused for good, the others wait for a new body."""
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
