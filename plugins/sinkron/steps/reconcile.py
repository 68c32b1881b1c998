"""Step reconcile: apply what receivers answered and what later extracts show, and report outcomes to complainants.

A row is closed by the receiver's own later extract, never by its acknowledgement (contracts/rules.md).
"""

from __future__ import annotations

from typing import Any

import psycopg

from sinkron import citizens, ledger, outbox, receipts, report, withdrawals
from sinkron.failpoint import failpoint
from sinkron.ledger import StepRun
from sinkron.settings import Settings

# Result of the comparison with a release: state before -> state after. States that are not listed do not change.
SEEN = {
    "tercermin": {
        "dikirim": "tercermin", "diakui": "tercermin", "belum_tercermin": "tercermin", "muncul_kembali": "tercermin",
    },
    "belum_tercermin": {
        "dikirim": "belum_tercermin", "diakui": "belum_tercermin", "tercermin": "muncul_kembali",
    },
}  # fmt: skip


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Read receipts, compare with the release that readers see, send what still waits, tell Bratasena.

    Returns counts.
    """
    with ledger.step(settings, "reconcile", periode, lock=ledger.QUEUE) as run:
        failpoint(settings, "reconcile.asked")
        run.counts.update(receipts.read(run))
        failpoint(settings, "reconcile.answered")
        with run.transaction() as connection:
            # Cancel first, because cancelled rows are not compared any more.
            withdrawals.withdraw(connection)
            run.counts.update(_compare(connection))
        failpoint(settings, "reconcile.compared")
        outbox.store(run)
        run.counts.update(outbox.send(run))
        run.counts.update(citizens.tell(run))
        failpoint(settings, "reconcile.told")
        run.counts.update(_report(run, periode))
        return dict(run.counts)


def poll(settings: Settings, periode: str) -> dict[str, Any]:
    """Only read the receipts that are open, once."""
    with ledger.step(settings, "reconcile", periode, lock=ledger.QUEUE) as run:
        run.counts.update(receipts.read(run))
        return dict(run.counts)


def _compare(connection: psycopg.Connection) -> dict[str, int]:
    """Apply the findings of the release that readers see; a second call for the same release changes nothing.

    After a rollback to an older month nothing is compared, because what a later month showed did happen. A row that a
    closed receipt left out stays `dikirim` with its alarm (rules.md), because nobody knows whether its receiver has it.
    A cancelled row only waits for the answer to its cancellation.
    """
    moved = {}
    for hasil, steps in SEEN.items():
        moved[hasil] = connection.execute(
            """
            update antrean.baris as b set status = (%(steps)s::jsonb ->> b.status), kode_tolak = null
            from kasus.pencocokan as c, rilis.penunjuk as p
            where c.id_rilis = p.id_rilis and c.hasil = %(hasil)s
                and not exists (
                    select from rilis.rilis as r
                    where r.diterbitkan is not null and r.periode > split_part(p.id_rilis, '/', 1)
                )
                and c.id_baris = b.id_baris and c.tujuan = b.tujuan and %(steps)s::jsonb ? b.status
                and not exists (select from kasus.pembatalan as k where k.id_baris = b.id_baris)
                and not (c.hasil = 'belum_tercermin' and b.status = 'dikirim' and exists (
                    select from antrean.alarm as a
                    where a.id_baris = b.id_baris and a.tujuan = b.tujuan and a.kode = %(tanpa_jawaban)s
                ))
            """,
            {"tanpa_jawaban": receipts.UNANSWERED, "steps": psycopg.types.json.Jsonb(steps), "hasil": hasil},
        ).rowcount
    return moved


def _report(run: StepRun, periode: str) -> dict[str, Any]:
    with run.transaction() as connection:
        return {"laporan": report.write(connection, run.settings, periode).name}
