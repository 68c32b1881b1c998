"""Answers of SIKS-NG as files: read whole or named as broken, and of a row the latest that was said."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from receiving import row_id

from connectors.interface import SourceUnavailable, Verdict
from connectors.siks_ng.results import Result, results, verdicts

HEAD = "id_baris;status;kode;pesan\r\n"
ONE, TWO = row_id(1), row_id(2)
GOOD = f'{HEAD}{TWO};ditolak;NIK_TIDAK_PADAN;"Bu SITI; ""Eti"""\r\n{ONE};diterima;;\r\n'.encode()
READ = (Verdict(ONE, "diterima", None, None), Verdict(TWO, "ditolak", "NIK_TIDAK_PADAN", 'Bu SITI; "Eti"'))


def put(inbox: Path, content: bytes | str, name: str = "hasil_2026-08_0001.csv") -> Path:
    path = inbox / "siks-ng/hasil" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def only(inbox: Path) -> Result:
    (result,) = results(inbox)
    return result


def test_a_result_says_what_became_of_each_row_and_by_which_bytes(tmp_path):
    put(tmp_path, GOOD)
    sha256 = hashlib.sha256(GOOD).hexdigest()
    assert only(tmp_path) == Result("hasil_2026-08_0001.csv", "2026-08", "0001", 0, sha256, READ, None)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\r\n", b"\n"),
        GOOD.removesuffix(b"\r\n"),
        GOOD + b"\r\n\r\n",
        GOOD + f"{ONE};diterima;;\r\n".encode(),
        GOOD.replace(b"id_baris;", b'"id_baris";'),
    ],
)
def test_other_forms_of_the_same_are_read_as_well(tmp_path, content):
    put(tmp_path, content)
    assert (only(tmp_path).hasil, only(tmp_path).masalah) == (READ, None)


BROKEN = [
    ("", "terpotong"),
    (f"{HEAD}{ONE};diterima;;\r\n{TWO};dit", "terpotong"),
    (f"{HEAD}{ONE};diterima;;\r\n{TWO};ditolak;NIK", "terpotong"),
    (f'{HEAD}{ONE};ditolak;A;"Bu', "terpotong"),
    ("id_baris;stat", "judul_salah"),
    (f"{ONE};diterima;;\r\n", "judul_salah"),
    (f"id_baris;status;pesan;kode\r\n{ONE};diterima;;\r\n", "judul_salah"),
    (f"{HEAD}{ONE};diterima;;\r\n".replace(";", ","), "judul_salah"),
    (f"{HEAD}{ONE};diterima;\r\n{TWO};diterima;;\r\n", "bentuk_rusak"),
    (f"{HEAD}{ONE};diterima;;\r\n{TWO};ditolak;A;Bu; SITI\r\n", "bentuk_rusak"),
    (f'{HEAD}{ONE};ditolak;A;"Bu" SITI\r\n', "bentuk_rusak"),
    (f"{HEAD}{ONE};ditolak;A;x\0\r\n", "bentuk_rusak"),
    (f"{HEAD}{ONE};ditolak;A;{'x' * 200_000}\r\n", "bentuk_rusak"),
    (f"{HEAD}{ONE};ditolak;A;É\r\n".encode("latin-1"), "bukan_utf8"),
    (f"{HEAD}{ONE};diterima;;\r\n".encode("utf-16"), "bukan_utf8"),
    (f"{HEAD}{ONE};diterima;;\r\n3,31608E+15;diterima;;\r\n", "id_baris_salah"),
    (f"{HEAD};;;\r\n", "id_baris_salah"),
    (f"{HEAD}{ONE};diterima;;\r\n{TWO};tertunda;;\r\n", "status_tidak_dikenal"),
    (f"{HEAD}{ONE};Diterima;;\r\n", "status_tidak_dikenal"),
]


@pytest.mark.parametrize(("content", "code"), BROKEN)
def test_a_broken_file_is_named_and_nothing_of_it_is_taken(tmp_path, content, code):
    path = put(tmp_path, content)
    put(tmp_path, GOOD, "hasil_2026-08_0002.csv")
    broken, whole = results(tmp_path)
    assert (broken.berkas, broken.hasil, broken.masalah) == (path.name, (), code)
    assert broken.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert whole.hasil == READ
    assert verdicts([broken, whole]) == {("2026-08", "0002"): READ}


