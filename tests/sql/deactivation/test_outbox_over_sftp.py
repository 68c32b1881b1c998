"""Lists that go to an SFTP server: sent when they stand there, repeated until they do, answered from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from antrean_uji import JULY, Antrean, row_id
from sftp_uji import Penyaji

from connectors.core import sftp
from sinkron import outbox

BODIES = "select status, percobaan from antrean.kiriman order by id_kiriman"
ALARMS = "select tujuan, kode from antrean.alarm order by 1, 2"
PLACE = f"keluar/siks-ng/{JULY}/0001"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Penyaji]:
    """A server with an empty inbox and outbox."""
    monkeypatch.setattr(sftp, "FIRST_PAUSE_SECONDS", 0.0)
    (tmp_path / "server" / "masuk" / "siks-ng" / "hasil").mkdir(parents=True)
    with Penyaji(tmp_path / "server") as server:
        yield server


@pytest.fixture
def jauh(antrean: Antrean, served: Penyaji) -> Antrean:
    """The same queue, of an installation whose inbox and outbox are on that server; one row is approved."""
    where = served.environment("dtsen_inbox", "/masuk") | served.environment("siks_ng_outbox", "/keluar")
    settings = replace(antrean.settings, values={**antrean.settings.values, **where})
    antrean.propose(1, ("siks_ng",))
    antrean.approve()
    return Antrean(settings, antrean.superuser)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def answer(served: Penyaji, name: str, *lines: str) -> None:
    text = "\n".join(("id_baris;status;kode;pesan", *lines, ""))
    (served.folder / "masuk" / "siks-ng" / "hasil" / name).write_text(text)


def test_a_row_is_sent_when_its_list_stands_there_and_answered_by_the_file_that_lies_there(jauh, served):
    assert jauh.push()["per_tujuan"] == {"siks_ng": 1}
    assert names(served.folder / PLACE) == ["manifest.json", "penonaktifan.csv", "penonaktifan.xlsx"]
    here = jauh.settings.outbox / "siks-ng" / JULY / "0001" / "penonaktifan.csv"
    assert (served.folder / PLACE / "penonaktifan.csv").read_bytes() == here.read_bytes()
    assert jauh.states() == {(1, "siks_ng"): "dikirim"}
    answer(served, f"hasil_{JULY}_0001.csv", f"{row_id(1)};diterima;;")
    jauh.reconcile()
    assert jauh.states() == {(1, "siks_ng"): "diakui"}
    answer(served, f"hasil_{JULY}_0001_1.csv", f"{row_id(1)};ditolak;LAIN;")
    jauh.reconcile()
    assert jauh.states() == {(1, "siks_ng"): "ditolak"}
    assert jauh.rows(ALARMS) == [("siks_ng", "ditolak_setelah_diterima")]


def test_a_server_that_is_gone_keeps_the_list_waiting_and_gets_it_once(jauh, served):
    served.before = lambda what, path: served.drop()
    told = jauh.push()
    assert (
        told["dikirim"] == 0 and "siks_ng_outbox (SFTP): not done after 5 tries" in told["tidak_terjangkau"]["siks_ng"]
    )
    assert jauh.states() == {(1, "siks_ng"): "disetujui"} and jauh.rows(BODIES) == [("siap", 1)]
    assert set(jauh.reconcile()["tanpa_jawaban"]) == {"siks_ng"}
    served.before = lambda what, path: None
    assert jauh.push()["dikirim"] == 1 and jauh.push()["dikirim"] == 0
    assert names(served.folder / PLACE.rpartition("/")[0]) == ["0001"]
    assert jauh.states() == {(1, "siks_ng"): "dikirim"} and jauh.rows(ALARMS) == []


def test_a_run_that_is_killed_between_server_and_ledger_sends_no_second_list(jauh, served, monkeypatch):
    class Killed(BaseException):
        """The process ends here."""

    def die(settings: object, name: str) -> None:
        if name == "push.sent":
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "failpoint", die)
        with pytest.raises(Killed):
            jauh.push()
    inode = (served.folder / PLACE).stat().st_ino
    assert jauh.states() == {(1, "siks_ng"): "disetujui"}
    assert jauh.push()["dikirim"] == 1
    assert (served.folder / PLACE).stat().st_ino == inode
    assert names(served.folder / PLACE.rpartition("/")[0]) == ["0001"]


def test_a_list_of_that_number_with_other_bytes_is_looked_at_by_a_person(jauh, served):
    (served.folder / PLACE).mkdir(parents=True)
    (served.folder / PLACE / "penonaktifan.csv").write_text("lain")
    assert jauh.push()["dikirim"] == 0
    assert jauh.rows(ALARMS) == [("siks_ng", "jawaban_tak_terduga")]
    assert jauh.states() == {(1, "siks_ng"): "disetujui"}
    assert (served.folder / PLACE / "penonaktifan.csv").read_text() == "lain"


def test_an_outbox_that_may_only_be_read_holds_up_nobody_else(jauh, antrean, served):
    served.read_only = True
    assert "permission denied" in jauh.push()["tidak_terjangkau"]["siks_ng"]
    assert jauh.states() == {(1, "siks_ng"): "disetujui"} and jauh.rows(ALARMS) == []
