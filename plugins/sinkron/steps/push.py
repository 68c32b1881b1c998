"""Step push: send the rows of lists that all approvers approved to their receivers."""

from __future__ import annotations

from typing import Any

from sinkron import ledger, outbox, withdrawals
from sinkron.failpoint import failpoint
from sinkron.settings import Settings


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Send approved rows, and unanswered bodies again; returns accepted rows, by receiver.

    A receiver that cannot be reached keeps its queue and makes nothing fail: `tidak_terjangkau` says which and why.
    """
    with ledger.step(settings, "push", periode, lock=ledger.QUEUE) as run:
        with run.transaction() as connection:
            withdrawals.withdraw(connection)
            run.counts.update(disetujui=outbox.authorise(connection))
        failpoint(settings, "push.authorised")
        run.counts.update(kiriman=outbox.store(run), **outbox.send(run))
        return dict(run.counts)
