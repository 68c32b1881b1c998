"""Shared by all tests: one embedded Postgres a session, a fresh migrated warehouse a test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from gudang import warehouse

from sinkron import postgres, transport
from sinkron import settings as settings_module
from sinkron.settings import Settings

# The servers of the tests make and drop some hundred thousand files, which a file system in memory does much faster.
MEMORY, MEMORY_NEEDED = Path("/dev/shm"), 8 << 30
# Groups of tests that take minutes, the longest first: they decide when the last worker is done.
LONG = ("airflow", "bulan", "sql/golden", "sql/gates")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest groups first."""
    groups = {item: _group(item.nodeid) for item in items}
    items.sort(key=lambda item: LONG.index(groups[item]) if groups[item] in LONG else len(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: who waits for Airflow's scheduler, or for readers, leaves his core to another."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """What shares an expensive session fixture runs in one worker (`make test`)."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFixture(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(nodeid)

    return ByFixture(config, log)


def _group(nodeid: str) -> str:
    file = Path(nodeid.partition("::")[0])
    if file.parent.name == "journey":
        return "bulan" if file.name.startswith("test_month") else "airflow"
    return f"sql/{file.parent.name}" if file.parent.parent.name == "sql" else str(file)


@pytest.fixture(scope="session", autouse=True)
def dbt_manifest() -> Iterator[None]:
    """dbt's manifest is read once a worker: it differs from warehouse to warehouse by the database's name alone."""
    from sinkron import dbt

    read, kept = dbt._manifest, {}

    def renamed(target: Path, database_name: str) -> Any:
        if not kept:
            kept["manifest"], kept["name"] = read(target, database_name), database_name
        old, manifest = kept["name"], kept["manifest"]
        for relation in (*manifest.nodes.values(), *manifest.sources.values()) if old != database_name else ():
            relation.database = database_name
            relation.relation_name = (relation.relation_name or "").replace(f'"{old}".', f'"{database_name}".') or None
        kept["name"] = database_name
        return manifest

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt, "_manifest", renamed)
        yield


@pytest.fixture(scope="session")
def instalasi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A running embedded server in a folder of its own, not migrated."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("SINKRON_", "AIRFLOW_", "DATABASE_URL"))}
    with _fast_folder(tmp_path_factory) as home:
        settings = settings_module.load(
            {**environ, "SINKRON_HOME": str(home / "run"), "SINKRON_ENV_FILE": str(home / "env")}
        )
        server = postgres.ensure_running(settings)
        with psycopg.connect(server.superuser_url, autocommit=True) as connection:
            # Tests kill processes, never the machine: what the kernel has is as good as on disk.
            connection.execute("alter system set fsync = off")
            connection.execute("alter system set max_wal_size = '512MB'")
            connection.execute("alter system set autovacuum = off")
            connection.execute("select pg_reload_conf()")
        yield settings_module.load(settings.values)
        postgres.stop(settings)


@contextmanager
def _fast_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory, removed at the end, where the machine has enough; else one on the disk."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < MEMORY_NEEDED:
        yield tmp_path_factory.mktemp("instalasi")
        return
    parent = settings_module.load({"SINKRON_HOME": str(MEMORY / f"sinkron-uji-{os.getuid()}")})
    with transport.work_folder(parent, "instalasi") as held:
        # Not the held folder itself, because settings lock the folder of their file.
        home = held / "instalasi"
        home.mkdir()
        yield home


@pytest.fixture
def gudang(instalasi: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings of a fresh, migrated warehouse with its own data folder; dropped after the test."""
    name = str(abs(hash(request.node.nodeid)) % 10**9)
    with warehouse(instalasi, name, tmp_path / "run", with_catalogue=False) as settings:
        yield settings
