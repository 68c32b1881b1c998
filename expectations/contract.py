"""The checks that follow from the contracts of what is published (ODCS YAML): filled, unique, in vocabulary, masked.

A column added to a contract is guarded from that day on; nothing is listed twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from expectations.suite import one_of, repeated, violations


@dataclass(frozen=True)
class Column:
    """One column: `kelas` is `samar` (shown to all readers), `penuh` or `internal`; `kosakata` its allowed values."""

    nama: str
    tipe: str
    kelas: str
    wajib: bool
    kunci: bool
    kosakata: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One released table; `samar` says whether it is in the masked schema."""

    nama: str
    samar: bool
    kolom: tuple[Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Columns of the primary key, () when the table has none."""
        return tuple(c.nama for c in self.kolom if c.kunci)

    @property
    def free_text(self) -> tuple[str, ...]:
        """Text columns that everybody may read and that hold neither a word of a vocabulary nor an id of ours.

        Ids are random or hashes and may hold sixteen digits by chance.
        """
        own = ("uid", "id_kiriman", "digantikan_oleh")
        return tuple(
            c.nama
            for c in self.kolom
            if self.samar and c.kelas == "samar" and c.tipe == "text" and not c.kosakata and not c.nama.startswith(own)
        )

    def unfilled(self, schema: str) -> str:
        """SQL: rows in which a required column is null."""
        filled = " and ".join(f"{c.nama} is not null" for c in self.kolom if c.wajib)
        return f"select {violations(filled)} from {schema}.{self.nama}"

    def repeated(self, schema: str) -> str:
        """SQL: keys that occur more than once."""
        return repeated(f"{schema}.{self.nama}", *self.key)

    def outside_vocabulary(self) -> str | None:
        """Aggregate: rows with a value that the contract does not know; None when the table has no vocabulary."""
        known = [one_of(c.nama, c.kosakata, nullable=not c.wajib) for c in self.kolom if c.kosakata]
        return violations(" and ".join(known)) if known else None


def load(folder: Path) -> tuple[Table, ...]:
    """The released tables of all contracts in a folder, by name; views over the ledger are left out.

    Raises ValueError when a folder holds no contract, or one that does not say who reads its table: a gate without
    contracts would guard nothing.
    """
    tables = []
    for path in sorted(folder.glob("*.odcs.yml")):
        (declared,) = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["schema"]
        facts = _properties(declared)
        # Otherwise a table that everybody reads would not be searched, only because its contract forgot to say so.
        if (schema := facts.get("skema")) not in ("samar", "penuh"):
            raise ValueError(f"{path.name}: property skema must be samar or penuh, got {schema!r}")
        if "dasar" not in facts:
            columns = tuple(map(_column, declared["properties"]))
            tables.append(Table(declared["name"], schema == "samar", columns))
    if not tables:
        raise ValueError(f"no contract *.odcs.yml of a released table in {folder}; the release gate needs them")
    return tuple(tables)


def _column(declared: dict) -> Column:
    return Column(
        nama=declared["name"],
        tipe=declared["physicalType"],
        kelas=declared["classification"],
        wajib=bool(declared.get("required")),
        kunci=bool(declared.get("primaryKey")),
        kosakata=tuple(_properties(declared).get("kosakata", ())),
    )


def _properties(declared: dict) -> dict:
    return {entry["property"]: entry["value"] for entry in declared.get("customProperties", ())}
