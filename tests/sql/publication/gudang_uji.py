"""A warehouse that the reading tests of one module share, and logins on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from sinkron import catalogue, database, postgres, roles
from sinkron import settings as settings_module
from sinkron.settings import Settings

Login = Callable[..., psycopg.Connection]


@contextmanager
def shared(instalasi: Settings, home: Path, name: str) -> Iterator[Settings]:
    """A migrated warehouse of its own with base tables, views and roles; dropped afterwards."""
    server = postgres.ensure_running(instalasi)
    base = f"uji_{os.getpid()}_{name}"
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(SQL("create database {} owner pemilik").format(Identifier(base)))
    url = server.url("gudang").rsplit("/", 1)[0] + f"/{base}"
    settings = settings_module.load({**instalasi.values, "DATABASE_URL": url, "SINKRON_HOME": str(home)})
    database.migrate(settings)
    catalogue.ensure(settings)
    yield settings_module.load(settings.values)
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(SQL("drop database {} with (force)").format(Identifier(base)))


@contextmanager
def logins(instalasi: Settings, settings: Settings) -> Iterator[Login]:
    """`login(role, wilayah=())`: an autocommit connection of a new login with that role; dropped afterwards."""
    made: list[tuple[str, psycopg.Connection]] = []

    def login(role: str, wilayah: Sequence[str] = ()) -> psycopg.Connection:
        # Two warehouses of one process may be open at once, and logins belong to the whole server.
        name = f"{settings.database_url.rsplit('/', 1)[1]}_{role}_{len(made)}"
        address = roles.create_login(settings, name, role, "rahasia-uji", wilayah)
        made.append((name, psycopg.connect(address, autocommit=True)))
        return made[-1][1]

    yield login
    for _, connection in made:
        connection.close()
    address = postgres.ensure_running(instalasi).superuser_url.rsplit("/", 1)[0]
    with psycopg.connect(f"{address}/{settings.database_url.rsplit('/', 1)[1]}", autocommit=True) as connection:
        for name, _ in made:
            connection.execute(SQL("drop owned by {}").format(Identifier(name)))
            connection.execute(SQL("drop role {}").format(Identifier(name)))
