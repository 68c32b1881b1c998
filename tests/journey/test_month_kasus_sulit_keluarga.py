"""Hard cases of households, from delivered bytes to what readers see (persons: test_month_kasus_sulit.py)."""

from __future__ import annotations

from collections import Counter

import pytest
from bulan_uji import JULY, JUNE, MAY
from sulit_uji import GAYAM, kk
from terbit_uji import SEMUA, Terbit


def test_1_a_couple_that_leaves_gets_a_household_of_its_own(terbit: Terbit):
    lama, baru = terbit.rumah("dtsen:k1"), terbit.rumah("simnakis:k1-baru")
    assert lama["uid_rumah_tangga"] == terbit.rumah("dtsen:k1", MAY)["uid_rumah_tangga"] != baru["uid_rumah_tangga"]
    putri = terbit.orang("dtsen:k1-anak1")
    assert putri["uid_individu"] == terbit.orang("dtsen:k1-anak1", MAY)["uid_individu"]
    assert (putri["uid_rumah_tangga"], putri["hubungan"]) == (baru["uid_rumah_tangga"], "istri")
    assert baru["uid_kepala"] == terbit.orang("simnakis:k1-menantu")["uid_individu"]
    assert (lama["jumlah_anggota"], baru["jumlah_anggota"], baru["no_kk"]) == (2, 2, kk(101, "2026-07-03"))
    assert terbit.perubahan(baru) == {("rumah_tangga", "pecah", None)}
    assert terbit.peristiwa(baru) == {(f"{JULY}/1", "pecah", baru["uid_rumah_tangga"], lama["uid_rumah_tangga"])}
    # Programmes of the family stay, those of a person follow the person.
    assert set(terbit.peserta(lama)) == {("PKH", "PUSAT", None)}
    assert set(terbit.peserta(baru)) == {("PBI_JK", "PUSAT", putri["uid_individu"])}


def test_2_a_head_who_dies_leaves_the_same_household_to_the_widow(terbit: Terbit):
    sebelum, rumah = terbit.rumah("dtsen:k2", JUNE), terbit.rumah("dtsen:k2")
    mati, janda = terbit.orang("dtsen:k2-ayah"), terbit.orang("dtsen:k2-ibu")
    assert rumah["uid_rumah_tangga"] == sebelum["uid_rumah_tangga"]
    assert sebelum["uid_kepala"] == mati["uid_individu"]
    assert (rumah["uid_kepala"], janda["hubungan"]) == (janda["uid_individu"], "kepala")
    assert (sebelum["jumlah_anggota"], rumah["jumlah_anggota"], rumah["status"]) == (3, 2, "aktif")
    assert (mati["status_hidup"], mati["keberadaan"], str(mati["tanggal_meninggal"])) == (
        "meninggal", "meninggal", "2026-07-01",
    )  # fmt: skip
    assert ("rumah_tangga", "ganti_kk", "no_kk") in terbit.perubahan(rumah)
    assert not {jenis for _, jenis, _ in terbit.perubahan(rumah, mati, janda)} & {"baru", "keluar", "pecah"}
    assert terbit.peserta(rumah)["PKH", "PUSAT", None]["status"] == "AKTIF"


def test_3_the_newest_kk_is_the_household_s_and_the_old_one_is_kept(terbit: Terbit):
    # DTSEN and DTJateng still have the old number.
    assert {terbit.nasib("rumah_tangga", f"{s}:k2")[1] for s in SEMUA} == {terbit.rumah("dtsen:k2")["uid_rumah_tangga"]}
    rumah = terbit.rumah("dtsen:k2")
    assert (rumah["no_kk"], rumah["no_kk_lain"]) == (kk(102, "2026-07-06"), [kk(2)])


