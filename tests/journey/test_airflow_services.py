"""Ending services by pid and session: what is ours is ended, also without its leader; a stranger never."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from sinkron import airflow_setup, services
from sinkron import settings as settings_module

# A leader with a child in a process group of its own, as Airflow's supervisors make them; the child ignores TERM.
LEADER = """
import os, signal, sys, time
if os.fork() == 0:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(os.getpid(), flush=True)
    time.sleep(600)
time.sleep(600)
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(services, "GRACE_SECONDS", 1)
    return settings_module.load(
        {"PATH": os.environ["PATH"], "SINKRON_HOME": str(tmp_path / "run"), "SINKRON_ENV_FILE": str(tmp_path / "env")}
    )


def start(settings, name: str) -> tuple[subprocess.Popen, int]:
    """A pretended service; returns its leader and the pid of the leader's child."""
    leader = subprocess.Popen([sys.executable, "-c", LEADER], stdout=subprocess.PIPE, start_new_session=True)
    child = int(leader.stdout.readline())
    write(settings, name, leader.pid, psutil.Process(leader.pid).create_time())
    return leader, child


def write(settings, name: str, pid: int, began: float) -> None:
    folder = settings.home / "pid"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps({"pid": pid, "mulai": began}))


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_down_ends_the_whole_session_and_kills_what_ignores_term(settings):
    leader, child = start(settings, "scheduler")
    assert services.status(settings) == {"api-server": False, "dag-processor": False, "scheduler": True}
    services.down(settings)
    leader.wait(5)
    assert gone(child)
    assert not any(services.status(settings).values())
    assert list((settings.home / "pid").iterdir()) == []
    services.down(settings)  # nothing left: no error


def test_down_finds_what_a_dead_leader_left_behind(settings):
    leader, child = start(settings, "scheduler")
    leader.send_signal(signal.SIGKILL)
    leader.wait(5)
    assert services.status(settings)["scheduler"] is False
    assert not gone(child)
    services.down(settings)
    assert gone(child)


def test_a_reused_pid_is_never_killed(settings):
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    write(settings, "scheduler", stranger.pid, time.time() - 3600)
    assert services.status(settings)["scheduler"] is False
    services.down(settings)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_down_fails_while_a_port_still_answers(settings, monkeypatch):
    import socket

    leader, _ = start(settings, "api-server")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        settings.airflow_home.mkdir(parents=True)
        (settings.airflow_home / "port").write_text(str(other.getsockname()[1]))
        monkeypatch.setattr(services.postgres, "wait_until_gone", lambda port, seconds=0: False)
        with pytest.raises(services.ServiceError, match="still answers"):
            services.down(settings)
    leader.wait(5)


def test_passwords_are_made_once_and_private(settings):
    first = airflow_setup.passwords(settings)
    assert set(first) == set(airflow_setup.USERS)
    assert len(set(first.values())) == 5 and min(map(len, first.values())) >= 16
    assert airflow_setup.passwords(settings) == first
    assert airflow_setup.password_file(settings).stat().st_mode & 0o777 == 0o600


def test_the_port_is_kept_and_given_up_when_taken(settings):
    import socket

    first = airflow_setup.choose_port(settings)
    assert airflow_setup.choose_port(settings) == first == airflow_setup.port(settings)
    with socket.socket() as other:
        other.bind(("127.0.0.1", first))
        other.listen()
        assert airflow_setup.choose_port(settings) != first
