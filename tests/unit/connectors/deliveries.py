"""Small deliveries and pages for the connector tests: a kabupaten of two kecamatan, families built to order."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

from connectors.interface import Connection, Extracted, Reference, load_sources

KABUPATEN = "33.16"
SOURCES = load_sources()
DELIVERY = Extracted("dtsen", "2026-06", 1, (), "", {"baris": 0})
# Jepon and Bogorejo: the pair whose BPS codes are easily taken for each other's.
VILLAGES = {
    "33.16.08": (
        "Jepon",
        "3316090",
        {"33.16.08.2001": "Blungun", "33.16.08.2002": "Semanggi", "33.16.08.1025": "Jepon"},
    ),
    "33.16.15": (
        "Bogorejo",
        "3316080",
        {"33.16.15.2001": "Gayam", "33.16.15.2002": "Nglengkir", "33.16.15.2003": "Jeruk"},
    ),
}
THRESHOLDS = {
    "nik_rusak_massal": (0.002, 20),
    "nik_ganda_naik": (0.005, 20),
    "nik_ganda_mutlak": (0.05, 20),
    "baris_turun": (0.10, 20),
    "di_luar_kabupaten": (0.02, 20),
    "kode_tidak_dikenal": (0.002, 20),
    "wilayah_sama_salah": (0.95, 20),
    "baris_minimum_berkas": (1.0, 0),
    "keluarga_minimum_kecamatan": (1.0, 0),
}


def reference(folder: Path, **changes: Any) -> Reference:
    """A Reference over small seeds written into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [(KABUPATEN, "KAB. UJI")]
    for code, (nama, _, villages) in VILLAGES.items():
        rows += [(code, nama), *villages.items()]
    _csv(folder / "wilayah.csv", ["kode", "nama"], rows)
    _csv(folder / "bps.csv", ["kode_kecamatan", "kode_bps"], [(k, bps) for k, (_, bps, _) in VILLAGES.items()])
    _csv(folder / "alias.csv", ["kode_kecamatan", "alias", "kode_desa"], [("33.16.08", "Semangi", "33.16.08.2002")])
    given = {
        "kabupaten": KABUPATEN, "wilayah": folder / "wilayah.csv", "kecamatan_bps": folder / "bps.csv",
        "alias_desa": folder / "alias.csv", "ambang": THRESHOLDS,
    }  # fmt: skip
    return Reference(**{**given, **changes})


def _csv(path: Path, header: list[str], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)


def nik(number: int, kecamatan: str = "331608", birth: str = "010180") -> str:
    """A well-formed NIK with serial `number`."""
    return f"{kecamatan}{birth}{number:04d}"


def dtsen(families: int = 6, members: int = 2) -> dict[str, list[dict[str, str]]]:
    """A clean DTSEN delivery as rows of text: `families` spread over all villages, `members` persons each."""
    villages = [(k, v, n) for k, (_, _, names) in VILLAGES.items() for v, n in names.items()]
    tables: dict[str, list[dict[str, str]]] = {"keluarga": [], "anggota": [], "kepesertaan": []}
    for f in range(1, families + 1):
        _, code, village = villages[(f - 1) % len(villages)]
        kk = f"331608150110{f:04d}"
        tables["keluarga"].append({
            "id_keluarga": f"K{f}", "nomor_kartu_keluarga": kk, "nama_kepala_keluarga": f"WARGA {f}",
            "alamat": "Dk. Uji", "rt": "1", "rw": "02", "kode_kelurahan_desa": code, "kelurahan_desa": village,
            "jenis_lantai_terluas": "8", "luas_lantai": "36,5", "desil_nasional": "1", "exclude": "TIDAK",
            "tanggal_pemutakhiran": "2026-05-17",
        })  # fmt: skip
        for m in range(1, members + 1):
            person = (f - 1) * members + m
            tables["anggota"].append({
                "id_anggota": f"A{person}", "id_keluarga": f"K{f}", "nomor_induk_kependudukan": nik(person),
                "nomor_kartu_keluarga": kk, "nama": f"WARGA {person}", "jenis_kelamin": "1",
                "tanggal_lahir": "1980-01-01",
                "status_hubungan_keluarga": str(m), "keberadaan": "1", "pbi_nas": "YA",
            })  # fmt: skip
            tables["kepesertaan"].append({
                "id_keluarga": f"K{f}", "id_anggota": f"A{person}", "program": "PBI", "periode_salur": "2026-06",
                "status": "AKTIF", "nominal": "Rp 42.000",
            })  # fmt: skip
    return tables


