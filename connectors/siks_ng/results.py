"""SIKS-NG's answers to uploaded folders: result files, read whole or not at all (contracts/sinks.md, section 2)."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from connectors.core.signals import SourceUnavailable
from connectors.core.target import ROW_ID, STATUSES, Verdict, message, reason_code

FOLDER = Path("siks-ng/hasil")
NAME = re.compile(r"hasil_(\d{4}-\d{2})_(\d{4})(?:_([1-9]\d{0,3}))?\.csv")
# Answers to proposals are in the same folder.
OF_PROPOSALS = re.compile(r"hasil_usulan_.*\.csv")
HEADER = ["id_baris", "status", "kode", "pesan"]
LIMIT = 64 << 20


@dataclass(frozen=True)
class Result:
    """One result file. k: 0 for a file without `_<k>`. masalah: why nothing was taken from it, else None.

    masalah: `nama_tidak_dikenal`, `terlalu_besar`, `bukan_utf8`, `judul_salah`, `bentuk_rusak` (fields, quotes, NUL),
    `terpotong` (the same in the last line, or an empty file: it may still be written), `id_baris_salah`,
    `status_tidak_dikenal`.
    """

    berkas: str
    bulan_efektif: str
    nomor: str
    k: int
    sha256: str
    hasil: tuple[Verdict, ...]
    masalah: str | None


class _Broken(Exception):
    """Why a file is not taken."""


def results(inbox: Path) -> list[Result]:
    """Every result file in `<inbox>/siks-ng/hasil`, by month, number and k; files of other names come first.

    A last line without a line end counts when it has all its fields: a file may be partial anyway, and if more is
    written later, the file has another sha256. Raises SourceUnavailable when the inbox cannot be read.
    """
    folder = inbox / FOLDER
    try:
        if not inbox.is_dir():
            raise SourceUnavailable("siks_ng: the inbox is not there; check the folder of connection dtsen_inbox.")
        paths = [p for p in folder.iterdir() if _is_result(p)] if folder.is_dir() else []
        return sorted((_read(p) for p in paths), key=lambda r: (r.bulan_efektif, r.nomor, r.k, r.berkas))
    except OSError as error:
        raise SourceUnavailable(
            f"siks_ng: {FOLDER} cannot be read ({error.strerror}); check the folder's rights, then run again."
        ) from None


def verdicts(read: Iterable[Result]) -> dict[tuple[str, str], tuple[Verdict, ...]]:
    """The valid verdicts by (bulan_efektif, nomor): for each row the verdict of the highest k that names it.

    So a row may change from `diterima` to `ditolak`; the caller sees this from the state that it knew. A file with a
    `masalah` is ignored: until it is corrected, the earlier files count.
    """
    counts: dict[tuple[str, str], dict[str, Verdict]] = {}
    for result in sorted((r for r in read if r.masalah is None), key=lambda r: r.k):
        rows = counts.setdefault((result.bulan_efektif, result.nomor), {})
        rows.update({v.id_baris: v for v in result.hasil})
    return {folder: tuple(rows[i] for i in sorted(rows)) for folder, rows in sorted(counts.items())}


def _is_result(path: Path) -> bool:
    """Whether a file is meant to be a result, also if people or their systems changed its name."""
    name = path.name.lower()
    ours = name.startswith("hasil") and not OF_PROPOSALS.fullmatch(path.name)
    return ours and path.is_file() and not path.is_symlink()


def _read(path: Path) -> Result:
    # A name that somebody made up may hold the number of a person.
    shown = re.sub(r"\d{9,}", "…", path.name)
    if path.stat().st_size > LIMIT:
        return Result(shown, "", "", 0, "", (), "terlalu_besar")
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if (named := NAME.fullmatch(path.name)) is None:
        return Result(shown, "", "", 0, sha256, (), "nama_tidak_dikenal")
    month, number, k = named[1], named[2], int(named[3] or 0)
    try:
        return Result(shown, month, number, k, sha256, _verdicts(content), None)
    except _Broken as why:
        return Result(shown, month, number, k, sha256, (), why.args[0])


def _verdicts(content: bytes) -> tuple[Verdict, ...]:
    """The rows of a file; of a repeated row, the later line. Raises _Broken with a `masalah`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _Broken("bukan_utf8") from None
    if "\0" in text:
        raise _Broken("bentuk_rusak")
    lines = _lines(text)
    if not lines:
        raise _Broken("terpotong")
    if lines[0] != HEADER:
        raise _Broken("judul_salah")
    if any(len(line) != len(HEADER) for line in lines[1:-1]):
        raise _Broken("bentuk_rusak")
    if len(lines[-1]) != len(HEADER):
        raise _Broken("bentuk_rusak" if text.endswith("\n") else "terpotong")
    if any(ROW_ID.fullmatch(line[0]) is None for line in lines[1:]):
        raise _Broken("id_baris_salah")
    if any(line[1] not in STATUSES for line in lines[1:]):
        raise _Broken("status_tidak_dikenal")
    found = {i: Verdict(i, status, reason_code(kode), message(pesan)) for i, status, kode, pesan in lines[1:]}
    return tuple(found[i] for i in sorted(found))


def _lines(text: str) -> list[list[str]]:
    """Records without empty lines. An unclosed quote counts as a cut file when it reaches the end of the file."""
    try:
        return [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True) if line]
    except csv.Error as error:
        raise _Broken("terpotong" if "unexpected end of data" in str(error) else "bentuk_rusak") from None
