"""Steps called out of their order send nothing that was not proposed, listed, judged and agreed to."""

from __future__ import annotations

import pytest
from antrean_uji import JUNE, RELEASE, Antrean, row_id

from sinkron import database, month, outbox, publish, questions
from sinkron.outcomes import GateHeld, NotReady, Rejected, Undecided
from sinkron.steps import authorise
from sinkron.steps import list as list_step

PROPOSED = {(1, tujuan): "diusulkan" for tujuan in ("dtjateng", "siks_ng", "simnakis")}


def test_nothing_is_there_to_be_pushed_reconciled_or_decided(antrean: Antrean):
    assert antrean.reconcile()["dikirim"] == 0
    assert antrean.push()["dikirim"] == 0
    assert list_step.run(antrean.settings, JUNE)["daftar"] == 0
    assert authorise.run(antrean.settings, JUNE) == {"daftar": 0}


def test_push_before_list_and_before_both_approvals(antrean: Antrean):
    antrean.propose(1)
    for step in (antrean.push, antrean.reconcile, antrean.list, antrean.push, antrean.reconcile):
        step()
        assert antrean.states() == PROPOSED
    with pytest.raises(Undecided, match="2 dari 2"):
        authorise.run(antrean.settings, JUNE)
    antrean.answer(1)
    with pytest.raises(Undecided, match="1 dari 2"):
        authorise.run(antrean.settings, JUNE)
    antrean.push()
    assert antrean.states() == PROPOSED
    assert antrean.rows("select * from antrean.kiriman") == []
    antrean.answer(2, nomor_sk="SK/9")
    assert authorise.run(antrean.settings, JUNE) == {"daftar": 3, "oleh": "uji-verifikator, uji-kepala"}
    antrean.push()
    # The two over REST lead nowhere in this warehouse, and do not hold up the files.
    assert antrean.states() == {
        (1, "dtjateng"): "disetujui", (1, "siks_ng"): "dikirim", (1, "simnakis"): "disetujui",
    }  # fmt: skip
    assert set(antrean.rows("select nomor_sk from antrean.kiriman")) == {("SK/9",)}


def test_a_rejected_list_is_not_sent_and_the_next_one_may_be(antrean: Antrean):
    antrean.propose(1, ("siks_ng",))
    antrean.list()
    antrean.answer(1, jawaban="tolak")
    with pytest.raises(Rejected):
        authorise.run(antrean.settings, JUNE)
    antrean.push()
    assert antrean.states() == {(1, "siks_ng"): "diusulkan"}
    antrean.propose(2, ("siks_ng",))
    antrean.approve()
    antrean.push()
    assert antrean.states() == {(1, "siks_ng"): "dikirim", (2, "siks_ng"): "dikirim"}


def test_a_list_that_comes_back_is_the_one_that_is_asked_about(antrean: Antrean):
    antrean.propose(1, ("siks_ng",))
    antrean.propose(2, ("siks_ng",))
    both = antrean.list()
    antrean.hold(2)
    alone = antrean.list()
    assert alone != both
    antrean.answer(1, sha256=alone, jawaban="tolak")
    antrean.lift(2)
    assert antrean.list() == both
    with pytest.raises(Undecided):
        authorise.run(antrean.settings, JUNE)
    with database.connect(antrean.settings) as connection:
        assert questions.question(connection, "push", JUNE, 1).sha256 == both


def test_a_list_before_its_month_is_published(antrean: Antrean):
    antrean.propose(1)
    with pytest.raises(NotReady):
        list_step.run(antrean.settings, "2026-07")
    antrean.do("update rilis.rilis set status = 'ditarik'")
    with pytest.raises(NotReady):
        list_step.run(antrean.settings, JUNE)


def test_an_older_month_proposes_nothing(antrean: Antrean):
    antrean.propose(1)
    antrean.release("2026-07/1")
    assert list_step.run(antrean.settings, JUNE) == {"daftar": 0}
    assert antrean.rows("select * from antrean.daftar") == []


def test_a_row_that_a_later_release_does_not_derive_falls(antrean: Antrean):
    antrean.propose(1, ("siks_ng",))
    antrean.approve()
    antrean.release("2026-07/1")
    antrean.do("delete from kasus.usulan_rilis where id_rilis = '2026-07/1'")
    assert list_step.run(antrean.settings, "2026-07") == {"gugur": 1, "daftar": 0}
    antrean.push()
    assert antrean.rows("select status, kode_tolak from antrean.baris") == [("dibatalkan", "tidak_lagi_berdasar")]


