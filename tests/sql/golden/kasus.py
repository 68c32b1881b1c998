"""The hard cases of the field as families of two months, each under its own keys (`k<number>` and a word).

The numbers are those of the project's list of hard cases. What has to come of each stands in the tests.
"""

from __future__ import annotations

from dataclasses import replace

from mendarat import BLUNGUN, GAYAM, JULI, JUNI, Bulan, Orang, kk, nik

LAIN_DESA = "33.16.08.2002"
BULAN_JULI = "2026-07-10"


def pasangan(kasus: str, serial: int, anak: int = 1) -> list[Orang]:
    """A couple and their children, with their own NIK; record keys `<kasus>-ayah`, `-ibu`, `-anak<n>`."""
    ayah = Orang(f"{kasus}-ayah", f"SUPARMAN {kasus.upper()}", "1970-03-14", "L", "kepala", nik(serial, "1970-03-14"))
    ibu = Orang(f"{kasus}-ibu", f"KASIYATUN {kasus.upper()}", "1975-08-20", "P", "istri",
                nik(serial, "1975-08-20", "P"))  # fmt: skip
    children = [
        Orang(f"{kasus}-anak{n}", f"{nama} {kasus.upper()}", f"200{n}-02-05", "P", "anak",
              nik(serial, f"200{n}-02-05", "P"))
        for n, nama in zip(range(1, anak + 1), ("WAGINAH", "SULASTRI", "RUKMINI"), strict=False)
    ]  # fmt: skip
    return [ayah, ibu, *children]


def dunia() -> tuple[Bulan, Bulan]:
    """June and July with all cases."""
    juni, juli = Bulan(JUNI), Bulan(JULI)
    for kasus in (
        _hidup_keluarga, _nomor, _sumber, _mati_dan_pindah, _kepesertaan, _wilayah, _kk, _ringkasan, _kunjungan_keluar,
        _kunjungan_masuk,
    ):  # fmt: skip
        kasus(juni, juli)
    return juni, juli


def _hidup_keluarga(juni: Bulan, juli: Bulan) -> None:
    # 1: the daughter marries; only Simnakis knows her new KK.
    ayah, ibu, putri = pasangan("k1", 1)
    juni.keluarga("k1", kk(1), [ayah, ibu, putri])
    for lama in (juli.dtsen, juli.dtjateng):
        lama.keluarga("k1", kk(1), [ayah, ibu, putri])
    juli.simnakis.keluarga("k1", kk(1), [ayah, ibu], BULAN_JULI)
    suami = Orang("k1-menantu", "BAGUS K1", "1999-04-17", "L", "kepala", nik(11, "1999-04-17"))
    juli.simnakis.keluarga("k1-baru", kk(11, "2026-07-03"), [suami, putri.kata(hubungan="istri")], BULAN_JULI)
    for bulan in (juni, juli):
        bulan.dtsen.program("k1", "PKH")
        bulan.dtsen.program("k1", "PBI_JK", "k1-anak1")
    # 2, 3: the head dies, the widow has a new KK number that only Simnakis knows.
    suami, istri, anak = pasangan("k2", 2)
    juni.keluarga("k2", kk(2), [suami, istri, anak])
    juli.dtsen.keluarga("k2", kk(2), [suami, istri, anak])
    juli.dtjateng.keluarga("k2", kk(2), [suami, istri, anak])
    mati = suami.kata(status_hidup="meninggal", tanggal_meninggal="2026-07-01")
    juli.simnakis.keluarga("k2", kk(22, "2026-07-06"), [mati, istri.kata(hubungan="kepala"), anak], BULAN_JULI)
    for bulan in (juni, juli):
        bulan.dtsen.program("k2", "PKH")
    # 4: divorce; the husband keeps the KK.
    suami, istri, anak = pasangan("k4", 4)
    juni.keluarga("k4", kk(4), [suami, istri, anak])
    juli.dtsen.keluarga("k4", kk(4), [suami, istri, anak])
    juli.simnakis.keluarga("k4", kk(4), [suami], BULAN_JULI)
    juli.simnakis.keluarga("k4-baru", kk(44, "2026-07-03"), [istri.kata(hubungan="kepala"), anak], BULAN_JULI)
    # 5: moved to another kecamatan, with another KK number.
    orang = pasangan("k5", 5)
    juni.keluarga("k5", kk(5), orang)
    juli.dtsen.keluarga("k5", kk(5), orang)
    juli.simnakis.keluarga("k5", kk(55, "2026-07-02"), orang, BULAN_JULI, GAYAM)
    # 52: children alone on a KK.
    for bulan in (juni, juli):
        bulan.keluarga("k52", kk(52), [Orang("k52-anak", "YATIM K52", "2014-05-05", nik=nik(52, "2014-05-05"))])


