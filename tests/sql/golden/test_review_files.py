"""The review queue through a spreadsheet: whole or not at all, wrong rows told by number, no person in a message."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mendarat import JUNI, Bulan, Orang, kk, nik
from python_calamine import CalamineWorkbook

from connectors.siks_ng.workbook import as_xlsx
from sinkron import cli, database, review, review_rows
from sinkron.outcomes import Outcome
from sinkron.settings import Settings

FORMULA = '=HYPERLINK("http://jahat","KASMIN")'


@pytest.fixture(scope="module")
def ditanya(gudang_baru, tmp_path_factory) -> Iterator[Settings]:
    """June is linked: one record fits two people, of whom one has a name that a spreadsheet would work out."""
    with gudang_baru("tinjauan", tmp_path_factory.mktemp("tinjauan")) as settings:
        juni = Bulan(JUNI)
        for serial, alamat in ((11, FORMULA), (9011, "DK. UJI")):
            juni.dtsen.keluarga(
                f"r{serial}", kk(serial), [Orang(f"r{serial}", "KASMIN", "1961-02-03", nik=nik(serial))], alamat=alamat
            )
        juni.dtsen.program("r9011", "PKH")
        juni.simnakis.keluarga("r", kk(12), [Orang("r", "KASMIN", "1961-02-03")])
        juni.mendarat(settings)
        juni.bangun(settings)
        yield settings


@pytest.fixture
def tanya(ditanya: Settings) -> Iterator[Settings]:
    """The same, with an empty ledger and an empty inbox."""
    yield ditanya
    with database.connect(ditanya) as connection:
        connection.execute("alter table identitas.pertimbangan disable trigger hanya_tambah")
        connection.execute("delete from identitas.pertimbangan")
        connection.execute("alter table identitas.pertimbangan enable trigger hanya_tambah")
    for path in (ditanya.inbox / "tinjauan").glob("*"):
        path.unlink()


def cells(path: Path) -> list[list[str]]:
    """The rows of an exported file, the header first."""
    if path.suffix == ".xlsx":
        return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))


def save(path: Path, rows: list[list[str]]) -> Path:
    """Rows as a person saves them again."""
    if path.suffix == ".xlsx":
        path.write_bytes(as_xlsx(rows))
    else:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=";").writerows(rows)
        path.write_text(text.getvalue(), encoding="utf-8")
    return path


def fill(rows: list[list[str]], **values: str) -> list[list[str]]:
    """The first question answered: columns of it by name."""
    said = {"putusan": "beda", "alasan": "dua orang, dilihat di rumahnya", **values}
    for column, value in said.items():
        rows[1][rows[0].index(column)] = value
    return rows


def ledger(settings: Settings) -> list[tuple]:
    with database.connect(settings) as connection:
        found = connection.execute(
            "select sumber_a, id_a, sumber_b, id_b, putusan, oleh, alasan from identitas.pertimbangan"
            " order by id_pertimbangan"
        ).fetchall()
    return [tuple(row.values()) for row in found]


def test_what_is_exported_shows_both_sides_is_private_and_is_never_overwritten(tanya: Settings, tmp_path: Path):
    path, count = review.export(tanya, "antrean.csv")
    assert (path, count) == (tanya.outbox / "ekspor" / "antrean.csv", 2)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and review.is_private(tanya, path)
    head, first, second = cells(path)
    assert tuple(head) == review_rows.COLUMNS and len(head) == 26
    shown = dict(zip(head, first, strict=True))
    names = ("id_a", "id_b", "nama_a", "nama_b", "nik_a", "nik_b", "no_kk_b", "program_aktif")
    assert {name: shown[name] for name in names} == {
        "id_a": "r9011", "id_b": "r", "nama_a": "KASMIN", "nama_b": "KASMIN", "nik_a": nik(9011), "nik_b": "",
        "no_kk_b": kk(12), "program_aktif": "ya",
    }  # fmt: skip
    assert shown["alamat_a"] == "DK. UJI RT 001 RW 002 33.16.08.2001" and shown["rekaman_a"] == "dtsen:r9011"
    assert shown["putusan"] == shown["alasan"] == "" and second[head.index("id_a")] == "r11"
    with pytest.raises(review.ReviewRefused, match="sudah ada"):
        review.export(tanya, "antrean.csv")
    path.unlink()
    outside, _ = review.export(tanya, str(tmp_path / "antrean.xlsx"))
    assert stat.S_IMODE(outside.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["antrean.ods", "antrean", "orang-3316080101800001.csv"])
def test_a_name_that_is_no_form_or_names_a_person_is_refused(tanya: Settings, name: str):
    with pytest.raises(review.ReviewRefused) as refused:
        review.export(tanya, name)
    assert "3316080101800001" not in str(refused.value)


@pytest.mark.parametrize(("suffix", "shown"), [(".csv", f"'{FORMULA} RT"), (".xlsx", f"{FORMULA} RT")])
def test_what_looks_like_a_formula_is_text(tanya: Settings, tmp_path: Path, suffix: str, shown: str):
    """A spreadsheet works out a cell of a CSV by its first letter; a text cell of a workbook it does not."""
    path, _ = review.export(tanya, str(tmp_path / f"antrean{suffix}"))
    rows = cells(path)
    assert rows[2][rows[0].index("alamat_a")].startswith(shown)
    if suffix == ".xlsx":
        assert b"<f>" not in path.read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_filled_in_file_comes_back_once(tanya: Settings, tmp_path: Path, suffix: str):
    path, _ = review.export(tanya, str(tmp_path / f"antrean{suffix}"))
    save(path, fill(cells(path), putusan=" Beda "))
    assert review.take(tanya, path, "verifikator") == {"diterima": 1, "kosong": 1, "sudah": False}
    said = ("dtsen", "r9011", "simnakis", "r", "beda", "verifikator", "dua orang, dilihat di rumahnya")
    assert ledger(tanya) == [said]
    assert review.take(tanya, path, "orang lain") == {"diterima": 0, "kosong": 1, "sudah": True}
    assert ledger(tanya) == [said]
    # What is judged is no question any more, also before the next month is linked.
    again, count = review.export(tanya, str(tmp_path / "lagi.csv"))
    assert count == 1 and cells(again)[1][3] == "r11"


Change = Callable[[list[list[str]]], list[list[str]]]
WRONG: dict[str, tuple[Change, str]] = {
    "an unknown word": (lambda r: fill(r, putusan="mungkin"), "baris 1: putusan harus sama, beda, ragu"),
    "a word without a reason": (lambda r: fill(r, alasan=""), "baris 1: alasan wajib diisi"),
    "a reason without a word": (lambda r: fill(r, putusan=""), "baris 1: putusan harus"),
    "a number in the reason": (lambda r: fill(r, alasan=f"NIK {nik(1)}"), "nomor panjang"),
    "a changed record": (lambda r: fill(r, id_a="r11"), "baris 1: kolom kunci"),
    "a changed id": (lambda r: fill(r, id_tinjauan="t-" + "0" * 20), "baris 1: kolom kunci"),
    "another grain": (lambda r: fill(r, grain="rumah_tangga"), "baris 1: kolom kunci"),
    "an unknown record": (lambda r: fill(r, id_tinjauan="uji", id_a="tidak-ada"), "baris 1: pasangan tidak dikenal"),
    "one record twice": (lambda r: fill(r, id_tinjauan="uji", id_b="r9011", sumber_b="dtsen"), "rekaman yang sama"),
    "an empty id": (lambda r: fill(r, id_tinjauan=""), "baris 1: id_tinjauan kosong"),
    "no such grain": (lambda r: fill(r, id_tinjauan="uji", grain="desa"), "grain harus individu atau rumah_tangga"),
    "the pair twice": (lambda r: [*fill(r), r[1]], "baris 3: pasangan ini ada lebih dari sekali"),
    "no column for the word": (lambda r: [row[:6] + row[7:] for row in r], "kolom wajib putusan tidak ada"),
    "an empty file": (lambda r: [], "kosong"),
}


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_file_is_refused_whole_and_says_which_row(tanya: Settings, tmp_path: Path, kind: str, suffix: str):
    change, expected = WRONG[kind]
    path, _ = review.export(tanya, str(tmp_path / f"antrean{suffix}"))
    rows = cells(path)
    good = [*rows[2]]
    good[6:9] = "sama", "petugas", "orang yang sama"
    with pytest.raises(review.ReviewRefused, match=expected) as refused:
        review.take(tanya, save(path, change([rows[0], rows[1], good])), "verifikator")
    assert not re.search(r"\d{9}|KASMIN|r9011", str(refused.value))
    assert ledger(tanya) == []


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"PK\3\4 bukan buku kerja", b"<!DOCTYPE html>", b"\xff\xfea\0"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_bytes_that_are_no_table_are_refused(tanya: Settings, tmp_path: Path, content: bytes, suffix: str):
    (tmp_path / f"x{suffix}").write_bytes(content)
    with pytest.raises(Outcome):
        review.take(tanya, tmp_path / f"x{suffix}", "verifikator")
    assert ledger(tanya) == []


def test_nobody_judges_without_a_name(tanya: Settings, tmp_path: Path):
    path, _ = review.export(tanya, str(tmp_path / "antrean.csv"))
    with pytest.raises(review.ReviewRefused, match="tidak disebut oleh siapa"):
        review.take(tanya, save(path, fill(cells(path))), " ")


def free(settings: Settings, name: str, *rows: str) -> Path:
    """A file of the documented form (rules.md), in the inbox."""
    folder = settings.inbox / "tinjauan"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("\n".join(("id_tinjauan;grain;sumber_a;id_a;sumber_b;id_b;putusan;oleh;alasan", *rows)))
    return path


def test_files_in_the_inbox_are_taken_once_and_a_wrong_one_holds_up_nothing(tanya: Settings):
    free(tanya, "1.csv", "P1;rumah_tangga;simnakis;r;dtsen;r11;sama;kasi data;serumah menurut ketua RT")
    bad = free(tanya, "2.csv", "P2;individu;dtsen;r11;dtsen;hilang;sama;kasi data;sama")
    assert review.read_inbox(tanya) == {"tinjauan_masuk": 1, "tinjauan_ditolak": 1}
    # Side a is the record that sorts first.
    assert ledger(tanya) == [("dtsen", "r11", "simnakis", "r", "sama", "kasi data", "serumah menurut ketua RT")]
    reports = [json.loads(p.read_text()) for p in (tanya.outbox / "laporan" / "tinjauan").glob("*.json")]
    assert sorted(report["status"] for report in reports) == ["diterima", "ditolak"]
    assert not any("hilang" in json.dumps(report) for report in reports)
    bad.unlink()
    assert review.read_inbox(tanya) == {"tinjauan_masuk": 0, "tinjauan_ditolak": 0}


def test_a_file_too_large_to_be_judgements_is_refused_and_holds_up_nothing(tanya: Settings, monkeypatch):
    big = free(tanya, "besar.csv", "P1;rumah_tangga;simnakis;r;dtsen;r11;sama;kasi data;serumah menurut ketua RT")
    monkeypatch.setattr(review, "SIZE_LIMIT", 100)
    before = ledger(tanya)
    assert review.read_inbox(tanya)["tinjauan_ditolak"] >= 1
    reports = [json.loads(p.read_text()) for p in (tanya.outbox / "laporan" / "tinjauan").glob("*.json")]
    assert any("lebih besar dari" in report.get("pesan", "") for report in reports)
    assert ledger(tanya) == before
    big.unlink()


def test_the_commands_warn_of_personal_data(tanya: Settings, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr(cli.settings_module, "load", lambda: tanya)
    path = tmp_path / "antrean.xlsx"
    assert cli.main(["review-export", str(path)]) == 0
    said = capsys.readouterr()
    assert said.out == f"2 pasangan ditulis ke {path}\n"
    assert "data pribadi" in said.err and nik(11) not in said.out + said.err
    save(path, fill(cells(path)))
    assert cli.main(["review-import", str(path), "--oleh", "verifikator"]) == 0
    assert json.loads(capsys.readouterr().out) == {"diterima": 1, "kosong": 1, "sudah": False}
    assert cli.main(["review-import", str(tmp_path / "tidak ada.csv"), "--oleh", "verifikator"]) == 1
    assert "tidak dapat dibaca" in capsys.readouterr().err
