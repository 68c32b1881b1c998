"""The hard cases of the field as planted families of three months, each under its own keys (`k<number>` and a word).

The numbers are those of the project's list of hard cases. In May and June everything is as it was; what happens,
happens in July, if a case does not say otherwise. What has to come of each stands in test_month_kasus_sulit.py.
"""

from __future__ import annotations

from bulan_uji import JULY, JUNE, MAY
from sulit_uji import GAYAM, Orang, Tanaman, kk, nik, pasangan

TERBARU = "2026-07-10"


class Dunia:
    """What the deliveries of the three months carry, and which numbers Dukcapil says were given up."""

    def __init__(self):
        self.bulan = {periode: Tanaman(periode) for periode in (MAY, JUNE, JULY)}
        self.nik_lama: dict[str, str] = {}
        self.mei, self.juni, self.juli = self.bulan.values()
        self.semua = (self.mei, self.juni, self.juli)
        self.sebelum = (self.mei, self.juni)
        for kasus in (
            _pecah_dan_ganti_kk, _rumah_bersama, _nomor, _kembar, _nomor_rusak, _sumber, _isi, _wilayah, _hidup_mati,
            _kepesertaan, _salah_gabung,
        ):  # fmt: skip
            kasus(self)

    def orang(self) -> list[Orang]:
        """Everyone who is named in any month, as often as named."""
        return [o for bulan in self.semua for o in bulan.orang]


def _pecah_dan_ganti_kk(d: Dunia) -> None:
    # 1: the daughter marries; only Simnakis knows the new KK.
    ayah, ibu, putri = pasangan("k1", 1)
    for bulan in d.sebelum:
        bulan.di_semua("k1", kk(1), [ayah, ibu, putri])
    for sumber in ("dtsen", "dtjateng"):
        d.juli.keluarga(sumber, "k1", kk(1), [ayah, ibu, putri])
    menantu = Orang("k1-menantu", "BAGUS ARDIANSYAH", "1999-04-17", nik=nik(101, "1999-04-17"))
    d.juli.keluarga("simnakis", "k1", kk(1), [ayah, ibu], TERBARU)
    d.juli.keluarga("simnakis", "k1-baru", kk(101, "2026-07-03"), [menantu, putri.kata(hubungan="istri")], TERBARU)
    for bulan in d.semua:
        bulan.program("k1", "PKH")
        bulan.program("k1", "PBI_JK", "k1-anak1")
    # 2, 3: the head dies, the widow has a new KK number that only Simnakis knows.
    suami, istri, anak = pasangan("k2", 2)
    suami = suami.kata(tercatat=False)
    for bulan in d.sebelum:
        bulan.di_semua("k2", kk(2), [suami, istri, anak])
    for sumber in ("dtsen", "dtjateng"):
        d.juli.keluarga(sumber, "k2", kk(2), [suami, istri, anak])
    janda = [istri.kata(hubungan="kepala"), anak, suami.kata(wafat="2026-07-01", hubungan="orang_tua")]
    d.juli.keluarga("simnakis", "k2", kk(102, "2026-07-06"), janda, TERBARU)
    for bulan in d.semua:
        bulan.program("k2", "PKH")
    # 4: divorce; the husband keeps the KK.
    suami, istri, anak = pasangan("k4", 4)
    for bulan in d.sebelum:
        bulan.di_semua("k4", kk(4), [suami, istri, anak])
    for sumber in ("dtsen", "dtjateng"):
        d.juli.keluarga(sumber, "k4", kk(4), [suami, istri, anak])
    d.juli.keluarga("simnakis", "k4", kk(4), [suami], TERBARU)
    d.juli.keluarga("simnakis", "k4-baru", kk(104, "2026-07-03"), [istri.kata(hubungan="kepala"), anak], TERBARU)
    # 5: moved to another kecamatan, with another KK number.
    orang = pasangan("k5", 5)
    for bulan in d.sebelum:
        bulan.di_semua("k5", kk(5), orang)
    for sumber in ("dtsen", "dtjateng"):
        d.juli.keluarga(sumber, "k5", kk(5), orang)
    d.juli.keluarga("simnakis", "k5", kk(105, "2026-07-02"), orang, TERBARU, GAYAM)


