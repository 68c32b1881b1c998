"""One warehouse with a published release for all tests of this folder, emptied of deactivations before each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from antrean_uji import Antrean, make_release
from gudang import warehouse

from expectations import checkpoint
from expectations.suite import Gate
from sinkron import database, postgres
from sinkron.settings import Settings


@pytest.fixture(scope="session")
def gudang_antrean(instalasi: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Antrean]:
    """The warehouse; its connections to receivers lead nowhere."""
    with warehouse(instalasi, "antrean", tmp_path_factory.mktemp("antrean")) as settings:
        with database.connect(settings) as connection:
            make_release(connection)
            connection.execute(
                "insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, status)"
                " values ('umpan', 'aduan', '2026-06', 1, 'uji', 'diterima')"
            )
            connection.execute("create schema if not exists staging")
            connection.execute("create table staging.alasan as select 'MAMPU' as kode union select 'MENINGGAL'")
        yield Antrean(settings, postgres.ensure_running(instalasi).superuser_url)


@pytest.fixture
def tanpa_gx(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate's numbers are compared here: Great Expectations takes seconds, and has its own test."""

    def judge(gate: Gate, measured: dict[str, Any]) -> dict[str, bool]:
        return {
            m.name: (m.least is None or measured[m.name] >= m.least) and (m.most is None or measured[m.name] <= m.most)
            for m in gate.measures
            if m.name in measured
        }

    monkeypatch.setattr(checkpoint, "_judge", judge)


@pytest.fixture
def antrean(gudang_antrean: Antrean, tanpa_gx: None) -> Antrean:
    """Nothing is proposed yet."""
    gudang_antrean.empty()
    return gudang_antrean