def _nomor(juni: Bulan, juli: Bulan) -> None:
    bayi = Orang("k51-bayi", "BAYU K51", "2026-05-20", "L", "anak")
    for bulan in (juni, juli):
        # 6: one NIK on two people.
        bulan.dtsen.keluarga("k6-a", kk(61), [Orang("k6-a", "SUPARMAN ENAM", "1971-03-14", nik=nik(66))])
        bulan.dtsen.keluarga("k6-b", kk(62), [Orang("k6-b", "KASIYATUN ENAM", "1950-11-02", "P", nik=nik(66))])
        # 8: twins with neighbouring NIK. 9: one NIK copied to both.
        for kasus, serial in (("k8", 82), ("k9", 81)):
            kembar = [
                Orang(f"{kasus}-{nama.lower()}", f"{nama} BASRI", "2015-06-02", "L", "anak", nik(nomor, "2015-06-02"))
                for nama, nomor in (("HASAN", 81), ("HUSEN", serial))
            ]
            if kasus == "k9":
                kembar = [k.kata(nik=nik(91, "2015-06-02")) for k in kembar]
            bulan.dtsen.keluarga(kasus, kk(int(kasus[1:])), [*pasangan(kasus, 80 + int(kasus[1:]), 0), *kembar])
        # 12, 13: digits lost in a spreadsheet; Simnakis has the true number of one of them.
        rusak = [
            o.kata(nik=n)
            for o, n in zip(pasangan("k12", 12), ("3.31608E+15", nik(12)[:12] + "0000", "-9"), strict=True)
        ]
        bulan.dtsen.keluarga("k12", kk(12), rusak)
        bulan.simnakis.keluarga("k12", kk(12), pasangan("k12", 12)[:1])
        # Numbers and a name in other clothes: digits of full width, letters for digits, a no-break space.
        ayah, ibu, anak = pasangan("baju", 130)
        bulan.dtsen.keluarga("baju", kk(130), [
            ayah.kata(nik="".join(chr(0xFF10 + int(n)) for n in ayah.nik)),
            ibu.kata(nik=ibu.nik.replace("0", "O").replace("1", "I")),
            anak.kata(nama="anak\u00a0berbaju  lain"),
            *(
                Orang(f"baju-{n}", f"TUTI{blank}RAHAYU {n * 'X'}", f"199{n}-04-07", "P", "anak")
                for n, blank in enumerate(("\t", "\u2009", "\u202f", "\u3000"), 1)
            ),
        ])  # fmt: skip
        # Fifteen digits that a spreadsheet wrote as a float: without the dot they would be a stranger's sixteen.
        pecahan = Orang("pecahan", "TUKIMIN", "1949-11-23", nik="331608120380135.0'")
        bulan.dtsen.keluarga("pecahan", kk(131)[:15] + ".0", [pecahan])
        # nik_status: empty, and one made up by an officer.
        bulan.dtsen.keluarga("k13", kk(13), [
            Orang("k13-kosong", "TANPA NOMOR", "1961-09-09"),
            Orang("k13-sementara", "NOMOR PETUGAS", "1962-09-09", "P", "istri", nik=nik(9999, "1962-09-09", "P")),
        ])  # fmt: skip
        # 51: a newborn gets a NIK in July.
        orang = pasangan("k51", 51, 0)
        bulan.simnakis.keluarga("k51", kk(51), [*orang, bayi.kata(nik=nik(51, bayi.lahir) if bulan is juli else None)])
        # 61: default birth dates in two families of one village.
        for huruf in "ab":
            bulan.simnakis.keluarga(
                f"k61-{huruf}", kk(610 + ord(huruf)), [Orang(f"k61-{huruf}", "KASMIN", "1950-12-31")]
            )


