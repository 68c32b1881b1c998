"""The operator of SIKS-NG, which uploads what it finds and brings answers (contracts/sinks.md 2)."""

import csv
import hashlib
import io
import json
import tempfile
import time
from pathlib import Path

import duckdb
import penerima_uji as uji
import pytest

import sandbox
from sandbox import workbook


def book_of(content: bytes) -> bytes:
    """The same rows as a workbook of text cells."""
    head, *rows = csv.reader(io.StringIO(content.decode(), newline=""), delimiter=";")
    con = duckdb.connect()
    con.execute(f"create table data ({', '.join(f'{name} text' for name in head)}, urut int)")
    con.executemany(f"insert into data values ({', '.join('?' * (len(head) + 1))})",
                    [[*row, at] for at, row in enumerate(rows)])  # fmt: skip
    names = {name: name for name in head}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "buku.xlsx"
        workbook.write(con, "data", names, names, dict.fromkeys(head, "teks"), path)
        return path.read_bytes()


def test_a_complete_folder_is_uploaded_and_answered_once(penerima):
    ids = sorted(uji.row_id(f"baris {number}") for number in range(3))
    content = uji.csv_of(*map(uji.line, ids))
    folder = uji.put(penerima, {"penonaktifan.csv": content, "penonaktifan.xlsx": book_of(content)}, seal=False)
    assert uji.answer(penerima) == {} and sandbox.received(penerima.world) == []
    uji.put(penerima, {"penonaktifan.csv": content}, nomor="0002", seal=False)
    files = [
        {"nama": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "ukuran": path.stat().st_size,
         "baris": 3} for path in folder.iterdir()
    ]  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps({
        "nomor": "0001", "nomor_sk": "UJI/1", "bulan_efektif": "2026-07", "dibuat": "2026-06-25T10:00:00+07:00",
        "berkas": files,
    }))  # fmt: skip
    assert uji.answer(penerima) == {
        "hasil_2026-07_0001.csv": [
            "id_baris;status;kode;pesan", f"{ids[0]};diterima;;",
            f"{ids[1]};ditolak;NIK_TIDAK_PADAN;Data tidak sesuai dengan data penerima", f"{ids[2]};diterima;;", "",
        ]
    }  # fmt: skip
    assert uji.answer(penerima) == {}
    taken = sandbox.received(penerima.world)
    assert {(row.receiver, row.kind, row.key) for row in taken} == {("siks_ng", "new", "2026-07/0001")}
    verdicts = ["diterima", "ditolak", "diterima"]
    assert [(row.id_baris, row.verdict) for row in taken] == list(zip(ids, verdicts, strict=True))
    assert (penerima.world / "penerima" / "isi" / hashlib.sha256(content).hexdigest()).read_bytes() == content
    assert sandbox.violations(penerima.world) == []
    assert [path.name for path in (penerima.inbox / "siks-ng" / "hasil").iterdir()] == ["hasil_2026-07_0001.csv"]


SOUND = uji.csv_of(uji.line(uji.row_id("a")), uji.line(uji.row_id("b")))


@pytest.mark.parametrize(
    ("files", "other", "code"),
    [
        ({"penonaktifan.csv": SOUND.replace(b"\r\n", b"\n")}, {}, "bentuk_salah"),
        ({"penonaktifan.csv": b"\xef\xbb\xbf" + SOUND}, {}, "bentuk_salah"),
        ({"penonaktifan.csv": SOUND.replace(b"no_kk", b"nokk")}, {}, "bentuk_salah"),
        ({"penonaktifan.csv": SOUND.replace(b";UJI;", b";U;JI;")}, {}, "bentuk_salah"),
        ({"penonaktifan.csv": SOUND.replace(b"UJI", b"\xff")}, {}, "bentuk_salah"),
        ({"penonaktifan.csv": uji.csv_of()}, {}, "baris_tidak_sah"),
        ({"penonaktifan.csv": uji.csv_of(uji.line("pendek"))}, {}, "baris_tidak_sah"),
        ({"penonaktifan.csv": uji.csv_of(*(uji.line(uji.row_id("a"), nama=nama) for nama in "XY"))}, {}, "kunci_ganda"),
        ({"penonaktifan.csv": SOUND, "penonaktifan.xlsx": book_of(SOUND.replace(b"UJI", b"LAIN"))}, {},
         "lembar_berbeda"),
        ({"penonaktifan.csv": SOUND, "penonaktifan.xlsx": b"bukan buku"}, {}, "lembar_berbeda"),
        ({"penonaktifan.csv": SOUND, "pembatalan.csv": uji.csv_of(head="id_baris;alasan")}, {}, "berkas_tidak_cocok"),
        ({"catatan.txt": b""}, {}, "berkas_tidak_cocok"),
        ({"penonaktifan.csv": SOUND}, {"bulan_efektif": "2026-08"}, "manifest_rusak"),
        ({"penonaktifan.csv": SOUND}, {"berkas": None}, "manifest_rusak"),
        ({"penonaktifan.csv": SOUND}, {"berkas": []}, "berkas_tidak_cocok"),
        ({"penonaktifan.csv": SOUND}, {"berkas": [{"nama": "penonaktifan.csv", "sha256": "0" * 64,
          "ukuran": len(SOUND), "baris": 2}]}, "sha256_tidak_cocok"),
        ({"penonaktifan.csv": SOUND}, {"berkas": [{"nama": "penonaktifan.csv", "ukuran": len(SOUND), "baris": 1,
          "sha256": hashlib.sha256(SOUND).hexdigest()}]}, "baris_tidak_cocok"),
    ],
)  # fmt: skip
def test_a_folder_that_is_not_as_it_says_is_not_uploaded(penerima, files, other, code):
    if "catatan.txt" in files:
        other = {"berkas": [{"nama": "catatan.txt"}]}
        files = {"catatan.txt": b"\r\n", "penonaktifan.csv": SOUND}
    uji.put(penerima, files, **other)
    for _ in range(2):
        assert uji.answer(penerima) == {}
    [violation] = sandbox.violations(penerima.world)
    assert (violation["receiver"], violation["kode"], violation["kunci"]) == ("siks_ng", code, "2026-07/0001")
    assert sandbox.received(penerima.world) == []


