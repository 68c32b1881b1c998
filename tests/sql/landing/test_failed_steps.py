"""What the ledger keeps of a step that failed: our own words, and of anything else nothing that may quote a row."""

from __future__ import annotations

import re
import traceback

import duckdb
import psycopg
import pytest

from sinkron import ledger, transport
from sinkron.database import DatabaseError
from sinkron.outcomes import GateHeld
from sinkron.settings import Settings

NAME = "SITI AMINAH"
PLACE = r" at tests/sql/landing/test_failed_steps\.py:\d+"


def by_duckdb(gudang: Settings) -> None:
    with transport.work_folder(gudang, "uji"):
        duckdb.sql(f"select '{NAME}'::int").fetchall()


def by_python(gudang: Settings) -> None:
    float(NAME)


def by_postgres(gudang: Settings) -> None:
    raise psycopg.errors.UniqueViolation(f"Key (nama)=({NAME}) already exists.")


def by_us(gudang: Settings) -> None:
    raise GateHeld("ditahan gerbang: 3 baris")


@pytest.mark.parametrize(("work", "raised", "kept"), [
    (by_duckdb, DatabaseError, f"DatabaseError: DuckDB: ConversionException{PLACE}"),
    (by_python, ValueError, f"ValueError{PLACE}"),
    (by_postgres, DatabaseError, f"UniqueViolation, SQLSTATE 23505{PLACE}"),
    (by_us, GateHeld, "GateHeld: ditahan gerbang: 3 baris"),
])  # fmt: skip
def test_an_error_is_kept_without_what_it_quotes(gudang: Settings, work, raised: type[Exception], kept: str):
    with pytest.raises(raised) as caught, ledger.step(gudang, "land", "2026-06", lock="ingest:dtsen"):
        work(gudang)
    with psycopg.connect(gudang.values["DATABASE_URL"]) as connection:
        ((galat,),) = connection.execute("select galat from buku.jalan").fetchall()
    assert NAME not in galat
    assert re.fullmatch(kept, galat), galat
    if raised is DatabaseError:
        # Nor is it in the log of whoever runs the step.
        assert NAME not in "".join(traceback.format_exception(caught.value))
