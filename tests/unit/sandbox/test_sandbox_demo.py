"""What `make demo` does not begin, and in which order it approves."""

from __future__ import annotations

from contextlib import nullcontext
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


class Approvals:
    """The demo's approving thread over a database in which the gates have passed after so many looks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, passed_after: int, answers: dict[tuple[str, int], str]):
        self.answers, self.looks = answers, 0
        verdict = SimpleNamespace(fetchone=lambda: (1,) if self.looks > passed_after else None)
        connection = SimpleNamespace(execute=lambda *_: verdict)
        monkeypatch.setattr(demo.database, "connect", lambda settings: nullcontext(connection))
        monkeypatch.setattr(demo.questions, "question", self.question)
        monkeypatch.setattr(demo.decisions, "find", self.find)
        monkeypatch.setattr(demo.decisions, "record", self.record)

    def question(self, connection, jenis, month, urutan):
        self.looks += 1
        return SimpleNamespace(sha256=jenis, id_rilis="2026-06/1")

    def find(self, connection, sha256, jenis, urutan):
        return {"jawaban": self.answers[jenis, urutan]} if (jenis, urutan) in self.answers else None

    def record(self, connection, id_rilis, jenis, urutan, sha256, jawaban, *rest):
        self.answers[jenis, urutan] = jawaban

    def run(self) -> list[int]:
        """The places that approved the list, in the order of their answers."""
        stop = SimpleNamespace(wait=lambda seconds: self.looks > 40)
        demo._answer(settings_module.load({}), "2026-06", stop)
        return [urutan for (jenis, urutan), answer in self.answers.items() if (jenis, answer) == ("push", "setuju")]


def test_a_list_that_passes_its_gate_between_two_questions_is_approved_in_order(monkeypatch):
    """Its verdict is written after the first two approvers have been looked at in vain, before the third."""
    approvals = Approvals(monkeypatch, 3, {})
    assert approvals.run() == [1, 2, 3]
    assert approvals.answers["publish", 1] == "setuju"


def test_nobody_is_asked_after_a_person_has_rejected_the_list(monkeypatch):
    assert Approvals(monkeypatch, 0, {("push", 1): "tolak"}).run() == []
    assert Approvals(monkeypatch, 0, {("push", 2): "tolak"}).run() == [1]
