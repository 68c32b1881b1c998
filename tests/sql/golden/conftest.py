"""One warehouse with June and July of all hard cases, published, for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from emas import Emas
from kasus import dunia
from psycopg.sql import SQL, Identifier

from sinkron import catalogue, database, postgres
from sinkron import settings as settings_module
from sinkron.settings import Settings


@contextmanager
def warehouse(instalasi: Settings, name: str, home: Path) -> Iterator[Settings]:
    """A migrated warehouse of its own with an open catalogue; dropped at the end."""
    server = postgres.ensure_running(instalasi)
    name = f"uji_{os.getpid()}_{name}"
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(SQL("create database {} owner pemilik").format(Identifier(name)))
        connection.execute(SQL("alter database {} set timezone to 'Asia/Jakarta'").format(Identifier(name)))
    url = server.url("gudang").rsplit("/", 1)[0] + f"/{name}"
    settings = settings_module.load({**instalasi.values, "DATABASE_URL": url, "SINKRON_HOME": str(home)})
    database.migrate(settings)
    catalogue.ensure(settings)
    yield settings_module.load(settings.values)
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(SQL("drop database {} with (force)").format(Identifier(name)))


@pytest.fixture(scope="session")
def gudang_baru(instalasi: Settings) -> Callable[[str, Path], AbstractContextManager[Settings]]:
    """gudang_baru(name, home): a context with a migrated warehouse of its own."""
    return lambda name, home: warehouse(instalasi, name, home)


@pytest.fixture(scope="session")
def emas(instalasi: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emas]:
    """June and July landed, built and published."""
    with warehouse(instalasi, "emas", tmp_path_factory.mktemp("emas")) as settings:
        for bulan in dunia():
            bulan.terbitkan(settings)
        with database.connect(settings) as connection:
            yield Emas(connection)
