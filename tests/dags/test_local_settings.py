"""The scheduler has the large libraries of the steps before it forks; no other process pays for them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LIBRARIES = {"dbt.cli.main", "duckdb", "great_expectations", "pyarrow"}
# A process of Airflow as its command line names it; what it and a child that it forks have loaded.
PROCESS = """
import os, sys
sys.argv = ["airflow", *sys.argv[1:]]
import airflow.settings
airflow.settings.initialize()
if os.fork() == 0:
    print(*(name for name in sys.modules if name.startswith("sinkron") or name in LIBRARIES), flush=True)
    os._exit(0)
os.wait()
""".replace("LIBRARIES", repr(LIBRARIES))


@pytest.mark.parametrize(
    ("command", "loaded"),
    [(["scheduler", "--skip-serve-logs"], LIBRARIES), (["dag-processor"], set()), (["api-server"], set())],
)
def test_what_a_process_of_airflow_has_loaded(command: list[str], loaded: set[str]):
    """Never a module of ours: a task reads its step from the disk."""
    done = subprocess.run(
        [sys.executable, "-c", PROCESS, *command], capture_output=True, text=True, env=dict(os.environ), check=True
    )
    assert set(done.stdout.split()) & LIBRARIES == loaded, done.stderr
    assert not [name for name in done.stdout.split() if name.startswith("sinkron")]
