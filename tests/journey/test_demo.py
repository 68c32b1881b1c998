"""`make demo` as a person runs it: two months through the real scheduler, then down, then again."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from kenari_uji import canaries, in_files, in_tables, public_files

import sandbox
from sinkron import airflow_setup, database, services
from sinkron import settings as settings_module
from sinkron.api import Api
from sinkron.settings import ROOT, Settings

MONTHS = ("2026-06", "2026-07")
# A machine that runs other things beside needs far longer than an idle one.
SECONDS = 840
SINKRON, DEMO = ("-m", "sinkron"), ("-m", "sandbox", "demo", "--scale", "0.005", "--months", *MONTHS)


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, with nothing of this installation in its environment but the two paths."""
    try:
        return subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=dict(settings.values), capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        said = (late.stderr or b"").decode("utf-8", "replace")[-2000:]
        raise AssertionError(f"{' '.join(arguments)} did not end within {SECONDS} s; it last said:\n{said}") from None


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, subprocess.CompletedProcess[str]]]:
    """The demo's installation, up, and how the demo ended."""
    folder = tmp_path_factory.mktemp("demo")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SINKRON_", "AIRFLOW", "DATABASE_URL", "APPROVE"))}
    settings = settings_module.load(
        {**kept, "SINKRON_HOME": str(folder / "run"), "SINKRON_ENV_FILE": str(folder / "env")}
    )
    try:
        ended = run(settings, *DEMO)
        yield settings_module.load(settings.values), ended
    finally:
        services.down(settings)


def rows(settings: Settings, query: str) -> list[tuple]:
    with database.connect(settings) as connection:
        return [tuple(row.values()) for row in connection.execute(query).fetchall()]


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def processes_of(settings: Settings) -> dict[int, str]:
    """Processes with this installation in their environment or command line, or in a service's session, by pid."""
    sessions = {json.loads(path.read_text())["pid"] for path in (settings.home / "pid").glob("*.json")}
    found = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            told = {process.environ().get("SINKRON_HOME"), process.environ().get("AIRFLOW_HOME"), *process.cmdline()}
            ours = any(word and word.startswith(str(settings.home)) for word in told)
            # The api-server writes its title over its environment.
            ours = ours or os.getsid(process.pid) in sessions
            if ours and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found[process.pid] = " ".join(process.cmdline())[:80]
    return found


def test_both_months_are_published_and_the_summary_says_so(demo):
    settings, ended = demo
    assert ended.returncode == 0, ended.stderr[-3000:]
    released = rows(settings, "select id_rilis, status, gerbang ->> 'putusan' from rilis.rilis order by 1")
    assert released == [(f"{month}/1", "terbit", "lulus") for month in MONTHS]
    assert rows(settings, "select id_rilis from rilis.penunjuk") == [("2026-07/1",)]
    decided = rows(
        settings, "select id_rilis, jenis, urutan, jawaban, oleh, otomatis from keputusan.putusan order by 1, 2, 3"
    )
    assert decided == [
        (f"{month}/1", jenis, urutan, "setuju", oleh, True)
        for month in MONTHS
        for jenis, urutan, oleh in (
            ("publish", 1, "uji-verifikator"), ("push", 1, "uji-verifikator"), ("push", 2, "uji-kepala"),
        )
    ]  # fmt: skip
    for month in MONTHS:
        assert f"== {month} revisi 1: terbit ==" in ended.stdout
        # Every step was told as it ended.
        for label in ("Ambil dari sumber", "Daratkan", "Susun kandidat", "Padankan identitas", "Terbitkan"):
            assert re.search(rf"^{month}  \S+ +{label} +selesai$", ended.stderr, re.MULTILINE), (month, label)
    assert "SELISIH" not in ended.stdout and ended.stdout.count(" pas\n") == 18
    persons = rows(settings, "select count(*) from publikasi.individu")[0][0]
    assert f"Terbit: {persons} individu" in ended.stdout
    (visits,) = rows(
        settings,
        "select count(*) filter (where arah = 'keluar') as keluar, count(*) filter (where arah = 'masuk') as masuk"
        " from publikasi_penuh.kandidat_verifikasi",
    )
    assert "Daftar kunjungan: {} karena yang diterimanya, {} karena belum dibantu".format(*visits) in ended.stdout
    assert airflow_setup.passwords(settings)["uji-verifikator"] in ended.stdout
    assert f"http://127.0.0.1:{airflow_setup.port(settings)}" in ended.stdout


