"""The tables that this library reads and writes, by name and columns: its whole interface.

The caller fills the input tables of a DuckDB connection, calls `linkage.run.link`, and takes the output tables.
NIK and No KK are null unless structurally valid; text is upper case with single blanks.
"""

from __future__ import annotations

INPUT = {
    # One row a person record of a current delivery.
    "rekaman": {
        "sumber": "varchar",
        "id_sumber": "varchar",
        "id_keluarga": "varchar",
        "prioritas": "integer",  # rank of the source; 1 is trusted most in a tie
        "nik": "varchar",
        "no_kk": "varchar",
        "nama": "varchar",
        "tanggal_lahir": "date",
        "lahir_baku": "boolean",  # a default birth date such as 31-12: agreement says little
        "jenis_kelamin": "varchar",
        "nama_ibu": "varchar",
        "kode_desa": "varchar",
        "tanggal": "date",  # the record's own date
        "hadir": "boolean",  # neither dead nor moved by this record
        "nik_ditolak": "boolean",  # Dukcapil knows no such number
    },
    # One row a family record of a current delivery.
    "keluarga": {
        "sumber": "varchar",
        "id_keluarga": "varchar",
        "prioritas": "integer",
        "no_kk": "varchar",
        "kk_terdaftar": "date",  # registration date inside the KK number
        "kode_desa": "varchar",
        "rt": "varchar",
        "rw": "varchar",
        "tanggal": "date",
    },
    # What Dukcapil says of numbers that were given up, one row a number asked.
    "nik_alias": {
        "nik": "varchar",
        "nik_aktif": "varchar",
        "cocok": "boolean",  # the person who was asked is the bearer of the active number
    },
    # The release before: which record was whose, who they were, where they lived.
    "lalu_tautan": {"sumber": "varchar", "id_sumber": "varchar", "uid": "varchar"},
    "lalu_individu": {
        "uid": "varchar",
        "uid_rumah_tangga": "varchar",
        "nik": "varchar",
        "awal": "varchar",  # release in which the uid was given; older sorts first
        "umur": "integer",
        "kepala": "boolean",
        "hadir": "boolean",  # neither dead nor moved: only such a person carries on a household
    },
    "lalu_rumah_tangga": {
        "uid": "varchar",
        "no_kk": "varchar",
        "kode_desa": "varchar",
        "rt": "varchar",
        "rw": "varchar",
        "awal": "varchar",
    },
}

OUTPUT = {
    "tautan": ("grain", "sumber", "id_sumber", "uid", "aturan", "utama", "ke"),
    "tempat": ("uid_individu", "uid_rumah_tangga", "sumber", "id_sumber"),
    "alias": ("uid", "nik", "nik_aktif"),
    "uid_baru": ("grain", "uid", "sumber_awal", "id_awal"),
    "digantikan": ("grain", "uid", "digantikan_oleh"),
    "peristiwa": ("grain", "jenis", "uid", "uid_terkait", "sebab"),
}


def create_inputs(con) -> None:
    """Create the empty input tables in a DuckDB connection."""
    for table, columns in INPUT.items():
        con.execute(f"create or replace table {table} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
