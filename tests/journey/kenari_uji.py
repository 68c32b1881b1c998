"""Canaries: every NIK, KK number and full name of a synthetic world, looked for where none may stand."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

# Airflow's trace context: one span id in two thousand is sixteen digits by chance.
TRACE = re.compile(r"\b00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b")
# A number of 16 digits that stands alone; a longer run, a fraction or a part of a hash is none.
NUMBER = re.compile(r"(?<![0-9A-Za-z.])\d{16}(?![0-9A-Za-z])")
WORD = re.compile(r"[A-Z]+")
LONGEST_NAME = 6


@dataclass(frozen=True)
class Canaries:
    """What must not be found: numbers as they are, names of two words and more as upper-case words."""

    numbers: frozenset[str]
    names: frozenset[str]

    def found(self, text: str) -> set[str]:
        """What of it stands in a text, and every other number of 16 digits, each without showing it whole."""
        text = TRACE.sub("", text)
        hits = {f"{number[:4]}…" for number in NUMBER.findall(text)}
        hits |= {f"{number[:4]}…" for number in re.findall(r"\d{16}", text) if number in self.numbers}
        words = WORD.findall(text.upper())
        # Few pairs of words begin a name; only from these on longer ones are compared.
        for at, pair in enumerate(pairwise(words)):
            if pair in self.beginnings:
                grams = {" ".join(words[at : at + length]) for length in range(2, LONGEST_NAME + 1)}
                hits |= {f"{name[:2]}…" for name in grams & self.names}
        return hits

    @cached_property
    def beginnings(self) -> frozenset[tuple[str, ...]]:
        """The first two words of each name."""
        return frozenset(tuple(name.split()[:2]) for name in self.names)


def canaries(world: Path) -> Canaries:
    """The canaries of everything that a world's registries deliver."""
    numbers, names = set(), set()
    for path in (world / "kiriman" / "dtsen").glob("*/*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for column, value in row.items():
                    _keep(column, value, numbers, names)
    for path in (world / "layanan").glob("*/*.json"):
        for family in json.loads(f"[{path.read_text().rstrip().removesuffix(',')}]"):
            for record in (family, *family["anggota"]):
                for column, value in record.items():
                    _keep(column, value, numbers, names)
    return Canaries(frozenset(numbers), frozenset(names))


def _keep(column: str, value: object, numbers: set[str], names: set[str]) -> None:
    if not isinstance(value, str):
        return
    if re.fullmatch(r"\d{16}", value):
        numbers.add(value)
    # A name of one word is also a word of a programme, a village or a sentence.
    elif column.startswith("nama") and not column.startswith("nama_desa"):
        words = WORD.findall(value.upper())
        if len(words) > 1 and len("".join(words)) > 5:
            names.add(" ".join(words))


def public_files(home: Path, private: Iterable[Path]) -> Iterator[Path]:
    """Files below a data folder that are in none of the folders that may hold personal data."""
    private = tuple(private)
    for path in sorted(home.rglob("*")):
        if path.is_file() and not any(path.is_relative_to(folder) for folder in private):
            yield path


def in_files(what: Canaries, paths: Iterable[Path]) -> dict[str, set[str]]:
    """Path -> what was found in a file or in its name."""
    hits = {}
    for path in paths:
        text = f"{path}\n{path.read_bytes().decode('utf-8', 'replace')}"
        if found := what.found(text):
            hits[str(path)] = found
    return hits


def in_tables(what: Canaries, address: str, schemas: Iterable[str]) -> tuple[dict[str, set[str]], int]:
    """Table -> what was found in any of its columns, and how many rows were looked at."""
    hits, looked = {}, 0
    with psycopg.connect(address.replace("+psycopg2", "")) as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname = any(%s) order by 1, 2", [list(schemas)]
        ).fetchall()
        for table in tables:
            rows = connection.execute(SQL("select t::text from {} as t").format(Identifier(*table))).fetchall()
            looked += len(rows)
            texts = [row[0] for row in rows]
            # Binary columns are spelled in hex: what is inside is looked at too.
            texts += [bytes.fromhex(h).decode("utf-8", "replace") for t in texts for h in _hex(t)]
            if found := what.found("\n".join(texts)):
                hits[".".join(table)] = found
    return hits, looked


def _hex(text: str) -> list[str]:
    return [found for found in re.findall(r"\\x((?:[0-9a-f]{2})+)", text)]
