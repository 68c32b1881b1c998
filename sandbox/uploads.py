"""The operator of SIKS-NG: uploads complete folders of the outbox and puts the answers into the inbox
(contracts/sinks.md 2)."""

import csv
import fcntl
import hashlib
import io
import json
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from sandbox import effects, verdicts
from sandbox.receipts import CANCEL, NEW, PROPOSAL, SIKS_NG, Batch, Receipts, write_whole
from sandbox.trouble import Trouble

EVERY_SECONDS = 0.5
COLUMNS = {
    "penonaktifan.csv": "id_baris;no_kk;nik;nama;program;kode_alasan;tanggal_verifikasi;bukti;kode_desa",
    "pembatalan.csv": "id_baris;alasan",
    "usulan.csv": (
        "id_baris;jenis;no_kk;nik;nama;program;kode_desa;nomor_berita_acara;tanggal_verifikasi;bukti"
    ),
}  # fmt: skip
_KINDS = {"penonaktifan.csv": NEW, "pembatalan.csv": CANCEL, "usulan.csv": PROPOSAL}
_FACTS = ("nomor", "nomor_sk", "bulan_efektif", "dibuat", "berkas")


class _Refused(Exception):
    """A folder that cannot be uploaded: the code of the violation, and the file."""

    def __init__(self, code: str, file: str):
        super().__init__(code, file)
        self.code, self.file = code, file


