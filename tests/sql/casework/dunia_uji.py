"""Families and what was said, applied for and seen of them, each under the number of its hard case."""

from __future__ import annotations

from typing import Any

from tests.sql.golden.mendarat import JULI, JUNI, Bulan, Orang, kk, nik

SELATAN = "33.16.08.2002"
# serial of the family -> its key; NIK and KK follow from the serial.
KELUARGA = {
    "k25": 1, "k26-benar": 2, "k26-salah": 3, "k27": 4, "k28": 5, "k29": 6, "k30": 7, "k31": 8, "k34-17": 9,
    "k34-18": 10, "k44": 11, "k46": 12, "k53": 13, "k54": 14, "k57-kerabat": 15, "k57-putus": 16, "hilang": 17,
    "hilang-sehari": 18, "bantah": 19, "mati": 20, "berkala": 22, "foto-a": 23, "foto-b": 24, "luar": 25,
    "tanggal": 26, "alasan": 27, "tanpa": 28, "k36": 29, "k37": 30, "k35": 31, "k27-cabut": 32, "k27-kirim": 33,
    "sanggah": 34, "sanggah-buka": 35, "pergi": 36, "nanti": 37, "pemda": 38, "layak": 39, "hidup": 40,
    "tabrak": 41, "judol": 42, "sanggah-awal": 43, "tanpa-bantuan": 44, "balik": 45, "balik-selesai": 46,
    "ulang-selesai": 47, "musdes": 48, "mundur-ulang": 49, "mundur-tolak": 53,
}  # fmt: skip
# A person alone: nobody is left when this one dies.
SENDIRI = {"mati-sendiri": 50, "dukcapil": 51, "beda": 52}


def ayah(kunci: str) -> str:
    """NIK of a family's head."""
    return nik({**KELUARGA, **SENDIRI}[kunci], "1970-03-14")


def ibu(kunci: str) -> str:
    """NIK of a family's mother."""
    return nik(KELUARGA[kunci], "1975-08-20", "P")


def no_kk(kunci: str) -> str:
    """KK number of a family."""
    return kk({**KELUARGA, **SENDIRI}[kunci])


def orang(kunci: str) -> list[Orang]:
    """Father, mother and child of a family."""
    n = KELUARGA[kunci]
    return [
        Orang(f"{kunci}-ayah", f"SUPARMAN {kunci.upper()}", "1970-03-14", "L", "kepala", ayah(kunci)),
        Orang(f"{kunci}-ibu", f"KASIYATUN {kunci.upper()}", "1975-08-20", "P", "istri", ibu(kunci)),
        Orang(f"{kunci}-anak", f"WAGINAH {kunci.upper()}", "2010-02-05", "P", "anak", nik(n, "2010-02-05", "P")),
    ]


