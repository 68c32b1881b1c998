"""`make demo`: take a synthetic Blora through months with the real scheduler, and print a summary for people."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg

import sandbox
from sandbox import damage, receivers
from sandbox.summary import summary
from sinkron import approvers, catalogue, cli, database, decisions, questions, services
from sinkron import settings as settings_module
from sinkron.api import Api, trigger, wait_runs
from sinkron.cadence import feed_cadences
from sinkron.line import REQUIRED, STEPS
from sinkron.settings import Settings

SEED = 20260601
# The design allows eight minutes for two months at a tenth of the district on two cores.
MONTH_SECONDS = 1200
# The gate that has to have passed before a question is answered.
GATES = {"publish": "rilis", "push": "daftar"}
# The damage of the first delivery of the first month, and the revision that repairs it.
DAMAGE, REPAIRED = "kecamatan_hilang", 2
Event = tuple[str, str, str, str]
FINAL_STATES = {"success": "selesai", "failed": "GAGAL", "skipped": "dilewati", "upstream_failed": "tidak dijalankan"}


def run(scale: float, months: list[str]) -> int:
    """Build the world, start everything, take each month through the DAGs; returns the exit code."""
    started = time.monotonic()
    cli.settle_process()
    settings = settings_module.load()
    if settings.kabupaten not in receivers.KABUPATEN:
        print(
            f"Demo hanya mengenal Blora, bukan {settings.kabupaten}, dan tidak dicampur dengan data kabupaten lain:"
            " jalankan tanpa SINKRON_WILAYAH, dengan SINKRON_HOME dan SINKRON_ENV_FILE yang lain.",
            file=sys.stderr,
        )
        return 2
    _say(f"Dunia sintetis (skala {scale}, {', '.join(months)}): tidak ada orang nyata di dalamnya")
    database.migrate(settings)
    settings = settings_module.load()
    catalogue.ensure(settings)
    world = settings.sandbox / f"dunia-{SEED}-{scale}"
    sandbox.build(world, scale, SEED, months)
    _say(f"dunia siap ({time.monotonic() - started:.0f} s); menyalakan server sumber dan Airflow")
    settings = _serve(settings, world)
    where = services.up(settings)
    _say(f"Airflow siap di {where.url} ({time.monotonic() - started:.0f} s)")
    open_months = [month for month in months if not _ended(settings, month)]
    told: list[Event] | None = []
    if months[0] in open_months:
        told = _refused(settings, world, months[0])
    failed = [
        month for month in open_months if told is None or not _month(settings, world, month, month == months[0], told)
    ]
    print(summary(settings, months), flush=True)
    _say(f"selesai dalam {time.monotonic() - started:.0f} s")
    print(services.describe(where))
    print("Tabel: make psql lalu  select * from publikasi.ringkasan_kabupaten;   Berhenti: make down")
    return 1 if failed else 0


def _serve(settings: Settings, world: Path) -> Settings:
    """Start the sources' servers in a process of their own; return settings that point at them, with schedules off."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    services.start(
        settings,
        "sandbox",
        [
            sys.executable, "-m", "sandbox", "serve", "--dir", str(world), "--port", str(port),
            "--inbox", str(settings.inbox), "--outbox", str(settings.outbox),
        ],
        dict(settings.values),
    )  # fmt: skip
    environment = sandbox.connections(f"http://127.0.0.1:{port}", settings.inbox, settings.outbox)
    # Months pass here only when the demo asks for them, so schedules that follow today's date are switched off.
    environment["SINKRON_JADWAL"] = "mati"
    os.environ.update(environment)
    return settings_module.load({**settings.values, **environment})


def _ended(settings: Settings, month: str) -> bool:
    """Whether an earlier demo took this month to its end (published and compared with the receipts).

    Such a month is left alone, because the months after it hold what receivers have done since.
    """
    with database.connect(settings) as connection:
        ended = connection.execute(
            "select 1 from buku.jalan as j inner join rilis.rilis as r on j.periode = r.periode"
            " where j.langkah = 'reconcile' and j.hasil = 'selesai' and j.periode = %s and j.mulai > r.diterbitkan"
            " and r.status = 'terbit'",
            [month],
        ).fetchone()
    if ended:
        _say(f"--- bulan {month}: sudah terbit dan dicocokkan, dibiarkan (mulai lagi dari awal: hapus folder data) ---")
    return ended is not None


def _refused(settings: Settings, world: Path, month: str) -> list[Event] | None:
    """Deliver DTSEN without one kecamatan first; return the events of its refusal, None if it was not refused.

    If the demo is run again and the revision that repairs the delivery is already there, nothing is done.
    """
    told: list[Event] = []
    if (settings.inbox / "dtsen" / month / f"rev-{REPAIRED}" / "manifest.json").exists():
        return told
    _say(f"--- bulan {month}: kiriman pertama DTSEN, satu kecamatan hilang ---")
    sandbox.deliver(world, settings.inbox, month, damage=DAMAGE)
    trigger(settings, "ingest_dtsen", month)
    ended = wait_runs(settings, [("ingest_dtsen", month)], MONTH_SECONDS, _progress(told))
    path = settings.outbox / "laporan" / "dtsen" / month / "rev-1.json"
    report = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    _say(f"{month}  laporan untuk pengirim: {report.get('status')} {report.get('kode')}: {report.get('pesan')}")
    refused = set(ended.values()) == {"failed"} and report.get("kode") == damage.MODES[DAMAGE].code
    return told if refused else None


