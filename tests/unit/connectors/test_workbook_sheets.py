"""A workbook of text: more columns than letters, more rows than a sheet, and nothing that a spreadsheet would run."""

from __future__ import annotations

import hashlib
import io
import zipfile
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from connectors.siks_ng.workbook import MAIN, as_xlsx, write_xlsx
from sandbox import workbook as made


def written(header, rows, **options) -> bytes:
    out = io.BytesIO()
    write_xlsx(out, header, iter(rows), len(rows), **options)
    return out.getvalue()


def sheets(content: bytes) -> dict[str, list[list[str]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def test_more_columns_than_letters():
    header = [f"kolom_{i}" for i in range(703)]
    content = as_xlsx([header, [str(i) for i in range(703)]])
    assert sheets(content) == {"Sheet1": [header, [str(i) for i in range(703)]]}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert all(f'r="{cell}1"' in sheet for cell in ("A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"))


@pytest.mark.parametrize(("count", "expected"), [(0, [0]), (2, [2]), (3, [2, 1]), (6, [2, 2, 2])])
def test_more_rows_than_a_sheet_go_on_in_the_next_below_the_header_again(count, expected):
    rows = [(str(i), None if i % 2 else "=1+1") for i in range(count)]
    found = sheets(written(("a", "b"), rows, sheet_rows=2))
    assert list(found) == [f"Sheet{n}" for n in range(1, len(expected) + 1)]
    assert [len(lines) - 1 for lines in found.values()] == expected
    assert all(lines[0] == ["a", "b"] for lines in found.values())
    assert [tuple(line) for lines in found.values() for line in lines[1:]] == [(a, b or "") for a, b in rows]


def test_every_row_reaches_to_the_last_column():
    content = written(("a", "b", "c"), [("1", "", None), (None, "", ""), ("1", "2", "3")])
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        rows = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(f"{{{MAIN}}}row")
    assert [list(row)[-1].attrib["r"] for row in rows] == ["C1", "C2", "C3", "C4"]
    assert sheets(content)["Sheet1"][1:] == [["1", "", ""], ["", "", ""], ["1", "2", "3"]]


def test_what_was_handed_to_siks_ng_is_made_again_to_the_byte():
    content = as_xlsx([("id_baris", "kode_desa"), ("1", ""), ("_x0041_", "é <&>")])
    assert hashlib.sha256(content).hexdigest() == "b3e21c3cb141f283f32dfd73d1af14b0416d823f526f2676cf6572fd02302a7a"


def test_a_wide_table_has_fewer_rows_a_sheet(monkeypatch):
    monkeypatch.setattr("connectors.siks_ng.workbook.SHEET_CELLS", 6)
    found = sheets(written(("a", "b"), [("1", "2")] * 4))
    assert [len(lines) - 1 for lines in found.values()] == [3, 1]


def test_packed_or_not_the_same_rows_give_the_same_bytes():
    rows = [("a", "b"), ("x" * 1000, "2")]
    packed = written(rows[0], rows[1:])
    assert packed == written(rows[0], rows[1:]) and sheets(packed) == sheets(as_xlsx(rows))
    assert len(packed) < len(as_xlsx(rows)) and as_xlsx(rows) == as_xlsx(rows)


@pytest.mark.parametrize("writer", ["connectors", "sandbox"])
def test_a_workbook_has_the_two_fills_that_a_spreadsheet_takes_for_its_own(writer):
    """Strict readers (openpyxl) refuse an empty fill."""
    if writer == "sandbox":
        styles = made._PARTS["xl/styles.xml"]
    else:
        with zipfile.ZipFile(io.BytesIO(as_xlsx([("a",)]))) as book:
            styles = book.read("xl/styles.xml").decode()
    root = ElementTree.fromstring(styles)
    fills = root.find(f"{{{MAIN}}}fills")
    assert [[(part.tag, part.get("patternType")) for part in fill] for fill in fills] == [
        [(f"{{{MAIN}}}patternFill", "none")],
        [(f"{{{MAIN}}}patternFill", "gray125")],
    ]
    assert all(int(part.get("count")) == len(part) for part in root if part.get("count"))
