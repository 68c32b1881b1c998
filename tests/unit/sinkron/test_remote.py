"""What a step leaves in the outbox goes to its server: only what is for others, once, and without holding up a step."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sftp_uji import Penyaji

from connectors.core import sftp
from sinkron import remote
from sinkron import settings as settings_module
from sinkron.line import LINE, STEPS
from sinkron.outcomes import Refused
from sinkron.settings import ROOT, Settings

FOR_OTHERS = (
    "laporan/dtsen/2026-07/rev-1.json", "laporan/penonaktifan/2026-07.html", "laporan/tinjauan/0123456789ab.json",
    "rilis/2026-07/1/rilis.json", "ekspor/2026-07/1/datapackage.json", "ekspor/2026-07/1/csv/rumah_tangga.csv",
    "ekspor/2026-07/1/xlsx/rumah_tangga.xlsx",
)  # fmt: skip
# The list of questions about people, what is being written, and what its own receiver sends.
NOT_FOR_OTHERS = (
    "ekspor/antrean.xlsx", "ekspor/antrean/lama.xlsx", "ekspor/2026-07/.1.baru/csv/rumah_tangga.csv",
    "laporan/dtsen/2026-07/rev-2.tmp", "laporan/penonaktifan/.2026-07.html.tmp", "rilis/2026-07/1/.rilis.json.tmp",
    "siks-ng/2026-08/0001/penonaktifan.csv", "catatan.txt",
)  # fmt: skip


@pytest.fixture
def served(tmp_path: Path):
    """A server with an empty folder."""
    (tmp_path / "server").mkdir()
    with Penyaji(tmp_path / "server") as server:
        yield server


@pytest.fixture
def settings(served: Penyaji, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with files in its outbox."""
    monkeypatch.setattr(sftp, "FIRST_PAUSE_SECONDS", 0.0)
    made = installation(tmp_path, served)
    for name in (*FOR_OTHERS, *NOT_FOR_OTHERS):
        write(made, name, name)
    return made


def installation(tmp_path: Path, served: Penyaji, path: str = "/keluar") -> Settings:
    home = {"SINKRON_HOME": str(tmp_path / "run"), "SINKRON_ENV_FILE": str(tmp_path / "env")}
    return settings_module.load(home | served.environment("siks_ng_outbox", path))


def write(settings: Settings, name: str, text: str) -> None:
    path = settings.outbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def there(served: Penyaji, folder: str = "keluar") -> dict[str, str]:
    root = served.folder / folder
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_what_is_for_others_goes_out_once_and_nothing_else(settings, served):
    assert remote.send(settings) == {"keluar_terkirim": 7}
    assert there(served) == {name: name for name in FOR_OTHERS}
    assert Path(served.paths("write")[-1]).name == ".datapackage.json.tmp"
    served.asked.clear()
    assert remote.send(settings) == {} and served.asked == []


def test_what_changed_goes_out_again(settings, served):
    remote.send(settings)
    write(settings, FOR_OTHERS[0], "lain")
    assert remote.send(settings) == {"keluar_terkirim": 1}
    assert there(served) == {name: name for name in FOR_OTHERS} | {FOR_OTHERS[0]: "lain"}


def test_another_place_or_a_lost_record_gets_everything(settings, served, tmp_path):
    remote.send(settings)
    assert remote.send(installation(tmp_path, served, "/lain")) == {"keluar_terkirim": 7}
    assert there(served, "lain") == there(served)
    (settings.mirrors / "siks_ng_outbox.json").write_text("{rusak")
    assert remote.send(settings) == {"keluar_terkirim": 7}


def test_what_a_server_took_before_it_went_away_is_not_sent_again(settings, served):
    served.before = lambda what, path: served.drop() if what == "write" and ".csv.tmp" in path else None
    told = remote.send(settings)
    assert told["keluar_terkirim"] == 4 and "not done after 5 tries" in told["keluar_tertunda"]
    served.before = lambda what, path: None
    assert remote.send(settings) == {"keluar_terkirim": 3}
    assert there(served) == {name: name for name in FOR_OTHERS} | {
        name: text for name, text in there(served).items() if name.endswith(".tmp")
    }


def test_an_outbox_that_is_a_folder_of_ours_is_left_alone(settings, tmp_path):
    home = {"SINKRON_HOME": str(tmp_path / "run"), "SINKRON_ENV_FILE": str(tmp_path / "env")}
    assert remote.send(settings_module.load(home)) == {}
    assert not settings.mirrors.exists()


def test_a_step_hands_on_what_it_counted_also_when_the_server_is_gone(settings, served, monkeypatch):
    step = SimpleNamespace(run=lambda *asked: {"baris": 3})
    monkeypatch.setattr(importlib, "import_module", lambda name: step)
    served.before = lambda what, path: served.drop()
    counts = STEPS["export"].run(settings, "2026-07")
    assert counts["baris"] == 3 and counts["keluar_terkirim"] == 0 and "SFTP" in counts["keluar_tertunda"]
    served.before = lambda what, path: None
    assert STEPS["export"].run(settings, "2026-07") == {"baris": 3, "keluar_terkirim": 7}
    assert STEPS["export"].run(settings, "2026-07") == {"baris": 3}


def test_the_report_on_a_refusal_goes_out_with_it(settings, served, monkeypatch):
    def refuse(*asked: object) -> None:
        raise Refused("dtsen 2026-07: kosong")

    monkeypatch.setattr(importlib, "import_module", lambda name: SimpleNamespace(run=refuse))
    with pytest.raises(Refused, match="kosong"):
        STEPS["land"].run(settings, "2026-07", "dtsen")
    assert there(served)[FOR_OTHERS[0]] == FOR_OTHERS[0]


def test_every_step_that_writes_into_the_outbox_says_so():
    assert {step.name for step in LINE if step.outgoing} == {
        "extract", "land", "compose", "stage", "publish", "export", "reconcile",
    }  # fmt: skip


def test_who_uses_no_server_does_not_load_its_library():
    program = (
        "import sys, sinkron.line, sinkron.remote, sinkron.receivers, sinkron.review, sinkron.receipts,"
        " connectors.interface, connectors.siks_ng.delivery, connectors.dtsen.connector;"
        " print('paramiko' in sys.modules)"
    )
    path = {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'plugins'}"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=os.environ | path, check=True
    )
    assert done.stdout == "False\n"
