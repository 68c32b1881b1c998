"""Step approve: see that the candidate is decided. The question to a person is asked by `Keputusan` in Airflow."""

from __future__ import annotations

from typing import Any

from sinkron import database, decisions, ledger
from sinkron.outcomes import Rejected, Undecided
from sinkron.settings import Settings


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Return the decision on the open candidate, {} without one; raise Undecided or Rejected where it is not yes."""
    with database.connect(settings) as connection:
        candidate = ledger.candidate(connection, periode)
        if candidate is None:
            return {}
        decision = decisions.find(connection, candidate["sha256"], "publish") if candidate["sha256"] else None
    if decision is None:
        raise Undecided(
            f"kandidat {candidate['id_rilis']} menunggu putusan; jawab tugas Putuskan (`approve`) di Airflow,"
            f" atau jalankan `make month PERIODE={periode} APPROVE=publish`"
        )
    if decision["jawaban"] != "setuju":
        raise Rejected(
            f"kandidat {candidate['id_rilis']} ditolak oleh {decision['oleh']}; hanya kandidat baru yang dapat menyusul"
        )
    return {"id_rilis": candidate["id_rilis"], "oleh": decision["oleh"]}
