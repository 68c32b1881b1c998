"""Makes the database agree with the contracts: base tables, policies, views, comments, roles and grants.

Called by `make migrate` after the migrations; may be called any number of times. It only adds: a name in a contract is
a promise, so a column that was removed or changed its type stops the start.
"""

from __future__ import annotations

import hashlib

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from sinkron import contract as contracts_module
from sinkron import database, history, provenance, roles
from sinkron.contract import Contract
from sinkron.settings import Settings

SCHEMAS = ("publikasi", "publikasi_penuh")
OPEN_DATA = "ringkasan_"
# Decisions, releases, cases and deactivations; none of these views holds a NIK.
AUDITOR_VIEWS = {"publikasi": ("rilis", "kiriman", "neraca", "penonaktifan"), "publikasi_penuh": ("kasus",)}


class CatalogueError(RuntimeError):
    """A contract and the database contradict each other."""


def ensure(settings: Settings, contracts: dict[str, Contract] | None = None) -> list[str]:
    """Create what is missing and renew what changed, in one transaction; return the names of these objects.

    Raises CatalogueError when a contract lost a column or changed a type: a removal is announced one release ahead
    and made by a migration. Raises DatabaseError when a lock is not free within 5 s; nothing is changed then.
    """
    contracts = contracts or contracts_module.load()
    done: list[str] = []
    with database.connect(settings, name="sinkron katalog") as connection:
        connection.execute("set local lock_timeout = '5s'")
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [database.MIGRATION_LOCK])
        roles.ensure(connection)
        for contract in contracts_module.released(contracts):
            done += _ensure_base(connection, contract)
        done += _renew(connection, history.views(contracts))
        for contract in contracts.values():
            base = contract.base or f"rilis.{contract.name}"
            connection.execute(SQL("grant select on {} to {}").format(SQL(base), Identifier(roles.VIEW_OWNER)))
        owner = connection.execute("select current_user as nama").fetchone()["nama"]
        changed = {
            (schema, contract.name): statements
            for contract in contracts.values()
            for schema in SCHEMAS
            if (statements := _view(contracts, contract, schema, owner))
            and _differs(connection, f"{schema}.{contract.name}", statements)
        }
        if changed:
            with roles.as_view_owner(connection):
                for statements in changed.values():
                    for statement in statements:
                        connection.execute(statement)
        for (schema, name), statements in changed.items():
            done.append(_remember(connection, f"{schema}.{name}", statements))
        done += _renew(connection, provenance.why(contracts))
        wrong = check(connection, contracts)
        if wrong:
            raise CatalogueError("; ".join(wrong))
    return done


def check(connection: psycopg.Connection, contracts: dict[str, Contract] | None = None) -> list[str]:
    """Differences between the contracts and the database, one sentence each; an empty list when they agree."""
    contracts = contracts or contracts_module.load()
    wrong: list[str] = []
    for contract in contracts_module.released(contracts):
        wrong += differences(connection, contract, "rilis", contract.name)
    for contract in contracts.values():
        for schema in SCHEMAS:
            expected = {column.name: column for column in contract.visible(schema)}
            found = _columns(connection, schema, contract.name)
            if set(found) != set(expected):
                wrong.append(f"{schema}.{contract.name} shows {sorted(set(found) ^ set(expected))} unlike its contract")
            wrong += [
                f"{schema}.{contract.name}.{name} has no comment" for name in found if not found[name]["komentar"]
            ]
    return wrong


def differences(connection: psycopg.Connection, contract: Contract, schema: str, table: str) -> list[str]:
    """How the columns of a table differ from its contract, one sentence each."""
    found = _columns(connection, schema, table)
    if not found:
        return [f"{schema}.{table} does not exist; its contract is {contract.name}.odcs.yml"]
    expected = _types(connection, contract)
    wrong = [f"{schema}.{table} lacks column {name}" for name in expected if name not in found]
    wrong += [f"{schema}.{table} has column {name}, which its contract does not" for name in found.keys() - expected]
    wrong += [
        f"{schema}.{table}.{name} is {found[name]['tipe']}, its contract says {kind}"
        for name, kind in expected.items()
        if name in found and found[name]["tipe"] != kind
    ]
    return wrong


