"""Open data of random small worlds: what is hidden of them can be told from no sum (rules.md, "Publication")."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import psycopg
import pytest
from jinja2 import Environment

from sinkron import postgres
from sinkron.settings import Settings

PROJECT = Path(__file__).parents[2] / "dbt_project"
MINIMUM = 5
CLASSES = {
    "rumah_tangga_menurut_desil": [*map(str, range(1, 11)), "tanpa_desil"],
    "individu_menurut_kelompok_umur": ["0-5", "6-18", "19-59", "60+", "tidak_diketahui"],
    "individu_menurut_jenis_kelamin": ["L", "P", "tidak_diketahui"],
}
Cells = dict[tuple[str | None, str, str], int]


def _world(seed: int) -> Cells:
    """Counts of a few villages: (village, measure, class) -> people; classes of which one has most."""
    dice = random.Random(seed)
    cells: Cells = {}
    for village in range(dice.choice([1, 2, 3, 5, 10])):
        households = 1 + int(dice.expovariate(1 / dice.choice([1, 3, 8, 20, 60])))
        totals = {"rumah_tangga": households, "individu": int(households * dice.uniform(1, 4))}
        for measure, total in totals.items():
            cells[f"d{village}", measure, "semua"] = total
        for measure, classes in CLASSES.items():
            skew = dice.choice([1, 3, 6])
            weights = [dice.random() ** skew for _ in classes]
            for chosen in dice.choices(classes, weights, k=totals[measure.partition("_menurut_")[0]]):
                cells[f"d{village}", measure, chosen] = cells.get((f"d{village}", measure, chosen), 0) + 1
    return cells


def _hidden(instalasi: Settings, cells: Cells) -> dict[tuple[str | None, str, str], tuple[int, bool]]:
    """What the model makes of these counts: cell -> (count, hidden), the district's under village None."""
    names = {"config": lambda **_: "", "ref": lambda _: "ringkasan_dasar", "ambang": lambda _: str(MINIMUM)}
    files = (PROJECT / "macros/penyamaran.sql", PROJECT / "models/release/ringkasan_sel.sql")
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    query = Environment(autoescape=False).from_string(text).render(**names)
    with psycopg.connect(postgres.ensure_running(instalasi).superuser_url) as connection:
        connection.execute(
            "create temp table ringkasan_dasar (kode_desa text, ukuran text, kelas text, jumlah bigint) on commit drop"
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into ringkasan_dasar values (%s, %s, %s, %s)", [(*c, n) for c, n in cells.items()]
            )
        rows = connection.execute(query).fetchall()
    assert len(rows) == len({row[:3] for row in rows})
    return {(village, measure, kind): (count, hidden) for village, measure, kind, count, hidden in rows}


def _sums(told: dict) -> list[tuple[tuple | None, list[tuple]]]:
    """Each sum of the tables: its total cell, and the cells that add up to it."""
    over_villages, over_classes = defaultdict(list), defaultdict(list)
    for cell in told:
        village, measure, kind = cell
        if village is not None:
            over_villages[None, measure, kind].append(cell)
        if "_menurut_" in measure:
            over_classes[village, measure].append(cell)
    sums = list(over_villages.items())
    return sums + [((v, m.partition("_menurut_")[0], "semua"), cells) for (v, m), cells in over_classes.items()]


def _least(told: dict) -> dict[tuple, int]:
    """The least that each cell can be for who sees what is shown: nobody's class has no row."""
    least = dict.fromkeys(told, 1)
    for total, parts in _sums(told):
        seen = sum(1 if told[cell][1] else told[cell][0] for cell in parts)
        least[total] = max(least[total], seen)
    return least


# The last one takes more than four rounds.
@pytest.mark.parametrize("seed", [*range(30), 376])
def test_no_sum_tells_a_hidden_cell(instalasi: Settings, seed: int) -> None:
    cells = _world(seed)
    told = _hidden(instalasi, cells)
    assert {cell: count for cell, (count, _) in told.items() if cell[0] is not None} == cells
    assert all(hidden for count, hidden in told.values() if count < MINIMUM)
    least = _least(told)
    for total, parts in _sums(told):
        hidden = [told[cell][0] for cell in parts if told[cell][1]]
        assert sum(told[cell][0] for cell in parts) == told[total][0]
        if told[total][1]:
            assert hidden, "a hidden total is the sum of cells that are all shown"
        elif hidden:
            assert len(hidden) > 1, "one hidden cell is its total less the others"
            assert sum(hidden) >= MINIMUM, "so few are left that each is small"
            floor = sum(least[cell] for cell in parts if told[cell][1])
            assert sum(hidden) > floor, "each hidden cell is the least that it can be"
