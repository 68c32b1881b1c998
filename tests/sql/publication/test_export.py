"""The files of a release: what the masked view shows, in three forms, whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import jsonschema
import psycopg
import pytest
from python_calamine import CalamineWorkbook
from rilis_uji import decide, make_candidate, release, rows

from sinkron import cli, contract, datapackage, export, failpoint, month, publish, reference
from sinkron.settings import Settings

MASKED = [
    "individu", "kepesertaan", "neraca", "perubahan", "ringkasan_desa", "ringkasan_kabupaten", "rumah_tangga",
]  # fmt: skip
# Every type, an empty text beside a null, and what a spreadsheet, CSV or XML would stumble over.
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", '"; \n', "<&>_x0041_", "", "biasa", "2;3", "'"]
CHANGE = (
    "update release.rumah_tangga set luas_lantai = 36.5, diperbarui = '2026-06-11',"
    f" dusun = (array[{', '.join(f'$${text}$$' for text in HOSTILE)}])[substr(uid_rumah_tangga, 3)::integer];"
    "update release.kepesertaan set sumber = array['dtsen', 'a\"b,c']"
    " where uid_individu = 'in2'"
)
RELEASE = {
    "type": "object",
    "required": ["profile", "name", "title", "description", "created", "resources"],
    "properties": {
        "name": {"pattern": r"^([-a-z0-9._/])+$"},
        "created": {"format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT"},
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "path", "profile", "format", "mediatype", "bytes", "hash", "rows", "schema"],
                "properties": {
                    "name": {"pattern": r"^([-a-z0-9._/])+$"},
                    "path": {"pattern": r"^(csv|parquet|xlsx)/[a-z_]+\.(csv|parquet|xlsx)$"},
                    "hash": {"pattern": "^sha256:[0-9a-f]{64}$"},
                    "title": {"type": "string"},
                    "schema": {
                        "type": "object",
                        "required": ["fields"],
                        "properties": {
                            "primaryKey": {"type": "array", "items": {"type": "string"}},
                            "fields": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["name", "type", "description"],
                                    "properties": {
                                        "type": {"enum": ["string", "integer", "number", "boolean", "date", "array"]},
                                        "description": {"minLength": 3},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


def folder(settings: Settings, id_rilis: str = "2026-06/1"):
    return settings.outbox / "ekspor" / id_rilis


def files(settings: Settings, id_rilis: str = "2026-06/1") -> dict[str, bytes]:
    root = folder(settings, id_rilis)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def hostile_release(settings: Settings, id_rilis: str = "2026-06/1") -> None:
    decide(settings, id_rilis, make_candidate(settings, id_rilis, len(HOSTILE), CHANGE))
    publish.publish(settings, id_rilis.split("/")[0])


def seen(connection: psycopg.Connection, name: str) -> tuple[list[str], list[tuple]]:
    """What a reader of the masked view sees, in the order of the export."""
    table = contract.load()[name]
    found = connection.execute(f"select * from publikasi.{name}")
    columns = [column.name for column in found.description]
    keys = [columns.index(column.name) for column in table.key] or range(len(columns))
    return columns, sorted(found.fetchall(), key=lambda row: [(row[k] is None, row[k] or "") for k in keys])


def as_text(value) -> str:
    """A value as CSV and XLSX hold it."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool | list):
        return json.dumps(value, separators=(",", ":"))
    return str(value).replace(".", ",")


