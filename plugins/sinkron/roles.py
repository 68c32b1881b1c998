"""Reading roles, rights that PUBLIC loses, and logins for OPDs.

Works for an owner that is no superuser but has CREATEROLE, on Postgres 15 to 18. Reading roles have no right on base
tables, partitions or the pointer; they read through views that belong to `pembaca`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from sinkron import database
from sinkron.settings import Settings

VIEW_OWNER = "pembaca"
READING = ("baca_ringkasan", "baca_samar", "baca_penuh", "auditor")
LOGIN_NAME = re.compile(r"[a-z][a-z0-9_]{2,40}")
AREA = re.compile(r"\d{2}\.\d{2}\.\d{2}(\.\d{4})?")
# Functions that policies and views call: readers execute them, but cannot name them without usage on schema rilis.
FUNCTIONS = ("rilis.terbaca()", "rilis.wilayah_baca()", "rilis.tujuan_baca(text)")
# Connections that one login may hold at once, so that no reader uses all connections of the server.
MOST_CONNECTIONS = 10
AUDITED_SCHEMAS = ("audit", "keputusan")


class RoleRefused(ValueError):
    """We may not make the requested login."""


def ensure(connection: psycopg.Connection) -> None:
    """Make the roles, revoke the default rights of PUBLIC, grant readers what they need besides the views."""
    for role in (VIEW_OWNER, *READING):
        _ensure_role(connection, role)
    readers = SQL(", ").join(map(Identifier, READING))
    owner = connection.execute("select current_user as nama").fetchone()["nama"]
    connection.execute(SQL("grant usage on schema rilis, antrean to {}").format(Identifier(VIEW_OWNER)))
    connection.execute(
        SQL("grant execute on function {} to {}, {}").format(
            SQL(", ").join(map(SQL, FUNCTIONS)), Identifier(VIEW_OWNER), readers
        )
    )
    connection.execute(SQL("grant usage on schema publikasi to {}").format(readers))
    connection.execute("grant usage on schema publikasi_penuh to baca_penuh, auditor")
    for schema in AUDITED_SCHEMAS:
        connection.execute(SQL("grant usage on schema {} to auditor").format(Identifier(schema)))
        connection.execute(SQL("grant select on all tables in schema {} to auditor").format(Identifier(schema)))
    # Functions of later migrations stay closed unless they are granted one by one.
    connection.execute("alter default privileges revoke execute on functions from public")
    _close_public(connection, owner, readers)
    # The owner of the views may need plpgsql, because one of their functions is written in it. Where PUBLIC still
    # has the language, we hold no grant option on it and nothing has to be granted.
    language = "select has_language_privilege('plpgsql', 'usage with grant option') as boleh"
    if connection.execute(language).fetchone()["boleh"]:
        connection.execute(SQL("grant usage on language plpgsql to {}").format(Identifier(VIEW_OWNER)))
    _limit_connections(connection)


def _ensure_role(connection: psycopg.Connection, role: str) -> None:
    if connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
        return
    try:
        with connection.transaction():
            connection.execute(SQL("create role {} nologin").format(Identifier(role)))
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        return  # roles belong to the whole server: a start for another database made the role first


def _close_public(connection: psycopg.Connection, owner: str, readers: SQL) -> None:
    """Revoke from PUBLIC its rights on the database and its schemas, and let readers connect.

    Only for objects of this owner: on a shared server the database may belong to somebody else.
    """
    row = connection.execute(
        "select current_database() as nama, pg_has_role(d.datdba, 'member') as milik from pg_database as d"
        " where d.datname = current_database()"
    ).fetchone()
    if row["milik"]:
        name = Identifier(row["nama"])
        connection.execute(SQL("revoke all on database {} from public").format(name))
        connection.execute(SQL("grant connect on database {} to {}, {}").format(name, Identifier(owner), readers))
    for schema in connection.execute(
        "select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'"
        " and pg_has_role(nspowner, 'member')"
    ).fetchall():
        name = Identifier(schema["nspname"])
        connection.execute(SQL("revoke all on schema {} from public").format(name))
        if schema["nspname"] != "public":  # it holds the functions of extensions, which a superuser owns
            connection.execute(SQL("revoke execute on all functions in schema {} from public").format(name))


def _limit_connections(connection: psycopg.Connection) -> None:
    """Limit the connections of every reading login that has no limit yet.

    A login that somebody else made is limited only if we have the right to.
    """
    for row in connection.execute(
        "select distinct r.rolname from pg_roles as r join pg_auth_members as m on m.member = r.oid"
        " where m.roleid::regrole::text = any(%s) and r.rolcanlogin and r.rolconnlimit = -1"
        " and not r.rolsuper and not r.rolcreaterole and r.rolname <> current_user"
        # On 15 CREATEROLE is enough.
        " and (current_setting('server_version_num')::int < 160000"
        " or pg_has_role(r.oid, 'member with admin option'))",
        [list(READING)],
    ).fetchall():
        login = Identifier(row["rolname"])
        connection.execute(SQL("alter role {} connection limit {}").format(login, Literal(MOST_CONNECTIONS)))


@contextmanager
def as_view_owner(connection: psycopg.Connection) -> Iterator[None]:
    """Run as `pembaca`, inside the caller's transaction; the owner is a member of it only during the block.

    If the owner stayed a member, the policies of `pembaca` would restrict the pipeline too.
    """
    superuser = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()["rolsuper"]
    owner = connection.execute("select current_user as nama").fetchone()["nama"]
    role, schemas = Identifier(VIEW_OWNER), SQL("publikasi, publikasi_penuh")
    connection.execute(SQL("grant usage, create on schema {} to {}").format(schemas, role))
    if not superuser:
        connection.execute(SQL("grant {} to {}").format(role, Identifier(owner)))
    connection.execute(SQL("set local role {}").format(role))
    yield
    connection.execute("set local role none")
    if not superuser:
        connection.execute(SQL("revoke {} from {}").format(role, Identifier(owner)))
    connection.execute(SQL("revoke create on schema {} from {}").format(schemas, role))


def create_login(settings: Settings, name: str, role: str, password: str, wilayah: Sequence[str] = ()) -> str:
    """Make or renew the login of an OPD with one reading role and its area; return its address.

    `wilayah` holds dotted codes of kecamatan or desa; empty means the whole kabupaten. Raises RoleRefused for a name,
    role or code that is not of the allowed form, and for an existing login that is not a reader.
    """
    if not LOGIN_NAME.fullmatch(name) or name in (VIEW_OWNER, *READING):
        raise RoleRefused(f"login {name!r}: expected {LOGIN_NAME.pattern}, and not a name of a role itself")
    if role not in READING:
        raise RoleRefused(f"login {name!r}: role must be one of {', '.join(READING)}, got {role!r}")
    wrong = [code for code in wilayah if not AREA.fullmatch(code)]
    if wrong:
        raise RoleRefused(f"login {name!r}: area codes must be dotted kecamatan or desa codes, got {wrong}")
    with database.connect(settings, name="sinkron login") as connection:
        login = Identifier(name)
        if not connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
            connection.execute(SQL("create role {} login").format(login))
        elif not connection.execute(
            # The owner is a member too, because it made the roles: it must not lose its password here.
            "select 1 from pg_roles as r join pg_auth_members as m on m.member = r.oid"
            " where r.rolname = %s and m.roleid::regrole::text = any(%s)"
            " and not r.rolsuper and not r.rolcreaterole and r.rolname <> current_user",
            [name, list(READING)],
        ).fetchone():
            raise RoleRefused(f"login {name!r} exists and is not a reader; choose another name")
        # Encrypted by the client: the password itself never reaches the server or its log.
        secret = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
        connection.execute(SQL("alter role {} login password {}").format(login, Literal(secret)))
        for held in READING:
            if held != role:
                connection.execute(SQL("revoke {} from {}").format(Identifier(held), login))
        # From 16 on SET ROLE can be denied to a member; on 15 a member gains nothing by it: rights stay the same.
        option = SQL(" with inherit true, set false" if connection.info.server_version >= 160000 else "")
        connection.execute(SQL("grant {} to {}").format(Identifier(role), login) + option)
        for setting, value in (("default_transaction_read_only", "on"), ("statement_timeout", "10min")):
            connection.execute(SQL("alter role {} set {} = {}").format(login, Identifier(setting), Literal(value)))
        _limit_connections(connection)
        connection.execute("delete from rilis.wilayah_login where login = %s", [name])
        for code in wilayah:
            connection.execute("insert into rilis.wilayah_login (login, kode) values (%s, %s)", [name, code])
    return psycopg.conninfo.make_conninfo(database.owner_url(settings), user=name, password=password)
