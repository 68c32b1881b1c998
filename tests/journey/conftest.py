"""Journeys may import Airflow in the test's own process: its home is then a throwaway folder."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="sinkron-airflow-"))
