"""Step golden: golden persons, households and memberships, and the candidate's tables (dbt layers golden, release)."""

from __future__ import annotations

from typing import Any

from sinkron import dbt, ledger
from sinkron.settings import Settings


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Build golden and release for the open candidate; returns models by status."""
    with ledger.step(settings, "golden", periode, lock="kandidat") as run:
        candidate = ledger.require_candidate(settings, periode)
        run.counts.update(dbt.build(run, candidate, "models/golden", "models/release"))
        with run.transaction() as connection:
            connection.execute(
                "update rilis.rilis set dibangun = clock_timestamp() where id_rilis = %s", [candidate["id_rilis"]]
            )
        return dict(run.counts)
