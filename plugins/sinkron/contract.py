"""Reads the ODCS 3 contracts in `dbt_project/contracts`: the one list of what is published, column by column."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sinkron.settings import ROOT

FOLDER = ROOT / "dbt_project" / "contracts"
# Who may see a column: both schemas, publikasi_penuh only, nobody but the pipeline.
CLASSES = ("samar", "penuh", "internal")
VIEWS = ("samar", "penuh")
AREAS = ("terbuka", "tanpa")
ORIGINS = ("identitas", "rumah", "lengkap", "dtsen", "dtjateng")


class ContractError(ValueError):
    """A contract file lacks something that it must contain."""


@dataclass(frozen=True)
class Column:
    """One column: its Postgres type, whether it may be null, who sees it, how it is proven.

    `key` is its place in the key (0: not in the key). `asal` is the record its value comes from unless `asal_usul` says
    otherwise. `sidik` says whether it is part of the content hash, or is the SQL of the part that counts. `kosakata` is
    its closed vocabulary.
    """

    name: str
    type: str
    required: bool
    key: int
    classification: str
    description: str
    asal: str | None = None
    sidik: bool | str = True
    kosakata: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """One published table.

    `base` is the view it shows when it is not released in partitions, else None. `identified` tables exist only in
    `publikasi_penuh`. `area` names the column that a login's area is compared with, or is `terbuka` (nobody is
    restricted) or `tanpa` (rows have no area: logins with an area see no rows). `derived` is the released table whose
    visible columns are added after its own columns, with that table's area; else None.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    base: str | None
    identified: bool
    area: str
    indexes: tuple[str, ...]
    checks: dict[str, str] = field(default_factory=dict)
    derived: str | None = None

    @property
    def key(self) -> list[Column]:
        """Key columns in key order; empty when rows have no key."""
        return sorted((column for column in self.columns if column.key), key=lambda column: column.key)

    @property
    def hashed(self) -> dict[str, str]:
        """Column -> SQL of the content that is hashed; without the release's own name and revision."""
        return {c.name: f'"{c.name}"' if c.sidik is True else c.sidik for c in self.columns if c.sidik}

    @property
    def area_condition(self) -> str:
        """SQL condition: the row is in the area of the reading login; empty when nobody is restricted.

        Each `(select …)` is evaluated once per query.
        """
        everywhere = "(select rilis.wilayah_baca()) is null"
        if self.area in AREAS:
            return everywhere if self.area == "tanpa" else ""
        return (
            f"({everywhere} or {self.area} = any ((select rilis.wilayah_baca())::text[])"
            f" or left({self.area}, 8) = any ((select rilis.wilayah_baca())::text[]))"
        )

    def visible(self, schema: str) -> list[Column]:
        """Columns shown in `publikasi` or `publikasi_penuh`, in contract order; empty if the table is not in it."""
        classes = ("samar",) if schema == "publikasi" else ("samar", "penuh")
        return [column for column in self.columns if column.classification in classes]


@cache
def load(folder: Path = FOLDER) -> dict[str, Contract]:
    """All contracts by table name, read once per process.

    Raises ContractError that names the file, what was expected and what was found.
    """
    contracts = {}
    for path in sorted(folder.glob("*.odcs.yml")):
        contract = _parse(path, yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))
        contracts[contract.name] = contract
    if not contracts:
        raise ContractError(f"no *.odcs.yml in {folder}; the contracts of the published tables belong there")
    return {
        name: _derive(contract, contracts) if contract.derived else contract for name, contract in contracts.items()
    }


def released(contracts: dict[str, Contract]) -> list[Contract]:
    """Contracts of tables that are released in partitions (dbt makes their candidates in schema `release`)."""
    return [contract for contract in contracts.values() if contract.base is None]


def _derive(contract: Contract, contracts: dict[str, Contract]) -> Contract:
    """The contract's own columns come first, so that a column added to the table is added at the end here too."""
    table = contracts.get(contract.derived)
    if table is None or table.base is not None or contract.base is None:
        raise ContractError(
            f"{contract.name}.odcs.yml: turunan must name a released table, and dasar the view of both;"
            f" got turunan {contract.derived!r}, dasar {contract.base!r}"
        )
    shown = tuple(replace(column, asal=None) for column in table.visible("publikasi_penuh"))
    return replace(contract, columns=(*contract.columns, *shown), area=table.area)


def _parse(path: Path, document: dict[str, Any]) -> Contract:
    if document.get("kind") != "DataContract" or not str(document.get("apiVersion", "")).startswith("v3."):
        raise ContractError(f"{path.name}: expected kind DataContract with apiVersion v3.x; see the file beside it")
    (table,) = document["schema"]
    custom = _custom(table)
    columns = tuple(_column(path, entry) for entry in table["properties"])
    names = {column.name for column in columns}
    area = custom.get("wilayah", "terbuka")
    base = custom.get("dasar")
    # Without it a table of identities would be in the schema that everybody reads.
    if (schema := custom.get("skema")) not in VIEWS:
        raise ContractError(f"{path.name}: property skema must be {' or '.join(VIEWS)}, got {schema!r}")
    if area not in AREAS and area not in names:
        raise ContractError(f"{path.name}: wilayah must be a column or one of {AREAS}, got {area!r}")
    if base is None and "id_rilis" not in names:
        raise ContractError(f"{path.name}: a released table needs the internal column id_rilis")
    checks = {
        entry["description"]: entry["value"] for entry in table["customProperties"] if entry["property"] == "periksa"
    }
    return Contract(
        name=table["name"],
        description=table["description"],
        columns=columns,
        base=base,
        identified=schema == "penuh",
        area=area,
        indexes=tuple(custom.get("indeks", ())),
        checks=checks,
        derived=custom.get("turunan"),
    )


def _column(path: Path, entry: dict[str, Any]) -> Column:
    custom = _custom(entry)
    if entry.get("classification") not in CLASSES:
        raise ContractError(f"{path.name}: {entry['name']}: classification must be one of {CLASSES}")
    if custom.get("asal") not in (None, *ORIGINS):
        raise ContractError(f"{path.name}: {entry['name']}: asal must be one of {ORIGINS}")
    return Column(
        name=entry["name"],
        type=entry["physicalType"],
        required=entry.get("required", False),
        key=entry.get("primaryKeyPosition", 0),
        classification=entry["classification"],
        description=entry["description"],
        asal=custom.get("asal"),
        sidik=custom.get("sidik", True),
        kosakata=tuple(custom.get("kosakata", ())),
    )


def _custom(entry: dict[str, Any]) -> dict[str, Any]:
    return {item["property"]: item["value"] for item in entry.get("customProperties", ())}