def _sumber(juni: Bulan, juli: Bulan) -> None:
    for bulan in (juni, juli):
        # 17, 18, 19: in one registry only.
        bulan.dtsen.keluarga("k17", kk(17), pasangan("k17", 17), desil_nasional=2)
        bulan.simnakis.keluarga("k18", kk(18), pasangan("k18", 18))
        bulan.dtjateng.keluarga("k19", kk(19), pasangan("k19", 19), peringkat_provinsi=4)
        # 20, 21: they disagree; Simnakis saw the house last and spells one name its own way.
        ayah, ibu, anak = pasangan("k20", 20)
        bulan.dtsen.keluarga("k20", kk(20), [ayah, ibu, anak], desil_nasional=3, jenis_lantai_terluas="8", dusun="LAMA",
                             luas_lantai=30, jenis_kloset="4")  # fmt: skip
        bulan.dtjateng.keluarga("k20", kk(20), [ayah, ibu, anak], peringkat_provinsi=7, jenis_lantai_terluas="7")
        bulan.simnakis.keluarga("k20", kk(20), [ayah, ibu.kata(nama="KASIATUN K20"), anak], "2026-06-20",
                                jenis_lantai_terluas="2", rt="009", alamat="DK. BARU", lat=-6.97,
                                lon=111.41)  # fmt: skip
        # Entered a second time, before: the newest of a registry's records says what it alone tells.
        bulan.dtsen.keluarga("lagi", kk(740), pasangan("lagi", 740), desil_nasional=4, exclude=False)
        bulan.dtsen.keluarga("lagi-lama", kk(740), [], "2026-01-05", desil_nasional=7, exclude=True,
                             alasan_exclude="KK_ASN")  # fmt: skip
        bulan.dtjateng.keluarga("lagi", kk(740), [], "2026-01-05", peringkat_provinsi=9)
        bulan.dtjateng.keluarga("lagi-baru", kk(740), [], peringkat_provinsi=2)
        # 22, 23: no desil; desil 2 and excluded.
        bulan.dtsen.keluarga("k22", kk(220), pasangan("k22", 220))
        bulan.dtsen.keluarga(
            "k23", kk(23), pasangan("k23", 23), desil_nasional=2, exclude=True, alasan_exclude="KK_ASN"
        )
        # 60: the name says that he died, the registries do not; and she, in another form of the word.
        ayah, ibu = pasangan("k60", 60, 0)
        bulan.dtsen.keluarga("k60", kk(60), [ayah, ibu])
        bulan.simnakis.keluarga("k60", kk(60), [
            ayah.kata(nama=f"ALM. {ayah.nama}"), ibu.kata(nama=f"ALMARHUMAH {ibu.nama}"),
        ])  # fmt: skip
    # A registry corrects the name of a head, and nothing else of the family.
    ayah, ibu = pasangan("ganti-nama", 620, 0)
    juni.dtsen.keluarga("ganti-nama", kk(620), [ayah, ibu])
    juli.dtsen.keluarga("ganti-nama", kk(620), [ayah.kata(nama=f"{ayah.nama} PUTRA"), ibu])


