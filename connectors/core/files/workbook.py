"""Convert XLSX to columns of text, in the limited process (`limited`).

A formula gives the value that was saved with it; no link or connection is followed.
"""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from connectors.core.files.headers import header_key
from connectors.core.files.limits import (
    COLUMN_LIMIT,
    ENTRY_LIMIT,
    RATIO_FLOOR,
    RATIO_LIMIT,
    UNPACKED_LIMIT,
    Unreadable,
)

BATCH = 50_000
CHUNK = 1 << 20
DOCTYPE = b"<!DOCTYPE"
TITLE_LIMIT = 200
# Parts of a workbook that are not read: the kind that the sender is told -> how the names of such parts begin.
IGNORED = {"makro": "xl/vbaProject", "tautan_luar": "xl/externalLinks/externalLink", "koneksi": "xl/connections"}


def convert(source: Path, target: Path, numbers: frozenset[str]) -> dict[str, Any]:
    """Write the first worksheet as text and return the answer, as `limited` says. Raises Unreadable."""
    ignored = _checked_parts(source)
    book = CalamineWorkbook.from_path(str(source))
    sheets = book.sheets_metadata
    first = next((i for i, s in enumerate(sheets) if s.typ == SheetTypeEnum.WorkSheet), None)
    if first is None:
        raise Unreadable("bukan_xlsx")
    ignored["lembar_lain"] = len(sheets) - 1
    ignored["lembar_tersembunyi"] = sum(s.visible != SheetVisibleEnum.Visible for s in sheets)
    sheet = book.get_sheet_by_index(first)
    answer = {"judul": [], "bersarang": [], "diabaikan": {k: n for k, n in ignored.items() if n}}
    if sheet.end is None:
        return answer
    if sheet.end[1] >= COLUMN_LIMIT:
        raise Unreadable("terlalu_besar")
    rows = iter(sheet.iter_rows())
    titles = next((r for r in rows if any(cell != "" for cell in r)), [])
    answer["judul"] = headers = _headers(titles)
    damaged = {i for i, h in enumerate(headers) if header_key(h) in numbers}
    width = len(headers)
    schema = pa.schema([*((f"k{i}", pa.string()) for i in range(width)), ("bentuk_rusak", pa.bool_())])
    with pa.OSFile(str(target), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for batch in iter(lambda: list(islice(rows, BATCH)), []):
            columns = [_texts(c, i in damaged) for i, c in enumerate(zip(*batch, strict=True))]
            writer.write_table(_without_blank_rows(columns, width, schema))
    return answer


def _checked_parts(source: Path) -> dict[str, int]:
    """Read every part of the container once; return how many parts of each kind are ignored.

    Raises Unreadable for a file that is no XLSX, for too many parts, too much unpacked content or a DTD. A damaged part
    raises an error of `zipfile`, because reading checks its length and checksum.
    """
    unpacked, packed = 0, source.stat().st_size
    with zipfile.ZipFile(source) as container:
        parts = container.infolist()
        names = {p.filename for p in parts}
        if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
            raise Unreadable("bukan_xlsx")
        if len(parts) > ENTRY_LIMIT or len(names) != len(parts):
            raise Unreadable("terlalu_besar")
        for part in parts:
            before = b""
            with container.open(part) as content:
                while chunk := content.read(CHUNK):
                    unpacked += len(chunk)
                    if unpacked > UNPACKED_LIMIT or unpacked > max(RATIO_FLOOR, RATIO_LIMIT * packed):
                        raise Unreadable("terlalu_besar")
                    if DOCTYPE in before + chunk:
                        raise Unreadable("entitas_xml")
                    before = chunk[-len(DOCTYPE) :]
    return {kind: sum(n.startswith(start) for n in names) for kind, start in IGNORED.items()}


def _headers(titles: list[Any]) -> list[str]:
    """The titles as text, up to the last one that is not empty."""
    texts = [str(_text(t) or "")[:TITLE_LIMIT] for t in titles]
    return texts[: max((i + 1 for i, t in enumerate(texts) if t.strip()), default=0)]


def _without_blank_rows(columns: list[pa.Array], width: int, schema: pa.Schema) -> pa.Table:
    given = [c.is_valid() for c in columns]
    surplus = reduce(pc.or_, given[width:], pa.nulls(len(columns[0]), pa.bool_()).fill_null(False))
    table = pa.table([*columns[:width], surplus], schema=schema)
    return table.filter(reduce(pc.or_, given))


def _texts(cells: tuple[Any, ...], damaged: bool) -> pa.Array:
    """One column of a batch as text, with empty cells as null. `damaged`: numbers in it are damaged (NIK, No KK).

    Raises Unreadable for NUL, which Excel writes as _x0000_.
    """
    if set(map(type, cells)) == {str}:
        texts = pa.array(cells, pa.string())
        texts = pc.if_else(pc.equal(texts, ""), None, texts)
    else:
        text = _number_text if damaged else _text
        texts = pa.array(list(map(text, cells)), pa.string())
    if pc.any(pc.match_substring(texts, "\0")).as_py():
        raise Unreadable("byte_nul")
    return texts


def _number_text(cell: Any) -> str | None:
    """The text of a NIK or No KK cell. A number cell may have been cut to 15 digits, so it is written as a float, which
    counts as damaged.
    """
    if type(cell) not in (int, float):
        return _text(cell)
    digits = f"{cell:.0f}"
    return f"{digits}.0" if 15 <= len(digits) <= 17 else f"{cell:E}"


def _text(cell: Any) -> str | None:
    return TEXT.get(type(cell), str)(cell)


def _number(cell: float) -> str:
    return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)


def _instant(cell: datetime.datetime) -> str:
    return cell.strftime("%Y-%m-%d" if cell.time() == datetime.time() else "%Y-%m-%d %H:%M:%S")


TEXT: dict[type, Callable[[Any], str | None]] = {
    str: lambda cell: cell or None,
    bool: lambda cell: "YA" if cell else "TIDAK",
    float: _number,
    datetime.date: datetime.date.isoformat,
    datetime.datetime: _instant,
}
