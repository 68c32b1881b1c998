"""Households through two months: same id through new numbers, moves and deaths, new ones only by a split."""

from __future__ import annotations

import pytest
from emas import Emas
from kasus import GAYAM
from mendarat import BLUNGUN, JULI, JUNI, kk


def test_1_a_couple_that_leaves_gets_a_household_of_its_own(emas: Emas):
    lama, baru = emas.rumah("dtsen:k1", JULI), emas.rumah("simnakis:k1-baru", JULI)
    assert lama["uid_rumah_tangga"] == emas.rumah("dtsen:k1")["uid_rumah_tangga"] != baru["uid_rumah_tangga"]
    putri = emas.orang("dtsen:k1-anak1", JULI)
    assert putri["uid_individu"] == emas.orang("dtsen:k1-anak1")["uid_individu"]
    assert (putri["uid_rumah_tangga"], putri["hubungan"]) == (baru["uid_rumah_tangga"], "istri")
    assert (lama["jumlah_anggota"], baru["jumlah_anggota"]) == (2, 2)
    assert emas.perubahan(baru["uid_rumah_tangga"]) == {("rumah_tangga", "pecah", None)}
    assert emas.rows(
        "select uid_terkait from rilis.perubahan where uid = %s and jenis = 'pecah'", baru["uid_rumah_tangga"]
    ) == [{"uid_terkait": lama["uid_rumah_tangga"]}]
    # Family programmes stay, those of a person follow the person.
    assert set(emas.peserta(lama["uid_rumah_tangga"], JULI)) == {("PKH", None)}
    assert set(emas.peserta(baru["uid_rumah_tangga"], JULI)) == {("PBI_JK", putri["uid_individu"])}


def test_2_and_3_a_new_kk_after_the_head_s_death_is_the_same_household(emas: Emas):
    sebelum, rumah = emas.rumah("dtsen:k2"), emas.rumah("dtsen:k2", JULI)
    assert rumah["uid_rumah_tangga"] == sebelum["uid_rumah_tangga"]
    assert (rumah["no_kk"], rumah["no_kk_lain"]) == (kk(22, "2026-07-06"), [kk(2)])
    assert (sebelum["jumlah_anggota"], rumah["jumlah_anggota"]) == (3, 2)
    suami, istri = emas.orang("dtsen:k2-ayah", JULI), emas.orang("dtsen:k2-ibu", JULI)
    assert (suami["status_hidup"], suami["keberadaan"], str(suami["tanggal_meninggal"])) == (
        "meninggal", "meninggal", "2026-07-01",
    )  # fmt: skip
    assert suami["uid_rumah_tangga"] == rumah["uid_rumah_tangga"]
    assert (rumah["uid_kepala"], istri["hubungan"]) == (istri["uid_individu"], "kepala")
    berubah = emas.perubahan(rumah["uid_rumah_tangga"], suami["uid_individu"])
    assert ("rumah_tangga", "ganti_kk", "no_kk") in berubah
    assert not {jenis for _, jenis, _ in berubah} & {"baru", "keluar", "pecah"}
    assert emas.peserta(rumah["uid_rumah_tangga"], JULI)["PKH", None]["status"] == "AKTIF"


def test_4_a_divorce_leaves_everybody_counted_once(emas: Emas):
    suami, istri, anak = (emas.orang(f"dtsen:k4-{siapa}", JULI) for siapa in ("ayah", "ibu", "anak1"))
    assert suami["uid_rumah_tangga"] == emas.rumah("dtsen:k4")["uid_rumah_tangga"]
    assert istri["uid_rumah_tangga"] == anak["uid_rumah_tangga"] != suami["uid_rumah_tangga"]
    assert emas.rumah("simnakis:k4", JULI)["jumlah_anggota"] == 1
    assert emas.rumah("simnakis:k4-baru", JULI)["jumlah_anggota"] == 2
    assert (
        emas.rows(
            "select uid_individu from rilis.individu where id_rilis = '2026-07/1' and nama like '%% K4'"
            " group by uid_individu having count(*) > 1"
        )
        == []
    )