def _mati_dan_pindah(juni: Bulan, juli: Bulan) -> None:
    for bulan in (juni, juli):
        # 44: dated death in the newest record; in July DTSEN is newer and still says that he lives.
        ayah, ibu = pasangan("k44", 440, 0)
        bulan.dtsen.keluarga("k44", kk(440), [ayah, ibu], "2026-07-09" if bulan is juli else None)
        mati = ayah.kata(status_hidup="meninggal", tanggal_meninggal="2026-06-01")
        bulan.simnakis.keluarga("k44", kk(440), [mati, ibu], "2026-06-15")
        # One registry's older word against two newer ones does not stand.
        ayah, ibu = pasangan("k44-ragu", 441, 0)
        bulan.simnakis.keluarga("k44-ragu", kk(441), [ayah.kata(status_hidup="meninggal"), ibu])
        bulan.dtsen.keluarga("k44-ragu", kk(441), [ayah, ibu])
        # 46: moved out of the district, DTSEN says it of each and Simnakis of the family.
        pindah = pasangan("k46", 46)
        terjadi = bulan is juli
        bulan.dtsen.keluarga("k46", kk(46), [o.kata(keberadaan="4" if terjadi else "1") for o in pindah],
                             BULAN_JULI if terjadi else None)  # fmt: skip
        bulan.simnakis.keluarga("k46", kk(46), pindah, BULAN_JULI if terjadi else None,
                                status="pindah" if terjadi else "aktif")  # fmt: skip
        # 47: a migrant worker stays a member.
        ayah, ibu, anak = pasangan("k47", 47)
        bulan.dtsen.keluarga("k47", kk(47), [ayah.kata(keberadaan="3"), ibu, anak])
        # One registry's older word against a newer one does not stand, and nobody says where the person is.
        ayah, ibu = pasangan("k44-mana", 443, 0)
        bulan.dtsen.keluarga("k44-mana", kk(443), [ayah.kata(keberadaan="2"), ibu])
        bulan.simnakis.keluarga("k44-mana", kk(443), [ayah, ibu], "2026-06-15")
        # A death that stood in June, and that no registry remembers in July.
        ayah, ibu = pasangan("k44-lupa", 442, 0)
        bulan.dtsen.keluarga("k44-lupa", kk(442), [ayah, ibu], "2026-07-09" if bulan is juli else None)
        bulan.simnakis.keluarga("k44-lupa", kk(442), [ayah if bulan is juli else ayah.kata(
            status_hidup="meninggal", tanggal_meninggal="2026-06-02")], "2026-06-15")  # fmt: skip
    # A family that no registry mentions in July is not gone, nor is what was known of its values.
    juni.simnakis.keluarga("k0", kk(100), pasangan("k0", 100))
    juni.dtsen.keluarga("k0-lengkap", kk(101), pasangan("k0-lengkap", 101), luas_lantai=30,
                        aset_bergerak_mobil="2", desil_nasional=4)  # fmt: skip
    juni.simnakis.keluarga("k0-lengkap", kk(101), pasangan("k0-lengkap", 101), "2026-06-20", jenis_kloset="4")
    # One number on two people, one of whom no registry mentions in July.
    juni.simnakis.keluarga("k6-lama", kk(63), [Orang("k6-lama", "SUPARJO LAMA", "1961-04-14", nik=nik(67))])
    for bulan in (juni, juli):
        bulan.dtsen.keluarga("k6-kini", kk(64), [Orang("k6-kini", "KASIRAH KINI", "1955-12-02", "P", nik=nik(67))])


