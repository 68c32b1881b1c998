"""Airflow's own behaviour where the design leans on it, through a real scheduler: assets, waiting, decisions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sinkron import database, services
from sinkron import settings as settings_module
from sinkron.api import Api, ApiError, wait_runs
from sinkron.settings import Settings

SOURCES = ("dtsen", "dtjateng", "simnakis")
SECONDS = 240


@pytest.fixture(scope="module")
def airflow(instalasi: Settings) -> Iterator[Settings]:
    """Airflow's three services over the real DAGs, with steps that only keep the ledger."""
    database.migrate(instalasi)
    dags = Path(__file__).parent / "airflow_dags"
    settings = settings_module.load({**instalasi.values, "SINKRON_DAGS_FOLDER": str(dags), "SINKRON_JADWAL": "mati"})
    services.up(settings)
    try:
        yield settings
    finally:
        services.down(settings, only_airflow=True)
        assert not any(services.status(settings).values())


def rows(settings: Settings, query: str, *values: str) -> list[dict]:
    with database.connect(settings) as connection:
        return connection.execute(query, list(values)).fetchall()


def candidate(settings: Settings, periode: str) -> str:
    """A candidate that waits for its audit; returns the sha256 that `audit` will give it."""
    return rows(
        settings,
        "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode)"
        " values (%s, %s, 1, 'kandidat', 's', 'k') returning encode(sha256(id_rilis::bytea), 'hex') as sha",
        f"{periode}/1",
        periode,
    )[0]["sha"]


def decisions_on(settings: Settings, periode: str) -> list[tuple]:
    found = rows(
        settings,
        "select jawaban, oleh, otomatis, sha256 from keputusan.putusan where id_rilis = %s",
        f"{periode}/1",
    )
    return [tuple(row.values()) for row in found]


def status_of(settings: Settings, periode: str) -> str:
    return rows(settings, "select status from rilis.rilis where periode = %s", periode)[0]["status"]


def asked(settings: Settings, periode: str) -> str:
    """Wait until the publish run of a month asks its question; returns the run id."""
    wait_runs(settings, [("publish", periode)], SECONDS, ends_at=frozenset({"awaiting_input"}))
    with Api(settings) as api:
        run = api.runs("publish", periode)[-1]["dag_run_id"]
        tasks = api.tasks("publish", run)
        assert tasks == {"audit": "success", "approve": "awaiting_input", "publish": None, "export": None}
    return run


def test_simultaneous_landings_start_one_build_and_a_forged_success_publishes_nothing(airflow):
    month = "2026-06"
    with Api(airflow) as api:
        for source in SOURCES:
            api.trigger(f"ingest_{source}", month)
        seen = []
        wait_runs(airflow, [(f"ingest_{s}", month) for s in SOURCES], SECONDS, lambda *change: seen.append(change))
        assert {("ingest_dtsen", month, "land", "success"), ("ingest_dtjateng", month, "extract", "success")} <= set(
            seen
        )
        run = asked(airflow, month)

        # Every build run of the month has ended, and one of them built.
        deadline = time.monotonic() + SECONDS
        while (states := {r["state"] for r in api.runs("build_golden")} - {"success"}) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert states == set()
        builds = [api.tasks("build_golden", r["dag_run_id"])["golden"] for r in api.runs("build_golden", month)]
        assert builds.count("success") == 1
        assert set(builds) <= {"success", "skipped"}
        assert rows(airflow, "select dibangun is not null as ya from rilis.rilis where periode = %s", month) == [
            {"ya": True}
        ]
        assert len(api.runs("publish", month)) == 1
        assert rows(airflow, "select revisi from rilis.rilis where periode = %s", month) == [{"revisi": 1}]

        # What the approver reads.
        detail = api.call("GET", f"/dags/publish/dagRuns/{run}/taskInstances/approve/-1/hitlDetails")
        assert detail["subject"] == "Terbitkan rilis 2026-06/1?"
        assert "| individu | 3 |" in detail["body"]
        assert [user["id"] for user in detail["assigned_users"]] == ["uji-verifikator"]

    with Api(airflow, "uji-kepala") as stranger:
        with pytest.raises(ApiError, match="HTTP 403"):
            stranger.answer("publish", run, "approve", "Approve")
        # Airflow lets any `op` do this; it must not matter.
        stranger.call("PATCH", f"/dags/publish/dagRuns/{run}/taskInstances/approve", json={"new_state": "success"})
    assert wait_runs(airflow, [("publish", month)], SECONDS) == {("publish", month): "failed"}
    with Api(airflow) as api:
        tasks = api.tasks("publish", run)
        assert tasks == {"audit": "success", "approve": "success", "publish": "failed", "export": "upstream_failed"}
    assert decisions_on(airflow, month) == []
    assert status_of(airflow, month) == "kandidat"


