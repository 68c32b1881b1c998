"""A workbook of one sheet in which every cell is text: equal rows give equal bytes, whatever the machine.

Written as XML, because what a spreadsheet makes of a cell is decided here: an inline string is never a formula, and
the text format keeps a NIK whole when somebody edits the cell.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
# Style 0 is number format 49, which is text.
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEET_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{SHEET_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>',
}
# What would be read as an escape of a character, and the characters that XML cannot hold or does not keep.
LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def as_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows of text, the first one the header, of up to 26 columns, as a workbook. An empty text is an empty cell."""
    lines = (
        f'<row r="{n}">{"".join(_cell(f"{chr(65 + i)}{n}", text) for i, text in enumerate(row))}</row>'
        for n, row in enumerate(rows, 1)
    )
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    out = io.BytesIO()
    # Not packed: another release of zlib may pack the same text to other bytes.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as container:
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            container.writestr(zipfile.ZipInfo(name), (HEAD + text).encode())
    return out.getvalue()


def _cell(reference: str, text: str) -> str:
    if not text:
        return ""
    kept = NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", LIKE_AN_ESCAPE.sub("_x005F_", text))
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(kept)}</t></is></c>'