def test_nothing_of_it_may_be_read_by_others(demo):
    settings, _ = demo
    # The server's own folder is closed, and its files come and go.
    data = settings.postgres / "data"
    files = [path for path in settings.home.rglob("*") if path.is_file() and data not in path.parents]
    assert len(files) > 100 and data.stat().st_mode & 0o777 == 0o700
    assert [str(path) for path in files if path.stat().st_mode & 0o007] == []


def test_the_feeds_are_read_each_month_and_their_cases_told(demo):
    settings, ended = demo
    feeds = ("feed_aduan", "feed_pengajuan", "feed_verifikasi")
    with Api(settings) as api:
        read = {feed: [run["state"] for run in api.runs(feed)] for feed in feeds}
    assert read == {feed: ["success"] * len(MONTHS) for feed in feeds}
    for source in ("aduan", "pengajuan"):
        (known,) = rows(settings, f"select count(*) from kasus.kasus where sumber = '{source}'")[0]
        assert known > 0
        assert re.search(rf"^  {source} +{known}: ", ended.stdout, re.MULTILINE)


def test_the_loop_is_closed_and_what_stands_open_is_told(demo):
    settings, ended = demo
    world = next(settings.sandbox.glob("dunia-*"))
    assert sandbox.violations(world) == []
    items = rows(settings, "select id_baris, tujuan, status from publikasi.penonaktifan")
    # What receivers have is what we say they have, each row once.
    told = {(row.id_baris, row.receiver) for row in sandbox.received(world) if row.kind == "new"}
    assert told == {(i, to) for i, to, status in items if status not in ("diusulkan", "disetujui", "tidak_berlaku")}
    assert {to for _, to in told} == {"dtjateng", "siks_ng", "simnakis"}
    due = rows(
        settings,
        "select tujuan, status, count(*) from publikasi.penonaktifan where bulan_efektif <= '2026-07'"
        " and tujuan <> 'simnakis' group by 1, 2",
    )
    assert {"tercermin", "ditolak", "belum_tercermin"} <= {status for _, status, _ in due}
    assert "== Penonaktifan ==" in ended.stdout
    assert re.search(
        r"^    dtjateng +\S+ +ditolak \S+: 1, sejak 2026-0[67] \([01] bulan\)$", ended.stdout, re.MULTILINE
    )
    for month in MONTHS:
        assert re.search(
            rf"^  Daftar {month}: \d+ dari 10 keluarga .* uji-verifikator, uji-kepala$", ended.stdout, re.MULTILINE
        )


def test_the_first_delivery_is_refused_with_a_report_and_repaired(demo):
    settings, ended = demo
    deliveries = rows(
        settings, "select revisi_sumber, status, kode from buku.kiriman where sumber = 'dtsen' order by urutan"
    )
    assert deliveries == [(1, "ditolak", "kecamatan_hilang"), (2, "diterima", None), (1, "diterima", None)]
    report = json.loads((settings.outbox / "laporan" / "dtsen" / MONTHS[0] / "rev-1.json").read_text("utf-8"))
    assert (report["status"], report["kode"]) == ("ditolak", "kecamatan_hilang")
    assert f"{MONTHS[0]}  laporan untuk pengirim: ditolak kecamatan_hilang" in ended.stderr
    assert len(re.findall(r"ingest_dtsen +Daratkan +GAGAL$", ended.stderr, re.MULTILINE)) == 1


