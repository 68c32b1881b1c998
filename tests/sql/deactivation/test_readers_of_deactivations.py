"""No reader writes, reads or calls anything of the way out; what readers see of it is their area, as of a release."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from antrean_uji import RELEASE, Antrean, row_id
from psycopg.sql import SQL, Identifier

from sinkron import roles

SCHEMAS = ("antrean", "kasus", "keputusan")
# Decisions and who may make them; nothing of cases or of what is sent.
AUDITED = {"keputusan.penyetuju", "keputusan.putusan"}
SEEN = "select distinct id_baris, tujuan, status from publikasi.penonaktifan order by 1, 2"


@pytest.fixture
def masuk(antrean: Antrean) -> Iterator:
    """`masuk(role, *wilayah)`: a connection of a new login of that role."""
    made: list[tuple[str, psycopg.Connection]] = []

    def login(role: str, *wilayah: str) -> psycopg.Connection:
        name = f"uji_{os.getpid()}_a_{role}_{len(made)}"
        address = roles.create_login(antrean.settings, name, role, "rahasia-uji", wilayah)
        made.append((name, psycopg.connect(address, autocommit=True)))
        made[-1][1].execute("set default_transaction_read_only = off")
        return made[-1][1]

    yield login
    address = f"{antrean.superuser.rsplit('/', 1)[0]}/{antrean.settings.database_url.rsplit('/', 1)[1]}"
    with psycopg.connect(address, autocommit=True) as connection:
        for name, reader in made:
            reader.close()
            connection.execute(SQL("drop owned by {}").format(Identifier(name)))
            connection.execute(SQL("drop role {}").format(Identifier(name)))
    antrean.do("delete from rilis.wilayah_login")


def _attempts(antrean: Antrean) -> Iterator[tuple[str, str]]:
    """Every statement that reads, writes or calls something of these schemas: (what, statement)."""
    for name, column, table in antrean.rows(
        "select n.nspname || '.' || c.relname as nama, min(a.attname) as kolom, c.relkind = 'r' as tabel"
        " from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
        " join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and a.attidentity = ''"
        " where n.nspname = any(%s) and c.relkind in ('r', 'v') group by n.nspname, c.relname, c.relkind",
        list(SCHEMAS),
    ):  # fmt: skip
        yield name, f"select * from {name}"
        yield f"{name} tulis", f"insert into {name} default values"
        yield f"{name} tulis", f"update {name} set {column} = {column}"
        yield f"{name} tulis", f"delete from {name}"
        if table:
            yield f"{name} tulis", f"truncate {name}"
    for name, arguments in antrean.rows(
        "select p.oid::regproc::text as nama,"
        " array(select format('null::%%s', t::regtype) from unnest(p.proargtypes) as t) as isian"
        " from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where n.nspname = any(%s)", list(SCHEMAS),
    ):  # fmt: skip
        yield name, f"select {name}({', '.join(arguments)})"


@pytest.mark.parametrize("role", roles.READING)
def test_every_way_into_the_machinery_is_closed(antrean: Antrean, masuk, role: str):
    antrean.propose(1)
    connection = masuk(role)
    open_ways = set()
    attempts = list(_attempts(antrean))
    assert {what for what, _ in attempts} > {
        "antrean.baris tulis", "antrean.kiriman", "antrean.keadaan_pada", "kasus.tahanan tulis", "kasus.usulan",
        "keputusan.disahkan", "keputusan.putusan tulis", "antrean.penonaktifan", "kasus.sanggah",
    }  # fmt: skip
    for what, statement in attempts:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            continue
        open_ways.add(what)
    assert open_ways == (AUDITED if role == "auditor" else set())


def test_an_area_sees_its_own_deactivations(antrean: Antrean, masuk):
    # Families 1 and 9 live in 33.16.09.2001, 2 in 33.16.10.2001.
    for number in (1, 2, 9):
        antrean.propose(number, ("dtjateng",))
    everyone = [(row_id(n), "dtjateng", "diusulkan") for n in (1, 2, 9)]
    assert masuk("baca_samar").execute(SEEN).fetchall() == everyone
    for area in ("33.16.09", "33.16.09.2001"):
        assert masuk("baca_samar", area).execute(SEEN).fetchall() == [everyone[0], everyone[2]]
    assert masuk("baca_penuh", "33.16.10.2001").execute(SEEN).fetchall() == [everyone[1]]
    assert masuk("baca_samar", "33.16.09.2002").execute(SEEN).fetchall() == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        masuk("baca_ringkasan").execute(SEEN)


def test_what_no_release_proposes_is_seen_by_nobody(antrean: Antrean, masuk):
    antrean.propose(1, ("dtjateng",))
    antrean.do("delete from kasus.usulan_rilis")
    assert masuk("baca_samar").execute(SEEN).fetchall() == []


def test_a_release_asked_for_by_name_shows_what_was_known_when_it_was_published(antrean: Antrean, masuk):
    antrean.do("update rilis.rilis set diterbitkan = clock_timestamp() where id_rilis = %s", RELEASE)
    connection = masuk("baca_penuh")
    antrean.propose(1, ("dtjateng",))
    # Under the pointer it is live: June proposed it and nothing later is published.
    assert connection.execute(SEEN).fetchall() == [(row_id(1), "dtjateng", "diusulkan")]
    antrean.release("2026-07/1")
    antrean.approve("2026-07")
    antrean.do("update antrean.baris set status = 'disetujui'")
    assert connection.execute(SEEN).fetchall() == [(row_id(1), "dtjateng", "disetujui")]
    connection.execute("set sinkron.rilis = '2026-06/1'")
    # Proposed after June was published here, so June knew nothing of it.
    assert connection.execute(SEEN).fetchall() == []
    antrean.release("2026-08/1")
    antrean.propose(2, ("dtjateng",), "2026-08/1")
    connection.execute("set sinkron.rilis = '2026-07/1'")
    assert connection.execute(SEEN).fetchall() == [(row_id(1), "dtjateng", "diusulkan")]
    connection.execute("reset sinkron.rilis")
    assert connection.execute(SEEN).fetchall() == [(row_id(1), "dtjateng", "disetujui"),
                                                   (row_id(2), "dtjateng", "diusulkan")]  # fmt: skip
