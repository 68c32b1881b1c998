"""When a source is read and for which month: its `jadwal` and `geser_bulan`, without loading its whole schema."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from airflow.timetables.trigger import CronPartitionTimetable

from sinkron import settings as settings_module
from sinkron.period import JAKARTA
from sinkron.settings import ROOT

if TYPE_CHECKING:
    from pendulum import DateTime

Facts = TypeVar("Facts")


class MonthTimetable(CronPartitionTimetable):
    """Runs by a cron line; the key of a run is the calendar month of its day in Asia/Jakarta, shifted by months.

    Airflow's own CronPartitionTimetable shifts by ticks of the cron line, so a source that is read daily would get
    the month of yesterday, not last month.
    """

    def __init__(self, cron: str, months: int) -> None:
        super().__init__(cron, timezone=JAKARTA.key, key_format="%Y-%m")
        self.months = months

    def serialize(self) -> dict[str, Any]:
        return {"cron": self._expression, "months": self.months}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> MonthTimetable:
        return cls(data["cron"], data["months"])

    def _get_partition_date(self, *, run_date: DateTime) -> DateTime:
        return run_date.in_timezone(self._timezone).start_of("month").add(months=self.months)

    def iter_partition_dagrun_infos(self, *, earliest: dt.datetime, latest: dt.datetime) -> Iterator[Any]:
        """One run for each month in a backfill, not one for each tick."""
        seen = set()
        for info in super().iter_partition_dagrun_infos(earliest=earliest, latest=latest):
            if info.partition_key not in seen:
                seen.add(info.partition_key)
                yield info


def by_clock(schedule: Any, stopped: Any = None) -> Any:
    """`schedule`, or `stopped` when the installation's clock is stopped: runs then start only by hand and by assets.

    When Airflow meets a DAG for the first time shortly after a tick of its schedule (within a tenth of the interval,
    for a daily DAG over two hours), it starts a run at once. In the demo, whose months are not today's, such a run
    would land today's state as a month, and its question to the approver would come before those of the demo's months.
    """
    return schedule if settings_module.load().clock_runs else stopped


@dataclass(frozen=True)
class Cadence:
    """The facts of a source.yml that a DAG needs."""

    nama: str
    judul: str
    pemilik: str
    jadwal: str
    geser_bulan: int
    jenis: str
    # Whether a read names its month; a source that only knows its state of today cannot be asked for an older month.
    berperiode: bool = True

    @property
    def read_once(self) -> bool:
        """A service answers with its state of today: if it were read daily, a landed month would change daily."""
        return self.jenis == "rest"

    @property
    def timetable(self) -> MonthTimetable:
        return MonthTimetable(self.jadwal, self.geser_bulan)


@dataclass(frozen=True)
class FeedCadence:
    """The facts of a feed.yml that a DAG needs."""

    nama: str
    judul: str
    jadwal: str


def cadences() -> list[Cadence]:
    """Every source under connectors/, sorted by name; its declaration is validated where it is used."""
    return _declared("source.yml", Cadence)


def feed_cadences() -> list[FeedCadence]:
    """Every feed under connectors/, sorted by name; its declaration is validated where it is used."""
    return _declared("feed.yml", FeedCadence)


def _declared(file: str, kind: type[Facts]) -> list[Facts]:
    found = []
    for path in sorted((ROOT / "connectors").glob(f"*/{file}")):
        declared = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        found.append(kind(**{name: declared[name] for name in kind.__dataclass_fields__ if name in declared}))
    return found
