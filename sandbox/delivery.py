"""DTSEN's monthly delivery: three files and a manifest, written last (contracts/sources.md 1)."""

import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import numpy as np

from sandbox.state import month_number, month_text

FILES = ("keluarga", "anggota", "kepesertaan")


def folder(directory: Path, periode: str) -> Path:
    """Where the files of a month wait until they are delivered."""
    return directory / "kiriman" / "dtsen" / periode


def deliver(directory: Path, inbox: Path, periode: str, revision: int = 1) -> Path:
    """Put a month's files into `<inbox>/dtsen/<periode>/rev-<n>/`, manifest last; returns the folder.

    From revision 2 on, members whose name was missing have it (that is what a corrected delivery is for).
    Raises FileNotFoundError when the month was not built.
    """
    source = folder(directory, periode)
    if not (source / "perbaikan.csv").exists():
        raise FileNotFoundError(f"month {periode} is not built in {directory}: run `python -m sandbox build` with it")
    target = inbox / "dtsen" / periode / f"rev-{revision}"
    target.mkdir(parents=True, exist_ok=True)
    (target / "manifest.json").unlink(missing_ok=True)
    entries = []
    for name in FILES:
        path = target / f"{name}.csv"
        if name == "anggota" and revision > 1:
            _correct(source, path)
        else:
            shutil.copyfile(source / path.name, path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        lines = duckdb.sql(f"select count(*) from read_csv('{path}', all_varchar = true, header = true)").fetchall()
        entries.append({"nama": path.name, "sha256": digest, "ukuran": path.stat().st_size, "baris": lines[0][0]})
    month = month_number(periode)
    quarter_end = np.datetime64(month_text(month // 3 * 3), "D") - 1
    manifest = {
        "sumber": "dtsen", "periode": periode, "revisi": revision,
        "dibuat": f"{month_text(month + 1)}-03T09:12:00+07:00", "kabupaten": "33.16",
        "versi_dtsen": _version(month), "desil_per": str(quarter_end), "berkas": entries, "sintetis": True,
    }  # fmt: skip
    waiting = target / "manifest.json.tulis"
    waiting.write_text(json.dumps(manifest, indent=1))
    waiting.rename(target / "manifest.json")
    return target


def _version(month: int) -> str:
    """The quarterly version in force: what July carries was ranked at the end of the second quarter."""
    quarter = month // 3 - 1
    return f"{quarter // 4}-T{quarter % 4 + 1}"


def _correct(source: Path, path: Path) -> None:
    """Copy `anggota` with the missing names filled in, in its order."""
    options = "all_varchar = true, header = true"
    duckdb.sql(f"""
        copy (select a.* exclude (urut) replace (coalesce(p.nama, a.nama) as nama)
              from (select *, row_number() over () as urut from read_csv('{source / "anggota.csv"}', {options})) a
              left join read_csv('{source / "perbaikan.csv"}', {options}) p using (id_anggota) order by urut
              ) to '{path}' (header, delimiter ',')""")
