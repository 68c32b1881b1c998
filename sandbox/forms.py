"""Write a table of DTSEN in any form that a sender may choose (contracts/sources.md 1); each has the same rows.

Only `region="bps"` can lose information: a family whose village name and code contradict each other is resolved by the
name there.
"""

import gzip
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from sandbox import workbook
from sandbox.dwelling import ASSETS, HOUSING, LIVESTOCK
from sandbox.region import KECAMATAN

DELIMITERS = {"csv": ",", "csv;": ";", "csv|": "|", "csv-tab": "\t", "csv.gz": ","}
PLAIN = set(DELIMITERS) - {"csv.gz"}
# The forms of keluarga, anggota and kepesertaan.
FORMS = {form: (form,) * 3 for form in (*DELIMITERS, "xlsx", "parquet")} | {"campur": ("csv;", "xlsx", "parquet")}
HEADERS = ("kecil", "BESAR", "Spasi", "alias")
DATES = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "DD-MM-YYYY": "%d-%m-%Y",
    "DD/MM/YYYY": "%d/%m/%Y",
    "YYYYMMDD": "%Y%m%d",
    "serial": "",
}
SEXES = {"L/P": ("L", "P"), "1/2": ("1", "2"), "LAKI-LAKI/PEREMPUAN": ("LAKI-LAKI", "PEREMPUAN")}
REGIONS = ("titik", "polos", "bps")
# contracts/rules.md, "Files and values".
ALIASES = {
    "keluarga": {
        "id_keluarga": "ID_DTKS", "nomor_kartu_keluarga": "NOKK", "nama_kepala_keluarga": "NAMA_KRT",
        "kode_kelurahan_desa": "KODE_DESA", "kelurahan_desa": "DESA", "desil_nasional": "DESIL",
    },
    "anggota": {
        "id_anggota": "IDSEMESTA", "id_keluarga": "IDBDT", "nomor_induk_kependudukan": "NIK",
        "nomor_kartu_keluarga": "NO_KK", "nama": "NAMA_ART", "jenis_kelamin": "JNSKEL", "tempat_lahir": "TMP_LAHIR",
        "tanggal_lahir": "TGL_LAHIR", "nama_ibu_kandung": "NM_IBU_KANDUNG", "status_hubungan_keluarga": "HUB_KRT",
        "keberadaan": "ID_KEBERADAAN_INDIVIDU",
    },
    "kepesertaan": {"id_keluarga": "ID_DTKS", "id_anggota": "ID_ART"},
}  # fmt: skip
_DATED = ("tanggal_lahir", "tanggal_pemutakhiran")
_NUMBERS = {
    "jumlah_anggota_keluarga", "luas_lantai", "desil_nasional", "nominal", "status_hubungan_keluarga", "status_kawin",
    "keberadaan", "partisipasi_sekolah", *HOUSING, *ASSETS, *LIVESTOCK,
}  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """How values and headers are written. `typed`: forms with types (xlsx, parquet) hold dates and numbers as such.

    Raises ValueError for an unknown choice.
    """

    header: str = "kecil"
    date: str = "YYYY-MM-DD"
    sex: str = "L/P"
    region: str = "titik"
    bom: bool = False
    typed: bool = False

    def __post_init__(self):
        for name, choices in (("header", HEADERS), ("date", DATES), ("sex", SEXES), ("region", REGIONS)):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} {getattr(self, name)!r} is unknown: expected one of {list(choices)}")


def file_name(entity: str, form: str) -> str:
    """`anggota.csv.gz` and the like."""
    return f"{entity}.csv" if form in PLAIN else f"{entity}.{form}"


def write(con: duckdb.DuckDBPyConnection, entity: str, form: str, dialect: Dialect, folder: Path) -> Path:
    """Write the table `entity` of `con`, which has text columns and `urut` for the order; return the file's path."""
    path = folder / file_name(entity, form)
    columns = [name for name, *_ in con.execute(f"describe {entity}").fetchall() if name != "urut"]
    typed = dialect.typed and form in ("xlsx", "parquet")
    values = {name: _value(name, dialect, typed) for name in columns}
    headers = {name: _header(entity, name, dialect.header) for name in columns}
    if form == "xlsx":
        workbook.write(con, entity, values, headers, _kinds(columns, typed), path)
        return path
    shown = ", ".join(f'{values[name]} as "{headers[name]}"' for name in columns)
    query = f"select {shown} from {entity} order by urut"
    if form == "parquet":
        pq.write_table(con.sql(query).to_arrow_table(), path)
        return path
    plain = folder / f"{entity}.tulis"
    con.execute(f"copy ({query}) to '{plain}' (format csv, header, delimiter '{DELIMITERS[form]}')")
    opened = gzip.GzipFile(path, "wb", compresslevel=6, mtime=0) if form == "csv.gz" else path.open("wb")
    with plain.open("rb") as source, opened as target:
        target.write(b"\xef\xbb\xbf" if dialect.bom else b"")
        shutil.copyfileobj(source, target)
    plain.unlink()
    return path


def _header(entity: str, name: str, style: str) -> str:
    if style == "alias":
        return ALIASES[entity].get(name, name.upper())
    return {"kecil": name, "BESAR": name.upper(), "Spasi": name.replace("_", " ").title()}[style]


def _kinds(columns: list[str], typed: bool) -> dict[str, str]:
    """Column -> its kind of cell in a workbook: teks, tanggal or angka."""
    return {
        name: "tanggal" if typed and name in _DATED else "angka" if typed and name in _NUMBERS else "teks"
        for name in columns
    }


def _value(name: str, dialect: Dialect, typed: bool) -> str:
    """SQL: a column in this dialect."""
    if name in _DATED:
        if typed:
            return f"{name}::date"
        if dialect.date == "serial":
            return f"({name}::date - date '1899-12-30')::varchar"
        return f"strftime({name}::date, '{DATES[dialect.date]}')"
    if typed and name in _NUMBERS:
        return f"{name}::bigint"
    if name == "jenis_kelamin":
        male, female = SEXES[dialect.sex]
        return f"case {name} when 'L' then '{male}' when 'P' then '{female}' else {name} end"
    if name in ("kode_kelurahan_desa", "kode_kecamatan") and dialect.region != "titik":
        plain = f"replace({name}, '.', '')"
        return plain if dialect.region == "polos" else _bps(name, plain)
    return name


def _bps(name: str, plain: str) -> str:
    """SQL for the BPS code of a kecamatan or of a village in it. BPS numbers villages in its own way, so the last three
    digits of a village are invented.
    """
    cases = " ".join(
        f"when '3316{number:02d}' then '{bps}'" + (f" || right({plain}, 3)" if name == "kode_kelurahan_desa" else "")
        for number, (bps, *_) in KECAMATAN.items()
    )
    return f"case left({plain}, 6) {cases} else {plain} end"
