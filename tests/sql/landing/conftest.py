"""One warehouse a module, with an inbox in which deliveries are written byte by byte."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from gudang import warehouse
from kiriman_uji import Pengirim

from sinkron.settings import Settings


@pytest.fixture(scope="module")
def pengirim(
    instalasi: Settings, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Pengirim]:
    """A sender to an installation in which nothing has landed yet."""
    home = tmp_path_factory.mktemp("pengirim")
    inbox = {"conn_type": "fs", "extra": {"path": str(home / "masuk")}}
    with warehouse(
        instalasi, request.module.__name__, home, with_catalogue=False, AIRFLOW_CONN_DTSEN_INBOX=json.dumps(inbox)
    ) as settings:
        settings.inbox.mkdir(parents=True, exist_ok=True)
        yield Pengirim(settings)
