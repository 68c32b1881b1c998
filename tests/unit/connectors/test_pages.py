"""Stored pages as one table: in the order of the read, however many are parsed at a time."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from connectors.core import pages
from connectors.core.landing import workspace
from connectors.core.signals import Refusal

SHAPE = {"id": "VARCHAR", "anggota": [{"nama": "VARCHAR"}]}


def stored(folder: Path, *contents: list) -> list[Path]:
    """Each list is the `data` of a page."""
    files = [folder / f"{number:02}.json" for number in range(len(contents))]
    for file, rows in zip(files, contents, strict=True):
        file.write_text(json.dumps({"data": rows}), encoding="utf-8")
    return files


def rows(*ids: int) -> list[dict]:
    return [{"id": f"K{i}", "anggota": [{"nama": f"UJI {i}"}]} for i in ids]


@pytest.mark.parametrize("at_once", [1, 2, 16])
def test_all_rows_of_all_pages_in_their_order(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(pages, "PAGES_AT_ONCE", at_once)
    with workspace(tmp_path / "kerja") as con:
        nul = pages.read_pages(con, stored(tmp_path, rows(5, 3), rows(), rows(9), rows(1, 2), rows(4)), SHAPE)
        found = con.execute("select r.id, r.anggota[1].nama from halaman order by rowid").fetchall()
    assert (found, nul) == ([(f"K{i}", f"UJI {i}") for i in (5, 3, 9, 1, 2, 4)], False)


@pytest.mark.parametrize("at_once", [1, 16])
def test_one_page_of_another_shape_or_with_nul_is_seen_wherever_it_stands(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(pages, "PAGES_AT_ONCE", at_once)
    for place in range(3):
        wrong = [rows(1), rows(2), rows(3)]
        wrong[place] = [{"id": "K7", "anggota": "UJI"}]
        with workspace(tmp_path / "kerja") as con, pytest.raises(Refusal):
            pages.read_pages(con, stored(tmp_path, *wrong), SHAPE)
        wrong[place] = [{"id": "K\x007", "anggota": []}]
        with workspace(tmp_path / "kerja") as con:
            assert pages.read_pages(con, stored(tmp_path, *wrong), SHAPE)


DEEP = {
    "id": "VARCHAR",
    "rumah": {"atap": "VARCHAR", "listrik": {"daya": "VARCHAR"}},
    "anggota": [{"nama": "VARCHAR", "lahir": {"desa": "VARCHAR"}, "bantuan": [{"jenis": "VARCHAR"}]}],
}
# Where a value is put, and what has to stand there.
PLACES = {
    "rumah": (lambda value: {"rumah": value}, dict),
    "rumah.listrik": (lambda value: {"rumah": {"atap": "1", "listrik": value}}, dict),
    "anggota": (lambda value: {"anggota": value}, list),
    "anggota.lahir": (lambda value: {"anggota": [{"nama": "UJI", "lahir": value}]}, dict),
    "anggota.bantuan": (lambda value: {"anggota": [{"bantuan": []}, {"nama": "UJI", "bantuan": value}]}, list),
}
VALUES = [0, 1.5, True, "", "UJI", "[]", "{}", {}, {"lain": 1}, {"atap": "1"}, [], [1], ["UJI"], [[]], [{}], None]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", VALUES, ids=json.dumps)
def test_another_thing_in_the_place_of_an_object_or_array_is_seen_at_any_depth(tmp_path, place, value):
    put, kind = PLACES[place]
    given = stored(tmp_path, [{"id": "K1", "rumah": {}, "anggota": []}], [{"id": "K2"} | put(value)])
    with workspace(tmp_path / "kerja") as con:
        if value is None or isinstance(value, kind):
            pages.read_pages(con, given, DEEP)
            assert con.execute("select r.id from halaman order by rowid").fetchall() == [("K1",), ("K2",)]
        else:
            with pytest.raises(Refusal):
                pages.read_pages(con, given, DEEP)


def test_an_object_or_array_that_is_null_or_missing_loses_no_row(tmp_path):
    given = [
        {"id": "K1", "rumah": None, "anggota": None},
        {"id": "K2", "anggota": [{"nama": "UJI", "bantuan": None}, {"nama": "DUA", "lahir": None}, None]},
        {"id": "K3", "rumah": {"atap": 2}, "anggota": [{"nama": "TIGA", "bantuan": [{"jenis": "PKH"}]}]},
    ]
    with workspace(tmp_path / "kerja") as con:
        assert not pages.read_pages(con, stored(tmp_path, given), DEEP)
        found = con.execute(
            "select r.id, r.rumah.atap, len(r.anggota), r.anggota[1].bantuan[1].jenis from halaman order by rowid"
        ).fetchall()
    assert found == [("K1", None, None, None), ("K2", None, 3, None), ("K3", "2", 1, "PKH")]


def test_no_page_is_a_table_without_rows(tmp_path):
    with workspace(tmp_path / "kerja") as con:
        assert not pages.read_pages(con, [], SHAPE)
        assert con.execute("select count(*) from halaman").fetchall() == [(0,)]


def test_memory_or_disk_of_ours_that_is_full_is_not_the_page_s_fault(tmp_path):
    with workspace(tmp_path / "kerja") as con:
        con.execute("set max_temp_directory_size = '1KB'")
        con.execute("set memory_limit = '4MB'")
        with pytest.raises(duckdb.OperationalError):
            pages.read_pages(con, stored(tmp_path, rows(*range(100_000))), SHAPE)
