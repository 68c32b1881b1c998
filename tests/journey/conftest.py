"""Journeys may import Airflow in the test's own process: its home is then a throwaway folder."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from multiprocessing.context import BaseContext

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="sinkron-airflow-"))

import pytest
from bulan_uji import JULY, JUNE, MAY, SCALE, SEED, Bulan, Pabrik
from kasus_sulit import Dunia
from sulit_uji import catat, tanam
from terbit_uji import Terbit

import sandbox
from sinkron.settings import Settings


@pytest.fixture(scope="session")
def pabrik(instalasi: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pabrik]:
    """Makes installations over one synthetic world of three months."""
    folder = tmp_path_factory.mktemp("bulan")
    sandbox.build(folder / "asal", SCALE, SEED, [MAY, JUNE, JULY])
    made = Pabrik(instalasi, folder / "asal", folder)
    yield made
    made.close()


@pytest.fixture(scope="session")
def processes() -> BaseContext:
    """Starts processes that may be killed, forked from one that has imported what takes long and has no threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bulan_uji", "great_expectations", "dbt.cli.main", "duckdb", "pyarrow"])
    return context


@pytest.fixture(scope="session")
def juni(pabrik: Pabrik) -> Bulan:
    """June published; only read and copied."""
    made = pabrik.new("juni")
    made.deliver(JUNE)
    assert made.run(JUNE, "publish")[0] == 0, made.said
    return made


@pytest.fixture(scope="session")
def juli(pabrik: Pabrik, juni: Bulan) -> Bulan:
    """June and July published, undisturbed; only read and copied."""
    made = pabrik.copy(juni, "juli")
    made.deliver(JULY)
    assert made.run(JULY, "publish")[0] == 0, made.said
    return made


@pytest.fixture(scope="session")
def terbit(pabrik: Pabrik) -> Terbit:
    """May to July with the hard cases of the field in them, published; only read."""
    dunia, made = Dunia(), pabrik.new("sulit")
    catat(made, dunia.orang(), dunia.nik_lama)
    for periode, tanaman in dunia.bulan.items():
        tanam(made, tanaman)
        assert made.run(periode, "publish")[0] == 0, made.said
    return Terbit(made)
