"""IZINKAN_LAMA: with a source refused, with two that give nothing, and with nothing earlier to fall back on."""

from __future__ import annotations

import json

from bulan_uji import JULY, JUNE, Bulan, Pabrik, set_manifest

CLOSED = json.dumps({"conn_type": "http", "schema": "http", "host": "127.0.0.1", "port": 9, "login": "x"})


def composed(bulan: Bulan, id_rilis: str) -> list[tuple]:
    """Which month's delivery of each source a release is made of, and whether it is marked as old."""
    return bulan.rows(
        "select sumber, periode, lama from buku.susunan join buku.kiriman using (id_kiriman, sumber)"
        " where id_rilis = %s order by 1",
        id_rilis,
    )


def test_a_refused_delivery_may_be_stood_in_for_by_the_one_before(pabrik: Pabrik, juni: Bulan):
    bulan = pabrik.copy(juni, "lama_ditolak")
    set_manifest(bulan.deliver(JULY), "anggota.csv", sha256="0" * 64)
    assert bulan.run(JULY, "publish")[0] == 4
    # Another source's permission is none for this one.
    assert bulan.run(JULY, "publish", IZINKAN_LAMA="simnakis")[0] == 4
    assert bulan.releases(JULY) == []
    code, line = bulan.run(JULY, "publish", IZINKAN_LAMA="dtsen")
    assert (code, line["revisi"], line["status"]) == (0, 1, "terbit")
    assert line["kiriman"][0] == {"sumber": "dtsen", "status": "ditolak", "kode": "manifest_tidak_cocok"}
    expected = [("dtjateng", JULY, False), ("dtsen", JUNE, True), ("simnakis", JULY, False)]
    assert composed(bulan, f"{JULY}/1") == expected
    assert bulan.seen()[0] == f"{JULY}/1"
    # Readers see it too.
    marked = bulan.one("select kiriman from publikasi.rilis where periode = %s and revisi = 1", JULY)
    assert [(row["sumber"], row["lama"]) for row in marked] == [(sumber, old) for sumber, _, old in expected]
    # The same again is nothing new; without the permission the month is complete no more, but what is out stays.
    assert bulan.run(JULY, "publish", IZINKAN_LAMA="dtsen")[0] == 0
    assert bulan.run(JULY, "publish")[0] == 4
    assert bulan.releases(JULY) == [(1, "terbit")]

    # What comes after all is taken, whatever is still permitted.
    bulan.deliver(JULY, 2)
    code, line = bulan.run(JULY, "publish", IZINKAN_LAMA="dtsen")
    assert (code, line["revisi"]) == (0, 2)
    assert {old for _, _, old in composed(bulan, f"{JULY}/2")} == {False}
    assert bulan.releases(JULY) == [(1, "digantikan"), (2, "terbit")]


def test_two_sources_may_be_old_of_which_one_is_down(pabrik: Pabrik, juni: Bulan):
    bulan = pabrik.copy(juni, "lama_dua")
    bulan.pass_to(JULY)
    down = {"AIRFLOW_CONN_DTJATENG_API": CLOSED}
    assert bulan.run(JULY, "publish", IZINKAN_LAMA="dtsen", **down)[0] == 4
    for _ in range(2):
        code, line = bulan.run(JULY, "publish", IZINKAN_LAMA="dtsen,dtjateng", **down)
        assert (code, line["revisi"], line["status"]) == (0, 1, "terbit")
    assert composed(bulan, f"{JULY}/1") == [
        ("dtjateng", JUNE, True), ("dtsen", JUNE, True), ("simnakis", JULY, False),
    ]  # fmt: skip


def test_with_nothing_earlier_the_month_still_waits(pabrik: Pabrik):
    bulan = pabrik.new("lama_kosong")
    bulan.pass_to(JUNE)
    code, line = bulan.run(JUNE, "publish", IZINKAN_LAMA="dtsen")
    assert (code, line["revisi"], line["status"]) == (4, None, None)
    assert [row["status"] for row in line["kiriman"]] == [None, "diterima", "diterima"]
