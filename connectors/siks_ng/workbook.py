"""A workbook in which every cell is text: equal rows give equal bytes on every machine.

It is written as XML, so that this module decides how a spreadsheet reads a cell: an inline string is never a formula,
and the text format keeps a NIK whole when somebody edits the cell.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import BinaryIO
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
# Style 0 is number format 49, which is text. Spreadsheets reserve the first two fills: none and gray125.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="49" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
# A spreadsheet has 1,048,576 rows, one of which is the header; with more than 20 million cells it would need ZIP64.
SHEET_ROWS, SHEET_CELLS = 1_048_575, 20_000_000
LINES = 2000
# Text that would be read as an escaped character, and characters that XML cannot hold or does not keep.
LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows of text, the first one the header, as a workbook. An empty text is an empty cell.

    The bytes never change, because an existing folder of SIKS-NG is compared with a newly made one.
    """
    out = io.BytesIO()
    # Not compressed, because another release of zlib may compress the same text to other bytes.
    write_xlsx(out, rows[0] if rows else (), rows[1:], len(rows) - 1, zipfile.ZIP_STORED, whole_rows=False)
    return out.getvalue()


def write_xlsx(
    out: BinaryIO,
    header: Sequence[str],
    rows: Iterable[Sequence[str | None]],
    count: int,
    packing: int = zipfile.ZIP_DEFLATED,
    sheet_rows: int = SHEET_ROWS,
    whole_rows: bool = True,
) -> None:
    """Write `count` rows of text below a header, in as many sheets as needed, each with the header; only a few rows
    are in memory. An empty text and None are empty cells; with `whole_rows` an empty last cell of a row is written
    too, for readers that let a row end at its last cell.
    """
    size = max(1, min(sheet_rows, SHEET_CELLS // max(1, len(header))))
    sheets = max(1, -(-count // size))
    columns = [_letters(i) for i in range(len(header))]
    rest = iter(rows)
    with zipfile.ZipFile(out, "w", packing) as container:
        for name, text in _parts(sheets).items():
            container.writestr(_entry(name, packing), (HEAD + text).encode())
        for sheet in range(1, sheets + 1):
            with container.open(_entry(f"xl/worksheets/sheet{sheet}.xml", packing), "w") as file:
                file.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                lines = enumerate(chain([header] if header else [], islice(rest, size)), 1)
                while some := list(islice(lines, LINES)):
                    file.write("".join(_line(n, columns, row, whole_rows) for n, row in some).encode())
                file.write(b"</sheetData></worksheet>")


def _parts(sheets: int) -> dict[str, str]:
    """The other parts of a workbook with this many sheets."""
    numbers = range(1, sheets + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{SHEET_TYPE}.worksheet+xml"/>' for n in numbers
    )
    named = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}.sheet.main+xml"/>'
        f'{types}<Override PartName="/xl/styles.xml" ContentType="{SHEET_TYPE}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}'
        f'<Relationship Id="rId{sheets + 1}" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
    }


def _entry(name: str, packing: int) -> zipfile.ZipInfo:
    """A ZIP entry whose time is always the same."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = packing
    return entry


def _letters(column: int) -> str:
    """The spreadsheet's name of the column at this position: 0 is A, 25 Z, 26 AA."""
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(65 + last)


def _line(number: int, columns: list[str], row: Sequence[str | None], whole: bool) -> str:
    cells = [f'<c r="{c}{number}" {_text(text)}' for c, text in zip(columns, row, strict=True) if text]
    if whole and row and not row[-1]:
        cells.append(f'<c r="{columns[-1]}{number}"/>')
    return f'<row r="{number}">{"".join(cells)}</row>'


# Cached, because most cells of a published table hold one of a few words.
@lru_cache(maxsize=1 << 14)
def _text(text: str) -> str:
    kept = NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", LIKE_AN_ESCAPE.sub("_x005F_", text))
    return f't="inlineStr"><is><t xml:space="preserve">{escape(kept)}</t></is></c>'