class Operator:
    """Uploads and answers in a thread until it is told to stop."""

    def __init__(self, directory: Path, inbox: Path, outbox: Path, trouble: Callable[[], Trouble]):
        self._stop = threading.Event()
        self._where, self._trouble = (Receipts(directory), directory, inbox, outbox), trouble
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after what is being done."""
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            # If a folder is taken away while it is read, the next pass looks again.
            with suppress(OSError):
                _pass(*self._where, self._trouble())


def answer_uploads(
    directory: Path | str, inbox: Path | str, outbox: Path | str, trouble: Trouble | None = None
) -> list[Path]:
    """Upload what is new in the outbox and write the answers that are due into the inbox; return these files.

    A folder without manifest counts as not there yet. A folder that does not match its manifest, or that changed after
    it was uploaded, gets no answer and is recorded as a violation. Each call gives a folder its next answer until none
    is left. There is only one answer, unless `trouble` asks for more.
    """
    return _pass(Receipts(directory), Path(directory), Path(inbox), Path(outbox), trouble or Trouble())


def _pass(receipts: Receipts, directory: Path, inbox: Path, outbox: Path, trouble: Trouble) -> list[Path]:
    folders, hasil = [path.parent for path in outbox.glob("siks-ng/*/*/manifest.json")], inbox / "siks-ng" / "hasil"
    if not folders:
        return []
    hasil.mkdir(parents=True, exist_ok=True)
    receipts.folder.mkdir(exist_ok=True)
    written = []
    with (receipts.folder / "operator").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for folder in sorted(folders):
            key = f"{folder.parent.name}/{folder.name}"
            try:
                batch = _upload(directory, receipts, folder, key)
            except _Refused as refusal:
                with receipts.writing():
                    receipts.violate(SIKS_NG, refusal.code, kunci=key, berkas=refusal.file)
                continue
            if not batch.finished:
                written.append(_answer(receipts, batch, hasil, trouble))
    return written


def _upload(directory: Path, receipts: Receipts, folder: Path, key: str) -> Batch:
    content = (folder / "manifest.json").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    with receipts.reading() as state:
        known = [batch for batch in state.batches.values() if (batch.receiver, batch.key) == (SIKS_NG, key)]
    if known:
        if known[0].content != digest:
            raise _Refused("folder_berubah", "manifest.json")
        return known[0]
    manifest = _manifest(content, folder)
    files = _files(manifest, folder)
    (name,) = set(files) & set(_KINDS)
    rows = _rows(name, files[name])
    if book := files.get(name.replace(".csv", ".xlsx")):
        _same_rows(book, name, rows)
    kind, month = _KINDS[name], folder.parent.name
    with receipts.writing() as state:
        for body in files.values():
            receipts.keep(body)
        receipts.keep(content)
        for row in rows:
            if kind == NEW and (row["id_baris"], SIKS_NG) in state.rows:
                receipts.violate(SIKS_NG, "baris_dua_kali", id_baris=row["id_baris"], kunci=key)
        # An empty field is what the district does not know.
        taken = [{name: row.get(name) or None for name in effects.ASKED} for row in rows]
        if kind == NEW:
            verdicts.assign(state, SIKS_NG, month, taken, effects.look(directory, SIKS_NG, month, taken))
        return receipts.take(f"SIKS-{key}", SIKS_NG, kind, key, month, digest, taken, manifest["nomor_sk"])


def _manifest(content: bytes, folder: Path) -> dict:
    try:
        manifest = json.loads(content)
        facts = {name: manifest[name] for name in _FACTS}
        named = {entry["nama"] for entry in facts["berkas"]}
    except (ValueError, KeyError, TypeError):
        raise _Refused("manifest_rusak", "manifest.json") from None
    if (facts["bulan_efektif"], facts["nomor"]) != (folder.parent.name, folder.name) or not re.fullmatch(
        r"\d{4}-\d\d/\d{4}", f"{folder.parent.name}/{folder.name}"
    ):
        raise _Refused("manifest_rusak", "manifest.json")
    there = {path.name for path in folder.iterdir()} - {"manifest.json"}
    books = {name.replace(".csv", ".xlsx") for name in named & set(_KINDS) if name != "pembatalan.csv"}
    if named != there or len(named & set(_KINDS)) != 1 or named - set(_KINDS) - books:
        raise _Refused("berkas_tidak_cocok", ", ".join(sorted(named ^ there)) or "manifest.json")
    return manifest


def _files(manifest: dict, folder: Path) -> dict[str, bytes]:
    files = {}
    for entry in manifest["berkas"]:
        body = files[entry["nama"]] = (folder / entry["nama"]).read_bytes()
        if hashlib.sha256(body).hexdigest() != entry.get("sha256") or len(body) != entry.get("ukuran"):
            raise _Refused("sha256_tidak_cocok", entry["nama"])
        if entry["nama"] in _KINDS and entry.get("baris") != len(_rows(entry["nama"], body)):
            raise _Refused("baris_tidak_cocok", entry["nama"])
    return files


def _rows(name: str, body: bytes) -> list[dict[str, str]]:
    """The rows of a file, sorted by id_baris. Raises _Refused unless it has exactly the documented form."""
    columns = COLUMNS[name].split(";")
    try:
        text = body.decode()
        head, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError):
        raise _Refused("bentuk_salah", name) from None
    crlf = text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    if not crlf or head != columns or any(len(row) != len(columns) for row in rows):
        raise _Refused("bentuk_salah", name)
    if not rows or any(not re.fullmatch("[0-9a-f]{64}", row[0]) for row in rows):
        raise _Refused("baris_tidak_sah", name)
    if len({row[0] for row in rows}) < len(rows):
        raise _Refused("kunci_ganda", name)
    return sorted((dict(zip(columns, row, strict=True)) for row in rows), key=lambda row: row["id_baris"])


def _same_rows(book: bytes, name: str, rows: list[dict[str, str]]) -> None:
    try:
        cells = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    except CalamineError:
        cells = []
    if not cells or cells[0] != COLUMNS[name].split(";") or sorted(cells[1:]) != [list(row.values()) for row in rows]:
        raise _Refused("lembar_berbeda", name.replace(".csv", ".xlsx"))


def _answer(receipts: Receipts, batch: Batch, hasil: Path, trouble: Trouble) -> Path:
    with receipts.writing() as state:
        told, last, turned = verdicts.answer(state, batch, trouble.modes, "jawaban_bertahap" in trouble.modes)
        name = f"hasil_{'usulan_' if batch.kind == PROPOSAL else ''}{batch.key.replace('/', '_')}"
        path = hasil / f"{name}{f'_{batch.rounds}' if batch.rounds else ''}.csv"
        lines = [f"{row['id_baris']};{row['status']};{row.get('kode', '')};{row.get('pesan', '')}" for row in told]
        # The file comes first, then the record: if the process is killed in between, it writes the same answer again.
        write_whole(path, "\r\n".join(["id_baris;status;kode;pesan", *lines, ""]).encode())
        receipts.tell(batch, told, last, turned)
        return path