def _kepesertaan(juni: Bulan, juli: Bulan) -> None:
    for bulan in (juni, juli):
        # 58, 59: overlaps; and flags beside rows.
        ayah, ibu, anak = pasangan("k58", 58)
        bulan.dtsen.keluarga("k58", kk(58), [
            ayah.kata(pbi_nas=True), ibu.kata(pbi_nas=True, pbi_pemda=True), anak.kata(pbi_nas=False),
        ])  # fmt: skip
        bulan.dtsen.program("k58", "PKH")
        bulan.dtsen.program("k58", "BLT_DD")
        bulan.dtsen.program("k58", "PBI_JK", "k58-ayah", status="TIDAK_AKTIF")
        bulan.dtsen.program("k58", "SEMBAKO", status="GRADUASI_MANDIRI")
        # 7: twice in one registry, paid twice, though not in months of one name; and once for two months.
        putri = Orang("k07-putri", "WAHYU PUTRI LESTARI", "2009-02-11", "P", "anak", nik(577, "2009-02-11", "P"))
        bulan.dtsen.keluarga("k07", kk(577), [*pasangan("k07", 577, 0), putri])
        bulan.dtsen.keluarga("k07-nenek", kk(578), [
            Orang("k07-nenek", "SUPARMI", "1951-07-03", "P", nik=nik(578, "1951-07-03", "P")),
            putri.kata(kunci="k07-lagi", hubungan="cucu"),
        ])  # fmt: skip
        bulan.dtsen.program("k07", "PBI_JK", "k07-putri")
        bulan.dtsen.program("k07-nenek", "PBI_JK", "k07-lagi", periode_salur="2026-06")
        bulan.dtsen.program("k07", "PBI_JK", "k07-ayah")
        bulan.dtsen.program("k07", "PBI_JK", "k07-ayah", periode_salur="2026-06")
        # Twice in one registry with both flags, and a row on one of the two records, be it the first or the second.
        bendera = {"pbi_nas": True, "pbi_pemda": True}
        kakak = Orang("k07-kakak", "BAGAS SAPUTRA", "2005-08-19", "L", "anak", nik(580, "2005-08-19"), bendera)
        adik = Orang("k07-adik", "DIMAS ANGGORO", "2012-01-23", "L", "anak", nik(581, "2012-01-23"), bendera)
        bulan.dtsen.keluarga("k07-satu", kk(580), [*pasangan("k07-satu", 580, 0), kakak, adik])
        bulan.dtsen.keluarga("k07-dua", kk(581), [
            Orang("k07-kakek", "SASTRO DIMEJO", "1949-05-27", nik=nik(582, "1949-05-27")),
            kakak.kata(kunci="k07-kakak2", hubungan="cucu"), adik.kata(kunci="k07-adik2", hubungan="cucu"),
        ])  # fmt: skip
        bulan.dtsen.program("k07-satu", "PBI_JK", "k07-kakak", status="TIDAK_AKTIF")
        bulan.dtsen.program("k07-dua", "PBI_JK", "k07-adik2", status="TIDAK_AKTIF")
        # 50: one dwelling, two KK, aid from two payers; a year that is over, a programme that has ended.
        # What is no customer number, half a point, and a point at sea make no dwelling.
        for n in (1, 2):
            lahir = f"195{n}-06-1{n}"
            nol = Orang(f"nol{n}", f"PONIMAN {n * 'JATI '}", lahir, nik=nik(640 + n, lahir))
            bulan.dtsen.keluarga(f"nol{n}", kk(640 + n), [nol], id_pelanggan_pln="000000000000")
            laut = nol.kata(kunci=f"laut{n}")
            bulan.simnakis.keluarga(f"laut{n}", kk(640 + n), [laut], f"{bulan.periode}-20", lat=0, lon=0)
            paruh = nol.kata(kunci=f"paruh{n}", lahir=f"194{n}-08-2{n}", nik=nik(650 + n, f"194{n}-08-2{n}"))
            bulan.simnakis.keluarga(f"paruh{n}", kk(650 + n), [paruh], lat=-6.97)
        bulan.dtsen.keluarga("k50-a", kk(501), pasangan("k50-a", 501), id_pelanggan_pln="520000000001")
        bulan.dtsen.keluarga("k50-b", kk(502), pasangan("k50-b", 502), id_pelanggan_pln="520000000001")
        bulan.dtjateng.keluarga("k50-a", kk(501), pasangan("k50-a", 501))
        bulan.simnakis.keluarga("k50-a", kk(501), pasangan("k50-a", 501))
        bulan.dtjateng.program("k50-a", "RTLH", "k50-a-ayah", sumber_dana="PROVINSI")
        bulan.dtjateng.program("k50-a", "KJS", "k50-a-ayah", tahun=2025)
        bulan.simnakis.program("k50-a", "RTLH", mulai="2026-01-01")
        bulan.simnakis.program("k50-a", "JAMBAN", mulai="2025-01-01", selesai="2025-12-31")


