"""What a person's answer in Airflow leaves in `keputusan.putusan`: only what was asked for."""

from __future__ import annotations

import pytest


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch):
    """A function that answers a question as Airflow's triggerer reports it, and returns what would be written."""
    from sinkron.keputusan import Keputusan

    def answer(jenis: str, urutan: int, params_input, option: str = "Approve") -> dict:
        asked = Keputusan(task_id="tanya", jenis=jenis, urutan=urutan)
        written = {}
        monkeypatch.setattr(asked, "record", lambda id_rilis, sha256, **row: written.update(row) or row)
        monkeypatch.setattr(asked, "conclude", lambda row: None)
        event = {
            "chosen_options": [option], "responded_by_user": {"id": "uji-kepala"}, "responded_at": "2026-07-20",
            "params_input": params_input,
        }  # fmt: skip
        asked.execute_complete({}, event, id_rilis="2026-07/1", sha256="0" * 64)
        return written

    return answer


def test_an_answer_keeps_only_what_was_asked_for(answered):
    extra = {"nomor_sk": " 400.9/12/2026 ", "lain": "x" * 100_000}
    assert answered("publish", 1, extra)["masukan"] == {}
    assert answered("push", 1, extra)["masukan"] == {}
    assert answered("push", 2, extra)["masukan"] == {"nomor_sk": "400.9/12/2026"}
    assert answered("push", 2, extra, "Reject") == {
        "jawaban": "tolak", "oleh": "uji-kepala", "otomatis": False, "pada": "2026-07-20", "masukan": {},
    }  # fmt: skip


@pytest.mark.parametrize("number", [None, "", "  ", "4" * 9, "SK/" + "3316" * 4, "S" * 65, "SK\n7", "/7", ["SK"]])
def test_what_is_no_number_of_a_decree_is_asked_for_again(answered, number):
    from airflow.sdk.exceptions import AirflowFailException

    with pytest.raises(AirflowFailException, match="nomor SK belum diisi, atau bukan nomor surat"):
        answered("push", 2, {"nomor_sk": number})
    with pytest.raises(AirflowFailException, match="nomor SK"):
        answered("push", 2, None)
