"""`make evaluate`: take months through the real line, then score what was published against the truth.

Each run makes a new world and installation of its own below `run/evaluate/<faults>`. `--relink` links the months that
such a run kept once more, with the matcher as it is now, and scores that in seconds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sandbox
from sandbox import (
    evaluate_inputs,
    evaluate_relink,
    evaluate_report,
    evaluate_rivals,
    installation,
    score,
    score_households,
)
from sandbox.faults import PRESETS
from sandbox.state import month_number, month_text
from sinkron import feeds, month, postgres
from sinkron import settings as settings_module
from sinkron.line import LINE, REQUIRED, STEPS
from sinkron.settings import Settings

SEED = 20260601
FIRST = "2026-06"
FIGURES = "nilai.json"


def run(scale: float, months: int, faults: str) -> int:
    """Build a world, take it through the line month by month, and score what was published; returns 0.

    Raises KeyError for faults that are not in `sandbox.faults.PRESETS`, and passes on whatever stops a month.
    """
    rates = PRESETS[faults]
    home = settings_module.load().home / "evaluate" / faults
    settings, environment = installation.make(home)
    periods = [month_text(month_number(FIRST) + n) for n in range(months)]
    sandbox.build(home / "dunia", scale, SEED, periods, rates)
    server = sandbox.serve(home / "dunia", 0)
    try:
        environment |= sandbox.connections(server.url, settings.inbox, settings.outbox)
        settings = settings_module.load(environment)
        for periode in periods:
            sandbox.deliver(home / "dunia", settings.inbox, periode)
            _month(settings, periode)
    finally:
        server.close()
        postgres.stop(settings)
    figures = scores(home, "terbit")
    title = f"SCALE={scale:g}, galat {faults}, {len(periods)} bulan: yang terbit"
    return evaluate_report.tell(evaluate_report.lines(title, figures), figures, home / FIGURES)


def again(home: Path) -> int:
    """Link the kept months again, each on the past that this same matcher made, and score that; returns 0."""
    months = evaluate_inputs.months(home)
    for periode in months:
        evaluate_relink.link_month(home, periode)
    measured = home / FIGURES
    # The figures of the rival matchers do not change with ours, so those that were measured are used again.
    rivals = json.loads(measured.read_text())[months[-1]]["pembanding"] if measured.exists() else None
    figures = scores(home, evaluate_relink.OUTCOME, rivals)
    lines = evaluate_report.lines(f"{home}: dipadankan ulang", figures)
    return evaluate_report.tell(lines, figures, home / f"nilai_{evaluate_relink.OUTCOME}.json")


def scores(home: Path, outcome: str, rivals: dict[str, Any] | None = None) -> dict[str, Any]:
    """The figures of each kept month: persons, households, ids kept since the month before, and errors.

    The last month also has those of the rival matchers, taken from `rivals` where they are known. `outcome` names the
    kept tables that are scored (`<outcome>_tautan.parquet` and the others). Raises FileNotFoundError where no month was
    kept.
    """
    found: dict[str, Any] = {}
    con = evaluate_inputs.workspace(home)
    for periode in evaluate_inputs.months(home):
        kept = evaluate_inputs.folder(home, periode)
        for name, file in (
            ("rekaman", "rekaman"), ("benar", "benar"), ("orang", "orang"), ("tautan", f"{outcome}_tautan"),
            ("anggota", f"{outcome}_anggota"), ("peristiwa", f"{outcome}_peristiwa"),
        ):  # fmt: skip
            con.execute(f"create or replace view {name} as from '{kept / file}.parquet'")
        figures: dict[str, Any] = {
            "individu": score.persons(con, "tautan", "benar"),
            "rumah_tangga": score_households.households(con, "tautan", "benar", "orang", "anggota"),
        }
        figures["rumah_tangga"]["sebab"] = score_households.causes(con)
        figures["padanan"] = json.loads((kept / f"{outcome}.json").read_text())
        score.person_ids(con, "tautan", "benar", "individu_kini")
        score_households.household_ids(con, "rumah_tangga_kini")
        if found:
            for grain in ("individu", "rumah_tangga"):
                con.execute(f"create or replace view peristiwa_ini as from peristiwa where grain = '{grain}'")
                figures[f"uid_{grain}"] = score.stability(con, f"{grain}_lalu", f"{grain}_kini", "peristiwa_ini")
        for grain in ("individu", "rumah_tangga"):
            con.execute(f"create or replace table {grain}_lalu as from {grain}_kini")
        figures["galat"] = score.errors(con, "tautan", "benar")
        found[periode] = figures
    # The rivals do not use the month before, so they are measured once, on the last month.
    figures["pembanding"] = rivals or evaluate_rivals.measure(con)
    con.close()
    return found


def _month(settings: Settings, periode: str) -> None:
    """Take one month from landing to the pointer, approve it, and keep what is to be scored of it."""
    feeds.read_all(settings, month.to_stderr)
    for sumber in REQUIRED:
        for name in ("extract", "land"):
            STEPS[name].run(settings, periode, sumber)
    for step in LINE:
        if step.dag not in ("build_golden", "publish"):
            continue
        if step.name == "link":
            evaluate_inputs.save_inputs(settings, settings.home / "dunia", periode)
        if step.name == "approve":
            month.answer(settings, "publish", periode, "publish", 1)
        counts = step.run(settings, periode)
        if step.name == "link":
            evaluate_inputs.save_counts(settings.home, periode, "terbit", counts)
        month.to_stderr(f"  {periode} {step.name}")
    evaluate_inputs.save_published(settings, periode)
