"""A delivery that lies on an SFTP server lands as the same delivery from a folder, through the steps of the line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from gudang import warehouse
from kiriman_uji import Pengirim, personal, tables
from sftp_uji import PASSWORD, Penyaji, line

from connectors.core import sftp
from sinkron import review
from sinkron.line import STEPS
from sinkron.outcomes import NotReady, Refused, SourceDown
from sinkron.settings import Settings

LANDED = "select to_jsonb(k) - 'id_kiriman' as isi from pendaratan.dtsen_{} as k where id_kiriman = %s order by 1"
STORED = "select nama, sha256, ukuran from buku.berkas where id_kiriman = %s order by urutan"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Penyaji]:
    """A server with an inbox that may only be read, and an outbox."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "masuk").mkdir()
    (folder / "keluar").mkdir()
    with Penyaji(folder) as server:
        server.before = lambda what, path: 3 if what in ("write", "mkdir") and path.startswith("/masuk") else None
        yield server


@pytest.fixture(scope="module")
def jauh(instalasi: Settings, tmp_path_factory: pytest.TempPathFactory, served: Penyaji) -> Iterator[Pengirim]:
    """An installation whose inbox and outbox are there; its sender writes into the server's folder."""
    where = served.environment("dtsen_inbox", "/masuk") | served.environment("siks_ng_outbox", "/keluar")
    with warehouse(instalasi, "jauh", tmp_path_factory.mktemp("jauh"), with_catalogue=False, **where) as settings:
        yield Server(settings, served.folder / "masuk")


class Server(Pengirim):
    """Writes at the server; everything else is as with a folder."""

    def __init__(self, settings: Settings, inbox: Path):
        super().__init__(settings)
        self.inbox = inbox

    def write(self, *args: object, **form: object) -> int:
        here = {"conn_type": "fs", "extra": {"path": str(self.inbox)}}
        ours, self.settings = (
            self.settings,
            replace(self.settings, values={**self.settings.values, "AIRFLOW_CONN_DTSEN_INBOX": json.dumps(here)}),
        )
        try:
            return super().write(*args, **form)
        finally:
            self.settings = ours


def run(sender: Pengirim, name: str, periode: str) -> dict:
    return STEPS[name].run(sender.settings, periode, "dtsen")


def test_it_lands_as_from_a_folder_and_its_report_goes_out(jauh: Pengirim, pengirim: Pengirim, served: Penyaji):
    made = []
    for sender in (jauh, pengirim):
        sender.write("2026-06", tables(sender.settings))
        taken = run(sender, "extract", "2026-06")
        landed = run(sender, "land", "2026-06")
        delivery = landed["id_kiriman"]
        made.append({
            "taken": {name: taken[name] for name in ("id_kiriman", "sha256", "berkas", "ukuran")},
            "landed": {name: landed[name] for name in ("status", "diterima", "dikarantina")},
            "files": sender.rows(STORED, delivery),
            **{entity: sender.rows(LANDED.format(entity), delivery) for entity in ("keluarga", "anggota")},
        })  # fmt: skip
    assert made[0] == made[1]
    assert (made[0]["landed"]["status"], len(made[0]["keluarga"])) == ("diterima", 1600)
    report = served.folder / "keluar" / "laporan" / "dtsen" / "2026-06" / "rev-1.json"
    assert json.loads(report.read_text()) == jauh.report("2026-06")
    assert list(served.folder.glob("masuk/**/.*")) == []


def test_a_refused_delivery_is_told_to_its_sender_over_there(jauh: Pengirim, served: Penyaji):
    revision = jauh.write("2026-06", tables(jauh.settings), {"kabupaten": "33.15"})
    run(jauh, "extract", "2026-06")
    with pytest.raises(Refused, match="wilayah_salah"):
        run(jauh, "land", "2026-06")
    report = (served.folder / "keluar" / "laporan" / "dtsen" / "2026-06" / f"rev-{revision}.json").read_text()
    assert json.loads(report)["kode"] == "wilayah_salah" and personal(report) == []


def test_a_file_that_is_not_the_one_of_its_manifest_is_refused(jauh: Pengirim, served: Penyaji):
    revision = jauh.write("2026-06", tables(jauh.settings, offset=5000))
    path = served.folder / "masuk" / "dtsen" / "2026-06" / f"rev-{revision}" / "anggota.csv"
    os.truncate(path, path.stat().st_size - 40)
    run(jauh, "extract", "2026-06")
    with pytest.raises(Refused, match="manifest_tidak_cocok"):
        run(jauh, "land", "2026-06")


def test_nothing_there_yet_and_nobody_there_are_told_apart(jauh: Pengirim, served: Penyaji, monkeypatch):
    monkeypatch.setattr(sftp, "FIRST_PAUSE_SECONDS", 0.0)
    with pytest.raises(NotReady, match=r"no rev-<n> with manifest.json yet"):
        run(jauh, "extract", "2026-09")
    gone = served.environment("dtsen_inbox", "/masuk", port=1)
    away = replace(jauh.settings, values={**jauh.settings.values, **gone})
    with pytest.raises(SourceDown, match=r"dtsen_inbox \(SFTP\): not done after 5 tries") as caught:
        STEPS["extract"].run(away, "2026-06", "dtsen")
    assert PASSWORD not in str(caught.value)
    failures = jauh.rows("select galat from buku.jalan where hasil = 'gagal' and langkah = 'extract'")
    assert failures and PASSWORD not in str(failures) and line(served.key) not in str(failures)


def test_judgements_are_read_over_there_and_a_server_that_is_gone_holds_up_nothing(jauh, served, monkeypatch):
    monkeypatch.setattr(sftp, "FIRST_PAUSE_SECONDS", 0.0)
    folder = served.folder / "masuk" / "tinjauan"
    folder.mkdir()
    (folder / "putusan.csv").write_text(
        "id_tinjauan;grain;sumber_a;id_a;sumber_b;id_b;putusan;oleh;alasan\n"
        "x;individu;dtsen;tidak-ada;simnakis;tidak-ada;sama;petugas;dilihat berkasnya\n"
    )
    assert review.read_inbox(jauh.settings) == {"tinjauan_masuk": 0, "tinjauan_ditolak": 1}
    (report,) = (jauh.settings.outbox / "laporan" / "tinjauan").glob("*.json")
    assert "pasangan tidak dikenal" in report.read_text()
    gone = served.environment("dtsen_inbox", "/masuk", port=1)
    told = review.read_inbox(replace(jauh.settings, values={**jauh.settings.values, **gone}))
    # What was fetched before is still judged.
    assert told["tinjauan_ditolak"] == 1 and "not done after 5 tries" in told["tinjauan_tidak_terjangkau"]
