"""The gates can be declared without paying for Great Expectations' import, and know nothing of ours."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from expectations import checkpoint, contract, landing, release, verdict
heavy = [m for m in ("great_expectations", "pandas", "airflow", "sinkron", "connectors") if m in sys.modules]
print(heavy)
"""


def test_declaring_gates_imports_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
