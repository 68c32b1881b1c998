"""Each named check of the gate of the list has a planted defect that it catches, alone or with the named others."""

from __future__ import annotations

import pytest
from antrean_uji import OFFICER, RELEASE, Antrean, row_id, without_guards

from expectations import checkpoint, deactivations
from sinkron import database, outcomes
from sinkron.steps import list as list_step

# check -> (what is planted into a list of the families 1 to 3, other checks that must fail with it)
PLANTS: dict[str, tuple[str, set[str]]] = {
    "daftar_ada": ("delete from antrean.daftar_baris", {"daftar_utuh"}),
    "daftar_utuh": (f"delete from antrean.daftar_baris where id_baris = '{row_id(1)}' and tujuan = 'dtjateng'", set()),
    "bukti_ada": ("update kasus.usulan set bukti = 'VLP-99' where uid_rumah_tangga = 'rt1'", set()),
    "aduan_terbukti": ("update kasus.aduan set status = 'diperiksa' where id_sumber = 'BRT-1'", set()),
    "alasan_dikenal": ("update kasus.usulan set kode_alasan = 'SUKA_SUKA' where uid_rumah_tangga = 'rt1'", set()),
    "rumah_tangga_terpecahkan": (
        "update kasus.usulan set uid_rumah_tangga = 'rt0' where uid_rumah_tangga = 'rt1'", {"peserta_aktif"},
    ),
    "orang_terpecahkan": (
        "update kasus.usulan set uid_individu = 'in0' where uid_rumah_tangga = 'rt1'", {"peserta_aktif"},
    ),
    "peserta_aktif": ("update kasus.usulan set program = 'SEMBAKO' where uid_rumah_tangga = 'rt1'", set()),
    "tanpa_tahanan": (
        "insert into kasus.tahanan (id_baris, sebab, alasan, oleh)"
        f" values ('{row_id(1)}', 'medis', 'Sedang dirawat', 'uji')", set(),
    ),
    "sekali_saja": ("update kasus.usulan set uid_rumah_tangga = 'rt1' where uid_rumah_tangga = 'rt2'", set()),
    "berlaku_kemudian": ("update kasus.usulan set bulan_efektif = '2026-06' where uid_rumah_tangga = 'rt1'", set()),
    "petugas_bukan_penyetuju": (
        f"insert into keputusan.penyetuju (jenis, urutan, nama) values ('push', 2, '{OFFICER}')", set(),
    ),
    "penerima_mengenal": (
        f"update antrean.baris set no_kk = null where id_baris = '{row_id(1)}' and tujuan = 'dtjateng'", set(),
    ),
    "dalam_batas_sebulan": ("select", set()),
    "dalam_batas_sedesa": ("update kasus.usulan set kode_desa = '33.16.01.2001'", set()),
}  # fmt: skip
WARNINGS = {"penerima_mengenal", "dalam_batas_sebulan", "dalam_batas_sedesa"}
# The caps of a list of three families: as many as there are, and two in a village.
MONTH, VILLAGE = 3, 2


@pytest.fixture
def daftar(gudang_antrean: Antrean) -> deactivations.List:
    """A right list of three families for every receiver."""
    gudang_antrean.empty()
    for number in (1, 2, 3):
        gudang_antrean.propose(number)
    with database.connect(gudang_antrean.settings) as connection:
        rows = connection.execute(list_step.ROWS, {"id_rilis": RELEASE}).fetchall()
        sha256, _ = list_step._write(connection, gudang_antrean.settings, "2026-06", RELEASE, rows)
    return deactivations.List(sha256, RELEASE, MONTH, VILLAGE)


def judge(antrean: Antrean, made: deactivations.List, plant: str = ""):
    """Plant whatever stands against it, and run the gate of the list."""
    with without_guards(antrean.superuser, antrean.settings) as connection:
        connection.execute(plant)
    return checkpoint.run(database.owner_url(antrean.settings), deactivations.gate(made))


def failing(verdict) -> set[str]:
    return {check.name for check in verdict.failed}


def test_a_right_list_passes_every_check(gudang_antrean: Antrean, daftar: deactivations.List):
    verdict = judge(gudang_antrean, daftar)
    assert (verdict.putusan, failing(verdict)) == ("lulus", set())
    assert verdict.dinilai == verdict.diharapkan == len(PLANTS)


def test_every_check_has_a_plant(daftar: deactivations.List):
    measures = deactivations.gate(daftar).measures
    assert {measure.name for measure in measures} == set(PLANTS)
    assert {measure.name for measure in measures if measure.keparahan == "kritis"} == set(PLANTS) - WARNINGS


@pytest.mark.usefixtures("tanpa_gx")
@pytest.mark.parametrize("name", PLANTS)
def test_the_planted_defect_is_caught(gudang_antrean: Antrean, daftar: deactivations.List, name: str):
    plant, others = PLANTS[name]
    if name == "dalam_batas_sebulan":
        daftar = deactivations.List(daftar.sha256, RELEASE, MONTH - 1, VILLAGE)
    verdict = judge(gudang_antrean, daftar, plant)
    assert failing(verdict) == {name} | others
    assert all(check.hasil == "gagal" for check in verdict.failed)
    assert verdict.putusan == ("peringatan" if failing(verdict) <= WARNINGS else "gagal")


AMENDED = "insert into kasus.{0} ({1}, sidik) select {2}, 'lain' from kasus.{0} where id_sumber = '{3}'"


