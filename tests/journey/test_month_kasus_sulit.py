"""Hard cases of persons, from delivered bytes to what readers see: three months of one district with them in it.

The numbers are those of the project's list of hard cases; the families stand in kasus_sulit.py, the cases of households
in test_month_kasus_sulit_keluarga.py. Shown elsewhere: 14 (numbers in each other's column:
tests/sql/landing/test_refused_deliveries.py, the delivery is refused), 25 to 38 and 53 to 57 (tests/sql/casework,
test_month_deactivations.py), 39 (a late month: test_month_stale.py), 40 and 41 (test_month_deliveries.py), 42 and 43
(test_refused_deliveries.py), 58 (tests/sql/golden/test_kepesertaan.py).
"""

from __future__ import annotations

from bulan_uji import JULY, JUNE, MAY
from sulit_uji import nik
from terbit_uji import SEMUA, Terbit


def test_6_one_nik_on_two_people_is_withheld_from_both(terbit: Terbit):
    a, b = terbit.orang("dtsen:k6-a"), terbit.orang("dtsen:k6-b")
    assert a["uid_individu"] != b["uid_individu"]
    for orang, kunci in ((a, "k6-a"), (b, "k6-b")):
        assert (orang["nik"], orang["nik_samar"], orang["nik_status"]) == (None, None, "ganda")
        assert orang["status_hidup"] == "hidup"
        assert ("NIK_GANDA", MAY) in terbit.masalah(f"dtsen:{kunci}")
        assert terbit.asal(orang, "nik")["nilai"] == nik(6, "1971-03-14")
    # Neither is ended by a machine.
    rumah = terbit.rumah("dtsen:k6-b")
    assert (rumah["status"], terbit.peserta(rumah)["PKH", "PUSAT", None]["status_lokal"]) == ("aktif", "aktif")


def test_7_a_number_given_up_and_the_active_one_are_one_person(terbit: Terbit):
    putri = terbit.orang("dtsen:k7-anak1")
    assert putri == terbit.orang("dtsen:k7-sendiri")
    lahir = str(putri["tanggal_lahir"])
    assert (putri["nik"], putri["nik_status"], putri["nik_lain"]) == (
        nik(7, lahir, "P"), "padan", [nik(107, lahir, "P")],
    )  # fmt: skip
    sendiri = terbit.rumah("dtsen:k7-sendiri")
    assert putri["uid_rumah_tangga"] == sendiri["uid_rumah_tangga"]
    assert (terbit.rumah("dtsen:k7")["jumlah_anggota"], sendiri["jumlah_anggota"]) == (2, 1)
    # What both records receive is one membership, and told.
    assert [(k, p["tumpang_tindih"], p["aturan_tumpang_tindih"]) for k, p in terbit.peserta(sendiri).items()] == [
        (("PBI_JK", "PUSAT", putri["uid_individu"]), True, "pbi_jk_dua_kali"),
    ]  # fmt: skip
    assert terbit.peserta(terbit.rumah("dtsen:k7")) == {}


def test_8_twins_of_neighbouring_numbers_are_two_people(terbit: Terbit):
    hasan, husen = (terbit.orang(f"dtsen:k8-{nama}") for nama in ("hasan", "husen"))
    assert [(o["nama"], o["nik"]) for o in (hasan, husen)] == [
        ("HASAN BASRI", nik(8, "2015-06-08")), ("HUSEN BASRI", nik(9, "2015-06-08")),
    ]  # fmt: skip
    # The district has no number of one of them, and still says it of him and not of his brother.
    for sumber in SEMUA:
        assert terbit.nasib("individu", f"{sumber}:k8-hasan")[1] == hasan["uid_individu"]
        assert terbit.nasib("individu", f"{sumber}:k8-husen")[1] == husen["uid_individu"]
    assert terbit.rumah("dtsen:k8")["jumlah_anggota"] == 4


