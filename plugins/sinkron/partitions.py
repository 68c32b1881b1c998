"""Partitions of releases: attached while readers read, and announced to all of them."""

from __future__ import annotations

import time

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from sinkron.contract import Contract

ATTACH_TRIES = 5
# Planning a query never takes longer than this; a query that still holds its tables then is running, or idle.
PLAN_SECONDS = 2.0
HOLDERS = """
    select distinct l.virtualtransaction as pemegang
    from pg_locks as l inner join pg_database as d on l.database = d.oid
    where d.datname = current_database() and l.granted and l.pid <> pg_backend_pid()
        and l.relation = any(%s::regclass[])
"""


def partition_name(table: str, id_rilis: str) -> str:
    """Name of the partition of a release: `individu`, `2026-06/1` -> `individu__2026_06_1`."""
    return f"{table}__{id_rilis.replace('-', '_').replace('/', '_')}"


def attach(connection: psycopg.Connection, contract: Contract, schema: str, id_rilis: str) -> None:
    """Move one table of `schema` into schema `rilis` as the partition of a release, with its contract's constraints.

    Raises psycopg.errors.LockNotAvailable when the parent stays locked through all tries.
    """
    name = partition_name(contract.name, id_rilis)
    candidate, partition = Identifier(schema, contract.name), Identifier("rilis", name)
    connection.execute(SQL("alter table {} rename to {}").format(candidate, Identifier(name)))
    connection.execute(SQL("alter table {} set schema rilis").format(Identifier(schema, name)))
    promises = [
        SQL("alter column {} set not null").format(Identifier(column.name))
        for column in contract.columns
        if column.required
    ]
    promises += [
        SQL("add constraint {} check ({})").format(Identifier(check), SQL(condition))
        for check, condition in contract.checks.items()
    ]
    # A check constraint in the same pass over the rows, so that attaching does not read them again.
    promises += [
        SQL("alter column id_rilis set not null"),
        SQL("add constraint satu_rilis check (id_rilis = {})").format(Literal(id_rilis)),
    ]
    connection.execute(SQL("alter table {} {}").format(partition, SQL(", ").join(promises)))
    # Readers have no right on a partition; even if one is granted by mistake, they see no rows.
    connection.execute(SQL("alter table {} enable row level security").format(partition))
    statement = SQL("alter table {} attach partition {} for values in ({})").format(
        Identifier("rilis", contract.name), partition, Literal(id_rilis)
    )
    for attempt in range(1, ATTACH_TRIES + 1):
        try:
            with connection.transaction():
                connection.execute(statement)
            break
        except psycopg.errors.LockNotAvailable:
            if attempt == ATTACH_TRIES:
                raise
            time.sleep(0.2 * attempt)
    connection.execute(SQL("alter table {} drop constraint satu_rilis").format(partition))


def wait_for_planners(connection: psycopg.Connection, tables: list[str]) -> None:
    """Wait, at most PLAN_SECONDS, for the queries that may still be listing the partitions of these tables.

    Those are the transactions that held a lock on one of these tables in schema `rilis` when the wait began. One that
    still holds it after PLAN_SECONDS has its list already, or is idle and needs none.
    """
    parents = [f"rilis.{table}" for table in tables]
    until = time.monotonic() + PLAN_SECONDS
    before = _holders(connection, parents)
    while before and time.monotonic() < until:
        time.sleep(0.02)
        before &= _holders(connection, parents)


def _holders(connection: psycopg.Connection, parents: list[str]) -> set[str]:
    return {row["pemegang"] for row in connection.execute(HOLDERS, [parents]).fetchall()}


def announce(connection: psycopg.Connection, tables: list[str]) -> None:
    """Make every connection read the list of these tables' partitions again, once this transaction commits.

    Attaching a partition sends an invalidation message too. But a backend that is listing the partitions at that moment
    treats the message as done, and keeps its old list until the message comes again (docs/decisions/0017). Setting a
    column's statistics target to its present value sends the message and changes nothing else.
    """
    for table in tables:
        connection.execute(
            SQL("alter table only {} alter column id_rilis set statistics -1").format(Identifier("rilis", table))
        )
