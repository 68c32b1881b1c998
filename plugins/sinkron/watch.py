"""The daily check of the months: late deliveries raise alarms, missed runs are started.

`look` compares the ledger with the calendar seed `kalender.csv`; `start` emits the asset with which Airflow starts the
run of a month, `start_ingest` asks again for an older month. All of them only read the warehouse.
"""

from __future__ import annotations

import csv
import datetime as dt
import logging
from dataclasses import asdict, dataclass
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Asset, BaseOperator, XComArg, task
from airflow.sdk.exceptions import AirflowSkipException

from sinkron import database, period
from sinkron import settings as settings_module
from sinkron.cadence import cadences
from sinkron.line import REQUIRED
from sinkron.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Event:
    """One dated row of the calendar: day `hari` of the month `geser_bulan` after the period."""

    peristiwa: str
    sumber: str
    geser_bulan: int
    hari: int
    berlaku_dari: dt.date

    def due(self, periode: str) -> dt.date:
        """The day on which this is expected for a period."""
        month = periode
        for _ in range(self.geser_bulan):
            month = period.following(month)
        last = period.reference_date(month)
        return last.replace(day=min(self.hari, last.day))


@dataclass(frozen=True)
class Finding:
    """One finding for a month; `mulai` names the run to start (`ingest`, `build`, `publish`), "" means an alarm."""

    periode: str
    jenis: str
    sumber: str = ""
    sejak: str = ""
    mulai: str = ""


def calendar(settings: Settings, periode: str) -> list[Event]:
    """The calendar in force for a period. Raises ValueError with file and line when a row cannot be read."""
    path = settings.seeds / "kalender.csv"
    newest: dict[tuple[str, str], Event] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                event = Event(
                    row["peristiwa"], row["sumber"], int(row["geser_bulan"]), int(row["hari"]),
                    dt.date.fromisoformat(row["berlaku_dari"]),
                )  # fmt: skip
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path.name} line {number}: {type(error).__name__}; expected a dated row") from None
            key = (event.peristiwa, event.sumber)
            in_force = event.berlaku_dari <= period.reference_date(periode)
            if in_force and (key not in newest or newest[key].berlaku_dari < event.berlaku_dari):
                newest[key] = event
    return list(newest.values())


# One row per month, from the first delivered month to the last month that is over (or later, if more was delivered).
# Feeds land under the month in which they are read, also before a registry delivers for the first time.
MONTHS = """
with kirim as (
    select min(periode || '-01')::date as awal, max(periode || '-01')::date as akhir
    from buku.kiriman where sumber = any(%(wajib)s)
),
bulan as (
    select to_char(hari, 'YYYY-MM') as periode
    from kirim cross join lateral generate_series(
        kirim.awal, greatest(kirim.akhir, %(hari_ini)s::date - interval '1 month'), interval '1 month'
    ) as hari
),
terima as (
    select distinct on (periode, sumber) periode, sumber, id_kiriman
    from buku.kiriman where status = 'diterima' order by periode, sumber, urutan desc
)
select
    bulan.periode,
    array(select sumber from terima where terima.periode = bulan.periode) as mendarat,
    -- The newest candidate or release made of exactly the newest accepted deliveries.
    (
        select rilis.status || case when rilis.sha256 is not null then ''
            when rilis.dibangun is not null then '/belum_diperiksa' else '/belum_selesai' end
        from rilis.rilis
        where rilis.periode = bulan.periode and not exists (
            select from terima
            where terima.periode = bulan.periode and terima.sumber = any(%(wajib)s) and not exists (
                select from buku.susunan
                where susunan.id_rilis = rilis.id_rilis and susunan.id_kiriman = terima.id_kiriman
            )
        )
        order by rilis.revisi desc limit 1
    ) as susunan_terbaru
from bulan order by bulan.periode
"""


