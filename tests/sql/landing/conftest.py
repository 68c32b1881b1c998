"""One warehouse a module, with an inbox in which deliveries are written byte by byte."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import psycopg
import pytest
from kiriman_uji import Pengirim
from psycopg.sql import SQL, Identifier

from sinkron import database, postgres
from sinkron import settings as settings_module
from sinkron.settings import Settings


@pytest.fixture(scope="module")
def pengirim(
    instalasi: Settings, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Pengirim]:
    """A sender to an installation in which nothing has landed yet."""
    server = postgres.ensure_running(instalasi)
    name = f"uji_{os.getpid()}_{request.module.__name__}"
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(SQL("create database {} owner pemilik").format(Identifier(name)))
        connection.execute(SQL("alter database {} set timezone to 'Asia/Jakarta'").format(Identifier(name)))
    home = tmp_path_factory.mktemp("pengirim")
    inbox = {"conn_type": "fs", "extra": {"path": str(home / "masuk")}}
    settings = settings_module.load({
        **instalasi.values, "SINKRON_HOME": str(home), "AIRFLOW_CONN_DTSEN_INBOX": json.dumps(inbox),
        "DATABASE_URL": server.url("gudang").rsplit("/", 1)[0] + f"/{name}",
    })  # fmt: skip
    database.migrate(settings)
    settings = settings_module.load(settings.values)
    settings.inbox.mkdir(parents=True, exist_ok=True)
    yield Pengirim(settings)
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(SQL("drop database if exists {} with (force)").format(Identifier(name)))
