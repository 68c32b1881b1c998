"""Deactivations to DTSEN: folders that an operator uploads to SIKS-NG (contracts/sinks.md, section 2)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path, PurePath
from typing import TypeVar

from connectors.core.connection import Connection
from connectors.core.store import sync_folder
from connectors.core.target import Cancellation, Row, ordered
from connectors.siks_ng.workbook import as_xlsx

FOLDER = "siks-ng"
MANIFEST = "manifest.json"
FIELDS = (
    "id_baris", "no_kk", "nik", "nama", "program", "kode_alasan", "tanggal_verifikasi", "bukti", "kode_desa",
)  # fmt: skip
# All files that our folder may hold; other files, left by an operator's programs, are not ours.
OURS = ("penonaktifan.csv", "penonaktifan.xlsx", "pembatalan.csv", MANIFEST)
# The same rights as exports: only owner and group of the outbox may read, whatever the umask of the writing process.
FOLDER_MODE, FILE_MODE = 0o750, 0o640
WIB = timezone(timedelta(hours=7))
Place = TypeVar("Place", bound=PurePath)


def write(
    outbox: Path,
    bulan_efektif: str,
    nomor: str,
    rows: Iterable[Row],
    cancellations: Iterable[Cancellation],
    nomor_sk: str,
    dibuat: datetime,
) -> Path:
    """Write `<outbox>/siks-ng/<bulan_efektif>/<nomor>/` with either rows or cancellations; return the folder.

    It appears in one rename, complete and durable. A second call with the same arguments leaves it as it is. Only one
    caller at a time: leftovers of a killed run are removed. Raises ValueError for arguments that make no folder,
    FileExistsError when the folder exists with other content, OSError when the outbox cannot be written.
    """
    files = _files(bulan_efektif, nomor, ordered(rows), ordered(cancellations), nomor_sk, dibuat)
    month = outbox / FOLDER / bulan_efektif
    folder = month / nomor
    beside = _beside(folder)
    outbox.mkdir(parents=True, exist_ok=True)
    for above in (month.parent, month):
        above.mkdir(FOLDER_MODE, exist_ok=True)
    if beside.exists():
        shutil.rmtree(beside)
    if not folder.exists():
        beside.mkdir(0o700)
        for name, content in files.items():
            with (beside / name).open("wb") as file:
                os.fchmod(file.fileno(), FILE_MODE)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        beside.chmod(FOLDER_MODE)
        sync_folder(beside)
        beside.rename(folder)
    sync_folder(month)
    sync_folder(month.parent)
    _compare(_ours(folder), files, f"{bulan_efektif}/{nomor}")
    return folder


def upload(connection: Connection, folder: Path) -> None:
    """Copy the folder that `write` made to its place below the outbox of an `sftp` connection.

    It appears in one rename, complete. A second upload leaves it as it is, and reads it back to check that it is equal.
    Raises FileExistsError when it exists with other content, SourceUnavailable when the server cannot be reached or
    written to.
    """
    from connectors.core.sftp import Session, attempt

    files, number = _ours(folder), f"{folder.parent.name}/{folder.name}"
    place = connection.path / FOLDER / folder.parent.name / folder.name
    remote, beside = str(place), str(_beside(place))

    def work(session: Session) -> dict[str, bytes]:
        if session.entry(remote) is None:
            session.remove_folder(beside)
            session.make_folders(str(place.parent))
            session.make_folders(beside)
            for name, content in files.items():
                session.write(f"{beside}/{name}", io.BytesIO(content))
            session.rename(beside, remote)
        there = {name: entry for name, entry in session.entries(remote).items() if name in OURS}
        return {name: b"".join(session.read(f"{remote}/{name}", entry.size)) for name, entry in there.items()}

    _compare(attempt(connection, work), files, number)


def _beside(folder: Place) -> Place:
    """Where a folder is made before it appears: outside the folder of its month, because a program that looks for
    manifests there would find it too early.
    """
    return folder.parent.parent / f".{folder.parent.name}-{folder.name}.tmp"


def _ours(folder: Path) -> dict[str, bytes]:
    """Our files in a folder, in the order in which they are written: the manifest last."""
    return {name: (folder / name).read_bytes() for name in OURS if (folder / name).is_file()}


def _compare(there: dict[str, bytes], files: dict[str, bytes], number: str) -> None:
    if there != files:
        other = sorted(n for n in OURS if there.get(n) != files.get(n))
        raise FileExistsError(
            f"siks_ng: {FOLDER}/{number} is there with other content ({', '.join(other)}), and may have"
            " been uploaded; expected the same list as before. Give this list the next number."
        )


def _files(
    bulan_efektif: str,
    nomor: str,
    rows: Sequence[Row],
    cancellations: Sequence[Cancellation],
    nomor_sk: str,
    dibuat: datetime,
) -> dict[str, bytes]:
    """The files of a folder in the order in which they are written."""
    if not re.fullmatch(r"\d{4}-\d{2}", bulan_efektif) or not re.fullmatch(r"\d{4}", nomor):
        raise ValueError("siks_ng: bulan_efektif has to be YYYY-MM and nomor four digits.")
    if bool(rows) == bool(cancellations):
        raise ValueError(
            f"siks_ng: {len(rows)} rows and {len(cancellations)} cancellations for {bulan_efektif}/{nomor}; expected"
            " one of them, the other goes into a folder of its own."
        )
    if dibuat.tzinfo is None:
        raise ValueError("siks_ng: dibuat has no offset; give an instant.")
    if rows:
        table = [FIELDS, *(tuple(getattr(row, name) or "" for name in FIELDS) for row in rows)]
        files = {"penonaktifan.csv": _as_csv(table), "penonaktifan.xlsx": as_xlsx(table)}
    else:
        files = {"pembatalan.csv": _as_csv([Cancellation._fields, *cancellations])}
    manifest = {
        "nomor": nomor,
        "nomor_sk": nomor_sk,
        "bulan_efektif": bulan_efektif,
        # One instant always has the same form, whatever the caller's time zone.
        "dibuat": dibuat.astimezone(WIB).isoformat(timespec="seconds"),
        "berkas": [
            {
                "nama": name,
                "sha256": hashlib.sha256(content).hexdigest(),
                "ukuran": len(content),
                "baris": len(rows) or len(cancellations),
            }
            for name, content in files.items()
        ],
    }
    return {**files, MANIFEST: (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()}


def _as_csv(table: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(table)
    return out.getvalue().encode()
