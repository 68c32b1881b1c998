"""What the daily look finds, against a real ledger."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from types import SimpleNamespace

import pytest

from sinkron import database, watch
from sinkron.watch import Finding

JUNE, JULY = "2026-06", "2026-07"


def deliver(settings, periode: str, *sources: str, status: str = "diterima") -> None:
    with database.connect(settings) as connection:
        for sumber in sources:
            connection.execute(
                "insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, status, kode)"
                " values (%(id)s, %(sumber)s, %(periode)s, 0, %(id)s, %(status)s, 'kosong')",
                {"id": f"{sumber}-{periode}-{status}", "sumber": sumber, "periode": periode, "status": status},
            )


def compose(settings, periode: str, *sources: str, status: str = "kandidat", sha256: str | None = None) -> None:
    with database.connect(settings) as connection:
        connection.execute(
            "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode, sha256,"
            " diterbitkan) values (%s, %s, 1, %s, 's', 'k', %s, now())",
            [f"{periode}/1", periode, status, sha256],
        )
        for sumber in sources:
            connection.execute(
                "insert into buku.susunan (id_rilis, sumber, id_kiriman) values (%s, %s, %s)",
                [f"{periode}/1", sumber, f"{sumber}-{periode}-diterima"],
            )


def look(settings, day: str) -> list[Finding]:
    return watch.findings(settings, dt.date.fromisoformat(day))


ALL = ("dtsen", "dtjateng", "simnakis")


def test_an_empty_ledger_has_nothing_to_say(gudang):
    assert look(gudang, "2026-08-20") == []


def test_what_is_late_is_told_once_its_day_has_passed(gudang):
    deliver(gudang, JUNE, "simnakis")
    assert look(gudang, "2026-07-05") == []
    assert look(gudang, "2026-07-06") == [Finding(JUNE, "kiriman_terlambat", "dtjateng", "2026-07-05")]
    assert look(gudang, "2026-07-16") == [
        Finding(JUNE, "kiriman_terlambat", "dtsen", "2026-07-10"),
        Finding(JUNE, "kiriman_terlambat", "dtjateng", "2026-07-05"),
        Finding(JUNE, "terbit_terlambat", "", "2026-07-15"),
    ]


def test_an_older_month_is_asked_for_again_where_the_source_can_be_asked(gudang):
    deliver(gudang, JUNE, "dtsen")
    found = {f.sumber: f.mulai for f in look(gudang, "2026-08-01") if f.jenis == "kiriman_terlambat"}
    assert found == {"dtjateng": "ingest", "simnakis": ""}
    ti = SimpleNamespace(xcom_pull=lambda task_ids: [asdict(f) for f in look(gudang, "2026-08-01")])
    assert watch.overdue.function(ti=ti) == [
        {"trigger_dag_id": "ingest_dtjateng", "conf": {"periode": JUNE}},
    ]


def test_a_refused_delivery_has_not_landed(gudang):
    deliver(gudang, JUNE, "dtsen", "simnakis")
    deliver(gudang, JUNE, "dtjateng", status="ditolak")
    assert [f.sumber for f in look(gudang, "2026-07-06")] == ["dtjateng"]


def test_a_complete_month_that_was_not_built_is_started(gudang):
    deliver(gudang, JUNE, *ALL)
    deliver(gudang, JULY, *ALL)
    compose(gudang, JULY, *ALL, status="terbit", sha256="x")
    assert look(gudang, "2026-07-02") == [Finding(JUNE, "belum_dibangun", mulai="build")]


def test_a_candidate_goes_on_where_it_stopped(gudang):
    deliver(gudang, JUNE, *ALL)
    compose(gudang, JUNE, *ALL)
    assert look(gudang, "2026-07-02") == [Finding(JUNE, "belum_selesai", mulai="build")]
    with database.connect(gudang) as connection:
        connection.execute("update rilis.rilis set dibangun = now()")
    assert look(gudang, "2026-07-02") == [Finding(JUNE, "belum_diperiksa", mulai="publish")]
    with database.connect(gudang) as connection:
        connection.execute("update rilis.rilis set sha256 = 'x'")
    assert look(gudang, "2026-07-02") == [Finding(JUNE, "menunggu_putusan")]
    with database.connect(gudang) as connection:
        connection.execute("update rilis.rilis set status = 'ditahan'")
    assert look(gudang, "2026-07-02") == [Finding(JUNE, "ditahan_gerbang")]


def test_a_revision_after_the_release_is_started(gudang):
    deliver(gudang, JUNE, *ALL)
    compose(gudang, JUNE, *ALL, status="terbit", sha256="x")
    assert look(gudang, "2026-07-20") == []
    with database.connect(gudang) as connection:
        connection.execute("update buku.kiriman set status = 'digantikan' where sumber = 'dtsen'")
        connection.execute(
            "insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, status)"
            " values ('dtsen-rev-2', 'dtsen', %s, 2, 'r2', 'diterima')",
            [JUNE],
        )
    assert Finding(JUNE, "belum_dibangun", mulai="build") in look(gudang, "2026-07-20")


def test_the_calendar_is_dated_and_a_broken_row_is_named(gudang, monkeypatch, tmp_path):
    due = {(e.peristiwa, e.sumber): e.due("2026-12") for e in watch.calendar(gudang, "2026-12")}
    assert due["kiriman", "dtsen"] == dt.date(2027, 1, 10)
    assert due["batas_usulan", ""] == dt.date(2026, 12, 17)
    assert watch.calendar(gudang, "2024-12") == []
    head = "peristiwa,sumber,geser_bulan,hari,berlaku_dari,keterangan\n"
    monkeypatch.setattr(type(gudang), "seeds", tmp_path)
    (tmp_path / "kalender.csv").write_text(head + "terbit,,1,31,2025-01-01,\nterbit,,1,20,2026-01-01,\n")
    assert [e.hari for e in watch.calendar(gudang, "2025-12")] == [31]
    assert watch.calendar(gudang, "2025-01")[0].due("2025-01") == dt.date(2025, 2, 28)
    assert [e.hari for e in watch.calendar(gudang, "2026-12")] == [20]
    (tmp_path / "kalender.csv").write_text(head + "terbit,,1,20,tahun ini,\n")
    with pytest.raises(ValueError, match=r"kalender\.csv line 2: ValueError; expected a dated row"):
        watch.calendar(gudang, "2026-12")
