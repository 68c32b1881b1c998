"""Checks that protect persons in what the masked schema shows (contracts/published.md "Vocabulary", `nik_samar` …)."""

from __future__ import annotations

from expectations.contract import Table
from expectations.suite import Measure, Subject, violations

# First four digits, then twelve stars: the date inside a NIK or KK, or its serial, would give the rest away.
# (Text functions: a regular expression over every person takes three times as long.)
MASKED_NUMBER = "right({0}, -4) = '************' and translate(left({0}, 4), '0123456789', '') = ''"
# First letter of each word, then three stars.
MASKED_NAME = r"{0} ~ '^\S\*{{3}}( \S\*{{3}})*$'"
# A NIK, a KK or an account number that slipped into a column everybody may read.
LONG_NUMBER = "length({0}) > 15 and {0} ~ '[0-9]{{16}}'"


def subject(schema: str, tables: tuple[Table, ...], smallest_cell: int) -> Subject:
    """The masking checks over the candidate in `schema`; all are critical, because a leak cannot be undone.

    Cells below `smallest_cell` could point at a family (contracts/published.md `ringkasan_*`).
    """
    shown = violations(f"(jumlah is null or jumlah >= {smallest_cell}) and (jumlah is null) = disamarkan")
    cells = " + ".join(f"(select {shown} from {schema}.{t})" for t in ("ringkasan_desa", "ringkasan_kabupaten"))
    texts = " + ".join(_long_numbers(schema, table) for table in tables if table.free_text)
    return Subject("penyamaran", "", (
        Measure("nik_samar", "NIK tersamar hanya memperlihatkan empat angka pertama", "kritis",
                _column(schema, "individu", "nik_samar", MASKED_NUMBER)),
        Measure("no_kk_samar", "Nomor KK tersamar hanya memperlihatkan empat angka pertama", "kritis",
                _column(schema, "rumah_tangga", "no_kk_samar", MASKED_NUMBER)),
        Measure("nama_samar", "Nama tersamar hanya memperlihatkan huruf pertama setiap kata", "kritis",
                _column(schema, "individu", "nama_samar", MASKED_NAME)),
        Measure("teks_tersamar", "Kolom yang dibaca umum tidak memuat deret 16 angka", "kritis", texts),
        Measure("ringkasan_tersamar", "Angka ringkasan di bawah sel terkecil disamarkan", "kritis", cells),
    ))  # fmt: skip


def _column(schema: str, table: str, column: str, masked: str) -> str:
    return f"(select count(*) from {schema}.{table} where not ({masked.format(column)}))"


def _long_numbers(schema: str, table: Table) -> str:
    # `perubahan` has uids as values of the columns that hold uids. They are random and not a number of a person.
    scope = " and kolom is distinct from 'digantikan_oleh' and coalesce(kolom, '') not like 'uid%'"
    found = " or ".join(f"({LONG_NUMBER.format(column)})" for column in table.free_text)
    return f"(select count(*) from {schema}.{table.nama} where ({found}){scope * (table.nama == 'perubahan')})"
