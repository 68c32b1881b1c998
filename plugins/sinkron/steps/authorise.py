"""Step authorise: check that all its approvers have decided the month's list. `Keputusan` asks them in Airflow."""

from __future__ import annotations

from typing import Any

from sinkron import database, decisions
from sinkron.outcomes import Rejected, Undecided
from sinkron.settings import Settings
from sinkron.steps import list as list_step


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Return who decided on the newest list; raise Undecided while an answer is open, Rejected when one refused."""
    with database.connect(settings) as connection:
        found = list_step.newest(connection, periode)
        if found is None:
            return {"daftar": 0}
        places = 3 if found["melebihi_batas"] else 2
        answers = [decisions.find(connection, found["sha256"], "push", place) for place in range(1, places + 1)]
    for answer in answers:
        if answer and answer["jawaban"] != "setuju":
            raise Rejected(f"daftar {periode} ditolak oleh {answer['oleh']}; hanya daftar baru yang dapat menyusul")
    missing = answers.count(None)
    if missing:
        raise Undecided(
            f"daftar {periode} ({found['sha256'][:12]}…) menunggu {missing} dari {places} persetujuan; jawab tugas"
            f" Putuskan daftar (`authorise`) di Airflow, atau jalankan `make month PERIODE={periode} APPROVE=yes`"
        )
    return {"daftar": found["jumlah"], "oleh": ", ".join(answer["oleh"] for answer in answers)}