def _month(settings: Settings, world: Path, month: str, repaired: bool, told: list[Event]) -> bool:
    """Take one month through the pipeline and return whether all of it succeeded.

    Deliver, start the ingests, and follow the pipeline until its deactivations are sent and compared with the receipts.
    `repaired`: this follows a refused delivery; `told`: the events of the refused run that were printed already.
    """
    _say(f"--- bulan {month} ---")
    sandbox.deliver(world, settings.inbox, month, REPAIRED if repaired else 1)
    stop = threading.Event()
    answering = threading.Thread(target=_answer, args=(settings, month, stop), daemon=True)
    answering.start()
    try:
        ingests = [(f"ingest_{sumber}", month) for sumber in REQUIRED]
        for dag_id, _ in ingests:
            trigger(settings, dag_id, month)
        # The feeds and the reading of receipts have no month: their runs are started for the calendar day and found
        # again by the configuration that they are given. The receipts read here are those of the month before.
        daily = [*(f"feed_{declared.nama}" for declared in feed_cadences()), "reconcile_deactivations"]
        with Api(settings) as api:
            for dag_id in daily:
                api.trigger(dag_id, conf={"periode": month})
        taken_in = [*ingests, *((dag_id, month) for dag_id in daily)]
        ended = wait_runs(settings, taken_in, MONTH_SECONDS, _progress([], told))
        if set(ended.values()) != {"success"}:
            return False
        rest = [(dag_id, month) for dag_id in ("build_golden", "publish", "push_deactivations")]
        ended = wait_runs(settings, rest, MONTH_SECONDS, _progress([]))
        return set(ended.values()) == {"success"} and _reconciled(settings, month)
    finally:
        stop.set()
        answering.join()


def _reconciled(settings: Settings, month: str) -> bool:
    """Read the receipts and compare them with what the month published; return whether that succeeded."""
    told = [("reconcile_deactivations", month, "reconcile", "success")]
    with Api(settings) as api:
        api.trigger("reconcile_deactivations", conf={"periode": month})
    ended = wait_runs(settings, [("reconcile_deactivations", month)], MONTH_SECONDS, _progress([], told))
    return set(ended.values()) == {"success"}


def _progress(told: list[Event], before: Iterable[Event] = ()) -> Callable[[str, str, str, str], None]:
    """Return a function that prints each task that ends and adds it to `told`.

    Events in `before` are skipped because they were printed already: they come again when the demo waits once more for
    an earlier run.
    """
    known = list(before)

    def tell(dag_id: str, periode: str, task_id: str, state: str) -> None:
        event = (dag_id, periode, task_id, state)
        if event in known:
            known.remove(event)
        elif state in FINAL_STATES:
            told.append(event)
            label = STEPS[task_id].label if task_id in STEPS else task_id
            _say(f"{periode}  {dag_id:<16} {label:<20} {FINAL_STATES[state]}")

    return tell


def _answer(settings: Settings, month: str, stop: threading.Event) -> None:
    """Approve the month's candidate and its list before anybody is asked, marked as automatic (design, "Decisions")."""
    while not stop.wait(0.2):
        with database.connect(settings) as connection:
            waiting: set[str] = set()
            for jenis, urutan in approvers.QUESTIONS:
                # In their order: a list may pass its gate between two questions, and the database refuses an approver
                # before whom another has not answered.
                if jenis not in waiting and not _approve(settings, connection, month, jenis, urutan):
                    waiting.add(jenis)


def _approve(settings: Settings, connection: psycopg.Connection, month: str, jenis: str, urutan: int) -> bool:
    """Approve if there is a question and its gate let it pass; return whether the next approver may be asked."""
    try:
        asked = questions.question(connection, jenis, month, urutan)
    except questions.NothingToAsk:
        return False
    if asked is None:
        return True  # this approver is not needed
    if answer := decisions.find(connection, asked.sha256, jenis, urutan):
        return answer["jawaban"] == "setuju"
    passed = connection.execute(
        "select 1 from audit.putusan_gerbang where gerbang = %s and subjek = %s and sha256 = %s"
        " and putusan in ('lulus', 'peringatan')",
        [GATES[jenis], asked.id_rilis, asked.sha256],
    ).fetchone()
    if passed:
        by = approvers.names(settings, jenis, urutan)[0]
        now = dt.datetime.now(dt.UTC)
        decisions.record(connection, asked.id_rilis, jenis, urutan, asked.sha256, "setuju", by, True, now, {})
    return passed is not None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
