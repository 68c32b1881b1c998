"""The month of a scheduled run, and of a run started by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pendulum
import pytest

from sinkron import cadence, period
from sinkron.cadence import MonthTimetable


def key(timetable: MonthTimetable, instant: str) -> str:
    return timetable._get_partition_info(run_date=pendulum.parse(instant))[1]


def test_a_source_looked_at_daily_gets_the_month_before_in_jakarta():
    daily = MonthTimetable("15 3 * * *", -1)
    assert key(daily, "2026-07-31T20:15:00Z") == "2026-07"  # 1 August, 03:15 in Jakarta
    assert key(daily, "2026-08-30T20:15:00Z") == "2026-07"  # 31 August
    assert key(daily, "2026-12-31T20:15:00Z") == "2026-12"  # 1 January
    assert key(MonthTimetable("15 3 * * *", 0), "2026-07-31T20:15:00Z") == "2026-08"


def test_it_survives_serialization():
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable

    again = decode_timetable(encode_timetable(MonthTimetable("45 3 * * *", -1)))
    assert isinstance(again, MonthTimetable)
    assert (again.summary, again.months, again.partitioned) == ("45 3 * * *", -1, True)
    assert key(again, "2026-07-31T20:45:00Z") == "2026-07"


def test_a_backfill_runs_once_a_month():
    infos = MonthTimetable("15 3 * * *", -1).iter_partition_dagrun_infos(
        earliest=pendulum.datetime(2026, 5, 1), latest=pendulum.datetime(2026, 7, 31)
    )
    assert [info.partition_key for info in infos] == ["2026-05", "2026-06", "2026-07"]


def test_every_source_says_when_and_for_which_month():
    found = {c.nama: c for c in cadence.cadences()}
    assert {"dtsen", "dtjateng", "simnakis"} <= set(found)
    assert all(c.geser_bulan <= 0 and c.judul and c.pemilik for c in found.values())


def test_every_feed_says_when():
    assert [c.nama for c in cadence.feed_cadences()] == ["aduan", "pengajuan", "verifikasi"]
    assert all(c.judul and len(c.jadwal.split()) == 5 for c in cadence.feed_cadences())


def test_the_calendar_month_of_an_instant_is_that_of_jakarta():
    assert period.of_instant(pendulum.parse("2026-07-31T16:59:59Z")) == "2026-07"
    assert period.of_instant(pendulum.parse("2026-07-31T17:00:00Z")) == "2026-08"


def test_months_are_counted_over_the_turn_of_the_year():
    assert [period.earlier("2026-02", n) for n in (0, 1, 2, 12, 24)] == [
        "2026-02", "2026-01", "2025-12", "2025-02", "2024-02",
    ]  # fmt: skip
    assert (period.following("2026-11"), period.following("2026-12")) == ("2026-12", "2027-01")
    with pytest.raises(period.PeriodError):
        period.earlier("2026-00", 1)


def test_the_period_of_a_run_is_its_key_then_its_param_and_never_a_guess():
    def context(partition_key, periode):
        return {"dag_run": SimpleNamespace(partition_key=partition_key), "params": {"periode": periode}}

    assert period.of_context(context("2026-06", None)) == "2026-06"
    assert period.of_context(context("2026-06", "2026-05")) == "2026-06"
    assert period.of_context(context(None, "2026-05")) == "2026-05"
    with pytest.raises(period.PeriodError, match="must be a month YYYY-MM"):
        period.of_context(context(None, None))
    with pytest.raises(period.PeriodError):
        period.of_context(context("2026-13", None))
