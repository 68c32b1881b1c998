"""Runs a gate against a database: measures, then lets Great Expectations judge the measures.

Nothing is kept: the context lives in memory, without stores on disk and without data docs, and results are
`BOOLEAN_ONLY` (any other format writes row values to disk).
"""

from __future__ import annotations

import logging
import re
import threading
from decimal import Decimal

import sqlalchemy as sa

from expectations.suite import Gate, Measure, Subject
from expectations.verdict import Check, Verdict

log = logging.getLogger(__name__)
# GX keeps its context in a global of the process, so the gates of one process judge one after the other.
ONE_CONTEXT = threading.Lock()


def run(url: str, gate: Gate) -> Verdict:
    """Measure and judge every check of the gate; a check that cannot be made ends as `galat`, never as passed.

    `url` is a Postgres address (`postgresql://…` or `postgres://…`). Reads in one read-only snapshot. Raises
    sqlalchemy.exc.OperationalError when the server cannot be reached.
    """
    url = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", url)
    measured, faults = _measure(url, gate)
    with ONE_CONTEXT:
        judged = _judge(gate, measured)
    checks = tuple(_check(measure, measured, faults, judged) for measure in gate.measures)
    return Verdict(diharapkan=len(gate.measures), checks=checks)


def _measure(url: str, gate: Gate) -> tuple[dict[str, Decimal], dict[str, str]]:
    """Numbers by check, and for checks without a number the reason (exception class and SQLSTATE, no values)."""
    measured: dict[str, Decimal] = {}
    faults: dict[str, str] = {}
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"application_name": f"gerbang {gate.name}"})
    with engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        # Sorting and hashing half a million uids spills to disk with the server's default of 4 MB.
        connection.execute(sa.text("set local work_mem = '96MB'"))
        for subject in gate.subjects:
            numbers, reasons = _measure_subject(connection, subject)
            measured.update(numbers)
            faults.update(reasons)
    return measured, faults


def _measure_subject(connection: sa.Connection, subject: Subject) -> tuple[dict[str, Decimal], dict[str, str]]:
    try:
        row = _one_row(connection, subject.query())
    except sa.exc.DBAPIError:
        row = None
    if row is not None:
        names = [measure.name for measure in subject.measures]
        numbers = {name: row[name] for name in names if row[name] is not None}
        return numbers, {name: "tanpa angka" for name in names if name not in numbers}
    # Something in the common query failed: measure each check alone, so that only the broken one ends as a fault.
    numbers, reasons = {}, {}
    for measure in subject.measures:
        try:
            value = _one_row(connection, subject.query(only=measure))[measure.name]
        except sa.exc.DBAPIError as error:
            reasons[measure.name] = f"{type(error.orig).__name__} {getattr(error.orig, 'sqlstate', None) or ''}".strip()
            log.warning("check %s of %s could not be made: %s", measure.name, subject.name, reasons[measure.name])
            continue
        if value is None:
            reasons[measure.name] = "tanpa angka"
        else:
            numbers[measure.name] = value
    return numbers, reasons


def _one_row(connection: sa.Connection, query: str) -> dict[str, Decimal | None]:
    with connection.begin_nested():
        return dict(connection.exec_driver_sql(query.replace("%", "%%")).mappings().one())


def _judge(gate: Gate, measured: dict[str, Decimal]) -> dict[str, bool | None]:
    """GX's answer by check: True, False, or None when it raised (a check without a number has no column)."""
    # If Airflow was imported first, GX logs hundreds of "Skipping registering function" at level info. The log is not
    # needed: what GX cannot judge ends as `galat`.
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        ),
    )
    row = pd.DataFrame({"terukur": [1.0], **{name: [float(value)] for name, value in measured.items()}})
    asset = context.data_sources.add_pandas("gudang").add_dataframe_asset("ukuran")
    batch = asset.add_batch_definition_whole_dataframe("ukuran").get_batch({"dataframe": row})
    # The batch itself is asked, because a Checkpoint of GX would
    # first store suite and definition, and would keep the results.
    outcome = batch.validate(gate.suite(), result_format="BOOLEAN_ONLY")
    return {
        result.expectation_config.kwargs["column"]: None if _raised(result.exception_info) else result.success
        for result in outcome.results
    }


def _raised(info: dict | None) -> bool:
    """GX nests the exceptions by metric when there are any, and is flat when there are none."""
    if not info:
        return False
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(nested.get("raised_exception") for nested in info.values())


def _check(
    measure: Measure, measured: dict[str, Decimal], faults: dict[str, str], judged: dict[str, bool | None]
) -> Check:
    answer = judged.get(measure.name) if measure.name in measured else None
    outcome = {True: "lulus", False: "gagal", None: "galat"}[answer]
    seen = measure.shown(float(measured[measure.name])) if measure.name in measured else faults[measure.name]
    return Check(measure.name, measure.kalimat, measure.keparahan, outcome, seen, measure.limit)