def _wilayah(juni: Bulan, juli: Bulan) -> None:
    for bulan in (juni, juli):
        # 16: DTJateng without kecamatan: known by its KK in DTSEN, by last month's release in July, or not at all.
        bulan.dtjateng.keluarga("k16-tahu", kk(161), pasangan("k16-tahu", 161), desa=None)
        bulan.dtsen.keluarga("k16-tahu", kk(161), pasangan("k16-tahu", 161), desa=LAIN_DESA)
        bulan.dtjateng.keluarga("k16-lalu", kk(162), pasangan("k16-lalu", 162),
                                desa=None if bulan is juli else LAIN_DESA)  # fmt: skip
        # By who lives in it, where its number is another one; not in a village of another name; by its own record.
        for n, desa in ((1, "BLU NGUN"), (2, "SEMANGGI")):
            lahir = f"193{n}-02-1{n}"
            anggota = Orang(f"k16-anggota{n}", f"SAMINEM {n * 'WETAN '}", lahir, "P", nik=nik(660 + n, lahir, "P"))
            bulan.dtjateng.keluarga(f"k16-anggota{n}", kk(660 + n), [anggota], desa=None, nama_desa=desa)
            bulan.dtsen.keluarga(f"k16-anggota{n}", kk(670 + n), [anggota])
        sendiri = Orang("k16-sendiri", "TUKIJAH KULON", "1937-09-03", "P", nik=nik(680, "1937-09-03", "P"))
        bulan.dtjateng.keluarga("k16-sendiri", None if bulan is juli else kk(680), [sendiri],
                                desa=None if bulan is juli else BLUNGUN)  # fmt: skip
        # Zeros are nobody's number, also where somebody else is written under them.
        bulan.dtjateng.keluarga("k16-gelap", "0" * 16, pasangan("k16-gelap", 163), desa=None)
        bulan.dtsen.keluarga("k16-nol", "0" * 16, [Orang("k16-nol", "TUKINEM", "1948-10-22", "P")])
        bulan.dtjateng.program("k16-gelap", "KJS", "k16-gelap-ayah")
        # Set aside at landing: a twin row, another district, and a member without a name.
        bulan.dtsen.keluarga("k17", kk(17), [], nasib="digabung")
        bulan.dtsen.keluarga("jauh", "3315010905120001", [], desa=None, nasib="di_luar_lingkup")
        bulan.dtsen.karantina.append(("anggota", 9001, "tanpa-nama", "wajib_kosong"))


def _kk(juni: Bulan, juli: Bulan) -> None:
    orang = pasangan("kk", 700)
    baru = kk(702, "2026-03-05")
    for bulan in (juni, juli):
        # The latest registration that is not after the period's end.
        bulan.dtsen.keluarga("kk", kk(701), orang)
        bulan.dtjateng.keluarga("kk", baru, orang)
        bulan.simnakis.keluarga("kk", kk(703, "2026-12-05"), orang)
        # A later date that is one digit off another number of the household, on one record only, is a misspelling.
        salah = pasangan("kk-salah", 710)
        bulan.dtsen.keluarga("kk-salah", kk(710, "2012-05-09"), salah)
        bulan.dtjateng.keluarga("kk-salah", kk(710, "2012-05-09"), salah)
        bulan.simnakis.keluarga("kk-salah", kk(710, "2022-05-09"), salah)
        # Of a number that is not the household's newest one.
        lama = pasangan("kk-lama", 720)
        bulan.dtsen.keluarga("kk-lama", kk(720, "2026-03-05"), lama)
        bulan.dtjateng.keluarga("kk-lama", kk(721, "2012-05-09"), lama)
        bulan.simnakis.keluarga("kk-lama", kk(721, "2022-05-09"), lama)
        # One source gives one number to two families; and enters one family twice.
        for nomor, keluarga, nama, lahir in (
            (770, "kk-satu", "MARYONO", "1961-07-22"), (770, "kk-lain", "SUTARJI", "1958-11-09"),
            (772, "kk-dua", "WAKIJAN", "1966-10-17"), (772, "kk-lagi", "WAKIJAN", "1966-10-17"),
        ):  # fmt: skip
            bulan.dtsen.keluarga(keluarga, kk(nomor), [Orang(f"{keluarga}-orang", nama, lahir, nik=nik(nomor, lahir))])


