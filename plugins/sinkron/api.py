"""Airflow over its public REST API, as one of its users: start runs, watch them, answer a question."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from sinkron import airflow_setup
from sinkron.settings import Settings

FINISHED = frozenset({"success", "failed"})
PAGE = 100


class ApiError(RuntimeError):
    """Airflow refused a request, or a run did not end as it should."""


@dataclass
class Api:
    """A logged-in session. `user` is one of airflow_setup.USERS; its password comes from the installation."""

    settings: Settings
    user: str = "pemilik"
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        base = f"http://127.0.0.1:{airflow_setup.port(self.settings)}"
        # No TLS is spoken here; to prepare for it, httpx would read all root certificates at each login.
        self.client = httpx.Client(base_url=base, timeout=30, trust_env=False, verify=False)
        body = {"username": self.user, "password": airflow_setup.passwords(self.settings)[self.user]}
        token = self.client.post("/auth/token", json=body)
        if token.status_code != 201:
            raise ApiError(f"login of {self.user} at {base}: got HTTP {token.status_code}, expected 201")
        self.client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def call(self, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
        """One request below /api/v2; raises ApiError with Airflow's own words when it is not 2xx."""
        answer = self.client.request(method, f"/api/v2{path}", **kwargs)
        if not answer.is_success:
            raise ApiError(f"{method} {path} as {self.user}: HTTP {answer.status_code}: {answer.text[:500]}")
        return answer.json() if answer.content else {}

    def pages(self, path: str, key: str, **params: Any) -> Iterator[dict[str, Any]]:
        """All entries of a listing, page after page."""
        offset = 0
        while True:
            page = self.call("GET", path, params={**params, "limit": PAGE, "offset": offset})
            yield from page[key]
            offset += PAGE
            if offset >= page["total_entries"]:
                return

    def trigger(self, dag_id: str, periode: str | None = None, conf: dict[str, Any] | None = None) -> str:
        """Start a run of a DAG for a month (None for DAGs without one); returns its run id."""
        body: dict[str, Any] = {"logical_date": None, "conf": conf or {}}
        if periode:
            body["partition_key"] = periode
        return self.call("POST", f"/dags/{dag_id}/dagRuns", json=body)["dag_run_id"]

    def runs(self, dag_id: str, periode: str | None = None) -> list[dict[str, Any]]:
        """Runs of a DAG (of one month, if given), oldest first."""
        found = self.pages(f"/dags/{dag_id}/dagRuns", "dag_runs", order_by="id")
        # A run that was started by hand with the Param has its month in `conf`, not in its partition key.
        return [r for r in found if periode in (None, r["partition_key"], (r["conf"] or {}).get("periode"))]

    def tasks(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        """State of every task of a run, by task id."""
        found = self.pages(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances", "task_instances")
        return {task["task_id"]: task["state"] for task in found}

    def answer(self, dag_id: str, run_id: str, task_id: str, option: str, **inputs: Any) -> dict[str, Any]:
        """Answer the question of a waiting task ("Approve" or "Reject") as this user.

        Wait some seconds after the question before you answer: Airflow 3.3.2 loses an answer that arrives before the
        task has reached its waiting state.
        """
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/-1/hitlDetails"
        return self.call("PATCH", path, json={"chosen_options": [option], "params_input": inputs})


def trigger(settings: Settings, dag_id: str, periode: str | None = None) -> str:
    """Start a run of a DAG for a month as `pemilik`; returns its run id."""
    with Api(settings) as api:
        return api.trigger(dag_id, periode)


def wait_runs(
    settings: Settings,
    wanted: Iterable[tuple[str, str]],
    seconds: float,
    progress: Callable[[str, str, str, str], None] | None = None,
    ends_at: frozenset[str] = frozenset(),
) -> dict[tuple[str, str], str]:
    """Wait until the newest run of every (dag id, month) has ended, or one has failed; returns how those ended.

    `progress(dag_id, periode, task_id, state)` is called when a change of a task's state is seen. All wanted DAGs are
    followed until the wait ends, because a landing that leaves the month incomplete makes a run that ends at once.
    A run whose task reaches a state of `ends_at` (such as "awaiting_input") also counts as ended, with that state.
    Raises ApiError when a run has not ended, or has not begun, within `seconds`.
    """
    deadline = time.monotonic() + seconds
    follower = _Follower(progress or (lambda *_: None), ends_at)
    wanted = list(dict.fromkeys(wanted))
    with Api(settings) as api:
        while True:
            ended = {pair: how for pair in wanted if (how := follower.look(api, *pair))}
            if len(ended) == len(wanted) or "failed" in ended.values():
                return ended
            if time.monotonic() > deadline:
                missing = ", ".join(f"{dag} {periode}" for dag, periode in wanted if (dag, periode) not in ended)
                raise ApiError(f"after {seconds:.0f} s these runs have not ended: {missing}; look at them in the UI")
            time.sleep(1)


@dataclass
class _Follower:
    """What was seen of the runs so far, so that every change is reported once."""

    progress: Callable[[str, str, str, str], None]
    ends_at: frozenset[str]
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    # Run id -> how the run ended; its tasks need no second look.
    closed: dict[str, str] = field(default_factory=dict)

    def look(self, api: Api, dag_id: str, periode: str) -> str | None:
        """Report what changed in the runs of a month; returns how the newest run ended, None before its end."""
        how = None
        for run in api.runs(dag_id, periode):
            run_id = run["dag_run_id"]
            if how := self.closed.get(run_id):
                continue
            states = {task: state for task, state in api.tasks(dag_id, run_id).items() if state}
            for task, state in states.items():
                if self.told.get((run_id, task)) != state:
                    self.told[run_id, task] = state
                    self.progress(dag_id, periode, task, state)
            if run["state"] in FINISHED:
                self.closed[run_id] = how = run["state"]
            else:
                how = next(iter(self.ends_at.intersection(states.values())), None)
        return how