def as_csv(rows: list[dict[str, str]], delimiter: str = ",", bom: bool = False) -> bytes:
    """Rows as CSV; the header is the union of their keys in order."""
    header = list(dict.fromkeys(k for r in rows for k in r))
    out = io.StringIO()
    writer = csv.DictWriter(out, header, delimiter=delimiter, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig" if bom else "utf-8")


def write_dtsen(
    inbox: Path,
    tables: dict[str, list[dict[str, str]]],
    periode: str = "2026-06",
    revisi: int = 1,
    manifest: dict[str, Any] | None = None,
    bodies: dict[str, bytes] | None = None,
    **form: Any,
) -> Connection:
    """Write a delivery into the inbox (manifest last). `bodies` replaces files, `manifest` its entries."""
    folder = inbox / "dtsen" / periode / f"rev-{revisi}"
    folder.mkdir(parents=True)
    files = []
    for entitas, rows in tables.items():
        body = (bodies or {}).get(entitas) or as_csv(rows, **form)
        (folder / f"{entitas}.csv").write_bytes(body)
        digest = hashlib.sha256(body).hexdigest()
        files.append({"nama": f"{entitas}.csv", "sha256": digest, "ukuran": len(body), "baris": len(rows)})
    content = {
        "sumber": "dtsen", "periode": periode, "revisi": revisi, "kabupaten": KABUPATEN, "versi_dtsen": "2026-T2",
        "desil_per": "2026-03-31", "berkas": files, **(manifest or {}),
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(content), "utf-8")
    return inbox_connection(inbox)


def inbox_connection(inbox: Path) -> Connection:
    """The connection dtsen_inbox for a folder."""
    return Connection("dtsen_inbox", "fs", "", inbox, None, None)


def rows(landed: Any, entitas: str) -> list[dict[str, str]]:
    """The landing CSV of an entity as dicts by column; an empty field is NULL and reads as ''."""
    file = landed.entitas[entitas]
    with file.path.open(newline="", encoding="utf-8") as source:
        return [dict(zip(file.columns, row, strict=True)) for row in csv.reader(source)]


def lines(path: Path) -> list[tuple[str, ...]]:
    """A CSV without header as tuples, sorted."""
    with path.open(newline="", encoding="utf-8") as source:
        return sorted(tuple(row) for row in csv.reader(source))


def household(number: int, **changes: Any) -> dict[str, Any]:
    """One DTJateng row with two persons."""
    kecamatan, village = [("3316090", "Blungun"), ("3316080", "gayam")][number % 2]
    row = {
        "id_rt": f"JT-{number}", "no_kk": f"331608150110{number:04d}", "alamat": "Dk. Uji", "dusun": None, "rt": 3,
        "rw": "001", "kode_kecamatan_bps": kecamatan, "nama_desa": village, "peringkat_provinsi": 3,
        "indikator": {"listrik_va": "900", "lantai": "Tanah", "jamban": 1, "anak_putus_sekolah": 1, "lain": "x"},
        "pembaruan": "2026-06-11",
        "anggota": [
            {"id_ind": f"P{number}-{i}", "nik": nik(number * 2 + i), "nama": f"WARGA {number}", "jk": "P",
             "tgl_lahir": "31-12-1990", "shdk": 1 + 2 * i, "nama_ibu": "-", "pekerjaan": "Tani",
             "bantuan": [{"program": "kip", "tahun": 2026, "sumber_dana": "PROVINSI"}] if i else []}
            for i in range(2)
        ],
    }  # fmt: skip
    return {**row, **changes}


def family(number: int, **changes: Any) -> dict[str, Any]:
    """One Simnakis family with one member."""
    row = {
        "id": f"S{number}", "no_kk": f"331608150110{number:04d}", "nik_kepala": nik(number), "alamat": "Dk. Uji",
        "rt": "01", "rw": "02", "kode_desa": ["33.16.08.2001", "3316152001"][number % 2], "lat": -6.97, "lon": 111.41,
        "status": "aktif", "kondisi_rumah": {"jenis_lantai_terluas": "Tanah", "fasilitas_bab": "1"},
        "aset": ["sepeda_motor", {"nama": "sapi", "jumlah": 2}, {"aset_bergerak_mobil": "2"}],
        "program_daerah": [{"program": "RTLH", "mulai": "2026-01-01", "selesai": None}],
        "diubah": "2026-06-20T10:00:00+07:00",
        "anggota": [{"id": f"SA{number}", "nik": nik(number), "nama": f"WARGA {number}", "jenis_kelamin": "L",
                     "tanggal_lahir": "1980-01-01", "hubungan": "kepala", "nama_ibu": None, "status_hidup": "hidup",
                     "tanggal_meninggal": None}],
    }  # fmt: skip
    return {**row, **changes}