def _columns(connection: psycopg.Connection, schema: str, table: str) -> dict[str, dict]:
    rows = connection.execute(
        "select a.attname as nama, format_type(a.atttypid, a.atttypmod) as tipe,"
        " col_description(a.attrelid, a.attnum) as komentar"
        " from pg_attribute as a where a.attrelid = to_regclass(%s) and a.attnum > 0 and not a.attisdropped"
        " order by a.attnum",
        [f"{schema}.{table}"],
    )
    return {row["nama"]: row for row in rows}


def _types(connection: psycopg.Connection, contract: Contract) -> dict[str, str]:
    """Column types of a contract as Postgres spells them (`timestamptz` is `timestamp with time zone`)."""
    rows = connection.execute(
        "select k.nama, k.tipe::regtype::text as tipe from unnest(%s::text[], %s::text[]) as k (nama, tipe)",
        [[column.name for column in contract.columns], [column.type for column in contract.columns]],
    )
    return {row["nama"]: row["tipe"] for row in rows}


def _ensure_base(connection: psycopg.Connection, contract: Contract) -> list[str]:
    """The partitioned table of a contract, its missing columns, its comments and its two policies."""
    done, name = [], contract.name
    found, expected = _columns(connection, "rilis", name), _types(connection, contract)
    gone = sorted(found.keys() - expected)
    changed = [
        f"{column} from {found[column]['tipe']} to {expected[column]}"
        for column in sorted(found.keys() & expected)
        if found[column]["tipe"] != expected[column]
    ]
    if gone or changed:
        raise CatalogueError(
            f"contract {name}.odcs.yml: columns removed {gone}, retyped {changed}; a published name is a promise: "
            "a removal is announced one release ahead and made by a migration. Put the contract back"
        )
    table = Identifier("rilis", name)
    if not found:
        for statement in _table(contract, table):
            connection.execute(statement)
        done.append(f"rilis.{name}")
    for column in contract.columns:
        if found and column.name not in found:
            connection.execute(
                SQL("alter table {} add column {} {}").format(table, Identifier(column.name), SQL(column.type))
            )
            done.append(f"rilis.{name}.{column.name}")
    rules = [*_policies(connection, contract, table), *_comments("table", "rilis", contract, contract.columns)]
    _renew(connection, {f"rilis.{name}": rules})
    return done


def _table(contract: Contract, table: Identifier) -> list[Composed]:
    columns = [
        SQL("{} {}{}").format(Identifier(c.name), SQL(c.type), SQL(" not null" if c.required else ""))
        for c in contract.columns
    ]
    if contract.key:
        # The release comes last: a lookup by uid alone then finds its row in the index of a partition.
        key = SQL(", ").join(Identifier(name) for name in [*(c.name for c in contract.key), "id_rilis"])
        kind = "primary key" if all(c.required for c in contract.key) else "unique nulls not distinct"
        columns.append(SQL("{} ({})").format(SQL(kind), key))
    for name, condition in contract.checks.items():
        columns.append(SQL("constraint {} check ({})").format(Identifier(name), SQL(condition)))
    statements = [
        SQL("create table {} ({}) partition by list (id_rilis)").format(table, SQL(", ").join(columns)),
        SQL("alter table {} enable row level security").format(table),
        SQL("alter table {} force row level security").format(table),
    ]
    statements += [SQL("create index on {} ({})").format(table, Identifier(name)) for name in contract.indexes]
    return statements


