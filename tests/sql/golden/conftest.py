"""One warehouse with June and July of all hard cases, published, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from emas import Emas
from gudang import warehouse
from kasus import dunia

from sinkron import database
from sinkron.settings import Settings


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
