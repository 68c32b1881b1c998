"""Content-addressed store of received bytes: named by their sha256, read-only, written before anything is parsed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


@dataclass(frozen=True)
class StoredFile:
    """One file as received. nama: the source's name for it; ukuran: bytes."""

    nama: str
    sha256: str
    ukuran: int


@dataclass(frozen=True)
class Extracted:
    """One delivery as received: exact bytes, in order, and facts without personal data.

    revisi: from the manifest (DTSEN), 0 for REST. sha256: identity of the bytes, see `identity`; for a read over pages,
    identity of its rows (`kept.Kept.identity`).
    """

    sumber: str
    periode: str
    revisi: int
    berkas: tuple[StoredFile, ...]
    sha256: str
    keterangan: dict[str, Any]


def identity(files: tuple[StoredFile, ...]) -> str:
    """sha256 over `nama:sha256` lines in order: two deliveries with the same bytes have the same identity."""
    return hashlib.sha256("".join(f"{f.nama}:{f.sha256}\n" for f in files).encode()).hexdigest()


class Store:
    """Files at root/<first two digits>/<sha256>, mode 0400. Putting the same bytes twice stores them once."""

    def __init__(self, root: Path):
        self.root = Path(root)

    def path(self, sha256: str) -> Path:
        """The path for the bytes with that sha256 (whether they are there or not)."""
        return self.root / sha256[:2] / sha256

    def put(self, content: bytes | Path, nama: str) -> StoredFile:
        """Store bytes, or the bytes of a file (streamed), under `nama`. Durable when it returns."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest, size = hashlib.sha256(), 0
        handle, temporary = tempfile.mkstemp(dir=self.root, prefix=".masuk-")
        try:
            with os.fdopen(handle, "wb") as out:
                for chunk in _chunks(content):
                    digest.update(chunk)
                    size += len(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            sha256 = digest.hexdigest()
            # An existing file of that name is replaced too: it may be damaged, and the process that put it there may
            # have been killed before the folders were on the disk.
            target = self.path(sha256)
            target.parent.mkdir(exist_ok=True, mode=0o700)
            Path(temporary).chmod(0o400)
            Path(temporary).replace(target)
            sync_folder(target.parent)
            # Also when the folder existed already: the process that made it may have been killed before this line.
            sync_folder(self.root)
            return StoredFile(nama, sha256, size)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).unlink()

    def verified(self, file: StoredFile) -> Path:
        """Path of a stored file after its bytes were hashed again.

        Raises FileNotFoundError or ValueError when the store lost or changed it; a new extract repairs this.
        """
        path = self.path(file.sha256)
        digest = hashlib.sha256()
        if not path.is_file():
            raise FileNotFoundError(f"Store: no file with sha256 {file.sha256[:12]}…; extract the delivery again.")
        for chunk in _chunks(path):
            digest.update(chunk)
        if digest.hexdigest() != file.sha256:
            raise ValueError(f"Store: bytes under {file.sha256[:12]}… have another sha256; extract again.")
        return path


def _chunks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, after files were created in it or renamed into it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
