"""Step golden: golden persons, households and memberships (dbt layer golden, and visits, which it reads)."""

from __future__ import annotations

from typing import Any

from sinkron import approvers, dbt, ledger
from sinkron.settings import Settings


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Build golden for the open candidate; returns models by status."""
    with ledger.step(settings, "golden", periode, lock=ledger.CANDIDATE) as run:
        candidate = ledger.require_candidate(settings, periode, after="stage")
        with run.transaction() as connection:
            ledger.forget_built(connection, "golden")
            # A visit by a person who also decides is not accepted as evidence.
            approvers.write(connection, settings)
        run.counts.update(dbt.build(run, candidate, "models/golden", "models/visits"))
        with run.transaction() as connection:
            ledger.record_built(connection, "golden", candidate["id_rilis"])
        return dict(run.counts)
