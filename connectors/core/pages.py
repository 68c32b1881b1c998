"""Stored JSON pages as raw tables, parsed by DuckDB with the explicit shape that source.yml declares."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from connectors.core.canonical import name, quoted
from connectors.core.landing import workspace
from connectors.core.signals import Refusal
from connectors.core.source import Entity

# A page is a megabyte or so, and while it is parsed some ten of memory: a hundred at once took 1.4 GiB.
PAGES_AT_ONCE = 16
# Nested shape of a JSON value: a dict is an object, a list of one shape is an array, a text is a DuckDB type.
Shape = dict[str, Any]


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


def read_pages(con: duckdb.DuckDBPyConnection, files: Sequence[Path], shape: Shape) -> bool:
    """Make table `halaman` (r: one struct a row of the pages' `data`, in order of the read).

    Returns whether the bytes hold an escaped NUL. Raises Refusal when a page has another shape: DuckDB's
    lenient reading would make a text where an array belongs into nothing, and lose its rows.
    """
    structure, has_nul = quoted(json.dumps({"data": [shape]})), False
    try:
        con.execute(f"create table halaman as select unnest(from_json('{{}}', {structure}).data) as r limit 0")
        for at in range(0, len(files), PAGES_AT_ONCE):
            has_nul |= _append(con, files[at : at + PAGES_AT_ONCE], shape, structure)
    except duckdb.Error:
        raise _unreadable() from None
    return has_nul


def _append(con: duckdb.DuckDBPyConnection, files: Sequence[Path], shape: Shape, structure: str) -> bool:
    """Append the rows of some pages to `halaman`; returns whether they hold an escaped NUL."""
    paths = ", ".join(quoted(str(f)) for f in files)
    # read_json over whole pages is quadratic in their size (measured: 57 s for 150 MB); a text that is parsed
    # as one value takes 2 s.
    con.execute(f"create or replace temp table teks as select content::json as isi from read_text([{paths}])")
    for path, kind in _containers({"data": [shape]}, "$"):
        wrong = con.execute(
            f"select count(*) from (select unnest(json_type(isi, {quoted(path)})) as jenis from teks)"
            f" where jenis not in ({quoted(kind)}, 'NULL')"
        ).fetchone()[0]
        if wrong:
            raise _unreadable()
    con.execute(f"insert into halaman select unnest(from_json(isi, {structure}).data) as r from teks")
    has_nul = con.execute("select count(*) from teks where contains(isi::varchar, '\\u0000')").fetchone()[0] > 0
    con.execute("drop table teks")
    return has_nul


def _unreadable() -> Refusal:
    return Refusal(
        "bentuk_tidak_terbaca", "Halaman JSON tidak sesuai bentuk yang disepakati. Periksa perubahan pada sumber."
    )


def _containers(shape: Any, path: str) -> Iterator[tuple[str, str]]:
    """JSON paths below `data` where an object or an array must stand, with the JSON type."""
    if isinstance(shape, dict):
        for key, inner in shape.items():
            if not isinstance(inner, str):
                place = f'{path}."{key}"'
                if "*" in place:
                    yield place, "OBJECT" if isinstance(inner, dict) else "ARRAY"
                yield from _containers(inner, place)
    elif isinstance(shape, list):
        yield from _containers(shape[0], f"{path}[*]")


def rows_identity(files: Sequence[Path], kerja: Path) -> str:
    """sha256 over the rows of the pages' `data` in order of the read, however they lie on pages."""
    con = workspace(kerja)
    try:
        con.execute("create table sidik (baris varchar)")
        for at in range(0, len(files), PAGES_AT_ONCE):
            paths = ", ".join(quoted(str(f)) for f in files[at : at + PAGES_AT_ONCE])
            con.execute(
                "insert into sidik select sha256(r) from"
                f" (select unnest(json_extract_string(content::json, '$.data[*]')) as r from read_text([{paths}]))"
            )
        return con.execute("select sha256(coalesce(string_agg(baris, '' order by rowid), '')) from sidik").fetchone()[0]
    finally:
        con.close()


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
