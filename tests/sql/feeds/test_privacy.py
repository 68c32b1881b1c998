"""Who complained or applied stands in schema `pelapor` and in the stored bytes, and no reader reaches either schema."""

from __future__ import annotations

import os

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from umpan_uji import CANARIES, JULY, FeedServer, aduan, at, land, pengajuan, rows, verifikasi

from sinkron import catalogue, database, feeds, postgres, roles

TABLES = """
select n.nspname as skema, c.relname as nama from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^(pg_|information_schema)'
"""


def found(settings, schemas):
    """Tables of a choice of schemas that hold a canary in any column."""
    hits = set()
    with database.connect(settings) as connection:
        for row in connection.execute(TABLES).fetchall():
            if not schemas(row["skema"]):
                continue
            counted = connection.execute(
                SQL("select count(*) as n from {} as t where t::text like any(%s)").format(
                    Identifier(row["skema"], row["nama"])
                ),
                [[f"%{canary}%" for canary in CANARIES]],
            ).fetchone()["n"]
            hits |= {f"{row['skema']}.{row['nama']}"} if counted else set()
    return hits


def test_no_column_outside_the_closed_schema_holds_who_complained(gudang):
    broken = [aduan(2, diubah="kapan"), aduan(3, pelapor=CANARIES[1]), aduan(4, pelapor=[CANARIES[0]]), CANARIES[3]]
    with FeedServer(
        3, aduan=[aduan(1), *broken, aduan(1, 2)], pengajuan=[pengajuan(1)], verifikasi=[verifikasi(1)]
    ) as server:
        settings, said = at(gudang, server), []
        assert feeds.read_all(settings, said.append)
        server.hook = lambda *_: (200, {"data": {"x": CANARIES}, "kursor": CANARIES[0], "lagi": CANARIES[1]})
        assert not feeds.read_all(settings, said.append)
    assert found(gudang, lambda schema: schema == "pelapor") == {"pelapor.aduan", "pelapor.pengajuan"}
    assert found(gudang, lambda schema: schema != "pelapor") == set()
    assert rows(gudang, "select count(*)::int from buku.jalan where hasil = 'gagal'") == [(3,)]
    assert not [canary for canary in CANARIES if canary in "\n".join(said)]
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    assert {path.relative_to(settings.home).parts[0] for path in files} == {"pendaratan"}
    assert any(CANARIES[1].encode() in path.read_bytes() for path in files)


def test_the_fingerprint_of_a_case_is_the_same_whoever_complained(gudang):
    other = {"nik": "3316019901990002", "nama": "ORANG LAIN", "hp": "0"}
    land(gudang, "aduan", [aduan(1), aduan(1, uraian="lain"), aduan(1, pelapor=other | {"alamat": CANARIES[4]})])
    land(gudang, "pengajuan", [pengajuan(1), pengajuan(1, pemohon=pengajuan(1)["pemohon"] | {"hp": "0"})])
    landed = [rows(gudang, f"select id_sumber from {table}") for table in ("kasus.aduan", "pelapor.aduan")]
    assert [len(each) for each in landed] == [1, 3]
    assert rows(gudang, "select id_sumber from kasus.pengajuan") == [("PJ-1",)]
    assert rows(gudang, "select hp from pelapor.pengajuan order by urutan") == [(CANARIES[2],), ("0",)]


@pytest.mark.parametrize("role", [roles.VIEW_OWNER, *roles.READING])
def test_no_role_reaches_cases_or_complainants(gudang, role):
    catalogue.ensure(gudang)
    assert rows(
        gudang,
        "select n.nspname::text from pg_namespace as n where n.nspname in ('kasus', 'pelapor')"
        " and (has_schema_privilege(%s, n.oid, 'usage') or has_schema_privilege(%s, n.oid, 'create'))",
        role,
        role,
    ) == []  # fmt: skip
    held = rows(
        gudang,
        "select c.oid::regclass::text from pg_class as c"
        " where c.relnamespace in ('kasus'::regnamespace, 'pelapor'::regnamespace) and c.relkind in ('r', 'v')"
        " and (has_table_privilege(%s, c.oid, 'select, insert, update, delete, truncate')"
        " or has_any_column_privilege(%s, c.oid, 'select, insert, update'))",
        role,
        role,
    )
    assert held == []
    functions = "select oid::regprocedure::text from pg_proc where pronamespace = 'kasus'::regnamespace"
    assert len(rows(gudang, functions)) > 10
    assert rows(gudang, f"{functions} and has_function_privilege(%s, oid, 'execute')", role) == []


def test_a_login_that_reads_everything_it_may_is_refused(gudang, instalasi):
    catalogue.ensure(gudang)
    with FeedServer(9, aduan=[aduan(1)]) as server:
        feeds.read(at(gudang, server), "aduan", JULY)
    name = f"uji_{os.getpid()}_pelapor"
    address = roles.create_login(gudang, name, "baca_penuh", "rahasia-uji")
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            for target in ("pelapor.aduan", "kasus.aduan", "kasus.kasus", "kasus.aduan_pada('infinity')"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"select * from {target}")
    finally:
        server_address = postgres.ensure_running(instalasi).superuser_url.rsplit("/", 1)[0]
        database_name = gudang.database_url.rsplit("/", 1)[1]
        with psycopg.connect(f"{server_address}/{database_name}", autocommit=True) as connection:
            connection.execute(SQL("drop owned by {}").format(Identifier(name)))
            connection.execute(SQL("drop role {}").format(Identifier(name)))


def test_no_view_reads_the_closed_schema(gudang):
    catalogue.ensure(gudang)
    assert rows(
        gudang,
        "select distinct v.oid::regclass::text from pg_depend as d join pg_rewrite as r on r.oid = d.objid"
        " join pg_class as v on v.oid = r.ev_class join pg_class as t on t.oid = d.refobjid"
        " where t.relnamespace = 'pelapor'::regnamespace",
    ) == []  # fmt: skip
