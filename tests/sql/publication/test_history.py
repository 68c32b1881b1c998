"""History in two times over releases that were really published, for each kind of reader."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from gudang import warehouse
from masuk_uji import logins
from rilis_uji import decide, make_candidate, release, rows

from sinkron import contract, publish

CORRECTED = "update release.individu set nama = 'NAMA BENAR' where uid_individu = 'in1'"
MOVED = (
    "update release.rumah_tangga set kode_desa = '33.16.09.2001', kode_kecamatan = '33.16.09'"
    " where uid_rumah_tangga = 'rt4'"
)


def publish_with(settings, id_rilis, households, change="select"):
    decide(settings, id_rilis, make_candidate(settings, id_rilis, households, change))
    return publish.publish(settings, id_rilis[:7])


@pytest.fixture(scope="module")
def empat_rilis(instalasi, tmp_path_factory):
    """June, July without household 4, June corrected late, July again, July put back to its first revision."""
    with warehouse(instalasi, "riwayat", tmp_path_factory.mktemp("riwayat")) as settings:
        release(settings, "2026-06/1", 4)
        publish_with(settings, "2026-07/1", 3)
        publish_with(settings, "2026-06/2", 4, CORRECTED)
        publish_with(settings, "2026-07/2", 5, CORRECTED)
        publish.rollback(settings, "2026-07/1", "uji", "uji")
        yield settings


def instants(settings):
    found = rows(settings, "select id_rilis, diterbitkan from rilis.rilis")
    back = rows(settings, "select pada from audit.putar_balik")[0]["pada"]
    return {row["id_rilis"]: row["diterbitkan"] for row in found} | {"putar balik": back}


def test_one_person_through_a_late_month_a_correction_and_a_rollback(empat_rilis):
    at = instants(empat_rilis)
    june, july = dt.date(2026, 6, 1), dt.date(2026, 7, 1)
    first, second = at["2026-06/1"], at["2026-07/1"]
    late, again, back = at["2026-06/2"], at["2026-07/2"], at["putar balik"]
    query = (
        "select revisi, nama, berlaku_dari, berlaku_sampai, diketahui_dari, diketahui_sampai"
        " from publikasi_penuh.riwayat_individu where uid_individu = %s order by 3, 5"
    )
    assert [tuple(row.values()) for row in rows(empat_rilis, query, ["in1"])] == [
        (1, "NAMA 1", june, None, first, second),
        (1, "NAMA 1", june, july, second, late),
        (2, "NAMA BENAR", june, july, late, None),
        (1, "NAMA 1", july, None, second, again),
        (2, "NAMA BENAR", july, None, again, back),
        (1, "NAMA 1", july, None, back, None),
    ]
    # Gone in July, back in the July that was withdrawn: June is all that is known of it to this day.
    assert [tuple(row.values())[:4:3] + tuple(row.values())[4:] for row in rows(empat_rilis, query, ["in4"])] == [
        (1, None, first, second),
        (1, july, second, late),
        (2, july, late, None),
        (2, None, again, back),
    ]


@pytest.mark.parametrize("table", ["individu", "rumah_tangga"])
@pytest.mark.parametrize("schema", ["publikasi", "publikasi_penuh"])
def test_each_release_is_read_again_as_it_was_also_a_withdrawn_one(empat_rilis, table, schema):
    columns = ", ".join(column.name for column in contract.load()[table].visible(schema))
    at = instants(empat_rilis)
    for id_rilis, households in (("2026-06/1", 4), ("2026-07/1", 3), ("2026-06/2", 4), ("2026-07/2", 5)):
        again = (
            f"select {columns} from {schema}.riwayat_{table} where periode = %(bulan)s and revisi = %(revisi)s"
            " and diketahui_dari = %(saat)s"
        )
        as_of = (
            f"select {columns} from {schema}.riwayat_{table}"
            " where %(hari)s::date >= berlaku_dari and (berlaku_sampai is null or %(hari)s::date < berlaku_sampai)"
            " and %(saat)s >= diketahui_dari and (diketahui_sampai is null or %(saat)s < diketahui_sampai)"
        )
        was = f"select {columns} from rilis.{table} where id_rilis = %(id)s"
        values = {"bulan": id_rilis[:7], "revisi": int(id_rilis[8:]), "saat": at[id_rilis], "id": id_rilis}
        values["hari"] = f"{id_rilis[:7]}-15"
        for query in (again, as_of):
            assert len(rows(empat_rilis, query, values)) == households
            assert rows(empat_rilis, f"({query}) except all ({was})", values) == []


def test_what_holds_and_is_known_now_is_what_readers_see(empat_rilis):
    now = "select uid_individu, revisi from publikasi.riwayat_individu where diketahui_sampai is null"
    seen = rows(empat_rilis, "select uid_individu, revisi from publikasi.individu order by 1")
    assert rows(empat_rilis, f"{now} and berlaku_sampai is null order by 1") == seen
    assert len(rows(empat_rilis, now)) == 4 + 3  # each month known once


def test_a_candidate_has_no_history(katalog):
    release(katalog, "2026-06/1", 3)
    make_candidate(katalog, "2026-07/1", 5)
    assert rows(katalog, "select count(*) as n from publikasi.riwayat_individu") == [{"n": 3}]
    assert rows(katalog, "select berlaku_sampai from rilis.waktu_rilis") == [{"berlaku_sampai": None}]


def test_a_reader_with_an_area_sees_what_was_in_it(katalog, masuk):
    release(katalog, "2026-06/1", 8)
    publish_with(katalog, "2026-07/1", 8, MOVED)
    query = (
        "select periode, count(*), count(*) filter (where uid_rumah_tangga = 'rt4')"
        " from publikasi.riwayat_rumah_tangga where diketahui_sampai is null group by 1 order by 1"
    )
    for area, expected in (
        (("33.16.08",), [("2026-06", 4, 1), ("2026-07", 3, 0)]),
        (("33.16.09",), [("2026-06", 4, 0), ("2026-07", 5, 1)]),
        ((), [("2026-06", 8, 1), ("2026-07", 8, 1)]),
    ):
        assert masuk("baca_samar", area).execute(query).fetchall() == expected


def test_a_leaky_condition_meets_no_row_of_another_area(katalog, masuk):
    release(katalog, "2026-06/1", 8)
    query = "select count(*) from publikasi.riwayat_rumah_tangga where 1 / (kode_kecamatan = '33.16.08')::int = 1"
    assert masuk("baca_samar", ("33.16.08",)).execute(query).fetchone() == (4,)


def test_another_release_shows_neither_more_nor_less_history(empat_rilis, instalasi):
    query = "select * from {}.riwayat_individu order by uid_individu, berlaku_dari, diketahui_dari"
    with logins(instalasi, empat_rilis) as login:
        full, masked = login("baca_penuh", ("33.16.08",)), login("baca_samar", ("33.16.08",))
        full.execute("set sinkron.tujuan = 'uji riwayat'")
        for connection, schema in ((full, "publikasi_penuh"), (full, "publikasi"), (masked, "publikasi")):
            plain = connection.execute(query.format(schema)).fetchall()
            assert plain
            for id_rilis in ("2026-06/1", "2026-07/2", "2026-08/1"):
                connection.execute("select set_config('sinkron.rilis', %s, false)", [id_rilis])
                assert connection.execute(query.format(schema)).fetchall() == plain
            connection.execute("reset sinkron.rilis")


def test_one_uid_is_found_by_the_index_of_every_partition(katalog, masuk):
    release(katalog, "2026-06/1", 5_000)
    release(katalog, "2026-07/1", 5_000)
    connection = masuk("baca_penuh", ("33.16.08", "33.16.09"))
    connection.execute("set sinkron.tujuan = 'uji rencana'")
    for schema in ("publikasi", "publikasi_penuh"):
        for table, uid, value in (("individu", "uid_individu", "in77"), ("rumah_tangga", "uid_rumah_tangga", "rt77")):
            query = f"select * from {schema}.riwayat_{table} where {uid} = '{value}'"
            plan = connection.execute(f"explain (format json) {query}").fetchone()[0]
            scans = {
                node["Relation Name"]: node["Node Type"]
                for node in _nodes(plan[0]["Plan"])
                if node.get("Relation Name", "").startswith(f"{table}__")
            }
            assert scans.keys() == {f"{table}__2026_06_1", f"{table}__2026_07_1"}
            assert set(scans.values()) <= {"Index Scan", "Bitmap Heap Scan", "Index Only Scan"}, json.dumps(scans)
            assert len(connection.execute(query).fetchall()) == 3


def _nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
