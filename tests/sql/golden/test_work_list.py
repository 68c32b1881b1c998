"""Whom the work list of visits names and why, out and in: hard cases 17, 23, 49, 52, 59, 60 and others."""

from __future__ import annotations

import pytest
from emas import Emas
from mendarat import JULI, JUNI

KELUARGA = ("keluar", None, None)
MASUK = ("masuk", None, None)


def uid(emas: Emas, orang: str) -> str:
    return emas.orang(f"dtsen:{orang}")["uid_individu"]


@pytest.mark.parametrize("periode", [JUNI, JULI])
def test_49_an_old_woman_on_her_own_kk_in_her_child_s_house(emas: Emas, periode: str):
    assert emas.kandidat("dtsen:k49-lansia", periode) == {KELUARGA: ["SATU_HUNIAN_BEBERAPA_KK"]}
    assert emas.kandidat("dtsen:k49-anak", periode) == emas.kandidat("dtsen:k49-jauh", periode) == {}


def test_two_kk_of_one_dwelling_on_one_family_programme(emas: Emas):
    for kunci in ("k48-a", "k48-b"):
        assert emas.kandidat(f"dtsen:{kunci}") == {("keluar", None, "SEMBAKO"): ["SATU_HUNIAN_BEBERAPA_KK"]}
    assert emas.kandidat("dtsen:k48-c") == {}
    # Six families at one point are no dwelling.
    assert len({emas.rumah(f"dtsen:titik{n}")["uid_hunian"] for n in range(6)}) == 1
    assert {n: emas.kandidat(f"dtsen:titik{n}") for n in range(6)} == {n: {} for n in range(6)}


def test_what_does_not_go_with_the_lowest_decile(emas: Emas):
    assert emas.kandidat("dtsen:mobil") == emas.kandidat("dtsen:mobil-saja") == {KELUARGA: ["KENDARAAN_DESIL_1"]}
    assert emas.kandidat("dtsen:mewah") == {KELUARGA: ["ASET_DESIL_1"]}
    assert emas.kandidat("dtsen:mobil-2") == emas.kandidat("dtsen:ac") == {}


def test_23_who_is_excluded_and_still_receives(emas: Emas):
    assert emas.kandidat("dtsen:k23-terima") == {KELUARGA: ["EXCLUDE_MASIH_MENERIMA"]}
    assert emas.kandidat("dtsen:k23-rumah") == emas.kandidat("dtsen:k23") == {}


def test_59_a_person_on_pbi_jk_and_pbi_pemda(emas: Emas):
    ibu = uid(emas, "k58-ibu")
    assert emas.kandidat("dtsen:k58") == {
        ("keluar", ibu, "PBI_JK"): ["PBI_DAN_PBI_PEMDA"], ("keluar", ibu, "PBI_PEMDA"): ["PBI_DAN_PBI_PEMDA"],
        # 58: told by its rule, and weighs less.
        ("keluar", None, "PKH"): ["TUMPANG_TINDIH"], ("keluar", None, "BLT_DD"): ["TUMPANG_TINDIH"],
    }  # fmt: skip


def test_60_a_name_with_alm_is_always_a_candidate(emas: Emas):
    assert emas.kandidat("dtsen:k60") == {
        ("keluar", uid(emas, f"k60-{siapa}"), None): ["ALM_PADA_NAMA"] for siapa in ("ayah", "ibu")
    }
    assert emas.kandidat("dtsen:k60-pbi") == {("keluar", uid(emas, "k60-pbi-ayah"), "PBI_JK"): ["ALM_PADA_NAMA"]}


def test_a_dead_recipient_with_his_own_programmes_and_a_dead_family_with_its(emas: Emas):
    assert emas.rumah("dtsen:mati")["status"] == "aktif"
    assert emas.kandidat("dtsen:mati") == {("keluar", uid(emas, "mati-ayah"), "PBI_JK"): ["PENERIMA_MENINGGAL"]}
    assert emas.rumah("dtsen:mati-semua")["status"] == "bubar"
    assert emas.kandidat("dtsen:mati-semua") == {
        ("keluar", uid(emas, "mati-semua-L"), "PBI_JK"): ["PENERIMA_MENINGGAL"],
        ("keluar", None, "PKH"): ["PENERIMA_MENINGGAL"],
    }
    # 44: dead, and receives nothing. 46: moved away.
    assert emas.kandidat("dtsen:k44") == emas.kandidat("dtsen:k46", JULI) == {}


def test_17_and_52_dtsen_alone_is_a_light_reason_and_a_child_alone_none(emas: Emas):
    assert emas.kandidat("dtsen:k17") == {MASUK: ["DESIL_RENDAH_DI_LUAR_SIMNAKIS"]}
    assert emas.kandidat("dtsen:k17-terima") == {KELUARGA: ["PENERIMA_DI_LUAR_SIMNAKIS"]}
    assert emas.kandidat("dtsen:k52") == {}


def test_who_needs_help_and_gets_none_of_any_payer(emas: Emas):
    for kunci in ("butuh", "butuh-dua"):
        assert emas.kandidat(f"dtsen:{kunci}") == {MASUK: ["DESIL_RENDAH_RUMAH_BURUK_TANPA_BANTUAN"]}
    assert emas.kandidat("dtsen:butuh-kosong") == {MASUK: ["DESIL_KOSONG_RUMAH_BURUK_TANPA_BANTUAN"]}
    for kunci in ("butuh-kjs", "butuh-asn", "butuh-lima", "butuh-satu"):
        assert emas.kandidat(f"dtsen:{kunci}") == {}, kunci
    uid_hilang = emas.uid("rumah_tangga", "dtsen:butuh-hilang", JUNI)
    assert emas.kandidat("dtsen:butuh-hilang") == {
        MASUK: ["DESIL_RENDAH_DI_LUAR_SIMNAKIS", "DESIL_RENDAH_RUMAH_BURUK_TANPA_BANTUAN"]
    }
    assert emas.rows(
        "select count(*) as n from rilis.kandidat_verifikasi where uid_rumah_tangga = %s and id_rilis = '2026-07/1'",
        uid_hilang,
    ) == [{"n": 0}]


@pytest.mark.parametrize("arah", ["keluar", "masuk"])
def test_the_heaviest_come_first_and_among_equals_those_who_receive_or_live_worst(emas: Emas, arah: str):
    found = emas.rows(
        "select * from rilis.kandidat_verifikasi where id_rilis = '2026-06/1' and arah = %s order by peringkat", arah
    )
    assert [r["peringkat"] for r in found] == list(range(1, len(found) + 1))
    skor = [r["skor"] for r in found]
    assert skor == sorted(skor, reverse=True)
    bobot = {r["kode"]: r["bobot"] for r in emas.rows("select kode, bobot from staging.alasan_verifikasi")}
    assert skor == [sum(bobot[kode] for kode in r["alasan"]) for r in found]
    urutan = {r["uid_rumah_tangga"]: r["peringkat"] for r in found}
    if arah == "keluar":
        depan, belakang = "dtsen:mobil", "dtsen:mobil-saja"
    else:
        depan, belakang = "dtsen:butuh", "dtsen:butuh-dua"
    assert urutan[emas.uid("rumah_tangga", depan, JUNI)] < urutan[emas.uid("rumah_tangga", belakang, JUNI)]
