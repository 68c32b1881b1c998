"""Judgements from the ledger to the release: the step link applies them, undoes merges, and asks what is left open."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from mendarat import JULI, JUNI, Bulan, Orang, kk, nik

from sinkron import database, explanation, publish
from sinkron.settings import Settings
from sinkron.steps import compose

AGUSTUS = "2026-08"
SIDIK = "ab" * 32
JUDGEMENT = (
    "insert into identitas.pertimbangan (id_tinjauan, grain, sumber_a, id_a, sumber_b, id_b, putusan, oleh, alasan,"
    " sha256) values ('uji-1', %s, %s, %s, %s, %s, %s, 'petugas', 'dilihat berkasnya', %s)"
)


def rows(settings: Settings, query: str, *values: Any) -> list[tuple]:
    with database.connect(settings) as connection:
        return [tuple(row.values()) for row in connection.execute(query, list(values)).fetchall()]


def judge(settings: Settings, a: str, b: str, putusan: str, sidik: str = SIDIK, grain: str = "individu") -> None:
    with database.connect(settings) as connection:
        connection.execute(JUDGEMENT, [grain, *a.split(":"), *b.split(":"), putusan, sidik])


def uids(settings: Settings, id_rilis: str, grain: str = "individu") -> dict[str, str]:
    found = rows(
        settings, "select sumber || ':' || id_sumber, uid from identitas.tautan where id_rilis = %s and grain = %s",
        id_rilis, grain,
    )  # fmt: skip
    return dict(found)


def events(settings: Settings, id_rilis: str) -> set[tuple]:
    return set(rows(
        settings, "select grain, jenis, uid, uid_terkait from identitas.peristiwa where id_rilis = %s", id_rilis
    ))  # fmt: skip


def dua(periode: str) -> Bulan:
    """Two people of two numbers, and one without a number who fits two others equally; the first has a programme."""
    bulan = Bulan(periode)
    bulan.dtsen.keluarga("a", kk(1), [Orang("a", "SUPARMAN", nik=nik(1))])
    bulan.simnakis.keluarga("b", kk(2), [Orang("b", "KASIYATUN", nik=nik(2))])
    for serial in (11, 9011):
        bulan.dtsen.keluarga(f"r{serial}", kk(serial), [Orang(f"r{serial}", "KASMIN", "1961-02-03", nik=nik(serial))])
    bulan.dtsen.program("r11", "PKH")
    bulan.simnakis.keluarga("r", kk(12), [Orang("r", "KASMIN", "1961-02-03")])
    return bulan


@pytest.fixture
def warehouse(gudang_baru, tmp_path):
    with gudang_baru("pertimbangan", tmp_path) as settings:
        yield settings


def test_a_merge_by_a_person_is_undone_by_a_person_and_every_release_says_so(warehouse: Settings):
    dua(JUNI).terbitkan(warehouse)
    before = uids(warehouse, f"{JUNI}/1")
    homes = uids(warehouse, f"{JUNI}/1", "rumah_tangga")
    judge(warehouse, "dtsen:a", "simnakis:b", "sama")
    dua(JULI).terbitkan(warehouse)
    merged = uids(warehouse, f"{JULI}/1")
    heir = merged["dtsen:a"]
    gone = ({before["dtsen:a"], before["simnakis:b"]} - {heir}).pop()
    assert merged["simnakis:b"] == heir
    assert ("individu", "gabung", gone, heir) in events(warehouse, f"{JULI}/1")
    published = "select uid_individu, digantikan_oleh from rilis.individu where id_rilis = %s and uid_individu = %s"
    assert rows(warehouse, published, f"{JULI}/1", gone) == [(gone, heir)]
    assert rows(warehouse, "select aturan from rilis.tautan where id_rilis = %s and uid = %s", f"{JULI}/1", heir) == [
        ("pertimbangan_sama",), ("pertimbangan_sama",),
    ]  # fmt: skip
    judge(warehouse, "dtsen:a", "simnakis:b", "beda", "cd" * 32)
    agustus = dua(AGUSTUS)
    agustus.mendarat(warehouse)
    first = agustus.bangun(warehouse)
    made = events(warehouse, f"{AGUSTUS}/1")
    assert made == {("individu", "pisah", gone, heir)}
    # Built again: the registry is read as the first attempt read it.
    assert agustus.bangun(warehouse) == first
    assert events(warehouse, f"{AGUSTUS}/1") == made
    agustus.putuskan(warehouse, *first)
    assert uids(warehouse, f"{AGUSTUS}/1") == before
    assert uids(warehouse, f"{AGUSTUS}/1", "rumah_tangga") == homes
    assert rows(warehouse, published, f"{AGUSTUS}/1", gone) == [(gone, None)]
    # A superseded id counts as moved; who stands for himself again has not moved.
    whereabouts = "select keberadaan from rilis.individu where id_rilis = %s and uid_individu = %s"
    assert rows(warehouse, whereabouts, f"{JULI}/1", gone) == [("pindah",)]
    for uid in (gone, heir):
        said = rows(warehouse, whereabouts, f"{AGUSTUS}/1", uid)
        assert said == rows(warehouse, whereabouts, f"{JUNI}/1", uid) != [("pindah",)]
    assert rows(warehouse, "select uid from identitas.individu where digantikan_oleh is not null") == []
    assert rows(warehouse, "select pertimbangan_sampai from rilis.rilis order by periode") == [(0,), (1,), (2,)]


def test_a_merged_household_keeps_the_origin_of_what_it_is_still_published_with(warehouse: Settings):
    for periode in (JUNI, JULI):
        bulan = Bulan(periode)
        for kunci, serial, lahir in (("satu", 31, "1951-02-03"), ("dua", 32, "1977-10-21")):
            orang = Orang(kunci, f"WARGA {kunci.upper()}", lahir, nik=nik(serial, lahir))
            bulan.dtsen.keluarga(kunci, kk(serial), [orang], desil_nasional=serial - 30)
        if periode == JULI:
            judge(warehouse, "dtsen:dua", "dtsen:satu", "sama", grain="rumah_tangga")
        bulan.terbitkan(warehouse)
    homes = uids(warehouse, f"{JUNI}/1", "rumah_tangga")
    ((gone, desil),) = rows(
        warehouse, "select uid_rumah_tangga, desil_nasional from rilis.rumah_tangga where id_rilis = %s"
        " and digantikan_oleh is not null", f"{JULI}/1",
    )  # fmt: skip
    (record,) = [key for key, uid in homes.items() if uid == gone]
    assert rows(
        warehouse, "select a.nilai, a.sumber || ':' || a.id_sumber, k.periode, a.aturan from rilis.asal_usul as a"
        " join buku.kiriman as k using (id_kiriman)"
        " where a.id_rilis = %s and a.uid = %s and a.kolom = 'desil_nasional'",
        f"{JULI}/1", gone,
    ) == [(str(desil), record, JUNI, "utama")]  # fmt: skip


def berpindah(periode: str, revisi: int = 1, simnakis: str | None = "") -> Bulan:
    """Somebody in DTSEN, and in Simnakis (unless None) a record of that name with its own NIK, or the one given."""
    bulan = Bulan(periode, revisi)
    bulan.dtsen.keluarga("tetap", kk(9), [Orang("tetap", "WAGIMIN", "1955-05-05", nik=nik(9, "1955-05-05"))])
    bulan.dtsen.keluarga("a", kk(1), [Orang("a", "SUPARMAN", nik=nik(1))])
    if simnakis is not None:
        bulan.simnakis.keluarga("b", kk(2), [Orang("b", "SUPARMAN", nik=simnakis or nik(9876))])
    return bulan


def test_a_correction_of_an_older_month_neither_knows_nor_undoes_what_was_merged_later(warehouse: Settings):
    berpindah(JUNI).terbitkan(warehouse)
    before = uids(warehouse, f"{JUNI}/1")
    berpindah(JULI, simnakis=nik(1)).terbitkan(warehouse)
    heir = uids(warehouse, f"{JULI}/1")["dtsen:a"]
    gone = ({before["dtsen:a"], before["simnakis:b"]} - {heir}).pop()
    registry = "select uid, digantikan_oleh from identitas.individu where digantikan_oleh is not null"
    assert rows(warehouse, registry) == [(gone, heir)]

    corrected = berpindah(JUNI, 2)
    corrected.dtsen.keluarga(
        "baru", kk(7), [Orang("baru", "KASMIRAH", "1960-07-07", "P", nik=nik(7, "1960-07-07", "P"))]
    )
    corrected.terbitkan(warehouse)
    assert {key: uid for key, uid in uids(warehouse, f"{JUNI}/2").items() if key in before} == before
    assert not {event for event in events(warehouse, f"{JUNI}/2") if event[1] != "baru"}
    published = "select digantikan_oleh from rilis.individu where id_rilis = %s and uid_individu = %s"
    assert rows(warehouse, published, f"{JUNI}/2", gone) == [(None,)]
    assert rows(warehouse, registry) == [(gone, heir)]

    # Whom only that record carried is still the one into whom it was merged.
    berpindah(AGUSTUS, simnakis=None).terbitkan(warehouse)
    assert rows(warehouse, published, f"{AGUSTUS}/1", gone) == [(heir,)]
    assert rows(warehouse, registry) == [(gone, heir)]


def test_the_registry_follows_the_release_that_readers_see(warehouse: Settings):
    berpindah(JUNI).terbitkan(warehouse)
    registry = "select count(*) from identitas.individu where digantikan_oleh is not null"
    july = berpindah(JULI, simnakis=nik(1))
    july.mendarat(warehouse)
    built = july.bangun(warehouse)
    assert rows(warehouse, registry) == [(0,)]
    july.putuskan(warehouse, *built)
    assert rows(warehouse, registry) == [(1,)]
    publish.rollback(warehouse, f"{JUNI}/1", "uji", "penggabungan keliru")
    assert rows(warehouse, registry) == [(0,)]


def test_what_was_judged_later_changes_nothing_in_why_the_month_is_as_it_is(warehouse: Settings):
    """Each of three that judge one pair has the last word until the next."""
    juni = dua(JUNI)
    juni.mendarat(warehouse)
    judge(warehouse, "dtsen:a", "simnakis:b", "beda")
    judge(warehouse, "dtsen:a", "simnakis:b", "sama", "cd" * 32)
    juni.bangun(warehouse)
    with database.connect(warehouse) as connection:
        connection.execute("update rilis.rilis set dibangun = clock_timestamp()")
    why = explanation.run(warehouse, "dtsen:a", "simnakis:b")
    assert why[0].split() == ["pertimbangan", "sama"] and why[-1].split()[-2:] == ["satu", "orang"]
    judge(warehouse, "dtsen:a", "simnakis:b", "ragu", "ef" * 32)
    assert explanation.run(warehouse, "dtsen:a", "simnakis:b") == why


def test_questions_are_asked_the_worthwhile_ones_first_until_somebody_has_judged(warehouse: Settings):
    juni = dua(JUNI)
    juni.mendarat(warehouse)
    juni.bangun(warehouse)
    asked = (
        "select urutan, sumber_a || ':' || id_a as a, sumber_b || ':' || id_b as b, program, uid_a, uid_b"
        " from identitas.tinjauan"
    )
    found = rows(warehouse, asked + " order by urutan")
    uid = uids(warehouse, f"{JUNI}/1")
    assert found == [
        (1, "dtsen:r11", "simnakis:r", True, uid["dtsen:r11"], uid["simnakis:r"]),
        (2, "dtsen:r9011", "simnakis:r", False, uid["dtsen:r9011"], uid["simnakis:r"]),
    ]
    judge(warehouse, "dtsen:r11", "simnakis:r", "ragu")
    juni.bangun(warehouse)
    assert [row[1:3] for row in rows(warehouse, asked)] == [("dtsen:r9011", "simnakis:r")]


def test_an_open_candidate_is_composed_anew_when_somebody_has_judged(warehouse: Settings):
    juni = dua(JUNI)
    juni.mendarat(warehouse)
    juni.bangun(warehouse)
    kept = compose.run(warehouse, JUNI)
    assert (kept["revisi"], kept["dibangun"]) == (1, True)
    folder = warehouse.inbox / "tinjauan"
    folder.mkdir(parents=True)
    (folder / "putusan.csv").write_text(
        "id_tinjauan;grain;sumber_a;id_a;sumber_b;id_b;putusan;oleh;alasan\n"
        "x;individu;dtsen;a;simnakis;b;sama;petugas;dilihat berkasnya\n"
    )
    anew = compose.run(warehouse, JUNI)
    assert (anew["revisi"], anew["dibangun"], anew["tinjauan_masuk"]) == (1, False, 1)
    assert compose.run(warehouse, JUNI)["tinjauan_masuk"] == 0


def test_the_ledger_only_grows_and_the_last_word_counts(gudang: Settings):
    judge(gudang, "dtsen:a", "simnakis:b", "sama")
    judge(gudang, "dtsen:a", "simnakis:b", "beda", "cd" * 32)
    judge(gudang, "dtsen:a", "simnakis:b", "ragu", "ef" * 32, "rumah_tangga")
    assert rows(gudang, "select grain, putusan from identitas.pertimbangan_berlaku order by grain") == [
        ("individu", "beda"), ("rumah_tangga", "ragu"),
    ]  # fmt: skip
    for change in (
        "update identitas.pertimbangan set putusan = 'sama'",
        "delete from identitas.pertimbangan",
        "truncate identitas.pertimbangan",
    ):
        with pytest.raises(database.DatabaseError, match=r"identitas\.pertimbangan hanya dapat ditambah"):
            rows(gudang, change)
    assert rows(gudang, "select count(*) from identitas.pertimbangan") == [(3,)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"b": "dtsen:a"}, {"a": "simnakis:b", "b": "dtsen:a"}, {"putusan": "mungkin"}, {"grain": "desa"},
        {"alasan": "orang 3316084403700001"}, {"alasan": "  "}, {"oleh": " "}, {"sidik": "abc"},
    ],
    ids=["itself", "turned round", "word", "grain", "a number in the reason", "no reason", "nobody", "no sha256"],
)  # fmt: skip
def test_the_database_takes_no_judgement_that_says_nothing(gudang: Settings, wrong: dict[str, str]):
    said = {"a": "dtsen:a", "b": "simnakis:b", "putusan": "sama", "grain": "individu", "alasan": "dilihat", "oleh": "p",
            "sidik": SIDIK} | wrong  # fmt: skip
    query = JUDGEMENT.replace("'petugas', 'dilihat berkasnya'", "%s, %s")
    values = [said["grain"], *said["a"].split(":"), *said["b"].split(":"), said["putusan"], said["oleh"],
              said["alasan"], said["sidik"]]  # fmt: skip
    with pytest.raises(psycopg.errors.CheckViolation), psycopg.connect(gudang.values["DATABASE_URL"]) as connection:
        connection.execute(query, values)
