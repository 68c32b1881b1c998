"""No NIK, no KK number and no name outside the folders that `make paths` prints, after everything that was tried."""

from __future__ import annotations

from pathlib import Path

from bulan_uji import JULY, Bulan, Pabrik
from kenari_uji import canaries, in_files, in_tables, public_files

TABLES = ("buku", "audit", "keputusan")


def test_nothing_of_a_person_outside_the_private_folders(pabrik: Pabrik, juli: Bulan):
    what = canaries(pabrik.world)
    assert len(what.numbers) > 1000 and len(what.names) > 1000
    assert juli in pabrik.made.values()
    for bulan in pabrik.made.values():
        settings = bulan.settings
        files = list(public_files(settings.home, settings.private_folders().values()))
        assert in_files(what, files) == {}, bulan.name
        assert what.found("\n".join(bulan.said)) == set(), bulan.name
        hits, looked = in_tables(what, settings.values["DATABASE_URL"], TABLES)
        assert hits == {}, bulan.name
        assert looked > 10
        releases = bulan.rows("select r::text from rilis.rilis as r")
        assert what.found("\n".join(text for (text,) in releases)) == set(), bulan.name
        # What a sender reads: codes and counts.
        assert in_files(what, (settings.outbox / "laporan").rglob("*.json")) == {}, bulan.name
    assert in_files(what, [pabrik.instalasi.env_file]) == {}


def test_the_search_finds_what_is_there(juli: Bulan, tmp_path: Path):
    what = canaries(juli.world)
    number, name = min(what.numbers), max(what.names, key=len)
    for text in (
        f"error: {number}",
        f'{{"x":"{number}"}}',
        f"a{number}b",
        f"KeyError: '{name.title()}'",
        "3316019901990001",
    ):
        assert what.found(text), text
    for text in ("f" * 16, "1" * 17, "0.1234567890123456", "satu dua tiga", "2026-07-01T00:00:00.123456"):
        assert what.found(text) == set(), text
    (tmp_path / f"{number}.log").touch()
    assert len(in_files(what, public_files(tmp_path, []))) == 1
    assert list(public_files(tmp_path, [tmp_path])) == []
    hits, _ = in_tables(what, juli.settings.values["DATABASE_URL"], ["rilis"])
    assert f"rilis.individu__{JULY.replace('-', '_')}_1" in hits
