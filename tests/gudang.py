"""A warehouse of its own for a test, a module or a folder: every fixture that wants one takes it from here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from sinkron import catalogue, database, postgres
from sinkron import settings as settings_module
from sinkron.settings import Settings


@contextmanager
def warehouse(
    instalasi: Settings, name: str, home: Path, with_catalogue: bool = True, **environment: str
) -> Iterator[Settings]:
    """Settings of a fresh, migrated warehouse in the session's server, its data in `home`; dropped at the end.

    `environment`: further settings. Each worker has its own, whatever the name.
    """
    server = postgres.ensure_running(instalasi)
    own = f"uji_{os.getpid()}_{name}"
    drop = SQL("drop database if exists {} with (force)").format(Identifier(own))
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(SQL("create database {} owner pemilik").format(Identifier(own)))
        connection.execute(SQL("alter database {} set timezone to 'Asia/Jakarta'").format(Identifier(own)))
    url = server.url("gudang").rsplit("/", 1)[0] + f"/{own}"
    settings = settings_module.load({
        **instalasi.values, "DATABASE_URL": url, "SINKRON_HOME": str(home), **environment,
    })  # fmt: skip
    database.migrate(settings)
    if with_catalogue:
        catalogue.ensure(settings)
    yield settings_module.load(settings.values)
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(drop)
