"""What `make month` and its siblings say where nobody foresaw an error."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys

import pytest

from connectors.interface import connection
from sinkron import cli, outcomes

NIK = "3316080101800001"


def test_an_error_nobody_foresaw_is_told_by_its_place_and_not_by_what_it_quotes(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("SINKRON_HOME", str(tmp_path))
    monkeypatch.setattr(cli.period, "parse", lambda text: {}[NIK])
    assert cli.main(["reconcile", "2026-06"]) == 1
    told = capsys.readouterr().err
    assert NIK not in told
    assert told.splitlines()[-1].startswith("KeyError at tests/unit/sinkron/test_cli.py:")


def test_an_error_of_ours_is_told_in_its_own_words(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("SINKRON_HOME", str(tmp_path))
    assert cli.main(["reconcile", "2026-13"]) == 1
    assert "PeriodError: " in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["unknown"])


@pytest.mark.parametrize(("environ", "told"), [({}, "is not set"), ({"AIRFLOW_CONN_DTJATENG": "{"}, "cannot be read")])
def test_a_connection_that_is_missing_or_none_is_told_in_words(environ, told):
    with pytest.raises((KeyError, ValueError)) as caught:
        connection("dtjateng", environ)
    assert f": AIRFLOW_CONN_DTJATENG {told}" in outcomes.words(caught.value)


def test_a_command_that_is_aborted_leaves_no_image_of_its_memory(tmp_path):
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    aborted = (
        "import os; from sinkron import cli; cli.period.parse = lambda text: os.abort(); cli.main(['reconcile', 'x'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", aborted],
        cwd=tmp_path,
        env={**os.environ, "SINKRON_HOME": str(tmp_path / "run")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (most, most)),
    )
    assert done.returncode == -signal.SIGABRT
    assert not list(tmp_path.glob("core*"))


@pytest.mark.parametrize(("umask", "kept"), [(0o000, 0o026), (0o022, 0o026), (0o077, 0o077)])
def test_a_command_leaves_nothing_that_others_may_read(umask, kept):
    told = "import os; from sinkron import cli; cli.settle_process(); print(oct(os.umask(0)))"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, preexec_fn=lambda: os.umask(umask)
    )
    assert done.stdout == f"{kept:#o}\n".replace("0o0", "0o")


def test_an_operators_own_dates_do_not_change_ours(instalasi, monkeypatch):
    monkeypatch.setenv("PGDATESTYLE", "German, DMY")
    monkeypatch.setenv("PGTZ", "America/New_York")
    for name, value in instalasi.values.items():
        monkeypatch.setenv(name, value)
    told = (
        "from sinkron import cli, database, settings; cli.settle_process()\n"
        "with database.connect(settings.load()) as c:\n"
        "    print(*[c.execute(f'show {n}').fetchone()[n] for n in ('DateStyle', 'TimeZone')])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, env=dict(os.environ))
    assert done.stdout == "ISO, MDY Asia/Jakarta\n", done.stderr
