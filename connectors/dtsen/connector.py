"""DTSEN: a monthly folder of files with a manifest (contracts/sources.md, section 1)."""

from __future__ import annotations

import contextlib
import datetime
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from connectors.core.connection import Connection
from connectors.core.files.headers import FileRead
from connectors.core.files.readers import READERS
from connectors.core.landing import Landed, Raw, finish, workspace
from connectors.core.signals import NotYet, Refusal, SourceUnavailable
from connectors.core.source import Entity, Source
from connectors.core.store import Extracted, Store, StoredFile, identity
from connectors.core.thresholds import Reference

MANIFEST = "manifest.json"
MANIFEST_LIMIT = 1 << 20
# No file has this many rows or bytes; a larger number is a mistake, and too large for the ledger.
COUNT_LIMIT = 1 << 40


def extract(source: Source, connection: Connection, periode: str, store: Store, kabupaten: str) -> Extracted:
    """Store the newest complete revision of the month: manifest.json, then the files that it names.

    Nothing is judged here (and kabupaten is not used): `land` compares what the manifest promises with the bytes.
    Raises NotYet when no revision has its manifest, SourceUnavailable when the folder cannot be read.
    """
    if connection.conn_type != "fs" or connection.path is None:
        raise SourceUnavailable(
            f"{source.nama}: connection {connection.conn_id} has conn_type {connection.conn_type};"
            " expected fs or sftp with extra.path."
        )
    folder = connection.path / source.nama / periode
    try:
        if not connection.path.is_dir():
            raise SourceUnavailable(f"{source.nama}: the folder of connection {connection.conn_id} is not there.")
        # If both rev-2 and rev-02 exist, the contract's spelling counts.
        found = {
            int(m[1]): p
            for p in sorted(_entries(folder), key=lambda p: -len(p.name))
            if (m := re.fullmatch(r"rev-(\d{1,6})", p.name)) and _ready(p)
        }
        if not found:
            raise NotYet(f"{source.nama} {periode}: no rev-<n> with {MANIFEST} yet.")
        revision = max(found)
        delivery = found[revision]
        files = [store.put(delivery / MANIFEST, MANIFEST)]
        manifest = _manifest(store.path(files[0].sha256)) or {}
        for name in _names(manifest):
            if (delivery / name).is_file() and not (delivery / name).is_symlink():
                files.append(store.put(delivery / name, name))
    except OSError as error:
        raise SourceUnavailable(
            f"{source.nama} {periode}: delivery cannot be read ({error.strerror});"
            " check the folder's rights, then run again."
        ) from None
    stored = tuple(files)
    return Extracted(source.nama, periode, revision, stored, identity(stored), _facts(manifest))


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _ready(revision: Path) -> bool:
    manifest = revision / MANIFEST
    return manifest.is_file() and not manifest.is_symlink() and not revision.is_symlink()


