"""Stored JSON pages as raw tables, parsed by DuckDB with the explicit shape that source.yml declares."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from connectors.core.canonical import name, quoted
from connectors.core.exchange import json_object
from connectors.core.signals import Refusal
from connectors.core.source import Entity

# A page has about 1 MB, and parsing it takes about 10 MB of memory: a hundred pages at once took 1.4 GiB.
PAGES_AT_ONCE = 16
# Nested shape of a JSON value: a dict is an object, a list of one shape is an array, a text is a DuckDB type.
Shape = dict[str, Any]


def page(body: bytes) -> dict[str, Any] | None:
    """The JSON object of a page, None when it is no object; its rows stay unparsed until they land.

    The rows are checked for valid JSON but not converted, because that takes longer than many sources need to answer.
    A page that is no strict JSON in UTF-8 goes to Python's own reader, which accepts more.
    """
    try:
        body.decode()
        fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        rows = {"data": list[msgspec.Raw]}
        return {key: msgspec.json.decode(value, type=rows.get(key, Any)) for key, value in fields.items()}
    except (UnicodeDecodeError, RecursionError, msgspec.DecodeError):
        return json_object(body)


def shape_of(entity: Entity, without: Sequence[str] = ()) -> Shape:
    """Shape of the declared fields of an entity, except those in `without`; every leaf is text."""
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

    has_nul: remove NUL from every text, because Postgres cannot hold it.
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

    Returns whether the bytes hold an escaped NUL. Raises Refusal when a page has another shape, because DuckDB's
    lenient reading would turn a text in the place of an array into nothing, and lose its rows.
    """
    structure, has_nul = quoted(json.dumps({"data": [shape]})), False
    try:
        con.execute(f"create table halaman as select unnest(from_json('{{}}', {structure}).data) as r limit 0")
        for at in range(0, len(files), PAGES_AT_ONCE):
            has_nul |= _append(con, files[at : at + PAGES_AT_ONCE], shape, structure)
    except duckdb.OperationalError:
        raise  # Our disk or memory is full: the sender's pages are not at fault.
    except duckdb.Error:
        raise unreadable() from None
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
            raise unreadable()
    con.execute(f"insert into halaman select unnest(from_json(isi, {structure}).data) as r from teks")
    has_nul = con.execute("select count(*) from teks where contains(isi::varchar, '\\u0000')").fetchone()[0] > 0
    con.execute("drop table teks")
    return has_nul


def unreadable() -> Refusal:
    """The refusal of a page that does not have the agreed shape."""
    return Refusal(
        "bentuk_tidak_terbaca", "Halaman JSON tidak sesuai bentuk yang disepakati. Periksa perubahan pada sumber."
    )


def _containers(shape: Any, path: str) -> Iterator[tuple[str, str]]:
    """JSON paths below `data` that must hold an object or an array, with the JSON type."""
    if isinstance(shape, dict):
        for key, inner in shape.items():
            if not isinstance(inner, str):
                place = f'{path}."{key}"'
                if "*" in place:
                    yield place, "OBJECT" if isinstance(inner, dict) else "ARRAY"
                yield from _containers(inner, place)
    elif isinstance(shape, list):
        yield from _containers(shape[0], f"{path}[*]")
