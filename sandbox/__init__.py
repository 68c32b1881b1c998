"""A synthetic Blora: no person in it exists, every name, number and event is drawn from a seed.

`build` lets months pass and writes what three registries hold, `deliver` puts a month's DTSEN files into an
inbox and makes that month the present, `serve` answers for DTJateng and Simnakis. What is true stands apart
under `<dir>/kebenaran/<periode>/` and never in anything delivered.
"""

from pathlib import Path

from sandbox.server import API_KEY, CLIENT_ID, CLIENT_SECRET, serve

__all__ = ["API_KEY", "CLIENT_ID", "CLIENT_SECRET", "build", "deliver", "serve"]


def build(directory: Path | str, scale: float, seed: int, months: list[str], rates=None) -> dict:
    """Let months pass and write them: see `sandbox.months.build` (imported late: serving needs none of it)."""
    from sandbox import months as passing

    return passing.build(directory, scale, seed, months, rates)


def deliver(directory: Path | str, inbox: Path | str, periode: str, revisi: int = 1) -> Path:
    """Deliver a month: the DTSEN files into `inbox`, and DTJateng and Simnakis move on to it.

    The servers never go back to an earlier month. Returns the folder of the delivery; raises
    FileNotFoundError when the month was not built.
    """
    from sandbox import delivery

    directory = Path(directory)
    folder = delivery.deliver(directory, Path(inbox), periode, revisi)
    present = directory / "sekarang"
    if not present.exists() or present.read_text().strip() < periode:
        waiting = directory / "sekarang.tulis"
        waiting.write_text(periode)
        waiting.rename(present)
    return folder