def test_a_file_too_large_to_be_an_answer_is_not_opened(tmp_path):
    with put(tmp_path, b"").open("r+b") as file:
        file.truncate((64 << 20) + 1)
    assert (only(tmp_path).masalah, only(tmp_path).sha256) == ("terlalu_besar", "")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("hasil_2026-08_0001 (1).csv", "hasil_2026-08_0001 (1).csv"),
        ("Hasil_2026-08_0001.CSV", "Hasil_2026-08_0001.CSV"),
        ("hasil_2026-08_0001_0.csv", "hasil_2026-08_0001_0.csv"),
        ("hasil_2026-08_1.csv", "hasil_2026-08_1.csv"),
        ("hasil_3316081403800001.csv", "hasil_….csv"),
    ],
)
def test_a_file_that_means_to_be_a_result_is_not_passed_over_in_silence(tmp_path, name, shown):
    put(tmp_path, GOOD, name)
    assert (only(tmp_path).berkas, only(tmp_path).masalah) == (shown, "nama_tidak_dikenal")
    assert verdicts(results(tmp_path)) == {}


def test_what_is_no_result_of_ours_is_left_alone(tmp_path):
    assert results(tmp_path) == []
    outside = put(tmp_path, GOOD, "../lain.csv")
    for name in ("hasil_usulan_2026-08_0001.csv", ".hasil_2026-08_0001.csv.tmp", "catatan.txt", "~$hasil.csv"):
        put(tmp_path, b"x", name)
    (tmp_path / "siks-ng/hasil/hasil_2026-08_0003.csv").mkdir()
    (tmp_path / "siks-ng/hasil/hasil_2026-08_0004.csv").symlink_to(outside)
    assert results(tmp_path) == []


def test_an_inbox_that_is_not_there_is_not_an_empty_one(tmp_path):
    with pytest.raises(SourceUnavailable, match="dtsen_inbox"):
        results(tmp_path / "tidak-ada")


def test_of_a_row_the_highest_k_that_names_it_counts(tmp_path):
    put(tmp_path, f"{HEAD}{ONE};diterima;;\n{TWO};diterima;;\n")
    put(tmp_path, f"{HEAD}{ONE};ditolak;TERLAMBAT;\n", "hasil_2026-08_0001_10.csv")
    put(tmp_path, f"{HEAD}{ONE};diterima;;\n{row_id(3)};diterima;;\n", "hasil_2026-08_0001_2.csv")
    put(tmp_path, f"{HEAD}{TWO};tertun", "hasil_2026-08_0001_11.csv")
    put(tmp_path, f"{HEAD}{ONE};diterima;;\n", "hasil_2026-08_0002.csv")
    put(tmp_path, f"{HEAD}{ONE};ditolak;A;\n", "hasil_2026-09_0001_1.csv")
    read = results(tmp_path)
    assert [(r.bulan_efektif, r.nomor, r.k) for r in read] == [
        ("2026-08", "0001", 0), ("2026-08", "0001", 2), ("2026-08", "0001", 10), ("2026-08", "0001", 11),
        ("2026-08", "0002", 0), ("2026-09", "0001", 1),
    ]  # fmt: skip
    taken = lambda i: Verdict(i, "diterima", None, None)  # noqa: E731
    expected = {
        ("2026-08", "0001"): (Verdict(ONE, "ditolak", "TERLAMBAT", None), taken(TWO), taken(row_id(3))),
        ("2026-08", "0002"): (taken(ONE),),
        ("2026-09", "0001"): (Verdict(ONE, "ditolak", "A", None),),
    }
    assert verdicts(read) == verdicts(reversed(read)) == expected


def test_of_a_row_that_a_file_repeats_the_later_line_counts(tmp_path):
    put(tmp_path, f"{HEAD}{ONE};diterima;;\n{ONE};ditolak;A;\n")
    assert only(tmp_path).hasil == (Verdict(ONE, "ditolak", "A", None),)


def test_a_code_that_may_be_a_number_of_a_person_is_none(tmp_path):
    put(tmp_path, f"{HEAD}{ONE};ditolak;3316081403800001;\n")
    assert only(tmp_path).hasil[0].kode == "kode_tidak_terbaca"
