"""Step golden: golden persons, households and memberships (dbt layer golden)."""

from __future__ import annotations

from typing import Any

from sinkron import dbt, ledger
from sinkron.settings import Settings


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Build golden for the open candidate; returns models by status."""
    with ledger.step(settings, "golden", periode, lock="kandidat") as run:
        candidate = ledger.require_candidate(settings, periode)
        run.counts.update(dbt.build(run, candidate, "models/golden"))
        return dict(run.counts)
