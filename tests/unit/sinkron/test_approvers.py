"""The word that says which decisions are answered by program (rules.md, "Running unattended")."""

from __future__ import annotations

import pytest

from sinkron import approvers, cli, database
from sinkron.settings import SettingsError


@pytest.mark.parametrize(
    ("word", "meant"),
    [(None, "none"), ("", "none"), ("none", "none"), ("publish", "publish"), ("yes", "yes"), ("reject", "reject")],
)
def test_no_word_answers_nothing(word, meant):
    assert approvers.mode(word) == meant


@pytest.mark.parametrize("word", ["ye", "YES", " "])
def test_a_misspelt_word_is_refused_with_those_there_are(word):
    with pytest.raises(SettingsError, match=rf"APPROVE must be none, publish, yes or reject, got '{word}'; correct it"):
        approvers.mode(word)


def test_the_command_refuses_it_before_it_does_anything(monkeypatch, capsys):
    monkeypatch.setattr(database, "migrate", lambda settings: pytest.fail("went on"))
    assert cli.main(["month", "2026-06", "--approve", "ye"]) == 1
    assert capsys.readouterr().err.startswith("SettingsError: APPROVE must be none, publish, yes or reject, got 'ye'")
