"""Workbooks and Parquet files: a separate limited process opens them and returns columns of text.

Their formats can require any amount of memory, and their libraries are not made for hostile bytes. If the process is
killed, only one delivery is refused. It does not inherit our environment, so it has none of our credentials.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from connectors.core.canonical import name
from connectors.core.files.headers import FileRead, header_key, match_headers, told
from connectors.core.files.limits import READY, UNPACKED_LIMIT, WALL_LIMIT
from connectors.core.signals import Refusal
from connectors.core.source import Entity

ROOT = Path(__file__).resolve().parents[3]
REASONS = {
    "terlalu_besar": "isinya jauh lebih besar daripada kiriman yang wajar",
    "entitas_xml": "berisi definisi XML (DOCTYPE), yang tidak dibaca",
    "bukan_xlsx": "bukan buku kerja XLSX",
    "byte_nul": "berisi byte NUL",
    "tidak_utuh": "rusak, terpotong, terlalu besar, atau terkunci sandi",
}


def read_xlsx(
    con: duckdb.DuckDBPyConnection, path: Path, entity: Entity, file: str, table: str, kerja: Path
) -> FileRead:
    """Read the first worksheet into raw table `table`: its first row that is not empty holds the headers.

    Blank rows are not records. A cell to the right of the headers makes its row `bentuk_rusak`. NIK and No KK in
    number cells become text that counts as damaged (contracts/rules.md, "Typed cells").
    """
    return _read("xlsx", con, path, entity, file, table, kerja)


def read_parquet(
    con: duckdb.DuckDBPyConnection, path: Path, entity: Entity, file: str, table: str, kerja: Path
) -> FileRead:
    """Read a Parquet file into raw table `table`. Dates and integers stay exact; a NIK or No KK in a float is damaged.

    Also raises Refusal for a declared field that is nested.
    """
    return _read("parquet", con, path, entity, file, table, kerja)


def _read(
    form: str, con: duckdb.DuckDBPyConnection, path: Path, entity: Entity, file: str, table: str, kerja: Path
) -> FileRead:
    target = kerja / f"dari-{form}.arrow"
    try:
        answer = _converted(form, path, entity, file, target)
        headers = answer["judul"]
        if not headers:
            raise Refusal("kosong", f"{file}: berkas kosong. Kirim ulang lengkap.", {"baris": 0})
        found = match_headers(entity, headers, file)
        if nested := sorted(f for f, position in found.items() if position in answer["bersarang"]):
            raise Refusal("bentuk_tidak_terbaca", f"{file}: kolom {', '.join(nested)} bertingkat. Kirim sebagai teks.")
        fields = [
            f"{f'k{found[c.nama]}' if c.nama in found else 'null::varchar'} as {name(c.nama)}"
            for c in entity.kolom
            if not c.turunan
        ]
        with pa.memory_map(str(target)) as content:
            con.register("isi", pa.ipc.open_file(content).read_all())
            con.execute(f"create table {table} as select {', '.join(fields)}, bentuk_rusak from isi")
            con.unregister("isi")
    finally:
        target.unlink(missing_ok=True)
    return told(entity, headers, found, con.execute(f"select count(*) from {table}").fetchone()[0], answer["diabaikan"])


def _converted(form: str, path: Path, entity: Entity, file: str, target: Path) -> dict[str, Any]:
    """Return the answer of the limited process (`limited.main`), which wrote `target`.

    Raises Refusal when the file could not be converted, RuntimeError when the process did not even start.
    """
    if path.stat().st_size > UNPACKED_LIMIT:
        raise _refusal(file, "terlalu_besar")
    numbers = [header_key(a) for c in entity.kolom if c.tipe in ("nik", "kk") for a in (*c.alias, c.nama)]
    command = [sys.executable, "-s", "-P", "-m", "connectors.core.files.limited", form, path, target, ",".join(numbers)]
    environment = {
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "TMPDIR": str(target.parent),
        # Memory that allocators reserve in advance (arenas) would count against MEMORY_LIMIT.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
    }
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=WALL_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _refusal(file, "tidak_utuh") from None
    ready, _, answer = done.stdout.decode("utf-8", "replace").partition("\n")
    if ready != READY:
        raise RuntimeError(
            f"{file}: the process that reads {form} did not start (exit {done.returncode});"
            " run `python -m connectors.core.files.limited` to see why."
        )
    if done.returncode != 0:
        raise _refusal(file, "tidak_utuh")
    content = json.loads(answer)
    if "galat" in content:
        raise _refusal(file, content["galat"])
    return content


def _refusal(file: str, reason: str) -> Refusal:
    return Refusal("bentuk_tidak_terbaca", f"{file}: {REASONS[reason]}. Ekspor ulang, atau kirim sebagai CSV.")
