"""One PUT at a time: states of families to Simnakis, outcomes to Bratasena (contracts/sinks.md, sections 3 and 4)."""

from __future__ import annotations

from datetime import date

import gangguan as g
import pytest
from lelah import FULL_TRIES, said
from receiving import receiving, row_id

from connectors.bratasena.delivery import report_outcome
from connectors.interface import SourceUnavailable, Unexpected
from connectors.simnakis.delivery import set_status

pytestmark = pytest.mark.usefixtures("quiet")
ONE, START = row_id(1), date(2026, 8, 1)
# A family may be filed under any text, also under a number of a person.
FAMILY = "3316081501100001"
PUT, GET = f"PUT /api/keluarga/{FAMILY}/status", f"GET /api/keluarga/{FAMILY}"
NEWER = g.status(409, galat="keadaan_lebih_baru")


def answered(tujuan, script, work):
    """(what the work gave or raised, receiver) with answers by the script; no error may tell of whom."""
    with receiving(tujuan, script) as receiver:
        try:
            return work(receiver.client), receiver
        except SourceUnavailable as error:
            assert FAMILY not in str(error) and ONE not in str(error) and said(str(error)) == []
            return error, receiver


def put(script, status="nonaktif", program=("PKH", "KJS"), anggota=None, keluarga=FAMILY):
    work = lambda client: set_status(client, keluarga, status, program, ONE, START, anggota)  # noqa: E731
    return answered("simnakis", script, work)


def in_turn(*faults):
    return lambda asked: faults[asked.data - 1]


def family(status="aktif", *daerah, **more):
    return g.answer({"id": FAMILY, "status": status, "program_daerah": list(daerah), **more})


def kjs(selesai, program="KJS"):
    return {"program": program, "mulai": "2025-01-01", "selesai": selesai}


@pytest.mark.parametrize(
    ("wish", "body"),
    [
        ({}, f'{{"status":"nonaktif","program":["PKH","KJS"],"rujukan":"{ONE}","berlaku":"2026-08-01"}}'),
        ({"program": None}, f'{{"status":"nonaktif","program":null,"rujukan":"{ONE}","berlaku":"2026-08-01"}}'),
        ({"status": "aktif", "program": ["PIP"], "anggota": ["A1"]},
         f'{{"status":"aktif","program":["PIP"],"rujukan":"{ONE}","berlaku":"2026-08-01","anggota":["A1"]}}'),
    ],
)  # fmt: skip
def test_a_family_is_set_with_the_documented_bytes(wish, body):
    outcome, receiver = put(in_turn(g.answer(b"")), **wish)
    (asked,) = receiver.asked
    assert (outcome, receiver.lines, asked.body) == ("selesai", [PUT], body.encode())
    assert (asked.headers["X-API-Key"], asked.headers["Content-Type"]) == ("rahasia-uji", "application/json")


def test_an_unknown_family_is_said_to_be_one():
    assert put(in_turn(g.status(404, galat="tidak_ada")))[0] == "tidak_dikenal"
    outcome, receiver = put(in_turn(NEWER, g.status(404)))
    assert (outcome, receiver.lines) == ("tidak_dikenal", [PUT, GET])


@pytest.mark.parametrize(
    ("wish", "now"),
    [
        ({}, family("nonaktif")),
        ({"program": None}, family("nonaktif")),
        ({"anggota": ["A1"]}, family("nonaktif")),
        ({"program": ["KJS"]}, family("aktif", kjs("2026-08-01"))),
        ({"program": ["KJS"]}, family("aktif", kjs("2025-12-31"), kjs("2026-07-31"), kjs(None, "LAIN"))),
        ({"status": "aktif", "program": None}, family("aktif")),
        ({"status": "aktif", "program": ["KJS"]}, family("aktif", kjs(None))),
        ({"status": "aktif", "program": ["KJS"]}, family("aktif", kjs("2026-07-31"), kjs("2026-12-31"))),
    ],
)
def test_a_newer_state_that_is_as_wished_is_done(wish, now):
    outcome, receiver = put(in_turn(NEWER, now), **wish)
    assert (outcome, receiver.lines) == ("selesai", [PUT, GET])


@pytest.mark.parametrize(
    ("wish", "now"),
    [
        ({}, family("aktif")),
        ({}, family("pindah")),
        ({"program": None}, family("aktif", kjs("2026-01-01"))),
        ({"program": ["KJS"]}, family("aktif", kjs("2026-08-02"))),
        ({"program": ["KJS"]}, family("aktif", kjs("2026-01-01"), kjs(None))),
        ({"program": ["KJS", "PKH"]}, family("aktif", kjs("2026-01-01"))),
        ({"program": ["KJS"], "anggota": ["A1"]}, family("aktif", kjs("2026-01-01"))),
        ({"program": ["KJS"]}, family("aktif", program_daerah=["KJS", 5, None, {"program": 7}])),
        ({"program": ["KJS"]}, family("aktif", program_daerah=None)),
        ({"status": "aktif", "program": None}, family("nonaktif")),
        ({"status": "aktif", "program": ["KJS"]}, family("nonaktif", kjs(None))),
        ({"status": "aktif", "program": ["KJS"]}, family("aktif", kjs("2026-07-31"))),
        ({"status": "aktif", "program": ["PKH"]}, family("aktif")),
        ({"status": "aktif", "program": ["KJS"], "anggota": ["A1"]}, family("aktif", kjs(None))),
    ],
)
def test_another_newer_state_is_told_once_more_and_then_left_to_a_person(wish, now):
    outcome, receiver = put(in_turn(NEWER, now, NEWER), **wish)
    assert (outcome, receiver.lines) == ("bertentangan", [PUT, GET, PUT])
    assert receiver.asked[0].body == receiver.asked[2].body
    assert put(in_turn(NEWER, now, g.answer({})), **wish)[0] == "selesai"


