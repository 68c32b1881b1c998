"""What can be wrong with a delivery of DTSEN: `deliver --rusak <mode>`, each with the answer that landing has to give.

A mode changes the rows before they are written, the files before the manifest describes them, or what the manifest
says. A correct revision is delivered after it like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sandbox.state import month_number, month_text

# Numbers of rows: _MANY is SQL and above every relative limit of contracts/rules.md, even where few rows make a large
# share; _MOST_FEW is well below every limit.
_MANY, _MOST_FEW = "greatest(30, (0.006 * (select count(*) from {}))::int)", 3
_LOST = "33.16.08"  # the kecamatan that a delivery lacks


@dataclass(frozen=True)
class Damage:
    """One mode. `code` is the refusal that it has to get (contracts/rules.md), None when it is accepted anyway."""

    sentence: str
    code: str | None
    rows: Callable[[duckdb.DuckDBPyConnection], None] | None = None
    files: Callable[[dict[str, Path]], None] | None = None
    manifest: Callable[[dict], None] | None = None
    late: Callable[[dict[str, Path]], None] | None = None  # to the files, after the manifest was made
    month_before: bool = False  # the rows are those of the month before


def _sql(*statements: str) -> Callable[[duckdb.DuckDBPyConnection], None]:
    def run(con: duckdb.DuckDBPyConnection) -> None:
        for statement in statements:
            con.execute(statement)

    return run


def _nik(expression: str) -> Callable[[duckdb.DuckDBPyConnection], None]:
    chosen = f"""select urut from anggota where nomor_induk_kependudukan not like '%E+%'
        order by hash(urut) limit {_MANY.format("anggota")}"""
    return _sql(f"update anggota set nomor_induk_kependudukan = {expression} where urut in ({chosen})")


def _status(limit: str) -> Callable[[duckdb.DuckDBPyConnection], None]:
    chosen = f"select urut from kepesertaan order by hash(urut) limit {limit}"
    return _sql(f"update kepesertaan set status = 'DITUNDA' where urut in ({chosen})")


def _cut(files: dict[str, Path]) -> None:
    path = files["anggota"]
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def _utf_16(files: dict[str, Path]) -> None:
    path = files["keluarga"]
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))


def _empty(files: dict[str, Path]) -> None:
    files["kepesertaan"].write_bytes(b"")


def _entry(**changes: Callable[[object], object]) -> Callable[[dict], None]:
    def change(manifest: dict) -> None:
        for name, new in changes.items():
            manifest["berkas"][0][name] = new(manifest["berkas"][0][name])

    return change


def _next_month(manifest: dict) -> None:
    manifest["periode"] = month_text(month_number(manifest["periode"]) + 1)


def _neighbour(manifest: dict) -> None:
    manifest["kabupaten"] = "33.17"


_IN_LOST = f"select id_keluarga from keluarga where kode_kelurahan_desa like '{_LOST}.%'"
_WITH_LOST = [
    f"delete from {name} where id_keluarga in ({_IN_LOST})" for name in ("anggota", "kepesertaan", "keluarga")
]
_ELSEWHERE = """update keluarga set kode_kelurahan_desa = replace(kode_kelurahan_desa, '33.16.', '33.17.'),
    kode_kecamatan = replace(kode_kecamatan, '33.16.', '33.17.')"""
_SWAPPED = """update anggota set nomor_induk_kependudukan = nomor_kartu_keluarga,
    nomor_kartu_keluarga = nomor_induk_kependudukan"""
_DOUBLED = f"""insert into anggota select * replace (nama || ' LAIN' as nama) from anggota
    where nama <> '-' order by hash(urut) limit {_MOST_FEW}"""

MODES = {
    "terpotong": Damage("a file ends at two thirds, the manifest describes all of it", "manifest_tidak_cocok",
                        late=_cut),
    "sha256_salah": Damage("the manifest has another sha256", "manifest_tidak_cocok",
                           manifest=_entry(sha256=lambda digest: digest[::-1])),
    "baris_salah": Damage("the manifest counts one row more", "manifest_tidak_cocok",
                          manifest=_entry(baris=lambda rows: rows + 1)),
    "kecamatan_hilang": Damage("a kecamatan is missing with all its families", "kecamatan_hilang",
                               rows=_sql(*_WITH_LOST)),
    "kabupaten_lain": Damage("the families and the manifest are of another kabupaten", "wilayah_salah",
                             rows=_sql(_ELSEWHERE), manifest=_neighbour),
    "bulan_salah": Damage("the manifest names the month after that of its folder", "bulan_salah",
                          manifest=_next_month),
    "sama_bulan_lalu": Damage("the rows of the month before under this month's name", "sama_dengan_bulan_lalu",
                              month_before=True),
    "nik_ilmiah": Damage("NIK as 3.31608E+15, more than 0.2 %", "nik_rusak_massal",
                         rows=_nik("printf('%.5fE+15', nomor_induk_kependudukan::double / 1e15)")),
    "nik_nol": Damage("NIK that end in 0000, more than 0.2 %", "nik_rusak_massal",
                      rows=_nik("left(nomor_induk_kependudukan, 12) || '0000'")),
    "kolom_tertukar": Damage("NIK and No KK stand in each other's column", "kolom_tertukar", rows=_sql(_SWAPPED)),
    "kolom_hilang": Damage("a required column is missing", "kolom_wajib_hilang",
                           rows=_sql("alter table anggota drop column nama")),
    "kolom_baru": Damage("a column that nobody knows", None,
                         rows=_sql("alter table keluarga add column kolom_baru varchar default '1'")),
    "kode_banyak": Damage("unknown status in kepesertaan, more than 0.2 %", "kode_tidak_dikenal",
                          rows=_status(_MANY.format("kepesertaan"))),
    "kode_sedikit": Damage("unknown status in a few rows of kepesertaan", None, rows=_status(str(_MOST_FEW))),
    "id_ganda": Damage("a few id_anggota twice with other content", None, rows=_sql(_DOUBLED)),
    "kosong": Damage("kepesertaan has no byte", "kosong", rows=_sql("delete from kepesertaan"), files=_empty),
    "hanya_judul": Damage("keluarga has a header and no row", "kosong", rows=_sql("delete from keluarga")),
    "utf_16": Damage("keluarga is UTF-16", "bentuk_tidak_terbaca", files=_utf_16),
}  # fmt: skip
ONLY_CSV = ("kosong", "utf_16")