def test_what_a_withdrawn_release_proposed_waits_for_the_release_that_takes_its_place(antrean: Antrean):
    antrean.propose(1, ("siks_ng",))
    antrean.release("2026-07/1")
    antrean.propose(2, ("siks_ng",), id_rilis="2026-07/1")
    publish.rollback(antrean.settings, RELEASE, "uji", "uji")
    # June's list, made again while readers see June: it could not know what July found.
    antrean.list()
    assert antrean.states()[2, "siks_ng"] == "diusulkan"
    antrean.release("2026-07/2")
    assert list_step.run(antrean.settings, "2026-07")["gugur"] == 1
    assert antrean.states() == {(1, "siks_ng"): "diusulkan", (2, "siks_ng"): "dibatalkan"}


def test_what_a_correction_of_an_older_month_proposes_waits_for_the_next_month(antrean: Antrean):
    antrean.release("2026-07/1")
    antrean.release("2026-06/2")
    # The newest month stays what readers see.
    antrean.do("update rilis.penunjuk set id_rilis = '2026-07/1'")
    antrean.propose(1, ("siks_ng",), id_rilis="2026-06/2")
    assert list_step.run(antrean.settings, "2026-07") == {"gugur": 0, "daftar": 0}
    assert antrean.states() == {(1, "siks_ng"): "diusulkan"}
    antrean.release("2026-08/1")
    assert list_step.run(antrean.settings, "2026-08") == {"gugur": 1, "daftar": 0}


def test_what_was_approved_by_a_list_of_a_withdrawn_release_is_asked_about_again(antrean: Antrean):
    antrean.release("2026-07/1")
    antrean.propose(1, ("siks_ng",), id_rilis="2026-07/1")
    antrean.approve("2026-07")
    with database.connect(antrean.settings) as connection:
        # Killed before a body was stored.
        assert outbox.authorise(connection) == 1
    publish.rollback(antrean.settings, RELEASE, "uji", "uji")
    antrean.push()
    assert antrean.states() == {(1, "siks_ng"): "disetujui"}
    antrean.release("2026-07/2")
    antrean.do("insert into kasus.usulan_rilis values ('2026-07/2', %s)", row_id(1))
    antrean.push()
    # Nobody has agreed to it for the release that stands.
    assert antrean.states() == {(1, "siks_ng"): "disetujui"}
    assert antrean.approve("2026-07")
    antrean.push()
    assert antrean.states() == {(1, "siks_ng"): "dikirim"}


def test_what_was_approved_and_is_in_no_body_falls_with_its_ground(antrean: Antrean):
    antrean.propose(1, ("siks_ng",))
    antrean.approve()
    with database.connect(antrean.settings) as connection:
        assert outbox.authorise(connection) == 1
    antrean.hold(1)
    antrean.release("2026-07/1")
    antrean.do("delete from kasus.usulan_rilis where id_rilis = '2026-07/1'")
    assert list_step.run(antrean.settings, "2026-07") == {"gugur": 1, "daftar": 0}
    antrean.lift(1)
    antrean.push()
    assert antrean.rows("select status, kode_tolak from antrean.baris") == [("dibatalkan", "tidak_lagi_berdasar")]
    assert antrean.rows("select * from antrean.kiriman") == []


def test_a_list_that_the_gate_holds_is_not_decided(antrean: Antrean):
    antrean.propose(1, bukti="VLP-99")
    with pytest.raises(GateHeld, match="bukti_ada"):
        antrean.list()
    ((sha256,),) = antrean.rows("select sha256 from antrean.daftar")
    with pytest.raises(database.DatabaseError, match="gerbang daftar"):
        antrean.answer(1, sha256=sha256)
    antrean.push()
    assert antrean.states() == PROPOSED


