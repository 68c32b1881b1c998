"""A synthetic Blora: no person in it exists; every name, number and event is drawn from a seed.

`build` lets months pass and writes what three registries hold and what people report. `deliver` puts a month's DTSEN
files into an inbox and makes that month the present. `serve` answers for DTJateng, Simnakis, Bratasena and Dukcapil,
and `connections` says how to reach all of them. They record what Sinkron sends them, answer it and act on it:
`answer_uploads` plays the operator of SIKS-NG; `received`, `fate`, `violations` and `tally` tell the result.

The truth is kept apart, under `<dir>/kebenaran/<periode>/`, and never in anything that is delivered.
"""

from functools import partial
from pathlib import Path

from sandbox.credentials import API_KEY, BRATASENA_KEY, CLIENT_ID, CLIENT_SECRET, DUKCAPIL_KEY, connections
from sandbox.forms import Dialect
from sandbox.handover import Received, ended, fate, received, tally, violations
from sandbox.server import serve
from sandbox.trouble import Trouble
from sandbox.uploads import answer_uploads

__all__ = [
    "API_KEY", "BRATASENA_KEY", "CLIENT_ID", "CLIENT_SECRET", "DUKCAPIL_KEY", "Dialect", "Received", "Trouble",
    "answer_uploads", "build", "connections", "deliver", "fate", "received", "serve", "tally", "violations",
]  # fmt: skip


def build(directory: Path | str, scale: float, seed: int, months: list[str], rates=None) -> dict:
    """Let months pass and write them: see `sandbox.months.build` (imported late, because serving does not need it)."""
    from sandbox import months as passing

    return passing.build(directory, scale, seed, months, rates)


def deliver(
    directory: Path | str,
    inbox: Path | str,
    periode: str,
    revisi: int = 1,
    form: str = "csv",
    dialect: Dialect | None = None,
    damage: str | None = None,
) -> Path:
    """Deliver a month: put the DTSEN files into `inbox` and move the servers on to it, never back to an earlier month.

    `form` is a name in `sandbox.forms.FORMS`, `damage` a mode in `sandbox.damage.MODES`. Returns the folder of the
    delivery. Raises FileNotFoundError when the month was not built, ValueError for an unknown form or damage.
    """
    from sandbox import delivery

    directory = Path(directory)
    meanwhile = partial(ended, directory)
    folder = delivery.deliver(directory, Path(inbox), periode, revisi, form, dialect or Dialect(), damage, meanwhile)
    present = directory / "sekarang"
    if not present.exists() or present.read_text().strip() < periode:
        waiting = directory / "sekarang.tulis"
        waiting.write_text(periode)
        waiting.rename(present)
    return folder
