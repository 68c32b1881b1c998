"""From raw tables to row files: values made canonical, rows validated, the delivery judged, CSV written for COPY."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from connectors.core import notices, validate, wilayah
from connectors.core.canonical import canonicalise, name, quoted
from connectors.core.signals import Refusal
from connectors.core.source import Source
from connectors.core.store import Extracted
from connectors.core.thresholds import Judge, Reference

T = TypeVar("T")
# Type of a column -> code of the `masalah` row for a value that did not parse; else nilai_tidak_terbaca.
PROBLEM = {
    "tanggal": "tanggal_tidak_terbaca",
    "waktu": "waktu_tidak_terbaca",
    "kode": "kode_tidak_dikenal",
    "desil": "kode_tidak_dikenal",
    "exclude": "kode_tidak_dikenal",
    "jenis_kelamin": "kode_tidak_dikenal",
}


@dataclass(frozen=True)
class EntityFile:
    """One table to COPY. path: CSV without header, NULL as an empty field; columns: its columns in order."""

    path: Path
    columns: tuple[str, ...]
    diterima: int
    dimuat: int
    dikarantina: int


@dataclass(frozen=True)
class Landed:
    """A delivery that may be loaded.

    karantina: CSV berkas, nomor_baris, id_sumber, kode. masalah: CSV berkas, nomor_baris, id_sumber, kolom, kode.
    Both without header and without values. sha256_isi: identity of the sorted canonical rows of all tables.
    ukuran: statistics for the next Reference and for people (no personal values).
    """

    entitas: dict[str, EntityFile]
    karantina: Path
    masalah: Path
    sha256_isi: str
    ukuran: dict[str, Any]


@dataclass(frozen=True)
class Raw:
    """Raw tables of a delivery in `con`, in delivery order.

    tabel: entity -> table with one text column per declared field that is not derived, and boolean `bentuk_rusak` (the
    row has another number of fields than its header). pemberitahuan: notices without values; its key
    `pemberitahuan` holds those of an entity (unknown headers, absent optional columns) or of the manifest.
    """

    con: duckdb.DuckDBPyConnection
    tabel: dict[str, str]
    pemberitahuan: dict[str, Any]


def workspace(kerja: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB whose spill files stay in the private work folder `kerja`."""
    kerja.mkdir(parents=True, exist_ok=True, mode=0o700)
    con = duckdb.connect(":memory:")
    con.execute(f"set temp_directory = {quoted(str(kerja / 'duckdb'))}")
    con.execute("set memory_limit = '2500MB'")
    con.execute("set preserve_insertion_order = true")
    con.execute("set enable_progress_bar = false")
    con.execute("set timezone = 'UTC'")
    return con


def finish(source: Source, raw: Raw, reference: Reference, kerja: Path) -> Landed:
    """Validate raw tables and write the row files into `kerja`. Raises Refusal when the delivery is refused."""
    con = raw.con
    wilayah.load_regions(con, reference.kabupaten, reference.wilayah, reference.kecamatan_bps, reference.alias_desa)
    tables = {entitas: f"bersih_{entitas}" for entitas in source.entitas}

    def clean(own: duckdb.DuckDBPyConnection, entitas: str) -> None:
        canonicalise(own, source, entitas, raw.tabel[entitas], tables[entitas])
        own.execute(f"drop table {raw.tabel[entitas]}")

    _two_at_a_time(con, clean, tables)
    judge = Judge(con, source, tables, reference)
    judge.rows_present()
    wilayah.resolve(con, tables[source.family], reference.kabupaten, source.desa.kode, source.desa.nama)
    judge.region()
    judge.kecamatan_complete()
    judge.columns_in_place()
    judge.numbers_whole()
    nik_ganda = judge.duplicate_share()
    judge.codes_known()
    judge.not_shrunk()
    validate.settle(con, source, tables)
    sha256_isi = content_identity(con, source, tables)
    judge.not_repeated(sha256_isi)
    files = _two_at_a_time(
        con, lambda own, e: _write_entity(own, source, e, tables[e], judge.received[e], kerja), tables
    )
    karantina = _write_quarantine(con, source, tables, kerja)
    masalah = _write_problems(con, source, tables, kerja)
    noticed = raw.pemberitahuan.get("pemberitahuan", {})
    ukuran = {
        **raw.pemberitahuan,
        "pemberitahuan": {
            **noticed,
            **{
                e: {**noticed.get(e, {}), "kode_tidak_dikenal": notices.unknown_codes(con, source.entitas[e], t)}
                for e, t in tables.items()
            },
        },
        "nik_ganda": nik_ganda,
        "keluarga_per_kecamatan": dict(
            con.execute(
                f"select left(kode_desa, 8), count(*) from {tables[source.family]}"
                " where kode is null and kode_desa is not null group by 1 order by 1"
            ).fetchall()
        ),
        "karantina": _quarantine_counts(con, tables),
    }
    return Landed(files, karantina, masalah, sha256_isi, ukuran)