def _policies(connection: psycopg.Connection, contract: Contract, table: Identifier) -> list[Composed]:
    """Readers see one release and their area. Each `(select …)` is evaluated once per query and prunes partitions."""
    owner = connection.execute("select current_user as nama").fetchone()["nama"]
    condition = "id_rilis = (select rilis.terbaca())"
    if contract.area_condition:
        condition += f" and {contract.area_condition}"
    return [
        SQL("drop policy if exists baca on {}").format(table),
        SQL("create policy baca on {} for select to {} using ({})").format(
            table, Identifier(roles.VIEW_OWNER), SQL(condition)
        ),
        SQL("drop policy if exists pemilik on {}").format(table),
        SQL("create policy pemilik on {} to {} using (true) with check (true)").format(table, Identifier(owner)),
    ]


def _comments(kind: str, schema: str, contract: Contract, columns) -> list[Composed]:
    relation = Identifier(schema, contract.name)
    statements = [SQL("comment on {} {} is {}").format(SQL(kind), relation, Literal(contract.description))]
    statements += [
        SQL("comment on column {}.{} is {}").format(relation, Identifier(c.name), Literal(c.description))
        for c in columns
    ]
    return statements


def _view(contracts: dict[str, Contract], contract: Contract, schema: str, owner: str) -> list[Composed]:
    """Statements that make one view as `pembaca`, with comments and grants; empty if the schema has no such view."""
    if schema == "publikasi" and contract.identified:
        return []
    columns = contract.visible(schema)
    names = SQL(", ").join(Identifier(column.name) for column in columns)
    if contract.name == "asal_usul":
        body = SQL("select {} from ({}) as a").format(names, SQL(provenance.query(contracts)))
    else:
        body = SQL("select {} from {}").format(names, SQL(contract.base or f"rilis.{contract.name}"))
    if schema == "publikasi_penuh":
        body += SQL(" where (select rilis.tujuan_baca({}))").format(Literal(contract.name))
    view = Identifier(schema, contract.name)
    readers = [owner, "baca_penuh"]
    if schema == "publikasi":
        readers.append("baca_samar")
        readers += ["baca_ringkasan"] if contract.name.startswith(OPEN_DATA) else []
    readers += ["auditor"] if contract.name in AUDITOR_VIEWS[schema] else []
    return [
        SQL("create or replace view {} with (security_barrier) as {}").format(view, body),
        *_comments("view", schema, contract, columns),
        SQL("grant select on {} to {}").format(view, SQL(", ").join(map(Identifier, readers))),
    ]


def _renew(connection: psycopg.Connection, objects: dict[str, list[Composed]]) -> list[str]:
    """Make the owner's objects that are missing or were made from other statements; return their names."""
    changed = [name for name, statements in objects.items() if _differs(connection, name, statements)]
    for name in changed:
        for statement in objects[name]:
            connection.execute(statement)
        _remember(connection, name, objects[name])
    return changed


def _differs(connection: psycopg.Connection, name: str, statements: list[Composed]) -> bool:
    """Whether an object is missing or was made from other statements."""
    known = connection.execute("select sidik from rilis.katalog where objek = %s", [name]).fetchone()
    find = "to_regprocedure" if name.endswith(")") else "to_regclass"
    exists = connection.execute(SQL("select {}(%s) is not null as ada").format(SQL(find)), [name]).fetchone()["ada"]
    return not exists or known is None or known["sidik"] != _fingerprint(connection, statements)


def _remember(connection: psycopg.Connection, name: str, statements: list[Composed]) -> str:
    connection.execute(
        "insert into rilis.katalog (objek, sidik) values (%s, %s) on conflict (objek)"
        " do update set sidik = excluded.sidik, diubah = clock_timestamp()",
        [name, _fingerprint(connection, statements)],
    )
    return name


def _fingerprint(connection: psycopg.Connection, statements: list[Composed]) -> str:
    text = ";\n".join(statement.as_string(connection) for statement in statements)
    return hashlib.sha256(text.encode()).hexdigest()
