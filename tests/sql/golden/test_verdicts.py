"""Dukcapil's verdicts from delivered rows to the published person, through two months."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dukcapil_uji import Dukcapil
from emas import Emas
from kasus import pasangan
from mendarat import JULI, JUNI, Bulan, Orang, kk, nik

from sinkron import database
from sinkron import settings as settings_module
from sinkron.settings import Settings

SERIAL = {"padan": 1, "namabeda": 2, "tgl": 3, "takada": 4, "ganda": 5, "mati": 6, "nanti": 7, "pindah": 8, "diam": 9}
LAMA, AKTIF = nik(101), nik(102)
SATU, BARU = nik(111), nik(112)
PERGI, PULANG = nik(191, "1971-06-11"), nik(192, "1969-09-23")
SALAH, ORANG_LAIN = nik(121), nik(122, "1955-01-09", "P")
BANGKIT = nik(131)
# In order in June: dead by Dukcapil in July; dead by two registries in July, of whom Dukcapil says nothing then.
SUSUL, TENGAH = nik(161), nik(171)


def dunia(periode: str) -> Bulan:
    """The same people in both months."""
    bulan = Bulan(periode)
    for kasus, serial in SERIAL.items():
        bulan.keluarga(
            kasus, kk(serial), [Orang(kasus, f"WARGA {kasus.upper()}", nik=nik(serial)), *pendamping(serial)]
        )
    bulan.dtsen.program("bangkit", "PKH")
    bulan.keluarga("susul", kk(161), [Orang("susul", "WARGA SUSUL", nik=SUSUL)])
    bulan.dtsen.program("susul", "PKH")
    bulan.dtsen.program("susul", "PBI_JK", "susul")
    tengah = [Orang("tengah", "WARGA TENGAH", nik=TENGAH), *pendamping(71)]
    bulan.dtjateng.keluarga("tengah", kk(171), tengah)
    if periode == JULI:
        mati = tengah[0].kata(keberadaan="2")
        bulan.dtsen.keluarga("tengah", kk(171), [mati, *tengah[1:]], tanggal="2026-07-02")
        mati = tengah[0].kata(status_hidup="meninggal", tanggal_meninggal="2026-07-02")
        bulan.simnakis.keluarga("tengah", kk(171), [mati, *tengah[1:]], tanggal="2026-07-05")
    else:
        bulan.dtsen.keluarga("tengah", kk(171), tengah)
        bulan.simnakis.keluarga("tengah", kk(171), tengah)
    # One person with two numbers; one whose only known number is the old one; one whose active number is another's.
    # Villages and KK differ, so that nothing else links the two records.
    bulan.dtsen.keluarga("dua-lama", kk(101), [Orang("dua-lama", "SUTRISNO DUA", nik=LAMA)])
    bulan.simnakis.keluarga("dua-baru", kk(102), [Orang("dua-baru", "SUTRISNO DUA", nik=AKTIF)], desa="33.16.15.2010")
    bulan.dtsen.keluarga("satu", kk(111), [Orang("satu", "PARJO SATU", nik=SATU)])
    bulan.dtsen.keluarga("salah", kk(121), [Orang("salah", "KASMIN SALAH", nik=SALAH)])
    bulan.simnakis.keluarga("lain", kk(122), [Orang("lain", "NGATINI LAIN", "1955-01-09", "P", nik=ORANG_LAIN)])
    # Dead by two registries; structural kinds, which are not asked.
    mati = Orang("bangkit", "LASMI BANGKIT", nik=BANGKIT)
    bulan.dtsen.keluarga("bangkit", kk(131), [mati.kata(keberadaan="2")])
    bulan.simnakis.keluarga("bangkit", kk(131), [mati.kata(status_hidup="meninggal", tanggal_meninggal="2026-02-01")])
    bulan.dtsen.keluarga("k6-a", kk(141), [Orang("k6-a", "SUPARMAN ENAM", "1971-03-14", nik=nik(141))])
    bulan.dtsen.keluarga("k6-b", kk(142), [Orang("k6-b", "KASIYATUN ENAM", "1950-11-02", "P", nik=nik(141))])
    # The province tells of nobody whether he lives.
    bulan.dtjateng.keluarga("provinsi", kk(181), [Orang("provinsi", "WARGA PROVINSI", nik=nik(181))])
    # Moved away: by Dukcapil's word on a number that only the province had written down, in June only; by DTSEN's word,
    # which no longer has the record in July. Of one, DTSEN has news in July.
    for kasus, serial, lahir, nomor, tanggal in (
        ("pergi", 191, "1971-06-11", PERGI, None), ("pulang", 192, "1969-09-23", PULANG, "2026-07-20"),
        ("lapor", 193, "1966-12-05", None, None),
    ):  # fmt: skip
        orang, lain = Orang(kasus, f"WARGA {kasus.upper()}", lahir), pendamping(serial)
        if periode == JUNI and nomor:
            bulan.dtjateng.keluarga(kasus, kk(serial), [orang.kata(nik=nomor), *lain])
        said = [] if kasus == "lapor" and periode == JULI else [orang.kata(keberadaan="4" if kasus == "lapor" else "1")]
        bulan.dtsen.keluarga(kasus, kk(serial), [*said, *lain], tanggal=tanggal if periode == JULI else None)
        if kasus == "lapor":
            bulan.simnakis.keluarga(kasus, kk(serial), [orang, *lain])
    # Moved by the district's word alone, which it takes back in July.
    kembali = Orang("kembali", "WARGA KEMBALI", "1963-08-17")
    bulan.simnakis.keluarga(
        "kembali", kk(195), [kembali], status="pindah" if periode == JUNI else "aktif", tanggal="2026-06-05"
    )
    # Dead by Dukcapil, which has no day, and by one registry, which has one; not by the other.
    sebut = Orang("sebut", "WARGA SEBUT", nik=nik(194))
    bulan.dtsen.keluarga("sebut", kk(194), [sebut, *pendamping(194)])
    mati = sebut.kata(status_hidup="meninggal", tanggal_meninggal="2026-02-14")
    bulan.simnakis.keluarga("sebut", kk(194), [mati, *pendamping(194)])
    bulan.dtsen.keluarga("rusak", kk(151), [Orang("rusak", "TANPA ANGKA", nik="3.31608E+15")])
    return bulan


def pendamping(serial: int) -> list[Orang]:
    return pasangan(f"p{serial}", 200 + serial, 0)[1:]


@pytest.fixture(scope="module")
def dukcapil() -> Iterator[Dukcapil]:
    fake = Dukcapil()
    fake.says = {
        nik(2): {"hasil": "padan_nama_beda"}, nik(3): {"hasil": "tidak_padan_tgl_lahir"},
        nik(4): {"hasil": "nik_tidak_ditemukan"}, nik(5): {"hasil": "nik_ganda"},
        nik(6): {"hasil": "meninggal", "tanggal_meninggal": "2026-05-02"},
        nik(7): {"hasil": "meninggal", "tanggal_meninggal": "2026-07-15"},
        nik(8): {"hasil": "pindah_luar_kab"}, nik(9): None,
        LAMA: {"hasil": "padan", "nik_aktif": AKTIF}, SATU: {"hasil": "padan", "nik_aktif": BARU},
        SALAH: {"hasil": "tidak_padan_tgl_lahir", "nik_aktif": ORANG_LAIN}, BANGKIT: None,
        PERGI: {"hasil": "pindah_luar_kab"}, PULANG: {"hasil": "pindah_luar_kab"}, nik(194): {"hasil": "meninggal"},
    }  # fmt: skip
    yield fake
    fake.close()


@pytest.fixture(scope="module")
def pasang(gudang_baru, dukcapil: Dukcapil, tmp_path_factory) -> Iterator[Settings]:
    """A warehouse of its own with the connection to the fake."""
    with gudang_baru("dukcapil", tmp_path_factory.mktemp("dukcapil")) as settings:
        yield settings_module.load({**settings.values, **dukcapil.environment})


@pytest.fixture(scope="module")
def juni(pasang: Settings, dukcapil: Dukcapil) -> Iterator[Emas]:
    """June published."""
    dunia(JUNI).terbitkan(pasang)
    with database.connect(pasang, autocommit=True) as connection:
        yield Emas(connection)


@pytest.fixture(scope="module")
def juli(pasang: Settings, juni: Emas, dukcapil: Dukcapil) -> Emas:
    """July published: what was silent in June has answered since, and what was answered is answered otherwise."""
    dukcapil.asked.clear()
    dukcapil.says |= {
        nik(9): {"hasil": "padan"}, BANGKIT: {"hasil": "padan"}, nik(1): {"hasil": "nik_tidak_ditemukan"},
        nik(2): None, TENGAH: None, SUSUL: {"hasil": "meninggal"},
    }  # fmt: skip
    dunia(JULI).terbitkan(pasang)
    return juni


def masalah(emas: Emas, uid: str) -> set[str]:
    found = emas.rows("select kode from rilis.masalah where uid = %s and id_rilis = '2026-06/1'", uid)
    return {r["kode"] for r in found}


@pytest.mark.parametrize(
    ("kasus", "status", "kode"),
    [
        ("padan", "padan", set()), ("namabeda", "padan", {"NAMA_BEDA_DUKCAPIL"}),
        ("tgl", "tidak_padan", {"TANGGAL_LAHIR_TIDAK_PADAN"}), ("takada", "tidak_padan", {"NIK_TIDAK_DITEMUKAN"}),
        ("mati", "padan", set()), ("pindah", "padan", set()), ("diam", "belum_diperiksa", set()),
    ],
)  # fmt: skip
def test_each_verdict_has_its_status(juni: Emas, kasus: str, status: str, kode: set[str]):
    orang = juni.orang(f"dtsen:{kasus}")
    assert (orang["nik_status"], orang["nik"]) == (status, nik(SERIAL[kasus]))
    assert masalah(juni, orang["uid_individu"]) == kode


def test_a_number_that_dukcapil_knows_twice_is_withheld(juni: Emas):
    orang = juni.orang("dtsen:ganda")
    assert (orang["nik"], orang["nik_samar"], orang["nik_status"]) == (None, None, "ganda")
    assert juni.rows(
        "select nilai, aturan from rilis.asal_usul where uid = %s and kolom = 'nik' and id_rilis = '2026-06/1'",
        orang["uid_individu"],
    ) == [{"nilai": nik(5), "aturan": "ditahan"}]
    assert masalah(juni, orang["uid_individu"]) == {"NIK_GANDA"}


def test_death_stands_by_dukcapil_alone_and_not_before_it_happened(juni: Emas, juli: Emas):
    orang = juni.orang("dtsen:mati")
    assert (orang["status_hidup"], orang["keberadaan"], str(orang["tanggal_meninggal"])) == (
        "meninggal", "meninggal", "2026-05-02",
    )  # fmt: skip
    assert juni.rumah("dtsen:mati")["jumlah_anggota"] == 1
    shown = juni.rows(
        "select kolom, nilai, sumber, aturan, jsonb_array_length(kalah) as kalah from rilis.asal_usul"
        " where uid = %s and id_rilis = '2026-06/1' order by kolom", orang["uid_individu"],
    )  # fmt: skip
    assert [tuple(row.values()) for row in shown] == [
        ("keberadaan", "meninggal", "dukcapil", "dukcapil", 1),
        ("status_hidup", "meninggal", "dukcapil", "dukcapil", 2),
        ("tanggal_meninggal", "2026-05-02", "dukcapil", "dukcapil", 0),
    ]
    before, after = juni.orang("dtsen:nanti"), juli.orang("dtsen:nanti", JULI)
    assert (before["status_hidup"], before["nik_status"]) == ("hidup", "padan")
    assert (after["status_hidup"], str(after["tanggal_meninggal"])) == ("meninggal", "2026-07-15")


def test_that_somebody_lives_of_whom_no_registry_says_so_is_dukcapils_word(juni: Emas):
    orang = juni.orang("dtjateng:provinsi")
    asal = juni.asal_orang(orang["uid_individu"], "status_hidup")
    assert (orang["status_hidup"], asal["nilai"], asal["sumber"], asal["aturan"], asal["kalah"]) == (
        "hidup", "hidup", "dukcapil", "dukcapil", [],
    )  # fmt: skip
    # Where a record says so too it is the record's.
    padan = juni.orang("dtsen:padan")["uid_individu"]
    assert juni.rows("select from rilis.asal_usul where uid = %s and kolom = 'status_hidup'", padan) == []


def test_who_left_the_district_is_no_member(juni: Emas):
    orang = juni.orang("dtsen:pindah")
    assert (orang["status_hidup"], orang["keberadaan"]) == ("hidup", "pindah")
    assert juni.rumah("dtsen:pindah")["jumlah_anggota"] == 1


def asal(emas: Emas, uid: str, kolom: str, periode: str) -> tuple:
    found = emas.asal_orang(uid, kolom, periode)
    lost = [(k["sumber"], k["nilai"]) for k in found["kalah"]]
    return found["nilai"], found["sumber"], found["id_sumber"], str(found["tanggal"]), found["aturan"], lost


def test_what_dukcapil_said_is_its_word_also_where_some_registries_say_so(juni: Emas):
    orang = juni.orang("dtsen:sebut")
    uid = orang["uid_individu"]
    assert (orang["status_hidup"], str(orang["tanggal_meninggal"])) == ("meninggal", "2026-02-14")
    said = ("dukcapil", None, "2026-06-30", "dukcapil")
    assert asal(juni, uid, "status_hidup", JUNI) == ("meninggal", *said, [("dtsen", "hidup")])
    assert asal(juni, uid, "keberadaan", JUNI) == ("meninggal", *said, [("dtsen", "tinggal_bersama")])
    # The day is not Dukcapil's.
    assert asal(juni, uid, "tanggal_meninggal", JUNI)[1:3] == ("simnakis", "sebut")
    moved = juni.orang("dtsen:pindah")["uid_individu"]
    assert asal(juni, moved, "keberadaan", JUNI) == ("pindah", *said, [("dtsen", "tinggal_bersama")])


def test_who_left_the_district_stays_away_until_somebody_says_otherwise(juni: Emas, juli: Emas):
    for kasus in ("pergi", "pulang", "lapor"):
        orang = juni.orang(f"dtsen:{kasus}")
        assert (orang["keberadaan"], juni.rumah(f"dtsen:{kasus}")["jumlah_anggota"]) == ("pindah", 1)
    # Neither number nor verdict is there any more, and DTSEN says what it said before.
    pergi = juli.orang("dtsen:pergi", JULI)
    assert (pergi["nik_status"], pergi["keberadaan"]) == ("kosong", "pindah")
    assert juli.rumah("dtsen:pergi", JULI)["jumlah_anggota"] == 1
    assert asal(juli, pergi["uid_individu"], "keberadaan", JULI) == (
        "pindah", "rilis", f"{JUNI}/1", "2026-06-30", "rilis", [("dtsen", "tinggal_bersama")],
    )  # fmt: skip
    # Nobody says anything of the whereabouts.
    lapor = juli.orang("simnakis:lapor", JULI)
    assert (lapor["keberadaan"], juli.rumah("simnakis:lapor", JULI)["jumlah_anggota"]) == ("pindah", 1)
    # The registry that said so carries the person still, and no longer says so.
    assert juli.orang("simnakis:kembali")["keberadaan"] == "pindah"
    assert juli.orang("simnakis:kembali", JULI)["keberadaan"] == "tidak_diketahui"
    assert juli.rumah("simnakis:kembali", JULI)["jumlah_anggota"] == 1
    # A newer record has the person here again.
    assert juli.orang("dtsen:pulang", JULI)["keberadaan"] == "tinggal_bersama"
    assert juli.rumah("dtsen:pulang", JULI)["jumlah_anggota"] == 2


def test_two_numbers_are_one_person_on_dukcapils_word_only(juni: Emas):
    orang = juni.orang("dtsen:dua-lama")
    assert orang["uid_individu"] == juni.uid("individu", "simnakis:dua-baru", JUNI)
    assert (orang["nik"], orang["nik_lain"], orang["nik_status"]) == (AKTIF, [LAMA], "padan")
    rules = juni.rows("select sumber, aturan from rilis.tautan where uid = %s and id_rilis = '2026-06/1'",
                      orang["uid_individu"])  # fmt: skip
    assert {r["sumber"]: r["aturan"] for r in rules} == {"dtsen": "nik_aktif", "simnakis": "nik_sama"}


def test_an_old_number_alone_is_an_alias_of_the_active_one(juni: Emas):
    orang = juni.orang("dtsen:satu")
    assert (orang["nik"], orang["nik_lain"], orang["nik_status"]) == (BARU, [SATU], "padan")
    assert juni.rows(
        "select nilai, sumber, kalah -> 0 ->> 'nilai' as kalah from rilis.asal_usul where uid = %s and kolom = 'nik'"
        " and id_rilis = '2026-06/1'", orang["uid_individu"],
    ) == [{"nilai": BARU, "sumber": "dukcapil", "kalah": SATU}]  # fmt: skip


def test_somebody_elses_active_number_merges_nobody(juni: Emas):
    orang, lain = juni.orang("dtsen:salah"), juni.orang("simnakis:lain")
    assert orang["uid_individu"] != lain["uid_individu"]
    assert (orang["nik"], lain["nik"], orang["nik_lain"]) == (SALAH, ORANG_LAIN, None)
    assert "NIK_AKTIF_LAIN" in masalah(juni, orang["uid_individu"])


def test_a_later_padan_takes_a_death_back(juni: Emas, juli: Emas):
    assert juni.orang("dtsen:bangkit")["status_hidup"] == "meninggal"
    orang = juli.orang("dtsen:bangkit", JULI)
    assert (orang["status_hidup"], orang["tanggal_meninggal"], orang["nik_status"]) == ("hidup", None, "padan")


def test_the_never_asked_come_first_then_recipients_and_structural_kinds_never(juli: Emas, dukcapil: Dukcapil):
    # July: the two that were silent, the recipient of PKH first; then the recipient who was answered, then the others.
    assert dukcapil.numbers[:3] == [BANGKIT, nik(9), SUSUL]
    assert dukcapil.numbers[3:] == sorted(dukcapil.numbers[3:]) and {nik(1), nik(2)} <= set(dukcapil.numbers[3:])
    # What was not answered again still holds.
    assert [juli.orang(f"dtsen:{k}", JULI)["nik_status"] for k in ("padan", "namabeda")] == ["tidak_padan", "padan"]
    known = {r["nik"] for r in juli.rows("select nik from identitas.verdik_dukcapil")}
    assert not {nik(141), None} & known
    assert {nik(1), LAMA, AKTIF} <= known


def test_a_verdict_is_of_the_month_that_asked_whatever_the_clock_says(juni: Emas, juli: Emas):
    # In order in June, dead by two registries in July, and Dukcapil silent since.
    assert (juni.orang("dtsen:tengah")["status_hidup"], juli.orang("dtsen:tengah", JULI)["status_hidup"]) == (
        "hidup", "meninggal",
    )  # fmt: skip
    assert juli.rows(
        "select pada::text from identitas.verdik_kandidat where id_rilis = '2026-07/1' and nik in (%s, %s, %s)"
        " order by nik", nik(1), nik(6), TENGAH,
    ) == [{"pada": "2026-07-31"}, {"pada": "2026-06-30"}, {"pada": "2026-06-30"}]  # fmt: skip


def test_a_death_that_dukcapil_learns_of_later_is_heard_the_month_after(juni: Emas, juli: Emas):
    assert (juni.orang("dtsen:susul")["status_hidup"], juli.orang("dtsen:susul", JULI)["status_hidup"]) == (
        "hidup", "meninggal",
    )  # fmt: skip
    proposed = juli.rows(
        "select u.program, u.bukti, u.bulan_efektif, u.tanggal_verifikasi::text as tanggal from kasus.usulan as u"
        " join kasus.usulan_rilis as r using (id_baris) where r.id_rilis = '2026-07/1' and u.uid_rumah_tangga = %s",
        juli.orang("dtsen:susul", JULI)["uid_rumah_tangga"],
    )
    assert sorted(tuple(r.values()) for r in proposed) == [
        (program, "dukcapil:2026-07-31", "2026-09", "2026-07-31") for program in ("PBI_JK", "PKH")
    ]


def test_nothing_but_the_verdict_is_kept(juli: Emas):
    row = juli.rows("select * from identitas.verdik_dukcapil where nik = %s", nik(6))[0]
    assert set(row) == {"id_verdik", "nik", "sidik", "hasil", "nik_aktif", "tanggal_meninggal", "pada", "acuan"}
    assert "WARGA" not in str(row) and len(row["sidik"]) == 64
