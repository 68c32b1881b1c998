"""What can go wrong on the way to the receivers: each mode of `sandbox.trouble.RECEIVING`."""

import httpx
import penerima_uji as uji
import pytest

import sandbox
from sandbox import trouble


def test_receivers_that_are_down_come_back_and_reading_goes_on(penerima):
    penerima.restart("penerima_mati", down=2)
    content = uji.body(uji.made_up(1))
    assert penerima.households("2026-07")
    answers = [penerima.send(content) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 202]
    assert answers[0].headers["Retry-After"] == "1"


def test_a_lost_answer_was_taken_all_the_same(penerima):
    penerima.restart("balasan_hilang")
    content = uji.body(uji.made_up(2))
    with pytest.raises(httpx.TransportError):
        penerima.send(content)
    assert len(sandbox.received(penerima.world)) == 2
    answer = penerima.send(content)
    assert (answer.status_code, answer.json()) == (200, {"id_kiriman": "KRM-000001"})
    assert len(sandbox.received(penerima.world)) == 2
    assert sandbox.violations(penerima.world) == []


def test_a_certain_row_is_never_valid(penerima):
    penerima.restart("baris_tidak_sah")
    rows = sorted(uji.made_up(3), key=lambda row: row["id_baris"])
    for _ in range(2):
        answer = penerima.send(uji.body(rows))
        assert (answer.status_code, [row["id_baris"] for row in answer.json()["rincian"]]) == (
            422, [rows[0]["id_baris"]],
        )  # fmt: skip
    assert penerima.send(uji.body(rows[1:])).status_code == 202
    assert sandbox.violations(penerima.world) == []


def test_a_row_is_rejected_after_it_was_accepted_and_stays_active(penerima):
    penerima.restart("ditolak_kemudian")
    households = penerima.on("SEMBAKO", 5)
    ids = sorted(households)
    number = penerima.send(uji.body(uji.rows_of(households, "SEMBAKO"))).json()["id_kiriman"]
    receipts = [penerima.poll(number) for _ in range(4)]
    assert [status for status, _ in receipts] == ["diproses", "diproses", "selesai", "selesai"]
    assert [rows.get(ids[3]) for _, rows in receipts] == [None, "diterima", "ditolak", "ditolak"]
    assert sandbox.fate(penerima.world)[ids[3], "dtjateng"] == "ditolak"
    assert "SEMBAKO" in uji.aids(penerima.households("2026-07")[households[ids[3]]["id_rt"]])
    assert "SEMBAKO" not in uji.aids(penerima.households("2026-07")[households[ids[4]]["id_rt"]])


def test_a_receipt_lacks_a_row_or_has_too_many(penerima):
    penerima.restart("baris_tak_dijawab")
    number = penerima.send(uji.body(uji.made_up(4))).json()["id_kiriman"]
    ids = sorted(row["id_baris"] for row in uji.made_up(4))
    penerima.poll(number)
    status, rows = penerima.poll(number)
    assert (status, sorted(rows)) == ("selesai", ids[:3])
    penerima.restart("baris_asing")
    fresh = [row for row in uji.made_up(5) if row["id_baris"] not in ids]
    number = penerima.send(uji.body(fresh)).json()["id_kiriman"]
    penerima.poll(number)
    told = [row["id_baris"] for row in penerima.client.get(f"/v1/penonaktifan/{number}").json()["hasil"]]
    assert told == [fresh[0]["id_baris"], fresh[0]["id_baris"], "f" * 64]


def test_the_modes_are_named_for_the_shell(capsys):
    from sandbox import __main__

    assert __main__.main(["modes"]) == 0
    told = capsys.readouterr().out
    assert all(f"  {name}" in told for name in trouble.RECEIVING)
    assert not set(trouble.RECEIVING) & set(trouble.MODES)