def test_4_a_divorce_leaves_everybody_counted_once(terbit: Terbit):
    suami, istri, anak = (terbit.orang(f"dtsen:k4-{siapa}") for siapa in ("ayah", "ibu", "anak1"))
    lama, baru = terbit.rumah("simnakis:k4"), terbit.rumah("simnakis:k4-baru")
    assert suami["uid_rumah_tangga"] == terbit.rumah("dtsen:k4", JUNE)["uid_rumah_tangga"] == lama["uid_rumah_tangga"]
    assert istri["uid_rumah_tangga"] == anak["uid_rumah_tangga"] == baru["uid_rumah_tangga"] != lama["uid_rumah_tangga"]
    assert (lama["jumlah_anggota"], baru["jumlah_anggota"], baru["uid_kepala"]) == (1, 2, istri["uid_individu"])
    assert (lama["no_kk"], baru["no_kk"]) == (kk(4), kk(104, "2026-07-03"))
    uids = {o["uid_individu"] for o in (suami, istri, anak)}
    assert len([o for o in terbit.tabel("individu") if o["uid_individu"] in uids]) == 3
    assert {terbit.nasib("individu", f"{s}:k4-ibu")[1] for s in SEMUA} == {istri["uid_individu"]}


def test_5_a_move_with_a_new_kk_is_no_removal_and_no_addition(terbit: Terbit):
    rumah, ayah = terbit.rumah("dtsen:k5"), terbit.orang("dtsen:k5-ayah")
    assert rumah["uid_rumah_tangga"] == terbit.rumah("dtsen:k5", MAY)["uid_rumah_tangga"] == ayah["uid_rumah_tangga"]
    assert (rumah["kode_desa"], rumah["kode_kecamatan"], rumah["no_kk"]) == (GAYAM, "33.16.15", kk(105, "2026-07-02"))
    berubah = {(jenis, kolom) for _, jenis, kolom in terbit.perubahan(rumah, ayah)}
    assert {("pindah_wilayah", "kode_desa"), ("ganti_kk", "no_kk")} <= berubah
    assert not {jenis for jenis, _ in berubah} & {"baru", "keluar", "pecah", "gabung"}


def test_15_a_bps_code_is_read_as_one_or_the_family_is_set_aside(terbit: Terbit):
    assert terbit.rumah("dtsen:k15")["kode_desa"] == GAYAM
    assert terbit.nasib("rumah_tangga", "dtsen:k15-salah") == ("karantina", None)
    siapa = ("ayah", "ibu", "anak1")
    assert terbit.karantina("dtsen", "k15") == {("keluarga", "k15-salah", "wilayah_bertentangan")} | {
        ("anggota", f"k15-salah-{s}", "wilayah_bertentangan") for s in siapa
    }


def test_16_a_village_name_of_three_kecamatan_is_not_resolved_by_name(terbit: Terbit):
    rumah = terbit.rumah("dtjateng:k16-tahu")
    assert (rumah["kode_desa"], rumah["di_dtsen"]) == ("33.16.12.2011", True)
    siapa = ("ayah", "ibu", "anak1")
    assert terbit.karantina("dtjateng", "k16") == {("rumah_tangga", "k16-gelap", "wilayah_tidak_terpecahkan")} | {
        ("anggota", f"k16-gelap-{s}", "wilayah_tidak_terpecahkan") for s in siapa
    }
    # The sender is told, though only the whole month showed it.
    ((kiriman,),) = terbit.bulan.rows(
        "select id_kiriman from buku.kiriman where sumber = 'dtjateng' and periode = %s", JULY
    )
    told = terbit.bulan.report(f"dtjateng/{JULY}/{kiriman}")
    held = Counter(row["kode"] for row in terbit.tabel("karantina") if row["sumber"] == "dtjateng")
    assert (told["status"], told["dikarantina"]) == ("diterima", dict(held))
    assert held["wilayah_tidak_terpecahkan"] > len(siapa)


@pytest.mark.parametrize(
    ("sumber", "kunci", "desil", "peringkat"),
    [("dtsen", "k17", 2, None), ("simnakis", "k18", None, None), ("dtjateng", "k19", None, 4)],
    ids=["17", "18", "19"],
)
def test_17_to_19_a_family_of_one_registry_is_published_with_what_it_knows(
    terbit: Terbit, sumber: str, kunci: str, desil: int | None, peringkat: int | None
):
    rumah, ayah = terbit.rumah(f"{sumber}:{kunci}"), terbit.orang(f"{sumber}:{kunci}-ayah")
    for baris in (rumah, ayah):
        assert [s for s in SEMUA if baris[f"di_{s}"]] == [sumber]
    assert (rumah["desil_nasional"], rumah["peringkat_provinsi"]) == (desil, peringkat)
    assert (rumah["status"], rumah["jumlah_anggota"]) == ("aktif", 3)
    # Nor is it new because the others do not have it.
    assert {jenis for _, jenis, _ in terbit.perubahan(rumah, ayah)} <= {"berubah"}