def _ringkasan(juni: Bulan, juli: Bulan) -> None:
    for bulan in (juni, juli):
        for n in range(9):
            bulan.dtsen.keluarga(f"r{n}", kk(900 + n), pasangan(f"r{n}", 900 + n, 0), desa="33.16.01.2001",
                                 desil_nasional=1 if n < 6 else 2)  # fmt: skip


def _kunjungan_keluar(juni: Bulan, juli: Bulan) -> None:
    serumah = {"id_pelanggan_pln": "520000000049"}
    for bulan in (juni, juli):
        # 49: an old woman on a KK of her own in her child's house; a couple alone in one, an old man in none.
        lansia = Orang("k49-lansia", "MBAH RESMI", "1948-02-11", "P", nik=nik(490, "1948-02-11", "P"))
        bulan.dtsen.keluarga("k49-lansia", kk(490), [lansia], **serumah)
        bulan.dtsen.keluarga("k49-anak", kk(491), pasangan("k49-anak", 491), **serumah)
        bulan.keluarga("k49-jauh", kk(492), [
            Orang("k49-jauh", "MBAH KARTO", "1947-02-11", nik=nik(492, "1947-02-11")),
        ])  # fmt: skip
        # 48: two KK of one dwelling with one programme, and one of another; so many at one point are no dwelling.
        for n, (kunci, program) in enumerate((("k48-a", "SEMBAKO"), ("k48-b", "SEMBAKO"), ("k48-c", "PKH"))):
            bulan.dtsen.keluarga(kunci, kk(480 + n), pasangan(kunci, 480 + n), id_pelanggan_pln="520000000048")
            bulan.simnakis.keluarga(kunci, kk(480 + n), pasangan(kunci, 480 + n))
            bulan.dtsen.program(kunci, program)
            # The same of two terms is one.
            bulan.dtsen.program(kunci, program, periode_salur="2026-01")
        for n in range(6):
            kunci, orang = f"titik{n}", pasangan(f"titik{n}", 470 + n, 0)
            bulan.dtsen.keluarga(kunci, kk(470 + n), orang)
            bulan.simnakis.keluarga(kunci, kk(470 + n), orang, "2026-06-20", lat=-7.01, lon=111.42)
            bulan.dtsen.program(kunci, "SEMBAKO")
        # A car, or several things that cost much, at the lowest decile, with and without a programme; at the next one.
        mobil, mewah = {"aset_bergerak_mobil": "1"}, {"aset_bergerak_ac": "1", "daya_terpasang": "4"}
        for kunci, n, kolom in (
            ("mobil", 451, {"desil_nasional": 1, **mobil}), ("mewah", 452, {"desil_nasional": 1, **mewah}),
            ("mobil-saja", 453, {"desil_nasional": 1, **mobil}), ("mobil-2", 454, {"desil_nasional": 2, **mobil}),
            ("ac", 455, {"desil_nasional": 1, "aset_bergerak_ac": "1"}),
        ):  # fmt: skip
            bulan.dtsen.keluarga(kunci, kk(n), pasangan(kunci, n), **kolom)
            bulan.simnakis.keluarga(kunci, kk(n), pasangan(kunci, n))
            if kunci != "mobil-saja":
                bulan.dtsen.program(kunci, "PKH")
        # 17: known to the nation alone, and it receives.
        bulan.dtsen.keluarga("k17-terima", kk(450), pasangan("k17-terima", 450), desil_nasional=2)
        bulan.dtsen.program("k17-terima", "SEMBAKO")
        # 23: excluded, and it receives; excluded with help for the house only.
        for kunci, n, program in (("k23-terima", 456, "PKH"), ("k23-rumah", 457, "RTLH")):
            bulan.keluarga(kunci, kk(n), pasangan(kunci, n))
            bulan.dtsen.baris["keluarga"][-1] |= {"exclude": True, "alasan_exclude": "KK_ASN"}
            bulan.dtsen.program(kunci, program)
        # Dead by two registries: one of a family, with a programme of his own; everybody of another one.
        ayah, ibu = pasangan("mati", 458, 0)
        ayah, ibu = (o.kata(status_hidup="meninggal", tanggal_meninggal="2026-05-02") for o in (ayah, ibu))
        hidup = pasangan("mati", 458, 0)[1]
        for kunci, n, anggota in (("mati", 458, [ayah, hidup]), ("mati-semua", 459, None)):
            orang = anggota or [o.kata(kunci=f"{kunci}-{o.jk}", nama=f"{o.nama} SEMUA", nik=nik(n, o.lahir, o.jk))
                                for o in (ayah, ibu)]  # fmt: skip
            bulan.simnakis.keluarga(kunci, kk(n), orang, "2026-06-25")
            dtsen = [replace(o, kolom={"keberadaan": "2"} if o.kolom else {}) for o in orang]
            bulan.dtsen.keluarga(kunci, kk(n), dtsen)
            bulan.dtsen.program(kunci, "PKH")
            bulan.dtsen.program(kunci, "PBI_JK", orang[0].kunci)
        # 60 with a programme of his own.
        ayah, ibu = pasangan("k60-pbi", 460, 0)
        bulan.dtsen.keluarga("k60-pbi", kk(460), [ayah, ibu])
        bulan.simnakis.keluarga("k60-pbi", kk(460), [ayah.kata(nama=f"{ayah.nama} (ALM)"), ibu])
        bulan.dtsen.program("k60-pbi", "PBI_JK", "k60-pbi-ayah")


