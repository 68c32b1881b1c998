"""Families of their own in what the sources deliver: rows of the DTSEN files, and of what the servers serve."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from bulan_uji import Bulan, edit

from sandbox import dukcapil, rows

BLUNGUN, GAYAM = "33.16.08.2001", "33.16.15.2010"
NAMA_DESA = {BLUNGUN: "BLUNGUN", GAYAM: "GAYAM"}
BPS = {BLUNGUN: "3316090", GAYAM: "3316080"}
# A registry's own date of a record, when a case does not say otherwise.
TANGGAL = {"dtsen": "2026-04-10", "dtjateng": "2026-03-11", "simnakis": "2026-02-20"}
SUMBER = tuple(TANGGAL)
HUBUNGAN = {
    "dtsen": {"kepala": "1", "istri": "2", "anak": "3", "orang_tua": "6"},
    "dtjateng": {"kepala": 1, "istri": 3, "anak": 4, "orang_tua": 7},
}
_MARGA = (
    "WIDODO", "PRAYITNO", "KUSUMA", "HANDOKO", "LESTARI", "SANTOSO", "MULYONO", "GUNAWAN", "RAHARJO", "SUBEKTI",
    "BINTORO", "YUWONO", "PAMUNGKAS", "SETIADI", "NUGROHO", "WASKITO", "HARTANTO", "JATMIKO", "PURNOMO", "KRISNADI",
)  # fmt: skip
_AYAH = ("SUPARMAN", "TARMIJI", "KARDONO", "WAGIRAN", "BASUKI", "NGADIMIN", "LASIYO")
_IBU = ("KASIYATUN", "MURYATI", "PONIRAH", "JUMINEM", "RUSMINI")
_ANAK = ("WAGINAH", "SULASTRI", "RUKMINI")


def nik(serial: int, lahir: str, jk: str = "L") -> str:
    """A well-formed NIK of that birth date and sex."""
    tahun, bulan, hari = lahir.split("-")
    return f"331608{int(hari) + (40 if jk == 'P' else 0):02d}{bulan}{tahun[2:]}{7000 + serial}"


def kk(serial: int, terdaftar: str = "2012-05-09") -> str:
    """A KK number registered on that day."""
    tahun, bulan, hari = terdaftar.split("-")
    return f"331608{hari}{bulan}{tahun[2:]}{7000 + serial}"


@dataclass(frozen=True)
class Orang:
    """A person as a record says it. `tercatat`: Dukcapil knows this number, name and birth date."""

    kunci: str
    nama: str
    lahir: str
    jk: str = "L"
    hubungan: str = "kepala"
    nik: str | None = None
    ibu: str | None = None
    keberadaan: str = "1"
    wafat: str | None = None
    tercatat: bool = True

    def kata(self, **lain: Any) -> Orang:
        """The same person as another record says it."""
        return replace(self, **lain)


def pasangan(kasus: str, nomor: int, anak: int = 1) -> list[Orang]:
    """A couple and their daughters, unlike those of every other number; record keys `<kasus>-ayah` and so on."""

    def satu(siapa: str, depan: str, awal: str, hari: int, jk: str, hubungan: str) -> Orang:
        lahir = str(dt.date.fromisoformat(awal) + dt.timedelta(days=hari))
        nama = f"{depan} {_MARGA[nomor % len(_MARGA)]}"
        return Orang(f"{kasus}-{siapa}", nama, lahir, jk, hubungan, nik(nomor, lahir, jk))

    ibu = satu("ibu", _IBU[nomor % 5], "1967-05-09", nomor * 37, "P", "istri")
    anak_anak = [
        satu(f"anak{n}", _ANAK[n - 1], "1997-04-07", nomor * 19 + n * 711, "P", "anak") for n in range(1, anak + 1)
    ]
    ayah = satu("ayah", _AYAH[nomor % 7], "1966-09-14", nomor * 41, "L", "kepala")
    return [ayah, ibu, *(a.kata(ibu=ibu.nama) for a in anak_anak)]


@dataclass(eq=False)
class Tanaman:
    """What one month's deliveries carry beside the world's own rows."""

    periode: str
    keluarga_dtsen: list[dict[str, Any]] = field(default_factory=list)
    anggota_dtsen: list[dict[str, Any]] = field(default_factory=list)
    program_dtsen: list[dict[str, Any]] = field(default_factory=list)
    dtjateng: list[dict[str, Any]] = field(default_factory=list)
    simnakis: list[dict[str, Any]] = field(default_factory=list)
    orang: list[Orang] = field(default_factory=list)

    def keluarga(
        self,
        sumber: str,
        kunci: str,
        no_kk: str,
        orang: list[Orang],
        tanggal: str | None = None,
        desa: str = BLUNGUN,
        **isi: Any,
    ) -> None:
        """A family record of a source with its members; `isi`: further fields by the source's own names."""
        self.orang += orang
        getattr(self, f"_{sumber}")(kunci, no_kk, orang, tanggal or TANGGAL[sumber], desa, isi)

    def di_semua(self, kunci: str, no_kk: str, orang: list[Orang], tanggal: str | None = None) -> None:
        """The same family in all three registries."""
        for sumber in SUMBER:
            self.keluarga(sumber, kunci, no_kk, orang, tanggal)

    def program(self, kunci: str, program: str, orang: str | None = None, payer: str = "PUSAT") -> None:
        """An active membership in DTSEN."""
        self.program_dtsen.append(
            {
                "id_keluarga": kunci, "id_anggota": orang or "", "program": program, "periode_salur": self.periode,
                "status": "AKTIF", "sumber_dana": payer,
            }
        )  # fmt: skip

    def _dtsen(self, kunci: str, no_kk: str, orang: list[Orang], tanggal: str, desa: str, isi: dict) -> None:
        self.keluarga_dtsen.append(
            {
                "id_keluarga": kunci, "nomor_kartu_keluarga": no_kk, "nama_kepala_keluarga": orang[0].nama,
                "jumlah_anggota_keluarga": len(orang), "alamat": "DK. UJI RT 02 RW 01", "dusun": "UJI", "rt": "002",
                "rw": "001", "kode_kelurahan_desa": desa, "kelurahan_desa": NAMA_DESA[desa], "exclude": "TIDAK",
                "tanggal_pemutakhiran": tanggal, **isi,
            }
        )  # fmt: skip
        self.anggota_dtsen += [
            {
                "id_anggota": o.kunci, "id_keluarga": kunci, "nomor_induk_kependudukan": o.nik or "",
                "nomor_kartu_keluarga": no_kk, "nama": o.nama, "jenis_kelamin": o.jk, "tanggal_lahir": o.lahir,
                "nama_ibu_kandung": o.ibu or "", "status_hubungan_keluarga": HUBUNGAN["dtsen"][o.hubungan],
                "keberadaan": "2" if o.wafat else o.keberadaan, "tanggal_pemutakhiran": tanggal,
            }
            for o in orang
        ]  # fmt: skip

    def _dtjateng(self, kunci: str, no_kk: str, orang: list[Orang], tanggal: str, desa: str, isi: dict) -> None:
        anggota = [
            {
                "id_ind": o.kunci, "nik": o.nik, "nama": o.nama, "jk": o.jk,
                "tgl_lahir": "-".join(reversed(o.lahir.split("-"))), "shdk": HUBUNGAN["dtjateng"][o.hubungan],
                "nama_ibu": o.ibu, "pekerjaan": None, "bantuan": [],
            }
            for o in orang
        ]  # fmt: skip
        anggota[0]["bantuan"] = isi.pop("bantuan", [])
        self.dtjateng.append(
            {
                "id_rt": kunci, "no_kk": no_kk, "alamat": "UJI RT.002/RW.001", "dusun": "UJI", "rt": "002", "rw": "001",
                "kode_kecamatan_bps": BPS[desa], "nama_desa": NAMA_DESA[desa], "peringkat_provinsi": None,
                "indikator": {}, "pembaruan": tanggal, **isi, "anggota": anggota,
            }
        )  # fmt: skip

    def _simnakis(self, kunci: str, no_kk: str, orang: list[Orang], tanggal: str, desa: str, isi: dict) -> None:
        anggota = [
            {
                "id": o.kunci, "nik": o.nik, "nama": o.nama, "jenis_kelamin": o.jk, "tanggal_lahir": o.lahir,
                "hubungan": o.hubungan, "nama_ibu": o.ibu, "status_hidup": "meninggal" if o.wafat else "hidup",
                "tanggal_meninggal": o.wafat,
            }
            for o in orang
        ]  # fmt: skip
        self.simnakis.append(
            {
                "id": kunci, "no_kk": no_kk, "nik_kepala": orang[0].nik, "alamat": "DK. UJI RT 02 RW 01",
                "dusun": "UJI", "rt": "002", "rw": "001", "kode_desa": desa, "lat": None, "lon": None,
                "status": "aktif", "kondisi_rumah": {}, "aset": [], "program_daerah": [],
                "diubah": f"{tanggal}T09:00:00+07:00", **isi, "anggota": anggota,
            }
        )  # fmt: skip


