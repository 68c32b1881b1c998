"""CSV files: `,` `;` `|` or tab, BOM or none, any line ending, UTF-8."""

from __future__ import annotations

import codecs
import csv
import io
import mmap
import shutil
from pathlib import Path

import duckdb

from connectors.core.canonical import name, quoted
from connectors.core.files.headers import FileRead, claims, header_key, match_headers, told
from connectors.core.files.limits import HEADER_LIMIT, LINE_LIMIT, UNPACKED_LIMIT
from connectors.core.signals import Refusal
from connectors.core.source import Entity

DELIMITERS = ",;|\t"
# A broken row may have this many more fields than the header; with more, the whole file counts as unreadable.
SURPLUS_FIELDS = 16
# No field of a delivery holds this text. It is used as the null mark, so that an empty field differs from a missing
# one when broken rows are searched.
NO_VALUE = "\x01\x02"
# The value of every field of the row that `_load_broken` puts behind the last one.
LAST = "\x03"


def read_csv(
    con: duckdb.DuckDBPyConnection, path: Path, entity: Entity, file: str, table: str, kerja: Path
) -> FileRead:
    """Read a CSV into raw table `table` in file order (`landing.Raw`). Raises Refusal for a file of another form.

    `file` is the name that messages show, `kerja` the private work folder.
    """
    if path.stat().st_size > UNPACKED_LIMIT:
        raise Refusal("bentuk_tidak_terbaca", f"{file}: lebih besar dari {UNPACKED_LIMIT >> 20} MiB.")
    headers, delimiter = _header(path, entity, file)
    if _has_nul(path):
        # Postgres cannot store NUL, and a block that was lost in transfer is full of it.
        raise Refusal("bentuk_tidak_terbaca", f"{file}: berisi byte NUL. Ekspor ulang sebagai CSV UTF-8.")
    found = match_headers(entity, headers, file)
    try:
        _load(con, path, delimiter, headers, found, entity, table)
    except duckdb.InvalidInputException:
        # A row has another number of fields, or the file is no CSV in UTF-8: the slow read finds out which.
        _load_broken(con, path, delimiter, headers, found, entity, table, file, kerja)
    return told(entity, headers, found, con.execute(f"select count(*) from {table}").fetchone()[0])


def _has_nul(path: Path) -> bool:
    with path.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(b"\0") >= 0


def _header(path: Path, entity: Entity, file: str) -> tuple[list[str], str]:
    """Return the header fields and the delimiter, from the first record.

    The delimiter is the one that yields the most known titles; among equals the one that yields the most titles.
    Raises Refusal for a file that is empty, is not UTF-8 or does not begin with a header.
    """
    with path.open("rb") as source:
        start = source.read(HEADER_LIMIT)
    try:
        # The part that was read may end inside a character.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(start, final=len(start) < HEADER_LIMIT)
    except UnicodeDecodeError:
        raise Refusal("bentuk_tidak_terbaca", f"{file}: bukan UTF-8. Ekspor ulang dalam UTF-8.") from None
    if not text.strip():
        raise Refusal("kosong", f"{file}: berkas kosong. Kirim ulang lengkap.", {"baris": 0})
    known = claims(entity)
    rows = {d: _first_record(text, d, len(start) < HEADER_LIMIT) for d in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda d: (sum(header_key(h) in known for h in rows[d]), len(rows[d])))
    if not rows[delimiter]:
        raise Refusal(
            "bentuk_tidak_terbaca", f"{file}: baris pertama bukan judul kolom. Kirim ulang dengan judul pada baris 1."
        )
    return rows[delimiter], delimiter


def _first_record(text: str, delimiter: str, whole: bool) -> list[str]:
    """The fields of the first record; [] where there is none, or where it does not end in `text`.

    `whole`: `text` is the whole file, so that its end is also the end of the record.
    """
    stream = io.StringIO(text, newline="")
    try:
        fields = next(csv.reader(stream, delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []
    return fields if whole or stream.read(1) else []


def _fields(headers: list[str], found: dict[str, int], entity: Entity, broken: str) -> str:
    """The select list that makes the raw table from the columns k0, k1, … of a file.

    `broken` is SQL that is true for a row with another number of fields.
    """
    fields = [
        f"{f'k{found[c.nama]}' if c.nama in found else 'null::varchar'} as {name(c.nama)}"
        for c in entity.kolom
        if not c.turunan
    ]
    claimed = set(found.values())
    # DuckDB checks only the bytes of columns that a query uses. The other columns must be UTF-8 as well, so a condition
    # that is never true uses them.
    unread = [f"strlen(k{i}) < 0" for i in range(len(headers)) if i not in claimed]
    return ", ".join([*fields, f"coalesce({' or '.join([broken, *unread])}, false) as bentuk_rusak"])


def _load(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    delimiter: str,
    headers: list[str],
    found: dict[str, int],
    entity: Entity,
    table: str,
) -> None:
    source = _reader(path, delimiter, len(headers), "nullstr = ''")
    con.execute(f"create table {table} as select {_fields(headers, found, entity, 'false')} from {source}")


def _load_broken(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    delimiter: str,
    headers: list[str],
    found: dict[str, int],
    entity: Entity,
    table: str,
    file: str,
    kerja: Path,
) -> None:
    """Load a file in which some rows have another number of fields, and mark those as `bentuk_rusak`.

    Raises Refusal when the file is not a complete CSV. In this mode DuckDB (2.0.0) silently treats an unclosed quote as
    the end of the file. So a copy gets a known row after its last row, and the result must end with this row.
    """
    width = len(headers)
    copy = kerja / "berbaris-rusak.csv"
    options = f"nullstr = {quoted(NO_VALUE)}, null_padding = true, parallel = false"
    broken = f"k{width - 1} is null or k{width} is not null"
    try:
        shutil.copyfile(path, copy)
        copy.chmod(0o600)
        with copy.open("r+b") as target:
            first_line = target.read(HEADER_LIMIT).splitlines(keepends=True)[0]
            ending = b"\r\n" if first_line.endswith(b"\r\n") else b"\r" if first_line.endswith(b"\r") else b"\n"
            target.seek(0, io.SEEK_END)
            target.write(ending + delimiter.join([LAST] * width).encode() + ending)
        source = _reader(copy, delimiter, width + SURPLUS_FIELDS, options)
        con.execute(f"create table {table} as select {_fields(headers, found, entity, broken)} from {source}")
        key = name(next(c.nama for c in entity.kolom if c.wajib))
        found_last = con.execute(
            f"delete from {table} where {key} = {quoted(LAST)} and rowid = (select max(rowid) from {table})"
        ).fetchone()[0]
    except duckdb.InvalidInputException:
        found_last = 0
    finally:
        copy.unlink(missing_ok=True)
    if not found_last:
        raise Refusal(
            "bentuk_tidak_terbaca",
            f"{file}: bukan CSV UTF-8 yang utuh. Ekspor ulang sebagai CSV UTF-8 dengan tanda kutip yang lengkap.",
        ) from None


def _reader(path: Path, delimiter: str, width: int, options: str) -> str:
    columns = ", ".join(f"k{i}: 'VARCHAR'" for i in range(width))
    return (
        f"read_csv({quoted(str(path))}, delim = {quoted(delimiter)}, quote = '\"', escape = '\"', header = true,"
        f" auto_detect = false, columns = {{{columns}}}, max_line_size = {LINE_LIMIT}, {options})"
    )