def test_5_a_move_with_a_new_kk_is_no_removal_and_no_addition(emas: Emas):
    rumah = emas.rumah("dtsen:k5", JULI)
    assert rumah["uid_rumah_tangga"] == emas.rumah("dtsen:k5")["uid_rumah_tangga"]
    assert (rumah["kode_desa"], rumah["kode_kecamatan"], rumah["desa"]) == (GAYAM, "33.16.15", "Gayam")
    berubah = {(jenis, kolom) for _, jenis, kolom in emas.perubahan(rumah["uid_rumah_tangga"])}
    assert {("pindah_wilayah", "kode_desa"), ("ganti_kk", "no_kk")} <= berubah
    assert not {jenis for jenis, _ in berubah} & {"baru", "keluar"}


def test_17_to_19_a_family_of_one_registry_is_published_with_what_it_knows(emas: Emas):
    nasional, kabupaten, provinsi = (emas.rumah(f"{s}:{k}") for s, k in (
        ("dtsen", "k17"), ("simnakis", "k18"), ("dtjateng", "k19")))  # fmt: skip
    ada = ("di_dtsen", "di_dtjateng", "di_simnakis", "desil_nasional", "peringkat_provinsi")
    assert [[r[k] for k in ada] for r in (nasional, kabupaten, provinsi)] == [
        [True, False, False, 2, None], [False, False, True, None, None], [False, True, False, None, 4],
    ]  # fmt: skip
    assert (str(nasional["desil_per"]), nasional["versi_dtsen"]) == ("2026-03-31", "2026-T2")
    assert kabupaten["desil_per"] is None


def test_20_and_21_desil_is_dtsen_s_the_house_is_the_newest_observation_s(emas: Emas):
    rumah = emas.rumah("dtsen:k20")
    assert (rumah["desil_nasional"], rumah["peringkat_provinsi"]) == (3, 7)
    assert (rumah["jenis_lantai_terluas"], rumah["luas_lantai"], rumah["jenis_kloset"]) == ("Keramik", 30, "Cemplung")
    # The address moves as one block, also what is empty in it.
    assert (rumah["alamat"], rumah["rt"], rumah["dusun"], rumah["lat"]) == ("DK. BARU", "009", None, -6.97)
    assert str(rumah["diperbarui"]) == "2026-06-20"
    asal = emas.rows(
        "select * from rilis.asal_usul where uid = %s and kolom = 'jenis_lantai_terluas' and id_rilis = '2026-06/1'",
        rumah["uid_rumah_tangga"],
    )[0]
    assert (asal["nilai"], asal["sumber"], str(asal["tanggal"])) == ("Keramik", "simnakis", "2026-06-20")
    assert [(k["sumber"], k["nilai"], k["tanggal"]) for k in asal["kalah"]] == [
        ("dtsen", "Tanah", "2026-05-10"), ("dtjateng", "Bambu", "2026-04-11"),
    ]  # fmt: skip
    # RT, address and floor differ; what only one record has is no conflict.
    assert rumah["jumlah_konflik"] == 3


@pytest.mark.parametrize(
    ("kolom", "nilai", "kalah"),
    [
        ("alamat", "DK. BARU", [("dtsen", "DK. UJI"), ("dtjateng", "DK. UJI")]),
        ("rt", "009", [("dtsen", "001"), ("dtjateng", "001")]),
        # What the block leaves empty won over what another record says.
        ("dusun", None, [("dtsen", "LAMA")]),
    ],
)
def test_what_lost_to_the_address_that_moved_as_one_block(emas: Emas, kolom: str, nilai: str | None, kalah: list):
    asal = emas.asal("dtsen:k20", kolom)
    assert (asal["nilai"], asal["sumber"], asal["id_sumber"], asal["aturan"]) == (nilai, "simnakis", "k20", "utama")
    assert [(k["sumber"], k["nilai"]) for k in asal["kalah"]] == kalah


