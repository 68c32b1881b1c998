"""`make demo`: a synthetic Blora through real months, by the real scheduler, with a summary for people."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import sandbox
from sandbox.summary import summary
from sinkron import catalogue, database, decisions, ledger, services
from sinkron import settings as settings_module
from sinkron.api import trigger, wait_runs
from sinkron.line import REQUIRED, STEPS
from sinkron.settings import Settings

SEED = 20260601
# The design allows eight minutes for two months at a tenth of the district on two cores.
MONTH_SECONDS = 1200
ANSWERED_BY = "uji-verifikator"
FINAL_STATES = {"success": "selesai", "failed": "GAGAL", "skipped": "dilewati", "upstream_failed": "tidak dijalankan"}


def run(scale: float, months: list[str]) -> int:
    """Build the world, start everything, take each month through the DAGs; returns the exit code."""
    started = time.monotonic()
    settings = settings_module.load()
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
    failed = [month for month in months if not _month(settings, world, month)]
    print(summary(settings, months), flush=True)
    _say(f"selesai dalam {time.monotonic() - started:.0f} s")
    print(services.describe(where))
    print("Tabel: make psql lalu  select * from publikasi.ringkasan_kabupaten;   Berhenti: make down")
    return 1 if failed else 0


def _serve(settings: Settings, world: Path) -> Settings:
    """Start the sources' servers as a process of their own; returns settings whose connections point at them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    services.start(
        settings,
        "sandbox",
        [sys.executable, "-m", "sandbox", "serve", "--dir", str(world), "--port", str(port)],
        dict(settings.values),
    )
    rest = {"conn_type": "http", "schema": "http", "host": "127.0.0.1", "port": port}
    connections = {
        "DTJATENG_API": {**rest, "login": sandbox.CLIENT_ID, "password": sandbox.CLIENT_SECRET},
        "SIMNAKIS_API": {**rest, "password": sandbox.API_KEY},
        "DTSEN_INBOX": {"conn_type": "fs", "extra": {"path": str(settings.inbox)}},
    }
    environment = {f"AIRFLOW_CONN_{name}": json.dumps(value) for name, value in connections.items()}
    os.environ.update(environment)
    return settings_module.load({**settings.values, **environment})


def _month(settings: Settings, world: Path, month: str) -> bool:
    """One month: deliver, start the ingests, and follow the line until it is published."""
    _say(f"--- bulan {month} ---")
    sandbox.deliver(world, settings.inbox, month)
    stop = threading.Event()
    answering = threading.Thread(target=_answer, args=(settings, month, stop), daemon=True)
    answering.start()
    try:
        ingests = [(f"ingest_{sumber}", month) for sumber in REQUIRED]
        for dag_id, _ in ingests:
            trigger(settings, dag_id, month)
        ended = wait_runs(settings, ingests, MONTH_SECONDS, _progress)
        if set(ended.values()) != {"success"}:
            return False
        ended = wait_runs(settings, _rest(settings, month), MONTH_SECONDS, _progress)
        return set(ended.values()) == {"success"}
    finally:
        stop.set()
        answering.join()


def _rest(settings: Settings, month: str) -> Iterable[tuple[str, str]]:
    return [("build_golden", month), ("publish", month)]


def _progress(dag_id: str, periode: str, task_id: str, state: str) -> None:
    if state in FINAL_STATES:
        label = STEPS[task_id].label if task_id in STEPS else task_id
        _say(f"{periode}  {dag_id:<16} {label:<20} {FINAL_STATES[state]}")


def _answer(settings: Settings, month: str, stop: threading.Event) -> None:
    """Approve the month's candidate before the question is asked, marked automatic (design, "Decisions")."""
    while not stop.wait(0.2):
        with database.connect(settings) as connection:
            candidate = ledger.candidate(connection, month)
            passed = (
                candidate
                and connection.execute(
                    "select 1 from audit.putusan_gerbang where gerbang = 'rilis' and subjek = %s and sha256 = %s"
                    " and putusan in ('lulus', 'peringatan')",
                    [candidate["id_rilis"], candidate["sha256"]],
                ).fetchone()
            )
            if passed:
                decisions.record(
                    connection, candidate["id_rilis"], "publish", 1, candidate["sha256"], "setuju", ANSWERED_BY,
                    True, dt.datetime.now(dt.UTC), {"gerbang": candidate["gerbang"]},
                )  # fmt: skip
                return


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
