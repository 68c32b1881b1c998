"""What `make demo` does not begin, and in which order it approves."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from sandbox import demo
from sinkron import database
from sinkron import settings as settings_module


def test_the_demo_is_not_run_in_the_installation_of_another_district(tmp_path, monkeypatch, capsys):
    """Its people would land, be refused, or be published as those of a real district."""
    monkeypatch.setenv("SINKRON_HOME", str(tmp_path))
    monkeypatch.setenv("SINKRON_ENV_FILE", str(tmp_path / "env"))
    monkeypatch.setenv("SINKRON_WILAYAH", "11.09")
    monkeypatch.setattr(database, "migrate", lambda settings: pytest.fail("begun"))
    monkeypatch.setattr(demo.cli, "settle_process", lambda: None)
    assert demo.run(0.01, ["2026-06"]) == 2
    assert "bukan 11.09" in capsys.readouterr().err


def test_a_list_that_passes_its_gate_between_two_questions_is_approved_in_order(monkeypatch):
    """The gate's verdict was written after the first two approvers of a list had been looked at, before the third."""
    stop, looks, recorded = threading.Event(), [], []
    verdict = SimpleNamespace(fetchone=lambda: (1,) if len(looks) > 3 else None)

    @contextmanager
    def connect(settings):
        if len(recorded) == 4:
            stop.set()
        yield SimpleNamespace(execute=lambda *_: verdict)

    def question(connection, jenis, month, urutan):
        looks.append((jenis, urutan))
        return SimpleNamespace(sha256=jenis, id_rilis="2026-06/1")

    monkeypatch.setattr(demo.database, "connect", connect)
    monkeypatch.setattr(demo.questions, "question", question)
    monkeypatch.setattr(demo.decisions, "find", lambda _, __, jenis, urutan: (jenis, urutan) in recorded)
    monkeypatch.setattr(demo.decisions, "record", lambda _, __, jenis, urutan, *rest: recorded.append((jenis, urutan)))
    stop.wait = lambda seconds: stop.is_set() or len(looks) > 40
    demo._answer(settings_module.load({}), "2026-06", stop)
    assert [urutan for jenis, urutan in recorded if jenis == "push"] == [1, 2, 3]
    assert ("publish", 1) in recorded