def registries(periode: str) -> Bulan:
    """The three deliveries of a month: every family has PKH and SEMBAKO, the father PBI_JK, the child PIP."""
    bulan = Bulan(periode)
    for kunci in KELUARGA:
        if kunci == "pergi" and periode == JULI:
            continue
        # In July what was sent for this family is gone, and PKH of another one ended without us.
        habis = periode == JULI and kunci in ("k35", "k34-18")
        anggota = orang(kunci)
        if kunci == "k25":
            anggota[0] = anggota[0].kata(nama="SUKARMIN")
        if kunci == "k46":
            anggota = [o.kata(keberadaan="4") for o in anggota]
            bulan.dtsen.keluarga(kunci, no_kk(kunci), anggota)
        else:
            bulan.keluarga(kunci, no_kk(kunci), anggota)
            if kunci not in ("pemda", "k53", "tanpa-bantuan") and not habis:
                bulan.dtjateng.program(kunci, "PKH", f"{kunci}-ayah")
        if kunci == "tanpa-bantuan":
            continue
        bulan.dtsen.program(
            kunci, "PKH", status="GRADUASI_ALAMIAH" if kunci == "k53" else "TIDAK_AKTIF" if habis else "AKTIF"
        )
        bulan.dtsen.program(kunci, "SEMBAKO")
        bulan.dtsen.program(kunci, "PBI_JK", f"{kunci}-ayah")
        bulan.dtsen.program(kunci, "PIP", f"{kunci}-anak")
    for kunci, n in SENDIRI.items():
        if kunci == "beda":
            continue
        satu = Orang(f"{kunci}-satu", f"LASMI {kunci.upper()}", "1970-03-14", "L", "kepala", ayah(kunci))
        bulan.keluarga(kunci, kk(n), [satu])
        bulan.dtsen.program(kunci, "PKH")
        bulan.dtsen.program(kunci, "PBI_JK", f"{kunci}-satu")
    # Registries that do not write the same: the province has another KK and another head.
    satu = Orang("beda-ayah", "SUPARMAN BEDA", "1970-03-14", "L", "kepala", ayah("beda"))
    istri = Orang("beda-ibu", "KASIYATUN BEDA", "1975-08-20", "P", "istri", nik(52, "1975-08-20", "P"))
    bulan.dtsen.keluarga("beda", no_kk("beda"), [satu, istri])
    bulan.dtjateng.keluarga(
        "beda", kk(777, "2013-01-01"), [satu.kata(hubungan="orang_tua"), istri.kata(hubungan="kepala", nama="YATUN")]
    )
    bulan.dtsen.program("beda", "PKH")
    # Who is called Min in the same village, and a namesake in the next one.
    bulan.dtsen.keluarga("min", kk(60), [Orang("min", "PAIMIN", "1960-01-02", nik=nik(60, "1960-01-02"))])
    bulan.dtsen.keluarga(
        "jauh", kk(61), [Orang("jauh", "TUMIN", "1961-01-02", nik=nik(61, "1961-01-02"))], desa=SELATAN
    )
    # In July Simnakis has ended the one as it was asked to, and lists the other no more.
    selesai = {"selesai": "2026-07-01"} if periode == JULI else {}
    bulan.simnakis.program("pemda", "BEDAH_WARUNG", mulai="2026-01-01", **selesai)
    if periode == JUNI:
        bulan.simnakis.program("pemda", "BEASISWA", mulai="2026-01-01")
    bulan.simnakis.program("pemda", "RTLH", mulai="2026-01-01")
    return bulan


def aduan(number: str, kunci: str | None, status: str = "terbukti", **changes: Any) -> dict[str, Any]:
    """A complaint about a family's head."""
    terlapor = changes.pop("terlapor", {"nik": ayah(kunci) if kunci else None, "nama": "Pak Uji"})
    return {
        "id": f"AD-{number}", "versi": 1, "dibuat": "2026-06-02T08:00:00+07:00", "diubah": "2026-06-20T08:00:00+07:00",
        "kanal": "desa", "terlapor": terlapor, "program": None, "alasan": "MAMPU", "status": status,
    } | changes  # fmt: skip


def kunjungan(number: str, kunci: str, hari: str = "2026-06-10", **changes: Any) -> dict[str, Any]:
    """A visit to a family's head for the complaint of the same number."""
    return {
        "id": f"VL-{number}", "jenis": "aduan", "rujukan": f"AD-{number}", "nik": ayah(kunci), "petugas": "petugas.uji",
        "tanggal": hari, "hasil": "mampu", "alasan": "MAMPU", "program": None,
        "koordinat": {"lat": -7.01, "lon": 111.42, "akurasi_m": 8}, "diubah": f"{hari}T10:00:00+07:00",
    } | changes  # fmt: skip


def pengajuan(number: str, kunci: str, jenis: str, status: str, **changes: Any) -> dict[str, Any]:
    """An application by a family's head."""
    return {
        "id": f"PJ-{number}", "versi": 1, "jenis": jenis, "dibuat": "2026-06-05T08:00:00+07:00",
        "diubah": "2026-06-12T09:00:00+07:00", "pemohon": {"nik": ayah(kunci), "nama": "Bu Uji"}, "program": None,
        "status": status, "rujukan": None,
    } | changes  # fmt: skip


