"""Why a pair is one person or not: each stage says what it did, and nobody's values."""

from __future__ import annotations

import pytest
from dunia import KEY, World, kk, nik

from linkage.explain import Reason, UnknownRecord, explain


def said(world: World, a: str, b: str, judged: list[tuple[str, ...]] | None = None) -> list[Reason]:
    con = world.fill(judged=judged)
    try:
        return explain(con, KEY, "2026-06/1", tuple(a.split(":")), tuple(b.split(":")))
    finally:
        con.close()


def words(reasons: list[Reason], tahap: str) -> list[str]:
    return [reason.kata for reason in reasons if reason.tahap == tahap]


def neighbours() -> World:
    """A family in two registries: the son is written alike, the mother not, and without her number in one of them."""
    world = World().family("dtsen:F", kk(1)).family("simnakis:G", kk(1))
    world.person("dtsen:ibu", "F", "SITI AMINAH", nik(1, jk="P"), jk="P")
    world.person("simnakis:ibu", "G", "SITI AMINA", None, lahir="1980-03-15", jk="P")
    world.person("dtsen:anak", "F", "BUDI", nik(2, "2004-02-01"), lahir="2004-02-01")
    world.person("simnakis:anak", "G", "BUDI", nik(2, "2004-02-01"), lahir="2004-02-01")
    return world


def test_an_exact_rule_is_named():
    reasons = said(neighbours(), "dtsen:anak", "simnakis:anak")
    assert words(reasons, "aturan pasti") == ["nik_sama"]
    assert words(reasons, "putusan") == ["satu orang"]


def test_the_models_levels_and_weights_add_up_to_its_probability():
    reasons = said(neighbours(), "simnakis:ibu", "dtsen:ibu")
    evidence = [reason for reason in reasons if reason.tahap == "bukti"]
    assert [reason.kata for reason in evidence[:-1]] == [
        "awal: sebelum apa pun dibandingkan", "nama: mirip sekali", "lahir: tahun sama, hari atau bulan beda",
        "ibu: tidak diketahui", "nik: tidak diketahui", "rumah: satu anggota sama",
    ]  # fmt: skip
    assert sum(reason.bobot for reason in evidence[:-1]) == pytest.approx(evidence[-1].bobot, abs=0.05)
    assert evidence[0].bobot < -15 and evidence[-1].kata.startswith("peluang satu orang 0.99")
    assert (words(reasons, "calon"), words(reasons, "penjaga")) == (["keluarga"], ["lolos"])
    assert words(reasons, "putusan") == ["satu orang"]


def test_a_guard_says_what_it_held_and_the_law_why_two_numbers_stay_two():
    world = World().family("dtsen:F", kk(1)).family("simnakis:G", kk(1))
    world.person("dtsen:hasan", "F", "HASAN BASRI", nik(8)).person("dtsen:husen", "F", "HUSEN BASRI", nik(9))
    world.person("simnakis:hasan", "G", "HASAN BASRI", nik(8)).person("simnakis:husen", "G", "HUSEN BASRI", None)
    twins = said(world, "dtsen:hasan", "simnakis:husen")
    assert words(twins, "putusan") == ["dua orang"]
    assert words(twins, "penjaga") == [
        "tidak ditimbang: sudah diputuskan aturan pasti, atau tidak ada aturan yang mencarinya"
    ]
    two = said(world, "dtsen:hasan", "dtsen:husen")
    assert words(two, "hukum") == ["dua NIK sah yang berbeda tidak digabung oleh mesin"]
    assert words(two, "putusan") == ["dua orang"]


def test_who_is_linked_by_others_only_is_told_by_which():
    """Of these two only the name agrees: the one has the third's number, the other stands in the third's family."""
    world = World().family("dtsen:F", kk(1)).family("simnakis:G", kk(1))
    world.family("dtjateng:H", kk(2), kode_desa="33.16.09.2001")
    world.person("dtsen:a", "F", "SUPARMI", nik(5, jk="P"), jk="P")
    world.person("simnakis:b", "G", "SUPARMI", None, jk="P")
    world.person("dtjateng:c", "H", "SOEPARMI", nik(5, jk="P"), jk="P", lahir="1980-04-15")
    reasons = said(world, "simnakis:b", "dtjateng:c")
    assert words(reasons, "putusan") == ["satu orang"]
    assert (words(reasons, "aturan pasti"), words(reasons, "lewat")) == (
        [], ["dtsen:a (kk_lahir_nama)", "dtjateng:c (nik_sama)"],
    )  # fmt: skip
    direct = said(world, "simnakis:b", "dtsen:a")
    assert (words(direct, "aturan pasti")[0], words(direct, "lewat")) == ("kk_lahir_nama", [])


def test_a_judgement_is_told_before_anything_else():
    reasons = said(neighbours(), "dtsen:anak", "simnakis:anak", [("dtsen:anak", "simnakis:anak", "beda")])
    assert reasons[0] == Reason("pertimbangan", "beda")
    assert words(reasons, "putusan") == ["dua orang"]


def test_nothing_that_is_told_is_anybodys_value():
    world = neighbours()
    told = str(said(world, "simnakis:ibu", "dtsen:ibu")) + str(said(world, "dtsen:anak", "simnakis:anak"))
    for person in world.people:
        for value in (person["nik"], person["nama"], person["no_kk"], person["tanggal_lahir"]):
            assert value is None or value not in told


def test_a_record_that_is_not_there_is_an_error_without_its_id():
    with pytest.raises(UnknownRecord, match="no person record of 'dtsen'") as caught:
        said(neighbours(), "dtsen:3316081403800001", "dtsen:anak")
    assert "3316081403800001" not in str(caught.value)