def test_every_run_but_the_refused_one_is_green_in_airflow(demo):
    settings, _ = demo
    with Api(settings) as api:
        assert [error["stack_trace"] for error in api.pages("/importErrors", "import_errors")] == []
        runs = [
            (dag["dag_id"], run["partition_key"], run["state"])
            for dag in api.pages("/dags", "dags")
            for run in api.runs(dag["dag_id"])
        ]
    # The first delivery of DTSEN was refused, as the demo shows; nothing else went wrong.
    assert [run for run in runs if run[2] != "success"] == [("ingest_dtsen", MONTHS[0], "failed")]
    for dag in ("ingest_dtsen", "ingest_dtjateng", "ingest_simnakis", "build_golden", "publish"):
        assert {month for name, month, _ in runs if name == dag} == set(MONTHS), dag


def test_no_person_stands_outside_the_private_folders(demo):
    settings, ended = demo
    (world,) = settings.sandbox.glob("dunia-*")
    what = canaries(world)
    assert len(what.numbers) > 1000 and len(what.names) > 1000
    files = list(public_files(settings.home, settings.private_folders().values()))
    assert {path.relative_to(settings.home).parts[0] for path in files} >= {"airflow", "dbt", "log", "pid"}
    assert in_files(what, [*files, settings.env_file]) == {}
    assert what.found(ended.stdout + ended.stderr) == set()
    hits, looked = in_tables(what, airflow_setup.database_url(settings), ["public"])
    assert (hits, looked > 100) == ({}, True)
    hits, looked = in_tables(what, database.owner_url(settings), ["buku", "audit", "keputusan"])
    assert (hits, looked > 100) == ({}, True)
    # The same search does find them where they belong.
    assert "rilis.individu" in in_tables(what, database.owner_url(settings), ["rilis"])[0]
    inbox = settings.inbox / "dtsen" / MONTHS[0] / "rev-1" / "anggota.csv"
    assert len(in_files(what, [inbox])[str(inbox)]) > 50


def test_down_leaves_nothing_and_a_second_demo_leaves_what_ended(demo):
    settings, first = demo
    before = rows(settings, "select id_rilis, sha256, status from rilis.rilis order by 1")
    ports = _ports(settings)
    assert len(ports) == 3 and all(listens(port) for port in ports)
    before_down = processes_of(settings)
    assert len(before_down) > 4
    sessions = {os.getsid(pid) for pid in before_down}
    _down(settings, ports)
    assert [pid for pid in psutil.pids() if _session(pid) in sessions] == []

    again = run(settings, *DEMO)
    assert again.returncode == 0, again.stderr[-3000:]
    assert rows(settings, "select id_rilis, sha256, status from rilis.rilis order by 1") == before
    assert [f"--- bulan {month}: sudah terbit dan dicocokkan" in again.stderr for month in MONTHS] == [True, True]
    assert _told(again.stdout) == _told(first.stdout)
    _down(settings, _ports(settings))


def _told(output: str) -> str:
    """The summary, without the services that follow it: Airflow may be at another address."""
    return output.partition("Airflow: ")[0]


def _session(pid: int) -> int | None:
    with contextlib.suppress(OSError, psutil.Error):
        if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            return os.getsid(pid)
    return None


def _ports(settings: Settings) -> list[int]:
    """Airflow's, the embedded server's and the sandbox's."""
    leader = psutil.Process(json.loads((settings.home / "pid" / "sandbox.json").read_text())["pid"])
    sandbox = int(leader.cmdline()[leader.cmdline().index("--port") + 1])
    server = json.loads((settings.postgres / "server.json").read_text())["port"]
    return [airflow_setup.port(settings), server, sandbox]


def _down(settings: Settings, ports: list[int]) -> None:
    ended = run(settings, *SINKRON, "down")
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert processes_of(settings) == {}
    assert [port for port in ports if listens(port)] == []
    assert list(Path(settings.home / "pid").iterdir()) == []
