"""The pages of one read: stored as received, and identified by their rows, while the next page is requested."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb

from connectors.core.canonical import name, quoted
from connectors.core.landing import workspace
from connectors.core.pages import unreadable
from connectors.core.source import Source
from connectors.core.store import Store, StoredFile

# Pages that may wait to be stored and hashed: a source that answers faster than the disk writes has to wait.
WAITING = 8


class Kept:
    """Pages in the order of the read; a context manager, which waits for what is still being stored."""

    def __init__(self, source: Source, store: Store):
        self._source, self._store = source, store
        self._stored: list[Future[StoredFile]] = []
        self._known: list[Future[None]] = []
        self._readable = True

    def __enter__(self) -> Kept:
        with ExitStack() as stack:
            folder = stack.enter_context(_spill(self._source, self._store))
            self._con = stack.enter_context(closing(workspace(folder)))
            self._con.execute("create table baris (id varchar, sidik varchar)")
            # Each page is read back while the next one is written; one thread for each task keeps the order.
            self._looking = stack.enter_context(ThreadPoolExecutor(1))
            self._writing = stack.enter_context(ThreadPoolExecutor(1))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, body: bytes) -> None:
        """Keep the next page. Its errors are raised when the result is asked for, or some pages later."""
        stored = self._writing.submit(self._store.put, body, f"halaman-{len(self._stored) + 1:05d}.json")
        self._stored.append(stored)
        self._known.append(self._looking.submit(self._look, stored))
        if len(self._known) > WAITING:
            self._known[-WAITING].result()

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """The pages, durable now."""
        return tuple(page.result() for page in self._stored)

    def distinct_ids(self) -> int:
        """Number of distinct ids; each row without an id counts as one more. Raises Refusal as `identity`."""
        return self._rows("count(distinct id) + count(*) filter (id is null)")

    def identity(self) -> str:
        """sha256 over the rows in order of the read, however they are spread over pages.

        Raises Refusal `bentuk_tidak_terbaca` when a page is no JSON in UTF-8.
        """
        return self._rows("sha256(coalesce(string_agg(sidik, '' order by rowid), ''))")

    def _rows(self, facts: str) -> Any:
        for page in self._known:
            page.result()
        if not self._readable:
            raise unreadable()
        return self._con.execute(f"select {facts} from baris").fetchone()[0]

    def _look(self, stored: Future[StoredFile]) -> None:
        identifier = name(self._source.entitas[self._source.family].id)
        path = self._store.path(stored.result().sha256)
        try:
            self._con.execute(
                f"insert into baris select json_extract_string(r, {quoted('$.' + identifier)}), sha256(r) from (select"
                " unnest(json_extract_string(content, '$.data[*]')) as r from read_text(?))",
                [str(path)],
            )
        except duckdb.OperationalError:
            raise  # Our disk or memory is full: the sender's page is not at fault.
        except duckdb.Error:
            self._readable = False


@contextmanager
def _spill(source: Source, store: Store) -> Iterator[Path]:
    """A folder for DuckDB's spill files: it is in the store, because they hold rows. The next read removes old ones."""
    prefix = f".hitung-{source.nama}-"
    store.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in store.root.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=store.root) as folder:
        yield Path(folder)
