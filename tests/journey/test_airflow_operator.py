"""The decision operator and the tasks' handling of outcomes, against a real warehouse, without a scheduler."""

from __future__ import annotations

import datetime as dt
import re
import traceback
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, TaskAwaitingInput

from sinkron import approvers, database, decisions, outcomes, tasks
from sinkron.assets import LANDED
from sinkron.keputusan import Keputusan
from sinkron.settings import SettingsError

MONTH, SHA = "2026-07", "a" * 64
ANSWERED = dt.datetime(2026, 8, 5, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def candidate(gudang, monkeypatch):
    """A checked candidate in a warehouse that code called without settings finds too."""
    for name in ("DATABASE_URL", "SINKRON_HOME", "SINKRON_ENV_FILE"):
        monkeypatch.setenv(name, gudang.values[name])
    with database.connect(gudang) as connection:
        connection.execute(
            "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode, sha256, tabel)"
            " values (%s, %s, 1, 'kandidat', 's', 'k', %s, %s)",
            [f"{MONTH}/1", MONTH, SHA, '{"individu": {"baris": 12, "sha256": "x"}}'],
        )
        for number, (outcome, severity) in enumerate([("lulus", "kritis"), ("gagal", "peringatan")]):
            connection.execute(
                "insert into audit.hasil_periksa (gerbang, subjek, sha256, periksa, kalimat, keparahan, hasil, diamati)"
                " values ('rilis', %s, %s, %s, %s, %s, %s, '7')",
                [f"{MONTH}/1", SHA, f"periksa_{number}", f"Kalimat {number}.", severity, outcome],
            )
    return gudang


@pytest.fixture
def operator():
    return Keputusan(task_id="approve", jenis="publish", retries=3)


def context(**more):
    run = SimpleNamespace(partition_key=MONTH, run_type="manual")
    return {"dag_run": run, "params": {}, "task_instance": SimpleNamespace(id="x"), **more}


def event(option: str, user: str | None) -> dict:
    return {
        "chosen_options": [option],
        "params_input": {},
        "responded_at": ANSWERED,
        "responded_by_user": user and {"id": user, "name": user},
        "timedout": user is None,
    }


def test_it_asks_with_the_numbers_and_remembers_what_it_asked_about(candidate, operator, monkeypatch):
    asked = {}
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **question: asked.update(question)
    )
    with pytest.raises(TaskAwaitingInput) as waiting:
        operator.execute(context())
    assert waiting.value.kwargs == {"id_rilis": f"{MONTH}/1", "sha256": SHA}
    assert waiting.value.timeout == dt.timedelta(days=14)
    assert operator.retries == 0
    assert asked["defaults"] == ["Reject"]
    assert [user["id"] for user in asked["assigned_users"]] == ["uji-verifikator"]
    assert "1 dari 2 lulus" in asked["body"]
    assert "- peringatan: Kalimat 1. (diamati 7, batas -)" in asked["body"]
    assert "| individu | 12 |" in asked["body"]


def test_an_approval_is_written_as_the_server_reports_it(candidate, operator):
    result = operator.execute_complete(context(), event("Approve", "uji-verifikator"), f"{MONTH}/1", SHA)
    assert result == {
        "id_rilis": f"{MONTH}/1", "sha256": SHA, "jawaban": "setuju", "oleh": "uji-verifikator", "otomatis": False,
    }  # fmt: skip
    assert decisions.find(candidate, SHA, "publish", 1)["pada"] == ANSWERED
    # The same candidate again: nobody is asked.
    assert operator.execute(context()) == result


def test_a_reject_fails_for_good_and_silence_is_a_reject_by_the_system(candidate, operator):
    with pytest.raises(AirflowFailException, match=r"ditolak oleh sistem"):
        operator.execute_complete(context(), event("Reject", None), f"{MONTH}/1", SHA)
    row = decisions.find(candidate, SHA, "publish", 1)
    assert (row["jawaban"], row["oleh"], row["otomatis"]) == ("tolak", "sistem", True)
    with pytest.raises(AirflowFailException):
        operator.execute(context())
    # The first answer is final, also against one that was on its way.
    with pytest.raises(AirflowFailException):
        operator.execute_complete(context(), event("Approve", "uji-verifikator"), f"{MONTH}/1", SHA)
    assert decisions.find(candidate, SHA, "publish", 1)["jawaban"] == "tolak"


def test_an_answer_counts_for_the_content_that_was_shown(candidate, operator):
    with database.connect(candidate) as connection:
        connection.execute("update rilis.rilis set sha256 = %s", ["b" * 64])
    operator.execute_complete(context(), event("Approve", "uji-verifikator"), f"{MONTH}/1", SHA)
    assert decisions.find(candidate, "b" * 64, "publish", 1) is None


def test_without_a_checked_candidate_there_is_no_question(candidate, operator):
    with database.connect(candidate) as connection:
        connection.execute("update rilis.rilis set status = 'ditahan'")
    with pytest.raises(AirflowFailException, match="tidak ada kandidat 2026-07"):
        operator.execute(context())


