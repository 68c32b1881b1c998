"""What the outbox does when a hold, a crash or a strange answer comes between two of its steps."""

from __future__ import annotations

import pytest
from antrean_uji import JULY, JUNE, RELEASE, Antrean, row_id
from penerima_palsu import Penerima, install

from sinkron import database, outbox, publish, report
from sinkron import receivers as receivers_of

BODIES = "select status, percobaan from antrean.kiriman order by id_kiriman"
# These receivers speak of a foreign row in every further answer.
ALARMS = "select tujuan, kode from antrean.alarm where kode <> 'baris_tidak_dikenal' order by 1, 2"


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def receivers(antrean: Antrean, monkeypatch: pytest.MonkeyPatch) -> dict[str, Penerima]:
    """Three receivers that are well."""
    return install(monkeypatch, lambda tujuan, key, id_baris: None)


def push_until(antrean: Antrean, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Step push, killed at a place."""

    def die(settings: object, name: str) -> None:
        if name == place:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "failpoint", die)
        with pytest.raises(Killed):
            antrean.push()


def test_a_body_of_which_a_row_is_held_is_put_together_again_and_may_come_back(
    antrean: Antrean, receivers: dict[str, Penerima], monkeypatch: pytest.MonkeyPatch
):
    for number in (1, 2):
        antrean.propose(number, ("dtjateng",))
    antrean.approve()
    push_until(antrean, monkeypatch, "push.stored")
    antrean.hold(1)
    antrean.hold(2)
    antrean.push()
    assert antrean.rows(BODIES) == [("dipecah", 0)]
    antrean.lift(1)
    antrean.lift(2)
    # The same rows are the same bytes, under the same key.
    antrean.push()
    assert antrean.rows(BODIES) == [("dipecah", 0), ("terkirim", 1)]
    assert antrean.rows("select count(distinct kunci) as n from antrean.kiriman") == [(1,)]
    assert antrean.states() == {(1, "dtjateng"): "dikirim", (2, "dtjateng"): "dikirim"}


def test_a_body_that_may_have_arrived_is_not_taken_apart(
    antrean: Antrean, receivers: dict[str, Penerima], monkeypatch: pytest.MonkeyPatch
):
    antrean.propose(1, ("dtjateng",))
    antrean.approve()
    push_until(antrean, monkeypatch, "push.sent")
    antrean.objection(1, "layak")
    antrean.push()
    antrean.reconcile()
    assert receivers["dtjateng"].breaches == []
    assert receivers["dtjateng"].cancelled == {row_id(1)}
    assert [folder.kind for folder in receivers["dtjateng"].folders.values()] == ["penonaktifan", "pembatalan"]


def test_what_was_upheld_while_its_body_was_refused_goes_into_no_other(
    antrean: Antrean, receivers: dict[str, Penerima], monkeypatch: pytest.MonkeyPatch
):
    for number in (1, 2, 3):
        antrean.propose(number, ("dtjateng",))
    antrean.approve()
    receivers["dtjateng"].weather = "mati"
    antrean.push()
    # Tried once, so it stays; the province then refuses the whole body for the sake of its first row.
    antrean.objection(2, "layak")
    receivers["dtjateng"].weather = "tolak"
    antrean.push()
    assert receivers["dtjateng"].taken == {row_id(3)}
    assert antrean.states() == {(1, "dtjateng"): "ditolak", (2, "dtjateng"): "disetujui", (3, "dtjateng"): "dikirim"}
    antrean.push()
    assert antrean.states()[2, "dtjateng"] == "dibatalkan"


def test_a_row_that_is_rejected_while_it_is_taken_back_stays_rejected(antrean: Antrean, receivers: dict[str, Penerima]):
    antrean.propose(1, ("dtjateng",))
    antrean.approve()
    antrean.push()
    own = receivers["dtjateng"]
    (new,) = own.folders
    own.answer(new, [row_id(1)], "diterima", False)
    antrean.objection(1, "layak")
    antrean.reconcile()
    (back,) = set(own.folders) - {new}
    own.answer(new, [row_id(1)], "ditolak", True)
    own.answer(back, [row_id(1)], "diterima", True)
    antrean.reconcile()
    assert antrean.states() == {(1, "dtjateng"): "ditolak"}
    assert antrean.rows(ALARMS) == [("dtjateng", "ditolak_setelah_diterima")]
    assert set(antrean.rows(BODIES)) == {("selesai", 1)}


def test_an_outbox_that_cannot_be_written_holds_up_nobody_else(antrean: Antrean, receivers: dict[str, Penerima]):
    antrean.propose(1)
    antrean.approve()
    receivers["siks_ng"].weather = "mati"
    counts = antrean.push()
    assert counts["per_tujuan"] == {"dtjateng": 1, "simnakis": 1}
    assert set(counts["tidak_terjangkau"]) == {"siks_ng"}
    receivers["siks_ng"].weather = "baik"
    assert antrean.push()["per_tujuan"] == {"siks_ng": 1}


def test_a_folder_that_is_there_with_other_rows_is_looked_at_by_a_person(antrean: Antrean):
    folder = antrean.settings.outbox / "siks-ng" / JULY / "0001"
    folder.mkdir(parents=True)
    (folder / "penonaktifan.csv").write_text("lain")
    antrean.propose(1, ("siks_ng",))
    antrean.approve()
    assert antrean.push()["dikirim"] == 0
    assert antrean.rows(ALARMS) == [("siks_ng", "jawaban_tak_terduga")]
    assert antrean.states() == {(1, "siks_ng"): "disetujui"}


def test_an_answer_to_a_folder_that_was_written_and_not_recorded_waits_for_its_record(
    antrean: Antrean, receivers: dict[str, Penerima], monkeypatch: pytest.MonkeyPatch
):
    antrean.propose(1, ("siks_ng",))
    antrean.approve()
    push_until(antrean, monkeypatch, "push.sent")
    receivers["siks_ng"].answer(f"{JULY}/0001", [row_id(1)], "diterima", True)
    antrean.reconcile()
    assert antrean.states() == {(1, "siks_ng"): "dikirim"}
    assert antrean.rows(ALARMS) == []
    antrean.reconcile()
    assert antrean.states() == {(1, "siks_ng"): "diakui"}


def test_an_inbox_that_cannot_be_read_holds_up_nobody_else(antrean: Antrean, monkeypatch: pytest.MonkeyPatch):
    from connectors.interface import SourceUnavailable
    from connectors.siks_ng import results

    def unreadable(inbox: object) -> None:
        raise SourceUnavailable("siks_ng: siks-ng/hasil cannot be read (Permission denied)")

    monkeypatch.setattr(results, "results", unreadable)
    assert set(antrean.reconcile()["tanpa_jawaban"]) == {"siks_ng"}


def test_what_a_later_month_showed_is_not_undone_by_a_rollback(antrean: Antrean, receivers: dict[str, Penerima]):
    antrean.propose(1, ("simnakis",))
    antrean.approve()
    antrean.push()
    compared = "insert into kasus.pencocokan values (%s, %s, 'simnakis', %s, %s)"
    antrean.do(compared, f"{JUNE}/1", row_id(1), "belum_tercermin", "masih_aktif")
    antrean.release(f"{JULY}/1")
    antrean.do(compared, f"{JULY}/1", row_id(1), "tercermin", "dijawab")
    antrean.reconcile()
    assert antrean.states() == {(1, "simnakis"): "tercermin"}
    # Readers see June again; the receiver's extract of July has been seen all the same.
    antrean.do("update rilis.rilis set status = 'ditarik' where id_rilis = %s", f"{JULY}/1")
    antrean.do("update rilis.penunjuk set id_rilis = %s", f"{JUNE}/1")
    antrean.reconcile()
    assert antrean.states() == {(1, "simnakis"): "tercermin"}


@pytest.fixture
def withdrawn(antrean: Antrean, receivers: dict[str, Penerima], monkeypatch: pytest.MonkeyPatch) -> Antrean:
    """A body of June's list with row 1 and one of July's with rows 2 and 3, none tried; then July is withdrawn."""
    antrean.propose(1, ("dtjateng",))
    antrean.approve()
    push_until(antrean, monkeypatch, "push.stored")
    antrean.release(f"{JULY}/1")
    for number in (2, 3):
        antrean.propose(number, ("dtjateng",), id_rilis=f"{JULY}/1")
    antrean.approve(JULY)
    push_until(antrean, monkeypatch, "push.stored")
    assert antrean.rows(BODIES) == [("siap", 0), ("siap", 0)]
    publish.rollback(antrean.settings, RELEASE, "uji", "uji")
    return antrean


def test_a_body_that_was_never_tried_is_taken_apart_with_the_release_of_its_list(
    withdrawn: Antrean, receivers: dict[str, Penerima]
):
    # The database refuses it also to who does not look first.
    with pytest.raises(database.DatabaseError, match="rilisnya ditarik, susun ulang dahulu"):
        withdrawn.do("update antrean.kiriman set percobaan = 1")
    withdrawn.push()
    # What June's list approved goes out.
    assert receivers["dtjateng"].taken == {row_id(1)}
    assert withdrawn.rows(BODIES) == [("terkirim", 1), ("dipecah", 0)]
    assert withdrawn.states()[2, "dtjateng"] == "disetujui"


def test_the_list_of_the_next_release_asks_again_about_what_was_in_such_a_body(
    withdrawn: Antrean, receivers: dict[str, Penerima]
):
    withdrawn.release(f"{JULY}/2")
    withdrawn.do("insert into kasus.usulan_rilis values (%s, %s)", f"{JULY}/2", row_id(2))
    sha256 = withdrawn.list(JULY)
    assert withdrawn.rows("select id_baris from antrean.daftar_baris where sha256 = %s", sha256) == [(row_id(2),)]
    assert withdrawn.states()[3, "dtjateng"] == "dibatalkan"
    withdrawn.push()
    assert receivers["dtjateng"].taken == {row_id(1)}
    withdrawn.approve(JULY)
    withdrawn.push()
    assert receivers["dtjateng"].taken == {row_id(1), row_id(2)}


def test_a_body_that_was_tried_is_sent_again_though_the_release_of_its_list_is_withdrawn(
    antrean: Antrean, receivers: dict[str, Penerima]
):
    antrean.release(f"{JULY}/1")
    antrean.propose(1, ("dtjateng",), id_rilis=f"{JULY}/1")
    antrean.approve(JULY)
    receivers["dtjateng"].weather = "mati"
    antrean.push()
    publish.rollback(antrean.settings, RELEASE, "uji", "uji")
    receivers["dtjateng"].weather = "baik"
    antrean.push()
    # The province may have had it, and only its answer to the same bytes can tell.
    assert receivers["dtjateng"].taken == {row_id(1)}


ACTIVE = "insert into kasus.pencocokan values (%s, %s, %s, 'belum_tercermin', 'masih_aktif')"
WAY = "select ke from antrean.riwayat where id_baris = %s and tujuan = %s order by urutan"


def test_36_what_was_sent_and_is_still_active_is_not_reflected_answered_or_not(
    antrean: Antrean, receivers: dict[str, Penerima]
):
    for number in (1, 2, 3):
        antrean.propose(number, ("dtjateng", "siks_ng"))
        for tujuan in ("dtjateng", "siks_ng"):
            antrean.do(ACTIVE, f"{JUNE}/1", row_id(number), tujuan)
    antrean.approve()
    antrean.push()
    (receipt,) = receivers["dtjateng"].folders
    # The province closes its receipt and says nothing of the third; the nation says nothing at all.
    receivers["dtjateng"].answer(receipt, [row_id(1), row_id(2)], "diterima", True)
    antrean.reconcile()
    assert antrean.states() == {
        **{(n, t): "belum_tercermin" for n in (1, 2, 3) for t in ("dtjateng", "siks_ng")}, (3, "dtjateng"): "dikirim",
    }  # fmt: skip
    assert antrean.rows(ALARMS) == [("dtjateng", "selesai_tanpa_jawaban")]
    # Nothing is sent again, and the answers may still come: that they did is kept, what the extract showed stands.
    assert antrean.push()["dikirim"] == 0
    receivers["siks_ng"].answer(f"{JULY}/0001", [row_id(1)], "diterima", False)
    receivers["siks_ng"].answer(f"{JULY}/0001", [row_id(2)], "ditolak", False)
    for _ in range(2):
        antrean.reconcile()
        assert [antrean.states()[n, "siks_ng"] for n in (1, 2, 3)] == ["belum_tercermin", "ditolak", "belum_tercermin"]
    ways = ["diusulkan", "disetujui", "dikirim", "belum_tercermin"]
    assert [ke for (ke,) in antrean.rows(WAY, row_id(1), "siks_ng")] == [*ways, "diakui", "belum_tercermin"]
    assert [ke for (ke,) in antrean.rows(WAY, row_id(3), "siks_ng")] == ways
    # A refusal of what was never acknowledged is no contradiction.
    assert antrean.rows(ALARMS) == [("dtjateng", "selesai_tanpa_jawaban")]


def test_what_is_taken_back_is_not_compared(antrean: Antrean, receivers: dict[str, Penerima]):
    """A programme that goes on after an upheld objection is as it should be, and one that ended says nothing either."""
    for number in (1, 2):
        antrean.propose(number, ("siks_ng",))
    antrean.approve()
    antrean.push()
    receivers["siks_ng"].answer(f"{JULY}/0001", [row_id(2)], "diterima", False)
    antrean.reconcile()
    # Upheld since the release that readers see, which still compares.
    for number in (1, 2):
        antrean.do(ACTIVE, f"{JUNE}/1", row_id(number), "siks_ng")
        antrean.objection(number, "layak")
    antrean.reconcile()
    antrean.do("update kasus.pencocokan set hasil = 'tercermin', cara = 'tidak_aktif'")
    antrean.reconcile()
    assert receivers["siks_ng"].cancelled == {row_id(1), row_id(2)}
    assert antrean.states() == {(1, "siks_ng"): "dikirim", (2, "siks_ng"): "diakui"}
    receivers["siks_ng"].answer(f"{JULY}/0002", [row_id(1), row_id(2)], "diterima", True)
    antrean.reconcile()
    assert set(antrean.states().values()) == {"dibatalkan"}


TRIES = "select percobaan from antrean.kiriman order by id_kiriman"


@pytest.fixture
def one_by_one(antrean: Antrean, monkeypatch: pytest.MonkeyPatch) -> Antrean:
    """Four rows for the province, each in a body of its own, are approved."""
    monkeypatch.setattr(receivers_of.DTJateng, "size", 1)
    for number in (1, 2, 3, 4):
        antrean.propose(number, ("dtjateng",))
    antrean.approve()
    return antrean


def test_a_body_that_is_never_answered_holds_up_none_behind_it(one_by_one: Antrean, receivers: dict[str, Penerima]):
    receivers["dtjateng"].stumbles = {row_id(1), row_id(3)}
    counts = one_by_one.push()
    assert counts["per_tujuan"] == {"dtjateng": 2} and set(counts["tidak_terjangkau"]) == {"dtjateng"}
    assert receivers["dtjateng"].taken == {row_id(2), row_id(4)}
    # It keeps its place, and goes when it can.
    receivers["dtjateng"].stumbles = set()
    assert one_by_one.push()["per_tujuan"] == {"dtjateng": 2}


def test_a_receiver_that_is_down_is_tried_twice_and_one_that_is_not_configured_once(
    one_by_one: Antrean, monkeypatch: pytest.MonkeyPatch
):
    one_by_one.push()
    assert one_by_one.rows(TRIES) == [(1,), (0,), (0,), (0,)]
    install(monkeypatch, lambda tujuan, key, id_baris: None)["dtjateng"].weather = "mati"
    one_by_one.push()
    assert one_by_one.rows(TRIES) == [(2,), (1,), (0,), (0,)]


def test_two_words_about_one_programme_keep_their_order(antrean: Antrean, receivers: dict[str, Penerima]):
    antrean.propose(1, ("simnakis",))
    antrean.approve()
    antrean.push()
    # Its way back is not heard; meanwhile the same programme is found to end after all.
    receivers["simnakis"].stumbles = {row_id(1)}
    antrean.objection(1, "layak")
    antrean.push()
    antrean.propose(2, ("simnakis",), uid_rumah_tangga="rt1")
    antrean.approve()
    assert antrean.push()["dikirim"] == 0
    receivers["simnakis"].stumbles = set()
    antrean.push()
    assert [folder.kind for folder in receivers["simnakis"].folders.values()] == [
        "penonaktifan", "pembatalan", "penonaktifan",
    ]  # fmt: skip
    assert antrean.states() == {(1, "simnakis"): "dibatalkan", (2, "simnakis"): "diakui"}


def test_what_is_not_answered_for_days_is_an_alarm_of_each_row_once(antrean: Antrean, receivers: dict[str, Penerima]):
    for number in (1, 2):
        antrean.propose(number)
    antrean.approve()
    receivers["dtjateng"].weather = "mati"
    antrean.push()
    stored = "update antrean.kiriman set dibuat = clock_timestamp() - make_interval(days => %s)"
    late = "select tujuan, id_baris, keterangan from antrean.alarm where kode = 'belum_terkirim' order by id_baris"
    antrean.do(stored, 2)
    antrean.reconcile()
    assert antrean.rows(late) == []
    antrean.do(stored, 4)
    for _ in range(2):
        antrean.reconcile()
        antrean.push()
        assert antrean.rows(late) == [("dtjateng", row_id(n), "penonaktifan") for n in (1, 2)]
    with database.connect(antrean.settings) as connection:
        page = report.write(connection, antrean.settings, JUNE).read_text()
    assert "belum_terkirim" in page


def test_an_answer_nobody_agreed_on_is_an_alarm_of_each_row(antrean: Antrean, receivers: dict[str, Penerima]):
    for number in (1, 2):
        antrean.propose(number, ("dtjateng",))
    antrean.approve()
    receivers["dtjateng"].weather = "aneh"
    antrean.push()
    assert antrean.rows("select kode, id_baris from antrean.alarm order by id_baris") == [
        ("jawaban_tak_terduga", row_id(1)), ("jawaban_tak_terduga", row_id(2)),
    ]  # fmt: skip
