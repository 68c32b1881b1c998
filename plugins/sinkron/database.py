"""The warehouse: connections, transactions whose errors carry no row, and migrations.

One driver, psycopg 3, for ledger, decisions and COPY alike: a fencing token can only guard a COPY that runs in
the same transaction (docs/decisions/0001).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from sinkron import settings as settings_module
from sinkron.settings import Settings, SettingsError

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = "sinkron:migrasi"
# For work that joins whole tables of a month by text keys (docs/decisions/0006).
WHOLE_TABLES = {
    # A district is joined and grouped in memory: two threads, a few hash tables each.
    "work_mem": "256MB",
    # Hash joins are right here. When the planner misjudged how many rows are left, a loop or a merge of many-to-many
    # keys took minutes for what a hash join does in a second.
    "enable_nestloop": "off",
    "enable_mergejoin": "off",
}


class DatabaseError(RuntimeError):
    """A statement failed; the text says what and where, without the row that Postgres quotes in DETAIL."""


def owner_url(settings: Settings) -> str:
    """Address of the warehouse for its owner: DATABASE_URL, or the embedded server (started if necessary)."""
    if settings.database_url:
        return settings.database_url
    from sinkron import postgres

    return postgres.ensure_running(settings).url("gudang")


@contextmanager
def safe_errors() -> Iterator[None]:
    """Turn psycopg errors into `DatabaseError` without DETAIL, which may quote a whole row."""
    try:
        yield
    except psycopg.Error as error:
        diag = error.diag
        where = ".".join(part for part in (diag.schema_name, diag.table_name, diag.constraint_name) if part)
        # The primary message of a data exception (class 22) quotes the offending value.
        message = "nilai tidak sah" if (error.sqlstate or "").startswith("22") else diag.message_primary
        raise DatabaseError(
            f"Postgres {error.sqlstate or type(error).__name__}: {message or 'no answer from the server'}"
            + (f" [{where}]" if where else "")
        ) from None


@contextmanager
def connect(settings: Settings, *, autocommit: bool = False, name: str = "sinkron") -> Iterator[psycopg.Connection]:
    """A connection of the owner, rows as dicts; closed at the end, errors without personal values."""
    with safe_errors(), open_connection(settings, autocommit=autocommit, name=name) as connection:
        yield connection


def open_connection(settings: Settings, *, autocommit: bool = False, name: str = "sinkron") -> psycopg.Connection:
    """A connection as `connect` gives it, which the caller closes; its errors may quote a row (`safe_errors`)."""
    return psycopg.connect(owner_url(settings), autocommit=autocommit, row_factory=dict_row, application_name=name)


def office_time(instant: str) -> str:
    """SQL: an instant in the time zone of the office, whatever the time zone of the server."""
    return f"to_char({instant} at time zone 'Asia/Jakarta', 'YYYY-MM-DD HH24:MI') || ' WIB'"


def plan_whole_tables(connection: psycopg.Connection) -> None:
    """Plan the rest of this transaction as `WHOLE_TABLES` says."""
    for name, value in WHOLE_TABLES.items():
        connection.execute("select set_config(%s, %s, true)", [name, value])


def describe_partitioned(connection: psycopg.Connection, *tables: tuple[str, str]) -> None:
    """Collect statistics on whole partitioned tables (schema, table), which Postgres never does by itself.

    Without them the planner assumes two hundred different keys where there are a million, and expects a join of a month
    to return thousands of times its rows. A sample of a few hundred rows per partition is enough, and stays cheap with
    partitions of many years.
    """
    connection.execute("set local default_statistics_target = 1")
    for table in tables:
        connection.execute(SQL("analyze {}").format(Identifier(*table)))


def migrate(settings: Settings) -> list[str]:
    """Bring the warehouse to the newest schema; return the names applied now.

    Each numbered file runs in one transaction under an advisory lock, so two starts at the same time apply it once.
    Makes the installation key at the first start and refuses a database made under another key, because with another
    key every uid and `id_baris` would be new and everything would be sent again.
    """
    settings = settings_module.ensure_secrets(settings, {"SINKRON_KUNCI": 32})
    applied: list[str] = []
    with connect(settings) as connection:
        connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [MIGRATION_LOCK])
        connection.execute("create schema if not exists buku")
        connection.execute(
            "create table if not exists buku.migrasi (nama text primary key, sha256 text not null,"
            " diterapkan timestamptz not null default now())"
        )
        connection.commit()
        known = {row["nama"]: row["sha256"] for row in connection.execute("select nama, sha256 from buku.migrasi")}
        for path in sorted(MIGRATIONS.glob("[0-9]*.sql")):
            body = path.read_text(encoding="utf-8")
            digest = hashlib.sha256(body.encode()).hexdigest()
            if path.name in known:
                if known[path.name] != digest:
                    raise DatabaseError(
                        f"migration {path.name} was applied with sha256 {known[path.name][:12]}… and is now "
                        f"{digest[:12]}…: an applied migration is never edited, add a new one"
                    )
                continue
            connection.execute(body)
            connection.execute("insert into buku.migrasi (nama, sha256) values (%s, %s)", [path.name, digest])
            connection.commit()
            applied.append(path.name)
        check_installation_key(connection, settings)
        connection.commit()
    return applied


def check_installation_key(connection: psycopg.Connection, settings: Settings) -> None:
    """Record the fingerprint of the installation key once; raise SettingsError when it differs."""
    fingerprint = hmac.new(settings.installation_key, b"sidik-kunci", hashlib.sha256).hexdigest()
    connection.execute("insert into buku.instalasi (sidik_kunci) values (%s) on conflict do nothing", [fingerprint])
    known = connection.execute("select sidik_kunci from buku.instalasi").fetchone()
    if known["sidik_kunci"] != fingerprint:
        raise SettingsError(
            f"SINKRON_KUNCI in {settings.env_file} is not the key this warehouse was made with (fingerprint "
            f"{fingerprint[:12]}…, expected {known['sidik_kunci'][:12]}…); restore the .env that belongs to it"
        )
