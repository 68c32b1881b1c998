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
    own, template = (f"uji_{os.getpid()}_{which}" for which in (name, "asal"))
    drop = SQL("drop database if exists {} with (force)").format(Identifier(own))
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        if not connection.execute("select from pg_database where datname = %s", [template]).rowcount:
            create(connection, template, "template1")
            _fill(_settings(instalasi, template), with_catalogue=True)
        connection.execute(drop)
        create(connection, own, template)
    settings = _settings(instalasi, own, SINKRON_HOME=str(home), **environment)
    # Little is left to do in a copy.
    _fill(settings, with_catalogue)
    yield settings_module.load(settings.values)
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(drop)


def create(connection: psycopg.Connection, name: str, template: str) -> None:
    """A database of the owner; of its template it has everything but settings and grants of a database itself.

    Its files are copied: writing them to the log as well, as is usual, takes twice as long.
    """
    own = Identifier(name)
    connection.execute(
        SQL("create database {} owner pemilik template {} strategy file_copy").format(own, Identifier(template))
    )
    connection.execute(SQL("alter database {} set timezone to 'Asia/Jakarta'").format(own))


def _settings(instalasi: Settings, name: str, **environment: str) -> Settings:
    url = postgres.ensure_running(instalasi).url("gudang").rsplit("/", 1)[0] + f"/{name}"
    return settings_module.load({**instalasi.values, "DATABASE_URL": url, **environment})


def _fill(settings: Settings, with_catalogue: bool) -> None:
    database.migrate(settings)
    if with_catalogue:
        catalogue.ensure(settings)
