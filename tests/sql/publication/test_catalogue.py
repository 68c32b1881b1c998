"""The database follows the contracts, only adds, and explains itself in Indonesian."""

from __future__ import annotations

import dataclasses
import json
import time

import pytest
from rilis_uji import decide, make_candidate, release, rows

from sinkron import catalogue, contract, database, publish


def test_a_second_call_changes_nothing(katalog):
    before = rows(katalog, "select objek, sidik, diubah from rilis.katalog order by 1")
    assert catalogue.ensure(katalog) == []
    assert rows(katalog, "select objek, sidik, diubah from rilis.katalog order by 1") == before


def test_a_view_that_was_dropped_comes_back_with_its_grants(katalog, masuk):
    with database.connect(katalog) as connection:
        connection.execute("grant pembaca to current_user")
        connection.execute("set local role pembaca")
        connection.execute("drop view publikasi.neraca")
    assert catalogue.ensure(katalog) == ["publikasi.neraca"]
    assert masuk("baca_samar").execute("select count(*) from publikasi.neraca").fetchone() == (0,)


def test_every_column_and_view_has_its_comment(katalog):
    bare = rows(
        katalog,
        "select c.oid::regclass::text as nama, a.attname from pg_class as c"
        " join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where c.relnamespace::regnamespace::text in ('publikasi', 'publikasi_penuh')"
        " and (col_description(c.oid, a.attnum) is null or obj_description(c.oid, 'pg_class') is null)",
    )
    assert bare == []
    counted = rows(
        katalog,
        "select count(*) as n from information_schema.columns where table_schema = 'publikasi'"
        " and table_name = 'rumah_tangga'",
    )
    visible = contract.load()["rumah_tangga"].visible("publikasi")
    assert counted[0]["n"] == len(visible) == 50


def test_views_belong_to_pembaca_behind_a_barrier(katalog):
    found = rows(
        katalog,
        "select distinct relowner::regrole::text as pemilik, reloptions from pg_class"
        " where relnamespace::regnamespace::text in ('publikasi', 'publikasi_penuh')",
    )
    assert found == [{"pemilik": "pembaca", "reloptions": ["security_barrier=true"]}]
    owned = rows(katalog, "select relname from pg_class where relowner = 'pembaca'::regrole and relkind in ('r', 'p')")
    assert owned == []
    member = rows(katalog, "select 1 from pg_auth_members where roleid = 'pembaca'::regrole and member <> 10"
                           " and not admin_option")  # fmt: skip
    assert member == []
    forced = rows(
        katalog,
        "select bool_and(relrowsecurity and relforcerowsecurity) as ya from pg_class"
        " where relnamespace::regnamespace::text = 'rilis' and relkind = 'p'",
    )
    assert forced == [{"ya": True}]


def change(name, **columns):
    """The contracts with columns of one table replaced (a Column), removed (None) or added."""
    every = contract.load()
    table = every[name]
    kept = [columns.pop(c.name, c) for c in table.columns]
    new = dataclasses.replace(table, columns=tuple(c for c in [*kept, *columns.values()] if c))
    return {**every, name: new}


def test_a_new_column_is_added_at_the_end(katalog):
    release(katalog, "2026-06/1")
    added = contract.Column("catatan", "text", False, 0, "samar", "Catatan")
    assert catalogue.ensure(katalog, change("individu", catatan=added)) == [
        "rilis.individu.catatan",
        "publikasi.individu",
        "publikasi_penuh.individu",
    ]
    assert rows(katalog, "select count(*) as n, count(catatan) as isi from publikasi.individu") == [{"n": 8, "isi": 0}]


@pytest.mark.parametrize(
    "columns",
    [
        {"jenis_kelamin": None},
        {"jumlah_konflik": contract.Column("jumlah_konflik", "integer", True, 0, "samar", "x")},
    ],
)
def test_a_removed_or_retyped_column_is_refused(katalog, columns):
    table = "individu" if "jenis_kelamin" in columns else "rumah_tangga"
    with pytest.raises(catalogue.CatalogueError, match="announced one release ahead"):
        catalogue.ensure(katalog, change(table, **columns))
    with database.connect(katalog) as connection:
        assert catalogue.check(connection) == []


def test_check_sees_a_base_table_changed_behind_its_back(katalog):
    decide(katalog, "2026-06/1", make_candidate(katalog, "2026-06/1"))
    with database.connect(katalog) as connection:
        connection.execute("alter table rilis.neraca add column liar text")
        assert catalogue.check(connection) == ["rilis.neraca has column liar, which its contract does not"]
    with pytest.raises(publish.ContractBroken, match="liar"):
        publish.publish(katalog, "2026-06")


def test_where_a_value_came_from(katalog):
    exception = (
        "insert into release.asal_usul (periode, revisi, grain, uid, kolom, nilai, sumber, id_sumber, id_kiriman,"
        " tanggal, aturan, kalah, kode_desa, id_rilis) values ('2026-06', 1, 'individu', 'in1', 'nama', 'NAMA 1',"
        " 'simnakis', 'S1', 'simnakis-1', '2026-05-02', 'terbaru',"
        """ '[{"sumber": "dtsen", "id_sumber": "D1", "nilai": "NAMA LAIN", "tanggal": "2026-06-11"}]',"""
        " '33.16.08.2002', '2026-06/1')"
    )
    decide(katalog, "2026-06/1", make_candidate(katalog, "2026-06/1", 8, exception))
    publish.publish(katalog, "2026-06")
    found = {
        (row["grain"], row["kolom"]): (row["nilai"], row["sumber"], row["id_sumber"], row["id_kiriman"], row["aturan"])
        for row in rows(katalog, "select * from publikasi_penuh.asal_usul where uid in ('in1', 'rt1')")
    }
    assert found["individu", "nama"] == ("NAMA 1", "simnakis", "S1", "simnakis-1", "terbaru")
    assert found["individu", "nik"] == ("3316084001000001", "dtsen", "D1", "dtsen-1", "utama")
    assert found["rumah_tangga", "no_kk"][1:] == ("dtsen", "D1", "dtsen-1", "utama")
    assert found["rumah_tangga", "alamat"] == ("Jalan 1", "simnakis", "S1", "simnakis-1", "utama")
    assert found["rumah_tangga", "desil_nasional"] == ("2", "dtsen", "D1", "dtsen-1", "utama")
    assert found["rumah_tangga", "peringkat_provinsi"] == ("2", "dtjateng", "J1", "dtjateng-1", "utama")
    assert ("individu", "tanggal_meninggal") not in found  # null has no origin
    twice = rows(
        katalog, "select count(*) as n from publikasi_penuh.asal_usul group by grain, uid, kolom having count(*) > 1"
    )
    assert twice == []


def test_one_origin_is_found_by_index_at_forty_thousand_households(katalog, masuk):
    release(katalog, "2026-06/1", 40_000)
    connection = masuk("baca_penuh")
    connection.execute("set sinkron.tujuan = 'uji rencana'")
    query = "select * from publikasi_penuh.asal_usul where uid = 'rt20000'"
    plan = connection.execute(f"explain (format json) {query}").fetchone()[0]
    scanned = [node for node in _nodes(plan[0]["Plan"]) if node["Node Type"] == "Seq Scan"]
    assert [(node["Relation Name"], node["Plan Rows"]) for node in scanned if node["Plan Rows"] > 10] == [], json.dumps(
        scanned
    )
    connection.execute(query)
    started = time.perf_counter()
    found = connection.execute(query).fetchall()
    assert len(found) == 9 and time.perf_counter() - started < 0.1


def _nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
