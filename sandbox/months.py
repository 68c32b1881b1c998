"""Build the sandbox's months into a folder: truth, DTSEN files, rows of the REST sources."""

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sandbox import beliefs, delivery, dtjateng, dtsen, region, simnakis, truth
from sandbox.casework import Casework
from sandbox.faults import FaultRates
from sandbox.programmes import Programmes
from sandbox.rows import rows_path
from sandbox.state import month_number, month_text
from sandbox.world import World

NATIONAL = 443_572  # persons that DTSEN carries at SCALE 1
_START = month_number("2026-01")  # months before the first delivered one fill the registries with old news
FIRST = "2026-05"
_BEYOND = 1.02  # the world holds a few more than the national list


def build(directory: Path | str, scale: float, seed: int, months: list[str], rates: FaultRates | None = None) -> dict:
    """Let the world pass up to the last of `months` and write those months that are not there yet.

    Equal scale, seed, rates and months give equal bytes. Raises ValueError for a folder built with another scale, seed
    or rates, and for a month before 2026-05. Returns the counts of the last month that it wrote.
    """
    directory, rates = Path(directory), rates or FaultRates()
    if not months or min(months) < FIRST:
        raise ValueError(f"months {months}: expected at least one, none before {FIRST}, where this world begins")
    mark = {"skala": scale, "benih": seed, "galat": vars(rates), "sintetis": True}
    made = directory / "dunia.json"
    if made.exists() and json.loads(made.read_text()) != mark:
        raise ValueError(f"{directory} holds a world of another scale, seed or fault rates: take another folder")
    directory.mkdir(parents=True, exist_ok=True)
    made.write_text(json.dumps(mark, indent=1))
    size = round(NATIONAL * scale)
    world = World(region.load(seed), seed, _START, round(size * _BEYOND))
    national = beliefs.national_list(world, size)
    registries = [beliefs.Registry(c, world, national) for c in (beliefs.DTSEN, beliefs.DTJATENG, beliefs.SIMNAKIS)]
    programmes = Programmes(registries[0], scale)
    casework = Casework(registries, programmes, scale)
    con = duckdb.connect(config={"threads": 2, "memory_limit": "2GB"})
    con.execute("set enable_progress_bar = false")
    counts = {}
    while world.month < month_number(max(months)):
        touched = world.step()
        for registry in registries:
            registry.hear(touched)
            registry.update(size if registry.character is beliefs.DTSEN else None)
        if world.month >= month_number(FIRST):
            programmes.update()
            casework.write(directory)
        periode = month_text(world.month)
        if periode in months and not (directory / "kebenaran" / periode / "selesai.json").exists():
            counts = _write(directory, periode, con, world, registries, programmes, rates, touched)
    con.close()
    return counts


def _write(directory, periode, con, world, registries, programmes, rates, touched) -> dict:
    national, province, district = registries
    parts = dtsen.write(con, national, programmes, rates, delivery.folder(directory, periode))
    parts += dtjateng.write(con, province, programmes, rates, rows_path(directory, "dtjateng", periode))
    parts += simnakis.write(con, district, rates, rows_path(directory, "simnakis", periode))
    target = directory / "kebenaran" / periode
    target.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.concat_tables(parts), target / "rekaman.parquet")
    counts = truth.write_world(target, world, touched)
    counts["rekaman"] = sum(part.num_rows for part in parts)
    (target / "selesai.json").write_text(json.dumps(counts))
    return counts
