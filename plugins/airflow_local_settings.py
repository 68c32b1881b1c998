"""Airflow imports this file, whose name it prescribes, when one of its processes starts.

Every task is a fork of the scheduler. So the scheduler imports the large libraries of the steps once; otherwise each
task would import them again, which takes several seconds. Modules of Sinkron are not imported here, because the next
task must run a step as it is on disk at that time.
"""

import importlib
import logging
import sys

# Airflow would copy every other name into its own settings.
__all__: list[str] = []

if sys.argv[1:2] == ["scheduler"]:
    # As in expectations/checkpoint.py: the import prints hundreds of lines.
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    for name in ("dbt.cli.main", "duckdb", "great_expectations", "pyarrow"):
        importlib.import_module(name)
