"""A warehouse whose catalogue stands, and logins of OPDs on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sinkron import catalogue, postgres, roles
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
    database_name = katalog.database_url.rsplit("/", 1)[1]
    address = postgres.ensure_running(instalasi).superuser_url.rsplit("/", 1)[0] + f"/{database_name}"
    with psycopg.connect(address, autocommit=True) as connection:
        for name, _ in made:
            connection.execute(SQL("drop owned by {}").format(Identifier(name)))
            connection.execute(SQL("drop role {}").format(Identifier(name)))
