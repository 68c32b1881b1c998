"""Logins on a warehouse of the reading tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Identifier

from sinkron import postgres, roles
from sinkron.settings import Settings

Login = Callable[..., psycopg.Connection]


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
