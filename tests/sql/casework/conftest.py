"""One warehouse for all tests of this folder: June's cases proposed, sent and answered, then July."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from dunia_uji import JUNI, ayah, juni, registries
from usulan_uji import Kasus, build_cases, propose

from sinkron import catalogue, database, postgres
from sinkron import settings as settings_module
from sinkron.settings import Settings
from sinkron.steps import compose, golden, link, stage, verify
from tests.sql.feeds.umpan_uji import land
from tests.sql.golden.dukcapil_uji import Dukcapil


@pytest.fixture(scope="session")
def gudang_kasus(instalasi: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A migrated warehouse of its own, with approvers and a Dukcapil that knows of one death."""
    server = postgres.ensure_running(instalasi)
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute("drop database if exists uji_kasus with (force)")
        connection.execute("create database uji_kasus owner pemilik")
        connection.execute("alter database uji_kasus set timezone to 'Asia/Jakarta'")
    fake = Dukcapil()
    fake.says = {ayah("dukcapil"): {"hasil": "meninggal", "tanggal_meninggal": "2026-05-30"}}
    url = server.url("gudang").rsplit("/", 1)[0] + "/uji_kasus"
    home = str(tmp_path_factory.mktemp("kasus"))
    settings = settings_module.load(
        {**instalasi.values, "DATABASE_URL": url, "SINKRON_HOME": home, **fake.environment}
    )
    database.migrate(settings)
    catalogue.ensure(settings)
    with database.connect(settings) as connection:
        connection.execute(
            "insert into keputusan.penyetuju (jenis, urutan, nama) values ('push', 1, 'uji-verifikator'),"
            " ('push', 2, 'uji-kepala') on conflict do nothing"
        )
    yield settings_module.load(settings.values)
    fake.close()
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute("drop database uji_kasus with (force)")


def build(settings: Settings, periode: str) -> None:
    """Land and build a month up to its golden tables, then its cases."""
    registries(periode).mendarat(settings)
    assert compose.run(settings, periode)["siap"]
    for step in (stage, verify, link, golden):
        step.run(settings, periode)
    build_cases(settings, periode)


@pytest.fixture(scope="session")
def kasus_juni(gudang_kasus: Settings) -> Iterator[Kasus]:
    """June's candidate with its proposals, as built."""
    for umpan, perubahan in juni().items():
        land(gudang_kasus, umpan, perubahan, JUNI)
    build(gudang_kasus, JUNI)
    with database.connect(gudang_kasus, autocommit=True) as connection:
        yield Kasus(connection, JUNI)
