"""Persons through two months: numbers that are shared, lost, late or misspelt; death, moves and who stays a member."""

from __future__ import annotations

import pytest
from emas import Emas
from kasus import pasangan
from mendarat import JULI, JUNI, nik


def masalah(emas: Emas, uid: str) -> set[str]:
    found = emas.rows("select kode from rilis.masalah where uid = %s and id_rilis = '2026-06/1'", uid)
    return {r["kode"] for r in found}


def test_6_one_nik_on_two_people_is_withheld_from_both(emas: Emas):
    a, b = emas.orang("dtsen:k6-a"), emas.orang("dtsen:k6-b")
    assert a["uid_individu"] != b["uid_individu"]
    for orang in (a, b):
        assert (orang["nik"], orang["nik_samar"], orang["nik_status"]) == (None, None, "ganda")
        assert "NIK_GANDA" in masalah(emas, orang["uid_individu"])
        # The raw number stands in the provenance only, as withheld.
        assert emas.rows(
            "select nilai, aturan from rilis.asal_usul where uid = %s and kolom = 'nik' and id_rilis = '2026-06/1'",
            orang["uid_individu"],
        ) == [{"nilai": nik(66), "aturan": "ditahan"}]


def test_6_a_number_stays_withheld_while_somebody_published_bears_it_too(emas: Emas):
    for record in ("dtsen:k6-kini", "simnakis:k6-lama"):
        uid = emas.orang(record)["uid_individu"]
        for periode in (JUNI, JULI):
            orang = emas.rows(
                "select nik, nik_status from rilis.individu where uid_individu = %s and id_rilis = %s",
                uid, f"{periode}/1",
            )  # fmt: skip
            assert orang == [{"nik": None, "nik_status": "ganda"}]
            assert emas.asal_orang(uid, "nik", periode)["nilai"] == nik(67)


@pytest.mark.parametrize(("kasus", "status"), [("k8", "belum_diperiksa"), ("k9", "ganda")])
def test_8_and_9_twins_are_two_people(emas: Emas, kasus: str, status: str):
    kembar = [emas.orang(f"dtsen:{kasus}-{nama}") for nama in ("hasan", "husen")]
    assert len({o["uid_individu"] for o in kembar}) == 2
    assert [o["nik_status"] for o in kembar] == [status, status]
    assert emas.rumah(f"dtsen:{kasus}")["jumlah_anggota"] == 4


def test_12_and_13_a_damaged_nik_is_empty_and_the_person_is_found_otherwise(emas: Emas):
    ayah, ibu, anak = (emas.orang(f"dtsen:k12-{siapa}") for siapa in ("ayah", "ibu", "anak1"))
    assert ayah["uid_individu"] == emas.orang("simnakis:k12-ayah")["uid_individu"]
    assert (ayah["nik"], ayah["nik_status"]) == (nik(12, "1970-03-14"), "belum_diperiksa")
    assert [(o["nik"], o["nik_status"]) for o in (ibu, anak)] == [(None, "rusak"), (None, "rusak")]
    assert "NIK_RUSAK" in masalah(emas, ibu["uid_individu"])


def test_the_form_of_a_nik_decides_before_dukcapil(emas: Emas):
    assert emas.orang("dtsen:k13-kosong")["nik_status"] == "kosong"
    petugas = emas.orang("dtsen:k13-sementara")
    assert (petugas["nik_status"], petugas["nik"]) == ("sementara", None)


def test_a_number_and_a_name_in_other_clothes_are_what_they_are(emas: Emas):
    ayah, ibu, anak = (emas.orang(f"dtsen:baju-{siapa}") for siapa in ("ayah", "ibu", "anak1"))
    told = {o.kunci: o.nik for o in pasangan("baju", 130)}
    assert (ayah["nik"], ibu["nik"]) == (told["baju-ayah"], told["baju-ibu"])
    assert (anak["nama"], anak["nama_samar"]) == ("ANAK BERBAJU LAIN", "A*** B*** L***")
    for n in range(1, 5):
        tuti = emas.orang(f"dtsen:baju-{n}")
        assert (tuti["nama"], tuti["nama_samar"]) == (f"TUTI RAHAYU {n * 'X'}", "T*** R*** X***")


def test_44_a_dated_death_stands_and_no_stale_source_raises_the_dead(emas: Emas):
    for periode in (JUNI, JULI):
        ayah = emas.orang("dtsen:k44-ayah", periode)
        assert (ayah["status_hidup"], str(ayah["tanggal_meninggal"])) == ("meninggal", "2026-06-01")
        rumah = emas.rumah("dtsen:k44", periode)
        assert (rumah["jumlah_anggota"], ayah["uid_rumah_tangga"]) == (1, rumah["uid_rumah_tangga"])
    ragu = emas.orang("dtsen:k44-ragu-ayah")
    assert (ragu["status_hidup"], ragu["keberadaan"]) == ("hidup", "tinggal_bersama")


