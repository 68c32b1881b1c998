"""Folders for SIKS-NG: the documented bytes, whole or not there, and the same when they are written again."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook
from receiving import row, row_id

from connectors.interface import Cancellation
from connectors.siks_ng.delivery import write

MADE = datetime(2026, 7, 20, 9, 30, tzinfo=timezone(timedelta(hours=7)))
SK = "400.9/12/2026"
ODD = row(2, no_kk=None, nik=None, nama='=HYPERLINK("x");\nÉTI', program="PIP")
ROWS = (ODD, row(1))
# Written by hand from sinks.md.
PENONAKTIFAN = (
    "id_baris;no_kk;nik;nama;program;kode_alasan;tanggal_verifikasi;bukti;kode_desa\r\n"
    "0000000000000000000000000000000000000000000000000000000000000001;3316081501100001;3316081403800001;WARGA 1;PKH;"
    "MAMPU;2026-07-11;V-1;33.16.08.2001\r\n"
    '0000000000000000000000000000000000000000000000000000000000000002;;;"=HYPERLINK(""x"");\nÉTI";PIP;'
    "MAMPU;2026-07-11;V-2;33.16.08.2001\r\n"
).encode()
PEMBATALAN = (
    b"id_baris;alasan\r\n"
    b"0000000000000000000000000000000000000000000000000000000000000001;Sanggah dikabulkan\r\n"
    b'0000000000000000000000000000000000000000000000000000000000000002;"Salah catat; lihat BA"\r\n'
)
BACK = [Cancellation(row_id(2), "Salah catat; lihat BA"), Cancellation(row_id(1), "Sanggah dikabulkan")]


def folder(outbox: Path, rows=ROWS, back=(), nomor="0001", nomor_sk=SK, dibuat=MADE) -> Path:
    return write(outbox, "2026-08", nomor, rows, back, nomor_sk, dibuat)


def content(path: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in path.iterdir()}


def entry(name: str, body: bytes, baris: int) -> dict[str, object]:
    return {"nama": name, "sha256": hashlib.sha256(body).hexdigest(), "ukuran": len(body), "baris": baris}


def test_a_folder_holds_the_documented_bytes(tmp_path):
    path = folder(tmp_path)
    assert path == tmp_path / "siks-ng/2026-08/0001"
    files = content(path)
    assert sorted(files) == ["manifest.json", "penonaktifan.csv", "penonaktifan.xlsx"]
    assert files["penonaktifan.csv"] == PENONAKTIFAN
    assert json.loads(files["manifest.json"]) == {
        "nomor": "0001", "nomor_sk": SK, "bulan_efektif": "2026-08", "dibuat": "2026-07-20T09:30:00+07:00",
        "berkas": [entry(name, files[name], 2) for name in ("penonaktifan.csv", "penonaktifan.xlsx")],
    }  # fmt: skip


def test_the_workbook_holds_the_same_rows_as_text(tmp_path):
    book = CalamineWorkbook.from_path(str(folder(tmp_path) / "penonaktifan.xlsx"))
    header, *lines = book.get_sheet_by_index(0).to_python()
    assert header == PENONAKTIFAN.split(b"\r\n")[0].decode().split(";")
    tail = ["MAMPU", "2026-07-11"]
    assert lines == [
        [row_id(1), "3316081501100001", "3316081403800001", "WARGA 1", "PKH", *tail, "V-1", "33.16.08.2001"],
        [row_id(2), "", "", '=HYPERLINK("x");\nÉTI', "PIP", *tail, "V-2", "33.16.08.2001"],
    ]


def test_no_cell_of_the_workbook_is_a_formula_or_a_number(tmp_path):
    book = zipfile.ZipFile(io.BytesIO((folder(tmp_path) / "penonaktifan.xlsx").read_bytes()))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<v>" not in sheet
    assert sheet.count("<c ") == sheet.count('t="inlineStr"') == 9 + 9 + 7
    assert book.testzip() is None and {info.date_time for info in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("nama", ["a\x0bb\x00\r\x1f", "_x0041_ _x5F_", "<b>&amp;]]>", "  spasi  ", "\t=1"])
def test_any_text_comes_back_from_the_workbook(tmp_path, nama):
    book = CalamineWorkbook.from_path(str(folder(tmp_path, [row(1, nama=nama)]) / "penonaktifan.xlsx"))
    assert book.get_sheet_by_index(0).to_python()[1][3] == nama


def test_a_character_that_xml_cannot_hold_does_not_break_the_workbook(tmp_path):
    written = (folder(tmp_path, [row(1, nama="a\ufffeb\x00")]) / "penonaktifan.xlsx").read_bytes()
    sheet = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(written)).read("xl/worksheets/sheet1.xml"))
    assert "a_xFFFE_b_x0000_" in list(sheet.itertext())


def test_cancellations_have_a_folder_of_their_own(tmp_path):
    files = content(folder(tmp_path, (), BACK, "0002"))
    assert sorted(files) == ["manifest.json", "pembatalan.csv"]
    assert files["pembatalan.csv"] == PEMBATALAN
    assert json.loads(files["manifest.json"])["berkas"] == [entry("pembatalan.csv", PEMBATALAN, 2)]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_group_of_the_outbox_reads_beside_its_owner(tmp_path, umask):
    before = os.umask(umask)
    try:
        path = folder(tmp_path / "keluar")
    finally:
        os.umask(before)
    assert {oct(file.stat().st_mode & 0o777) for file in path.iterdir()} == {"0o640"}
    assert oct(path.stat().st_mode & 0o777) == "0o750"
    assert all(not above.stat().st_mode & 0o027 for above in (path.parent, path.parent.parent))


def test_written_again_it_is_the_same_folder(tmp_path):
    first = content(folder(tmp_path))
    inode = (tmp_path / "siks-ng/2026-08/0001").stat().st_ino
    (tmp_path / "siks-ng/2026-08/0001/~$penonaktifan.xlsx").write_bytes(b"kunci Excel")
    assert content(folder(tmp_path, (row(1), ODD), dibuat=MADE.astimezone(UTC))).items() >= first.items()
    assert (tmp_path / "siks-ng/2026-08/0001").stat().st_ino == inode
    assert content(folder(tmp_path / "lain")) == first


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"rows": [row(1)]}, "manifest.json, penonaktifan.csv, penonaktifan.xlsx"),
        ({"nomor_sk": "lain"}, "manifest.json"),
        ({"rows": [], "back": BACK}, "manifest.json, pembatalan.csv, penonaktifan.csv, penonaktifan.xlsx"),
    ],
)
def test_a_folder_that_may_have_been_uploaded_is_never_changed(tmp_path, other, named):
    before = content(folder(tmp_path))
    with pytest.raises(FileExistsError, match="siks-ng/2026-08/0001 is there with other content") as caught:
        folder(tmp_path, **other)
    assert f"({named})" in str(caught.value) and "331608" not in str(caught.value)
    assert content(tmp_path / "siks-ng/2026-08/0001") == before


def test_a_folder_that_was_emptied_is_not_filled_again(tmp_path):
    (folder(tmp_path) / "penonaktifan.csv").unlink()
    with pytest.raises(FileExistsError, match=r"\(penonaktifan.csv\)"):
        folder(tmp_path)


@pytest.mark.parametrize("at", range(5))
def test_killed_at_any_write_there_is_no_folder_or_a_whole_one(tmp_path, monkeypatch, at):
    whole, synced, real = content(folder(tmp_path / "utuh")), 0, os.fsync

    def killed(handle: int) -> None:
        nonlocal synced
        synced += 1
        if synced > at:
            raise KeyboardInterrupt
        real(handle)

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        folder(tmp_path)
    month = tmp_path / "siks-ng/2026-08"
    assert [p.name for p in month.iterdir()] == (["0001"] if at == 4 else [])
    monkeypatch.undo()
    assert content(folder(tmp_path)) == whole
    assert [p.name for p in month.iterdir()] == ["0001"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rows": []}, "0 rows and 0 cancellations"),
        ({"back": BACK}, "2 rows and 2 cancellations"),
        ({"nomor": "1"}, "four digits"),
        ({"nomor": "../1"}, "four digits"),
        ({"dibuat": datetime(2026, 7, 20)}, "offset"),
        ({"rows": [row(1), row(1)]}, "1 of 2 rows"),
        ({"rows": [], "back": [Cancellation("x", "y")]}, "64 hex"),
    ],
)
def test_what_makes_no_folder_leaves_none(tmp_path, changes, told):
    with pytest.raises(ValueError, match=told):
        folder(tmp_path, **changes)
    assert list(tmp_path.iterdir()) == []
