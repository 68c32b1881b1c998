"""Step stage: seeds, staging views and the standard records of all registries (dbt layers staging, intermediate)."""

from __future__ import annotations

from typing import Any

from sinkron import dbt, ledger
from sinkron.settings import Settings


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Build seeds, staging and intermediate for the open candidate; returns models by status."""
    with ledger.step(settings, "stage", periode, lock="kandidat") as run:
        candidate = ledger.require_candidate(settings, periode)
        run.counts.update(dbt.build(run, candidate, "seeds", "models/staging", "models/intermediate"))
        return dict(run.counts)