def tanam(bulan: Bulan, tanaman: Tanaman) -> Path:
    """Deliver a month to an installation with these families in it; returns the folder of the DTSEN delivery."""
    for sumber, kunci in (("dtjateng", "id_rt"), ("simnakis", "id")):
        _serve(rows.rows_path(bulan.world, sumber, tanaman.periode), getattr(tanaman, sumber), kunci)
    folder = bulan.deliver(tanaman.periode)
    for berkas in ("keluarga", "anggota", "program"):
        baru = getattr(tanaman, f"{berkas}_dtsen")
        nama = {"program": "kepesertaan"}.get(berkas, berkas)
        edit(folder, f"{nama}.csv", lambda lama, baru=baru: [*lama, *baru])
    return folder


def _serve(path: Path, baru: list[dict[str, Any]], kunci: str) -> None:
    with path.open(encoding="utf-8") as file:
        lama = json.loads(f"[{file.read().rstrip().removesuffix(',')}]")
    semua = [*lama, *baru]
    table = {"id": [r[kunci] for r in semua], "body": [json.dumps(r, separators=(",", ":")) + "," for r in semua]}
    if kunci == "id":
        table["changed"] = np.array([dt.datetime.fromisoformat(r["diubah"]).timestamp() for r in semua])
    rows.save(path, pa.table(table))


