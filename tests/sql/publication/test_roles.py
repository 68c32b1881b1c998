"""What readers may do, and every way round it that was thought of (peers.md S11, S12, S13)."""

from __future__ import annotations

import psycopg
import pytest
from rilis_uji import release, rows

from sinkron import roles

OPEN_SCHEMAS = {
    "baca_ringkasan": {"publikasi"},
    "baca_samar": {"publikasi"},
    "baca_penuh": {"publikasi", "publikasi_penuh"},
    "auditor": {"publikasi", "publikasi_penuh", "audit", "keputusan"},
}
SUMMARIES = {"publikasi.ringkasan_desa", "publikasi.ringkasan_kabupaten"}
MASKED = (
    SUMMARIES
    | {
        f"publikasi.{name}"
        for name in (
            "individu", "kepesertaan", "kiriman", "neraca", "penonaktifan", "perubahan", "rilis", "rumah_tangga",
        )
    }
    | {"publikasi.riwayat_individu", "publikasi.riwayat_rumah_tangga"}
)  # fmt: skip
FULL = {name.replace("publikasi.", "publikasi_penuh.") for name in MASKED} | {
    f"publikasi_penuh.{name}"
    for name in ("asal_usul", "kandidat_verifikasi", "karantina", "kasus", "masalah", "tautan")
}
AUDITED = {
    "audit.hasil_periksa",
    "audit.pemulihan",
    "audit.putar_balik",
    "audit.putusan_gerbang",
    "keputusan.penyetuju",
    "keputusan.putusan",
    "publikasi.kiriman",
    "publikasi.neraca",
    "publikasi.penonaktifan",
    "publikasi.rilis",
    "publikasi_penuh.kasus",
}
CALLABLE = {"baca_penuh": ["publikasi_penuh.mengapa(text,text)"]}
READABLE = {"baca_ringkasan": SUMMARIES, "baca_samar": MASKED, "baca_penuh": MASKED | FULL, "auditor": AUDITED}

CATALOG = """
select n.nspname || '.' || c.relname as nama, p.hak
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as p (hak)
where n.nspname !~ '^(pg_|information_schema)' and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and (has_table_privilege(%(role)s, c.oid, p.hak)
        or (p.hak in ('select', 'insert', 'update', 'references')
            and has_any_column_privilege(%(role)s, c.oid, p.hak)))
"""


@pytest.mark.parametrize("role", roles.READING)
def test_effective_privileges_are_exactly_the_allowed_ones(katalog, role):
    release(katalog, "2026-06/1")  # so that partitions are among what is looked at
    held = {(row["nama"], row["hak"]) for row in rows(katalog, CATALOG, {"role": role})}
    assert {name for name, kind in held if kind == "select" and _in_force(katalog, role, name)} == READABLE[role]
    assert {(name, kind) for name, kind in held if kind != "select"} == set()
    usable = rows(
        katalog,
        "select nspname from pg_namespace where nspname !~ '^(pg_|information_schema)'"
        " and (has_schema_privilege(%(r)s, oid, 'usage') or has_schema_privilege(%(r)s, oid, 'create'))",
        {"r": role},
    )
    assert {row["nspname"] for row in usable} == OPEN_SCHEMAS[role]
    database = rows(
        katalog,
        "select has_database_privilege(%(r)s, current_database(), 'temp') as temp,"
        " has_database_privilege(%(r)s, current_database(), 'create') as buat",
        {"r": role},
    )
    assert database == [{"temp": False, "buat": False}]
    functions = rows(
        katalog,
        "select p.oid::regprocedure::text as nama from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace"
        " where n.nspname not in ('pg_catalog', 'information_schema', 'public')"
        " and has_function_privilege(%s, p.oid, 'execute') and has_schema_privilege(%s, n.oid, 'usage')",
        [role, role],
    )
    assert [row["nama"] for row in functions] == CALLABLE.get(role, [])


def _in_force(katalog, role, name):
    """A right on a view counts only with usage on its schema (pgcrypto's and others' schemas included)."""
    schema = name.split(".")[0]
    return rows(katalog, "select has_schema_privilege(%s, %s, 'usage') as ya", [role, schema])[0]["ya"]


