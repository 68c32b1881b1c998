"""The embedded server is started once, whatever was killed before and however slow it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from sinkron import postgres, postmaster
from sinkron import settings as settings_module
from sinkron.settings import Settings

START = "from sinkron import postgres, settings; import os; postgres.ensure_running(settings.load(os.environ))"


def place(home: Path) -> Settings:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("SINKRON_", "AIRFLOW_", "DATABASE_URL"))}
    settings = settings_module.load(
        {**environ, "SINKRON_HOME": str(home / "run"), "SINKRON_ENV_FILE": str(home / "env")}
    )
    return settings_module.ensure_secrets(settings, postgres.SECRETS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = place(tmp_path_factory.mktemp("server"))
    yield settings
    postgres.stop(settings)


@pytest.fixture
def running(made: Settings) -> Settings:
    """A server that runs, and that this process has not asked yet."""
    postgres.ensure_running(made)
    postgres._answered.clear()
    return made


def pid(settings: Settings) -> int:
    return int((settings.postgres / "data" / "postmaster.pid").read_text().split()[0])


def answers(settings: Settings) -> bool:
    with psycopg.connect(postgres.ensure_running(settings).superuser_url) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def ended(process: int) -> None:
    """Wait until a process is gone; here nobody may collect it, and then it stays as a zombie."""
    while psutil.pid_exists(process) and psutil.Process(process).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.05)


def test_a_server_that_does_not_answer_yet_is_waited_for(running: Settings):
    before = pid(running)
    os.kill(before, signal.SIGSTOP)
    waking = threading.Timer(5, os.kill, (before, signal.SIGCONT))
    waking.start()
    try:
        assert answers(running)
    finally:
        waking.join()
    assert pid(running) == before


def test_a_server_that_lives_and_never_answers_is_told_with_its_process(running: Settings, monkeypatch):
    before = pid(running)
    monkeypatch.setattr(postmaster, "WAIT_SECONDS", 1.0)
    os.kill(before, signal.SIGSTOP)
    try:
        with pytest.raises(postgres.PostgresError, match=rf"lives \(process {before}, port \d+\) and did not answer"):
            postgres.ensure_running(running)
    finally:
        os.kill(before, signal.SIGCONT)


def test_of_a_start_that_was_killed_the_server_is_taken_over(running: Settings):
    before, state = pid(running), running.postgres / "server.json"
    port = json.loads(state.read_text())["port"]
    state.unlink()
    assert answers(running) and pid(running) == before and json.loads(state.read_text()) == {"port": port}


def test_a_server_that_was_killed_is_started_again(running: Settings):
    before = pid(running)
    os.kill(before, signal.SIGKILL)
    ended(before)
    assert answers(running) and pid(running) != before


def test_a_killed_server_is_no_error_to_who_stops_it(running: Settings):
    before = pid(running)
    os.kill(before, signal.SIGKILL)
    ended(before)
    assert not postgres.stop(running) and not (running.postgres / "server.json").exists()


def test_a_stranger_that_has_the_number_of_the_server_by_now_is_left_alone(running: Settings):
    """So it is after a container was killed: numbers begin anew."""
    file = running.postgres / "data" / "postmaster.pid"
    lines = file.read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    ended(int(lines[0]))
    with subprocess.Popen(["sleep", "60"]) as stranger:
        file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert not postgres.stop(running)
        assert answers(running) and pid(running) != stranger.pid and stranger.poll() is None
        stranger.kill()


def test_a_first_start_that_was_killed_leaves_no_password_and_nothing_half_made(tmp_path: Path):
    settings = place(tmp_path)
    folder = settings.postgres
    with subprocess.Popen([sys.executable, "-c", START], env=settings.values) as first:
        while not list(folder.glob("data*/global")):
            assert first.poll() is None
            time.sleep(0.01)
        first.kill()
    secret = settings.values["SINKRON_SANDI_SUPER"]
    holding = [file for file in folder.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]
    (folder / "sandi").write_text(secret)  # as earlier versions left it
    try:
        assert answers(settings)
    finally:
        postgres.stop(settings)
    assert holding == [] and sorted(path.name for path in folder.iterdir()) == ["data", "kunci", "log", "pg_ctl.log"]
