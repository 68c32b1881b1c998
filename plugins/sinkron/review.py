"""Export the review queue to a spreadsheet, and import people's decisions into the ledger `identitas.pertimbangan`.

A file is taken whole or not at all; errors are reported by row, never by value. An export holds personal data.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

import psycopg

from sinkron import database, remote, review_rows, transport
from sinkron.review_rows import FORMULA, NUMBER, SUFFIXES, ReviewRefused
from sinkron.settings import Settings

LOCK = "sinkron:tinjauan"
# A file with a hundred thousand judgements is a tenth of this size.
SIZE_LIMIT = 50 << 20
SHOWN = 20


def export(settings: Settings, file: str) -> tuple[Path, int]:
    """Write the open questions of the release that was linked last, the most worthwhile first; return path and rows.

    A bare name goes to the folder of exports. Only the owner may read the file (0600), and it is never overwritten.
    Raises ReviewRefused for a suffix not in SUFFIXES, a name with a long number, or a file that exists.
    """
    path = _target(settings, file)
    with database.connect(settings) as connection:
        rows = review_rows.questions(connection)
    content = _as_csv(rows) if path.suffix.lower() == ".csv" else _as_xlsx(rows)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ReviewRefused(
            "berkas tujuan sudah ada dan mungkin sudah diisi orang; pilih nama lain atau pindahkan dahulu"
        ) from None
    except OSError as error:
        raise ReviewRefused(f"berkas tujuan tidak dapat dibuat ({type(error).__name__}); periksa foldernya") from None
    with os.fdopen(descriptor, "wb") as target:
        target.write(content)
    return path, len(rows)


def is_private(settings: Settings, path: Path) -> bool:
    """Whether a path is in one of the folders that may hold personal data."""
    return any(path.resolve().is_relative_to(folder.resolve()) for folder in settings.private_folders().values())


def _target(settings: Settings, file: str) -> Path:
    if Path(file).suffix.lower() not in SUFFIXES:
        raise ReviewRefused(f"akhiran berkas harus salah satu dari {', '.join(SUFFIXES)}")
    if NUMBER.search(Path(file).name):
        raise ReviewRefused("nama berkas tidak boleh memuat nomor panjang; pilih nama lain")
    if Path(file).name != file:
        return Path(file).absolute()
    folder = settings.private_folders()["ekspor"]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / file


def _as_csv(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(review_rows.COLUMNS)
    writer.writerows([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows)
    # With a BOM, because without it spreadsheets assume another encoding.
    return text.getvalue().encode("utf-8-sig")


def _as_xlsx(rows: list[tuple[str, ...]]) -> bytes:
    from connectors.siks_ng.workbook import as_xlsx

    return as_xlsx([review_rows.COLUMNS, *rows])


def take(settings: Settings, path: Path, oleh: str | None = None) -> dict[str, Any]:
    """Add the judgements of a file to the ledger, all or none; returns {"diterima", "kosong", "sudah"}.

    `oleh` is the judge of rows that name nobody. The same bytes again change nothing. Rows with empty `putusan` and
    `alasan` are still open and left out. Raises ReviewRefused with the errors, row by row.
    """
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise ReviewRefused(f"berkas lebih besar dari {SIZE_LIMIT >> 20} MiB; bagi menjadi beberapa berkas")
        content = path.read_bytes()
    except OSError as error:
        raise ReviewRefused(f"berkas tidak dapat dibaca ({type(error).__name__})") from None
    sha256 = hashlib.sha256(content).hexdigest()
    with transport.work_folder(settings, "tinjauan") as folder:
        rows, empty = review_rows.read(folder, path.suffix.lower(), content, oleh)
    with database.connect(settings) as connection:
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
        if connection.execute("select 1 from identitas.pertimbangan where sha256 = %s limit 1", [sha256]).fetchone():
            return {"diterima": 0, "kosong": empty, "sudah": True}
        if wrong := review_rows.problems(connection, rows):
            more = [f"dan {len(wrong) - SHOWN} lagi"] if len(wrong) > SHOWN else []
            raise ReviewRefused(
                f"{len(wrong)} kesalahan, tidak ada yang dicatat: {'; '.join([*wrong[:SHOWN], *more])}."
                " Baris dihitung tanpa judul kolom; perbaiki lalu masukkan lagi"
            )
        _keep(connection, rows, sha256)
    return {"diterima": len(rows), "kosong": empty, "sudah": False}


def _keep(connection: psycopg.Connection, rows: list[review_rows.Row], sha256: str) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into identitas.pertimbangan (id_tinjauan, grain, sumber_a, id_a, sumber_b, id_b, putusan, oleh,"
            " alasan, sha256) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [(r.id_tinjauan, r.grain, *r.a, *r.b, r.putusan, r.oleh, r.alasan, sha256) for r in rows],
        )


def read_inbox(settings: Settings) -> dict[str, Any]:
    """Take the files of `<inbox>/tinjauan` (rules.md "Cases and deactivation").

    Returns how many files brought something new and how many were refused. A refused file stops nothing: a report next
    to the other reports says why. An inbox that cannot be reached stops nothing either (`tinjauan_tidak_terjangkau`
    says why): its files are taken the next time.
    """
    from connectors.interface import SourceUnavailable

    taken = refused = 0
    unread: dict[str, str] = {}
    try:
        remote.fetch(settings, "dtsen_inbox", "tinjauan")
    except SourceUnavailable as why:
        unread = {"tinjauan_tidak_terjangkau": str(why)}
    for path in sorted((settings.inbox / "tinjauan").glob("*")):
        if path.suffix.lower() not in SUFFIXES or path.is_symlink() or not path.is_file():
            continue
        try:
            told = take(settings, path)
            taken += told["diterima"] > 0
            report = {"status": "sama" if told["sudah"] else "diterima", "baris": told["diterima"]}
        except ReviewRefused as why:
            refused += 1
            report = {"status": "ditolak", "pesan": str(why)}
        folder = settings.outbox / "laporan" / "tinjauan"
        folder.mkdir(parents=True, exist_ok=True)
        # The report is named by a hash of the file's name: the name may identify a person, and the content may be
        # unreadable.
        name = hashlib.sha256(path.name.encode()).hexdigest()[:12]
        # Renamed when it is complete, because another step may send the folder at the same time.
        beside = folder / f"{name}.tmp"
        beside.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
        beside.replace(folder / f"{name}.json")
    return {"tinjauan_masuk": taken, "tinjauan_ditolak": refused, **unread}