def test_functions_that_run_as_the_owner_fix_their_search_path(katalog):
    loose = rows(
        katalog,
        "select oid::regprocedure::text as nama from pg_proc where prosecdef"
        " and pronamespace::regnamespace::text !~ '^pg_'"
        " and not coalesce(array_to_string(proconfig, ',') like '%%search_path=pg_catalog, pg_temp%%', false)",
    )
    assert loose == []


@pytest.mark.parametrize("role", ["baca_samar", "baca_penuh"])
@pytest.mark.parametrize(
    "statement",
    [
        # S11: what is not theirs to read
        "select * from rilis.individu",
        "select * from rilis.individu__2026_06_1",
        "select * from rilis.riwayat_individu",
        "select * from rilis.waktu_rilis",
        "select * from rilis.penunjuk",
        "select * from rilis.rilis",
        "select * from rilis.wilayah_login",
        "select rilis.terbaca()",
        "select * from pendaratan.karantina",
        "select * from release.individu",
        "select * from buku.kiriman",
        "select * from keputusan.putusan",
        "select * from audit.hasil_periksa",
        "select count(*) from identitas.individu",
        "table pg_authid",
        "table pg_statistic",
        # S12: becoming somebody else, making things, reaching the machine
        "set role pemilik",
        "set role pembaca",
        "set session authorization pemilik",
        "create table publikasi.milikku (n int)",
        "create table public.milikku (n int)",
        "create temp table milikku (n int)",
        "create schema milikku",
        "create function publikasi.f() returns int language sql as 'select 1'",
        "create function pg_temp.f(text) returns boolean language plpgsql as $$ begin return true; end $$",
        "create or replace view publikasi.individu as select 1 as n",
        "create rule r as on insert to publikasi.individu do instead nothing",
        "alter view publikasi.individu reset (security_barrier)",
        "drop view publikasi.individu",
        "comment on view publikasi.individu is 'x'",
        "alter default privileges for role pemilik grant select on tables to public",
        "insert into publikasi.individu (uid_individu) values ('x')",
        "update publikasi.individu set nama_samar = 'x'",
        "delete from publikasi.individu",
        "create role teman",
        "alter role pembaca login",
        "alter role pemilik superuser",
        "copy (select 1) to program 'true'",
        "copy (select 1) to '/tmp/keluar'",
        "select pg_read_file('postgresql.conf')",
        "select pg_ls_dir('.')",
        "select lo_import('/etc/hostname')",
        "select lo_create(0)",
        "select lo_creat(-1)",
        "select lo_from_bytea(0, 'isi')",
        "select pg_advisory_lock(hashtextextended('sinkron:migrasi', 0))",
        "select pg_advisory_lock_shared(1, 2)",
        "select pg_advisory_xact_lock(1)",
        "select pg_try_advisory_lock(1)",
        "select pg_try_advisory_xact_lock_shared(1, 2)",
        "do $$ begin raise log 'sinkron.baca {}'; end $$",
        "create extension dblink schema publikasi",
        "create extension postgres_fdw schema publikasi",
        "create language plpython3u",
        "create server luar foreign data wrapper postgres_fdw",
        "alter system set log_statement = 'all'",
        "set session_replication_role = replica",
        "create publication p for table rilis.individu",
        "set log_min_messages = panic",
    ],
)
def test_denied(katalog_terbit, masuk_sekali, role, statement):
    connection = masuk_sekali(role)
    with pytest.raises(
        (
            psycopg.errors.InsufficientPrivilege,
            psycopg.errors.UndefinedTable,
            psycopg.errors.InvalidSchemaName,
            psycopg.errors.UndefinedObject,
            psycopg.errors.FeatureNotSupported,
            psycopg.errors.ObjectNotInPrerequisiteState,
        )
    ) as refused:
        connection.execute(statement)
    if not isinstance(refused.value, psycopg.errors.InsufficientPrivilege):
        # Nothing of that name stands here; the refusal must not come from a typing error in this list.
        assert statement.split()[-1] in (
            "release.individu",
            "identitas.individu",
            "plpython3u",
            "postgres_fdw",
        ), refused.value