@pytest.mark.usefixtures("tanpa_gx")
@pytest.mark.parametrize("hasil", ["layak", "tidak_dapat_dinilai"])
def test_a_visit_counts_as_it_is_now_known(gudang_antrean: Antrean, daftar: deactivations.List, hasil: str):
    columns = "id_kiriman, nomor_baris, id_sumber, diubah, petugas, tanggal, hasil"
    now = columns.replace(" hasil", f" '{hasil}'").replace("diubah", "diubah + interval '1 day'")
    verdict = judge(gudang_antrean, daftar, AMENDED.format("verifikasi", columns, now, "VLP-1"))
    assert failing(verdict) == {"bukti_ada"}


@pytest.mark.usefixtures("tanpa_gx")
@pytest.mark.parametrize(
    ("status", "passes"),
    [
        ("layak", True), ("musdes", True), ("diusulkan", True), ("diterima_pusat", True),
        ("dicabut", False), ("diajukan", False), ("ditolak_pusat", False),
    ],
)  # fmt: skip
def test_a_withdrawal_counts_while_it_stands(
    gudang_antrean: Antrean, daftar: deactivations.List, status: str, passes: bool
):
    apply = (
        "insert into kasus.pengajuan (id_kiriman, nomor_baris, id_sumber, versi, jenis, diubah, status, sidik)"
        " values ('umpan', 1, 'PGJ-1', {0}, 'graduasi_mandiri', '2026-06-0{0} 10:00+07', '{1}', 's{0}');"
    )
    verdict = judge(
        gudang_antrean, daftar,
        apply.format(1, "layak") + apply.format(2, status)
        + "update kasus.usulan set asal = 'graduasi_mandiri', bukti = 'PGJ-1', petugas = null"
        " where uid_rumah_tangga = 'rt1'",
    )  # fmt: skip
    assert failing(verdict) == (set() if passes else {"bukti_ada"})


@pytest.mark.usefixtures("tanpa_gx")
@pytest.mark.parametrize(("bukti", "passes"), [("dukcapil:2026-06-11", True), ("dukcapil:kemarin", False)])
def test_a_death_rests_on_the_register(gudang_antrean: Antrean, daftar: deactivations.List, bukti: str, passes: bool):
    verdict = judge(
        gudang_antrean, daftar,
        f"update kasus.usulan set asal = 'dukcapil', bukti = '{bukti}', petugas = null, sumber_kasus = null,"
        " id_kasus = null, kode_alasan = 'MENINGGAL' where uid_rumah_tangga = 'rt1'",
    )  # fmt: skip
    assert failing(verdict) == (set() if passes else {"bukti_ada"})


def test_the_step_holds_the_list_and_says_why_in_numbers(gudang_antrean: Antrean):
    gudang_antrean.empty()
    gudang_antrean.propose(1, kode_alasan="SUKA_SUKA")
    with pytest.raises(outcomes.GateHeld, match=r"alasan_dikenal.*3 baris") as held:
        list_step.run(gudang_antrean.settings, "2026-06")
    assert held.value.exit_code == 3
    assert "WARGA" not in str(held.value) and "33160801" not in str(held.value)
    assert gudang_antrean.rows("select gerbang, subjek, putusan from audit.putusan_gerbang") == [
        ("daftar", RELEASE, "gagal")
    ]


def merged(grain: str, old: str, now: str) -> str:
    """The statement by which an id was merged into another since."""
    return (
        f"insert into identitas.{grain} (uid, id_rilis_awal, sumber_awal, id_awal, digantikan_oleh)"
        f" values ('{old}', '{RELEASE}', 'dtsen', '{old}', '{now}') on conflict do nothing;"
    )


@pytest.mark.usefixtures("tanpa_gx")
@pytest.mark.parametrize("grain", ["rumah_tangga", "individu"])
def test_what_was_merged_since_is_judged_under_the_id_that_stayed(
    gudang_antrean: Antrean, daftar: deactivations.List, grain: str
):
    old, now = ("rt90", "rt1") if grain == "rumah_tangga" else ("in90", "in1")
    person = f", uid_individu = '{old}', program = 'PBI_JK'" if grain == "individu" else ""
    home = old if grain == "rumah_tangga" else "rt1"
    verdict = judge(
        gudang_antrean, daftar,
        merged(grain, old, now)
        + f"update kasus.usulan set uid_rumah_tangga = '{home}'{person} where uid_rumah_tangga = 'rt1'",
    )  # fmt: skip
    assert failing(verdict) == set()


@pytest.mark.usefixtures("tanpa_gx")
def test_a_person_who_lives_elsewhere_since_is_judged_as_that_person(
    gudang_antrean: Antrean, daftar: deactivations.List
):
    verdict = judge(
        gudang_antrean, daftar,
        "update kasus.usulan set uid_rumah_tangga = 'rt9', uid_individu = 'in1', program = 'PBI_JK'"
        " where uid_rumah_tangga = 'rt1'",
    )  # fmt: skip
    assert failing(verdict) == set()


@pytest.mark.usefixtures("tanpa_gx")
def test_one_family_under_two_ids_is_on_the_list_twice(gudang_antrean: Antrean, daftar: deactivations.List):
    verdict = judge(gudang_antrean, daftar, merged("rumah_tangga", "rt90", "rt1") + (
        "update kasus.usulan set uid_rumah_tangga = 'rt90' where uid_rumah_tangga = 'rt2'"
    ))  # fmt: skip
    assert failing(verdict) == {"sekali_saja"}
