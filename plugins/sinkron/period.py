"""The month, `YYYY-MM` in Asia/Jakarta: the key of everything. No step reads the clock for it."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")
PATTERN = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class PeriodError(ValueError):
    """A period is missing or is not a calendar month."""


def parse(value: str | None) -> str:
    """Return `value` if it is a month `YYYY-MM`; raise PeriodError otherwise."""
    if not value or not PATTERN.fullmatch(value):
        raise PeriodError(f"period must be a month YYYY-MM such as 2026-07, got {value!r}; set PERIODE or the Param")
    return value


def of_context(context: dict[str, Any]) -> str:
    """The month of an Airflow run: its partition key, else the Param `periode`; raise PeriodError if neither."""
    run = context.get("dag_run")
    key = getattr(run, "partition_key", None)
    if key:
        return parse(key)
    return parse((context.get("params") or {}).get("periode"))


def reference_date(periode: str) -> dt.date:
    """`tanggal_acuan`: the last day of the period, from which ages and expiries are computed (rules.md)."""
    year, month = map(int, parse(periode).split("-"))
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def following(periode: str) -> str:
    """The month after."""
    day = reference_date(periode) + dt.timedelta(days=1)
    return f"{day:%Y-%m}"


def earlier(periode: str, months: int) -> str:
    """The month that is `months` months before."""
    year, month = map(int, parse(periode).split("-"))
    year, month = divmod(year * 12 + month - 1 - months, 12)
    return f"{year:04d}-{month + 1:02d}"


def of_instant(instant: dt.datetime) -> str:
    """The calendar month in Asia/Jakarta of an instant: the month under which feeds land."""
    return f"{instant.astimezone(JAKARTA):%Y-%m}"
