"""A warehouse whose catalogue stands, and logins of OPDs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from gudang import warehouse
from masuk_uji import Login, logins
from rilis_uji import release

from sinkron import catalogue
from sinkron.settings import Settings


@pytest.fixture
def katalog(gudang: Settings) -> Settings:
    """A migrated warehouse with base tables, views and roles."""
    catalogue.ensure(gudang)
    return gudang


@pytest.fixture
def masuk(katalog: Settings, instalasi: Settings) -> Iterator[Login]:
    """`masuk(role, wilayah=())` opens an autocommit connection of a new login with that role; dropped afterwards."""
    with logins(instalasi, katalog) as login:
        yield login


@pytest.fixture(scope="module")
def katalog_terbit(instalasi: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One warehouse for a module of reading tests, with release 2026-06/1 of eight households."""
    with warehouse(instalasi, "terbit", tmp_path_factory.mktemp("terbit")) as settings:
        release(settings, "2026-06/1")
        yield settings


@pytest.fixture(scope="module")
def masuk_sekali(katalog_terbit: Settings, instalasi: Settings) -> Iterator[Callable[[str], psycopg.Connection]]:
    """`masuk_sekali(role)`: one writable connection a role, for reading tests that leave nothing behind."""
    open_: dict[str, psycopg.Connection] = {}
    with logins(instalasi, katalog_terbit) as login:

        def once(role: str) -> psycopg.Connection:
            if role not in open_:
                open_[role] = login(role)
                # The default is only a courtesy that any login can undo: the refusals must not depend on it.
                open_[role].execute("set default_transaction_read_only = off")
            return open_[role]

        yield once
