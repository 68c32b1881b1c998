"""Receipts: DTJateng is asked, SIKS-NG's result files are read; every answer is applied by `receivers.judge`."""

from __future__ import annotations

from typing import Any

import psycopg

from sinkron import receivers, remote
from sinkron.ledger import StepRun

# The alarm for a row that its closed receipt does not mention.
UNANSWERED = "selesai_tanpa_jawaban"


def read(run: StepRun) -> dict[str, Any]:
    """Ask once for all open receipts; returns how many items changed state and which receivers did not answer."""
    silent: dict[str, str] = {}
    moved = _province(run, silent) + _nation(run, silent)
    return {"dijawab": moved, "tanpa_jawaban": silent}


def _province(run: StepRun, silent: dict[str, str]) -> int:
    from connectors.dtjateng import delivery
    from connectors.interface import SourceUnavailable, Unexpected

    with run.transaction() as connection:
        waiting = connection.execute(
            "select * from antrean.kiriman where tujuan = 'dtjateng' and status = 'terkirim' order by id_kiriman"
        ).fetchall()
    moved = 0
    if not waiting:
        return moved
    try:
        with receivers.client_of(run.settings, "dtjateng") as client:
            for kiriman in waiting:
                try:
                    receipt = delivery.receipt(client, kiriman["rujukan"], kiriman["jenis"] == "pembatalan")
                except Unexpected as why:
                    silent["dtjateng"] = str(why)
                    continue
                with run.transaction() as connection:
                    moved += receivers.judge(connection, kiriman, receipt.hasil)
                    if receipt.selesai:
                        _close(connection, kiriman, {verdict.id_baris for verdict in receipt.hasil})
    except (receivers.Unconfigured, SourceUnavailable) as why:
        silent["dtjateng"] = str(why)
    return moved


def _close(connection: psycopg.Connection, kiriman: dict[str, Any], answered: set[str]) -> None:
    """Close a receipt: a row without an answer stays `dikirim`, with an alarm (rules.md)."""
    connection.execute(
        "update antrean.kiriman set status = 'selesai', dijawab = clock_timestamp() where id_kiriman = %s",
        [kiriman["id_kiriman"]],
    )
    rows = connection.execute(
        "select id_baris from antrean.isi where id_kiriman = %s and not lepas", [kiriman["id_kiriman"]]
    )
    for row in rows.fetchall():
        if row["id_baris"] not in answered:
            receivers.alarm(connection, kiriman["tujuan"], UNANSWERED, row["id_baris"])


def _nation(run: StepRun, silent: dict[str, str]) -> int:
    from connectors.interface import SourceUnavailable
    from connectors.siks_ng import results

    moved = 0
    try:
        remote.fetch(run.settings, "dtsen_inbox", results.FOLDER.as_posix())
        if not run.settings.inbox.is_dir():
            return moved
        found = results.results(run.settings.inbox)
    except SourceUnavailable as why:
        silent["siks_ng"] = str(why)
        return moved
    with run.transaction() as connection:
        for result in found:
            if result.masalah:
                receivers.alarm(
                    connection, "siks_ng", "hasil_tidak_terbaca", None, f"{result.berkas}: {result.masalah}"
                )
            connection.execute(
                "insert into antrean.tanda_terima (tujuan, nama, sha256) values ('siks_ng', %s, %s)"
                " on conflict do nothing",
                [result.berkas, result.sha256],
            )
        for (bulan, nomor), verdicts in results.verdicts(found).items():
            kiriman = connection.execute(
                "select * from antrean.kiriman where tujuan = 'siks_ng' and bulan_efektif = %s"
                " and convert_from(isi, 'UTF8')::jsonb ->> 'nomor' = %s",
                [bulan, nomor],
            ).fetchone()
            if kiriman is not None and kiriman["rujukan"] is None and kiriman["percobaan"]:
                # A run was killed after it made the folder. The answer is applied once the next try has found it.
                continue
            if kiriman is None or kiriman["rujukan"] is None:
                receivers.alarm(connection, "siks_ng", "kiriman_tidak_dikenal", None, f"{bulan}/{nomor}")
                continue
            moved += receivers.judge(connection, kiriman, verdicts)
            connection.execute(
                "update antrean.kiriman as k set status = 'selesai', dijawab = clock_timestamp()"
                " where k.id_kiriman = %s and k.status = 'terkirim' and not exists (select from antrean.isi as i"
                " where i.id_kiriman = k.id_kiriman and not i.lepas and not i.id_baris = any(%s))",
                [kiriman["id_kiriman"], [verdict.id_baris for verdict in verdicts]],
            )
    return moved
