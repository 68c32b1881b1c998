"""Each named check of the landing gate has a planted defect that it catches, alone or with the named others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gudang import warehouse

from expectations import checkpoint, landing
from sinkron import database, gates, ledger
from sinkron.outcomes import GateHeld
from sinkron.settings import Settings

ROWS = """
insert into pendaratan.dtsen_keluarga (id_kiriman, nomor_baris, id_keluarga, kode_kelurahan_desa, kode_desa)
select 'k1', n, 'k' || n, '3316', '33.16.' || lpad(((n - 1) % 16 + 1)::text, 2, '0') || '.2001'
from generate_series(1, 64) as g (n);
insert into pendaratan.dtsen_anggota (id_kiriman, nomor_baris, id_anggota, id_keluarga, nama,
    nomor_induk_kependudukan, tanggal_lahir)
select 'k1', n, 'a' || n, 'k' || (n - 1) / 3 + 1, 'NAMA', lpad(n::text, 16, '3'), date '1990-01-01'
from generate_series(1, 192) as g (n);
insert into pendaratan.dtsen_kepesertaan (id_kiriman, nomor_baris, id_keluarga, program, periode_salur, status)
select 'k1', n, 'k' || n, 'PKH', '2026-07', 'AKTIF' from generate_series(1, 64) as g (n);
insert into pendaratan.karantina (id_kiriman, berkas, nomor_baris, kode) values ('k1', 'anggota', 193, 'wajib_kosong');
insert into buku.pendaratan (id_kiriman, berkas, diterima, dimuat, dikarantina)
values ('k1', 'keluarga', 64, 64, 0), ('k1', 'anggota', 193, 192, 1), ('k1', 'kepesertaan', 64, 64, 0);
"""
KELUARGA, ANGGOTA, PESERTA = "pendaratan.dtsen_keluarga", "pendaratan.dtsen_anggota", "pendaratan.dtsen_kepesertaan"
EMPTY = "delete from {0}; update buku.pendaratan set diterima = 0, dimuat = 0 where berkas = '{1}'"

# check -> (what is planted, other checks that must fail with it)
PLANTS: dict[str, tuple[str, set[str]]] = {
    "keluarga_dimuat": ("update buku.pendaratan set dimuat = 65, diterima = 65 where berkas = 'keluarga'", set()),
    "keluarga_karantina": (
        "insert into pendaratan.karantina values ('k1', 'keluarga', 65, null, 'kunci_ganda')", set(),
    ),
    "keluarga_nomor": (f"update {KELUARGA} set nomor_baris = 2 where nomor_baris = 1", set()),
    "keluarga_wajib": (f"update {KELUARGA} set kode_kelurahan_desa = null where nomor_baris = 1", set()),
    "keluarga_kunci": (
        f"update {KELUARGA} set id_keluarga = 'k2' where nomor_baris = 64;"
        f" update {ANGGOTA} set id_keluarga = 'k2' where id_keluarga = 'k64'; delete from {PESERTA}"
        " where id_keluarga = 'k64'; update buku.pendaratan set dimuat = 63, diterima = 64, dikarantina = 1"
        " where berkas = 'kepesertaan'; insert into pendaratan.karantina"
        " values ('k1', 'kepesertaan', 64, null, 'kunci_ganda')", set(),
    ),
    "keluarga_ada": (
        EMPTY.format(KELUARGA, "keluarga"),
        {"kecamatan_lengkap", "anggota_induk_keluarga", "kepesertaan_induk_keluarga", "anggota_per_keluarga"},
    ),
    "kecamatan_lengkap": (f"update {KELUARGA} set kode_desa = '33.16.02.2001' where kode_desa like '33.16.01.%'",
                          set()),
    "keluarga_di_kabupaten": (f"update {KELUARGA} set kode_desa = '33.17.01.2001' where nomor_baris = 1", set()),
    "anggota_dimuat": (f"delete from {ANGGOTA} where nomor_baris = 192", set()),
    "anggota_karantina": ("delete from pendaratan.karantina", set()),
    "anggota_nomor": (f"update {ANGGOTA} set nomor_baris = 500 where nomor_baris = 1", set()),
    "anggota_wajib": (f"update {ANGGOTA} set nama = null where nomor_baris = 1", set()),
    "anggota_kunci": (f"update {ANGGOTA} set id_anggota = 'a2' where nomor_baris = 1", set()),
    "anggota_induk_keluarga": (f"update {ANGGOTA} set id_keluarga = 'k0' where nomor_baris = 1", set()),
    "anggota_ada": (
        "delete from pendaratan.karantina; update buku.pendaratan set dikarantina = 0, diterima = dimuat;"
        + EMPTY.format(ANGGOTA, "anggota"), {"anggota_per_keluarga"},
    ),
    "nik_terisi": (f"update {ANGGOTA} set nomor_induk_kependudukan = null where nomor_baris <= 60", set()),
    "tanggal_lahir_terisi": (f"update {ANGGOTA} set tanggal_lahir = null where nomor_baris <= 60", set()),
    "anggota_per_keluarga": (
        f"delete from {ANGGOTA} where nomor_baris > 64;"
        " update buku.pendaratan set dimuat = 64, dikarantina = 1, diterima = 65 where berkas = 'anggota'", set(),
    ),
    "kepesertaan_dimuat": (f"delete from {PESERTA} where nomor_baris = 64", set()),
    "kepesertaan_karantina": (
        "insert into pendaratan.karantina values ('k1', 'kepesertaan', 65, null, 'kunci_ganda')", set(),
    ),
    "kepesertaan_nomor": (f"update {PESERTA} set nomor_baris = 0 where nomor_baris = 1", set()),
    "kepesertaan_wajib": (f"update {PESERTA} set status = null where nomor_baris = 1", set()),
    "kepesertaan_kunci": (f"update {PESERTA} set id_keluarga = 'k2' where nomor_baris = 1", set()),
    "kepesertaan_induk_keluarga": (f"update {PESERTA} set id_keluarga = 'k0' where nomor_baris = 1", set()),
    "kepesertaan_induk_anggota": (f"update {PESERTA} set id_anggota = 'a0' where nomor_baris = 1", set()),
    "kepesertaan_ada": (EMPTY.format(PESERTA, "kepesertaan"), set()),
}  # fmt: skip
WARNINGS = {"nik_terisi", "tanggal_lahir_terisi", "anggota_per_keluarga", "kepesertaan_ada"}


@pytest.fixture(scope="module")
def dasar(instalasi: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One migrated warehouse with a partition for one delivery of each source."""
    with warehouse(instalasi, "daratan", tmp_path_factory.mktemp("daratan"), with_catalogue=False) as settings:
        with database.connect(settings) as connection:
            for sumber in ("dtsen", "dtjateng", "simnakis"):
                connection.execute(
                    "insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, status)"
                    " values (%s, %s, '2026-07', 1, 'abc', 'disimpan')",
                    ["k1" if sumber == "dtsen" else sumber, sumber],
                )
                for entity in gates.landed_delivery(settings, "2026-07", "k1", sumber).entitas:
                    table = f"pendaratan.{sumber}_{entity.nama}"
                    connection.execute(f"create table {table}__k1 partition of {table} default")
        yield settings