def test_9_twins_with_one_number_are_two_people_without_it(terbit: Terbit):
    kembar = [terbit.orang(f"dtsen:k9-{nama}") for nama in ("hasan", "husen")]
    assert len({o["uid_individu"] for o in kembar}) == 2
    assert [(o["nama"], o["nik"], o["nik_status"]) for o in kembar] == [
        ("HASAN BASRI", None, "ganda"), ("HUSEN BASRI", None, "ganda"),
    ]  # fmt: skip
    assert terbit.rumah("dtsen:k9")["jumlah_anggota"] == 4


def test_10_a_woman_s_number_without_40_gives_way_only_to_another_registry_s(terbit: Terbit):
    ibu = terbit.orang("dtsen:k10-ibu")
    lahir = str(ibu["tanggal_lahir"])
    assert ibu["uid_individu"] == terbit.orang("simnakis:k10-ibu")["uid_individu"]
    assert (ibu["nik"], ibu["nik_lain"], ibu["nik_status"]) == (nik(10, lahir, "P"), [nik(10, lahir)], "padan")
    assert [(k["sumber"], k["nilai"]) for k in terbit.asal(ibu, "nik")["kalah"]] == [("dtsen", nik(10, lahir))]
    assert ("NIK_LAIN_JENIS_KELAMIN", MAY) in terbit.masalah("dtsen:k10-ibu")
    sendiri = terbit.orang("dtsen:k10-sendiri")
    assert (sendiri["nik"], sendiri["nik_status"]) == (nik(110, "1968-09-17"), "tidak_padan")
    assert ("NIK_LAIN_JENIS_KELAMIN", MAY) in terbit.masalah("dtsen:k10-sendiri")


def test_11_another_sex_than_the_number_s_is_told_and_drops_nobody(terbit: Terbit):
    ibu = terbit.orang("dtsen:k11-ibu")
    assert ibu["uid_individu"] == terbit.orang("simnakis:k11-ibu")["uid_individu"]
    assert (ibu["jenis_kelamin"], ibu["nik"]) == ("L", nik(11, str(ibu["tanggal_lahir"]), "P"))
    assert terbit.masalah("dtsen:k11-ibu") == {("NIK_LAIN_JENIS_KELAMIN", MAY)}
    assert terbit.masalah("simnakis:k11-ibu") == set()
    assert [(k["sumber"], k["nilai"]) for k in terbit.asal(ibu, "jenis_kelamin")["kalah"]] == [("simnakis", "P")]


def test_12_and_13_a_damaged_number_is_empty_and_the_person_is_found_otherwise(terbit: Terbit):
    ayah, ibu, anak = (terbit.orang(f"dtsen:k12-{siapa}") for siapa in ("ayah", "ibu", "anak1"))
    assert ayah["uid_individu"] == terbit.orang("simnakis:k12-ayah")["uid_individu"]
    assert (ayah["nik"], ayah["nik_status"]) == (nik(12, str(ayah["tanggal_lahir"])), "padan")
    assert [(o["nik"], o["nik_status"]) for o in (ibu, anak)] == [(None, "rusak"), (None, "rusak")]
    for siapa in ("ayah", "ibu", "anak1"):
        assert terbit.masalah(f"dtsen:k12-{siapa}") == {("NIK_RUSAK", MAY)}
    assert ibu["uid_individu"] == terbit.orang("dtsen:k12-ibu", MAY)["uid_individu"]


def test_44_a_death_stands_against_newer_records_that_say_otherwise(terbit: Terbit):
    assert terbit.orang("dtsen:k44-ayah", MAY)["status_hidup"] == "hidup"
    for periode in (JUNE, JULY):
        ayah, rumah = terbit.orang("dtsen:k44-ayah", periode), terbit.rumah("dtsen:k44", periode)
        assert (ayah["status_hidup"], str(ayah["tanggal_meninggal"])) == ("meninggal", "2026-06-12")
        assert (rumah["jumlah_anggota"], rumah["status"], rumah["uid_kepala"]) == (2, "aktif", None)
    assert terbit.perubahan(ayah) == set()


