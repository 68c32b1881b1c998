"""Convert Parquet to columns of text, in the limited process (`limited`).

Dates and integers keep their exact value (contracts/rules.md, "Typed cells").
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from connectors.core.files.headers import header_key
from connectors.core.files.limits import COLUMN_LIMIT, LINE_LIMIT, ROW_LIMIT, UNPACKED_LIMIT, Unreadable

# Rows of a batch: as many as DuckDB keeps in one row group.
BATCH = 122_880
NESTED = frozenset({"list", "struct", "map", "array", "union", "variant"})
# SQL templates over a column {x}. A timestamp of midnight becomes a date; instants of a column with a time zone become
# the time of the district (WIB).
MOMENT = (
    "case when {x} = date_trunc('day', {x}) then strftime({x}, '%Y-%m-%d') else strftime({x}, '%Y-%m-%d %H:%M:%S') end"
)
# UTC+7, in microseconds.
WIB = "make_timestamp(epoch_us({x}) + 25200000000)"
# A whole number is written without a fraction, unless it is 2^53 or more, where a float loses its last digit.
FLOAT = (
    "case when isnan({x}) then null when {x} = trunc({x}) and abs({x}) < 9007199254740992 then ({x})::bigint::varchar"
    " else ({x})::varchar end"
)
DAMAGED = (
    "case when isnan({x}) then null when abs({x}) between 1e14 and 1e17 then ({x})::bigint::varchar || '.0'"
    " else format('{{:E}}', ({x})::double) end"
)
TEXT = {
    "boolean": "case when {x} then 'YA' when not {x} then 'TIDAK' end",
    "float": FLOAT,
    "double": FLOAT,
    "decimal": "regexp_replace(regexp_replace(({x})::varchar, '(\\.\\d*?)0+$', '\\1'), '\\.$', '')",
    "timestamp": MOMENT,
    "timestamp_s": MOMENT.format(x="({x})::timestamp"),
    "timestamp_ms": MOMENT.format(x="({x})::timestamp"),
    "timestamp_ns": MOMENT.format(x="({x})::timestamp"),
    "timestamp with time zone": MOMENT.format(x=WIB),
}


def convert(source: Path, target: Path, numbers: frozenset[str]) -> dict[str, Any]:
    """Write the columns of a Parquet file as text and return the answer, as `limited` says. Raises Unreadable."""
    with duckdb.connect(":memory:", config={"memory_limit": "1GB", "threads": 2}) as con:
        con.execute("set enable_progress_bar = false")
        con.execute("set temp_directory = ?", [str(target.with_suffix(".kerja"))])
        rows, groups = con.execute(
            "select sum(num_rows), sum(num_row_groups) from parquet_file_metadata(?)", [str(source)]
        ).fetchone()
        if rows > ROW_LIMIT or groups > max(rows, 1):
            raise Unreadable("terlalu_besar")
        headers = _headers(con, source)
        given = con.read_parquet(str(source), binary_as_string=True, hive_partitioning=False)
        if len(headers) > COLUMN_LIMIT or len(headers) != len(given.columns):
            raise Unreadable("terlalu_besar")
        kinds = [str(t.id) for t in given.types]
        texts = [
            _text(given.columns[i], kind, header_key(headers[i]) in numbers) + f" as k{i}"
            for i, kind in enumerate(kinds)
        ]
        text = given.project(", ".join([*texts, "false as bentuk_rusak"]))
        _check_size(text, len(headers))
        _write(text, target)
    return {"judul": headers, "bersarang": [i for i, k in enumerate(kinds) if k in NESTED], "diabaikan": {}}


def _headers(con: duckdb.DuckDBPyConnection, source: Path) -> list[str]:
    """The names of the columns as stored. DuckDB's own reader renames a column whose name occurs twice."""
    elements = con.execute("select name, num_children from parquet_schema(?)", [str(source)]).fetchall()
    names, within = [], []
    for element, children in elements[1:]:
        if not within:
            names.append(element)
        else:
            within[-1] -= 1
        if children:
            within.append(children)
        while within and within[-1] == 0:
            within.pop()
    return names


def _text(column: str, kind: str, number: bool) -> str:
    """SQL for the text of a column; null for a nested one. `number`: a NIK or No KK, which is damaged as a float."""
    x = '"' + column.replace('"', '""') + '"'
    if kind in NESTED:
        return "null::varchar"
    if number and kind in ("float", "double"):
        return DAMAGED.format(x=x)
    return TEXT.get(kind, "({x})::varchar").format(x=x)


def _check_size(text: duckdb.DuckDBPyRelation, width: int) -> None:
    """Raise Unreadable if the text is too long in total or in one cell: a small dictionary can unpack to that much."""
    columns = [f"k{i}" for i in range(width)]
    sums = " + ".join(f"coalesce(sum(strlen({k})), 0)" for k in columns)
    longest = ", ".join(f"max(strlen({k}))" for k in columns)
    total, most = text.aggregate(f"{sums}, greatest(0, {longest})").fetchall()[0]
    if total > UNPACKED_LIMIT or most > LINE_LIMIT:
        raise Unreadable("terlalu_besar")


def _write(text: duckdb.DuckDBPyRelation, target: Path) -> None:
    """Write the columns to an Arrow file, batch by batch. Raises Unreadable for a NUL byte."""
    batches = text.to_arrow_reader(BATCH)
    with pa.OSFile(str(target), "wb") as file, pa.ipc.new_file(file, batches.schema) as writer:
        for batch in batches:
            # The third buffer of a text column holds its bytes.
            texts = (column.buffers()[2] for column in batch.columns if pa.types.is_string(column.type))
            if any(b"\0" in content.to_pybytes() for content in texts if content is not None):
                raise Unreadable("byte_nul")
            writer.write_batch(batch)
