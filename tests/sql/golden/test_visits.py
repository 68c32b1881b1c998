"""What officers saw of a person, from the landed visit to the published person, through two months (rules.md "Golden").

Who is here, each with a wife: `satu` one registry's old word of death, and a visit that found the same; `hanya` only
the visit; the others dead by two registries on 20 May, and met or not by an officer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from dukcapil_uji import Dukcapil
from emas import Emas
from kasus import pasangan
from mendarat import JULI, JUNI, Bulan, kk, nik

from sinkron import database
from sinkron import settings as settings_module
from sinkron.settings import Settings
from tests.sql.feeds.umpan_uji import land

SERIAL = {
    "satu": 1, "hanya": 2, "bertemu": 3, "dulu": 4, "cacat": 5, "lambat": 6, "keluarga": 7, "kapil": 8, "ralat": 9,
    "sehari": 10, "pejabat": 11,
}  # fmt: skip
PROVINSI = 12
TERCATAT = {"tanggal_meninggal": "2026-05-20", "status_hidup": "meninggal"}
LAHIR = "1970-03-14"


def dunia(periode: str) -> Bulan:
    """The same people in both months."""
    bulan = Bulan(periode)
    for kasus, serial in SERIAL.items():
        ayah, ibu = pasangan(kasus, serial, 0)
        ayah = ayah.kata(nik=nik(serial, LAHIR))
        satu_saja, tidak = kasus in ("satu", "ralat", "sehari"), kasus in ("hanya", "kapil")
        mati = {} if tidak else {**TERCATAT, "tanggal_meninggal": "2026-02-01"} if satu_saja else TERCATAT
        dtsen = ayah if satu_saja or tidak else ayah.kata(keberadaan="2")
        bulan.dtsen.keluarga(kasus, kk(serial), [dtsen, ibu])
        bulan.dtjateng.keluarga(kasus, kk(serial), [ayah, ibu])
        bulan.simnakis.keluarga(kasus, kk(serial), [ayah.kata(**mati), ibu])
        bulan.dtsen.program(kasus, "PBI_JK", f"{kasus}-ayah")
    # The province tells of nobody whether he lives.
    ayah, ibu = pasangan("provinsi", PROVINSI, 0)
    bulan.dtjateng.keluarga("provinsi", kk(PROVINSI), [ayah.kata(nik=nik(PROVINSI, LAHIR)), ibu])
    return bulan


def kunjungan(kasus: str, hasil: str, hari: str = "2026-06-12", **changes: Any) -> dict[str, Any]:
    """A periodic visit to the man of a family."""
    return {
        "id": f"VL-{kasus}-{hari}-{hasil}", "jenis": "berkala", "rujukan": None, "nik": nik(SERIAL[kasus], LAHIR),
        "id_keluarga": kasus, "petugas": "petugas.uji", "tanggal": hari, "hasil": hasil, "program": None,
        "alasan": "MENINGGAL" if hasil == "meninggal" else None,
        "koordinat": {"lat": -7.01, "lon": 111.42, "akurasi_m": 8}, "diubah": f"{hari}T10:00:00+07:00",
    } | changes  # fmt: skip


VISITS = [
    kunjungan("satu", "meninggal"), kunjungan("hanya", "meninggal"), kunjungan("bertemu", "layak"),
    kunjungan("dulu", "layak", "2026-05-15"), kunjungan("cacat", "layak", koordinat={"lat": -6.2, "lon": 106.8}),
    kunjungan("lambat", "layak", "2026-06-25", diubah="2026-07-02T08:00:00+07:00"),
    kunjungan("keluarga", "layak", nik=None), kunjungan("ralat", "meninggal"), kunjungan("sehari", "meninggal"),
    kunjungan("sehari", "layak"), kunjungan("pejabat", "layak", petugas="Uji-Kepala"),
    kunjungan("kapil", "layak", "2026-07-10"),
    kunjungan("satu", "layak", id="VL-provinsi", nik=nik(PROVINSI, LAHIR), id_keluarga=None),
]  # fmt: skip


@pytest.fixture(scope="module")
def emas_kunjungan(gudang_baru, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emas]:
    """June and July published; Dukcapil knows of one death, and in July of one who lives; of the others nothing."""
    fake = Dukcapil()
    fake.says = {number: None for number in (nik(serial, LAHIR) for serial in (*SERIAL.values(), PROVINSI))}
    fake.says[nik(SERIAL["kapil"], LAHIR)] = {"hasil": "meninggal"}
    with gudang_baru("kunjungan", tmp_path_factory.mktemp("kunjungan")) as warehouse:
        settings: Settings = settings_module.load({**warehouse.values, **fake.environment})
        land(settings, "verifikasi", VISITS, JUNI)
        dunia(JUNI).terbitkan(settings)
        fake.says[nik(SERIAL["ralat"], LAHIR)] = {"hasil": "padan"}
        dunia(JULI).terbitkan(settings)
        with database.connect(settings, autocommit=True) as connection:
            yield Emas(connection)
    fake.close()


def status(emas: Emas, periode: str) -> dict[str, str]:
    return {kasus: emas.orang(f"dtsen:{kasus}-ayah", periode)["status_hidup"] for kasus in SERIAL}


def test_one_registry_and_a_visit_bury_and_a_later_visit_that_met_the_person_raises(emas_kunjungan: Emas):
    assert status(emas_kunjungan, JUNI) == {
        "satu": "meninggal", "hanya": "hidup", "bertemu": "hidup",
        # Seen before the death; not a sound visit; known only in July; the family met, not he; two words of one day.
        "dulu": "meninggal", "cacat": "meninggal", "lambat": "meninggal", "keluarga": "meninggal", "sehari": "hidup",
        "ralat": "meninggal", "kapil": "meninggal", "pejabat": "meninggal",
    }  # fmt: skip


def test_the_month_after_hears_what_came_later(emas_kunjungan: Emas):
    before, after = (status(emas_kunjungan, periode) for periode in (JUNI, JULI))
    assert {kasus for kasus in SERIAL if before[kasus] != after[kasus]} == {"lambat", "ralat", "kapil"}
    assert {after[kasus] for kasus in ("lambat", "ralat", "kapil")} == {"hidup"}


def test_who_was_met_is_a_member_and_no_deactivation_rests_on_the_death(emas_kunjungan: Emas):
    assert [emas_kunjungan.rumah(f"dtsen:{k}")["jumlah_anggota"] for k in ("bertemu", "dulu", "satu")] == [2, 1, 1]
    proposed = {
        periode: emas_kunjungan.rows(
            "select u.bukti from kasus.usulan as u join kasus.usulan_rilis as r using (id_baris)"
            " where r.id_rilis = %s and u.asal = 'dukcapil'", f"{periode}/1",
        )
        for periode in (JUNI, JULI)
    }  # fmt: skip
    assert proposed == {JUNI: [{"bukti": "dukcapil:2026-06-30"}], JULI: []}


@pytest.mark.parametrize(
    ("kasus", "expected"),
    [
        ("satu", {"status_hidup": "meninggal", "keberadaan": "meninggal"}),
        ("bertemu", {"status_hidup": "hidup"}),
        ("dulu", {}),
    ],
)
def test_the_source_of_the_word_is_told(emas_kunjungan: Emas, kasus: str, expected: dict[str, str]):
    shown = emas_kunjungan.rows(
        "select kolom, nilai, sumber, id_sumber, aturan, tanggal::text from rilis.asal_usul where uid = %s"
        " and id_rilis = '2026-06/1' and sumber = 'verifikasi'",
        emas_kunjungan.orang(f"dtsen:{kasus}-ayah")["uid_individu"],
    )
    hasil = "meninggal" if kasus == "satu" else "layak"
    assert {row["kolom"]: tuple(row.values())[1:] for row in shown} == {
        kolom: (nilai, "verifikasi", f"VL-{kasus}-2026-06-12-{hasil}", "verifikasi", "2026-06-12")
        for kolom, nilai in expected.items()
    }


def test_that_somebody_lives_of_whom_no_registry_says_so_is_the_officers_word(emas_kunjungan: Emas):
    orang = emas_kunjungan.orang("dtjateng:provinsi-ayah")
    asal = emas_kunjungan.asal_orang(orang["uid_individu"], "status_hidup")
    assert (orang["status_hidup"], asal["nilai"], asal["sumber"], asal["id_sumber"], asal["aturan"]) == (
        "hidup", "hidup", "verifikasi", "VL-provinsi", "verifikasi",
    )  # fmt: skip


def test_the_registries_that_say_otherwise_are_kept_as_those_that_lost(emas_kunjungan: Emas):
    ((lost,),) = [
        tuple(row.values())
        for row in emas_kunjungan.rows(
            "select kalah from rilis.asal_usul where uid = %s and id_rilis = '2026-06/1' and kolom = 'status_hidup'",
            emas_kunjungan.orang("dtsen:bertemu-ayah")["uid_individu"],
        )
    ]
    assert {(row["sumber"], row["nilai"]) for row in lost} == {("dtsen", "meninggal"), ("simnakis", "meninggal")}