def _manifest(path: Path) -> dict[str, Any] | None:
    """The manifest's JSON object, or None when the bytes are no JSON object."""
    if path.stat().st_size > MANIFEST_LIMIT:
        return None
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _files(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    files = manifest.get("berkas")
    return [f for f in files if isinstance(f, dict)] if isinstance(files, list) else []


def _names(manifest: dict[str, Any]) -> list[str]:
    """Plain file names of the manifest, each once; we do not read a path or a hidden file."""
    names = [f["nama"] for f in _files(manifest) if isinstance(f.get("nama"), str)]
    return [n for n in dict.fromkeys(names) if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,80}", n) and n != MANIFEST]


def _facts(manifest: dict[str, Any]) -> dict[str, Any]:
    facts = {k: manifest.get(k) for k in ("versi_dtsen", "desil_per", "dibuat")}
    # This is published as a date, so any other value counts as unknown.
    facts["desil_per"] = _date(facts["desil_per"])
    return {
        # JSON can hold NUL and half surrogates, but Postgres cannot.
        **{k: "".join(filter(str.isprintable, str(v)[:40])) for k, v in facts.items() if v is not None},
        "baris": sum(f["baris"] for f in _files(manifest) if _is_count(f.get("baris"))),
    }


def _date(value: Any) -> str | None:
    """A JSON value that is a calendar date `YYYY-MM-DD`, else None."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return None
    with contextlib.suppress(ValueError):
        return datetime.date.fromisoformat(value).isoformat()
    return None


def _is_count(value: Any) -> bool:
    """Whether a JSON value is a number of rows or bytes; true, 1.0 and "1" are not."""
    return type(value) is int and 0 <= value <= COUNT_LIMIT


def land(source: Source, extracted: Extracted, store: Store, reference: Reference, kerja: Path) -> Landed:
    """Write the row files of a stored delivery into `kerja`. Raises Refusal with a code of rules.md."""
    manifest = _manifest(store.verified(extracted.berkas[0]))
    if manifest is None:
        raise Refusal("bentuk_tidak_terbaca", f"{MANIFEST} bukan objek JSON. Kirim ulang manifest.")
    promised = _check_manifest(source, extracted, manifest, reference)
    con = workspace(kerja)
    try:
        tables = {entitas: f"mentah_{entitas}" for entitas in promised}
        # Two files at a time: formats that need a separate process start and wait in parallel.
        with ThreadPoolExecutor(2) as pool:
            reading = {
                e: pool.submit(_read, con.cursor(), source.entitas[e], store, *promised[e], tables[e], kerja / e)
                for e in promised
            }
        reads = {entitas: future.result() for entitas, future in reading.items()}
        notices = {
            entitas: {
                "judul_tidak_dikenal": read.header_tidak_dikenal,
                "kolom_tidak_ada": read.kolom_tidak_ada,
                "diabaikan": read.diabaikan,
            }
            for entitas, read in reads.items()
        }
        if manifest.get("desil_per") not in (None, "") and _date(manifest["desil_per"]) is None:
            notices[MANIFEST] = {"kode_tidak_dikenal": {"desil_per": {"": 1}}}
        return finish(source, Raw(con, tables, {"pemberitahuan": notices}), reference, kerja)
    finally:
        con.close()


def _read(
    con: duckdb.DuckDBPyConnection,
    entity: Entity,
    store: Store,
    file: StoredFile,
    rows: int,
    table: str,
    kerja: Path,
) -> FileRead:
    """Read one file into its raw table, with its own connection and work folder.

    Raises Refusal, also when the number of rows is not the promised `rows`.
    """
    kerja.mkdir(mode=0o700, exist_ok=True)
    reader = READERS["." + file.nama.partition(".")[2].lower()]
    with con:
        read = reader(con, store.verified(file), entity, file.nama, table, kerja)
    if read.baris != rows:
        raise Refusal(
            "manifest_tidak_cocok",
            f"{file.nama}: {read.baris} baris, manifest menyebut {rows}. Kirim ulang berkas atau manifest.",
            {"baris": read.baris},
        )
    return read


def _check_manifest(
    source: Source, extracted: Extracted, manifest: dict[str, Any], reference: Reference
) -> dict[str, tuple[StoredFile, int]]:
    """Compare manifest, folder and bytes; return entity -> (stored file, promised rows)."""
    if manifest.get("periode") != extracted.periode:
        raise Refusal(
            "bulan_salah", f"Manifest bukan untuk periode {extracted.periode} (nama folder). Kirim bulan yang benar."
        )
    if str(manifest.get("kabupaten", "")).replace(".", "") != reference.kabupaten.replace(".", ""):
        raise Refusal("wilayah_salah", f"Manifest bukan untuk kabupaten {reference.kabupaten}. Periksa wilayah ekspor.")
    revision = manifest.get("revisi")
    if manifest.get("sumber") != source.nama or not _is_count(revision) or revision != extracted.revisi:
        raise Refusal(
            "manifest_tidak_cocok",
            f"Manifest tidak menyebut sumber {source.nama} dan revisi {extracted.revisi} (nama folder)."
            " Perbaiki manifest.",
        )
    stored = {f.nama: f for f in extracted.berkas[1:]}
    promised: dict[str, tuple[StoredFile, int]] = {}
    for entry in _files(manifest):
        name = entry.get("nama")
        # Systems that ignore case in names may send names in any case.
        stem, _, suffix = name.lower().partition(".") if isinstance(name, str) else ("", "", "")
        if stem not in source.entitas or stem in promised or f".{suffix}" not in READERS:
            _mismatch(f"Manifest menyebut berkas yang tidak dikenal, ganda, atau berbentuk lain dari {sorted(READERS)}")
        file = stored.get(name)
        if file is None:
            _mismatch(f"{name} ada di manifest tetapi tidak ada di folder")
        size = entry.get("ukuran")
        if file.sha256 != str(entry.get("sha256")).lower() or not _is_count(size) or file.ukuran != size:
            _mismatch(f"{name}: sha256 atau ukuran berbeda dari manifest")
        if not _is_count(entry.get("baris")):
            _mismatch(f"{name}: manifest tidak menyebut jumlah baris")
        promised[stem] = (file, entry["baris"])
    if missing := [e for e in source.entitas if e not in promised]:
        _mismatch(f"Manifest tidak menyebut {', '.join(missing)}")
    return {e: promised[e] for e in source.entitas}


def _mismatch(what: str) -> None:
    raise Refusal("manifest_tidak_cocok", f"{what}. Kirim ulang berkas dan manifest yang cocok.")
