"""Exports of a release for spreadsheets: `<outbox>/ekspor/<periode>/<revisi>/` (contracts/sinks.md 5).

The masked tables of one release as CSV, Parquet and XLSX with a `datapackage.json`. An export is made in a folder next
to its final place and moved there whole, so a reader sees all of it or nothing. The rows are read as a reader of schema
`publikasi` sees that release, so a file holds nothing that the view does not show. Tables that do not belong to one
release (`rilis`, `kiriman`, `penonaktifan`, `riwayat_…`) show today's state and are read in the database.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from connectors.siks_ng import workbook
from sinkron import contract as contracts_module
from sinkron import datapackage, ledger, reference, transport
from sinkron.contract import Column, Contract
from sinkron.failpoint import failpoint
from sinkron.ledger import StepRun
from sinkron.review_rows import FORMULA
from sinkron.settings import Settings

LOCK = "ekspor"
# Row of the dated seed `ambang`: tables with more rows get an XLSX only when somebody asks for it.
XLSX_LIMIT = "ekspor_xlsx_baris"
# First characters that make a spreadsheet read a text as a formula, for use in a pattern.
STARTS = "".join(f"\\x{ord(sign):02x}" for sign in FORMULA)
FETCHED = 5000
BOM = b"\xef\xbb\xbf"
# Our column names need no quoting in SQL, except that some of them are SQL keywords.
QUOTED = '"{}"'.format


class ExportError(RuntimeError):
    """The view and the ledger disagree about a release; no file was put in place."""


def tables() -> list[Contract]:
    """The released tables that exist in schema `publikasi`."""
    return [table for table in contracts_module.released(contracts_module.load()) if not table.identified]


def export(settings: Settings, periode: str, revisi: int | None = None, whole: bool = False) -> dict[str, Any]:
    """Write the export of a release, of its newest `terbit` revision unless `revisi` says which; return counts.

    `whole` writes the XLSX of every table, however long. An export that exists already, with the same content and made
    by the same code, is left as it is (`ditulis` false). When no such release is `terbit` or `digantikan`, nothing is
    done and `id_rilis` is None.
    """
    with ledger.step(settings, "export", periode, LOCK) as run:
        with run.transaction() as connection:
            release = _release(connection, periode, revisi)
        result: dict[str, Any] = {"id_rilis": None, "ditulis": False}
        if release is not None:
            held = tables()
            mark = _mark(release, held)
            long = {} if whole else _long(settings, release["periode"], mark)
            folder = settings.private_folders()["ekspor"] / periode / str(release["revisi"])
            written = not _stands(folder, mark, long)
            if written:
                _write(run, release, held, mark, long, folder)
            rows = sum(table["baris"] for table in mark["tabel"].values())
            result = {"id_rilis": release["id_rilis"], "ditulis": written, "baris": rows, "tanpa_xlsx": len(long)}
        run.counts.update(result)
        return result


def _release(connection: psycopg.Connection, periode: str, revisi: int | None) -> dict[str, Any] | None:
    return connection.execute(
        "select id_rilis, periode::text as periode, revisi, sha256, tabel, diterbitkan from rilis.rilis"
        " where periode = %(periode)s and case when %(revisi)s::integer is null then status = 'terbit'"
        " else status in ('terbit', 'digantikan') and revisi = %(revisi)s end order by revisi desc limit 1",
        {"periode": periode, "revisi": revisi},
    ).fetchone()


def _long(settings: Settings, periode: str, mark: dict[str, Any]) -> dict[str, int]:
    limit, _ = reference.thresholds(settings, periode)[XLSX_LIMIT]
    return {name: table["baris"] for name, table in mark["tabel"].items() if table["baris"] > limit}


def _mark(release: dict[str, Any], held: list[Contract]) -> dict[str, Any]:
    """The content and the code that an export is made of; exports with an equal mark have equal files."""
    code = hashlib.sha256()
    for file in (__file__, datapackage.__file__, workbook.__file__):
        code.update(Path(file).read_bytes())
    code.update(json.dumps({table.name: datapackage.schema(table) for table in held}).encode())
    content = {table.name: release["tabel"][table.name] for table in held}
    return {"id_rilis": release["id_rilis"], "sha256": release["sha256"], "tabel": content, "kode": code.hexdigest()}


def _stands(folder: Path, mark: dict[str, Any], long: dict[str, int]) -> bool:
    """Whether the export exists, is complete, has this mark, and lacks only the XLSX of long tables."""
    try:
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        left_out = package["sinkron"].pop("tanpa_xlsx")
        sizes = [(folder / one["path"]).stat().st_size == one["bytes"] for one in package["resources"]]
    except (OSError, ValueError, KeyError):
        return False
    return package["sinkron"] == mark and left_out.keys() <= long.keys() and all(sizes)


def _write(
    run: StepRun,
    release: dict[str, Any],
    held: list[Contract],
    mark: dict[str, Any],
    long: dict[str, int],
    folder: Path,
) -> None:
    run.settings.private_folders()["ekspor"].mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.parent.mkdir(exist_ok=True, mode=0o750)
    making, old = (folder.with_name(f".{folder.name}.{word}") for word in ("baru", "lama"))
    for left in (making, old):
        shutil.rmtree(left, ignore_errors=True)
    try:
        for form in datapackage.FORMS:
            (making / form).mkdir(parents=True)
        with transport.work_folder(run.settings, "ekspor") as raw:
            with run.transaction() as connection:
                _read(connection, release["id_rilis"], held, raw)
            resources = _convert(run.settings, held, raw, making, mark, long)
        document = datapackage.package(release, mark, long, resources)
        text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        (making / "datapackage.json").write_text(text, encoding="utf-8")
        for path in (making, *making.rglob("*")):
            path.chmod(0o750 if path.is_dir() else 0o640)
        failpoint(run.settings, "export.written")
        if folder.exists():
            folder.rename(old)
            failpoint(run.settings, "export.moved")
        making.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _read(connection: psycopg.Connection, id_rilis: str, held: list[Contract], raw: Path) -> None:
    """The rows of each table as its view shows them for this release, in the order of their key, as text."""
    connection.execute("select set_config('sinkron.rilis', %s, true)", [id_rilis])
    connection.execute("set local datestyle = 'ISO, YMD'")
    for table in held:
        columns = table.visible("publikasi")
        shown = ", ".join(_as_text(column) for column in columns)
        order = ", ".join(
            QUOTED(column.name) + (' collate "C"' if column.type == "text" else "") for column in table.key or columns
        )
        query = f"select {shown} from publikasi.{table.name} order by {order}"
        transport.copy_out(connection, query, {}, raw / table.name)


def _as_text(column: Column) -> str:
    name = QUOTED(column.name)
    # Arrays need their own cast: they become JSON arrays, because that is what Frictionless reads.
    return f"to_json({name})::text" if column.type == "text[]" else f"{name}::text"


def _convert(
    settings: Settings, held: list[Contract], raw: Path, making: Path, mark: dict[str, Any], long: dict[str, int]
) -> list[dict[str, Any]]:
    """Write each table in each form below `making`; return the descriptions of the files."""
    resources = []
    with transport.workspace(raw) as con:
        # One thread, so that the same rows make the same bytes.
        con.execute("set threads = 1")
        for table in held:
            columns = table.visible("publikasi")
            rows = _load(con, raw / table.name, columns)
            if rows != mark["tabel"][table.name]["baris"]:
                raise ExportError(
                    f"publikasi.{table.name} shows {rows} rows of release {mark['id_rilis']}, the ledger says"
                    f" {mark['tabel'][table.name]['baris']}: look at its policies, then run `make export` again"
                )
            files = {form: making / form / f"{table.name}.{form}" for form in datapackage.FORMS}
            _as_csv(con, columns, files["csv"], raw / "tanpa_judul")
            _as_parquet(con, columns, files["parquet"])
            if table.name in long:
                del files["xlsx"]
            else:
                with files["xlsx"].open("wb") as file:
                    workbook.write_xlsx(file, [column.name for column in columns], _texts(con, columns), rows)
            resources += [datapackage.resource(table, form, path, rows, making) for form, path in files.items()]
            failpoint(settings, "export.table")
    return resources


def _load(con: Any, path: Path, columns: list[Column]) -> int:
    """The rows that `_read` wrote, every column as text, in their order; an empty text is not null."""
    types = ", ".join(f"'{column.name}': 'varchar'" for column in columns)
    con.execute(
        f"create or replace table isi as select * from read_csv('{path}', header = false, columns = {{{types}}},"
        " nullstr = '', allow_quoted_nulls = false, auto_detect = false, quote = '\"', escape = '\"',"
        " strict_mode = true)"
    )
    path.unlink()
    return con.execute("select count(*) from isi").fetchone()[0]


def _shown(column: Column) -> str:
    """SQL: a value in the form for people."""
    name = QUOTED(column.name)
    return f"replace({name}, '.', '{datapackage.DECIMAL}')" if column.type == "numeric" else name


def _as_csv(con: Any, columns: list[Column], path: Path, body: Path) -> None:
    """A CSV that opens with a double click in Indonesia: BOM, semicolons, no text that would be read as a formula."""
    cells = ", ".join(
        f"regexp_replace({_shown(c)}, '^([{STARTS}])', '''\\1')" if c.type == "text" else _shown(c) for c in columns
    )
    con.execute(
        f"copy (select {cells} from isi) to '{body}' (format csv, header false, delimiter '{datapackage.DELIMITER}',"
        " quote '\"', escape '\"', nullstr '')"
    )
    with path.open("wb") as file, body.open("rb") as rows:
        file.write(BOM + datapackage.DELIMITER.join(c.name for c in columns).encode() + b"\n")
        shutil.copyfileobj(rows, file, transport.BLOCK)
    body.unlink()


def _as_parquet(con: Any, columns: list[Column], path: Path) -> None:
    cells = ", ".join(
        f"from_json({QUOTED(c.name)}, '[\"varchar\"]') as {QUOTED(c.name)}"
        if c.type == "text[]"
        else f"cast({QUOTED(c.name)} as {datapackage.TYPES[c.type][1]}) as {QUOTED(c.name)}"
        for c in columns
    )
    con.execute(f"copy (select {cells} from isi) to '{path}' (format parquet, compression zstd)")


def _texts(con: Any, columns: list[Column]) -> Iterator[tuple[str | None, ...]]:
    rows = con.execute(f"select {', '.join(map(_shown, columns))} from isi")
    while some := rows.fetchmany(FETCHED):
        yield from some