def test_a_rejection_under_retries_publishes_nothing_and_is_not_asked_again(airflow):
    month = "2026-07"
    sha = candidate(airflow, month)
    with Api(airflow) as api:
        api.trigger("publish", month)
    run = asked(airflow, month)
    time.sleep(6)  # an earlier answer can be lost by Airflow itself
    with Api(airflow, "uji-verifikator") as approver:
        approver.answer("publish", run, "approve", "Reject")
        assert wait_runs(airflow, [("publish", month)], SECONDS) == {("publish", month): "failed"}
        ended = dict.fromkeys(("publish", "export"), "upstream_failed")
        assert approver.tasks("publish", run) == {"audit": "success", "approve": "failed", **ended}
        assert decisions_on(airflow, month) == [("tolak", "uji-verifikator", False, sha)]

        # Cleared, it neither asks again nor forgets.
        approver.call(
            "POST",
            "/dags/publish/clearTaskInstances",
            json={"dag_run_id": run, "task_ids": ["approve"], "dry_run": False, "only_failed": False},
        )
        again = wait_runs(airflow, [("publish", month)], SECONDS, ends_at=frozenset({"awaiting_input"}))
        assert again == {("publish", month): "failed"}
    assert status_of(airflow, month) == "kandidat"
    assert len(decisions_on(airflow, month)) == 1


def test_an_approval_over_rest_twenty_seconds_after_the_question_publishes(airflow):
    month = "2026-08"
    sha = candidate(airflow, month)
    with Api(airflow) as api:
        api.trigger("publish", month)
    run = asked(airflow, month)
    time.sleep(20)
    with Api(airflow, "uji-verifikator") as approver:
        approver.answer("publish", run, "approve", "Approve")
        assert wait_runs(airflow, [("publish", month)], SECONDS) == {("publish", month): "success"}
        events = list(approver.pages("/assets/events", "asset_events", source_dag_id="publish"))
    assert [event["partition_key"] for event in events] == [month]
    assert decisions_on(airflow, month) == [("setuju", "uji-verifikator", False, sha)]
    assert status_of(airflow, month) == "terbit"


def test_a_decision_written_before_is_used_without_asking(airflow):
    month = "2026-09"
    sha = candidate(airflow, month)
    rows(
        airflow,
        "insert into keputusan.putusan (id_rilis, jenis, sha256, jawaban, oleh, otomatis, pada)"
        " values (%s, 'publish', %s, 'setuju', 'uji-verifikator', true, clock_timestamp()) returning id_putusan",
        f"{month}/1",
        sha,
    )
    with Api(airflow) as api:
        api.trigger("publish", month)
    assert wait_runs(airflow, [("publish", month)], SECONDS) == {("publish", month): "success"}
    assert decisions_on(airflow, month) == [("setuju", "uji-verifikator", True, sha)]
    assert status_of(airflow, month) == "terbit"


def test_the_release_page_needs_a_login(airflow):
    with Api(airflow, "pelihat") as viewer:
        page = viewer.client.get("/sinkron/")
        assert page.status_code == 200
        assert "<td>2026-08/1</td>" in page.text
        base = viewer.client.base_url
    with httpx.Client(base_url=base, trust_env=False) as nobody:
        assert nobody.get("/sinkron/").status_code == 401
        assert nobody.get("/sinkron/", headers={"Authorization": "Bearer x"}).status_code in (401, 403)
        assert [nobody.get(f"/sinkron/{path}").status_code for path in ("docs", "openapi.json")] == [404, 404]