def _kunjungan_masuk(juni: Bulan, juli: Bulan) -> None:
    tanah = {"jenis_lantai_terluas": "8", "jenis_dinding_terluas": "4", "fasilitas_bab": "6"}
    for bulan in (juni, juli):
        for kunci, n, kolom in (
            ("butuh", 431, {"desil_nasional": 2, **tanah}),
            ("butuh-kosong", 432, tanah),
            ("butuh-dua", 433, {"desil_nasional": 4, **tanah, "fasilitas_bab": "1"}),
            # A programme of the province, an exclusion, a higher decile, one bad thing only.
            ("butuh-kjs", 434, {"desil_nasional": 2, **tanah}),
            ("butuh-asn", 435, {"desil_nasional": 2, "exclude": True, **tanah}),
            ("butuh-lima", 436, {"desil_nasional": 5, **tanah}),
            ("butuh-satu", 437, {"desil_nasional": 2, "jenis_lantai_terluas": "8"}),
        ):
            bulan.dtsen.keluarga(kunci, kk(n), pasangan(kunci, n), **kolom)
            bulan.simnakis.keluarga(kunci, kk(n), pasangan(kunci, n))
        bulan.dtjateng.keluarga("butuh-kjs", kk(434), pasangan("butuh-kjs", 434))
        bulan.dtjateng.program("butuh-kjs", "KJS", "butuh-kjs-ayah")
    # In July no registry mentions it: what it receives is not known.
    juni.dtsen.keluarga("butuh-hilang", kk(438), pasangan("butuh-hilang", 438), desil_nasional=1, **tanah)


__all__ = ["BLUNGUN", "GAYAM", "LAIN_DESA", "dunia"]
