"""Shared by all tests: one embedded Postgres a session, a fresh migrated warehouse a test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sinkron import database, postgres
from sinkron import settings as settings_module
from sinkron.settings import Settings

# Groups of tests that take minutes, the longest first: they decide when the last worker is done.
LONG = ("airflow", "bulan", "sql/golden", "sql/gates")


# Before xdist reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what shares an expensive session fixture run in one worker (`make test` runs as many as there are cores)."""
    groups = {item: _group(item.path) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: LONG.index(groups[item]) if groups[item] in LONG else len(LONG))


def _group(file: Path) -> str:
    if file.parent.name == "journey":
        return "bulan" if file.name.startswith("test_month") else "airflow"
    return f"sql/{file.parent.name}" if file.parent.parent.name == "sql" else file.stem


@pytest.fixture(scope="session")
def instalasi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A running embedded server in a folder of its own, not migrated."""
    home = tmp_path_factory.mktemp("instalasi")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("SINKRON_", "AIRFLOW_", "DATABASE_URL"))}
    settings = settings_module.load(
        {**environ, "SINKRON_HOME": str(home / "run"), "SINKRON_ENV_FILE": str(home / "env")}
    )
    postgres.ensure_running(settings)
    yield settings_module.load(settings.values)
    postgres.stop(settings)


@pytest.fixture
def gudang(instalasi: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings of a fresh, migrated warehouse with its own data folder; dropped after the test."""
    server = postgres.ensure_running(instalasi)
    name = f"uji_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**9}"
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name} owner pemilik")
        connection.execute(f"alter database {name} set timezone to 'Asia/Jakarta'")
    url = server.url("gudang").rsplit("/", 1)[0] + f"/{name}"
    settings = settings_module.load({**instalasi.values, "DATABASE_URL": url, "SINKRON_HOME": str(tmp_path / "run")})
    database.migrate(settings)
    yield settings_module.load(settings.values)
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
