"""`make bench`: the time of each step of the line beside a plain COPY of the same rows, measured in one run.

Each step runs in a process of its own, whose start-up and imports are timed apart. Reading dbt's project is part of the
start-up, because it takes the same one or two seconds for any number of rows. The registries land at the same time, as
their DAGs do; what counts is the time until the last one is done. Judge by the ratios, since seconds depend on the
machine.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psycopg.sql import SQL, Identifier

import sandbox
from sandbox import installation
from sinkron import database, dbt, deliveries, feeds, ledger, month, postgres, transport
from sinkron import settings as settings_module
from sinkron.line import LINE, REQUIRED, STEPS
from sinkron.settings import Settings
from sinkron.steps import land

SEED = 20260601
MONTHS = ("2026-06", "2026-07")
# Modules that a step imports only when it runs. They are loaded before its clock starts.
HEAVY = {
    "extract": ("connectors.interface", *(f"connectors.{s}.connector" for s in REQUIRED)),
    "land": ("connectors.interface", *(f"connectors.{s}.connector" for s in REQUIRED), "great_expectations"),
    "verify": ("duckdb", "connectors.dukcapil.connector", "linkage.alias"),
    "link": ("duckdb", "linkage.run", "splink"),
    "audit": ("great_expectations",),
    "export": ("duckdb", "sinkron.export"),
}
# Steps that build models: dbt reads its project before their clock starts.
DBT = ("stage", "golden", "decide")
BARE = ("land", "stage", "link", "golden")
# Steps that do not count for the way from landed bytes to the pointer: reading a REST source is bound by its server,
# Dukcapil by its ten requests a second, and the files for spreadsheets are made when readers see the month already.
APART = ("extract", "verify", "export")
# The steps after which a plain COPY is timed, because the machine gets faster and slower; the median counts.
COPY_AFTER = ("land", "golden", "export")
COPY_LIMIT = {"bare": 10, "all": 30}
MEMORY_LIMIT_GIB = 4
# Seconds that a registry's database may well need for a page of a thousand households. With this pause a read is bound
# by its server.
PAGE_SECONDS = 0.05
# Limits for reading, validating and loading DTSEN in each form, as multiples of a COPY of the same rows.
FORM_LIMIT = {"csv": 3, "parquet": 3, "xlsx": 25}


def run(scale: float) -> int:
    """Run two months in a folder of their own and print the second, which has a past. Returns 1 over a limit."""
    home = settings_module.load().home / "bench"
    settings, environment = installation.make(home)
    sandbox.build(home / "dunia", scale, SEED, list(MONTHS))
    server = sandbox.serve(home / "dunia", 0)
    try:
        environment |= sandbox.connections(server.url, settings.inbox, settings.outbox)
        for periode in MONTHS:
            sandbox.deliver(home / "dunia", settings.inbox, periode)
            feeds.read_all(settings_module.load(environment), month.to_stderr)
            measured, copies = {}, []
            for name in _steps():
                measured[name] = _together(environment, name, periode)
                if name in COPY_AFTER and periode == MONTHS[-1]:
                    copies.append(_plain_copy(settings, periode))
        forms = _forms(settings, home, MONTHS[-1])
        server.answer_seconds = PAGE_SECONDS
        paced = _together(environment, "extract", MONTHS[-1])
        return _report(measured, paced, _middle(copies), forms, scale)
    finally:
        server.close()
        postgres.stop(settings)


def _steps() -> tuple[str, ...]:
    return ("extract", "land", *(step.name for step in LINE if step.dag in ("build_golden", "publish")))


def _together(environment: dict[str, str], name: str, periode: str) -> dict[str, Any]:
    """Run a step; one that each registry has runs for all of them at once: all import first, then begin together.

    Returns the seconds until the last one was done (`detik`) and what each process measured of itself (`langkah`).
    """
    started, processes = time.monotonic(), {}
    for sumber in REQUIRED if STEPS[name].per_source else ("",):
        command = [sys.executable, "-m", "sandbox", "bench-step", name, periode, *([sumber] if sumber else [])]
        processes[f"{name} {sumber}".strip()] = subprocess.Popen(
            command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    ready = {}
    for title, process in processes.items():
        process.stdout.readline()
        ready[title] = time.monotonic() - started
    for process in processes.values():
        process.stdin.close()
    steps = {}
    for title, process in processes.items():
        process.stdin = None
        said, errors = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"step {title} of {periode} failed: {errors[-2000:]}")
        steps[title] = {**json.loads(said.splitlines()[-1]), "mulai": ready[title]}
    return {"detik": max(row["detik"] for row in steps.values()), "langkah": steps}


def step(name: str, periode: str, sumber: str | None) -> int:
    """Run one step in this process: import, report that on stdout, and begin when stdin ends.

    Prints as JSON the seconds that it took, how many of them other servers took to answer, and its peak memory in GiB.
    """
    for module in HEAVY.get(name, ()):
        importlib.import_module(module)
    settings = settings_module.load(dict(os.environ))
    if name in DBT:
        dbt.prepare(settings)
    print("siap", flush=True)
    sys.stdin.read()
    if name == "approve":
        month.answer(settings, "publish", periode, "publish", 1)
    started = time.monotonic()
    with _answers_timed() as waited:
        STEPS[name].run(settings, periode, sumber)
    seconds = time.monotonic() - started
    # VmHWM and not ru_maxrss, because a child process begins with the ru_maxrss of its parent.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 2**20
    print(json.dumps({"detik": seconds, "menunggu": sum(waited), "gib": peak}), flush=True)
    return 0


@contextlib.contextmanager
def _answers_timed() -> Iterator[list[float]]:
    """Within the block, collect the seconds that each request takes until its answer is there."""
    from connectors.core.exchange import Exchange

    make, seconds = Exchange.make, []

    def timed(*arguments: Any, **options: Any) -> Any:
        started = time.monotonic()
        try:
            return make(*arguments, **options)
        finally:
            seconds.append(time.monotonic() - started)

    Exchange.make = timed
    try:
        yield seconds
    finally:
        Exchange.make = make


def _plain_copy(settings: Settings, periode: str) -> dict[str, Any]:
    """Time a COPY of the month's landed rows, as CSV, into new logged tables without index: no pipeline is faster."""
    rows: dict[str, int] = {}
    seconds: dict[str, float] = {}
    with database.connect(settings) as connection, transport.work_folder(settings, "bench") as folder:
        tables = connection.execute(
            "select c.relname as nama, p.relname as induk from pg_inherits as i"
            " inner join pg_class as c on i.inhrelid = c.oid inner join pg_class as p on i.inhparent = p.oid"
            " inner join pg_namespace as n on c.relnamespace = n.oid inner join buku.kiriman as k"
            " on right(c.relname, 12) = left(k.sha256, 12) and k.periode = %s"
            " where n.nspname = 'pendaratan' order by 1",
            [periode],
        ).fetchall()
        files: dict[str, Path] = {}
        for table in tables:
            files[table["induk"]] = folder / table["induk"]
            transport.copy_out(connection, f'select * from pendaratan."{table["nama"]}"', {}, files[table["induk"]])
        for parent, path in files.items():
            target = Identifier(f"polos_{parent}")
            connection.execute(SQL("create table {} (like {})").format(target, Identifier("pendaratan", parent)))
            connection.commit()
            columns = connection.execute(SQL("select * from {} limit 0").format(target)).description
            started = time.monotonic()
            rows[parent] = transport.copy_in(connection, target, tuple(column.name for column in columns), path)
            connection.commit()
            seconds[parent] = time.monotonic() - started
            connection.execute(SQL("drop table {}").format(target))
        size = sum(path.stat().st_size for path in files.values())
    return {"baris": sum(rows.values()), "detik": seconds, "mib": size / 2**20}