def test_a_folder_that_changes_after_its_upload_and_a_row_that_comes_twice(penerima):
    folder = uji.put(penerima, {"penonaktifan.csv": SOUND})
    uji.answer(penerima)
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text() + "\n")
    uji.put(
        penerima, {"penonaktifan.csv": uji.csv_of(uji.line(uji.row_id("b")), uji.line(uji.row_id("c")))}, nomor="0002"
    )
    assert list(uji.answer(penerima)) == ["hasil_2026-07_0002.csv"]
    assert {(v["kode"], v["kunci"], v.get("id_baris")) for v in sandbox.violations(penerima.world)} == {
        ("folder_berubah", "2026-07/0001", None), ("baris_dua_kali", "2026-07/0002", uji.row_id("b")),
    }  # fmt: skip


def test_a_cancellation_and_a_proposal_have_folders_of_their_own(penerima):
    uji.put(penerima, {"penonaktifan.csv": SOUND})
    known, stranger = sorted([uji.row_id("a"), uji.row_id("z")], key=lambda name: name != uji.row_id("a"))
    uji.put(penerima, {"pembatalan.csv": uji.csv_of(f"{known};SANGGAH", f"{stranger};SALAH", head="id_baris;alasan")},
        nomor="0002")  # fmt: skip
    head = "id_baris;jenis;no_kk;nik;nama;program;kode_desa;nomor_berita_acara;tanggal_verifikasi;bukti"
    proposal = f"{uji.row_id('u')};baru;1;2;UJI;PKH;33.16.08.2001;140/1;2026-06-10;VLP-1"
    uji.put(penerima, {"usulan.csv": uji.csv_of(proposal, head=head)}, nomor="0003")
    said = uji.answer(penerima)
    assert list(said) == ["hasil_2026-07_0001.csv", "hasil_2026-07_0002.csv", "hasil_usulan_2026-07_0003.csv"]
    told = {row.split(";")[0]: row.split(";")[1:3] for row in said["hasil_2026-07_0002.csv"][1:-1]}
    assert told == {known: ["diterima", ""], stranger: ["ditolak", "BARIS_TIDAK_DIKENAL"]}
    assert said["hasil_usulan_2026-07_0003.csv"][1] == f"{uji.row_id('u')};diterima;;"
    assert sandbox.tally(penerima.world)["siks_ng"] == {
        "new": 2, "cancel": 2, "proposal": 1, "dilaksanakan": 1, "ditolak": 1,
    }  # fmt: skip


def test_later_answers_complete_and_correct_the_first(penerima):
    ids = sorted(uji.row_id(f"baris {number}") for number in range(4))
    uji.put(penerima, {"penonaktifan.csv": uji.csv_of(*map(uji.line, ids))})
    modes = ("jawaban_bertahap", "ditolak_kemudian")
    rounds = [uji.answer(penerima, *modes) for _ in range(4)]
    assert [list(files) for files in rounds] == [
        ["hasil_2026-07_0001.csv"], ["hasil_2026-07_0001_1.csv"], ["hasil_2026-07_0001_2.csv"], [],
    ]  # fmt: skip
    first, whole, corrected = (next(iter(files.values()))[1:-1] for files in rounds[:3])
    assert [row.split(";")[0] for row in first] == ids[:2]
    assert [row.split(";")[0] for row in whole] == [row.split(";")[0] for row in corrected] == ids
    changed = [new for old, new in zip(whole, corrected, strict=True) if old != new]
    assert [row.split(";")[:2] for row in changed] == [[ids[0], "ditolak"]]
    assert sandbox.fate(penerima.world)[ids[0], "siks_ng"] == "ditolak"


def test_a_server_that_knows_the_folders_answers_by_itself(penerima):
    server = sandbox.serve(penerima.world, inbox=penerima.inbox, outbox=penerima.outbox)
    try:
        uji.put(penerima, {"penonaktifan.csv": SOUND})
        target, patience = penerima.inbox / "siks-ng" / "hasil" / "hasil_2026-07_0001.csv", time.monotonic() + 20
        while not target.exists() and time.monotonic() < patience:
            time.sleep(0.05)
        assert target.read_bytes().count(b"\r\n") == 3
    finally:
        server.close()
