"""Notices about a delivery besides its balance: codes that are in no code list. Never a value of a person."""

from __future__ import annotations

import duckdb

from connectors.core.canonical import quoted
from connectors.core.source import Entity

# When the columns of a delivery have shifted, code columns hold names and numbers of people. So an unknown code is
# shown only if it looks like a code, and is too short to be a name or occurs in so many rows that it identifies
# nobody. The others are counted together as "".
SHORT = 3
COMMON = 20
CODE_SHAPE = "[A-Za-z0-9_.>/-]{1,20}"
SHOWN_A_COLUMN = 20


def unknown_codes(con: duckdb.DuckDBPyConnection, entity: Entity, table: str) -> dict[str, dict[str, int]]:
    """Column -> code (upper case) that is not in the column's code list -> number of rows of a canonical table.

    Codes that are not shown are counted together as `""`.
    """
    listed = [quoted(c.nama) for c in entity.kolom if c.code_list or c.tipe == "jenis_kelamin"]
    if not listed:
        return {}
    rows = con.execute(
        f"""
        with sel as (
            select mentah, unnest(json_keys(mentah)) as kolom from {table} where mentah is not null
        ),
        kode as (
            select kolom, upper(trim(mentah ->> kolom)) as kode, count(*) as n
            from sel where kolom in ({", ".join(listed)}) group by all
        ),
        urut as (
            select *, regexp_full_match(kode, {quoted(CODE_SHAPE)})
                and length(regexp_replace(kode, '[^0-9]', '', 'g')) < 9
                and (length(kode) <= {SHORT} or n >= {COMMON})
                and row_number() over (partition by kolom order by n desc, kode) <= {SHOWN_A_COLUMN} as tampil
            from kode
        )
        select kolom, case when tampil then kode else '' end, sum(n)::bigint from urut group by all order by all
        """
    ).fetchall()
    found: dict[str, dict[str, int]] = {}
    for column, code, count in rows:
        found.setdefault(column, {})[code] = count
    return found
