"""The rows that a REST source serves, built once a month: the JSON of all rows in one file, their offsets beside it.

So a page of any size is a slice of the file.
"""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa


def rows_path(directory: Path, source: str, periode: str) -> Path:
    """The file of a REST source's rows of a month."""
    return directory / "layanan" / source / f"{periode}.json"


class Rows:
    """The rows of a source in a month: a file of the form `{...},{...},` and the offset at which each row begins."""

    def __init__(self, path: Path):
        """Open what `save` wrote; raises FileNotFoundError when the month was not built."""
        self._path = path
        index = np.load(path.with_suffix(".npz"))
        self.offsets, self.order, self.ids = index["offsets"], index["order"], index["ids"]
        self.changed = index.get("changed")
        self.count = len(self.offsets) - 1
        self._file = path.open("rb")

    def slice(self, start: int, end: int) -> bytes:
        """Rows start .. end-1 joined by commas, without brackets."""
        start, end = min(start, self.count), min(end, self.count)
        if start >= end:
            return b""
        size = int(self.offsets[end] - self.offsets[start])
        return os.pread(self._file.fileno(), size, int(self.offsets[start]))[:-1]

    def find(self, identifier: str) -> int | None:
        """The row with this id, None when there is none."""
        at = int(np.searchsorted(self.ids, identifier.encode()))
        if at < self.count and self.ids[at] == identifier.encode():
            return int(self.order[at])
        return None


def save(path: Path, rows: pa.Table) -> None:
    """Write a table (id, body, changed?) as Rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = rows["body"].combine_chunks().cast(pa.large_string())
    offsets = np.frombuffer(body.buffers()[1], np.int64)[body.offset : body.offset + len(body) + 1]
    with path.open("wb") as file:
        file.write(memoryview(body.buffers()[2])[offsets[0] : offsets[-1]])
    ids = np.array(rows["id"].to_numpy(zero_copy_only=False), dtype="S")
    order = np.argsort(ids, kind="stable")
    extra = {"changed": rows["changed"].to_numpy()} if "changed" in rows.column_names else {}
    np.savez(path.with_suffix(".npz"), offsets=offsets - offsets[0], order=order, ids=ids[order], **extra)
