"""Readers of delivered files: each makes a raw table of text with the declared fields of an entity.

One reader a suffix (`READERS`). A reader gets the stored bytes and returns counts and notices; it raises
Refusal when the file has not the documented form. DuckDB's own messages quote rows, so they never go on.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.core.canonical import name, quoted
from connectors.core.signals import Refusal
from connectors.core.source import Entity

DELIMITERS = ",;|\t"
HEADER_LIMIT = 1 << 20
# Fields beyond the header that a broken row may have before the file is unreadable as a whole.
SURPLUS_FIELDS = 16
# No field of a delivery holds it: when broken rows are looked for, an empty field is not one that is missing.
NO_VALUE = "\x01\x02"


@dataclass(frozen=True)
class FileRead:
    """What reading a file told: data rows (logical records), headers that no field claims, absent optional fields."""

    baris: int
    header_tidak_dikenal: tuple[str, ...]
    kolom_tidak_ada: tuple[str, ...]


def header_key(header: str) -> str:
    """A header as it is compared: lower case, blanks, dashes and dots as one underscore, no BOM."""
    return re.sub(r"[\s\u00a0_.\-]+", "_", header.strip("\ufeff \t\r\n\u00a0\"'").lower()).strip("_")


def match_headers(entity: Entity, headers: list[str], file: str) -> dict[str, int]:
    """Field -> position of its header. Raises Refusal for a missing required field or two headers of one field."""
    claims = {header_key(alias): c.nama for c in entity.kolom if not c.turunan for alias in (*c.alias, c.nama)}
    found: dict[str, int] = {}
    for position, header in enumerate(headers):
        field = claims.get(header_key(header))
        if field is None:
            continue
        if field in found:
            raise Refusal(
                "bentuk_tidak_terbaca",
                f"{file}: dua judul kolom untuk {field} (kolom {found[field] + 1} dan {position + 1})."
                " Kirim salah satu saja.",
            )
        found[field] = position
    if missing := [c.nama for c in entity.kolom if c.wajib and c.nama not in found]:
        raise Refusal(
            "kolom_wajib_hilang", f"{file}: kolom wajib {', '.join(missing)} tidak ada. Kirim ulang dengan kolom itu."
        )
    return found


def read_csv(con: duckdb.DuckDBPyConnection, path: Path, entity: Entity, file: str, table: str) -> FileRead:
    """Read a CSV (`,` `;` `|` or tab, BOM or none) into raw table `table` in file order, see `landing.Raw`."""
    headers, delimiter = _header(path, file)
    found = match_headers(entity, headers, file)
    width = len(headers)
    try:
        _load(con, path, delimiter, width, 0, "baca")
        broken = "false"
    except duckdb.Error:
        # Some row has another number of fields, or the file is no CSV in UTF-8: read it slowly and see.
        try:
            _load(con, path, delimiter, width, SURPLUS_FIELDS, "baca")
        except duckdb.Error:
            raise Refusal(
                "bentuk_tidak_terbaca",
                f"{file}: bukan CSV UTF-8 yang utuh. Ekspor ulang sebagai CSV UTF-8 dengan tanda kutip yang lengkap.",
            ) from None
        broken = f"k{width - 1} is null or k{width} is not null"
    # Postgres text cannot hold NUL; it is looked for once, in the bytes.
    text = "replace(k{i}, chr(0), '')" if has_nul(path) else "k{i}"
    fields = [
        f"{text.format(i=found[c.nama]) if c.nama in found else 'null::varchar'} as {name(c.nama)}"
        for c in entity.kolom
        if not c.turunan
    ]
    con.execute(f"create table {table} as select {', '.join(fields)}, ({broken}) as bentuk_rusak from baca")
    con.execute("drop table baca")
    claimed = set(found.values())
    return FileRead(
        baris=con.execute(f"select count(*) from {table}").fetchone()[0],
        header_tidak_dikenal=tuple(header_key(h)[:60] for i, h in enumerate(headers) if i not in claimed),
        kolom_tidak_ada=tuple(c.nama for c in entity.kolom if not c.turunan and c.nama not in found),
    )


def has_nul(path: Path) -> bool:
    """Whether the file holds a NUL byte."""
    with path.open("rb") as source:
        return any(b"\0" in chunk for chunk in iter(lambda: source.read(1 << 20), b""))


def _header(path: Path, file: str) -> tuple[list[str], str]:
    """Header fields and delimiter, from the first record: the delimiter that splits it into most fields."""
    with path.open("rb") as source:
        start = source.read(HEADER_LIMIT)
    try:
        # The cut may fall inside a character; the first record is long over by then.
        text = start.decode("utf-8-sig", errors="strict" if len(start) < HEADER_LIMIT else "ignore")
    except UnicodeDecodeError:
        raise Refusal("bentuk_tidak_terbaca", f"{file}: bukan UTF-8. Ekspor ulang dalam UTF-8.") from None
    if not text.strip():
        raise Refusal("kosong", f"{file}: berkas kosong. Kirim ulang lengkap.", {"baris": 0})
    rows = {d: next(csv.reader(io.StringIO(text), delimiter=d), []) for d in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda d: len(rows[d]))
    return rows[delimiter], delimiter


def _load(con: duckdb.DuckDBPyConnection, path: Path, delimiter: str, width: int, surplus: int, table: str) -> None:
    columns = ", ".join(f"k{i}: 'VARCHAR'" for i in range(width + surplus))
    con.execute(f"drop table if exists {table}")
    con.execute(
        f"""
        create table {table} as select * from read_csv(
            {quoted(str(path))}, delim = {quoted(delimiter)}, quote = '"', escape = '"', header = true,
            auto_detect = false, columns = {{{columns}}}, nullstr = {quoted(NO_VALUE if surplus else "")},
            null_padding = {surplus > 0}, parallel = {surplus == 0}, max_line_size = 4194304)
        """
    )


READERS: dict[str, Callable[[duckdb.DuckDBPyConnection, Path, Entity, str, str], FileRead]] = {".csv": read_csv}