def test_20_desil_is_the_nation_s_and_the_province_s_rank_stands_apart(terbit: Terbit):
    rumah = terbit.rumah("dtsen:k20")
    assert {terbit.nasib("rumah_tangga", f"{s}:k20")[1] for s in SEMUA} == {rumah["uid_rumah_tangga"]}
    assert (rumah["desil_nasional"], rumah["peringkat_provinsi"]) == (3, 7)
    assert rumah["jumlah_konflik"] == 2
    assert terbit.asal(rumah, "desil_nasional")["sumber"] == "dtsen"


def test_21_the_house_is_as_it_was_last_seen(terbit: Terbit):
    assert terbit.rumah("dtsen:k20", MAY)["jenis_lantai_terluas"] == "Tanah"
    rumah = terbit.rumah("dtsen:k20")
    assert (rumah["jenis_lantai_terluas"], rumah["jenis_kloset"]) == ("Keramik", "Cemplung")
    asal = terbit.asal(rumah, "jenis_lantai_terluas")
    assert (asal["sumber"], asal["nilai"], str(asal["tanggal"])) == ("simnakis", "Keramik", "2026-06-20")
    assert [(k["sumber"], k["nilai"]) for k in asal["kalah"]] == [("dtsen", "Tanah"), ("dtjateng", "Bambu")]
    assert terbit.perubahan(rumah, periode=JUNE) == {("rumah_tangga", "berubah", "jenis_lantai_terluas")}


def test_22_and_23_no_desil_stays_none_and_an_exclusion_is_told(terbit: Terbit):
    tanpa, asn = terbit.rumah("dtsen:k22"), terbit.rumah("dtsen:k23")
    assert (tanpa["desil_nasional"], tanpa["exclude"]) == (None, False)
    assert (asn["desil_nasional"], asn["exclude"], asn["alasan_exclude"]) == (2, True, "KK_ASN")
    # It receives all the same: somebody looks at it, no machine ends it.
    assert terbit.kandidat(asn) == {("keluar", None, None): ["EXCLUDE_MASIH_MENERIMA", "PENERIMA_DI_LUAR_SIMNAKIS"]}
    assert terbit.peserta(asn)["PKH", "PUSAT", None]["status_lokal"] == "aktif"


def test_24_another_desil_ends_no_programme(terbit: Terbit):
    rumah = terbit.rumah("dtsen:k24")
    assert (terbit.rumah("dtsen:k24", JUNE)["desil_nasional"], rumah["desil_nasional"]) == (4, 6)
    assert terbit.perubahan(rumah) == {("rumah_tangga", "berubah", "desil_nasional")}
    ayah = terbit.orang("dtsen:k24-ayah")["uid_individu"]
    assert {kunci: p["status_lokal"] for kunci, p in terbit.peserta(rumah).items()} == {
        ("PKH", "PUSAT", None): "aktif", ("PBI_JK", "PUSAT", ayah): "aktif",
    }  # fmt: skip


def test_46_a_household_that_moved_away_is_closed_and_stays_readable(terbit: Terbit):
    rumah, ibu = terbit.rumah("dtsen:k46"), terbit.orang("dtsen:k46-ibu")
    assert (rumah["status"], rumah["jumlah_anggota"], ibu["keberadaan"]) == ("pindah", 0, "pindah")
    assert not {jenis for _, jenis, _ in terbit.perubahan(rumah, ibu)} & {"keluar", "baru"}
    # No proposal to end anything.
    assert terbit.peserta(rumah)["PKH", "PUSAT", None]["status_lokal"] == "aktif"
    assert not [p for p in terbit.tabel("penonaktifan") if p["uid_rumah_tangga"] == rumah["uid_rumah_tangga"]]