def test_what_lost_to_a_village_has_also_its_name_and_its_kecamatan(emas: Emas):
    kalah = {
        kolom: [(k["sumber"], k["nilai"]) for k in emas.asal("simnakis:k5", kolom, JULI)["kalah"]]
        for kolom in ("kode_desa", "desa", "kode_kecamatan", "kecamatan")
    }
    assert kalah == {
        "kode_desa": [("dtsen", BLUNGUN)], "desa": [("dtsen", "Blungun")],
        "kode_kecamatan": [("dtsen", "33.16.08")], "kecamatan": [("dtsen", "Jepon")],
    }  # fmt: skip
    assert emas.asal("simnakis:k5", "desa", JULI)["nilai"] == "Gayam"


def test_an_address_that_all_registries_share_is_not_stored(emas: Emas):
    uid = emas.rumah("dtsen:k52")["uid_rumah_tangga"]
    assert emas.rows("select kolom from rilis.asal_usul where uid = %s", uid) == []


def test_22_and_23_no_desil_stays_none_and_an_exclusion_is_told(emas: Emas):
    assert emas.rumah("dtsen:k22")["desil_nasional"] is None
    asn = emas.rumah("dtsen:k23")
    assert (asn["desil_nasional"], asn["exclude"], asn["alasan_exclude"]) == (2, True, "KK_ASN")


def test_what_a_registry_itself_says_otherwise_of_a_household_lost(emas: Emas):
    lama = [("dtsen", "lagi-lama")]
    for kolom, nilai, menang, kalah in (
        ("desil_nasional", "4", ("dtsen", "lagi"), [(*lama[0], "7")]),
        ("exclude", "false", ("dtsen", "lagi"), [(*lama[0], "true")]),
        ("peringkat_provinsi", "2", ("dtjateng", "lagi-baru"), [("dtjateng", "lagi", "9")]),
    ):
        asal = emas.asal("dtsen:lagi", kolom)
        assert (asal["nilai"], asal["sumber"], asal["id_sumber"], asal["aturan"]) == (nilai, *menang, "utama")
        assert [(k["sumber"], k["id_sumber"], k["nilai"]) for k in asal["kalah"]] == kalah
    # Each of them is a conflict.
    assert emas.rumah("dtsen:lagi")["jumlah_konflik"] == 3


def test_46_a_household_that_moved_away_stays_readable_without_members(emas: Emas):
    rumah = emas.rumah("dtsen:k46", JULI)
    assert (rumah["status"], rumah["jumlah_anggota"], rumah["uid_kepala"]) == ("pindah", 0, None)
    assert emas.orang("dtsen:k46-ibu", JULI)["keberadaan"] == "pindah"
    assert not {jenis for _, jenis, _ in emas.perubahan(rumah["uid_rumah_tangga"])} & {"keluar", "baru"}


def test_48_two_kk_of_one_dwelling_share_it(emas: Emas):
    a, b = emas.rumah("dtsen:k50-a"), emas.rumah("dtsen:k50-b")
    assert a["uid_hunian"] == b["uid_hunian"] != emas.rumah("dtsen:k17")["uid_hunian"]
    assert a["uid_rumah_tangga"] != b["uid_rumah_tangga"]


@pytest.mark.parametrize(
    "kunci",
    ["dtsen:nol", "simnakis:paruh", "simnakis:laut"],
    ids=["a number of zeros", "half a point", "a point at sea"],
)
def test_what_is_no_number_and_no_point_makes_no_common_dwelling(emas: Emas, kunci: str):
    a, b = emas.rumah(f"{kunci}1"), emas.rumah(f"{kunci}2")
    assert a["uid_hunian"] != b["uid_hunian"]


