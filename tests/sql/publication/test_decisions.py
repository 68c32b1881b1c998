"""The first answer to a candidate stays; nobody changes or removes it."""

from __future__ import annotations

import pytest
from rilis_uji import decide, make_candidate, rows

from sinkron import database, decisions


def test_the_same_answer_again_is_the_first_row(katalog):
    sha256 = make_candidate(katalog, "2026-06/1")
    first = decide(katalog, "2026-06/1", sha256)
    assert decide(katalog, "2026-06/1", sha256) == first
    assert decisions.find(katalog, sha256, "publish", 1) == first
    assert decisions.find(katalog, sha256, "push", 1) is None
    assert (first["jawaban"], first["oleh"], first["otomatis"]) == ("setuju", "uji-verifikator", True)


@pytest.mark.parametrize(("first", "second"), [("tolak", "setuju"), ("setuju", "tolak")])
def test_another_answer_is_refused(katalog, first, second):
    sha256 = make_candidate(katalog, "2026-06/1")
    decide(katalog, "2026-06/1", sha256, first)
    with pytest.raises(decisions.AlreadyDecided, match=first):
        decide(katalog, "2026-06/1", sha256, second)
    assert [row["jawaban"] for row in rows(katalog, "select jawaban from keputusan.putusan")] == [first]


def test_an_answer_outside_the_vocabulary_is_refused(katalog):
    sha256 = make_candidate(katalog, "2026-06/1")
    with pytest.raises(ValueError, match="jawaban"):
        decide(katalog, "2026-06/1", sha256, "Approve")


@pytest.mark.parametrize(
    "statement",
    [
        "update keputusan.putusan set jawaban = 'setuju'",
        "delete from keputusan.putusan",
        "truncate keputusan.putusan",
    ],
)
def test_a_decision_is_neither_changed_nor_removed(katalog, statement):
    decide(katalog, "2026-06/1", make_candidate(katalog, "2026-06/1"), "tolak")
    with pytest.raises(database.DatabaseError, match="hanya dapat ditambah"), database.connect(katalog) as connection:
        connection.execute(statement)
    assert rows(katalog, "select jawaban from keputusan.putusan") == [{"jawaban": "tolak"}]
