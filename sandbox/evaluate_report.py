"""The figures of an evaluation as lines for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

KINDS_SHOWN = 12


def lines(title: str, figures: dict[str, Any]) -> Iterator[str]:
    """Tables with a line for each month, the rivals' figures for the last month, and the errors that remain in it."""
    yield title
    yield from persons(figures)
    last = list(figures)[-1]
    yield f"{'rumah tangga':<22} {'emas':>9} {'tepat':>9} {'bagian':>9} {'ketat':>9} {'tertinggal':>11} {'ragu':>10}"
    for periode, month in figures.items():
        home = month["rumah_tangga"]
        yield (
            f"{periode:<22} {home['emas']:>9} {home['tepat']:>9} {home['bagian']:>9.5f} {home['bagian_ketat']:>9.5f}"
            f" {home['tertinggal']:>11} {month['padanan']['ragu']:>10}"
        )
    yield "sebab tidak tepat: " + ", ".join(f"{k} {v}" for k, v in figures[last]["rumah_tangga"]["sebab"].items() if v)
    yield f"{'uid dari bulan lalu':<22} {'berlanjut':>9} {'tetap':>9} {'bagian':>9} {'tanpa peristiwa':>21}"
    for periode, month in figures.items():
        for grain in ("individu", "rumah_tangga"):
            if kept := month.get(f"uid_{grain}"):
                yield (
                    f"{f'{periode} {grain}':<22} {kept['berlanjut']:>9} {kept['tetap']:>9} {kept['bagian']:>9.5f}"
                    f" {kept['tanpa_peristiwa']:>21}"
                )
    yield from errors(last, figures[last]["galat"])


def persons(figures: dict[str, Any]) -> Iterator[str]:
    """How well persons are found: a line for each of the figures, then what the rivals made of the last one."""
    yield (
        f"{'individu':<22} {'rekaman':>9} {'presisi':>9} {'recall':>9} {'F1':>9} {'F1 klaster':>11} {'tergabung':>10}"
    )
    last = list(figures)[-1]
    for periode, month in figures.items():
        yield _persons(periode, month["individu"])
    for name, rival in figures[last]["pembanding"].items():
        yield _persons(f"{last} {name}"[:22], rival)
    people = figures[last]["individu"]
    if merged := people["orang_tergabung"]:
        yield f"tergabung dengan orang lain: {merged} orang, 1 dari {people['orang'] // merged}"


def errors(name: str, galat: list[dict[str, Any]]) -> Iterator[str]:
    """The records that were linked wrongly, by kind of error and by their faults, the most frequent first."""
    for kind in ("salah_gabung", "tautan_hilang"):
        of_kind = [error for error in galat if error["jenis"] == kind]
        yield f"{kind} {name}: {sum(error['jumlah'] for error in of_kind)} rekaman, menurut galatnya"
        for error in of_kind[:KINDS_SHOWN]:
            yield f"{error['jumlah']:>7} {error['galat']:<46} {'; '.join(error['contoh'])}"
        if rest := of_kind[KINDS_SHOWN:]:
            yield f"{sum(error['jumlah'] for error in rest):>7} {len(rest)} macam lain"


def tell(text: Iterable[str], figures: dict[str, Any], path: Path) -> int:
    """Write all figures to `path` as JSON and print the text line by line; returns 0."""
    path.write_text(json.dumps(figures, indent=1))
    for line in text:
        print(line)
    print(f"semua angka: {path}", file=sys.stdout, flush=True)
    return 0


def _persons(name: str, found: dict[str, Any]) -> str:
    return (
        f"{name:<22} {found['rekaman']:>9} {found['presisi']:>9.5f} {found['recall']:>9.5f} {found['f1']:>9.5f}"
        f" {found['f1_klaster']:>11.5f} {found['orang_tergabung']:>10}"
    )
