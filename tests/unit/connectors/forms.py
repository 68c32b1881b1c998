"""One table in every form a sender may choose, and deliveries of such files; workbooks are written by hand, so that
hostile ones are no harder than honest ones."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
from deliveries import KABUPATEN, SOURCES, as_csv, dtsen, inbox_connection, reference

from connectors.dtsen import connector as dtsen_connector
from connectors.interface import Landed, Store

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Style 1 is a date, style 2 an instant.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs>'
    "</styleSheet>"
)
FORMS = ("csv", "csv.gz", "xlsx", "parquet")


def table(rows: list[dict[str, Any]]) -> list[list[Any]]:
    """Header and rows; the header is the union of their keys in order."""
    header = list(dict.fromkeys(k for r in rows for k in r))
    return [header, *([r.get(k, "") for k in header] for r in rows)]


def write(form: str, rows: list[dict[str, str]]) -> bytes:
    """Rows of text in one of FORMS."""
    plain = as_csv(rows)
    if form == "parquet":
        return as_parquet({h: pa.array(c, pa.string()) for h, *c in zip(*table(rows), strict=True)})
    return {"csv": plain, "csv.gz": gzip.compress(plain, mtime=0), "xlsx": as_xlsx(table(rows))}[form]


def as_parquet(columns: dict[str, pa.Array], **options: Any) -> bytes:
    """A Parquet file of these columns."""
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **options)
    return out.getvalue()


def letters(position: int) -> str:
    """Excel's name of a column by its position."""
    return (letters(position // 26 - 1) if position >= 26 else "") + chr(65 + position % 26)


def cell(reference: str, value: Any) -> str:
    """One cell; a str that starts with `=` is a formula without, a tuple (formula, value) one with a saved value."""
    if isinstance(value, tuple):
        return f'<c r="{reference}" t="str"><f>{escape(value[0])}</f><v>{escape(value[1])}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime.date):
        whole = datetime.datetime(value.year, value.month, value.day)
        moment = value if isinstance(value, datetime.datetime) else whole
        serial = (moment - datetime.datetime(1899, 12, 30)) / datetime.timedelta(days=1)
        return f'<c r="{reference}" s="{2 if isinstance(value, datetime.datetime) else 1}"><v>{serial!r}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value!r}</v></c>'
    # What looks like an escape of Excel (_x0041_ is A) is escaped itself.
    text = escape(re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", value))
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' if value else ""


def sheet(rows: list[list[Any]]) -> str:
    """XML of a worksheet; None is a row that is not there."""
    lines = [
        f'<row r="{n}">{"".join(cell(f"{letters(i)}{n}", v) for i, v in enumerate(row))}</row>'
        for n, row in enumerate(rows, 1)
        if row is not None
    ]
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def as_xlsx(
    *sheets: list[list[Any]], states: tuple[str, ...] = (), parts: dict[str, str | bytes] | None = None
) -> bytes:
    """A workbook; states: visibility of each sheet; parts: further or other parts by name."""
    numbers = range(1, len(sheets) + 1)
    state = [*states, *["visible"] * (len(sheets) - len(states))]
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{SHEET_TYPE}.worksheet+xml"/>' for n in numbers
    )
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}.sheet.main+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        + "".join(f'<sheet name="S{n}" sheetId="{n}" state="{state[n - 1]}" r:id="rId{n}"/>' for n in numbers)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
        )
        + f'<Relationship Id="rId0" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
        **{f"xl/worksheets/sheet{n}.xml": sheet(rows) for n, rows in zip(numbers, sheets, strict=True)},
        **(parts or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, body in content.items():
            container.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def manifest_entry(name: str, body: bytes, baris: Any) -> dict[str, Any]:
    """What a manifest says of a file."""
    return {"nama": name, "sha256": hashlib.sha256(body).hexdigest(), "ukuran": len(body), "baris": baris}


def deliver(folder: Path, files: dict[str, tuple[bytes, Any]], berkas: list[Any] | None = None, **facts: Any) -> Landed:
    """Land a delivery of files (name -> bytes, rows promised), with `berkas` and `facts` of the manifest replaced."""
    delivery = folder / "masuk/dtsen/2026-06/rev-1"
    delivery.mkdir(parents=True)
    for name, (body, _) in files.items():
        (delivery / name).write_bytes(body)
    manifest = {
        "sumber": "dtsen", "periode": "2026-06", "revisi": 1, "kabupaten": KABUPATEN,
        "berkas": [manifest_entry(n, b, r) for n, (b, r) in files.items()] if berkas is None else berkas, **facts,
    }  # fmt: skip
    (delivery / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return land(folder)


def land(folder: Path) -> Landed:
    """Extract and land what lies in `folder`/masuk."""
    source, store = SOURCES["dtsen"], Store(folder / "simpanan")
    extracted = dtsen_connector.extract(source, inbox_connection(folder / "masuk"), "2026-06", store, KABUPATEN)
    return dtsen_connector.land(source, extracted, store, reference(folder / "acuan"), folder / "kerja")


def in_form(form: str, tables: dict[str, list[dict[str, str]]]) -> dict[str, tuple[bytes, int]]:
    """The files of a delivery, all in one form."""
    return {f"{entitas}.{form}": (write(form, rows), len(rows)) for entitas, rows in tables.items()}


def with_anggota(
    body: bytes, name: str, tables: dict[str, list[dict[str, str]]] | None = None
) -> dict[str, tuple[bytes, int]]:
    """A clean delivery whose anggota is another file."""
    tables = tables or dtsen()
    files = in_form("csv", tables)
    del files["anggota.csv"]
    return {**files, name: (body, len(tables["anggota"]))}


def people(**changes: Any) -> list[list[Any]]:
    """The header and rows of anggota with fields replaced: by one value for all, or by a list of values."""
    tables = dtsen()["anggota"]
    for position, row in enumerate(tables):
        row |= {k: v[position] if isinstance(v, list) else v for k, v in changes.items()}
    return table(tables)


def parquet(header: list[str], *lines: list[Any]) -> bytes:
    """A Parquet file of a header and rows; Arrow takes the type of each column from its values."""
    return as_parquet({h: pa.array(c) for h, c in zip(header, zip(*lines, strict=True), strict=True)})