def test_a_trial_that_answers_itself_is_marked_automatic(candidate, operator, monkeypatch):
    monkeypatch.setenv("APPROVE", "publish")
    result = operator.execute(context(ti=SimpleNamespace(start_date=ANSWERED)))
    assert (result["jawaban"], result["oleh"], result["otomatis"]) == ("setuju", "uji-verifikator", True)
    assert decisions.find(candidate, SHA, "publish", 1)["pada"] == ANSWERED


def test_without_a_word_for_it_nothing_is_answered_by_program(candidate, operator, monkeypatch):
    monkeypatch.setattr("airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **question: None)
    monkeypatch.setenv("APPROVE", "")
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context())
    monkeypatch.setenv("APPROVE", "ye")
    with pytest.raises(SettingsError, match="APPROVE must be none, publish, yes or reject, got 'ye'"):
        operator.execute(context())
    assert decisions.find(candidate, SHA, "publish", 1) is None


@pytest.mark.parametrize(("built", "by", "goes_on"), [
    (False, "asset_triggered", True),
    (True, "asset_triggered", False),
    # A person may build it again.
    (True, "manual", True),
])  # fmt: skip
def test_a_candidate_is_built_once_from_the_same_deliveries(candidate, monkeypatch, built, by, goes_on):
    counts = {"siap": True, "id_rilis": f"{MONTH}/1", "dibangun": built}
    monkeypatch.setattr(tasks.STEPS["compose"].__class__, "run", lambda *_: counts)
    run = context(ti=SimpleNamespace(xcom_push=lambda *_: None), outlet_events={})
    run["dag_run"].run_type = by
    if goes_on:
        assert tasks.perform("compose", None, None, run) == counts
    else:
        with pytest.raises(AirflowSkipException, match="sudah dibangun dari kiriman yang sama"):
            tasks.perform("compose", None, None, run)


def test_approvers_come_from_the_settings_and_are_never_nobody(candidate):
    assert approvers.names(candidate, "publish", 1) == ["uji-verifikator"]
    candidate.values["SINKRON_PENYETUJU_TERBIT"] = " sri , budi,"
    assert approvers.names(candidate, "publish", 1) == ["sri", "budi"]
    candidate.values["SINKRON_PENYETUJU_TERBIT"] = " , "
    assert approvers.names(candidate, "publish", 1) == ["uji-verifikator"]


def run_step(monkeypatch, name: str, result, outlet=None) -> tuple[dict | None, set[str], dict]:
    """Perform a step that returns or raises `result`; returns counts, emitted keys and XCom."""
    keys, pushed = set(), {}
    events = {outlet: SimpleNamespace(add_partitions=keys.add)}
    ti = SimpleNamespace(xcom_push=pushed.__setitem__)

    def fake(self, settings, periode, sumber=None):
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(tasks.STEPS[name].__class__, "run", fake)
    counts = tasks.perform(name, "dtsen", outlet, context(ti=ti, outlet_events=events))
    return counts, keys, pushed


def test_an_accepted_delivery_emits_its_month(monkeypatch):
    accepted = {"status": "diterima", "diterima": {"keluarga": 3}}
    assert run_step(monkeypatch, "land", accepted, LANDED) == (accepted, {MONTH}, {})


@pytest.mark.parametrize(
    ("name", "result", "why"),
    [
        ("land", {"status": "sama"}, "kiriman berstatus sama"),
        ("compose", {"siap": False, "kurang": ["simnakis"]}, "menunggu simnakis"),
        ("compose", {"siap": False, "kurang": []}, "sudah terbit"),
        ("extract", outcomes.NotReady("belum ada"), "belum ada"),
    ],
)
def test_nothing_to_do_is_skipped_quietly(monkeypatch, name, result, why):
    with pytest.raises(AirflowSkipException, match=why):
        run_step(monkeypatch, name, result, LANDED)


@pytest.mark.parametrize("outcome", [outcomes.Refused, outcomes.GateHeld, outcomes.Undecided, outcomes.Rejected])
def test_what_a_person_must_settle_is_not_retried(monkeypatch, outcome):
    with pytest.raises(AirflowFailException, match=f"{outcome.__name__}: 3 pemeriksaan"):
        run_step(monkeypatch, "audit", outcome("3 pemeriksaan"))


def test_a_source_that_is_down_is_retried(monkeypatch):
    with pytest.raises(outcomes.SourceDown):
        run_step(monkeypatch, "extract", outcomes.SourceDown("tidak menjawab"))


def test_what_an_error_quotes_is_not_in_the_log_of_a_task():
    """Airflow logs an error with its text and its frames; the frames stay, and it is tried again."""
    name = "SITI AMINAH"

    def work():
        return {"usia": int(name)}

    with pytest.raises(outcomes.TaskFailed) as caught:
        tasks.settle(work)
    logged = "".join(traceback.format_exception(caught.value))
    assert name not in logged and "int(name)" in logged
    assert re.search(r"TaskFailed: ValueError at tests/journey/test_airflow_operator\.py:\d+", logged)

    def down():
        raise outcomes.SourceDown("dtsen tidak dapat dibaca: 503")

    with pytest.raises(outcomes.SourceDown, match="dtsen tidak dapat dibaca: 503"):
        tasks.settle(down)
