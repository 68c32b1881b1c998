"""Scratch with personal data: gone after the step, and what a killed run left is gone after the next one."""

from __future__ import annotations

import pytest

from sinkron import settings as settings_module
from sinkron import transport


@pytest.fixture
def settings(tmp_path):
    return settings_module.load({"SINKRON_HOME": str(tmp_path), "SINKRON_ENV_FILE": str(tmp_path / "env")})


def test_a_step_that_fails_leaves_no_folder(settings):
    with pytest.raises(ValueError, match="berhenti"), transport.work_folder(settings, "link") as folder:
        (folder / "rekaman.csv").write_text("x")
        assert folder.stat().st_mode & 0o777 == 0o700
        raise ValueError("berhenti")
    assert list(settings.work.iterdir()) == []


def test_what_a_killed_run_left_is_removed_and_only_that(settings):
    for name in ("link-mati", "land-dtsen-mati"):
        (settings.work / name).mkdir(parents=True)
        (settings.work / name / "rekaman.csv").write_text("x")
    with transport.work_folder(settings, "link") as folder:
        assert {path.name for path in settings.work.iterdir()} == {folder.name, "land-dtsen-mati"}


def test_what_another_run_works_with_stays(settings):
    """Two questions of `make mengapa-sama` at once: no lock of the ledger keeps them apart."""
    with transport.work_folder(settings, "mengapa") as first:
        (first / "rekaman.csv").write_text("x")
        with transport.work_folder(settings, "mengapa") as second:
            assert first != second
        assert (first / "rekaman.csv").read_text() == "x"
    assert list(settings.work.iterdir()) == []


def test_a_folder_that_another_run_removes_meanwhile_stops_nobody(settings):
    settings.work.mkdir(parents=True)
    # Listed, and gone when it is opened.
    (settings.work / "mengapa-pergi").symlink_to(settings.work / "tidak-ada")
    with transport.work_folder(settings, "mengapa") as folder:
        assert folder.is_dir()


def test_what_duckdb_may_take_grows_with_the_records(tmp_path):
    def limit(records: int) -> float:
        with transport.workspace(tmp_path, records) as con:
            said = con.execute("select current_setting('memory_limit')").fetchall()[0][0]
        number, unit = said.split()
        return float(number) * {"MiB": 1, "GiB": 1024}[unit] * 2**20 / 1e6

    assert limit(0) == limit(1_250_000) == pytest.approx(2200, rel=0.06)
    assert limit(11_500_000) == pytest.approx(2200 + 10 * 600, rel=0.06)
