"""A month by hand, without a warehouse."""

from __future__ import annotations

import itertools
import threading

import pytest

from sinkron import month
from sinkron.line import REQUIRED, optional_sources
from sinkron.outcomes import GateHeld, NotReady, Refused, SourceDown
from sinkron.settings import load


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


HELD, REFUSED, LATE, DOWN = GateHeld("ditahan"), Refused("ditolak"), NotReady("belum ada"), SourceDown("mati")


@pytest.mark.parametrize(
    ("met", "code"),
    [
        ((HELD, REFUSED, None), 3),
        ((HELD, LATE, DOWN), 3),
        ((HELD, None, None), 3),
        ((REFUSED, LATE, DOWN), 4),
        ((REFUSED, None, None), 4),
    ],
)
def test_what_was_refused_or_held_keeps_the_month_from_being_built_whichever_source_it_is(monkeypatch, met, code):
    """Also where the month has an earlier delivery: it was to be replaced, and only `IZINKAN_LAMA` settles for it."""
    built: list[str] = []
    monkeypatch.setattr(month.feeds, "read_all", lambda settings, say: True)
    monkeypatch.setattr(month.reconcile, "poll", lambda settings, periode: None)
    monkeypatch.setattr(month, "_build", lambda settings, periode, *rest: built.append(periode) or True)
    monkeypatch.setattr(month, "_deactivate", lambda *rest: 0)
    monkeypatch.setattr(month, "summary", lambda settings, periode: {})
    for order in itertools.permutations(met):
        said: list[str] = []
        monkeypatch.setattr(month, "_ingest_all", lambda *rest, order=order: zip(REQUIRED, order, strict=True))
        ended = month.run(load({}), "2026-06", "publish", said.append)
        assert (ended, built) == ((code, {"dikirim": 0}), []), order
        assert said == [f"  ! {met[0]}"], order


@pytest.mark.parametrize(("new", "code"), [(True, 0), (False, 4)])
def test_a_source_that_does_not_answer_is_told_where_nothing_else_was_new(monkeypatch, new, code):
    monkeypatch.setattr(month.feeds, "read_all", lambda settings, say: True)
    monkeypatch.setattr(month.reconcile, "poll", lambda settings, periode: None)
    monkeypatch.setattr(month, "_build", lambda *rest: new)
    monkeypatch.setattr(month, "_deactivate", lambda *rest: 0)
    monkeypatch.setattr(month, "summary", lambda settings, periode: {})
    monkeypatch.setattr(month, "_ingest_all", lambda *rest: zip(REQUIRED, (DOWN, None, None), strict=True))
    assert month.run(load({}), "2026-06", "publish", lambda line: None)[0] == code
