"""Rows from Postgres to DuckDB and back: every one, as it is, or an error without a value."""

from __future__ import annotations

from pathlib import Path

import duckdb
import psycopg
import pytest

from sinkron import database, transport
from sinkron.settings import Settings

ODD = "baris\nlain, \"kutip\" 'satu' \\N \t\r\n\u00e9\u2028"


def test_every_row_comes_over_as_it_is(gudang: Settings, tmp_path: Path):
    con = duckdb.connect()
    con.execute("create table sampai (n bigint, teks varchar, kosong varchar)")
    with database.connect(gudang) as connection:
        transport.copy_out(
            connection,
            "select i, repeat(%(odd)s, 1 + i %% 40), null from generate_series(1, 60000) as t (i)",
            {"odd": ODD},
            tmp_path / "baris.csv",
        )
        # What follows on the same connection is not disturbed.
        assert connection.execute("select 7 as n").fetchone() == {"n": 7}
    transport.read_into(
        con, "sampai", {"n": "bigint", "teks": "varchar", "kosong": "varchar"}, tmp_path / "baris.csv",
        "select n, teks, kosong from {rows} where n > 1",
    )  # fmt: skip
    assert con.sql("select count(*), sum(n), count(kosong) from sampai").fetchall() == [(59999, 1800030000 - 1, 0)]
    assert con.sql("select teks from sampai where n in (40, 79) order by n").fetchall() == [(ODD,), (ODD * 40,)]
    assert not (tmp_path / "baris.csv").exists()


def test_nothing_is_an_empty_file(gudang: Settings, tmp_path: Path):
    with database.connect(gudang) as connection:
        transport.copy_out(connection, "select 1 where false", {}, tmp_path / "baris.csv")
    assert (tmp_path / "baris.csv").read_bytes() == b""


def test_an_error_among_the_rows_is_an_error_without_the_value(gudang: Settings, tmp_path: Path):
    late = "select ('x' || repeat('9', i / 50000))::text || (1 / (50001 - i)) from generate_series(1, 60000) as t (i)"
    with pytest.raises(database.DatabaseError, match="22012"), database.connect(gudang) as connection:
        transport.copy_out(connection, late, {}, tmp_path / "baris.csv")


def test_a_server_that_goes_away_among_the_rows_is_an_error(gudang: Settings, tmp_path: Path):
    slow = "select i, case when i % 1000 = 0 then pg_sleep(0.02) end from generate_series(1, 200000) as t (i)"
    with pytest.raises(database.DatabaseError), database.connect(gudang) as connection:
        pid = connection.info.backend_pid
        original = transport._drain

        def cut(pgconn, file):
            with psycopg.connect(database.owner_url(gudang), autocommit=True) as other:
                other.execute("select pg_terminate_backend(%s)", [pid])
            original(pgconn, file)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(transport, "_drain", cut)
            transport.copy_out(connection, slow, {}, tmp_path / "baris.csv")