def _rumah_bersama(d: Dunia) -> None:
    lansia = Orang("k49-lansia", "RESMI SASTROWIDJOJO", "1948-02-11", "P", nik=nik(49, "1948-02-11", "P"))
    yatim = Orang("k52-anak", "YATIMAN SUROSO", "2014-05-05", nik=nik(52, "2014-05-05"))
    for bulan in d.semua:
        # 48: two KK in one dwelling, that has had its help once.
        bulan.keluarga("dtsen", "k48-a", kk(48), pasangan("k48-a", 48), id_pelanggan_pln="529000000048")
        bulan.keluarga("dtsen", "k48-b", kk(148), pasangan("k48-b", 88), id_pelanggan_pln="529000000048")
        for keluarga in ("k48-a", "k48-b"):
            bulan.program(keluarga, "RTLH", payer="PROVINSI")
        # 49: an old woman on a KK of her own in her child's house; she has a programme, the child's family none.
        bulan.keluarga("dtsen", "k49-lansia", kk(49), [lansia], id_pelanggan_pln="529000000049")
        bulan.keluarga("dtsen", "k49-anak", kk(149), pasangan("k49-anak", 89), id_pelanggan_pln="529000000049")
        bulan.program("k49-lansia", "SEMBAKO")
        # 52: a child alone on a KK.
        bulan.di_semua("k52", kk(52), [yatim])


def _nomor(d: Dunia) -> None:
    for bulan in d.semua:
        # 6: one NIK on two people of other names and birth dates.
        satu = Orang("k6-a", "DARMANTO TEGUH", "1971-03-14", nik=nik(6, "1971-03-14"))
        dua = Orang("k6-b", "ENDANG PURWANTI", "1950-11-02", "P", nik=satu.nik, tercatat=False)
        bulan.keluarga("dtsen", "k6-a", kk(6), [satu])
        bulan.keluarga("dtsen", "k6-b", kk(106), [dua])
        bulan.program("k6-b", "PKH")
        # 7: one person under a number that was given up and under the active one, on two KK, with one programme each.
        ayah, ibu, putri = pasangan("k7", 7)
        lama = nik(107, putri.lahir, "P")
        bulan.keluarga("dtsen", "k7", kk(7), [ayah, ibu, putri.kata(nik=lama, tercatat=False)])
        sendiri = putri.kata(kunci="k7-sendiri", hubungan="kepala")
        bulan.keluarga("dtsen", "k7-sendiri", kk(107, "2025-02-11"), [sendiri], "2026-04-28")
        bulan.program("k7", "PBI_JK", "k7-anak1")
        bulan.program("k7-sendiri", "PBI_JK", "k7-sendiri")
        d.nik_lama[lama] = putri.nik
        # 10: a woman's NIK without the 40; the district has it right. Beside it one that nobody corroborates.
        ayah, ibu, _ = pasangan("k10", 10)
        salah = f"{ibu.nik[:6]}{int(ibu.nik[6:8]) - 40:02d}{ibu.nik[8:]}"
        bulan.keluarga("dtsen", "k10", kk(10), [ayah, ibu.kata(nik=salah, tercatat=False)])
        bulan.keluarga("simnakis", "k10", kk(10), [ayah, ibu])
        sendirian = Orang("k10-sendiri", "TUMINAH SASTRO", "1968-09-17", "P", nik=nik(110, "1968-09-17"))
        bulan.keluarga("dtsen", "k10-sendiri", kk(110), [sendirian.kata(tercatat=False)])
        # 11: the number says woman, the national registry man, the district woman.
        ayah, ibu, _ = pasangan("k11", 11)
        bulan.keluarga("dtsen", "k11", kk(11), [ayah, ibu.kata(jk="L")])
        bulan.keluarga("simnakis", "k11", kk(11), [ayah, ibu])


def _kembar(d: Dunia) -> None:
    for bulan in d.semua:
        for kasus, nomor in (("k8", 8), ("k9", 9)):
            lahir = f"2015-06-{nomor:02d}"
            hasan, husen = (
                Orang(f"{kasus}-{nama.lower()}", f"{nama} BASRI", lahir, "L", "anak", nik(serial, lahir))
                for nama, serial in (("HASAN", nomor), ("HUSEN", nomor + 1))
            )
            ayah, ibu = pasangan(kasus, nomor, 0)
            # 8: neighbouring numbers, in all registries; the district lacks one of them.
            if kasus == "k8":
                for sumber in ("dtsen", "dtjateng"):
                    bulan.keluarga(sumber, kasus, kk(nomor), [ayah, ibu, hasan, husen])
                bulan.keluarga("simnakis", kasus, kk(nomor), [ayah, ibu, hasan, husen.kata(nik=None)])
            # 9: one number copied to both.
            else:
                salinan = husen.kata(nik=hasan.nik, tercatat=False)
                bulan.keluarga("dtsen", kasus, kk(nomor), [ayah, ibu, hasan, salinan])