@pytest.mark.parametrize("ground", ["the complaint", "its answer", "the visit", "the withdrawal"])
def test_a_row_whose_ground_fell_after_the_month_waits_alone(antrean: Antrean, ground: str):
    antrean.propose(1, ("siks_ng",))
    if ground == "the withdrawal":
        antrean.propose(2, ("siks_ng",), asal="graduasi_mandiri", sumber_kasus="pengajuan", id_kasus="PGJ-2",
                        bukti="PGJ-2", petugas=None)  # fmt: skip
        antrean.do(
            "insert into kasus.pengajuan (id_kiriman, nomor_baris, id_sumber, versi, jenis, diubah, status, sidik)"
            " values ('umpan', 1, 'PGJ-2', 1, 'graduasi_mandiri', '2026-07-01 00:00+07', 'dicabut', 'x')"
        )
    elif ground == "its answer":
        antrean.propose(2, ("siks_ng",))
        for versi, status in ((9998, "tidak_terbukti"), (9999, "selesai")):
            antrean.do(
                "insert into kasus.aduan (id_kiriman, nomor_baris, id_sumber, versi, diubah, status, sidik)"
                f" values ('umpan', 1, 'BRT-2', {versi}, '2026-07-01 00:00+07', '{status}', 'x{versi}')"
            )
    else:
        antrean.propose(2, ("siks_ng",))
        antrean.do(
            "insert into kasus.aduan (id_kiriman, nomor_baris, id_sumber, versi, diubah, status, sidik)"
            " values ('umpan', 1, 'BRT-2', 9999, '2026-07-01 00:00+07', 'dicabut', 'x')"
            if ground == "the complaint" else
            "insert into kasus.verifikasi (id_kiriman, nomor_baris, id_sumber, diubah, petugas, tanggal, hasil, sidik)"
            " values ('umpan', 1, 'VLP-2', '2026-07-01 00:00+07', 'petugas.uji', '2026-06-11', 'layak', 'x')"
        )  # fmt: skip
    assert list_step.run(antrean.settings, JUNE)["menunggu_bukti"] == 1
    antrean.approve()
    antrean.push()
    assert antrean.states() == {(1, "siks_ng"): "dikirim", (2, "siks_ng"): "diusulkan"}


def test_who_is_no_approver_any_more_is_known_when_the_list_is_made(antrean: Antrean):
    antrean.do("insert into keputusan.penyetuju values ('push', 1, 'pensiunan')")
    antrean.propose(1)
    antrean.list()
    with pytest.raises(database.DatabaseError, match="bukan penyetuju ke-1"):
        antrean.answer(1, "pensiunan")


@pytest.mark.parametrize(
    ("approve", "new", "open_decision", "states"),
    [
        ("none", True, True, {"diusulkan"}),
        ("none", False, False, {"diusulkan"}),
        ("publish", True, False, {"diusulkan"}),
        ("yes", True, False, {"dikirim"}),
        ("yes", False, False, {"dikirim"}),
    ],
)
def test_what_approve_answers(antrean: Antrean, approve: str, new: bool, open_decision: bool, states: set[str]):
    antrean.propose(1, ("siks_ng",))
    said: list[str] = []
    if open_decision:
        with pytest.raises(Undecided) as left_open:
            month._deactivate(antrean.settings, JUNE, approve, said.append, new)
        assert left_open.value.exit_code == 5
    else:
        sent = month._deactivate(antrean.settings, JUNE, approve, said.append, new)
        assert sent == (1 if states == {"dikirim"} else 0)
    assert set(antrean.states().values()) == states
    automatic = antrean.rows("select oleh, otomatis, masukan from keputusan.putusan order by urutan")
    assert automatic == ([("uji-verifikator", True, {}), ("uji-kepala", True, {})] if approve == "yes" else [])
    if approve == "yes":
        assert antrean.rows("select nomor_sk from antrean.kiriman") == [("UJI/2026-07/1",)]


def test_what_was_agreed_to_before_is_sent_while_another_decision_is_open(antrean: Antrean):
    antrean.propose(1, ("siks_ng",))
    antrean.approve()
    antrean.propose(2, ("siks_ng",))
    with pytest.raises(Undecided):
        month._deactivate(antrean.settings, JUNE, "none", lambda line: None, True)
    assert antrean.states() == {(1, "siks_ng"): "dikirim", (2, "siks_ng"): "diusulkan"}
    assert antrean.rows("select id_baris from antrean.isi") == [(row_id(1),)]


def test_what_was_agreed_to_before_is_sent_while_the_gate_holds_another_list(antrean: Antrean):
    antrean.propose(1, ("siks_ng",))
    antrean.approve()
    antrean.propose(2, ("siks_ng",), bukti="VLP-99")
    with pytest.raises(GateHeld, match="bukti_ada"):
        month._deactivate(antrean.settings, JUNE, "yes", lambda line: None, True)
    assert antrean.states() == {(1, "siks_ng"): "dikirim", (2, "siks_ng"): "diusulkan"}


@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize("approve", ["none", "yes"])
def test_a_refused_list_ends_the_run_as_rejected_and_holds_back_nothing_else(
    antrean: Antrean, approve: str, place: int
):
    antrean.propose(1, ("siks_ng",))
    antrean.approve()
    antrean.propose(2, ("siks_ng",))
    antrean.list()
    for before in range(1, place):
        antrean.answer(before)
    antrean.answer(place, jawaban="tolak")
    with pytest.raises(Rejected) as refused:
        month._deactivate(antrean.settings, JUNE, approve, lambda line: None, False)
    assert refused.value.exit_code == 5
    assert antrean.states() == {(1, "siks_ng"): "dikirim", (2, "siks_ng"): "diusulkan"}
