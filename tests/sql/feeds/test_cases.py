"""The state of a case as of an instant, the freeze of a month, deadlines, and cases as known now."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from umpan_uji import aduan, execute, land, pengajuan, rows, verifikasi

from connectors.interface import code_lists
from sinkron import period

CASES = "select id_kasus, jenis, sumber, versi, status, tenggat, ditutup from kasus.kasus order by 1"
# The run of July uses changes before this instant.
END = dt.datetime(2026, 8, 1, tzinfo=period.JAKARTA)


def as_of(settings, name, instant=END, columns="id_sumber, versi, status"):
    return rows(settings, f"select {columns} from kasus.{name}_pada(%s) order by 1", instant)


def test_the_highest_version_wins_whatever_the_order(gudang):
    orders = list(itertools.permutations([(1, "diterima"), (2, "diperiksa"), (3, "terbukti")]))
    for place in range(3):
        land(gudang, "aduan", [aduan(n, order[place][0], status=order[place][1]) for n, order in enumerate(orders)])
    assert as_of(gudang, "aduan") == [(f"AD-{n}", 3, "terbukti") for n in range(6)]
    assert [row[3:5] for row in rows(gudang, CASES)] == [(3, "terbukti")] * 6


def test_a_month_freezes_what_had_changed_before_its_end_in_jakarta(gudang):
    instants = {
        "2026-07-31T23:59:59+07:00": True,
        "2026-07-31T16:59:59.999999999Z": True,
        "2026-08-01T00:00:00+07:00": False,
        "2026-07-31T17:00:00Z": False,
        "2026-07-31T23:30:00-01:00": False,
    }
    later = list(enumerate(instants))
    land(gudang, "aduan", [aduan(n) for n, _ in later])
    land(gudang, "aduan", [aduan(n, 2, diubah=instant) for n, instant in later])
    land(gudang, "pengajuan", [pengajuan(n) for n, _ in later])
    land(gudang, "pengajuan", [pengajuan(n, 2, diubah=instant) for n, instant in later])
    land(gudang, "verifikasi", [verifikasi(n, hasil="layak") for n, _ in later])
    land(gudang, "verifikasi", [verifikasi(n, diubah=instant) for n, instant in later])
    inside = list(instants.values())
    assert as_of(gudang, "aduan", columns="id_sumber, versi = 2") == [(f"AD-{n}", new) for n, new in enumerate(inside)]
    assert [new for _, new in as_of(gudang, "pengajuan", columns="id_sumber, versi = 2")] == inside
    assert [new for _, new in as_of(gudang, "verifikasi", columns="id_sumber, hasil = 'mampu'")] == inside
    # They are landed and wait.
    month_later = dt.datetime(2026, 9, 1, tzinfo=period.JAKARTA)
    assert as_of(gudang, "aduan", month_later, "id_sumber, versi") == [(f"AD-{n}", 2) for n, _ in later]


def test_a_higher_version_that_changed_later_does_not_hide_the_one_before(gudang):
    land(gudang, "aduan", [aduan(1, 5, diubah="2026-08-02T00:00:00+07:00"), aduan(1, 4), aduan(2, 1)])
    assert as_of(gudang, "aduan", columns="id_sumber, versi") == [("AD-1", 4), ("AD-2", 1)]
    assert as_of(gudang, "aduan", dt.datetime(2026, 7, 2, tzinfo=period.JAKARTA), "id_sumber") == [("AD-2",)]


def test_a_higher_version_wins_over_a_later_instant(gudang):
    land(gudang, "aduan", [aduan(1, 2, diubah="2026-07-20T00:00:00Z"), aduan(1, 3, diubah="2026-07-10T00:00:00Z")])
    land(gudang, "pengajuan", [pengajuan(1, 3, diubah="2026-07-10T00:00:00Z"), pengajuan(1, 2)])
    assert as_of(gudang, "aduan", columns="versi") == as_of(gudang, "pengajuan", columns="versi") == [(3,)]
    assert [row[3] for row in rows(gudang, CASES)] == [3, 3]


def test_the_newest_instant_of_a_verification_wins(gudang):
    land(gudang, "verifikasi", [verifikasi(1, 9, hasil="layak"), verifikasi(1, 3), verifikasi(2, 4)])
    assert as_of(gudang, "verifikasi", columns="id_sumber, hasil") == [("VL-1", "layak"), ("VL-2", "mampu")]


def test_deadlines_follow_the_status(gudang):
    days = {
        "diterima": 3, "diverifikasi": 14, "ditugaskan": 60, "diperiksa": 60, "terbukti": 60, "tidak_terbukti": 60,
        "tidak_dapat_diperiksa": 60, "ditolak": None, "dicabut": None, "selesai": None, "melayang": None,
    }  # fmt: skip
    land(gudang, "aduan", [aduan(n, status=status) for n, status in enumerate(days)])
    first = dt.date(2026, 7, 1)
    assert {
        status: tenggat and (tenggat - first).days for _, _, _, _, status, tenggat, _ in rows(gudang, CASES)
    } == days
    assert {row[4] for row in rows(gudang, CASES) if row[6]} == {"ditolak", "dicabut", "selesai"}


def test_deadlines_count_days_of_jakarta_and_move_with_a_later_rule(gudang):
    execute(gudang, "insert into kasus.batas_waktu values ('tanggapan_pertama', 1, '2026-07-02')")
    land(gudang, "aduan", [
        aduan(1, dibuat="2026-07-01T16:59:00Z"), aduan(2, dibuat="2026-07-01T17:00:00Z"), aduan(3, dibuat=None),
    ])  # fmt: skip
    assert [row[5] for row in rows(gudang, CASES)] == [dt.date(2026, 7, 4), dt.date(2026, 7, 3), dt.date(2026, 7, 4)]


def test_a_case_is_closed_from_its_last_closing_on(gudang):
    land(gudang, "aduan", [
        aduan(1, 1), aduan(1, 2, status="ditolak"), aduan(1, 3, status="diperiksa"), aduan(1, 4, status="selesai"),
        aduan(1, 5, status="selesai"), aduan(2, 1, status="selesai"), aduan(2, 2, status="diperiksa"),
    ])  # fmt: skip
    land(gudang, "pengajuan", [pengajuan(1, jenis="sanggah", status="kurang_berkas")])
    closed = dt.datetime(2026, 7, 4, 9, tzinfo=period.JAKARTA)
    assert rows(gudang, CASES) == [
        ("aduan/AD-1", "aduan", "aduan", 5, "selesai", None, closed),
        ("aduan/AD-2", "aduan", "aduan", 2, "diperiksa", dt.date(2026, 8, 30), None),
        ("pengajuan/PJ-1", "sanggah", "pengajuan", 1, "kurang_berkas", dt.date(2026, 7, 6), None),
    ]


@pytest.mark.parametrize(("sumber", "daftar"), [("aduan", "status_aduan"), ("pengajuan", "status_pengajuan")])
def test_every_status_has_its_stage(gudang, sumber, daftar):
    known = rows(gudang, "select status from kasus.tahap where sumber = %s", sumber)
    assert {status for (status,) in known} == set(code_lists()[daftar].values())
    assert rows(
        gudang, "select batas from kasus.tahap where batas not in (select nama from kasus.batas_waktu)"
    ) == []  # fmt: skip
