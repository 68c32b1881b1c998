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
    structure = quoted(json.dumps({"data": [shape]}))
    rows = f"select unnest(from_json(content, {structure}).data) as r"
    try:
        con.execute(f"create table halaman as {rows} from (select '{{}}' as content) limit 0")
        for pages in _batches(files):
            # read_json over whole pages is quadratic in their size (measured: 57 s for 150 MB); a text that is parsed
            # as one value takes 2 s.
            con.execute(f"insert into halaman {rows} from {pages}")
        _check_containers(con, files, shape)
    except duckdb.OperationalError:
        raise  # Our disk or memory is full: the sender's pages are not at fault.
    except duckdb.Error:
        raise unreadable() from None
    return any(b"\\u0000" in file.read_bytes() for file in files)


def _batches(files: Sequence[Path]) -> Iterator[str]:
    """SQL for the texts (`content`) of some pages at a time."""
    for at in range(0, len(files), PAGES_AT_ONCE):
        yield f"read_text([{', '.join(quoted(str(file)) for file in files[at : at + PAGES_AT_ONCE])}])"


def _check_containers(con: duckdb.DuckDBPyConnection, files: Sequence[Path], shape: Shape) -> None:
    """Raise Refusal when a page has something else where `shape` has an object or an array.

    Something else was read as nothing, so the pages are looked at again only for containers without content.
    """
    containers = list(_containers(shape, '$."data"[*]', "r"))
    if not containers:
        return
    counts = ", ".join(f"count(*) filter ({absent})" for _, _, absent in containers)
    found = con.execute(f"select {counts} from halaman").fetchone()
    for (path, kind, _), absent in zip(containers, found, strict=True):
        for pages in _batches(files) if absent else ():
            wrong = con.execute(
                f"select count(*) from (select unnest(json_type(content, {quoted(path)})) as jenis from {pages})"
                f" where jenis not in ({quoted(kind)}, 'NULL')"
            ).fetchone()[0]
            if wrong:
                raise unreadable()


def unreadable() -> Refusal:
    """The refusal of a page that does not have the agreed shape."""
    return Refusal(
        "bentuk_tidak_terbaca", "Halaman JSON tidak sesuai bentuk yang disepakati. Periksa perubahan pada sumber."
    )


def _containers(shape: Any, path: str, value: str) -> Iterator[tuple[str, str, str]]:
    """The objects and arrays inside a shape: JSON path, JSON type, and SQL that is true if one may be something else.

    `path` leads to what has the shape in the pages, `value` is SQL for it in `halaman`.
    """
    if isinstance(shape, dict):
        for key, inner in shape.items():
            if not isinstance(inner, str):
                place, inside = f'{path}."{key}"', f"{value}.{name(key)}"
                if isinstance(inner, dict):
                    # What is no object was read as an object whose fields are all null.
                    yield place, "OBJECT", " and ".join(f"{inside}.{name(field)} is null" for field in inner)
                else:
                    yield place, "ARRAY", f"{inside} is null"
                yield from _containers(inner, place, inside)
    elif isinstance(shape, list):
        item = f"x{path.count('[*]')}"
        for place, kind, absent in _containers(shape[0], f"{path}[*]", item):
            yield place, kind, f"list_bool_or(list_transform({value}, lambda {item}: {absent}))"
