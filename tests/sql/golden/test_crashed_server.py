"""Unlogged tables that a crashed server brings back empty, or that golden made half: no step takes them for a month."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from mendarat import JUNI, Bulan, Orang, kk, nik

from sinkron import database, dbt
from sinkron.outcomes import NotReady
from sinkron.settings import Settings
from sinkron.steps import compose, decide, golden, link, stage, verify


def _recover(settings: Settings) -> None:
    """What crash recovery does."""
    with database.connect(settings) as connection:
        emptied = connection.execute(
            "select oid::regclass::text as tabel from pg_class where relkind = 'r' and relpersistence = 'u'"
        ).fetchall()
        assert len(emptied) > 3
        connection.execute(f"truncate {', '.join(row['tabel'] for row in emptied)}")


def test_steps_after_a_crash_or_half_a_golden_ask_to_begin_again(
    gudang_baru: Callable[[str, Path], AbstractContextManager[Settings]], tmp_path: Path, monkeypatch
) -> None:
    with gudang_baru("mati", tmp_path) as settings:
        bulan = Bulan(JUNI)
        bulan.keluarga("k", kk(1), [Orang("k-1", "SUPARMAN", "1970-03-14", "L", "kepala", nik(1, "1970-03-14"))])
        bulan.mendarat(settings)
        assert compose.run(settings, JUNI)["siap"]
        for step in (verify, link, golden):
            with pytest.raises(NotReady, match="mulai langkah Bakukan"):
                step.run(settings, JUNI)
        for step in (stage, verify, link, golden):
            step.run(settings, JUNI)
        with monkeypatch.context() as stopped:
            stopped.setattr(dbt, "build", lambda *arguments: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                golden.run(settings, JUNI)
        with pytest.raises(NotReady, match="mulai langkah Bakukan"):
            decide.run(settings, JUNI)
        _recover(settings)
        for step in (verify, link, golden, decide):
            with pytest.raises(NotReady, match="mulai langkah Bakukan"):
                step.run(settings, JUNI)
        assert not compose.run(settings, JUNI)["dibangun"]
        for step in (stage, verify, link, golden, decide):
            step.run(settings, JUNI)
        assert compose.run(settings, JUNI)["dibangun"]
