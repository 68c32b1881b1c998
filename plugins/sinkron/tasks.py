"""Tasks of the line: each runs one step of `sinkron.line` for the month of its run and returns its counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from airflow.sdk import Asset, Param, XComArg, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from sinkron import database, outcomes, period
from sinkron import settings as settings_module
from sinkron.line import STEPS

DEFAULTS = {
    "owner": "sinkron",
    "retries": 2,
    "retry_delay": dt.timedelta(seconds=30),
    "retry_exponential_backoff": True,
    "max_retry_delay": dt.timedelta(minutes=10),
}


def period_params() -> dict[str, Param]:
    """The Param with which a person starts a month by hand; a run that has a partition key does not need it."""
    return {
        "periode": Param(
            None,
            type=["null", "string"],
            pattern=period.PATTERN.pattern,
            title="Periode",
            description="Bulan YYYY-MM; kosongkan bila kunci partisi diisi",
        )
    }


def step(name: str, sumber: str | None = None, outlet: Asset | None = None, once: bool = False) -> XComArg:
    """The task of one step of the line, named as the step; emits `outlet` for the month if the step did its work.

    With `once` a scheduled run skips a source whose month has landed; a manual run reads it again.
    """

    @task(task_id=name, task_display_name=STEPS[name].label, outlets=[outlet] if outlet else [])
    def run(**context: Any) -> dict[str, Any]:
        if once and context["dag_run"].run_type == "scheduled":
            skip_landed(sumber, period.of_context(context))
        return perform(name, sumber, outlet, context)

    return run()


def perform(name: str, sumber: str | None, outlet: Asset | None, context: dict[str, Any]) -> dict[str, Any]:
    """Run a step and turn its named outcomes into Airflow's.

    Nothing to do (a source has not delivered, the delivery is the same, the month is not complete or is built
    already) skips the following tasks and leaves the run green. Problems that only a person can solve (a refused
    delivery, a gate that holds, a missing or negative decision) fail without a retry. Everything else is retried.
    """
    periode = period.of_context(context)
    settings = settings_module.load()
    counts = settle(lambda: STEPS[name].run(settings, periode, sumber))
    idle = nothing_new(name, counts)
    # Every landing of a month triggers its build; a person who starts the build gets it again.
    if name == "compose" and not idle and counts["dibangun"] and context["dag_run"].run_type != "manual":
        idle = f"kandidat {counts['id_rilis']} sudah dibangun dari kiriman yang sama"
    if idle:
        context["ti"].xcom_push("return_value", counts)
        raise AirflowSkipException(idle)
    if outlet:
        context["outlet_events"][outlet].add_partitions(periode)
    return counts


def skip_landed(sumber: str, periode: str) -> None:
    """Skip when the month of this source has an accepted delivery."""
    from sinkron import deliveries

    with database.connect(settings_module.load()) as connection:
        if deliveries.accepted(connection, sumber, periode):
            raise AirflowSkipException(f"{sumber} {periode} sudah mendarat; revisi hanya dibaca bila dijalankan orang")


def settle(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do the work; NotReady skips, the other named outcomes fail without retry. Messages hold counts and codes only.

    Airflow logs an error with its text, so an error of a library is raised again without its text.
    """
    try:
        return work()
    except outcomes.NotReady as outcome:
        raise AirflowSkipException(str(outcome)) from None
    except outcomes.Outcome as outcome:
        raise AirflowFailException(f"{type(outcome).__name__}: {outcome}") from None
    except Exception as error:
        if outcomes.is_ours(error):
            raise
        raise outcomes.TaskFailed(outcomes.words(error)).with_traceback(error.__traceback__) from None


def nothing_new(name: str, counts: dict[str, Any]) -> str | None:
    """Why nothing follows from this step's result, or None when the line goes on."""
    if name == "land" and counts.get("status") != "diterima":
        return f"kiriman berstatus {counts.get('status')}: tidak ada yang baru untuk bulan ini"
    if name == "compose" and not counts.get("siap"):
        missing = ", ".join(counts.get("kurang") or [])
        return f"bulan belum lengkap, menunggu {missing}" if missing else "kiriman yang sama sudah terbit"
    if name == "list" and not counts["daftar"]:
        return "tidak ada penonaktifan yang dapat diputuskan"
    return None


def read_feed(nama: str) -> XComArg:
    """The task that reads a feed of cases, under the calendar month of the day on which the run was due."""

    @task(task_id="read", task_display_name="Baca dan daratkan perubahan")
    def run(**context: Any) -> dict[str, Any]:
        from sinkron import feeds

        periode = period.of_instant(context["dag_run"].run_after)
        return settle(lambda: feeds.read(settings_module.load(), nama, periode))

    return run()


@task(
    task_id="reconcile",
    task_display_name=STEPS["reconcile"].label,
    doc_md=(
        "Membaca jawaban penerima, mencocokkannya dengan rilis yang dibaca, mengirim lagi yang belum diterima, dan"
        " menyampaikan hasil kepada pengadu; `periode` kosong: bulan ini."
    ),
)
def reconcile(**context: Any) -> dict[str, Any]:
    """Step reconcile, under the month that a person requests, else the month of the day on which the run was due."""
    periode = context["params"].get("periode") or period.of_instant(context["dag_run"].run_after)
    return settle(lambda: STEPS["reconcile"].run(settings_module.load(), periode))


@task(
    task_id="rollback",
    task_display_name="Geser penunjuk",
    doc_md="Mengembalikan penunjuk ke rilis pada isian, atas nama pengguna yang menjalankannya.",
)
def rollback(**context: Any) -> dict[str, Any]:
    """Move the pointer back to the release of the Param, in the name of the user who started the run."""
    from sinkron import publish

    params, user = context["params"], context["dag_run"].triggering_user_name or "sistem"
    return settle(lambda: publish.rollback(settings_module.load(), params["id_rilis"], user, params["alasan"]))