def _nomor_rusak(d: Dunia) -> None:
    bayi = Orang("k51-bayi", "BAYU SAMUDRA", "2026-03-20", "L", "anak")
    for bulan in d.semua:
        # 12, 13: digits lost in a spreadsheet; the district has the true number of one of them.
        orang = pasangan("k12", 12)
        rusak = [
            o.kata(nik=n, tercatat=False)
            for o, n in zip(orang, ("3.31608E+15", f"{orang[1].nik[:12]}0000", "-9"), strict=True)
        ]
        bulan.keluarga("dtsen", "k12", kk(12), rusak)
        bulan.keluarga("simnakis", "k12", kk(12), orang[:1])
        # 51: a newborn gets a NIK two months later.
        orang = pasangan("k51", 51, 0)
        bernomor = nik(51, bayi.lahir) if bulan is d.juli else None
        bulan.di_semua("k51", kk(51), [*orang, bayi.kata(nik=bernomor, ibu=orang[1].nama)])
        # 60: the name says that he died, the registries do not.
        ayah, ibu, _ = pasangan("k60", 60)
        bulan.keluarga("dtsen", "k60", kk(60), [ayah, ibu])
        bulan.keluarga("simnakis", "k60", kk(60), [ayah.kata(nama=f"Alm. {ayah.nama.title()}", nik=None), ibu])
        # 61: a default birth date and a name on two KK of one village, in two registries.
        for huruf, sumber in (("a", "dtsen"), ("b", "simnakis")):
            kasmin = Orang(f"k61-{huruf}", "KASMIN", "1950-12-31")
            bulan.keluarga(sumber, f"k61-{huruf}", kk(610 + ord(huruf)), [kasmin])


def _sumber(d: Dunia) -> None:
    for bulan in d.semua:
        # 17, 18, 19: in one registry only.
        bulan.keluarga("dtsen", "k17", kk(17), pasangan("k17", 17), desil_nasional=2)
        bulan.keluarga("simnakis", "k18", kk(18), pasangan("k18", 18))
        bulan.keluarga("dtjateng", "k19", kk(19), pasangan("k19", 19), peringkat_provinsi=4)


def _isi(d: Dunia) -> None:
    orang = pasangan("k20", 20)
    for bulan in d.semua:
        # 20, 21: they disagree; the district saw the house last, in June.
        bulan.keluarga("dtsen", "k20", kk(20), orang, "2026-01-10", desil_nasional=3, jenis_lantai_terluas=8,
                       jenis_kloset=4)  # fmt: skip
        bulan.keluarga("dtjateng", "k20", kk(20), orang, "2025-11-05", peringkat_provinsi=7, indikator={"lantai": 7})
        lihat = bulan is not d.mei
        bulan.keluarga("simnakis", "k20", kk(20), orang, "2026-06-20" if lihat else "2025-06-20",
                       kondisi_rumah={"jenis_lantai_terluas": "2" if lihat else "6"})  # fmt: skip
        # 22: no desil. 23: desil 2 and excluded. 24: desil 4 becomes 6, the programmes stay as the list says.
        bulan.keluarga("dtsen", "k22", kk(22), pasangan("k22", 22), desil_nasional="")
        bulan.keluarga("dtsen", "k23", kk(23), pasangan("k23", 23), desil_nasional=2, exclude="YA",
                       alasan_exclude="KK_ASN")  # fmt: skip
        bulan.program("k23", "PKH")
        bulan.keluarga("dtsen", "k24", kk(24), pasangan("k24", 24), desil_nasional=6 if bulan is d.juli else 4)
        bulan.program("k24", "PKH")
        bulan.program("k24", "PBI_JK", "k24-ayah")


