"""Which ids a month that is built after a later one finds given (docs/decisions/0022)."""

from __future__ import annotations

from sinkron import database
from sinkron.settings import Settings
from sinkron.steps.link_inputs import QUERIES

RELEASES = ("2026-06/1", "2026-07/1", "2026-07/2", "2026-08/1")


def test_a_record_founds_again_what_it_founded_first_in_a_later_month(gudang: Settings):
    with database.connect(gudang) as connection:
        for release in RELEASES:
            periode, revisi = release.split("/")
            connection.execute(
                "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode)"
                " values (%s, %s, %s, 'ditarik', '', '')",
                [release, periode, int(revisi)],
            )
        for uid, release, record in (
            ("ijuli", "2026-07/2", "A"), ("iagustus", "2026-08/1", "A"), ("ijuni", "2026-06/1", "B"),
            # Parted from others in July, where it was of June before.
            ("ipecah", "2026-07/1", "B"),
        ):  # fmt: skip
            connection.execute(
                "insert into identitas.individu (uid, id_rilis_awal, sumber_awal, id_awal)"
                " values (%s, %s, 'dtsen', %s)",
                [uid, release, record],
            )
        found = connection.execute(QUERIES["kelak_uid"], {"periode": "2026-06"}).fetchall()
    assert [tuple(row.values()) for row in found] == [("individu", "ijuli", "dtsen", "A")]
