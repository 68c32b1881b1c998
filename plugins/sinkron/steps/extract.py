"""Step extract: store the exact bytes of one source for one month, and record them before anything is parsed."""

from __future__ import annotations

import importlib
from typing import Any

from sinkron import database, deliveries, ledger, remote
from sinkron.outcomes import NotReady, Refused, SourceDown
from sinkron.settings import ROOT, Settings, SettingsError


def run(settings: Settings, periode: str, sumber: str) -> dict[str, Any]:
    """Read the source now and store what it delivers; returns id, sha256 and size.

    A source whose reads carry no period only knows its state of today. Once a later month has landed, it is not read
    for an older month: the stored delivery of that month is used (rules.md "Running unattended"). Raises NotReady when
    the source has nothing for the month yet (or is not required and has no connection), SettingsError when its
    connection is missing or invalid, Refused when the read itself is a reason to refuse, SourceDown when it cannot be
    reached.
    """
    from connectors.interface import NotYet, Refusal, SourceUnavailable, Store, connection, load_source

    source = load_source(ROOT / "connectors" / sumber / "source.yml")
    with ledger.step(settings, "extract", periode, lock=f"ingest:{sumber}", sumber=sumber) as run:
        with database.connect(settings) as ledger_connection:
            known = deliveries.newest(ledger_connection, sumber, periode)
            late = deliveries.landed_after(ledger_connection, periode)
        if late and not source.berperiode:
            if known is None:
                raise NotReady(
                    f"tidak ada kiriman {sumber} untuk {periode}; sumber itu hanya memberi keadaan sekarang,"
                    " dan bulan yang lebih baru sudah mendarat"
                )
            run.counts.update(id_kiriman=known["id_kiriman"], sha256=known["sha256"], baru=False)
            return dict(run.counts)
        connector = importlib.import_module(f"connectors.{sumber}.connector")
        try:
            reached = connection(source.koneksi, settings.values)
        except KeyError as missing:
            if source.wajib:
                raise SettingsError(str(missing)) from None
            raise NotReady(f"koneksi {sumber} belum diisi: {missing}") from None
        except ValueError as unreadable:
            raise SettingsError(str(unreadable)) from None
        try:
            extracted = connector.extract(
                source,
                remote.mirrored(settings, reached, f"{sumber}/{periode}"),
                periode,
                Store(settings.landing),
                settings.kabupaten,
            )
        except NotYet as why:
            raise NotReady(f"belum ada kiriman {sumber} untuk {periode}: {why}") from None
        except SourceUnavailable as why:
            raise SourceDown(f"{sumber} tidak dapat dibaca untuk {periode}: {why}") from None
        except Refusal as why:
            _refuse(settings, run, sumber, periode, why)
        with run.transaction() as transaction:
            id_kiriman = deliveries.store(transaction, extracted)
        run.counts.update(
            id_kiriman=id_kiriman,
            sha256=extracted.sha256,
            berkas=len(extracted.berkas),
            ukuran=sum(file.ukuran for file in extracted.berkas),
            baru=known is None or known["id_kiriman"] != id_kiriman,
        )
        return dict(run.counts)


def _refuse(settings: Settings, run: ledger.StepRun, sumber: str, periode: str, refusal: Any) -> None:
    """Record a read that is refused before landing in the ledger, with its bytes, and report it to the sender.

    The delivery that was accepted before stays accepted.
    """
    if refusal.extracted is not None:
        with run.transaction() as transaction:
            id_kiriman = deliveries.store(transaction, refusal.extracted)
            transaction.execute(
                "update buku.kiriman set status = 'ditolak', kode = %s, pesan = %s where id_kiriman = %s",
                [refusal.kode, refusal.pesan, id_kiriman],
            )
            delivery = deliveries.known(transaction, id_kiriman)
        report = {"status": "ditolak", "kode": refusal.kode, "pesan": refusal.pesan, "baris": 0, "dikarantina": {}}
        deliveries.write_report(settings, delivery, report)
    raise Refused(f"kiriman {sumber} {periode} ditolak: {refusal.kode}") from None
