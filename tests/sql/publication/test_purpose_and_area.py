"""Declared purpose, another release by `sinkron.rilis`, and rows by area, in every view."""

from __future__ import annotations

import psycopg
import pytest
from rilis_uji import make_candidate, release, rows

from sinkron import catalogue, contract, publish

FULL = [name for name, table in contract.load().items() if table.visible("publikasi_penuh")]
AREA = [name for name, table in contract.load().items() if table.area not in contract.AREAS]


@pytest.mark.parametrize("table", FULL)
def test_without_a_purpose_nothing_is_shown(katalog_terbit, masuk_sekali, table):
    connection = masuk_sekali("baca_penuh")
    connection.execute("reset sinkron.tujuan")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=rf"publikasi_penuh.{table} .*SET sinkron.tujuan"):
        connection.execute(f"select * from publikasi_penuh.{table}")


def test_a_read_is_logged_once_a_query_with_who_table_and_purpose(katalog_terbit, masuk_sekali):
    connection = masuk_sekali("baca_penuh")
    logged: list[str] = []
    connection.execute("set client_min_messages = log")
    connection.execute("set sinkron.tujuan = 'verifikasi PKH'")
    connection.add_notice_handler(lambda notice: logged.append(notice.message_primary))
    assert len(connection.execute("select * from publikasi_penuh.individu").fetchall()) == 8
    lines = [line for line in logged if line.startswith("sinkron.baca ")]
    assert len(lines) == 1
    for part in (f'"login" : "{connection.info.user}"', '"tabel" : "individu"', '"tujuan" : "verifikasi PKH"'):
        assert part in lines[0]
    logged.clear()
    connection.execute("begin read only")
    connection.execute("select count(*) from publikasi_penuh.individu join publikasi_penuh.rumah_tangga using (revisi)")
    connection.execute("rollback")
    assert sum("sinkron.baca" in line for line in logged) == 2
    connection.execute("reset client_min_messages")


@pytest.mark.parametrize("purpose", ["ab", "cek 3316084001000001", "x" * 201, "dua\nbaris"])
def test_a_purpose_is_a_short_plain_sentence(katalog_terbit, masuk_sekali, purpose):
    connection = masuk_sekali("baca_penuh")
    connection.execute("select set_config('sinkron.tujuan', %s, false)", [purpose])
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        connection.execute("select * from publikasi_penuh.individu")


def test_the_owner_reads_without_a_purpose(katalog_terbit):
    assert rows(katalog_terbit, "select count(*) as n from publikasi_penuh.individu") == [{"n": 8}]


def test_another_release_for_those_who_may(katalog, masuk):
    release(katalog, "2026-06/1", 3)
    release(katalog, "2026-07/1", 5)
    release(katalog, "2026-07/2", 6)
    make_candidate(katalog, "2026-08/1", 7)
    full, masked = masuk("baca_penuh"), masuk("baca_samar")
    full.execute("set sinkron.tujuan = 'uji banding bulan'")

    def people(connection, id_rilis):
        connection.execute("select set_config('sinkron.rilis', %s, false)", [id_rilis])
        return connection.execute("select count(*) from publikasi.individu").fetchone()[0]

    assert [people(full, name) for name in ("2026-06/1", "2026-07/1", "2026-07/2", "")] == [3, 5, 6, 6]
    for unknown in ("2026-08/1", "2027-01/1", "x"):
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="tidak ada atau tidak terbit"):
            people(full, unknown)
    full.execute("reset sinkron.rilis")
    for name in ("2026-06/1", "2026-07/2", "2026-08/1"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="hanya untuk pemilik dan baca_penuh"):
            people(masked, name)
    publish.rollback(katalog, "2026-07/1", "uji", "uji")
    with pytest.raises(psycopg.errors.InvalidParameterValue):  # withdrawn
        people(full, "2026-07/2")


@pytest.mark.parametrize(("area", "share"), [(("33.16.08",), 2), (("33.16.08.2001",), 4), ((), 1)])
def test_area_holds_in_every_view(katalog, masuk, area, share):
    stored = (
        "insert into release.asal_usul (periode, revisi, grain, uid, kolom, aturan, kalah, kode_desa, id_rilis)"
        " select periode, revisi, 'rumah_tangga', uid_rumah_tangga, 'rt', 'uji', '[]', kode_desa, id_rilis"
        " from release.rumah_tangga"
    )
    make_and_publish(katalog, stored)
    connection = masuk("baca_penuh", area)
    connection.execute("set sinkron.tujuan = 'uji wilayah'")
    for table in AREA:
        whole = rows(katalog, f"select count(*) as n from publikasi_penuh.{table}")[0]["n"]
        assert whole > 0
        for schema in catalogue.SCHEMAS:
            if contract.load()[table].visible(schema) and not (schema == "publikasi" and _identified(table)):
                seen = connection.execute(f"select count(*) from {schema}.{table}").fetchone()[0]
                assert seen * share == whole, (schema, table)
    codes = connection.execute("select distinct kode_desa from publikasi.rumah_tangga").fetchall()
    assert all(not area or code.startswith(area[0]) for (code,) in codes)
    # Rows without an area are for those who have no area themselves; sums and open data are for all.
    assert (connection.execute("select count(*) from publikasi_penuh.karantina").fetchone()[0] > 0) is (not area)
    assert connection.execute("select count(*) from publikasi.ringkasan_desa").fetchone()[0] == 4


def make_and_publish(settings, change):
    from rilis_uji import decide

    decide(settings, "2026-06/1", make_candidate(settings, "2026-06/1", 8, change))
    publish.publish(settings, "2026-06")


def _identified(table):
    return contract.load()[table].identified