def _middle(copies: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of several timings of the same COPY, by table, then summed; the sum for DTSEN's tables is apart."""
    middle = {table: statistics.median(copy["detik"][table] for copy in copies) for table in copies[0]["detik"]}
    dtsen = sum(took for table, took in middle.items() if table.startswith("dtsen_"))
    return {**copies[0], "detik": sum(middle.values()), "dtsen": dtsen}


def _forms(settings: Settings, home: Path, periode: str) -> dict[str, float]:
    """The seconds that it takes to read, validate and load the month's DTSEN in each form, without the gate.

    Call it after the steps, because it lands the month again.
    """
    from connectors.dtsen import connector
    from connectors.interface import Store, connection, load_source

    source, store = load_source(settings_module.ROOT / "connectors/dtsen/source.yml"), Store(settings.landing)
    seconds = {}
    for form in FORM_LIMIT:
        inbox = home / "bentuk" / form
        sandbox.deliver(home / "dunia", inbox, periode, form=form)
        reached = connection(source.koneksi, sandbox.connections("", inbox, settings.outbox))
        extracted = connector.extract(source, reached, periode, store, settings.kabupaten)
        with (
            ledger.step(settings, "land", periode, f"ingest:{source.nama}", source.nama) as run,
            database.connect(settings) as warehouse,
            transport.work_folder(settings, "bench") as folder,
        ):
            delivery = deliveries.known(warehouse, deliveries.store(warehouse, extracted))
            judged_by = deliveries.reference_for(warehouse, settings, source.nama, periode)
            warehouse.commit()
            started = time.monotonic()
            land.load(run, delivery, connector.land(source, extracted, store, judged_by, folder))
            seconds[form] = time.monotonic() - started
    return seconds


def _report(
    measured: dict[str, dict[str, Any]],
    paced: dict[str, Any],
    copy: dict[str, Any],
    forms: dict[str, float],
    scale: float,
) -> int:
    print(f"SCALE={scale:g}, bulan {MONTHS[-1]} (bulan kedua, dengan rilis sebelumnya)")
    print(f"COPY polos: {copy['baris']} baris, {copy['mib']:.0f} MiB, {copy['detik']:.2f} s = 1 x")
    print(f"{'langkah':<20} {'mulai+impor s':>14} {'kerja s':>9} {'x COPY':>8} {'puncak GiB':>11}")
    peak = 0.0
    for name, step in measured.items():
        for title, row in step["langkah"].items():
            ratio = row["detik"] / copy["detik"]
            print(f"{title:<20} {row['mulai']:>14.2f} {row['detik']:>9.2f} {ratio:>8.2f} {row['gib']:>11.2f}")
        together = sum(row["gib"] for row in step["langkah"].values())
        if len(step["langkah"]) > 1:
            ratio = step["detik"] / copy["detik"]
            print(f"{name + ' bersama':<20} {'':>14} {step['detik']:>9.2f} {ratio:>8.2f} {together:>11.2f}")
        peak = max(peak, together)
    bare = sum(measured[name]["detik"] for name in BARE) / copy["detik"]
    line = sum(step["detik"] for name, step in measured.items() if name not in APART) / copy["detik"]
    over = bare > COPY_LIMIT["bare"] or line > COPY_LIMIT["all"] or peak > MEMORY_LIMIT_GIB
    print(f"bentuk DTSEN (COPY baris yang sama {copy['dtsen']:.2f} s)")
    for form, seconds in forms.items():
        ratio = seconds / copy["dtsen"]
        over = over or ratio > FORM_LIMIT[form]
        print(f"{form:<35} {seconds:>9.2f} {ratio:>8.2f} (batas {FORM_LIMIT[form]} x pada SCALE=1)")
    for step, of_server in (*((each, "") for each in measured.values()), (paced, f" ({PAGE_SECONDS:g} s sehalaman)")):
        for title, row in step["langkah"].items():
            if row["menunggu"]:
                waited = row["menunggu"] / row["detik"]
                print(f"{title}: {row['detik']:.2f} s, {waited:.0%} menunggu jawaban server{of_server}")
    print(f"jalur dasar (muat, bakukan, padankan, emas): {bare:.1f} x (batas {COPY_LIMIT['bare']} x pada SCALE=1)")
    print(f"dari byte mendarat sampai penunjuk, semuanya: {line:.1f} x (batas {COPY_LIMIT['all']} x pada SCALE=1)")
    print(f"puncak memori proses kita pada satu saat: {peak:.2f} GiB (batas {MEMORY_LIMIT_GIB} GiB)")
    return int(over and scale >= 1)
