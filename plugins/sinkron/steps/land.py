"""Step land: a stored delivery is validated whole, loaded by COPY into its own partitions, gated and accepted."""

from __future__ import annotations

import importlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from sinkron import comparison, database, deliveries, gates, ledger, transport
from sinkron.outcomes import NotReady, Refused
from sinkron.settings import ROOT, Settings

if TYPE_CHECKING:
    from connectors.interface import EntityFile, Extracted, Landed


def run(settings: Settings, periode: str, sumber: str) -> dict[str, Any]:
    """Land the delivery that counts for the month; returns its status, its balance by entity, and what it changes.

    A delivery that was decided already is not landed again. Rows become visible to the line only with the status
    `diterima`, set in one transaction after the landing gate. The report to the sender is written before that
    transaction commits, so a run that is killed in between never leaves an accepted delivery without a report.

    Raises NotReady without a delivery, Refused with the code of the refusal (old state untouched, report written),
    GateHeld by the landing gate.
    """
    from connectors.interface import Refusal, Store, load_source, report

    with ledger.step(settings, "land", periode, lock=f"ingest:{sumber}", sumber=sumber) as run:
        with database.connect(settings) as connection:
            delivery = deliveries.newest(connection, sumber, periode)
            if delivery is None:
                raise NotReady(
                    f"belum ada kiriman {sumber} yang tersimpan untuk {periode}; jalankan dahulu langkah"
                    " Ambil dari sumber (`extract`)"
                )
            if delivery["status"] == "digantikan" and not delivery["revisi_sumber"]:
                return _again(run, delivery)
            if delivery["status"] in ("diterima", "sama", "digantikan"):
                run.counts.update(id_kiriman=delivery["id_kiriman"], status=delivery["status"])
                return dict(run.counts)
            if delivery["status"] == "ditolak":
                # The read may have been incomplete: the delivery is judged again only after a new extract.
                raise Refused(f"kiriman {sumber} {periode} ditolak: {delivery['kode']}: {delivery['pesan']}")
            extracted = deliveries.stored(connection, delivery)
            judged_by = deliveries.reference_for(connection, settings, sumber, periode)
            current = deliveries.accepted(connection, sumber, periode)
        connector = importlib.import_module(f"connectors.{sumber}.connector")
        source = load_source(ROOT / "connectors" / sumber / "source.yml")
        with transport.work_folder(settings, f"land-{sumber}") as folder:
            try:
                landed = connector.land(source, extracted, Store(settings.landing), judged_by, folder)
            except Refusal as refusal:
                _refuse(settings, run, delivery, refusal, report(refusal, extracted))
            if current and current["sha256_isi"] == landed.sha256_isi:
                return _same(settings, run, delivery, landed, extracted)
            load(run, delivery, landed)
        run.counts["gerbang"] = gates.judge_landing(settings, run, delivery["id_kiriman"], sumber)["putusan"]
        with run.transaction() as connection:
            _replace_accepted(connection, delivery)
            connection.execute(
                "update buku.kiriman set status = 'diterima', kode = null, pesan = null, sha256_isi = %s, ukuran = %s"
                " where id_kiriman = %s",
                [landed.sha256_isi, json.dumps(landed.ukuran), delivery["id_kiriman"]],
            )
            changes: comparison.Difference = {}
            if current:
                changes = comparison.difference(connection, source, current["id_kiriman"], delivery["id_kiriman"])
            readmitted = comparison.readmit(connection, source, delivery)
            unseen = comparison.first_seen(connection, delivery)
            told = report(landed, extracted)
            if changes:
                replaced = f"rev-{current['revisi_sumber']}" if current["revisi_sumber"] else "pembacaan sebelumnya"
                told["pesan"] += f" Dibanding {replaced}: {comparison.sentence(changes)} (+ditambah -dihapus ~diubah)."
            deliveries.write_report(settings, delivery, told)
        run.counts.update(
            id_kiriman=delivery["id_kiriman"],
            status="diterima",
            selisih=changes,
            dipulihkan=readmitted,
            pemberitahuan_baru=unseen,
            diterima={name: entity.diterima for name, entity in landed.entitas.items()},
            dikarantina={name: entity.dikarantina for name, entity in landed.entitas.items()},
        )
        return dict(run.counts)


def _refuse(settings: Settings, run: ledger.StepRun, delivery: dict[str, Any], refusal: Any, report: dict) -> None:
    with run.transaction() as connection:
        connection.execute(
            "update buku.kiriman set status = 'ditolak', kode = %s, pesan = %s, ukuran = %s where id_kiriman = %s",
            [refusal.kode, refusal.pesan, json.dumps(refusal.rincian), delivery["id_kiriman"]],
        )
        deliveries.write_report(settings, delivery, report)
    run.counts.update(id_kiriman=delivery["id_kiriman"], status="ditolak", kode=refusal.kode)
    raise Refused(
        f"kiriman {delivery['sumber']} {delivery['periode']} ditolak: {refusal.kode}: {refusal.pesan}"
        f" (laporan: {deliveries.report_path(settings, delivery).relative_to(settings.outbox)})"
    ) from None


