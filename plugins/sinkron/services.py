"""Start and stop Airflow's three services, each in its own session, identified by pid and start time.

`airflow standalone` is not used: when TERM ends it, it leaves eight orphans behind (design, "Running it").
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from sinkron import airflow_setup, postgres
from sinkron.api import Api, ApiError
from sinkron.settings import ROOT, Settings, write_private

COMMANDS = {
    "api-server": ("api-server",),
    "dag-processor": ("dag-processor",),
    # The api-server reads the logs of LocalExecutor from the disk itself, so no second port has to serve them.
    "scheduler": ("scheduler", "--skip-serve-logs"),
}
READY_SECONDS = 300
GRACE_SECONDS = 15


class ServiceError(RuntimeError):
    """A service did not start, or did not stop."""


@dataclass(frozen=True)
class Address:
    """Where the UI is, and who may log in with which password."""

    url: str
    passwords: dict[str, str]


def up(settings: Settings) -> Address:
    """Start Airflow, wait until the API answers and every DAG file has been read; return the address.

    Services that run already with this environment (connections included) are left alone, others are restarted.
    Raises ServiceError when a service dies, a DAG file cannot be imported, or it takes more than five minutes.
    """
    environment = airflow_setup.environment(settings)
    if not all(status(settings).values()) or _environment_changed(settings, environment):
        down(settings, only_airflow=True)
        airflow_setup.choose_port(settings)
        environment = airflow_setup.environment(settings)
        airflow_setup.passwords(settings)
        _migrate(settings, environment)
        for name, arguments in COMMANDS.items():
            start(settings, name, [sys.executable, "-m", "airflow", *arguments], environment)
    _wait_until_ready(settings)
    return address(settings)


def address(settings: Settings) -> Address:
    """The printed address and logins."""
    return Address(f"http://127.0.0.1:{airflow_setup.port(settings)}", airflow_setup.passwords(settings))


def describe(where: Address) -> str:
    """Address and logins as lines for a person."""
    logins = "\n".join(f"  {user:<16} {password}" for user, password in where.passwords.items())
    return f"Airflow: {where.url}\n{logins}"


def status(settings: Settings) -> dict[str, bool]:
    """Which of the services run now, by name."""
    return {name: _leader_lives(_record(settings, name)) for name in COMMANDS}


def down(settings: Settings, only_airflow: bool = False) -> None:
    """Stop everything that `up` and `start` began, the embedded Postgres last. Does nothing when nothing runs.

    Raises ServiceError when a process still runs or a port is still open afterwards.
    """
    port = airflow_setup.port(settings) if (settings.airflow_home / "port").exists() else None
    ran = _record(settings, "api-server") is not None
    # The api-server is stopped last, because a stopped task still reports its state.
    for name in reversed(COMMANDS):
        end(settings, name)
    if ran and port and not postgres.wait_until_gone(port):
        raise ServiceError(f"port {port} still answers, expected nothing there; another program took it")
    if only_airflow:
        return
    for path in sorted((settings.home / "pid").glob("*.json")):
        end(settings, path.stem)
    state = settings.postgres / "server.json"
    server = json.loads(state.read_text())["port"] if state.exists() else None
    if postgres.stop(settings) and server and not postgres.wait_until_gone(server):
        raise ServiceError(f"port {server} of the embedded Postgres still answers; see {settings.postgres / 'log'}")


def _migrate(settings: Settings, environment: dict[str, str]) -> None:
    log = _log_file(settings, "migrasi")
    with log.open("ab") as output:
        command = [sys.executable, "-m", "airflow", "db", "migrate"]
        done = subprocess.run(command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise ServiceError(f"`airflow db migrate` ended with {done.returncode}, expected 0; see {log}")


def start(settings: Settings, name: str, command: list[str], environment: dict[str, str]) -> None:
    """Start a process in its own session and replace the one with this name; `down` ends it. Log: <home>/log."""
    end(settings, name)
    with _log_file(settings, name).open("ab") as output:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=ROOT,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            umask=0o077,
        )
    began = psutil.Process(process.pid).create_time()
    record = {"pid": process.pid, "mulai": began, "sidik": _fingerprint(environment)}
    write_private(_pid_file(settings, name), json.dumps(record))


def end(settings: Settings, name: str) -> None:
    """End the process with this name and its whole session, if it runs. Raises ServiceError if it does not end."""
    if record := _record(settings, name):
        if left := _end(record):
            raise ServiceError(f"{name}: processes {left} are alive after KILL; look at them with ps")
        _pid_file(settings, name).unlink()


def _fingerprint(environment: dict[str, str]) -> str:
    """Hash of the variables that our code and Airflow read; the other variables differ from shell to shell."""
    ours = ("AIRFLOW", "SINKRON_", "DATABASE_URL", "APPROVE", "IZINKAN_LAMA")
    kept = sorted((name, value) for name, value in environment.items() if name.startswith(ours))
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()


def _environment_changed(settings: Settings, environment: dict[str, str]) -> bool:
    record = _record(settings, "scheduler")
    return record is None or record.get("sidik") != _fingerprint(environment)


def _wait_until_ready(settings: Settings) -> None:
    deadline = time.monotonic() + READY_SECONDS
    waiting_for = "the API"
    while time.monotonic() < deadline:
        if dead := [name for name, alive in status(settings).items() if not alive]:
            logs = ", ".join(str(_log_file(settings, name)) for name in dead)
            raise ServiceError(f"{', '.join(dead)} died while starting; see {logs}")
        try:
            waiting_for = _not_ready(settings)
        except (httpx.HTTPError, ApiError):
            waiting_for = "the API"
        if not waiting_for:
            return
        time.sleep(0.5)
    raise ServiceError(f"after {READY_SECONDS} s still waiting for {waiting_for}; see {settings.home / 'log'}")


def _not_ready(settings: Settings) -> str:
    """What is still missing, or an empty string. Raises ServiceError when a DAG file does not import."""
    with Api(settings) as api:
        health = api.call("GET", "/monitor/health")
        for name in ("scheduler", "dag_processor"):
            if health[name]["status"] != "healthy":
                return name
        if errors := [error["filename"] for error in api.pages("/importErrors", "import_errors")]:
            raise ServiceError(f"these DAG files do not import: {', '.join(errors)}; the UI shows why")
        seen = {dag["relative_fileloc"] for dag in api.pages("/dags", "dags")}
    files = {path.name for path in airflow_setup.dags_folder(settings).glob("*.py")}
    return f"DAG files {sorted(files - seen)}" if files - seen else ""


def _log_file(settings: Settings, name: str) -> Path:
    folder = settings.home / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def _pid_file(settings: Settings, name: str) -> Path:
    return settings.home / "pid" / f"{name}.json"


def _record(settings: Settings, name: str) -> dict[str, Any] | None:
    path = _pid_file(settings, name)
    return json.loads(path.read_text()) if path.exists() else None


def _leader_lives(record: dict[str, Any] | None) -> bool:
    if not record:
        return False
    try:
        process = psutil.Process(int(record["pid"]))
        return process.create_time() == record["mulai"] and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _members(record: dict[str, Any] | None) -> list[int]:
    """Pids of the session that the service leads, also when the leader died and left them behind.

    The system does not reuse a session's number while the session has members. If a process with this number exists but
    began at another time, the session is gone and the number belongs to an unrelated process.
    """
    if not record:
        return []
    pid = int(record["pid"])
    if psutil.pid_exists(pid) and not _leader_lives(record):
        process = psutil.Process(pid)
        if process.create_time() != record["mulai"]:
            return []
    found = []
    for candidate in psutil.pids():
        try:
            if os.getsid(candidate) == pid and psutil.Process(candidate).status() != psutil.STATUS_ZOMBIE:
                found.append(candidate)
        except (ProcessLookupError, PermissionError, psutil.NoSuchProcess):
            continue
    return found


def _end(record: dict[str, Any]) -> list[int]:
    """TERM the session, then KILL what is left, asking for its members again each time; returns what survived."""
    pids = _members(record)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline:
            # A service that is our own child stays as a zombie until it is collected.
            with contextlib.suppress(ChildProcessError):
                os.waitpid(int(record["pid"]), os.WNOHANG)
            if not (pids := _members(record)):
                return []
            time.sleep(0.2)
    return pids