@pytest.fixture
def bersih(dasar: Settings) -> Settings:
    """A right delivery, before anything is planted."""
    with database.connect(dasar) as connection:
        connection.execute(
            f"truncate {KELUARGA}, {ANGGOTA}, {PESERTA}, pendaratan.karantina, buku.pendaratan, audit.hasil_periksa,"
            " audit.putusan_gerbang cascade"
        )
        connection.execute(ROWS)
    return dasar


def judge(settings: Settings, plant: str = "", sumber: str = "dtsen", id_kiriman: str = "k1"):
    """Plant, run the landing gate, return its verdict."""
    with database.connect(settings) as connection:
        connection.execute(plant)
    delivery = gates.landed_delivery(settings, "2026-07", id_kiriman, sumber)
    return checkpoint.run(database.owner_url(settings), landing.gate(delivery))


def failing(verdict) -> set[str]:
    return {check.name for check in verdict.failed}


def test_a_right_delivery_passes_every_check_and_every_check_has_a_plant(bersih: Settings):
    verdict = judge(bersih)
    assert (verdict.putusan, failing(verdict)) == ("lulus", set())
    assert {check.name for check in verdict.checks} == set(PLANTS)
    assert {check.name for check in verdict.checks if check.keparahan == "peringatan"} == WARNINGS


