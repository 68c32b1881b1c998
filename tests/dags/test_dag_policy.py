"""The house rules of `dags/`, as tests: docs/decisions and design "Orchestration" say why."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sinkron.line import LINE
from sinkron.settings import ROOT
from sinkron.tags import Tag

FILES = sorted((ROOT / "dags").glob("*.py"))
SOURCES = sorted(path.parent.name for path in (ROOT / "connectors").glob("*/source.yml"))
FEEDS = sorted(path.parent.name for path in (ROOT / "connectors").glob("*/feed.yml"))
PARTS = ["Apa yang dilakukan", "Membaca dan menulis", "Bila gagal", "Penanggung jawab"]
HEAVY = {"great_expectations", "splink", "pandas", "dbt", "duckdb", "pyarrow", "numpy", "psycopg2"}
BUDGET_SECONDS = 2.0


def test_every_file_imports_and_makes_exactly_the_dags_it_should(dagbag):
    assert dagbag.import_errors == {}
    expected = {path.stem for path in FILES} - {"ingest", "feeds"}
    expected |= {f"ingest_{source}" for source in SOURCES} | {f"feed_{name}" for name in FEEDS}
    assert set(dagbag.dags) == expected
    assert {"dtsen", "dtjateng", "simnakis"} <= set(SOURCES)
    assert FEEDS == ["aduan", "pengajuan", "verifikasi"]


def test_tasks_and_steps_of_the_line_map_one_to_one_in_order(dagbag):
    wired = {}
    for dag_id, dag in dagbag.dags.items():
        if not dag_id.startswith("ingest_") and dag_id not in {step.dag for step in LINE}:
            continue
        chain, task = [], next(task for task in dag.tasks if not task.upstream_task_ids)
        while True:
            chain.append(task.task_id)
            assert len(task.downstream_task_ids) <= 1
            if not task.downstream_task_ids:
                break
            task = dag.get_task(next(iter(task.downstream_task_ids)))
        assert len(chain) == len(dag.tasks)
        # Each approver of a list is asked by a task of his own.
        wired[dag_id] = list(dict.fromkeys(re.sub(r"^authorise_\d$", "authorise", name) for name in chain))
    for dag_id, chain in wired.items():
        family = "ingest" if dag_id.startswith("ingest_") else dag_id
        assert chain == [step.name for step in LINE if step.dag == family]
    assert list(dict.fromkeys(step.dag for step in LINE)) == [
        "ingest", "build_golden", "publish", "push_deactivations", "reconcile_deactivations",
    ]  # fmt: skip


def test_labels_docs_tags_and_concurrency(dagbag):
    for dag_id, dag in dagbag.dags.items():
        assert re.findall(r"^### (.+)$", dag.doc_md, re.MULTILINE) == PARTS, dag_id
        assert all(body.strip() for body in re.split(r"^### .+$", dag.doc_md, flags=re.MULTILINE)[1:]), dag_id
        assert dag.tags and dag.tags <= {tag.value for tag in Tag}, dag_id
        assert dag.max_active_runs == 1, dag_id
        assert dag.dag_display_name != dag_id
        assert all(task.task_display_name != task.task_id for task in dag.tasks), dag_id


def test_no_task_shows_operators_the_docstring_of_its_function(dagbag):
    # Code speaks English, operators read Indonesian; Airflow takes the docstring unless the task has a `doc_md`.
    shown = {
        (dag_id, task.task_id): task.doc_md
        for dag_id, dag in dagbag.dags.items()
        for task in dag.tasks
        if task.doc_md and task.doc_md == getattr(getattr(task, "python_callable", None), "__doc__", None)
    }
    assert shown == {}


def test_only_the_decisions_are_never_retried_and_silence_rejects(dagbag):
    push = dagbag.dags["push_deactivations"]
    asked = [dagbag.dags["publish"].get_task("approve"), *(push.get_task(f"authorise_{n}") for n in (1, 2, 3))]
    for decision in asked:
        assert decision.retries == 0
        assert decision.defaults == ["Reject"]
        assert decision.fail_on_reject is True
        assert decision.response_timeout.days == 14
    assert [(d.jenis, d.urutan) for d in asked] == [("publish", 1), ("push", 1), ("push", 2), ("push", 3)]
    assert dagbag.dags["publish"].get_task("publish").retries == 2
    assert (push.get_task("list").retries, push.get_task("push").retries) == (2, 2)


def test_all_ingests_emit_the_one_asset_that_starts_the_build(dagbag):
    for source in SOURCES:
        assert [a.name for a in dagbag.dags[f"ingest_{source}"].get_task("land").outlets] == ["landed"]
        assert dagbag.dags[f"ingest_{source}"].get_task("extract").outlets == []
    assert [a.name for a in dagbag.dags["build_golden"].get_task("decide").outlets] == ["golden"]
    assert [a.name for a in dagbag.dags["publish"].get_task("publish").outlets] == ["published"]
    assert dagbag.dags["build_golden"].schedule.asset_condition.name == "landed"
    assert dagbag.dags["publish"].schedule.asset_condition.name == "golden"
    assert dagbag.dags["push_deactivations"].schedule.asset_condition.name == "published"


def test_feeds_run_daily_in_jakarta_and_start_no_build(dagbag):
    for name in FEEDS:
        dag = dagbag.dags[f"feed_{name}"]
        assert [(task.task_id, task.retries, task.outlets) for task in dag.tasks] == [("read", 2, [])]
        minute, hour, *rest = dag.timetable.expression.split()
        assert (rest, str(dag.timetable.timezone)) == (["*", "*", "*"], "Asia/Jakarta")
        # Before the watch, which looks at 06:00.
        assert (int(hour), int(minute)) < (6, 0)


def test_with_the_clock_stopped_runs_start_by_hand_and_by_assets_only(dagbag, parse, monkeypatch):
    def ticking(dags):
        return {
            dag_id
            for dag_id, dag in dags.items()
            if dag.timetable.can_be_scheduled and not dag.timetable.asset_condition
        }

    by_hand_or_assets = {"build_golden", "publish", "push_deactivations", "rollback_release"}
    assert ticking(dagbag.dags) == set(dagbag.dags) - by_hand_or_assets
    monkeypatch.setenv("SINKRON_JADWAL", "mati")
    stopped = parse().dags
    assert set(stopped) == set(dagbag.dags)
    assert ticking(stopped) == set()
    # A run by hand still has its month for a key.
    assert all(stopped[f"ingest_{source}"].timetable.partitioned_at_runtime for source in SOURCES)
    monkeypatch.setenv("SINKRON_JADWAL", "off")
    assert all("SINKRON_JADWAL must be hidup or mati, got 'off'" in why for why in parse().import_errors.values())
    assert len(parse().import_errors) == 4


def test_two_readings_serialize_alike(dagbag, parse):
    from airflow.serialization.serialized_objects import DagSerialization

    again = parse()
    for dag_id, dag in dagbag.dags.items():
        first, second = (
            json.dumps(DagSerialization.to_dict(d), sort_keys=True, default=str) for d in (dag, again.dags[dag_id])
        )
        assert first == second, dag_id


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_dag_files_are_wiring_only(path: Path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 80
    modules = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module)
    assert {m for m in modules if m != "airflow.sdk" and not m.startswith("sinkron.")} == set()


def clock_readings(tree: ast.AST) -> list[str]:
    """Names by which code would take its month from the run's dates or from the machine's clock."""
    run_dates = {"ds", "ts", "logical_date", "execution_date", "data_interval_start", "data_interval_end"}
    found = []
    for node in ast.walk(tree):
        name = None
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            name = node.slice.value
        if name in run_dates:
            found.append(name)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found += [node.func.attr] if node.func.attr in ("now", "utcnow", "today") else []
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += re.findall(r"{{[^}]*\b(?:ds|ts|logical_date)\b[^}]*}}", node.value)
    return found


def test_no_period_is_read_from_the_clock_or_from_a_run_date():
    # The rest of sinkron may stamp what happened when; these modules decide about months.
    deciding = ["period", "line", "tasks", "watch", "cadence", "keputusan"]
    paths = FILES + [ROOT / "plugins" / "sinkron" / f"{name}.py" for name in deciding]
    paths += sorted((ROOT / "plugins" / "sinkron" / "steps").glob("*.py"))
    assert {str(path): found for path in paths if (found := clock_readings(ast.parse(path.read_text())))} == {}


def test_the_clock_rule_can_fail():
    planted = "a = context['ds']; b = run.logical_date; c = dt.datetime.now(); d = '{{ ds }}'"
    assert sorted(clock_readings(ast.parse(planted))) == ["ds", "logical_date", "now", "{{ ds }}"]


# Seconds of the processor, so that a busy machine does not fail it.
MEASURE = """
import os, runpy, sys, time
import airflow.sdk
for path in sys.argv[1:]:
    if os.fork() == 0:
        before, began = set(sys.modules), time.process_time()
        runpy.run_path(path)
        loaded = {name.split(".")[0] for name in set(sys.modules) - before}
        print(path, time.process_time() - began, ",".join(sorted(loaded)), sep="|", flush=True)
        os._exit(0)
    os.wait()
"""


def test_import_budget():
    command = [sys.executable, "-c", MEASURE, *map(str, FILES)]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), check=True)
    lines = [line.split("|") for line in done.stdout.splitlines() if line.count("|") == 2]
    assert [Path(path) for path, _, _ in lines] == FILES
    for path, seconds, loaded in lines:
        assert float(seconds) < BUDGET_SECONDS, path
        assert not HEAVY & set(loaded.split(",")), path