def juni() -> dict[str, list[dict[str, Any]]]:
    """What had happened by the end of June."""
    foto = [{"sha256": "ef" * 32, "url": "http://127.0.0.1:1/foto"}]
    upheld = (
        "29",
        "34-17",
        "34-18",
        "36",
        "37",
        "35",
        "27-cabut",
        "27-kirim",
        "sanggah",
        "sanggah-buka",
        "pergi",
        "53",
    )
    desa = {"desa": "Blungun", "kecamatan": "Jepon", "rt": "1"}
    closed = {"versi": 3, "diubah": "2026-06-25T08:00:00+07:00"}
    aduan_juni = [
        *(aduan(n, f"k{n}" if n[0].isdigit() else n) for n in upheld),
        # 25: a name and a village; one candidate alone; a village without its kecamatan; nobody of that name.
        aduan("25", None, terlapor={"nama": "Pak Min", **desa}),
        aduan("25-satu", None, terlapor={"nama": "Soekarmin", **desa}),
        aduan("25-desa", None, terlapor={"nama": "Pak Min", "desa": "Blungun"}),
        aduan("25-kosong", None, terlapor={"nama": "Pak Jono", **desa}),
        aduan("26", "k26-salah"), aduan("27", "k27", "dicabut"),
        aduan("28-a", "k28"), aduan("28-b", "k28", dibuat="2026-06-08T08:00:00+07:00"),
        aduan("30", "k30"), aduan("31", "k31", "tidak_terbukti", dibuat="2026-05-30T08:00:00+07:00"),
        aduan("31-lagi", "k31", "diterima"), aduan("46", "k46"),
        aduan("57-kerabat", "k57-kerabat"), aduan("57-putus", "k57-putus"), aduan("hilang", "hilang"),
        aduan("hilang-sehari", "hilang-sehari"), aduan("bantah", "bantah"), aduan("mati", "mati"),
        aduan("mati-sendiri", "mati-sendiri"), aduan("foto", "foto-a"), aduan("luar", "luar"),
        aduan("tanggal", "tanggal"), aduan("alasan", "alasan"), aduan("tanpa", "tanpa"),
        aduan("belum", "nanti", "diperiksa"), aduan("judol", "judol", "diperiksa", alasan="JUDOL"),
        aduan("sanggah-awal", "sanggah-awal"), aduan("tanpa-bantuan", "tanpa-bantuan"),
        aduan("pemda", "pemda"), aduan("layak", "layak"), aduan("balik", "balik", "tidak_terbukti"),
        # Closed after it was not upheld; and after it was, when it was looked at again.
        aduan("balik-selesai", "balik-selesai", "tidak_terbukti"),
        aduan("balik-selesai", "balik-selesai", "selesai", **closed),
        aduan("ulang-selesai", "ulang-selesai", "tidak_terbukti"),
        aduan("ulang-selesai", "ulang-selesai", "terbukti", versi=2),
        aduan("ulang-selesai", "ulang-selesai", "selesai", **closed),
    ]  # fmt: skip
    periksa = [
        *(kunjungan(n, f"k{n}" if n[0].isdigit() else n) for n in upheld if n not in ("29", "34-17", "34-18")),
        kunjungan("25", "k25", nik=None), kunjungan("26", "k26-benar"), kunjungan("27", "k27"),
        kunjungan("28-a", "k28"),
        kunjungan("29", "k29", program=["PKH"]), kunjungan("30", "k30", alasan="KK_ASN"),
        kunjungan("34-17", "k34-17", "2026-06-17", program=["PKH"]),
        kunjungan("34-18", "k34-18", "2026-06-18", program=["PKH"]),
        kunjungan("46", "k46", hasil="pindah", alasan="PINDAH"),
        kunjungan("57-kerabat", "k57-kerabat", petugas_nik=ibu("k57-kerabat")),
        kunjungan("57-putus", "k57-putus", petugas="Uji-Kepala"),
        kunjungan("hilang", "hilang", "2026-06-09", hasil="tidak_ditemukan", alasan=None),
        kunjungan("hilang", "hilang", "2026-06-12", id="VL-hilang-2", hasil="tidak_ditemukan", alasan=None),
        kunjungan("hilang-sehari", "hilang-sehari", hasil="tidak_ditemukan"),
        kunjungan("hilang-sehari", "hilang-sehari", id="VL-sehari-2", hasil="tidak_ditemukan"),
        kunjungan("bantah", "bantah"), kunjungan("bantah", "bantah", "2026-06-14", id="VL-bantah-2", hasil="layak"),
        kunjungan("mati", "mati", hasil="meninggal", alasan=None),
        kunjungan("mati-sendiri", "mati-sendiri", hasil="meninggal", alasan=None),
        kunjungan("berkala", "berkala", "2026-06-19", jenis="berkala", rujukan=None, nik=None, id_keluarga="berkala"),
        kunjungan("foto", "foto-a", foto=foto),
        kunjungan("foto-b", "foto-b", jenis="berkala", rujukan=None, hasil="layak", alasan=None, foto=foto),
        kunjungan("luar", "luar", koordinat={"lat": -6.2, "lon": 106.8}),
        kunjungan("tanggal", "tanggal", "2026-06-01"), kunjungan("alasan", "alasan", alasan="KAYA_RAYA"),
        # The officer names nobody: the complaint's own person counts.
        kunjungan("tanpa", "tanpa", nik=None, program=["PKH", "PBI_JK"]), kunjungan("belum", "nanti"),
        kunjungan("balik", "balik"), kunjungan("pemda", "pemda"), kunjungan("balik-selesai", "balik-selesai"),
        kunjungan("ulang-selesai", "ulang-selesai"),
        kunjungan("layak", "layak", hasil="layak", alasan=None),
        kunjungan("beda", "beda", jenis="berkala", rujukan=None),
        kunjungan("tabrak", "tabrak", "2026-06-20", jenis="berkala", rujukan=None, program=["PKH"]),
    ]  # fmt: skip
    asing = {"nik": nik(990, "1961-04-04"), "nama": "Bu Asing"}
    mohon = [
        pengajuan("54", "k54", "graduasi_mandiri", "layak", program=["PKH"]),
        # Granted, and taken back before anything was proposed.
        pengajuan("cabut", "hidup", "graduasi_mandiri", "layak"),
        pengajuan("cabut", "hidup", "graduasi_mandiri", "dicabut", versi=2, diubah="2026-06-14T09:00:00+07:00"),
        # Granted and on its way; granted and opened again; granted here and refused by the ministry.
        *(
            pengajuan(kunci, kunci, "graduasi_mandiri", status, program=["PKH"], **change)
            for kunci, then in (
                ("musdes", "musdes"),
                ("mundur-ulang", "verifikasi_lapangan"),
                ("mundur-tolak", "ditolak_pusat"),
            )
            for status, change in (("layak", {}), (then, {"versi": 2, "diubah": "2026-06-14T09:00:00+07:00"}))
        ),
        pengajuan("54-lagi", "k54", "baru", "diajukan", dibuat="2026-06-25T08:00:00+07:00"),
        # Worthy, of people whom no registry has, and of people whom all have.
        pengajuan("baru", "hidup", "baru", "layak", pemohon=asing, kode_desa=SELATAN),
        pengajuan("baru-nanti", "hidup", "baru", "diajukan", pemohon=asing),
        pengajuan("baru-ada", "hidup", "baru", "layak"),
        pengajuan("57-foto", "hidup", "baru", "diajukan", koordinat={"lat": -6.2, "lon": 106.8}),
    ]
    return {"aduan": aduan_juni, "verifikasi": periksa, "pengajuan": mohon}


