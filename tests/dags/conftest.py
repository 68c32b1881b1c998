"""Airflow without any service: its home is a throwaway folder, set before it is first imported."""

from __future__ import annotations

import os
import tempfile

import pytest

from sinkron.settings import ROOT

os.environ |= {
    "AIRFLOW_HOME": tempfile.mkdtemp(prefix="sinkron-airflow-"),
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__DAG_PROCESSOR__DAG_VERSION_INFLATION_CHECK_LEVEL": "error",
}


@pytest.fixture(scope="session")
def parse():
    """A function that reads the real DAG folder afresh."""
    from airflow.dag_processing.dagbag import DagBag

    return lambda: DagBag(dag_folder=str(ROOT / "dags"))


@pytest.fixture(scope="session")
def dagbag(parse):
    """All DAGs, read once."""
    return parse()
