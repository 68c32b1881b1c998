"""A month by hand, without a warehouse."""

from __future__ import annotations

import threading

from sinkron import month
from sinkron.line import REQUIRED, optional_sources
from sinkron.outcomes import NotReady


def test_while_one_source_waits_another_is_ingested_and_each_keeps_its_outcome(monkeypatch):
    """Each of a pair waits for the other: one after the other nobody would come."""
    pair = threading.Barrier(2, timeout=10)
    late = NotReady("belum ada")

    def ingest(settings, periode, sumber, say):
        if sumber in REQUIRED[:2]:
            pair.wait()
        return late if sumber == "dtjateng" else None

    monkeypatch.setattr(month, "_ingest", ingest)
    outcomes = list(month._ingest_all(None, "2026-06", print))
    assert outcomes == [(name, late if name == "dtjateng" else None) for name in (*REQUIRED, *optional_sources())]
