"""Rows between Postgres and DuckDB, by COPY in both directions, through a private file."""

from __future__ import annotations

import contextlib
import fcntl
import os
import selectors
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
from psycopg import sql

from sinkron.database import DatabaseError
from sinkron.outcomes import words
from sinkron.settings import Settings

BLOCK = 1 << 20
# Memory that a step may use for a district of up to DISTRICT records, and the extra memory per further million records.
DISTRICT, MEMORY_MB, MEMORY_MB_PER_MILLION = 1_500_000, 2200, 600


@contextlib.contextmanager
def work_folder(settings: Settings, name: str) -> Iterator[Path]:
    """A folder of this run below `kerja` (0700), removed at the end however the step ends.

    An error of DuckDB inside the `with` block is raised again as DatabaseError, without its text, which may quote a
    row. Folders that killed runs of the same `name` left behind are removed first: nobody holds their lock any more.
    """
    settings.work.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(settings.work):
        for left in settings.work.glob(f"{name}-*"):
            with contextlib.suppress(BlockingIOError, FileNotFoundError), _locked(left, fcntl.LOCK_NB):
                shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=settings.work))
        held = contextlib.ExitStack()
        held.enter_context(_locked(folder))
    try:
        with held:
            yield folder
    except Exception as error:
        if type(error).__module__ not in ("duckdb", "_duckdb"):
            raise
        raise DatabaseError(f"DuckDB: {words(error)}") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path, at_once: int = 0) -> Iterator[None]:
    """The lock of a folder, which ends with the process; with LOCK_NB, raises BlockingIOError if another holds it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | at_once)
        yield
    finally:
        os.close(descriptor)


def copy_out(connection: psycopg.Connection, query: str, parameters: dict[str, Any], path: Path) -> None:
    """Write the rows of a query to a CSV file."""
    with (
        connection.cursor() as cursor,
        path.open("wb", buffering=BLOCK) as file,
        cursor.copy(f"copy ({query}) to stdout (format csv)", parameters),
    ):
        _drain(connection.pgconn, file)


def _drain(pgconn: psycopg.pq.abc.PGconn, file: BinaryIO) -> None:
    """Write everything that a running COPY TO STDOUT sends; raises psycopg.Error when it fails.

    psycopg itself waits once for each row, which takes longer than the server needs to write the row. This function
    waits only when nothing has arrived yet.
    """
    receive, write = pgconn.get_copy_data, file.write
    with selectors.DefaultSelector() as waiting:
        waiting.register(pgconn.socket, selectors.EVENT_READ)
        while True:
            size, row = receive(1)
            if size > 0:
                write(row)
            elif size == 0:
                waiting.select()
                pgconn.consume_input()
            else:
                break
    while (result := pgconn.get_result()) is not None:
        if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)


def workspace(folder: Path, records: int = 0) -> Any:
    """A DuckDB connection with the memory limit for `records` records; DuckDB spills the rest to `folder`.

    The memory grows with the records because the data that one statement joins has to fit: ten districts needed more
    than 2200 MB.
    """
    import duckdb

    con = duckdb.connect()
    memory = MEMORY_MB + max(0, records - DISTRICT) * MEMORY_MB_PER_MILLION // 1_000_000
    con.execute(f"set memory_limit = '{memory}MB'")
    con.execute(f"set temp_directory = '{folder}'")
    con.execute("set max_temp_directory_size = '20GB'")
    con.execute("set threads = 2")
    con.execute("set enable_progress_bar = false")
    return con


def read_into(con: Any, table: str, types: dict[str, str], path: Path, query: str = "select * from {rows}") -> None:
    """Append the rows of a CSV file that `copy_out` wrote to a DuckDB table, and remove the file.

    `query` makes the rows of the table from the rows of the file, whose columns are `types`.
    """
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
    rows = (
        f"read_csv('{path}', header = false, columns = {{{columns}}},"
        " nullstr = '', auto_detect = false, quote = '\"', escape = '\"', strict_mode = true)"
    )
    con.execute(f"insert into {table} {query.format(rows=rows)}")
    path.unlink()


def copy_in(connection: psycopg.Connection, table: sql.Composable, columns: tuple[str, ...], path: Path) -> int:
    """COPY a CSV file without header into columns of a table; return the rows written."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(table, names)
    with connection.cursor() as cursor:
        with path.open("rb") as file, cursor.copy(statement) as copy:
            while block := file.read(BLOCK):
                copy.write(block)
        return cursor.rowcount
