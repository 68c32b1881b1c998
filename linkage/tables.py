"""The tables that this library reads and writes, with their columns: its whole interface.

The caller fills the input tables of a DuckDB connection, calls `linkage.run.link`, and takes the output tables.
NIK and No KK are null unless they are structurally valid. They are numbers here, because numbers are compared faster
than texts. Text is upper case with single blanks.
"""

from __future__ import annotations

# A household as it was published.
_HOUSEHOLD = {
    "uid": "varchar",
    "no_kk": "bigint",
    "kode_desa": "varchar",
    "rt": "varchar",
    "rw": "varchar",
    "awal": "varchar",
}

INPUT = {
    # One row for each person record of a current delivery.
    "rekaman": {
        "sumber": "varchar",
        "id_sumber": "varchar",
        "id_keluarga": "varchar",
        "prioritas": "integer",  # rank of the source; 1 is trusted most in a tie
        "nik": "bigint",
        "no_kk": "bigint",
        "nama": "varchar",
        "tanggal_lahir": "date",
        "lahir_baku": "boolean",  # a default birth date such as 31-12: agreement in it says little
        "jenis_kelamin": "varchar",
        "nama_ibu": "varchar",
        "kode_desa": "varchar",
        "tanggal": "date",  # the record's own date
        "hadir": "boolean",  # neither dead nor moved by this record
        # Dukcapil does not know the NIK, or knows it with another birth date, and the birth date inside the NIK is not
        # the record's either.
        "nik_ditolak": "boolean",
    },
    # One row for each family record of a current delivery.
    "keluarga": {
        "sumber": "varchar",
        "id_keluarga": "varchar",
        "prioritas": "integer",
        "no_kk": "bigint",
        "kk_terdaftar": "date",  # registration date inside the KK number
        "kode_desa": "varchar",
        "rt": "varchar",
        "rw": "varchar",
        "tanggal": "date",
    },
    # What Dukcapil says of replaced numbers, one row for each number that it was asked about.
    "nik_alias": {
        "nik": "bigint",
        "nik_aktif": "bigint",
        "cocok": "boolean",  # the person who was asked about holds the active number
    },
    # The release before: which record was whose, who these persons were, and in which households they lived.
    "lalu_tautan": {"sumber": "varchar", "id_sumber": "varchar", "uid": "varchar"},
    "lalu_individu": {
        "uid": "varchar",
        "uid_rumah_tangga": "varchar",
        "nik": "bigint",
        "awal": "varchar",  # release in which the uid was given; older sorts first
        "umur": "integer",  # in days
        "kepala": "boolean",
        "hadir": "boolean",  # neither dead nor moved: only such a person carries on a household
        "nama": "varchar",
        "tanggal_lahir": "date",
    },
    "lalu_rumah_tangga": _HOUSEHOLD,
    # Which family record was whose in the release before.
    "lalu_keluarga": {"sumber": "varchar", "id_keluarga": "varchar", "uid": "varchar"},
    # Households that the release before no longer has but that may still come back (rules.md "Golden": 24 months).
    "lalu_rumah_lama": _HOUSEHOLD,
    # To which id records belonged before a merge that is still valid:
    # the records of the absorbed id and of the id that was kept.
    "lalu_asal": {
        "grain": "varchar",
        "sumber": "varchar",
        "id_sumber": "varchar",
        "uid": "varchar",
        "digantikan_oleh": "varchar",  # null: the id is in use
        "penerus": "varchar",  # the id in use at the end of the chain; the id itself if it is in use
        "awal": "varchar",
    },
    # Ids that were given in months that this one does not build upon, by the record that founded them: later months
    # that were built before this one, or months that a rollback withdrew (docs/decisions/0022).
    "kelak_uid": {"grain": "varchar", "uid": "varchar", "sumber": "varchar", "id_sumber": "varchar"},
    # The judgements of people that are in force, one row for each pair of records.
    "pertimbangan": {
        "grain": "varchar",
        "sumber_a": "varchar",
        "id_a": "varchar",
        "sumber_b": "varchar",
        "id_b": "varchar",
        "putusan": "varchar",  # sama, beda, ragu
        "urutan": "bigint",  # of two judgements that contradict each other the one with the higher number counts
    },
}

OUTPUT = {
    "tautan": ("grain", "sumber", "id_sumber", "uid", "aturan", "utama", "ke"),
    "tempat": ("uid_individu", "uid_rumah_tangga", "sumber", "id_sumber"),
    "alias": ("uid", "nik", "nik_aktif"),
    "uid_baru": ("grain", "uid", "sumber_awal", "id_awal"),
    "digantikan": ("grain", "uid", "digantikan_oleh"),
    "peristiwa": ("grain", "jenis", "uid", "uid_terkait", "sebab"),
    # To which id the records of merged ids belonged before, so that the merge can be undone.
    "asal": ("grain", "uid", "sumber", "id_sumber"),
    # The questions for people, one for each pair of persons.
    "tinjauan": ("sumber_a", "id_a", "sumber_b", "id_b", "uid_a", "uid_b", "peluang", "sebab"),
    # All records of the persons that are asked about.
    "ditanyakan": ("uid", "sumber", "id_sumber", "id_keluarga"),
}


def create_inputs(con) -> None:
    """Create the empty input tables in a DuckDB connection."""
    for table, columns in INPUT.items():
        con.execute(f"create or replace table {table} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
