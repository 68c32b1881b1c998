"""The line: one list of steps, run in this order by `make month` and wired into DAGs by `dags/`.

A step is `run(settings, periode[, sumber]) -> dict` of counts, keys and verdicts, never rows. Every step can be run
twice, killed anywhere and run again, with the same end state.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from sinkron.settings import ROOT, Settings

# Required for a month (rules.md "Running unattended"): what a candidate is composed of.
REQUIRED = ("dtsen", "dtjateng", "simnakis")


def optional_sources() -> tuple[str, ...]:
    """The other declared sources, by name: they land with a month and never hold it up."""
    declared = sorted(path.parent.name for path in (ROOT / "connectors").glob("*/source.yml"))
    return tuple(name for name in declared if name not in REQUIRED)


@dataclass(frozen=True)
class Step:
    """One step: its verb (task id and module in `sinkron.steps`), the DAG that runs it, its Indonesian label.

    `per_source` steps run once for each source. `lock` names the advisory lock that the step holds; it is the same
    for all steps that write the candidate.
    """

    name: str
    dag: str
    label: str
    lock: str
    per_source: bool = False

    def run(self, settings: Settings, periode: str, sumber: str | None = None) -> dict[str, Any]:
        """Run the step; the module is imported here so that parsing a DAG stays cheap."""
        module = importlib.import_module(f"sinkron.steps.{self.name}")
        if self.per_source:
            return module.run(settings, periode, sumber)
        return module.run(settings, periode)


LINE = (
    Step("extract", "ingest", "Ambil dari sumber", "ingest", per_source=True),
    Step("land", "ingest", "Daratkan", "ingest", per_source=True),
    Step("compose", "build_golden", "Susun kandidat", "kandidat"),
    Step("stage", "build_golden", "Bakukan", "kandidat"),
    Step("verify", "build_golden", "Tanyakan Dukcapil", "kandidat"),
    Step("link", "build_golden", "Padankan identitas", "kandidat"),
    Step("golden", "build_golden", "Bangun data emas", "kandidat"),
    Step("decide", "build_golden", "Usulkan penonaktifan", "kandidat"),
    Step("audit", "publish", "Periksa", "kandidat"),
    Step("approve", "publish", "Putuskan", "keputusan"),
    Step("publish", "publish", "Terbitkan", "kandidat"),
    Step("export", "publish", "Ekspor", "ekspor"),
    Step("list", "push_deactivations", "Susun daftar", "antrean"),
    Step("authorise", "push_deactivations", "Putuskan daftar", "keputusan"),
    Step("push", "push_deactivations", "Kirim", "antrean"),
    Step("reconcile", "reconcile_deactivations", "Cocokkan", "antrean"),
)
STEPS = {step.name: step for step in LINE}