def findings(settings: Settings, today: dt.date) -> list[Finding]:
    """What is late, waits for a person, or was missed, as of `today`."""
    found: list[Finding] = []
    # The ingests' own schedule asks for the newest month that is over; older ones are asked for here.
    newest = f"{today.replace(day=1) - dt.timedelta(days=1):%Y-%m}"
    askable = {source.nama for source in cadences() if source.berperiode}
    with database.connect(settings, name="sinkron awasi") as connection:
        months = connection.execute(MONTHS, {"hari_ini": today, "wajib": list(REQUIRED)}).fetchall()
    for month in months:
        periode, state = month["periode"], month["susunan_terbaru"]
        missing = set(REQUIRED) - set(month["mendarat"])
        for event in calendar(settings, periode):
            late = today > event.due(periode)
            if event.peristiwa == "kiriman" and event.sumber in missing and late:
                again = "ingest" if periode < newest and event.sumber in askable else ""
                found.append(Finding(periode, "kiriman_terlambat", event.sumber, f"{event.due(periode)}", again))
            if event.peristiwa == "terbit" and late and (missing or state not in ("terbit", "digantikan", "ditarik")):
                found.append(Finding(periode, "terbit_terlambat", "", f"{event.due(periode)}"))
        if not missing and state is None:
            found.append(Finding(periode, "belum_dibangun", mulai="build"))
        elif not missing and state == "kandidat/belum_diperiksa":
            found.append(Finding(periode, "belum_diperiksa", mulai="publish"))
        elif not missing and state == "kandidat/belum_selesai":
            found.append(Finding(periode, "belum_selesai", mulai="build"))
        elif not missing and state in ("kandidat", "ditahan"):
            found.append(Finding(periode, "menunggu_putusan" if state == "kandidat" else "ditahan_gerbang"))
    return found


@task(
    task_id="look",
    task_display_name="Lihat kalender",
    doc_md="Mencari bulan yang terlambat, menunggu orang atau terlewat; temuannya ada di XCom dan log.",
)
def look(**context: Any) -> list[dict[str, str]]:
    """Findings of the day on which the run was due, each also a warning in the log."""
    today = context["dag_run"].run_after.astimezone(period.JAKARTA).date()
    found = [asdict(finding) for finding in findings(settings_module.load(), today)]
    for finding in found:
        log.warning("bulan %(periode)s: %(jenis)s %(sumber)s %(sejak)s", finding)
    return found


@task(
    task_id="overdue",
    task_display_name="Pilih yang diminta lagi",
    doc_md="Memilih kiriman bulan lama yang terlambat dan masih dapat diminta, dengan bulannya.",
)
def overdue(**context: Any) -> list[dict[str, Any]]:
    """The ingest to start and its month, for each late delivery that can still be read."""
    return [
        {"trigger_dag_id": f"ingest_{finding['sumber']}", "conf": {"periode": finding["periode"]}}
        for finding in context["ti"].xcom_pull(task_ids="look")
        if finding["mulai"] == "ingest"
    ]


def start_ingest(late: XComArg) -> BaseOperator:
    """Start the ingest of each late delivery of an older month; skipped when there is none."""
    return TriggerDagRunOperator.partial(
        task_id="start_ingest", task_display_name="Minta lagi kiriman bulan lama"
    ).expand_kwargs(late)


def start(what: str, outlet: Asset) -> XComArg:
    """The task that starts the missed runs of one kind by emitting their asset, with one key per month."""
    labels = {"build": "Mulai yang belum dibangun", "publish": "Mulai yang belum diperiksa"}

    @task(task_id=f"start_{what}", task_display_name=labels[what], outlets=[outlet])
    def run(**context: Any) -> list[str]:
        found = context["ti"].xcom_pull(task_ids="look")
        months = sorted({finding["periode"] for finding in found if finding["mulai"] == what})
        if not months:
            raise AirflowSkipException("tidak ada yang terlewat")
        context["outlet_events"][outlet].add_partitions(months)
        return months

    return run()