def test_45_who_was_reported_dead_and_is_alive_comes_back_as_the_same_person(terbit: Terbit):
    sebelum, mati, hidup = (terbit.orang("dtsen:k45-ayah", periode) for periode in (MAY, JUNE, JULY))
    assert [(o["status_hidup"], str(o["tanggal_meninggal"])) for o in (sebelum, mati, hidup)] == [
        ("hidup", "None"), ("meninggal", "2026-06-02"), ("hidup", "None"),
    ]  # fmt: skip
    assert sebelum["uid_individu"] == mati["uid_individu"] == hidup["uid_individu"]
    assert [terbit.rumah("dtsen:k45", periode)["jumlah_anggota"] for periode in (MAY, JUNE, JULY)] == [2, 1, 2]
    assert ("individu", "berubah", "status_hidup") in terbit.perubahan(hidup)


def test_47_a_migrant_worker_stays_a_member(terbit: Terbit):
    ayah, rumah = terbit.orang("dtsen:k47-ayah"), terbit.rumah("dtsen:k47")
    assert (ayah["keberadaan"], ayah["status_hidup"]) == ("tidak_tinggal_bersama", "hidup")
    assert (rumah["jumlah_anggota"], rumah["uid_kepala"]) == (3, ayah["uid_individu"])


def test_51_a_newborn_that_gets_a_number_is_the_same_person(terbit: Terbit):
    lahir, bernomor = terbit.orang("simnakis:k51-bayi", MAY), terbit.orang("simnakis:k51-bayi")
    assert lahir["uid_individu"] == bernomor["uid_individu"]
    assert [(o["nik"], o["nik_status"]) for o in (lahir, bernomor)] == [
        (None, "kosong"), (nik(51, "2026-03-20"), "padan"),
    ]  # fmt: skip
    assert terbit.perubahan(bernomor) == {("individu", "berubah", "nik"), ("individu", "berubah", "nik_status")}
    assert len({terbit.nasib("individu", f"{s}:k51-bayi")[1] for s in SEMUA}) == 1


def test_59_one_person_on_pbi_jk_and_pbi_pemda_is_on_the_exception_list(terbit: Terbit):
    ibu, rumah = terbit.orang("dtsen:k59-ibu")["uid_individu"], terbit.rumah("dtsen:k59")
    assert {kunci: p["aturan_tumpang_tindih"] for kunci, p in terbit.peserta(rumah).items()} == {
        ("PBI_JK", "PUSAT", ibu): "pbi_eksklusif", ("PBI_PEMDA", "KABUPATEN", ibu): "pbi_eksklusif",
    }  # fmt: skip
    assert terbit.kandidat(rumah) == {
        ("keluar", ibu, "PBI_JK"): ["PBI_DAN_PBI_PEMDA"], ("keluar", ibu, "PBI_PEMDA"): ["PBI_DAN_PBI_PEMDA"],
    }  # fmt: skip


def test_60_alm_before_a_name_is_a_hint_and_no_other_person(terbit: Terbit):
    ayah = terbit.orang("dtsen:k60-ayah")
    assert ayah["uid_individu"] == terbit.orang("simnakis:k60-ayah")["uid_individu"]
    assert (ayah["nama"], ayah["status_hidup"]) == ("BASUKI WIDODO", "hidup")
    assert terbit.masalah("simnakis:k60-ayah") == {("ALM_PADA_NAMA", MAY)}
    # A task for somebody who goes there, in every month until it is answered.
    for periode in (MAY, JUNE, JULY):
        tugas = terbit.kandidat(terbit.rumah("dtsen:k60", periode), periode)
        assert tugas == {("keluar", ayah["uid_individu"], None): ["ALM_PADA_NAMA"]}
    assert not [p for p in terbit.tabel("penonaktifan") if p["uid_rumah_tangga"] == ayah["uid_rumah_tangga"]]


def test_61_a_default_birth_date_links_nobody(terbit: Terbit):
    a, b = terbit.orang("dtsen:k61-a"), terbit.orang("simnakis:k61-b")
    assert (a["nama"], a["tanggal_lahir"]) == (b["nama"], b["tanggal_lahir"])
    assert a["uid_individu"] != b["uid_individu"]
    assert a["uid_rumah_tangga"] != b["uid_rumah_tangga"]
