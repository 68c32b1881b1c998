"""CSV in gzip: the file is unpacked and checked as a whole before a row is read, so a cut file is never half read."""

from __future__ import annotations

import zlib
from pathlib import Path

import duckdb

from connectors.core.files.delimited import read_csv
from connectors.core.files.headers import FileRead
from connectors.core.files.limits import MEMBER_LIMIT, RATIO_FLOOR, RATIO_LIMIT, UNPACKED_LIMIT
from connectors.core.signals import Refusal
from connectors.core.source import Entity

# Deflate unpacks one byte to at most 1032 bytes, so no step holds more than about 16 MiB.
CHUNK = 16 << 10
GZIP_ONLY = 16 + zlib.MAX_WBITS


def read_csv_gz(
    con: duckdb.DuckDBPyConnection, path: Path, entity: Entity, file: str, table: str, kerja: Path
) -> FileRead:
    """Read a CSV in gzip as `read_csv` does. The file has one or more members and nothing after them.

    The checksum of each member is checked. Also raises Refusal for a damaged, cut or much too large file.
    """
    plain = kerja / "terbuka.csv"
    try:
        _unpack(path, plain, file)
        return read_csv(con, plain, entity, file, table, kerja)
    finally:
        plain.unlink(missing_ok=True)


def _unpack(path: Path, plain: Path, file: str) -> None:
    unpacked, members, member, packed = 0, 0, zlib.decompressobj(GZIP_ONLY), b""
    begun = False
    with path.open("rb") as source, plain.open("wb") as target:
        plain.chmod(0o600)
        while packed := packed or source.read(CHUNK):
            try:
                content = member.decompress(packed)
            except zlib.error:
                raise _damaged(file) from None
            unpacked += len(content)
            if unpacked > UNPACKED_LIMIT or unpacked > max(RATIO_FLOOR, RATIO_LIMIT * source.tell()):
                raise Refusal("bentuk_tidak_terbaca", f"{file}: isi gzip jauh lebih besar daripada berkas kiriman.")
            target.write(content)
            packed, begun = member.unused_data, not member.eof
            if member.eof:
                members += 1
                member = zlib.decompressobj(GZIP_ONLY)
            if members > MEMBER_LIMIT:
                raise _damaged(file)
    if begun or not members:
        raise _damaged(file)


def _damaged(file: str) -> Refusal:
    return Refusal("bentuk_tidak_terbaca", f"{file}: gzip rusak atau terpotong. Kirim ulang berkas yang utuh.")