@pytest.mark.parametrize("name", PLANTS)
def test_the_planted_defect_is_caught(bersih: Settings, name: str):
    plant, others = PLANTS[name]
    verdict = judge(bersih, plant)
    assert failing(verdict) == {name} | others
    assert verdict.putusan == ("peringatan" if failing(verdict) <= WARNINGS else "gagal")


def test_equal_rows_that_were_merged_are_not_repeated_keys(bersih: Settings):
    verdict = judge(bersih, f"update {ANGGOTA} set id_anggota = 'a2', nasib = 'digabung' where nomor_baris = 1")
    assert verdict.putusan == "lulus"


def test_another_districts_rows_need_no_village_of_this_one(bersih: Settings):
    outside = f"update {KELUARGA} set nasib = 'di_luar_lingkup', kode_kelurahan_desa = null, kode_desa = null"
    assert judge(bersih, f"{outside} where nomor_baris = 1").putusan == "lulus"


@pytest.mark.parametrize("sumber", ["dtjateng", "simnakis"])
def test_an_empty_delivery_of_another_source_is_held_by_findings_and_faults(bersih: Settings, sumber: str):
    """Nothing landed and nothing in the ledger: neither passes, and no check is skipped silently."""
    verdict = judge(bersih, sumber=sumber, id_kiriman=sumber)
    assert verdict.putusan == "galat"
    assert {"kecamatan_lengkap", "anggota_ada"} <= failing(verdict)
    assert {c.name for c in verdict.checks if c.hasil == "galat"} >= {"anggota_dimuat", "anggota_karantina"}
    assert verdict.diharapkan == len(verdict.checks)


def test_step_land_is_held_by_a_bad_delivery_and_let_through_with_a_good_one(bersih: Settings):
    with database.connect(bersih) as connection:
        connection.execute(f"delete from {ANGGOTA} where nomor_baris in (191, 192)")
    with (
        ledger.step(bersih, "land", "2026-07", "ingest", "dtsen") as run,
        pytest.raises(GateHeld, match=r"kiriman dtsen k1 .*anggota_dimuat: .*2 baris, batas paling banyak 0 baris"),
    ):
        gates.judge_landing(bersih, run, "k1", "dtsen")
    assert verdicts(bersih) == [("gagal", len(PLANTS), len(PLANTS))]
    with database.connect(bersih) as connection:
        connection.execute(
            "update buku.pendaratan set dimuat = 190, dikarantina = 1, diterima = 191 where berkas = 'anggota';"
            f"update {ANGGOTA} set nomor_baris = 191 where nomor_baris = 190"
        )
    with ledger.step(bersih, "land", "2026-07", "ingest", "dtsen") as run:
        result = gates.judge_landing(bersih, run, "k1", "dtsen")
    assert result["putusan"] == "lulus"
    assert result["periksa"]["lulus"] == len(PLANTS)
    assert verdicts(bersih) == [("lulus", len(PLANTS), len(PLANTS))]


def verdicts(settings: Settings) -> list[tuple[str, int, int]]:
    with database.connect(settings) as connection:
        rows = connection.execute(
            "select putusan, diharapkan, dinilai from audit.putusan_gerbang"
            " where gerbang = 'pendaratan' and subjek = 'k1' and sha256 = 'abc'"
        ).fetchall()
    return [(row["putusan"], row["diharapkan"], row["dinilai"]) for row in rows]