def test_a_kk_number_cut_to_fifteen_digits_is_not_its_neighbours(emas: Emas):
    cut, neighbour = emas.rumah("dtsen:pecahan"), emas.rumah("dtsen:baju")
    assert cut["no_kk"] is None
    assert cut["uid_rumah_tangga"] != neighbour["uid_rumah_tangga"]


def test_52_children_alone_have_no_head(emas: Emas):
    rumah = emas.rumah("dtsen:k52")
    assert (rumah["uid_kepala"], rumah["nama_kepala"], rumah["status"], rumah["jumlah_anggota"]) == (
        None, None, "aktif", 1,
    )  # fmt: skip


def test_the_latest_registration_up_to_the_month_s_end_is_the_no_kk(emas: Emas):
    rumah = emas.rumah("dtsen:kk")
    assert (rumah["no_kk"], rumah["no_kk_lain"]) == (kk(702, "2026-03-05"), sorted([kk(701), kk(703, "2026-12-05")]))
    assert rumah["no_kk_samar"] == "3316************"


def test_a_misspelt_no_kk_is_never_chosen_but_told(emas: Emas):
    for kunci, no_kk, lain in (
        ("kk-salah", kk(710), [kk(710, "2022-05-09")]),
        ("kk-lama", kk(720, "2026-03-05"), [kk(721, "2012-05-09"), kk(721, "2022-05-09")]),
    ):
        rumah = emas.rumah(f"dtsen:{kunci}")
        assert (rumah["no_kk"], rumah["no_kk_lain"]) == (no_kk, sorted(lain))
        assert emas.rows(
            "select kode, sumber, sejak from rilis.masalah where uid = %s and id_rilis = '2026-07/1'",
            rumah["uid_rumah_tangga"],
        ) == [{"kode": "KK_SALAH_KETIK", "sumber": "simnakis", "sejak": JUNI}], kunci


def test_one_number_on_two_families_of_a_source_is_told_and_a_family_entered_twice_is_none(emas: Emas):
    satu, dua = emas.rumah("dtsen:kk-satu"), emas.rumah("dtsen:kk-dua")
    assert emas.rumah("dtsen:kk-lain")["uid_rumah_tangga"] == satu["uid_rumah_tangga"]
    assert emas.rumah("dtsen:kk-lagi")["uid_rumah_tangga"] == dua["uid_rumah_tangga"]
    assert emas.rows(
        "select id_sumber, kolom, sejak from rilis.masalah where kode = 'KK_DIPAKAI_BERSAMA' and id_rilis = '2026-07/1'"
        " order by 1"
    ) == [{"id_sumber": n, "kolom": "no_kk", "sejak": JUNI} for n in ("kk-lain", "kk-satu")]


def test_a_family_that_no_registry_mentions_is_not_gone(emas: Emas):
    uid = emas.rumah("simnakis:k0")["uid_rumah_tangga"]
    rumah = emas.rows("select * from rilis.rumah_tangga where uid_rumah_tangga = %s and id_rilis = '2026-07/1'", uid)[0]
    assert (rumah["status"], rumah["jumlah_anggota"], rumah["di_simnakis"]) == ("aktif", 3, False)
    assert ("rumah_tangga", "berubah", "di_simnakis") in emas.perubahan(uid)
    # What another than the main record said is still that one's word: in June, and when nobody says it any more.
    uid = emas.rumah("simnakis:k0-lengkap")["uid_rumah_tangga"]
    for kolom, nilai, aturan in (
        ("luas_lantai", "30", "pengganti"), ("aset_bergerak_mobil", "Tidak", "utama"), ("desil_nasional", "4", "utama"),
    ):  # fmt: skip
        found = emas.rows("select * from rilis.asal_usul where uid = %s and kolom = %s order by periode", uid, kolom)
        assert {(r["nilai"], r["sumber"], r["id_sumber"], r["aturan"]) for r in found} == {
            (nilai, "dtsen", "k0-lengkap", aturan)
        }
        assert found[-1]["periode"] == JULI
