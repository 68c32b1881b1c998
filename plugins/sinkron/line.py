"""The line: one list of steps, run in this order by `make month` and wired into DAGs by `dags/`.

A step is `run(settings, periode[, sumber]) -> dict` of counts, keys and verdicts, never rows. Every step can be run
twice, or killed anywhere and run again: the end state is the same.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from sinkron import remote
from sinkron.settings import ROOT, Settings

# The sources that a month requires (rules.md "Running unattended"): a candidate is composed of them.
REQUIRED = ("dtsen", "dtjateng", "simnakis")


def optional_sources() -> tuple[str, ...]:
    """The other declared sources, by name: they land with a month and never delay it."""
    declared = sorted(path.parent.name for path in (ROOT / "connectors").glob("*/source.yml"))
    return tuple(name for name in declared if name not in REQUIRED)


@dataclass(frozen=True)
class Step:
    """One step: its verb (task id and module in `sinkron.steps`), the DAG that runs it, its Indonesian label.

    `per_source` steps run once for each source; `outgoing` steps write files for others into the outbox. A step names
    its lock in its call of `ledger.step`.
    """

    name: str
    dag: str
    label: str
    per_source: bool = False
    outgoing: bool = False

    def run(self, settings: Settings, periode: str, sumber: str | None = None) -> dict[str, Any]:
        """Run the step; the module is imported here so that parsing a DAG stays cheap.

        If the outbox is on an SFTP server, its new files are sent there after an `outgoing` step, also when the step
        failed, because a refusal leaves a report for the sender in the outbox.
        """
        module = importlib.import_module(f"sinkron.steps.{self.name}")
        asked = (periode, sumber) if self.per_source else (periode,)
        if not self.outgoing:
            return module.run(settings, *asked)
        try:
            counts = module.run(settings, *asked)
        except Exception:
            remote.send(settings)
            raise
        return {**counts, **remote.send(settings)}


LINE = (
    Step("extract", "ingest", "Ambil dari sumber", per_source=True, outgoing=True),
    Step("land", "ingest", "Daratkan", per_source=True, outgoing=True),
    Step("compose", "build_golden", "Susun kandidat", outgoing=True),
    Step("stage", "build_golden", "Bakukan", outgoing=True),
    Step("verify", "build_golden", "Tanyakan Dukcapil"),
    Step("link", "build_golden", "Padankan identitas"),
    Step("golden", "build_golden", "Bangun data emas"),
    Step("decide", "build_golden", "Usulkan penonaktifan"),
    Step("audit", "publish", "Periksa"),
    Step("approve", "publish", "Putuskan"),
    Step("publish", "publish", "Terbitkan", outgoing=True),
    Step("export", "publish", "Ekspor", outgoing=True),
    Step("list", "push_deactivations", "Susun daftar"),
    Step("authorise", "push_deactivations", "Putuskan daftar"),
    Step("push", "push_deactivations", "Kirim"),
    Step("reconcile", "reconcile_deactivations", "Cocokkan", outgoing=True),
)
STEPS = {step.name: step for step in LINE}
