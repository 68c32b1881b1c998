"""Run dbt in this process, one build per layer, on a manifest parsed once; results of models go to `buku.model`."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psycopg import conninfo, pq

from sinkron import database, ledger
from sinkron.ledger import StepRun
from sinkron.period import reference_date
from sinkron.settings import ROOT, Settings, SettingsError

PROJECT = ROOT / "dbt_project"
# dbt's event with the result of a node.
FINISHED = "NodeFinished"


class BuildError(RuntimeError):
    """A model, seed or test failed; names it with the number of failing rows or the SQLSTATE, without its rows."""


def prepare(settings: Settings) -> None:
    """Load dbt and read its project, which takes seconds however few the rows are; `build` does it when it is needed.

    Raises BuildError when dbt cannot read the project.
    """
    with _environment(settings, {}) as database_name:
        _manifest(_target(settings), database_name)


def build(run: StepRun, candidate: dict[str, Any], *layers: str) -> dict[str, int]:
    """`dbt build` of these layers (paths below dbt_project) for a candidate row of `rilis.rilis`.

    Returns counts by status; raises BuildError naming what failed.
    """
    failures = _Failures()
    target = _target(run.settings)
    with _environment(run.settings, _session(run.settings, candidate)) as database_name:
        paths = [f"path:{layer}" for layer in layers]
        manifest = _manifest(target, database_name)
        outcome = _invoke(
            target, "build", "--fail-fast", "--cache-selected-only", "--select", *paths, manifest=manifest,
            callbacks=[failures],
        )  # fmt: skip
    if outcome.exception is not None and outcome.result is None:
        raise BuildError(f"dbt could not build {', '.join(layers)}: {type(outcome.exception).__name__}")
    results = list(outcome.result.results)
    with run.transaction() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into buku.model (id_jalan, model, status, baris, detik) values (%s, %s, %s, %s, %s)"
            " on conflict (id_jalan, model) do update set status = excluded.status, detik = excluded.detik",
            [(run.id_jalan, r.node.unique_id, str(r.status), _rows(r), round(r.execution_time, 3)) for r in results],
        )
    if failures or not outcome.success:
        raise BuildError(f"dbt build of {', '.join(layers)} for {candidate['id_rilis']} failed: {failures}")
    counts: dict[str, int] = {}
    for result in results:
        counts[str(result.status)] = counts.get(str(result.status), 0) + 1
    return counts


def _target(settings: Settings) -> Path:
    return settings.home / "dbt"


@functools.lru_cache(maxsize=2)
def _manifest(target: Path, database_name: str) -> Any:
    """The project's manifest, read once per process: it names the database in every relation."""
    outcome = _invoke(target, "parse")
    if not outcome.success:
        raise BuildError(f"dbt could not read {PROJECT.name}: {type(outcome.exception).__name__}")
    return outcome.result


def _invoke(target: Path, command: str, *arguments: str, **runner: Any) -> Any:
    return _runner_class()(**runner).invoke([
        "--quiet", "--no-use-colors", "--log-level", "none", "--log-level-file", "none",
        command, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
        "--target-path", str(target), "--no-write-json", *arguments,
    ])  # fmt: skip


@functools.cache
def _runner_class() -> type:
    """dbt's runner, with three things of dbt changed (docs/decisions/0028)."""
    from dbt.adapters.postgres.connections import PostgresConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt_common.behavior_flags import BehaviorFlagRendered
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.event_manager_client import ctx_set_event_manager

    class FewEvents(EventManager):
        """Makes messages only of events that `_Failures` uses; dbt fires about twenty others for each node."""

        def fire_event(self, e: Any, level: Any = None, node: Any = None, force_warn_or_error_handling: bool = False):
            if type(e).__name__ == FINISHED or force_warn_or_error_handling or _sqlstate():
                super().fire_event(e, level, node, force_warn_or_error_handling)

    ctx_set_event_manager(FewEvents())

    # In every build dbt searches the whole call stack for the origin of each of its flags, which takes as long as some
    # models. The result is only one word of a message that is not shown here.
    BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt")

    def keep_connection(self: PostgresConnectionManager) -> None:
        """Leave a node's connection to the next node of its thread; dbt closes all of them when a build ends.

        dbt itself opens one for each node, which takes as long as some models.
        """
        connection = self.get_if_exists()
        if connection is not None and connection.state == "open" and connection.transaction_open:
            self._rollback(connection)

    PostgresConnectionManager.release = keep_connection
    return dbtRunner