def test_44_where_a_death_comes_from_is_who_said_it(emas: Emas):
    ayah = emas.orang("dtsen:k44-ayah")["uid_individu"]
    for kolom in ("status_hidup", "keberadaan"):
        asal = emas.asal_orang(ayah, kolom, JUNI)
        assert (asal["nilai"], asal["sumber"], asal["aturan"]) == ("meninggal", "simnakis", "pengganti")
    mana = emas.orang("dtsen:k44-mana-ayah")
    assert (mana["status_hidup"], mana["keberadaan"]) == ("hidup", "tidak_diketahui")
    asal = emas.asal_orang(mana["uid_individu"], "keberadaan")
    assert (asal["nilai"], asal["sumber"], asal["aturan"]) == ("tidak_diketahui", None, "aturan")
    assert [(k["sumber"], k["nilai"]) for k in asal["kalah"]] == [("dtsen", "meninggal")]
    # Once known it stays, though no registry says it any more: by the release before.
    lupa = emas.orang("dtsen:k44-lupa-ayah", JULI)
    assert (lupa["status_hidup"], lupa["keberadaan"], str(lupa["tanggal_meninggal"])) == (
        "meninggal", "meninggal", "2026-06-02",
    )  # fmt: skip
    for kolom in ("status_hidup", "keberadaan", "tanggal_meninggal"):
        asal = emas.asal_orang(lupa["uid_individu"], kolom, JULI)
        assert (asal["nilai"], asal["sumber"], asal["id_sumber"], asal["aturan"]) == (
            str(lupa[kolom]), "rilis", f"{JUNI}/1", "rilis",
        )  # fmt: skip


def test_what_no_record_says_of_a_person_is_put_in_no_record_s_mouth(emas: Emas):
    """DTJateng tells neither who lives nor who lives at home, Simnakis not the latter."""
    for record, kolom in (("dtjateng:k19-ayah", "status_hidup"), ("dtjateng:k19-ayah", "keberadaan"),
                          ("simnakis:k18-ibu", "keberadaan")):  # fmt: skip
        orang = emas.orang(record)
        asal = emas.asal_orang(orang["uid_individu"], kolom)
        assert (orang[kolom], asal["nilai"], asal["sumber"], asal["id_sumber"], asal["aturan"], asal["kalah"]) == (
            "tidak_diketahui", "tidak_diketahui", None, None, "aturan", [],
        )  # fmt: skip


def test_47_a_migrant_worker_stays_a_member(emas: Emas):
    assert emas.orang("dtsen:k47-ayah")["keberadaan"] == "tidak_tinggal_bersama"
    assert emas.rumah("dtsen:k47")["jumlah_anggota"] == 3


def test_a_nik_cut_to_fifteen_digits_is_damaged_and_nobody_elses(emas: Emas):
    assert emas.orang("dtsen:pecahan")["nik_status"] == "rusak"
    assert emas.orang("dtsen:pecahan")["nik"] is None


def test_51_a_newborn_that_gets_a_nik_is_the_same_person(emas: Emas):
    lahir, bernomor = (emas.orang("simnakis:k51-bayi", periode) for periode in (JUNI, JULI))
    assert lahir["uid_individu"] == bernomor["uid_individu"]
    assert (lahir["nik_status"], bernomor["nik_status"]) == ("kosong", "belum_diperiksa")
    assert (lahir["kelompok_umur"], bernomor["nik_samar"]) == ("0-5", "3316************")
    assert emas.perubahan(lahir["uid_individu"]) == {
        ("individu", "berubah", "nik"), ("individu", "berubah", "nik_status"),
    }  # fmt: skip


def test_60_alm_before_a_name_is_a_hint_and_no_other_person(emas: Emas):
    ayah = emas.orang("dtsen:k60-ayah")
    assert ayah["uid_individu"] == emas.orang("simnakis:k60-ayah")["uid_individu"]
    assert (ayah["nama"], ayah["nama_samar"], ayah["status_hidup"]) == ("SUPARMAN K60", "S*** K***", "hidup")
    assert "ALM_PADA_NAMA" in masalah(emas, ayah["uid_individu"])


def test_61_a_default_birth_date_links_nobody(emas: Emas):
    assert emas.orang("simnakis:k61-a")["uid_individu"] != emas.orang("simnakis:k61-b")["uid_individu"]


def test_names_come_from_the_first_source_in_rank_and_the_other_spelling_is_kept(emas: Emas):
    ibu = emas.orang("dtsen:k20-ibu")
    assert ibu["nama"] == "KASIYATUN K20"
    asal = emas.rows(
        "select * from rilis.asal_usul where uid = %s and kolom = 'nama' and id_rilis = '2026-06/1'",
        ibu["uid_individu"],
    )[0]
    assert (asal["nilai"], asal["sumber"], asal["aturan"]) == ("KASIYATUN K20", "dtsen", "utama")
    assert [(k["sumber"], k["nilai"]) for k in asal["kalah"]] == [("simnakis", "KASIATUN K20")]


def test_nothing_of_an_untouched_family_is_reported_as_a_change(emas: Emas):
    uids = [emas.orang(f"dtsen:k17-{siapa}")["uid_individu"] for siapa in ("ayah", "ibu", "anak1")]
    assert emas.perubahan(*uids, emas.rumah("dtsen:k17")["uid_rumah_tangga"]) == set()
    assert emas.rows("select distinct jenis from rilis.perubahan where jenis = 'keluar'") == []


def test_a_head_of_another_name_is_a_change_of_the_person_and_of_the_household(emas: Emas):
    uids = (emas.orang("dtsen:ganti-nama-ayah")["uid_individu"], emas.rumah("dtsen:ganti-nama")["uid_rumah_tangga"])
    assert emas.perubahan(*uids) == {("individu", "berubah", "nama"), ("rumah_tangga", "berubah", "nama_kepala")}


def test_the_planner_knows_of_which_months_the_links_are(emas: Emas):
    known = emas.rows(
        "select tablename, n_distinct from pg_stats"
        " where schemaname = 'identitas' and inherited and attname = 'id_rilis' order by 1"
    )
    assert [tuple(row.values()) for row in known] == [("tautan", 2), ("tempat", 2)]
