"""Workbooks and Parquet that are not what they are called, or ask for more than is fair: refused with a code."""

from __future__ import annotations

import io
import zipfile

import pyarrow as pa
import pytest
from deliveries import dtsen
from forms import MAIN, as_parquet, as_xlsx, sheet, table, write
from reading import PLAIN, read, refused

from connectors.core.files import limits, typed


def xlsx_with(part: str, body: str | bytes) -> bytes:
    return as_xlsx(table(dtsen()["anggota"]), parts={part: body})


LAUGHS = '<!DOCTYPE a [<!ENTITY b "xx"><!ENTITY c "&b;&b;&b;">]>'
FAR = f'<worksheet xmlns="{MAIN}"><sheetData><row r="9"><c r="XFD9"><v>1</v></c></row></sheetData></worksheet>'


NUL = sheet(table(dtsen()["anggota"])).replace("WARGA 1<", "WARGA_x0000_1<")


def encrypted() -> bytes:
    body = bytearray(xlsx_with("a.xml", "<a/>"))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := body.find(signature, start)) >= 0:
            body[start + flags] |= 1
            start += 4
    return bytes(body)


def twice_the_same_part() -> bytes:
    out = io.BytesIO(xlsx_with("a.xml", "<a/>"))
    with pytest.warns(UserWarning), zipfile.ZipFile(out, "a") as container:
        container.writestr("xl/worksheets/sheet1.xml", sheet([["x"]]))
    return out.getvalue()


def wrong_checksum() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as container:
        inner = zipfile.ZipFile(io.BytesIO(as_xlsx(table(dtsen()["anggota"]))))
        for part in inner.namelist():
            container.writestr(part, inner.read(part))
    return out.getvalue().replace(b"WARGA 1<", b"WARGA 9<")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (PLAIN, "rusak"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "rusak"),
        (xlsx_with("xl/worksheets/sheet1.xml", LAUGHS + sheet([["&c;"]])), "DOCTYPE"),
        (xlsx_with("docProps/app.xml", LAUGHS + "<a/>"), "DOCTYPE"),
        (xlsx_with("docProps/app.xml", b"a" * ((1 << 20) - 4) + LAUGHS.encode()), "DOCTYPE"),
        (xlsx_with("bom.bin", b"\0" * (64 << 20)), "lebih besar"),
        (as_xlsx(table(dtsen()["anggota"]), parts={f"a/{i}.xml": "" for i in range(1_001)}), "lebih besar"),
        (xlsx_with("xl/worksheets/sheet1.xml", FAR), "lebih besar"),
        (xlsx_with("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row><c"), "rusak"),
        (xlsx_with("xl/workbook.xml", f'<workbook xmlns="{MAIN}"><sheets/></workbook>'), "bukan buku kerja"),
        (xlsx_with("xl/worksheets/sheet1.xml", NUL), "NUL"),
        (encrypted(), "rusak"),
        (twice_the_same_part(), "lebih besar"),
        (wrong_checksum(), "rusak"),
    ],
)
def test_hostile_workbooks(tmp_path, body, said):
    refusal = refused(tmp_path, "anggota.xlsx", body)
    assert refusal.kode == "bentuk_tidak_terbaca" and said in refusal.pesan


def test_a_workbook_that_asks_for_all_memory(tmp_path):
    """Two cells at the ends of a sheet: a library that keeps the whole sheet needs 20 GiB for it."""
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>'
    body = xlsx_with(
        "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    )
    assert refused(tmp_path, "anggota.xlsx", body).kode == "bentuk_tidak_terbaca"


def test_hostile_parquet(tmp_path):
    columns = {h: pa.array([v] * 3) for h, v in zip(*table(dtsen()["anggota"])[:2], strict=True)}
    bombs = {
        "lebih besar": {**columns, "nama": pa.array(["x" * (5 << 20)] * 3)},
        "NUL": {**columns, "nama": pa.array(["A\0B"] * 3)},
        "rusak": {**columns, "nama": pa.array([b"W\xe9"] * 3, pa.binary())},
    }
    for said, content in bombs.items():
        assert said in refused(tmp_path, "anggota.parquet", as_parquet(content)).pesan
    many = 30_000_000
    long = as_parquet({h: pa.repeat(v, many).dictionary_encode() for h, v in [("id_anggota", "A"), ("nama", "B")]})
    assert len(long) < 1 << 20
    assert "lebih besar" in refused(tmp_path, "anggota.parquet", long).pesan
    wide = as_parquet({f"k{i}": pa.array(["x"]) for i in range(limits.COLUMN_LIMIT + 1)})
    assert "lebih besar" in refused(tmp_path, "anggota.parquet", wide).pesan
    assert refused(tmp_path, "anggota.parquet", b"PAR1" + b"\0" * 200 + b"PAR1").kode == "bentuk_tidak_terbaca"


def test_a_reading_process_that_hangs_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(typed, "WALL_LIMIT", 0.05)
    assert refused(tmp_path, "anggota.xlsx", write("xlsx", dtsen()["anggota"])).kode == "bentuk_tidak_terbaca"


def test_a_reading_process_that_cannot_start_is_no_fault_of_the_sender(tmp_path, monkeypatch):
    monkeypatch.setattr(typed, "ROOT", tmp_path)
    monkeypatch.setattr(typed.sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="did not start"):
        read(tmp_path, "anggota.xlsx", write("xlsx", dtsen()["anggota"]))
