"""DTJateng is sent bytes that never change, and is believed only what sinks.md, section 1, lets it say."""

from __future__ import annotations

import hashlib
import json

import gangguan as g
import pytest
from lelah import FULL_TRIES, said
from receiving import receiving, row, row_id

from connectors.core.target import Receipt
from connectors.dtjateng.delivery import (
    Accepted,
    Conflict,
    Invalid,
    bodies,
    cancellation_bodies,
    key,
    receipt,
    send,
)
from connectors.interface import Cancellation, SourceUnavailable, Unexpected, Verdict

pytestmark = pytest.mark.usefixtures("quiet")
UNREADABLE_CODE = "kode_tidak_terbaca"
SK = "400.9/12/2026"
# Written by hand from sinks.md.
EXPECTED = (
    '{"kabupaten":"3316","bulan_efektif":"2026-08","nomor_sk":"400.9/12/2026","data":['
    '{"id_baris":"0000000000000000000000000000000000000000000000000000000000000001",'
    '"no_kk":"3316081501100001","nik":"3316081403800001","nama":"SITI \\"ÉTI\\" \\\\ =1+1","program":"PKH",'
    '"kode_alasan":"MAMPU","tanggal_verifikasi":"2026-07-11","bukti":"V-1"},'
    '{"id_baris":"0000000000000000000000000000000000000000000000000000000000000002",'
    '"no_kk":"3316081501100002","nik":null,"nama":"WARGA 2","program":"PIP",'
    '"kode_alasan":"MENINGGAL","tanggal_verifikasi":"2026-07-11","bukti":"dukcapil:2026-07-01"}]}'
).encode()
ROWS = [
    row(2, nik=None, program="PIP", kode_alasan="MENINGGAL", bukti="dukcapil:2026-07-01"),
    row(1, nama='SITI "ÉTI" \\ =1+1'),
]
(BODY,) = bodies(ROWS, "3316", "2026-08", SK)
ONE, TWO, STRANGER = row_id(1), row_id(2), row_id(99)


def answered(script, work=lambda client: send(client, BODY)):
    """(what the work gave or raised, receiver) with answers by the script; no error may tell what was sent or said."""
    with receiving("dtjateng", script) as receiver:
        try:
            return work(receiver.client), receiver
        except SourceUnavailable as error:
            for secret in (ONE, TWO, STRANGER, "331608", "SITI", "K-77"):
                assert secret not in str(error)
            assert said(str(error)) == []
            return error, receiver


def always(content, status=200):
    return lambda asked: g.answer(content, status)


def test_bodies_are_the_documented_bytes_in_the_order_of_their_ids():
    assert BODY == EXPECTED
    assert bodies(reversed(ROWS), "33.16", "2026-08", SK) == [EXPECTED]
    assert bodies([], "3316", "2026-08", SK) == []
    assert key(BODY) == hashlib.sha256(EXPECTED).hexdigest()


def test_a_row_to_take_back_has_its_reason():
    assert cancellation_bodies([Cancellation(TWO, "Sanggah dikabulkan")], "33.16", "2026-08", SK) == [
        b'{"kabupaten":"3316","bulan_efektif":"2026-08","nomor_sk":"400.9/12/2026","data":[{"id_baris":'
        b'"0000000000000000000000000000000000000000000000000000000000000002","alasan":"Sanggah dikabulkan"}]}'
    ]


def test_no_more_than_five_hundred_rows_a_body_and_every_row_once():
    made = [json.loads(body)["data"] for body in bodies([row(n) for n in range(1, 1002)], "3316", "2026-08", SK)]
    assert [len(data) for data in made] == [500, 500, 1]
    assert [line["id_baris"] for data in made for line in data] == [row_id(n) for n in range(1, 1002)]
    assert len(bodies([row(n) for n in range(1, 1002)], "3316", "2026-08", SK, batas=900)) == 3
    assert len(bodies([row(n) for n in range(1, 5)], "3316", "2026-08", SK, batas=3)) == 2


@pytest.mark.parametrize("rows", [[row(1), row(1, program="PIP")], [row(1, id_baris="F" * 64)], [row(1, id_baris="1")]])
def test_rows_without_an_id_of_their_own_make_no_body(rows):
    with pytest.raises(ValueError, match="id_baris") as caught:
        bodies(rows, "3316", "2026-08", SK)
    assert "331608" not in str(caught.value)


def test_nothing_personal_in_what_is_printed_of_rows_and_verdicts():
    shown = repr(row(1)) + repr(Verdict(ONE, "ditolak", "X", g.CANARY))
    assert "331608" not in shown and "WARGA" not in shown


@pytest.mark.parametrize("status", [200, 202])
def test_what_was_taken_now_or_before_has_one_id(status):
    outcome, receiver = answered(always({"id_kiriman": "K-77"}, status))
    assert outcome == Accepted("K-77")
    (asked,) = receiver.asked
    assert (receiver.lines, asked.body) == (["POST /v1/penonaktifan"], BODY)
    assert asked.headers["Idempotency-Key"] == hashlib.sha256(BODY).hexdigest()
    assert asked.headers["Content-Type"] == "application/json"


