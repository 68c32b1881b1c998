"""Stored JSON pages as raw tables, parsed by DuckDB with the explicit shape that source.yml declares."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from connectors.core.canonical import name, quoted
from connectors.core.landing import workspace
from connectors.core.signals import Refusal
from connectors.core.source import Entity

# Nested shape of a JSON value: a dict is an object, a list of one shape is an array, a text is a DuckDB type.
Shape = dict[str, Any]


def type_of(shape: Any) -> str:
    """DuckDB type of a shape."""
    if isinstance(shape, dict):
        return "STRUCT(" + ", ".join(f"{name(k)} {type_of(v)}" for k, v in shape.items()) + ")"
    return f"{type_of(shape[0])}[]" if isinstance(shape, list) else shape


def shape_of(entity: Entity, without: Sequence[str] = ()) -> Shape:
    """Shape of the declared fields of an entity, `without` those that are given elsewhere; every leaf is text."""
    shape: Shape = {}
    for column in entity.kolom:
        if column.turunan or column.nama in without:
            continue
        for path in column.paths:
            *objects, leaf = path.split(".")
            place = shape
            for part in objects:
                place = place.setdefault(part, {})
            place[leaf] = "VARCHAR"
    return shape


def fields(entity: Entity, row: str, given: dict[str, str] | None = None, has_nul: bool = False) -> str:
    """Select list of a raw table: each declared field from struct `row`, or from the SQL in `given`.

    has_nul: take NUL out of every text, since Postgres cannot hold it.
    """
    given, parts = given or {}, []
    for column in entity.kolom:
        if column.turunan:
            continue
        found = [row + "." + ".".join(map(name, path.split("."))) for path in column.paths]
        value = given.get(column.nama) or (f"coalesce({', '.join(found)})" if len(found) > 1 else found[0])
        text = f"replace({value}, chr(0), '')" if has_nul else value
        parts.append(f"{text} as {name(column.nama)}")
    return ", ".join([*parts, "false as bentuk_rusak"])


def _unnested(files: Sequence[Path], shape: Shape) -> str:
    paths = ", ".join(quoted(str(f)) for f in files)
    # One page is one JSON object. DuckDB makes buffers of this size, so it is no larger than the largest page.
    limit = max((f.stat().st_size for f in files), default=0) + 1024
    return (
        f"select unnest(data) as r from read_json([{paths}], columns = {{data: {quoted(type_of([shape]))}}},"
        f" format = 'unstructured', maximum_object_size = {limit}, auto_detect = false)"
    )


def read_pages(con: duckdb.DuckDBPyConnection, files: Sequence[Path], shape: Shape) -> bool:
    """Make table `halaman` (r: one struct a row of the pages' `data`, in order of the read).

    Returns whether the bytes hold an escaped NUL. Raises Refusal when a page has another shape.
    """
    try:
        con.execute(f"create table halaman as {_unnested(files, shape)}")
    except duckdb.Error:
        raise Refusal(
            "bentuk_tidak_terbaca", "Halaman JSON tidak sesuai bentuk yang disepakati. Periksa perubahan pada sumber."
        ) from None
    return any(b"\\u0000" in f.read_bytes() for f in files)


def count_ids(files: Sequence[Path], field: str, kerja: Path) -> int:
    """Distinct values of `field` over the pages' `data`; a row without it counts as one of its own.

    Raises Refusal when a page has another shape.
    """
    con = workspace(kerja)
    try:
        read_pages(con, files, {field: "VARCHAR"})
        x = f"r.{name(field)}"
        return con.execute(f"select count(distinct {x}) + count(*) filter ({x} is null) from halaman").fetchone()[0]
    finally:
        con.close()