def _rows(result: Any) -> int | None:
    rows = (result.adapter_response or {}).get("rows_affected")
    return rows if rows is not None and rows >= 0 else None


def _sqlstate() -> str | None:
    """The SQLSTATE of the driver error being handled: dbt logs a failing statement inside its `except` block."""
    return getattr(sys.exc_info()[1], "pgcode", None)


class _Failures:
    """A dbt callback that keeps what failed and why, without dbt's text, which may quote a value.

    It is needed because the results may lack the failure: under --fail-fast a run may stop after a node failed and
    before the failure is recorded, and the node is then listed as skipped.
    """

    def __init__(self) -> None:
        self._said: dict[str, str] = {}
        self._codes: dict[str, str] = {}

    def __call__(self, event: Any) -> None:
        if code := _sqlstate():
            self._codes[event.data.node_info.unique_id] = code
        if event.info.name == FINISHED and event.data.run_result.status in ("error", "fail", "runtime error"):
            node, result = event.data.node_info.unique_id, event.data.run_result
            rows = f", {result.num_failures} rows" if result.num_failures else ""
            state = f", SQLSTATE {self._codes[node]}" if node in self._codes else ""
            self._said[node] = f"{node} ({result.status}{rows}{state})"

    def __bool__(self) -> bool:
        return bool(self._said)

    def __str__(self) -> str:
        return "; ".join(self._said.values()) or "nothing was built"


def _session(settings: Settings, candidate: dict[str, Any]) -> dict[str, str]:
    """Settings of the sessions that build a candidate: which releases its models read, and how they are planned."""
    return {
        "sinkron.id_rilis": candidate["id_rilis"],
        "sinkron.id_sebelum": candidate["id_sebelum"] or "",
        "sinkron.id_bulan_lalu": ledger.month_before(settings, candidate) or "",
        "sinkron.tanggal_acuan": reference_date(candidate["periode"]).isoformat(),
        **database.WHOLE_TABLES,
    }


@contextlib.contextmanager
def _environment(settings: Settings, session: dict[str, str]) -> Iterator[str]:
    """Set where dbt connects and with which session settings, which libpq takes from PGOPTIONS.

    Yields the name of the database. Raises SettingsError for an address that cannot be passed to dbt.
    """
    address = {name: str(value) for name, value in conninfo.conninfo_to_dict(database.owner_url(settings)).items()}
    options = " ".join(f"-c {name}={value}" for name, value in session.items())
    values = {
        "SINKRON_DBT_HOST": address.pop("host", ""),
        "SINKRON_DBT_PORT": address.pop("port", "5432"),
        "SINKRON_DBT_USER": address.pop("user", ""),
        "DBT_ENV_SECRET_SANDI": address.pop("password", ""),
        "SINKRON_DBT_DBNAME": address.pop("dbname", ""),
        "SINKRON_DBT_CONNECT_TIMEOUT": address.get("connect_timeout", "10"),
        "PGOPTIONS": f"{address.pop('options', '')} {options}".lstrip(),
    }
    values |= {_variable(name): value for name, value in address.items()}
    if not values["SINKRON_DBT_PORT"].isdigit():
        raise _unsupported("port")
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield values["SINKRON_DBT_DBNAME"]
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _variable(name: str) -> str:
    """The variable in which libpq, also the libpq of dbt's driver, looks for a parameter of an address."""
    known = {option.keyword.decode(): (option.envvar or b"").decode() for option in pq.Conninfo.get_defaults()}
    if not known.get(name):
        raise _unsupported(name)
    return known[name]


def _unsupported(name: str) -> SettingsError:
    return SettingsError(
        f"DATABASE_URL: dbt cannot take its parameter {name}; expected one port and parameters that libpq also reads "
        "from the environment (sslmode, sslrootcert, …): leave it out"
    )
