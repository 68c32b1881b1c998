"""A warehouse whose catalogue stands, and logins of OPDs on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from rilis_uji import release

from sinkron import catalogue, database, postgres, roles
from sinkron import settings as settings_module
from sinkron.settings import Settings


@pytest.fixture
def katalog(gudang: Settings) -> Settings:
    """A migrated warehouse with base tables, views and roles."""
    catalogue.ensure(gudang)
    return gudang


@pytest.fixture
def masuk(katalog: Settings, instalasi: Settings) -> Iterator[Callable[..., psycopg.Connection]]:
    """`masuk(role, wilayah=())` opens an autocommit connection of a new login with that role; dropped afterwards."""
    made: list[tuple[str, psycopg.Connection]] = []

    def login(role: str, wilayah: tuple[str, ...] = ()) -> psycopg.Connection:
        name = f"uji_{os.getpid()}_{role}_{len(made)}"
        address = roles.create_login(katalog, name, role, "rahasia-uji", wilayah)
        made.append((name, psycopg.connect(address, autocommit=True)))
        return made[-1][1]

    yield login
    for _, connection in made:
        connection.close()
    _drop_logins(instalasi, katalog, [name for name, _ in made])


@pytest.fixture(scope="module")
def katalog_terbit(instalasi: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One warehouse for a module of reading tests, with release 2026-06/1 of eight households."""
    server = postgres.ensure_running(instalasi)
    name = f"uji_{os.getpid()}_terbit"
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(SQL("create database {} owner pemilik").format(Identifier(name)))
    url = server.url("gudang").rsplit("/", 1)[0] + f"/{name}"
    home = tmp_path_factory.mktemp("terbit")
    settings = settings_module.load({**instalasi.values, "DATABASE_URL": url, "SINKRON_HOME": str(home)})
    database.migrate(settings)
    catalogue.ensure(settings)
    release(settings, "2026-06/1")
    yield settings_module.load(settings.values)
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(SQL("drop database {} with (force)").format(Identifier(name)))


@pytest.fixture(scope="module")
def masuk_sekali(katalog_terbit: Settings, instalasi: Settings) -> Iterator[Callable[[str], psycopg.Connection]]:
    """`masuk_sekali(role)`: one writable connection a role, for reading tests that leave nothing behind."""
    open_: dict[str, psycopg.Connection] = {}

    def login(role: str) -> psycopg.Connection:
        if role not in open_:
            address = roles.create_login(katalog_terbit, f"uji_{os.getpid()}_{role}", role, "rahasia-uji")
            open_[role] = psycopg.connect(address, autocommit=True)
            # The default is only a courtesy that any login can undo: the refusals must not depend on it.
            open_[role].execute("set default_transaction_read_only = off")
        return open_[role]

    yield login
    for connection in open_.values():
        connection.close()
    _drop_logins(instalasi, katalog_terbit, [f"uji_{os.getpid()}_{role}" for role in open_])


def _drop_logins(instalasi: Settings, settings: Settings, names: list[str]) -> None:
    address = postgres.ensure_running(instalasi).superuser_url.rsplit("/", 1)[0]
    with psycopg.connect(f"{address}/{settings.database_url.rsplit('/', 1)[1]}", autocommit=True) as connection:
        for name in names:
            connection.execute(SQL("drop owned by {}").format(Identifier(name)))
            connection.execute(SQL("drop role {}").format(Identifier(name)))