def test_cancellations_have_a_path_of_their_own():
    (body,) = cancellation_bodies([Cancellation(ONE, "x")], "3316", "2026-08", SK)
    outcome, receiver = answered(always({"id_kiriman": 7}, 202), lambda client: send(client, body, cancellation=True))
    assert (outcome, receiver.lines) == (Accepted("7"), ["POST /v1/pembatalan"])


def test_taken_and_then_silent_the_same_bytes_go_again_under_the_same_key(short_times):
    faults = {1: g.reset_at_once, 2: g.silent, 3: g.status(503), 4: g.status(429, "3")}
    outcome, receiver = answered(lambda asked: faults.get(asked.data, g.answer({"id_kiriman": "K-77"})))
    assert outcome == Accepted("K-77")
    assert {(asked.body, asked.headers["Idempotency-Key"]) for asked in receiver.asked} == {(BODY, key(BODY))}
    assert (len(receiver.asked), receiver.waits) == (5, [1.0, 2.0, 4.0, 3.0])


@pytest.mark.parametrize("fault", [g.reset_at_once, g.status(500), g.status(503), g.HTML, g.answer(b'{"id_kiri', 202)])
def test_a_province_that_is_down_or_talks_nonsense_leaves_the_body_to_be_sent_again(fault):
    error, receiver = answered(lambda asked: fault)
    assert type(error) is SourceUnavailable
    assert receiver.waits in (FULL_TRIES, [])


def test_an_expired_token_is_renewed_once():
    faults = {1: g.status(401, galat="token_kedaluwarsa")}
    outcome, receiver = answered(lambda asked: faults.get(asked.data, g.answer({"id_kiriman": "K-77"}, 202)))
    assert (outcome, len(receiver.proxy.asked)) == (Accepted("K-77"), 4)
    error, receiver = answered(lambda asked: g.status(401, galat="token_ditolak"))
    assert type(error) is SourceUnavailable and len(receiver.asked) == 2
    assert "/v1/penonaktifan answered 401 token_ditolak" in str(error) and "dtjateng_api" in str(error)


def test_a_known_key_with_another_body_is_a_conflict():
    assert answered(always({"galat": "kunci_bentrok", "pesan": g.CANARY}, 409))[0] == Conflict()


@pytest.mark.parametrize(
    ("rincian", "kode"),
    [
        ([{"id_baris": TWO, "kode": "NIK_SALAH", "pesan": g.CANARY}], {TWO: "NIK_SALAH"}),
        ([{"id_baris": TWO, "kode": "A"}, {"id_baris": ONE, "kode": 17}], {ONE: "17", TWO: "A"}),
        ([{"id_baris": TWO, "kode": "A"}, {"id_baris": TWO, "kode": "B"}], {TWO: "A"}),
        ([{"id_baris": TWO}, {"id_baris": ONE, "kode": "NIK 3316"}], {ONE: UNREADABLE_CODE, TWO: UNREADABLE_CODE}),
        ([{"id_baris": ONE, "kode": "KK_3316081501100001"}], {ONE: UNREADABLE_CODE}),
    ],
)  # fmt: skip
def test_rows_that_are_not_valid_are_named_with_a_code(rincian, kode):
    outcome, receiver = answered(always({"galat": "tidak_valid", "rincian": rincian}, 422))
    assert outcome == Invalid(kode) and len(receiver.asked) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"galat": "tidak_valid"}, "named no row"),
        ({"galat": "tidak_valid", "rincian": []}, "named no row"),
        ({"galat": "tidak_valid", "rincian": [{"id_baris": STRANGER, "kode": "A"}]}, "1 rows that it was not sent"),
        ({"rincian": [{"id_baris": ONE, "kode": "A"}, {"id_baris": STRANGER, "kode": "A"}]}, "was not sent"),
        ({"rincian": [{"id_baris": ONE}, {"kode": "A"}]}, "1 of 2 rows without an id_baris"),
        ({"rincian": [{"id_baris": [ONE]}]}, "without an id_baris"),
        ({"rincian": {"id_baris": ONE}}, "no list of rows"),
        ({"rincian": [ONE]}, "no list of rows"),
    ],
)
def test_a_422_that_does_not_say_which_rows_of_ours_are_wrong_is_not_guessed_at(content, told):
    error, _ = answered(always(content, 422))
    assert type(error) is Unexpected and told in str(error)


@pytest.mark.parametrize(
    ("content", "status"),
    [({}, 200), ({"id_kiriman": ""}, 202), ({"id_kiriman": None}, 202), ({"id_kiriman": ["K-77"]}, 202),
     ({"id_kiriman": True}, 202), ({"id_kiriman": "K-77\n"}, 202), ({"id_kiriman": "x" * 201}, 202), (b"", 202),
     ({"galat": "tidak_ada"}, 404), ({"galat": "terlalu_besar", "pesan": g.CANARY}, 413), (b"<html>", 422),
     ({"galat": "bentuk"}, 400)],
)  # fmt: skip
def test_any_other_answer_is_an_error_and_no_state(content, status):
    error, receiver = answered(always(content, status))
    assert type(error) is Unexpected and "dtjateng: /v1/penonaktifan" in str(error)
    assert len(receiver.asked) == 1