def juli() -> dict[str, list[dict[str, Any]]]:
    """What happened in July."""
    later = {"versi": 2, "diubah": "2026-07-15T08:00:00+07:00"}
    july = {"dibuat": "2026-07-05T08:00:00+07:00", "diubah": "2026-07-12T09:00:00+07:00"}
    return {
        "aduan": [
            # 27: withdrawn when the proposal is out, and when it is not.
            aduan("27-cabut", "k27-cabut", "dicabut", **later), aduan("27-kirim", "k27-kirim", "dicabut", **later),
        ],
        "verifikasi": [
            # After the refusal: the same officer comes back; of another family nobody does.
            kunjungan("37-lagi", "k37", "2026-07-20", jenis="berkala", rujukan=None),
            kunjungan("tabrak-lagi", "tabrak", "2026-07-03", jenis="berkala", rujukan=None, program=["PKH"]),
            # While a proposal is on its way.
            kunjungan("36-lagi", "k36", "2026-07-06", jenis="berkala", rujukan=None),
        ],
        "pengajuan": [
            pengajuan("35", "k35", "baru", "diajukan", **july),
            pengajuan("sanggah", "sanggah", "sanggah", "layak", rujukan="VL-sanggah", **july),
            pengajuan("sanggah-awal", "sanggah-awal", "sanggah", "layak", rujukan="AD-sanggah-awal", **july),
            pengajuan("sanggah-buka", "sanggah-buka", "sanggah", "diajukan", rujukan="AD-sanggah-buka", **july),
            pengajuan("sanggah-tolak", "k36", "sanggah", "tidak_layak", rujukan="VL-36", **july),
        ],
    }  # fmt: skip


__all__ = ["JULI", "JUNI", "aduan", "ayah", "juli", "juni", "kunjungan", "no_kk", "pengajuan", "registries"]