def _wilayah(d: Dunia) -> None:
    for bulan in d.semua:
        # 15: a BPS code (3316080 is Bogorejo, 33.16.08 Jepon): of a village there, and of one that is not there.
        for kunci, nomor, nama in (("k15", 15, "GAYAM"), ("k15-salah", 115, "BLUNGUN")):
            bulan.keluarga("dtsen", kunci, kk(nomor), pasangan(kunci, nomor), kode_kelurahan_desa="3316080010",
                           kelurahan_desa=nama)  # fmt: skip
        # 16: a village name of three kecamatan without its kecamatan: nobody knows; the national registry knows.
        tanpa = {"kode_kecamatan_bps": None, "nama_desa": "SUMBEREJO"}
        bulan.keluarga("dtjateng", "k16-gelap", kk(16), pasangan("k16-gelap", 16), **tanpa)
        bulan.keluarga("dtjateng", "k16-tahu", kk(116), pasangan("k16-tahu", 116), **tanpa)
        bulan.keluarga("dtsen", "k16-tahu", kk(116), pasangan("k16-tahu", 116), kode_kelurahan_desa="33.16.12.2011",
                       kelurahan_desa="SUMBEREJO")  # fmt: skip
    # 46: moved out of the district, DTSEN says it of each and the district of the family.
    orang = pasangan("k46", 46)
    for bulan in d.sebelum:
        bulan.di_semua("k46", kk(46), orang)
    d.juli.keluarga("dtsen", "k46", kk(46), [o.kata(keberadaan="4") for o in orang], TERBARU)
    d.juli.keluarga("simnakis", "k46", kk(46), orang, TERBARU, status="pindah")
    for bulan in d.semua:
        bulan.program("k46", "PKH")
    # 47: a migrant worker stays a member.
    ayah, ibu, anak = pasangan("k47", 47)
    for bulan in d.semua:
        bulan.keluarga("dtsen", "k47", kk(47), [ayah.kata(keberadaan="3"), ibu, anak])


def _hidup_mati(d: Dunia) -> None:
    ayah, ibu, anak = pasangan("k44", 44)
    for bulan in d.semua:
        # 44: Dukcapil knows of the death; registries of a later date still say that he lives.
        mati = ayah.kata(wafat="2026-06-12")
        bulan.orang.append(mati)
        bulan.keluarga("dtsen", "k44", kk(44), [ayah.kata(tercatat=False), ibu, anak], f"{bulan.periode}-25")
        akta = ayah if bulan is d.mei else mati
        bulan.keluarga("simnakis", "k44", kk(44), [akta.kata(tercatat=False), ibu, anak], "2026-04-20")
        bulan.program("k44", "PKH")
        # 45: reported dead without a number by two registries in June, found alive by Dukcapil under his number.
        hilang, istri = pasangan("k45", 45, 0)
        tanpa = hilang.kata(nik=None)
        lapor = {d.mei: tanpa, d.juni: tanpa.kata(wafat="2026-06-02"), d.juli: hilang}[bulan]
        for sumber in ("dtsen", "simnakis"):
            bulan.keluarga(sumber, "k45", kk(45), [istri, lapor.kata(hubungan="orang_tua")], f"{bulan.periode}-15")


def _kepesertaan(d: Dunia) -> None:
    for bulan in d.semua:
        # 59: the nation and the district pay for the same person's health insurance.
        bulan.di_semua("k59", kk(59), pasangan("k59", 59))
        bulan.program("k59", "PBI_JK", "k59-ibu")
        bulan.program("k59", "PBI_PEMDA", "k59-ibu", payer="KABUPATEN")
        # 50: help for one house from the province, the district and a company.
        orang = pasangan("k50", 50)
        bantuan = [{"program": "RTLH", "tahun": 2026, "sumber_dana": "PROVINSI"}]
        daerah = [{"program": "RTLH", "mulai": "2026-01-01", "selesai": None}]
        bulan.keluarga("dtsen", "k50", kk(50), orang)
        bulan.keluarga("dtjateng", "k50", kk(50), orang, bantuan=bantuan)
        bulan.keluarga("simnakis", "k50", kk(50), orang, program_daerah=daerah)
        bulan.program("k50", "RTLH", payer="NON_PEMERINTAH")


def _salah_gabung(d: Dunia) -> None:
    # 62: in June every registry has a family under the KK of its neighbours, in July it is put right.
    for bulan in d.semua:
        bulan.di_semua("k62-a", kk(62), pasangan("k62-a", 62))
        bulan.di_semua("k62-b", kk(62 if bulan is d.juni else 162), pasangan("k62-b", 72))
        bulan.program("k62-b", "PKH")