def test_what_ends_in_a_warning_or_needs_a_transaction_changes_nothing(katalog_terbit, masuk_sekali):
    connection = masuk_sekali("baca_samar")
    connection.execute("grant select on publikasi.individu to public")  # without the right to: a warning
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        masuk_sekali("baca_ringkasan").execute("select count(*) from publikasi.individu")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute("lock table publikasi.individu in access exclusive mode")


def test_a_member_gains_nothing_by_set_role(katalog_terbit, masuk_sekali):
    connection = masuk_sekali("baca_penuh")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("set role baca_penuh")


@pytest.mark.parametrize(
    ("role", "table"),
    [
        ("baca_ringkasan", "publikasi.individu"),
        ("baca_ringkasan", "publikasi.rilis"),
        ("baca_samar", "publikasi_penuh.individu"),
        ("baca_samar", "publikasi_penuh.ringkasan_desa"),
        ("auditor", "publikasi.individu"),
        ("auditor", "publikasi_penuh.individu"),
    ],
)
def test_a_role_reads_its_own_tables_only(katalog_terbit, masuk_sekali, role, table):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        masuk_sekali(role).execute(f"select count(*) from {table}")


@pytest.mark.parametrize("role", ["baca_samar", "baca_ringkasan", "auditor"])
def test_each_role_reads_what_it_should(katalog_terbit, masuk_sekali, role):
    connection = masuk_sekali(role)
    if role == "auditor":
        connection.execute("set sinkron.tujuan = 'pemeriksaan kasus'")
    for table in READABLE[role]:
        connection.execute(f"select count(*) from {table}")


def test_masked_views_hold_no_identity(katalog_terbit, masuk_sekali):
    connection = masuk_sekali("baca_samar")
    for table in MASKED:
        text = str(connection.execute(f"select * from {table}").fetchall())
        assert "33160840010" not in text and "33160801010" not in text and "NAMA" not in text, table


@pytest.mark.parametrize(
    "query",
    [
        # A condition that fails on a hidden row must never see one: other area, other release.
        "select count(*) from publikasi.rumah_tangga where 1 / (kode_kecamatan = '33.16.08')::int = 1",
        "select count(*) from publikasi.individu where 1 / (periode = '2026-07')::int = 1",
        "select count(*) from publikasi.individu where (case when periode <> '2026-07' then 'x' else '1' end)::int = 1",
    ],
)
def test_a_leaky_condition_sees_no_hidden_row(katalog, masuk, query):
    release(katalog, "2026-06/1")
    release(katalog, "2026-07/1", 8)
    assert masuk("baca_samar", ("33.16.08",)).execute(query).fetchone()[0] == 4


def test_statistics_and_hidden_columns_stay_closed(katalog_terbit, masuk_sekali):
    connection = masuk_sekali("baca_penuh")
    hidden = "select count(*) from pg_stats where schemaname in ('rilis', 'release', 'buku')"
    assert connection.execute(hidden).fetchone()[0] == 0
    for column in ("ctid", "tableoid", "id_rilis", "rekaman_identitas", "nik"):
        with pytest.raises(psycopg.errors.UndefinedColumn):
            connection.execute(f"select {column} from publikasi.individu")


def test_a_login_is_renewed_not_taken_over(katalog, masuk):
    connection = masuk("baca_samar", ("33.16.08",))
    name = connection.info.user
    address = roles.create_login(katalog, name, "baca_ringkasan", "sandi-baru")
    with psycopg.connect(address) as renewed:
        assert renewed.execute("select count(*) from publikasi.ringkasan_desa").fetchone()[0] == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            renewed.execute("select count(*) from publikasi.individu")
    assert rows(katalog, "select * from rilis.wilayah_login") == []
    for bad, role, area in (
        ("pemilik", "baca_samar", ()),
        ("pembaca", "baca_samar", ()),
        ("x; drop", "baca_samar", ()),
        ("uji_lain", "pemilik", ()),
        ("uji_lain", "baca_samar", ("33.16",)),
    ):
        with pytest.raises(roles.RoleRefused):
            roles.create_login(katalog, bad, role, "x", area)
