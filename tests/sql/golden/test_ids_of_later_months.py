"""Which ids a month finds given by others than those it goes on from (docs/decisions/0022)."""

from __future__ import annotations

from sinkron import database
from sinkron.settings import Settings
from sinkron.steps.link_inputs import QUERIES

RELEASES = ("2026-06/1", "2026-07/1", "2026-07/2", "2026-08/1", "2026-09/1")


def found(gudang: Settings, given: tuple[tuple[str, str, str], ...], **line: str | None) -> list[tuple]:
    """What a candidate finds where ids (uid, release, record) were given; `line`: its month, the release before it."""
    with database.connect(gudang) as connection:
        for release in RELEASES:
            periode, revisi = release.split("/")
            connection.execute(
                "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode, id_sebelum,"
                " diterbitkan) values (%s, %s, %s, 'ditarik', '', '', %s, clock_timestamp())",
                [release, periode, int(revisi), None if periode == "2026-06" else "2026-06/1"],
            )
        for uid, release, record in given:
            connection.execute(
                "insert into identitas.individu (uid, id_rilis_awal, sumber_awal, id_awal)"
                " values (%s, %s, 'dtsen', %s)",
                [uid, release, record],
            )
        rows = connection.execute(QUERIES["kelak_uid"], {"kembali_sejak": "2024-08", **line}).fetchall()
    return sorted(tuple(row.values()) for row in rows)


def test_a_record_founds_again_what_it_founded_first_in_a_later_month(gudang: Settings):
    given = (
        ("ijuli", "2026-07/2", "A"), ("iagustus", "2026-08/1", "A"), ("ijuni", "2026-06/1", "B"),
        # Parted from others in July, where it was of June before.
        ("ipecah", "2026-07/1", "B"),
    )  # fmt: skip
    assert found(gudang, given, periode="2026-06", sebelum=None) == [("individu", "ijuli", "dtsen", "A")]


def test_a_record_founds_again_what_it_founded_in_a_month_that_readers_were_led_past(gudang: Settings):
    """After a rollback to June, August goes on from June: of July it takes the ids alone."""
    given = (
        ("ijuli", "2026-07/1", "A"),
        # Of the month itself, or a later one: as before.
        ("ijuli_b", "2026-07/1", "B"), ("iagustus", "2026-08/1", "B"),
        ("ijuli_c", "2026-07/1", "C"), ("iseptember", "2026-09/1", "C"),
        # In August's own line ids are carried on by continuity.
        ("ijuni", "2026-06/1", "D"),
    )  # fmt: skip
    line = {"periode": "2026-08", "sebelum": "2026-06/1"}
    assert found(gudang, given, **line) == [
        ("individu", "ijuli", "dtsen", "A"), ("individu", "iseptember", "dtsen", "C"),
    ]  # fmt: skip


def test_a_month_of_which_nobody_returns_any_more_gives_no_id(gudang: Settings):
    line = {"periode": "2026-08", "sebelum": "2026-06/1", "kembali_sejak": "2026-08"}
    assert found(gudang, (("ijuli", "2026-07/1", "A"),), **line) == []
