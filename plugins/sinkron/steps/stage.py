"""Step stage: seeds, staging views and the standard records of all registries (dbt layers staging, intermediate)."""

from __future__ import annotations

from typing import Any

from sinkron import dbt, ledger
from sinkron.settings import Settings


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Build seeds, staging and intermediate for the open candidate; returns models by status."""
    with ledger.step(settings, "stage", periode, lock="kandidat") as run:
        candidate = ledger.require_candidate(settings, periode)
        with run.transaction() as connection:
            # From here on schema `release` is on its way to this candidate, whatever candidate it held.
            connection.execute("update rilis.rilis set dibangun = null where dibangun is not null")
        run.counts.update(dbt.build(run, candidate, "seeds", "models/staging", "models/intermediate"))
        return dict(run.counts)
