"""What `make demo` does not begin."""

from __future__ import annotations

import pytest

from sandbox import demo
from sinkron import database


def test_the_demo_is_not_run_in_the_installation_of_another_district(tmp_path, monkeypatch, capsys):
    """Its people would land, be refused, or be published as those of a real district."""
    monkeypatch.setenv("SINKRON_HOME", str(tmp_path))
    monkeypatch.setenv("SINKRON_ENV_FILE", str(tmp_path / "env"))
    monkeypatch.setenv("SINKRON_WILAYAH", "11.09")
    monkeypatch.setattr(database, "migrate", lambda settings: pytest.fail("begun"))
    monkeypatch.setattr(demo.cli, "settle_process", lambda: None)
    assert demo.run(0.01, ["2026-06"]) == 2
    assert "bukan 11.09" in capsys.readouterr().err
