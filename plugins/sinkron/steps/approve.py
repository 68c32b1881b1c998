"""Step approve: see that the candidate is decided. The question to a person is asked by `Keputusan` in Airflow."""

from __future__ import annotations

from typing import Any

from sinkron import database, decisions, ledger
from sinkron.outcomes import Rejected, Undecided
from sinkron.settings import Settings


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Return the decision on the open candidate; raise Undecided while it is open, Rejected when it was refused."""
    with database.connect(settings) as connection:
        candidate = ledger.candidate(connection, periode)
        if candidate is None:
            return {"terbuka": False}
        decision = decisions.find(connection, candidate["sha256"], "publish") if candidate["sha256"] else None
    if decision is None:
        raise Undecided(
            f"candidate {candidate['id_rilis']} waits for a decision: answer the task `approve` in Airflow, "
            "or run the month with APPROVE=publish"
        )
    if decision["jawaban"] != "setuju":
        raise Rejected(
            f"candidate {candidate['id_rilis']} was rejected by {decision['oleh']}; only a new one can follow"
        )
    return {"terbuka": False, "id_rilis": candidate["id_rilis"], "oleh": decision["oleh"]}
