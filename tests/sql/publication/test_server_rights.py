"""What a reader could do to the server, the pipeline and the other databases of it, and what these keep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from rilis_uji import rows

from sinkron import catalogue, database, postgres, roles

LOCKS = (
    "select oid::regprocedure::text as nama from pg_proc where proname ~ '^pg_.*advisory.*lock' and not proname ~ 'un'"
)
# What a database is asked for when its owner works in it.
WORK = ("select pg_advisory_lock(7)", "select pg_try_advisory_xact_lock(7)", "do $$ begin perform 1; end $$")


@contextmanager
def superuser(instalasi, name: str = "postgres") -> Iterator[psycopg.Connection]:
    address = postgres.ensure_running(instalasi).superuser_url
    with psycopg.connect(address, dbname=name, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("role", [roles.VIEW_OWNER, *roles.READING])
def test_no_reader_takes_an_advisory_lock(katalog_terbit, role):
    open_ = f"select nama from ({LOCKS}) as f where has_function_privilege(%s, nama, 'execute')"
    assert len(rows(katalog_terbit, LOCKS)) == 16
    assert rows(katalog_terbit, open_, [role]) == []
    assert len(rows(katalog_terbit, open_, ["pemilik"])) == 16


@pytest.mark.parametrize("other", ["postgres", "template1", "airflow", "gudang"])
def test_a_reader_of_a_warehouse_comes_into_no_other_database(instalasi, masuk_sekali, other):
    info = masuk_sekali("baca_penuh").info
    if other == "gudang":  # of these tests it is empty: where readers are granted nothing yet
        with superuser(instalasi, other) as connection:
            granted = connection.execute("select has_database_privilege('baca_penuh', 'gudang', 'connect')").fetchone()
        assert granted == (False,)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(host="127.0.0.1", port=info.port, user=info.user, password="rahasia-uji", dbname=other)


@pytest.mark.parametrize(("name", "owner"), [("gudang", "pemilik"), ("airflow", "airflow")])
def test_the_owners_of_the_databases_work_as_before(instalasi, name, owner):
    with psycopg.connect(postgres.ensure_running(instalasi).url(name)) as connection:
        for statement in WORK:
            connection.execute(statement)
        connection.execute("create temp table t (n int)")
        connection.execute("create function pg_temp.f() returns int language plpgsql as $$ begin return 1; end $$")
        assert connection.execute("select current_user, pg_temp.f()").fetchone() == (owner, 1)


def test_a_database_that_is_made_later_is_closed_too_and_open_to_its_owner(instalasi, katalog_terbit, masuk_sekali):
    """A restore makes one; who may connect to it is its owner's affair until it is migrated."""
    reader, name = masuk_sekali("baca_ringkasan").info, "uji_hak_baru"
    with superuser(instalasi) as connection:
        connection.execute(SQL("create database {} owner pemilik").format(Identifier(name)))
        try:
            server = {"host": "127.0.0.1", "port": reader.port, "dbname": name, "autocommit": True}
            with psycopg.connect(**server, user=reader.user, password="rahasia-uji") as other:
                for statement in (*WORK, "select lo_create(0)"):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        other.execute(statement)
            secret = instalasi.values["SINKRON_SANDI_PEMILIK"]
            with psycopg.connect(**server, user="pemilik", password=secret) as own:
                for statement in WORK:
                    own.execute(statement)
        finally:
            connection.execute(SQL("drop database {} with (force)").format(Identifier(name)))


def test_a_login_has_so_many_connections_and_no_more(katalog, masuk):
    reader = masuk("baca_ringkasan")
    address = {"host": "127.0.0.1", "port": reader.info.port, "dbname": reader.info.dbname}
    with ExitStack() as stack:
        for _ in range(roles.MOST_CONNECTIONS - 1):
            stack.enter_context(psycopg.connect(**address, user=reader.info.user, password="rahasia-uji"))
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            psycopg.connect(**address, user=reader.info.user, password="rahasia-uji")


def test_logins_of_before_get_the_limit_and_a_limit_of_somebody_else_stays(katalog, masuk):
    before, other = masuk("baca_samar").info.user, masuk("baca_samar").info.user
    with database.connect(katalog) as connection:
        for name, limit in ((before, -1), (other, 3)):
            connection.execute(SQL("alter role {} connection limit {}").format(Identifier(name), limit))
    catalogue.ensure(katalog)
    roles.create_login(katalog, other, "baca_samar", "rahasia-uji")
    found = rows(katalog, "select rolname, rolconnlimit from pg_roles where rolname = any(%s)", [[before, other]])
    assert {row["rolname"]: row["rolconnlimit"] for row in found} == {before: roles.MOST_CONNECTIONS, other: 3}


def test_when_readers_have_all_connections_the_pipeline_still_gets_one(instalasi, katalog, masuk):
    reader = masuk("baca_ringkasan")
    address = {"host": "127.0.0.1", "port": reader.info.port, "dbname": reader.info.dbname, "autocommit": True}
    login = {**address, "user": reader.info.user, "password": "rahasia-uji"}
    with ExitStack() as stack:
        with superuser(instalasi) as connection:
            connection.execute(SQL("alter role {} connection limit -1").format(Identifier(reader.info.user)))
        with pytest.raises(psycopg.OperationalError, match="pg_use_reserved_connections"):
            for _ in range(120):
                stack.enter_context(psycopg.connect(**login))
        with database.connect(katalog) as connection:
            for statement in WORK:
                connection.execute(statement)
        with psycopg.connect(postgres.ensure_running(instalasi).url("airflow")) as connection:
            for statement in WORK:
                connection.execute(statement)