class Penduduk(dukcapil.Register):
    """The world's register with the planted people in it, and numbers that were given up."""

    def __init__(self, world: Path, periode: str, orang: list[Orang], nik_lama: dict[str, str]):
        """`orang`: those whom Dukcapil knows; `nik_lama`: number given up -> active number."""
        super().__init__(world, periode)
        nomor = np.array([int(o.nik) for o in orang], dtype=self.nik.dtype)
        urut = np.argsort(np.concatenate([self.nik, nomor]), kind="stable")

        def hari(tanggal: str | None) -> int:
            return (dt.date.fromisoformat(tanggal or "1970-01-01") - dt.date(1970, 1, 1)).days

        tidak = [False] * len(orang)
        tambahan = {
            "nik": nomor, "born": [hari(o.lahir) for o in orang], "name": [o.nama for o in orang],
            "status": ["meninggal" if o.wafat else "hidup" for o in orang], "away": tidak, "twice": tidak,
            "ended": [hari(o.wafat) for o in orang],
        }  # fmt: skip
        for kolom, isi in tambahan.items():
            setattr(self, kolom, np.ma.concatenate([getattr(self, kolom), isi])[urut])
        self.old = self.old | nik_lama


def catat(bulan: Bulan, orang: list[Orang], nik_lama: dict[str, str]) -> None:
    """Let the Dukcapil of an installation know these people."""
    dikenal = list({o.nik: o for o in reversed(orang) if o.nik and o.tercatat}.values())
    bulan.server.register = lru_cache(lambda periode: Penduduk(bulan.world, periode, dikenal, nik_lama))