def _two_at_a_time(
    con: duckdb.DuckDBPyConnection, work: Callable[[duckdb.DuckDBPyConnection, str], T], entities: Iterable[str]
) -> dict[str, T]:
    """Do `work` for each entity, two at the same time, and return the results by entity.

    DuckDB uses one core for a table of a few hundred thousand rows. Each entity has its own connection, and therefore
    its own temporary tables.
    """

    def on_its_own(entitas: str) -> T:
        with con.cursor() as own:
            return work(own, entitas)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(entities, pool.map(on_its_own, entities), strict=True))


def content_identity(con: duckdb.DuckDBPyConnection, source: Source, tables: dict[str, str]) -> str:
    """sha256 over the canonical rows of all tables as sets: equal rows in any file format or order have the same.

    The rows are not sorted. Their 128-bit hashes are combined in ways that do not depend on the order: by exclusive or,
    and half of each hash by sum, so that duplicate rows do not cancel out.
    """

    def facts(own: duckdb.DuckDBPyConnection, entitas: str) -> tuple:
        return own.execute(
            "select count(*), bit_xor(sidik), sum((sidik >> 64)::hugeint) from"
            f" (select md5_number({validate.content(source.entitas[entitas])}) as sidik from {tables[entitas]})"
        ).fetchone()

    told = _two_at_a_time(con, facts, tables)
    return hashlib.sha256("".join(f"{source.nama}.{e}:{told[e]}\n" for e in tables).encode()).hexdigest()


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    path.unlink(missing_ok=True)
    con.execute(f"copy ({query}) to {quoted(str(path))} (format csv, header false, delimiter ',', nullstr '')")
    path.chmod(0o600)


def _write_entity(
    con: duckdb.DuckDBPyConnection, source: Source, entitas: str, table: str, received: int, kerja: Path
) -> EntityFile:
    columns = source.columns_landed(entitas)
    path = kerja / f"{source.nama}_{entitas}.csv"
    _copy(con, f"select {', '.join(map(name, columns))} from {table} where kode is null", path)
    loaded = con.execute(f"select count(*) from {table} where kode is null").fetchone()[0]
    return EntityFile(path, columns, received, loaded, received - loaded)


def _write_quarantine(con: duckdb.DuckDBPyConnection, source: Source, tables: dict[str, str], kerja: Path) -> Path:
    query = " union all ".join(
        f"select {quoted(e)} as berkas, nomor_baris, {name(source.entitas[e].id)} as id_sumber, kode"
        f" from {t} where kode is not null"
        for e, t in tables.items()
    )
    path = kerja / f"{source.nama}_karantina.csv"
    _copy(con, query, path)
    return path


def _write_problems(con: duckdb.DuckDBPyConnection, source: Source, tables: dict[str, str], kerja: Path) -> Path:
    """One row for each value that did not parse, from the keys of `mentah`, which few rows have."""
    parts = []
    for entitas, table in tables.items():
        entity = source.entitas[entitas]
        named = [c for c in entity.kolom if c.tipe in PROBLEM]
        kode = " ".join(f"when {quoted(c.nama)} then {quoted(PROBLEM[c.tipe])}" for c in named)
        kode = f"case kolom {kode} else 'nilai_tidak_terbaca' end" if kode else "'nilai_tidak_terbaca'"
        parts.append(
            f"""
            select {quoted(entitas)} as berkas, nomor_baris, id_sumber, kolom, {kode} as kode from (
                select nomor_baris, {name(entity.id)} as id_sumber, unnest(json_keys(mentah)) as kolom
                from {table} where mentah is not null and kode is null
            )
            """
        )
    path = kerja / f"{source.nama}_masalah.csv"
    _copy(con, " union all ".join(parts), path)
    return path


def _quarantine_counts(con: duckdb.DuckDBPyConnection, tables: dict[str, str]) -> dict[str, int]:
    parts = " union all ".join(f"select kode from {t} where kode is not null" for t in tables.values())
    return dict(con.execute(f"select kode, count(*) from ({parts}) group by kode order by kode").fetchall())


def report(outcome: Landed | Refusal, extracted: Extracted) -> dict[str, Any]:
    """The sender's report in <outbox>/laporan: status, kode, pesan, baris (rows received), dikarantina by code."""
    if isinstance(outcome, Refusal):
        return {
            "status": "ditolak",
            "kode": outcome.kode,
            "pesan": outcome.pesan,
            "baris": outcome.rincian.get("baris", extracted.keterangan.get("baris", 0)),
            "dikarantina": {},
        }
    received = sum(f.diterima for f in outcome.entitas.values())
    held = sum(f.dikarantina for f in outcome.entitas.values())
    return {
        "status": "diterima",
        "kode": None,
        "pesan": f"{received} baris diterima, {received - held} dimuat, {held} dikarantina.",
        "baris": received,
        "dikarantina": outcome.ukuran["karantina"],
    }
