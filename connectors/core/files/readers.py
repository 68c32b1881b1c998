"""The forms in which a file may be delivered.

There is one reader for each suffix (`READERS`). A reader gets the stored bytes and the private work folder, makes a raw
table of text with the declared fields of an entity, in delivery order (`landing.Raw`), and returns counts and notices.
The same content makes the same raw rows in every form. A reader raises Refusal when the file does not have the
documented form. Messages of the libraries quote rows, so they are never passed on.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from connectors.core.files.delimited import read_csv
from connectors.core.files.gzipped import read_csv_gz
from connectors.core.files.headers import FileRead
from connectors.core.files.typed import read_parquet, read_xlsx
from connectors.core.source import Entity

Reader = Callable[[duckdb.DuckDBPyConnection, Path, Entity, str, str, Path], FileRead]

READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".csv.gz": read_csv_gz,
    ".xlsx": read_xlsx,
    ".parquet": read_parquet,
}
