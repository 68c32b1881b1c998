"""The assets by which one DAG starts the next, each with the month (`YYYY-MM`) as its partition key.

All ingests emit the one asset `landed`. Waiting for several with `a & b & c` was tried on Airflow 3.3.2: three
sources that landed in the same second made two pending rows for one key and the month never started
(apache/airflow 71070). `build_golden` asks the ledger instead whether the month is complete.
"""

from __future__ import annotations

from airflow.sdk import Asset

LANDED = Asset(name="landed", uri="x-sinkron://landed")
GOLDEN = Asset(name="golden", uri="x-sinkron://golden")
PUBLISHED = Asset(name="published", uri="x-sinkron://published")
