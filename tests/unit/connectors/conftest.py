"""Fixtures of the connector tests: a store, and land() for a DTSEN delivery given as rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from deliveries import KABUPATEN, SOURCES, reference, write_dtsen

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
