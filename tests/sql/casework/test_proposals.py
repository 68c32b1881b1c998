"""From complaints and visits to proposals: the hard cases of the field (domain.md 8), rows in and rows out."""

from __future__ import annotations

from usulan_uji import Kasus

ALL = {("PKH", None), ("SEMBAKO", None)}


def everything(kunci: str) -> set[tuple]:
    return ALL | {("PBI_JK", f"{kunci}-ayah")}


def test_25_a_name_alone_is_never_the_person(kasus_juni: Kasus):
    found = {n: kasus_juni.kasus(f"aduan/AD-25{n}") for n in ("", "-satu", "-desa", "-kosong")}
    assert {n: k["status_resolusi"] for n, k in found.items()} == {
        "": "banyak_kandidat", "-satu": "banyak_kandidat", "-desa": "tidak_ada", "-kosong": "tidak_ada"
    }  # fmt: skip
    assert all(k["uid_rumah_tangga"] is None for k in found.values())
    calon = kasus_juni.rows(
        "select distinct t.id_sumber from casework_juni.casework_calon as c join identitas.tautan as t"
        " on c.uid_individu = t.uid and t.id_rilis = %s where c.id_kasus = 'aduan/AD-25' order by 1",
        kasus_juni.id_rilis,
    )
    assert calon == [("k25-ayah",), ("min",)]
    assert kasus_juni.tanda("VL-25") == ([], False)
    assert kasus_juni.usulan("k25") == set()


def test_26_the_verdict_is_on_whom_the_officer_saw(kasus_juni: Kasus):
    assert kasus_juni.usulan("k26-benar") == everything("k26-benar")
    assert kasus_juni.usulan("k26-salah") == set()
    kasus = kasus_juni.kasus("aduan/AD-26")
    assert (kasus["uid_rumah_tangga"], kasus["uid_individu"], kasus["status_resolusi"]) == (
        kasus_juni.uid("dtsen:k26-benar"), kasus_juni.uid("dtsen:k26-benar-ayah", "individu"), "tunggal"
    )  # fmt: skip


def test_27_a_complaint_withdrawn_before_the_verdict_has_no_effect(kasus_juni: Kasus):
    assert kasus_juni.usulan("k27") == set()
    assert kasus_juni.kasus("aduan/AD-27")["status"] == "dicabut"


def test_28_two_complaints_are_one_investigation_and_one_removal(kasus_juni: Kasus):
    satu, dua = (kasus_juni.kasus(f"aduan/AD-28-{n}") for n in "ab")
    assert satu["id_pemeriksaan"] == dua["id_pemeriksaan"] == "aduan/AD-28-a"
    assert dua["kasus_sebelumnya"] == "aduan/AD-28-a"
    assert kasus_juni.usulan("k28", "bukti", "id_kasus") == {(*u, "VL-28-a", "AD-28-a") for u in everything("k28")}


def test_29_and_30_what_the_verdict_names_and_whose_it_is(kasus_juni: Kasus):
    assert kasus_juni.usulan("k29", "kode_alasan", "asal", "sumber_kasus", "petugas") == {
        ("PKH", None, "MAMPU", "aduan", "aduan", "petugas.uji")
    }
    # The head is a civil servant: the child's PIP is not touched.
    assert kasus_juni.usulan("k30", "kode_alasan") == {(*u, "KK_ASN") for u in everything("k30")}


def test_31_and_54_what_came_before(kasus_juni: Kasus):
    assert kasus_juni.kasus("aduan/AD-31-lagi")["kasus_sebelumnya"] == "aduan/AD-31"
    assert kasus_juni.kasus("aduan/AD-31")["kasus_sebelumnya"] is None
    assert kasus_juni.kasus("aduan/AD-31-lagi")["id_pemeriksaan"] == "aduan/AD-31-lagi"
    assert kasus_juni.kasus("pengajuan/PJ-54-lagi")["kasus_sebelumnya"] == "pengajuan/PJ-54"
    assert kasus_juni.usulan("k31") == set()


def test_34_after_the_cut_off_one_month_later(kasus_juni: Kasus):
    assert kasus_juni.usulan("k34-17", "bulan_efektif") == {("PKH", None, "2026-07")}
    assert kasus_juni.usulan("k34-18", "bulan_efektif") == {("PKH", None, "2026-08")}


def test_44_a_death_ends_the_persons_own_and_the_familys_when_nobody_is_left(kasus_juni: Kasus):
    assert kasus_juni.usulan("mati", "kode_alasan") == {("PBI_JK", "mati-ayah", "MENINGGAL")}
    assert kasus_juni.usulan("mati-sendiri") == {("PKH", None), ("PBI_JK", "mati-sendiri-satu")}
    found = kasus_juni.usulan(
        "dukcapil", "bukti", "asal", "kode_alasan", "id_kasus", "petugas", "tanggal_verifikasi::text"
    )
    assert found == {
        (*u, "dukcapil:2026-05-30", "dukcapil", "MENINGGAL", None, None, "2026-06-30")
        for u in (("PKH", None), ("PBI_JK", "dukcapil-satu"))
    }