def test_48_two_kk_of_one_dwelling_count_its_help_once(terbit: Terbit):
    a, b = terbit.rumah("dtsen:k48-a"), terbit.rumah("dtsen:k48-b")
    assert a["uid_rumah_tangga"] != b["uid_rumah_tangga"]
    assert a["uid_hunian"] == b["uid_hunian"] != terbit.rumah("dtsen:k17")["uid_hunian"]
    hunian = {r["uid_rumah_tangga"]: r["uid_hunian"] for r in terbit.tabel("rumah_tangga")}
    ditolong = [p for p in terbit.tabel("kepesertaan") if (p["program"], p["status"]) == ("RTLH", "AKTIF")]
    rumah = {p["uid_rumah_tangga"] for p in ditolong}
    (jumlah,) = [
        r["jumlah"]
        for r in terbit.tabel("ringkasan_kabupaten")
        if (r["ukuran"], r["kelas"]) == ("penerima_program", "RTLH")
    ]
    assert jumlah == len({hunian[uid] for uid in rumah}) == len(rumah) - 1
    for keluarga in (a, b):
        bantuan = terbit.peserta(keluarga)["RTLH", "PROVINSI", None]
        assert (bantuan["tumpang_tindih"], bantuan["aturan_tumpang_tindih"]) == (True, "rtlh_sehunian")


def test_49_an_old_woman_on_a_kk_of_her_own_in_her_child_s_house_is_for_people_to_decide(terbit: Terbit):
    lansia, anak = terbit.rumah("dtsen:k49-lansia"), terbit.rumah("dtsen:k49-anak")
    assert lansia["uid_rumah_tangga"] != anak["uid_rumah_tangga"]
    assert lansia["uid_hunian"] == anak["uid_hunian"]
    assert terbit.kandidat(lansia) == {("keluar", None, None): ["PENERIMA_DI_LUAR_SIMNAKIS", "SATU_HUNIAN_BEBERAPA_KK"]}
    assert terbit.kandidat(anak) == {}
    assert terbit.peserta(lansia)["SEMBAKO", "PUSAT", None]["status_lokal"] == "aktif"


def test_50_help_of_several_payers_for_one_house_is_told(terbit: Terbit):
    peserta = terbit.peserta(terbit.rumah("dtsen:k50"))
    assert {kunci: (p["sumber"], p["aturan_tumpang_tindih"]) for kunci, p in peserta.items()} == {
        ("RTLH", "NON_PEMERINTAH", None): (["dtsen"], "rtlh_sehunian"),
        ("RTLH", "PROVINSI", None): (["dtjateng"], "rtlh_sehunian"),
        ("RTLH", "KABUPATEN", None): (["simnakis"], "rtlh_sehunian"),
    }


def test_52_a_child_alone_on_a_kk_is_a_household_without_a_head(terbit: Terbit):
    rumah = terbit.rumah("dtsen:k52")
    assert (rumah["uid_kepala"], rumah["nama_kepala"], rumah["status"], rumah["jumlah_anggota"]) == (
        None, None, "aktif", 1,
    )  # fmt: skip
    # A warning at most, and no reason to visit it.
    assert terbit.kandidat(rumah) == {}


def test_62_a_wrong_merge_is_taken_back_under_the_old_ids(terbit: Terbit):
    dulu, salah, pulih = (terbit.rumah("dtsen:k62-b", periode) for periode in (MAY, JUNE, JULY))
    tetangga = terbit.rumah("dtsen:k62-a")
    oleh = tetangga["uid_rumah_tangga"]
    assert salah["uid_rumah_tangga"] == oleh == terbit.rumah("dtsen:k62-a", MAY)["uid_rumah_tangga"]
    (lama,) = [r for r in terbit.tabel("rumah_tangga", JUNE) if r["uid_rumah_tangga"] == dulu["uid_rumah_tangga"]]
    assert lama["digantikan_oleh"] == oleh
    assert (salah["jumlah_anggota"], pulih["jumlah_anggota"], tetangga["jumlah_anggota"]) == (6, 3, 3)
    assert ("PKH", "PUSAT", None) in terbit.peserta(pulih)
    assert pulih["uid_rumah_tangga"] == dulu["uid_rumah_tangga"]
