"""Fixtures of the connector tests: a store, land() for a DTSEN delivery given as rows, reads through a fault proxy."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from deliveries import KABUPATEN, SOURCES, reference, write_dtsen
from lelah import Reading, reading, said

from connectors.core import exchange
from connectors.dtsen import connector as dtsen_connector
from connectors.interface import Landed, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "simpanan")


@pytest.fixture
def land_dtsen(tmp_path: Path, store: Store) -> Callable[..., Landed]:
    """land_dtsen(tables, reference_changes={}, **how write_dtsen writes) -> Landed, or its Refusal."""
    number = 0

    def land(tables: dict[str, list[dict[str, str]]], changes: dict[str, Any] | None = None, **form: Any) -> Landed:
        nonlocal number
        number += 1
        folder = tmp_path / f"kiriman-{number}"
        inbox = write_dtsen(folder / "masuk", tables, **form)
        extracted = dtsen_connector.extract(SOURCES["dtsen"], inbox, "2026-06", store, KABUPATEN)
        rules = reference(folder / "acuan", **(changes or {}))
        return dtsen_connector.land(SOURCES["dtsen"], extracted, store, rules, folder / "kerja")

    return land


@pytest.fixture(scope="session", params=["dtjateng", "simnakis"])
def tired(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """Reads of both REST sources through the fault proxy."""
    with reading(request.param, Store(tmp_path_factory.mktemp("lelah") / "simpanan")) as made:
        yield made


@pytest.fixture(scope="session")
def tired_dtjateng(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    with reading("dtjateng", Store(tmp_path_factory.mktemp("lelah") / "simpanan")) as made:
        yield made


@pytest.fixture(scope="session")
def tired_simnakis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    with reading("simnakis", Store(tmp_path_factory.mktemp("lelah") / "simpanan")) as made:
        yield made


@pytest.fixture
def short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time-outs that a test can wait for."""
    monkeypatch.setattr(exchange, "READ_SECONDS", 0.3)
    monkeypatch.setattr(exchange, "EXCHANGE_SECONDS", 0.8)


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """With all logs on, a test may leave no secret in them."""
    caplog.set_level(logging.DEBUG)
    for logger in ("httpx", "httpcore", "connectors"):
        caplog.set_level(logging.DEBUG, logger=logger)
    yield
    # caplog.text is of the phase that runs: here, of this teardown.
    logged = "\n".join(f"{r.name} {r.getMessage()} {r.exc_text or ''}" for r in caplog.get_records("call"))
    assert said(logged) == []
