"""A run that is killed at its report to the sender leaves none, and the next one writes it (rules.md, "Refusals")."""

from __future__ import annotations

import pytest
from kiriman_uji import Pengirim, tables

from sinkron import deliveries
from sinkron.outcomes import Refused
from sinkron.steps import land

JUNE = "2026-06"
FAMILIES = 320


class Killed(BaseException):
    """Ends a run as a kill does: nothing of ours catches it."""


def killed_at_its_report(pengirim: Pengirim, monkeypatch: pytest.MonkeyPatch, rows: dict) -> None:
    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "write_report", die)
        with pytest.raises(Killed):
            pengirim.deliver(JUNE, rows)


def test_every_outcome_of_a_landing_is_told_by_the_next_run(pengirim: Pengirim, monkeypatch: pytest.MonkeyPatch):
    rows = tables(pengirim.settings, FAMILIES)
    killed_at_its_report(pengirim, monkeypatch, rows)
    assert land.run(pengirim.settings, JUNE, "dtsen")["status"] == "diterima"
    assert pengirim.report(JUNE)["status"] == "diterima"

    killed_at_its_report(pengirim, monkeypatch, {name: table[::-1] for name, table in rows.items()})
    assert land.run(pengirim.settings, JUNE, "dtsen")["status"] == "sama"
    assert pengirim.report(JUNE)["status"] == "sama"

    killed_at_its_report(pengirim, monkeypatch, {**rows, "anggota": []})
    with pytest.raises(Refused):
        land.run(pengirim.settings, JUNE, "dtsen")
    assert pengirim.report(JUNE)["kode"] == "kosong"