def _same(
    settings: Settings, run: ledger.StepRun, delivery: dict[str, Any], landed: Landed, extracted: Extracted
) -> dict[str, Any]:
    """Record that the rows equal those of the accepted delivery, in another file format or order; load nothing."""
    from connectors.interface import report

    with run.transaction() as connection:
        connection.execute(
            "update buku.kiriman set status = 'sama', sha256_isi = %s where id_kiriman = %s",
            [landed.sha256_isi, delivery["id_kiriman"]],
        )
        deliveries.write_report(settings, delivery, {**report(landed, extracted), "status": "sama"})
    run.counts.update(id_kiriman=delivery["id_kiriman"], status="sama")
    return dict(run.counts)


def _again(run: ledger.StepRun, delivery: dict[str, Any]) -> dict[str, Any]:
    """Accept a replaced delivery again: the source has returned to its earlier content.

    Its rows are still in the warehouse and are not loaded again, because other deliveries may refer to them
    (`pendaratan.pemulihan`).
    """
    with run.transaction() as connection:
        _replace_accepted(connection, delivery)
        connection.execute(
            "update buku.kiriman set status = 'diterima' where id_kiriman = %s", [delivery["id_kiriman"]]
        )
    run.counts.update(id_kiriman=delivery["id_kiriman"], status="diterima")
    return dict(run.counts)


def _replace_accepted(connection: psycopg.Connection, delivery: dict[str, Any]) -> None:
    """Set the delivery of the same source and month that counted until now to `digantikan`."""
    connection.execute(
        "update buku.kiriman set status = 'digantikan' where sumber = %s and periode = %s and status = 'diterima'",
        [delivery["sumber"], delivery["periode"]],
    )


def load(run: ledger.StepRun, delivery: dict[str, Any], landed: Landed) -> None:
    """Load a delivery's rows, quarantine, problems and balance; leftovers of a killed run are replaced.

    Two entities at a time, because the server uses one core for each COPY. None of these rows count yet.
    """
    largest_first = sorted(landed.entitas, key=lambda entity: -landed.entitas[entity].path.stat().st_size)
    with ThreadPoolExecutor(2) as pool:
        for loaded in [pool.submit(_load_rows, run, delivery, e, landed.entitas[e]) for e in largest_first]:
            loaded.result()
    with run.transaction() as connection:
        _load_findings(connection, delivery["id_kiriman"], landed)


def partition_name(sumber: str, entity: str, id_kiriman: str) -> str:
    """The partition of a delivery's entity. It has the whole id, because the same rows may be read for two months."""
    return f"{sumber}_{entity}__{id_kiriman.removeprefix(f'{sumber}-').replace('-', '_')}"


def _load_rows(run: ledger.StepRun, delivery: dict[str, Any], entity: str, file: EntityFile) -> None:
    """A partition of the entity's table, made and filled in one transaction (docs/decisions/0006), and its balance."""
    id_kiriman = delivery["id_kiriman"]
    parent = Identifier("pendaratan", f"{delivery['sumber']}_{entity}")
    partition = Identifier("pendaratan", partition_name(delivery["sumber"], entity, id_kiriman))
    with run.transaction() as connection:
        connection.execute(SQL("drop table if exists {}").format(partition))
        connection.execute(
            # Its rows never change, and are counted for the planner below: autovacuum would read them for nothing.
            SQL(
                "create table {} partition of {} (id_kiriman default {}) for values in ({})"
                " with (autovacuum_enabled = off)"
            ).format(partition, parent, Literal(id_kiriman), Literal(id_kiriman))
        )
        transport.copy_in(connection, partition, file.columns, file.path)
        # A small sample of these wide tables is enough for the planner's counts of rows and keys.
        connection.execute("set local default_statistics_target = 10")
        connection.execute(SQL("analyze {}").format(partition))
        connection.execute(
            "insert into buku.pendaratan (id_kiriman, berkas, diterima, dimuat, dikarantina)"
            " values (%s, %s, %s, %s, %s) on conflict (id_kiriman, berkas) do update"
            " set diterima = excluded.diterima, dimuat = excluded.dimuat, dikarantina = excluded.dikarantina",
            [id_kiriman, entity, file.diterima, file.dimuat, file.dikarantina],
        )


def _load_findings(connection: psycopg.Connection, id_kiriman: str, landed: Landed) -> None:
    for table, columns, path in (
        ("karantina", ("berkas", "nomor_baris", "id_sumber", "kode"), landed.karantina),
        ("masalah", ("berkas", "nomor_baris", "id_sumber", "kolom", "kode"), landed.masalah),
    ):
        connection.execute(
            SQL("delete from pendaratan.{} where id_kiriman = %s").format(Identifier(table)), [id_kiriman]
        )
        # The files do not carry the id: it is added during the load, from a table of this transaction.
        target, names = Identifier("pendaratan", table), SQL(", ").join(map(Identifier, columns))
        connection.execute(SQL("create temp table masuk (like {}) on commit drop").format(target))
        connection.execute("alter table masuk alter column id_kiriman drop not null")
        transport.copy_in(connection, Identifier("masuk"), columns, path)
        connection.execute(
            SQL("insert into {} (id_kiriman, {}) select %s, {} from masuk").format(target, names, names), [id_kiriman]
        )
        connection.execute("drop table masuk")
