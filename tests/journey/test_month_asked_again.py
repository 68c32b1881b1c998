"""Deliveries that somebody rejected are asked about again after a change of code: the question says so."""

from __future__ import annotations

from bulan_uji import JULY, Bulan, Pabrik

from sinkron import database, questions
from sinkron.steps import compose


def test_the_question_names_the_earlier_rejection(pabrik: Pabrik, juni: Bulan, monkeypatch):
    bulan = pabrik.copy(juni, "ditanya_lagi")
    bulan.deliver(JULY)
    assert bulan.run(JULY, "reject")[0] == 5
    assert not [line for line in bulan.said if "pernah ditolak" in line]

    monkeypatch.setattr(compose, "code_fingerprint", lambda: "kode lain")
    code, line = bulan.run(JULY)
    assert (code, line["revisi"], line["status"]) == (5, 2, "kandidat")
    told = f"kiriman yang sama sudah pernah ditolak: rilis {JULY}/1, oleh uji-verifikator (otomatis) pada "
    warned = [line for line in bulan.said if told in line]
    assert len(warned) == 1
    with database.connect(bulan.settings) as connection:
        asked = questions.body(connection, questions.question(connection, "publish", JULY, 1))
    assert f"**Perhatian:** {warned[0].removeprefix('  ! ')}." in asked

    # Other deliveries are another matter.
    bulan.deliver(JULY, 2)
    bulan.said.clear()
    assert bulan.run(JULY)[0] == 5
    assert not [line for line in bulan.said if "pernah ditolak" in line]
