"""Step approve: check that the candidate is decided. `Keputusan` in Airflow asks a person the question."""

from __future__ import annotations

from typing import Any

from sinkron import database, decisions, ledger
from sinkron.outcomes import Rejected, Undecided
from sinkron.settings import Settings


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Return the decision on the open candidate, {} if there is none; raise Undecided or Rejected if it is not yes."""
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