def test_46_a_move_makes_no_proposal(kasus_juni: Kasus):
    assert kasus_juni.tanda("VL-46") == ([], True)
    assert kasus_juni.usulan("k46") == set()


def test_53_who_graduated_from_pkh_keeps_nothing_of_it_to_end(kasus_juni: Kasus):
    assert kasus_juni.usulan("k53") == {("SEMBAKO", None), ("PBI_JK", "k53-ayah")}


def test_54_a_withdrawal_of_ones_own_ends_what_it_names(kasus_juni: Kasus):
    columns = ("bukti", "asal", "kode_alasan", "sumber_kasus", "id_kasus", "tanggal_verifikasi::text")
    assert kasus_juni.usulan("k54", *columns) == {
        ("PKH", None, "PJ-54", "graduasi_mandiri", "GRADUASI_MANDIRI", "pengajuan", "PJ-54", "2026-06-12")
    }
    assert kasus_juni.usulan("hidup") == set()


def test_54_a_withdrawal_ends_something_while_it_is_granted(kasus_juni: Kasus):
    assert kasus_juni.usulan("musdes", "tanggal_verifikasi::text") == {("PKH", None, "2026-06-12")}
    assert kasus_juni.usulan("mundur-ulang") == kasus_juni.usulan("mundur-tolak") == set()


def test_57_and_56_what_a_person_has_to_look_at_proves_nothing(kasus_juni: Kasus):
    found = {
        n: kasus_juni.tanda(f"VL-{n}")
        for n in ("57-kerabat", "57-putus", "foto", "foto-b", "luar", "tanggal", "alasan")
    }
    assert found == {
        "57-kerabat": (["PETUGAS_TERKAIT"], False), "57-putus": (["PETUGAS_TERKAIT"], False),
        "foto": (["FOTO_DIPAKAI_LAIN"], False), "foto-b": (["FOTO_DIPAKAI_LAIN"], False),
        "luar": (["LOKASI_DI_LUAR"], False), "tanggal": (["URUTAN_TANGGAL"], False),
        "alasan": (["ALASAN_TIDAK_DIKENAL"], False),
    }  # fmt: skip
    for kunci in ("k57-kerabat", "k57-putus", "foto-a", "luar", "tanggal", "alasan"):
        assert kasus_juni.usulan(kunci) == set()
    assert kasus_juni.kasus("aduan/AD-57-kerabat")["perlu_periksa"] == ["PETUGAS_TERKAIT"]
    assert kasus_juni.kasus("pengajuan/PJ-57-foto")["perlu_periksa"] == ["LOKASI_DI_LUAR"]


def test_not_found_counts_on_two_different_days_only(kasus_juni: Kasus):
    assert kasus_juni.usulan("hilang", "bukti", "kode_alasan") == {
        (*u, "VL-hilang-2", "ORANG_TDK_DITEMUKAN") for u in everything("hilang")
    }
    assert kasus_juni.usulan("hilang-sehari") == set()


def test_visits_that_contradict_each_other_prove_nothing(kasus_juni: Kasus):
    assert kasus_juni.usulan("bantah") == set()
    assert kasus_juni.kasus("aduan/AD-bantah")["perlu_periksa"] == ["BERTENTANGAN"]


def test_an_answer_against_what_was_seen_is_to_be_looked_at_and_proves_nothing(kasus_juni: Kasus):
    # Upheld, and the officer found them worthy; not upheld, and the officer found them able.
    assert kasus_juni.kasus("aduan/AD-layak")["perlu_periksa"] == ["BERTENTANGAN"]
    assert kasus_juni.kasus("aduan/AD-balik")["perlu_periksa"] == ["BERTENTANGAN"]
    assert kasus_juni.kasus("aduan/AD-31")["perlu_periksa"] == []
    assert kasus_juni.usulan("layak") == kasus_juni.usulan("balik") == set()


def test_a_complaint_that_is_closed_stays_what_it_was_answered(kasus_juni: Kasus):
    assert kasus_juni.kasus("aduan/AD-balik-selesai")["perlu_periksa"] == ["BERTENTANGAN"]
    assert kasus_juni.usulan("balik-selesai") == set()
    assert kasus_juni.kasus("aduan/AD-ulang-selesai")["perlu_periksa"] == []
    assert kasus_juni.usulan("ulang-selesai") == everything("ulang-selesai")


def test_a_periodic_visit_proposes_by_itself_and_of_the_family_only_when_it_names_nobody(kasus_juni: Kasus):
    assert kasus_juni.usulan("berkala", "asal", "id_kasus") == {(*u, "berkala", None) for u in ALL}


def test_a_visit_that_names_nobody_is_about_whom_the_complaint_names(kasus_juni: Kasus):
    assert kasus_juni.usulan("tanpa") == {("PKH", None), ("PBI_JK", "tanpa-ayah")}


def test_an_open_complaint_proposes_nothing(kasus_juni: Kasus):
    assert kasus_juni.tanda("VL-belum") == ([], True)
    assert kasus_juni.usulan("nanti") == set()


def test_aid_of_the_dwelling_is_never_ended(kasus_juni: Kasus):
    assert kasus_juni.usulan("pemda") == everything("pemda") | {("BEDAH_WARUNG", None), ("BEASISWA", None)}