def receive(script, id_kiriman="K-77", cancellation=False):
    return answered(script, lambda client: receipt(client, id_kiriman, cancellation))


def said_of(number, status, **more):
    return {"id_baris": row_id(number), "status": status, **more}


def test_a_partial_receipt_then_one_in_which_a_row_is_rejected_after_all():
    rejected = said_of(1, "ditolak", kode="SUDAH_KELUAR", pesan="Bu SITI")
    polls = [
        {"status": "diproses", "hasil": [said_of(1, "diterima")]},
        {"status": "selesai", "hasil": [said_of(3, "diterima"), rejected]},
    ]
    script = lambda asked: g.answer(polls[asked.data - 1])  # noqa: E731
    two, receiver = answered(script, lambda client: (receipt(client, "K-77"), receipt(client, "K-77")))
    assert receiver.lines == ["GET /v1/penonaktifan/K-77"] * 2
    assert two == (
        Receipt(False, (Verdict(ONE, "diterima", None, None),)),
        Receipt(True, (Verdict(ONE, "ditolak", "SUDAH_KELUAR", "Bu SITI"), Verdict(row_id(3), "diterima", None, None))),
    )


def test_within_one_receipt_a_rejection_stands_whatever_the_order():
    both = [said_of(1, "ditolak", kode="A"), said_of(1, "diterima"), said_of(2, "diterima"), said_of(2, "diterima")]
    for rows in (both, both[::-1]):
        outcome, _ = receive(always({"status": "selesai", "hasil": rows}))
        assert [(v.id_baris, v.status, v.kode) for v in outcome.hasil] == [
            (ONE, "ditolak", "A"),
            (TWO, "diterima", None),
        ]


@pytest.mark.parametrize("status", ["diproses", "selesai"])
@pytest.mark.parametrize("more", [{}, {"hasil": None}, {"hasil": []}])
def test_a_receipt_may_be_empty(status, more):
    assert receive(always({"status": status, **more}))[0] == Receipt(status == "selesai", ())


def test_an_unknown_row_is_for_the_caller_to_see_and_text_is_as_postgres_can_hold_it():
    row_ = said_of(99, "ditolak", kode="", pesan="a\0b\ud800" + "x" * 2000)
    outcome, _ = receive(always({"status": "selesai", "hasil": [row_]}))
    assert outcome == Receipt(True, (Verdict(STRANGER, "ditolak", None, "ab?" + "x" * 997),))


def test_a_receipt_of_cancellations_and_an_id_that_has_to_be_escaped():
    empty = always({"status": "diproses", "hasil": []})
    assert receive(empty, "K/1?x=%2F", cancellation=True)[1].lines == ["GET /v1/pembatalan/K%2F1%3Fx%3D%252F"]
    for wrong in ("", ".", "..", "a\nb"):
        error, receiver = receive(empty, wrong)
        assert type(error) is Unexpected and receiver.asked == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({}, "another status"),
        ({"status": "dibatalkan", "hasil": []}, "another status"),
        ({"status": ["selesai"], "hasil": []}, "another status"),
        ({"status": "selesai", "hasil": [said_of(1, "diterima"), said_of(2, "tertunda")]}, "1 of 2 rows with another"),
        ({"status": "selesai", "hasil": [{"id_baris": ONE}]}, "1 of 1 rows with another status"),
        ({"status": "selesai", "hasil": [{"status": "diterima"}]}, "without an id_baris"),
        ({"status": "selesai", "hasil": [{"id_baris": ONE.upper() + "\n", "status": "diterima"}]}, "without an id_bar"),
        ({"status": "selesai", "hasil": {ONE: "diterima"}}, "no list of rows"),
        ({"status": "selesai", "hasil": ["diterima"]}, "no list of rows"),
    ],
)
def test_a_receipt_that_is_not_as_agreed_is_not_half_believed(content, told):
    error, _ = receive(always(content))
    assert type(error) is Unexpected and told in str(error)
    assert "/v1/penonaktifan/{id}" in str(error)


@pytest.mark.parametrize("fault", [g.status(500), g.HTML, g.reset_in_head])
def test_a_receipt_that_cannot_be_read_is_asked_for_again_later(fault):
    error, receiver = receive(lambda asked: fault)
    assert type(error) is SourceUnavailable and len(receiver.asked) == 5
    assert "/v1/penonaktifan/{id} not read" in str(error)


def test_a_batch_that_the_province_no_longer_knows_is_for_a_person():
    error, _ = receive(lambda asked: g.status(404, galat="tidak_ada"))
    assert type(error) is Unexpected and "answered 404 for a batch that it took" in str(error)