@pytest.mark.parametrize(
    "now", [g.answer({}), g.answer({"id": FAMILY}), g.answer({"id": FAMILY, "status": 1}), family("aktif", id="lain")]
)
def test_a_family_that_is_not_the_one_asked_for_decides_nothing(now):
    error, receiver = put(in_turn(NEWER, now))
    assert type(error) is Unexpected and "/api/keluarga/{id} did not give the family" in str(error)
    assert len(receiver.asked) == 2


@pytest.mark.parametrize("fault", [g.answer({}, 202), g.status(422), g.status(400), g.answer(b"<html>", 404)])
def test_another_answer_is_an_error_and_no_state(fault):
    error, receiver = put(in_turn(fault))
    assert type(error) is Unexpected and "simnakis: /api/keluarga/{id}/status answered" in str(error)
    assert len(receiver.asked) == 1


@pytest.mark.parametrize("fault", [g.status(500), g.reset_at_once])
def test_a_district_that_is_down_is_told_again_later_and_whom_it_is_about_stays_unsaid(fault):
    error, receiver = put(lambda asked: fault)
    assert type(error) is SourceUnavailable and receiver.waits == FULL_TRIES
    assert "/api/keluarga/{id}/status not read after 5 tries" in str(error)


def test_a_refused_key_is_about_the_connection():
    error, receiver = put(lambda asked: g.status(401, galat="kunci_salah"))
    assert type(error) is SourceUnavailable and len(receiver.asked) == 1
    assert "answered 401 kunci_salah; check login and password of simnakis_api" in str(error)


def test_an_id_stays_one_part_of_the_address():
    _, receiver = put(in_turn(g.answer({})), keluarga="S/../1?x#é%2F")
    assert receiver.lines == ["PUT /api/keluarga/S%2F..%2F1%3Fx%23%C3%A9%252F/status"]
    for wrong in ("", ".", "..", "a\nb", "x" * 201):
        error, receiver = put(in_turn(g.answer({})), keluarga=wrong)
        assert type(error) is Unexpected and receiver.asked == []


@pytest.mark.parametrize("wish", [{"program": []}, {"anggota": []}])
def test_nobody_is_never_sent_where_it_could_mean_all(wish):
    with pytest.raises(ValueError, match="empty list"):
        put(in_turn(g.answer({})), **wish)


def tell(script, jenis="aduan", id="AD-1", hasil="ditindaklanjuti", pesan="Sudah diperiksa."):
    return answered("bratasena", script, lambda client: report_outcome(client, jenis, id, 3, hasil, pesan))


@pytest.mark.parametrize("jenis", ["aduan", "pengajuan"])
@pytest.mark.parametrize("hasil", ["ditindaklanjuti", "tidak_terbukti", "diteruskan", "selesai"])
def test_citizens_hear_the_outcome(jenis, hasil):
    outcome, receiver = tell(in_turn(g.answer(b"")), jenis, "AD/1", hasil)
    (asked,) = receiver.asked
    assert (outcome, receiver.lines) == ("selesai", [f"PUT /api/{jenis}/AD%2F1/hasil"])
    assert asked.body == f'{{"versi":3,"hasil":"{hasil}","pesan":"Sudah diperiksa."}}'.encode()


def test_a_newer_version_is_left_to_the_next_feed():
    outcome, receiver = tell(in_turn(g.status(409)))
    assert (outcome, len(receiver.asked)) == ("versi_lain", 1)


@pytest.mark.parametrize("fault", [g.status(404), g.status(422), g.answer({}, 202), g.status(413)])
def test_any_other_answer_of_bratasena_is_for_a_person(fault):
    error, _ = tell(in_turn(fault))
    assert type(error) is Unexpected and "bratasena: /api/aduan/{id}/hasil answered" in str(error)


@pytest.mark.parametrize("pesan", ["NIK 3316081403800001", "telepon 081234567", "٣٣١٦٠٨١٤٠"])
def test_a_message_with_a_number_of_people_never_leaves(pesan):
    with receiving("bratasena", in_turn(g.answer(b""))) as receiver, pytest.raises(ValueError) as caught:
        report_outcome(receiver.client, "aduan", "AD-1", 3, "selesai", pesan)
    assert receiver.asked == [] and pesan not in str(caught.value) and "3316" not in str(caught.value)
    assert tell(in_turn(g.answer(b"")), pesan="SK 12345678/2026")[0] == "selesai"


def test_only_the_four_outcomes_are_told():
    with pytest.raises(ValueError, match="ditindaklanjuti, tidak_terbukti, diteruskan, selesai"):
        tell(in_turn(g.answer(b"")), hasil="terbukti")
