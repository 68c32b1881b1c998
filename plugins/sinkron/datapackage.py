"""The description of an export: a Frictionless Data Package (v1) with a table schema from the contracts."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

from sinkron.contract import Contract

FORMS = ("csv", "parquet", "xlsx")
MEDIA = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Postgres type of a released masked column -> type of a Table Schema field, type in Parquet.
TYPES = {
    "text": ("string", "varchar"),
    "text[]": ("array", "varchar[]"),
    "smallint": ("integer", "smallint"),
    "integer": ("integer", "integer"),
    "bigint": ("integer", "bigint"),
    "numeric": ("number", "double"),
    "boolean": ("boolean", "boolean"),
    "date": ("date", "date"),
}
# Spreadsheets in an Indonesian locale split fields at the semicolon and write decimals with a comma.
DELIMITER, DECIMAL = ";", ","


def schema(contract: Contract) -> dict[str, Any]:
    """The Table Schema of the masked columns of a table, in contract order."""
    fields = []
    for column in contract.visible("publikasi"):
        kind = TYPES[column.type][0]
        field: dict[str, Any] = {"name": column.name, "type": kind, "description": column.description}
        if kind == "number":
            field["decimalChar"] = DECIMAL
        limits = {"required": True} if column.required else {}
        if column.kosakata and kind == "string":
            limits["enum"] = list(column.kosakata)
        fields.append({**field, "constraints": limits} if limits else field)
    described = {"fields": fields, "missingValues": [""]}
    # In Frictionless, a key column is never empty.
    if contract.key and all(column.required for column in contract.key):
        described["primaryKey"] = [column.name for column in contract.key]
    return described


def resource(contract: Contract, form: str, path: Path, rows: int, root: Path) -> dict[str, Any]:
    """One file of an export below `root`, with its size in bytes and its sha256."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    described = {
        "name": f"{contract.name}.{form}",
        "path": path.relative_to(root).as_posix(),
        "profile": "tabular-data-resource" if form == "csv" else "data-resource",
        "title": contract.name,
        "description": contract.description,
        "format": form,
        "mediatype": MEDIA[form],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256}",
        "rows": rows,
        "schema": schema(contract),
    }
    if form == "csv":
        described |= {
            "encoding": "utf-8",
            "dialect": {"delimiter": DELIMITER, "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\n"},
        }
    return described


def package(
    release: dict[str, Any], mark: dict[str, Any], left_out: dict[str, int], resources: list[dict[str, Any]]
) -> dict[str, Any]:
    """The document `datapackage.json`.

    `mark`: the content and the code that it was made of (`export._mark`). `left_out`: tables that have no XLSX because
    they are too long, with their numbers of rows.
    """
    periode, revisi = release["periode"], release["revisi"]
    told = "Satu rilis, kolom tersamar saja (skema publikasi)."
    if left_out:
        told += f" Terlalu panjang untuk XLSX otomatis: {', '.join(sorted(left_out))}; mintalah make export."
    return {
        "profile": "data-package",
        "name": f"sinkron-{periode}-{revisi}",
        "title": f"Rilis {periode} revisi {revisi}",
        "description": told,
        "version": f"{periode}/{revisi}",
        "created": release["diterbitkan"].astimezone(dt.UTC).isoformat(),
        "sinkron": {**mark, "tanpa_xlsx": left_out},
        "resources": resources,
    }