def test_every_form_holds_what_a_masked_reader_sees(katalog, masuk):
    hostile_release(katalog)
    told = export.export(katalog, "2026-06")
    assert told == {"id_rilis": "2026-06/1", "ditulis": True, "baris": 54, "tanpa_xlsx": 0}
    assert sorted(files(katalog)) == sorted(
        ["datapackage.json", *(f"{form}/{name}.{form}" for name in MASKED for form in datapackage.FORMS)]
    )
    reader = masuk("baca_samar")
    for name in MASKED:
        columns, expected = seen(reader, name)
        assert expected
        read = duckdb.sql(f"select * from '{folder(katalog)}/parquet/{name}.parquet'")
        assert [column[0] for column in read.description] == columns
        plain = [tuple(float(v) if type(v).__name__ == "Decimal" else v for v in row) for row in expected]
        assert read.fetchall() == plain, name
        sheet = CalamineWorkbook.from_path(folder(katalog) / "xlsx" / f"{name}.xlsx").get_sheet_by_index(0)
        texts = [[as_text(value) for value in row] for row in expected]
        assert sheet.to_python(skip_empty_area=False) == [columns, *texts], name
        with (folder(katalog) / "csv" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            read = list(csv.reader(file, delimiter=";"))
        shown = [[cell[1:] if re.match(r"'[=+\-@\t\r]", cell) else cell for cell in row] for row in read]
        assert shown == [columns, *texts], name


def test_no_identity_is_in_any_file(katalog):
    hostile_release(katalog)
    export.export(katalog, "2026-06")
    held = b""
    for name, content in files(katalog).items():
        if name.endswith("xlsx"):
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                content = b"".join(book.read(part) for part in book.namelist())
        elif name.endswith("parquet"):
            content = repr(duckdb.sql(f"select * from '{folder(katalog)}/{name}'").fetchall()).encode()
        held += content
    # The canaries stand in the release.
    (canary,) = rows(katalog, "select nik, no_kk, nama, alamat from rilis.individu, rilis.rumah_tangga limit 1")
    for value in canary.values():
        assert value and value.encode() not in held
    assert not re.search(rb"3316\d{8}", held)
    assert b"3316************" in held


def test_the_datapackage_says_what_is_in_the_files(katalog):
    hostile_release(katalog)
    export.export(katalog, "2026-06")
    found = files(katalog)
    package = json.loads(found.pop("datapackage.json"))
    jsonschema.validate(package, RELEASE)
    assert "licenses" not in package
    assert {one["path"] for one in package["resources"]} == set(found)
    assert len({one["name"] for one in package["resources"]}) == len(found)
    ledger = rows(katalog, "select tabel, diterbitkan from rilis.rilis")[0]
    contracts = contract.load()
    for one in package["resources"]:
        content, name = found[one["path"]], one["title"]
        assert one["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}" and one["bytes"] == len(content)
        assert one["rows"] == ledger["tabel"][name]["baris"]
        assert one["description"] == contracts[name].description
        visible = contracts[name].visible("publikasi")
        assert [(f["name"], f["description"]) for f in one["schema"]["fields"]] == [
            (column.name, column.description) for column in visible
        ]
    fields = {f["name"]: f for f in datapackage.schema(contracts["rumah_tangga"])["fields"]}
    assert fields["luas_lantai"]["type"] == "number" and fields["luas_lantai"]["decimalChar"] == ","
    assert (fields["exclude"]["type"], fields["diperbarui"]["type"]) == ("boolean", "date")
    assert fields["status"]["constraints"]["enum"] == ["aktif", "nonaktif_diusulkan", "pindah", "bubar"]
    assert datapackage.schema(contracts["individu"])["primaryKey"] == ["uid_individu"]
    assert "primaryKey" not in datapackage.schema(contracts["kepesertaan"])
    assert package["created"] == ledger["diterbitkan"].astimezone(dt.UTC).isoformat()
    assert package["sinkron"]["tabel"]["individu"] == ledger["tabel"]["individu"]
    assert {one["dialect"]["delimiter"] for one in package["resources"] if one["format"] == "csv"} == {";"}


def test_no_text_becomes_a_formula(katalog):
    hostile_release(katalog)
    export.export(katalog, "2026-06")
    with (folder(katalog) / "csv" / "rumah_tangga.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [row["dusun"] for row in csv.DictReader(file, delimiter=";")]
    assert sorted(cells) == sorted("'" + text if text[:1] in tuple("=+-@\t\r") else text for text in HOSTILE)
    assert files(katalog)["csv/rumah_tangga.csv"].startswith(b"\xef\xbb\xbfperiode;")
    # An empty text and a null are not the same: the first is quoted.
    assert b';"";' in files(katalog)["csv/rumah_tangga.csv"]
    with zipfile.ZipFile(folder(katalog) / "xlsx" / "rumah_tangga.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert "<f" not in sheet and "hyperlink" not in sheet and ">=1+1<" in sheet
    # Every cell is text or empty.
    assert set(re.findall(r"<c r=\"[A-Z]+\d+\"( t=\"\w+\"|/)?", sheet)) == {' t="inlineStr"', "/"}


def test_two_exports_of_a_release_are_the_same_bytes_and_the_second_run_writes_nothing(katalog):
    hostile_release(katalog)
    export.export(katalog, "2026-06")
    first, inode = files(katalog), folder(katalog).stat().st_ino
    assert export.export(katalog, "2026-06")["ditulis"] is False
    assert folder(katalog).stat().st_ino == inode
    for damage in (Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-1])):
        damage(folder(katalog) / "csv" / "individu.csv")
        assert export.export(katalog, "2026-06")["ditulis"] is True
        assert files(katalog) == first
    assert sorted(path.name for path in folder(katalog).parent.iterdir()) == ["1"]
    modes = {oct(path.stat().st_mode & 0o777) for path in folder(katalog).rglob("*") if path.is_file()}
    assert (modes, oct(folder(katalog).stat().st_mode & 0o777)) == ({"0o640"}, "0o750")
    assert any(folder(katalog).is_relative_to(private) for private in katalog.private_folders().values())


def test_it_is_moved_in_place_by_one_rename(katalog, monkeypatch):
    release(katalog, "2026-06/1", 3)
    beside: dict[str, int] = {}
    monkeypatch.setattr(
        export,
        "failpoint",
        lambda *_: beside.update({p.name: p.stat().st_ino for p in folder(katalog).parent.iterdir()}),
    )
    export.export(katalog, "2026-06")
    assert beside == {".1.baru": folder(katalog).stat().st_ino}


@pytest.mark.parametrize("name", failpoint.EXPORT)
def test_killed_and_run_again(katalog, name):
    hostile_release(katalog)
    export.export(katalog, "2026-06")
    expected = files(katalog)
    # Of another code: all of it is to be written anew.
    package = json.loads(expected["datapackage.json"])
    package["sinkron"]["kode"] = "lain"
    (folder(katalog) / "datapackage.json").write_text(json.dumps(package))
    before = files(katalog)
    environ = {**os.environ, **katalog.values, "SINKRON_FAILPOINT": f"{name}:kill"}
    run = "from sinkron import export, settings; export.export(settings.load(), '2026-06')"
    killed = subprocess.run([sys.executable, "-c", run], env=environ, capture_output=True, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-500:]
    # Whole or not there: between the two renames, nothing.
    assert files(katalog) == ({} if name == "export.moved" else before)
    assert export.export(katalog, "2026-06")["ditulis"] is True
    assert files(katalog) == expected
    assert sorted(path.name for path in folder(katalog).parent.iterdir()) == ["1"]
    assert list(katalog.work.glob("ekspor-*")) == []


def test_an_older_month_and_an_older_revision(katalog):
    release(katalog, "2026-06/1", 3)
    release(katalog, "2026-07/1", 4)
    release(katalog, "2026-06/2", 5)
    assert export.export(katalog, "2026-06")["id_rilis"] == "2026-06/2"
    assert export.export(katalog, "2026-06", 1)["id_rilis"] == "2026-06/1"
    counted = {}
    for id_rilis in ("2026-06/1", "2026-06/2"):
        persons = folder(katalog, id_rilis) / "parquet" / "individu.parquet"
        counted[id_rilis] = duckdb.sql(f"select count(*), min(periode), min(revisi) from '{persons}'").fetchall()
    assert counted == {"2026-06/1": [(3, "2026-06", 1)], "2026-06/2": [(5, "2026-06", 2)]}
    assert not folder(katalog, "2026-07/1").exists()


def test_a_release_that_is_not_published_has_no_export(katalog):
    nothing = {"id_rilis": None, "ditulis": False}
    make_candidate(katalog, "2026-06/1")
    assert export.export(katalog, "2026-06") == nothing == export.export(katalog, "2026-06", 1)
    release(katalog, "2026-05/1", 3)
    release(katalog, "2026-07/1", 3)
    publish.rollback(katalog, "2026-05/1", "operator", "salah")
    assert export.export(katalog, "2026-07") == nothing == export.export(katalog, "2026-07", 1)
    assert not (katalog.outbox / "ekspor").exists()


def test_long_tables_have_their_xlsx_when_asked_for(katalog, monkeypatch):
    release(katalog, "2026-06/1", 8)
    assert reference.thresholds(katalog, "2026-06")["ekspor_xlsx_baris"] == (20000.0, 0)
    monkeypatch.setattr(reference, "thresholds", lambda *_: {"ekspor_xlsx_baris": (7.0, 0)})
    assert export.export(katalog, "2026-06")["tanpa_xlsx"] == 4
    package = json.loads((folder(katalog) / "datapackage.json").read_text())
    assert package["sinkron"]["tanpa_xlsx"] == dict.fromkeys(
        ("individu", "kepesertaan", "perubahan", "rumah_tangga"), 8
    )
    assert "individu, kepesertaan, perubahan, rumah_tangga; mintalah make export" in package["description"]
    assert not (folder(katalog) / "xlsx" / "individu.xlsx").exists()
    assert (folder(katalog) / "xlsx" / "neraca.xlsx").exists()
    assert export.export(katalog, "2026-06", whole=True)["ditulis"] is True
    assert (folder(katalog) / "xlsx" / "individu.xlsx").exists()
    # The step leaves the fuller export of the same release alone.
    assert export.export(katalog, "2026-06")["ditulis"] is False
    assert (folder(katalog) / "xlsx" / "individu.xlsx").exists()


def test_a_failure_leaves_the_release_published_and_the_export_before(katalog, monkeypatch):
    release(katalog, "2026-06/1", 3)
    monkeypatch.setattr(export, "_as_parquet", lambda *_: (_ for _ in ()).throw(OSError("disk penuh")))
    with pytest.raises(OSError, match="disk penuh"):
        month.STEPS["export"].run(katalog, "2026-06")
    assert rows(katalog, "select periode, status, aktif from publikasi.rilis") == [
        {"periode": "2026-06", "status": "terbit", "aktif": True}
    ]
    assert rows(katalog, "select hasil from buku.jalan where langkah = 'export'") == [{"hasil": "gagal"}]
    assert list((katalog.outbox / "ekspor" / "2026-06").iterdir()) == []
    monkeypatch.undo()
    assert month.STEPS["export"].run(katalog, "2026-06")["ditulis"] is True


def test_a_view_that_shows_less_than_the_ledger_says_is_no_export(katalog):
    release(katalog, "2026-06/1", 3)
    with psycopg.connect(katalog.database_url) as connection:
        connection.execute("delete from rilis.individu where uid_individu = 'in1'")
    with pytest.raises(export.ExportError, match=r"publikasi.individu shows 2 rows of release 2026-06/1"):
        export.export(katalog, "2026-06")
    assert not folder(katalog).exists()


def test_by_hand(katalog, monkeypatch, capsys):
    release(katalog, "2026-06/1", 3)
    monkeypatch.setattr(cli.settings_module, "load", lambda: katalog)
    assert cli.main(["export", "2026-06"]) == 0
    assert f"ditulis: {folder(katalog)}" in capsys.readouterr().out
    assert cli.main(["export", "2026-06", "--revisi", "1"]) == 0
    assert f"sudah ada: {folder(katalog)}" in capsys.readouterr().out
    assert cli.main(["export", "2026-06", "--revisi", "2"]) == 4
    assert "2026-06/2: tidak ada rilis yang terbit" in capsys.readouterr().err
