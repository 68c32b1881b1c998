"""DTSEN's monthly delivery: three files and a manifest, written last (contracts/sources.md 1)."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

from sandbox.damage import MODES, ONLY_CSV, Damage
from sandbox.forms import FORMS, PLAIN, Dialect, file_name, write
from sandbox.state import month_number, month_text

FILES = ("keluarga", "anggota", "kepesertaan")
Change = Callable[[duckdb.DuckDBPyConnection], None]
_SOUND = Damage("nothing is wrong", None)


def folder(directory: Path, periode: str) -> Path:
    """Where the files of a month wait until they are delivered."""
    return directory / "kiriman" / "dtsen" / periode


def deliver(
    directory: Path,
    inbox: Path,
    periode: str,
    revision: int,
    form: str,
    dialect: Dialect,
    damage: str | None,
    acted: Callable[[str], Change | None],
) -> Path:
    """Put a month's files into `<inbox>/dtsen/<periode>/rev-<n>/`, manifest last; returns the folder.

    From revision 2 on, members whose name was missing have it (that is what a corrected delivery is for).
    `acted` gives what the national system has meanwhile done to its rows of a month, None for nothing.
    Raises FileNotFoundError when the month was not built, ValueError for an unknown form or damage.
    """
    if form not in FORMS:
        raise ValueError(f"form {form!r} is unknown: expected one of {list(FORMS)}")
    if damage and damage not in MODES:
        raise ValueError(f"damage {damage!r} is unknown: expected one of {list(MODES)}")
    if damage in ONLY_CSV and not set(FORMS[form]) <= PLAIN:
        raise ValueError(f"damage {damage!r} is one of plain CSV: got form {form!r}")
    wrong = MODES[damage] if damage else _SOUND
    of = month_text(month_number(periode) - 1) if wrong.month_before else periode
    source, ended = _source(directory, of), acted(of)
    target = inbox / "dtsen" / periode / f"rev-{revision}"
    target.mkdir(parents=True, exist_ok=True)
    (target / "manifest.json").unlink(missing_ok=True)
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("set enable_progress_bar = false")
        for name in FILES:
            _load(con, source, name, name == "anggota" and revision > 1, bool(wrong.rows or ended))
        if ended:
            ended(con)
        if wrong.rows:
            wrong.rows(con)
        files = {}
        for name, one in zip(FILES, FORMS[form], strict=True):
            path = target / file_name(name, one)
            untouched = not (wrong.rows or ended or (name == "anggota" and revision > 1))
            if untouched and (one, dialect) == ("csv", Dialect()):
                shutil.copyfile(source / path.name, path)
            else:
                write(con, name, one, dialect, target)
            files[name] = path
        if wrong.files:
            wrong.files(files)
        rows = {name: con.execute(f"select count(*) from {name}").fetchone()[0] for name in FILES}
    manifest = _manifest(periode, revision, files, rows)
    if wrong.manifest:
        wrong.manifest(manifest)
    if wrong.late:
        wrong.late(files)
    waiting = target / "manifest.json.tulis"
    waiting.write_text(json.dumps(manifest, indent=1))
    waiting.rename(target / "manifest.json")
    return target


def _source(directory: Path, periode: str) -> Path:
    source = folder(directory, periode)
    if not (source / "perbaikan.csv").exists():
        raise FileNotFoundError(f"month {periode} is not built in {directory}: run `python -m sandbox build` with it")
    return source


def _load(con: duckdb.DuckDBPyConnection, source: Path, name: str, corrected: bool, changed: bool) -> None:
    """Read a file as text columns and `urut`, its order, into the table or view `name`.

    `corrected`: the missing names are filled in. `changed`: somebody will change the rows, so it has to be a table.
    """
    options = "all_varchar = true, header = true"
    # Rows that nobody changes stay in the file: they are read when they are written, or only counted when it is copied.
    con.execute(f"""create {"table" if corrected or changed else "view"} {name} as
        select *, row_number() over () as urut from read_csv('{source / name}.csv', {options})""")
    if corrected:
        con.execute(f"""update anggota set nama = p.nama
            from read_csv('{source / "perbaikan.csv"}', {options}) p where anggota.id_anggota = p.id_anggota""")


def _manifest(periode: str, revision: int, files: dict[str, Path], rows: dict[str, int]) -> dict:
    entries = []
    for name, path in files.items():
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        entries.append({"nama": path.name, "sha256": digest, "ukuran": path.stat().st_size, "baris": rows[name]})
    month = month_number(periode)
    quarter_end = np.datetime64(month_text(month // 3 * 3), "D") - 1
    return {
        "sumber": "dtsen", "periode": periode, "revisi": revision,
        "dibuat": f"{month_text(month + 1)}-03T09:12:00+07:00", "kabupaten": "33.16",
        "versi_dtsen": _version(month), "desil_per": str(quarter_end), "berkas": entries, "sintetis": True,
    }  # fmt: skip


def _version(month: int) -> str:
    """The quarterly version in force: that of the quarter before, since July carries the ranking of the end of June."""
    quarter = month // 3 - 1
    return f"{quarter // 4}-T{quarter % 4 + 1}"
