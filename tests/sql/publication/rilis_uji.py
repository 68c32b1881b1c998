"""Small candidates made from the contracts, in place of dbt, and what a publish wants to have seen."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import psycopg

from sinkron import contract, database, decisions, publish
from sinkron.settings import Settings

# Two kecamatan and four desa, so that areas can be told apart.
DESA = "(array['33.16.08.2001', '33.16.08.2002', '33.16.09.2001', '33.16.09.2002'])[1 + mod(n, 4)]"

# Values that a plain column gets by its name; a column that is not named here is null, or a constant by its type.
VALUES = {
    "periode": "%(periode)s",
    "revisi": "%(revisi)s",
    "id_rilis": "%(id_rilis)s",
    "uid_rumah_tangga": "'rt' || n",
    "uid_individu": "'in' || n",
    "uid_kepala": "'in' || n",
    "kode_desa": DESA,
    "kode_kecamatan": f"left({DESA}, 8)",
    "no_kk": "'33160801010' || lpad(n::text, 5, '0')",
    "no_kk_samar": "'3316************'",
    "nik": "'33160840010' || lpad(n::text, 5, '0')",
    "nik_samar": "'3316************'",
    "nama": "'NAMA ' || n",
    "nama_samar": "'N***'",
    "alamat": "'Jalan ' || n",
    "jenis_dinding_terluas": "'Tembok'",
    "desil_nasional": "1 + mod(n, 10)",
    "peringkat_provinsi": "1 + mod(n, 10)",
    "rekaman_identitas": "'dtsen|D' || n",
    "rekaman_rumah": "'simnakis|S' || n",
    "nik_status": "'padan'",
    "status_hidup": "'hidup'",
    "keberadaan": "'tinggal_bersama'",
    "grain": "'rumah_tangga'",
    "uid": "'rt' || n",
    "sumber": "'dtsen'",
    "id_sumber": "'D' || n",
    "id_kiriman": "'dtsen-1'",
    "nomor_baris": "n",
    "berkas": "'keluarga'",
    "nasib": "'terbit'",
    "id_kasus": "'aduan/' || n",
    "kolom": "'no_kk'",
    "kode": "'bentuk_rusak'",
    "jenis": "'baru'",
    "program": "'PKH'",
    "status": "'aktif'",
    "status_lokal": "'aktif'",
    "sejak": "%(periode)s",
    "aturan": "'uji'",
    "arah": "'keluar'",
    "tanggal": "date '2026-06-11'",
    "jumlah": "n",
    "ukuran": "'rumah_tangga'",
    "kelas": "'semua'",
}
BY_TYPE = {
    "text": "'x'",
    "text[]": "array['dtsen']",
    "boolean": "true",
    "smallint": "1",
    "integer": "1",
    "bigint": "0",
    "jsonb": "'[]'::jsonb",
    "timestamptz": "timestamptz '2026-06-11 08:00+07'",
}
ROWS = {"neraca": 1, "ringkasan_kabupaten": 1, "ringkasan_desa": 4, "asal_usul": 0, "tautan": 0}


def _value(column: contract.Column) -> str:
    if column.type != "text[]" and column.name in VALUES:
        return VALUES[column.name]
    return BY_TYPE[column.type] if column.required else "null"


def make_tables(connection: psycopg.Connection, id_rilis: str, households: int) -> None:
    """The candidate tables of a release in schema `release`, each household with one person."""
    periode, revisi = id_rilis.split("/")
    connection.execute("create schema if not exists release")
    for table in contract.released(contract.load()):
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"drop table if exists release.{table.name}")
        connection.execute(f"create table release.{table.name} ({columns})")
        values = ", ".join(f"({_value(column)})::{column.type}" for column in table.columns)
        connection.execute(
            f"insert into release.{table.name} select {values} from generate_series(1, %(baris)s) as n",
            {
                "periode": periode,
                "revisi": int(revisi),
                "id_rilis": id_rilis,
                "baris": ROWS.get(table.name, households),
            },
        )
    for grain, uid in (("rumah_tangga", "'rt'"), ("individu", "'in'")):
        connection.execute(
            "insert into release.tautan (periode, revisi, grain, sumber, id_sumber, id_kiriman, nomor_baris, nasib,"
            " uid, aturan, tanggal, kode_desa, id_rilis)"
            f" select %(periode)s, %(revisi)s, '{grain}', s.nama, s.huruf || n, s.nama || '-1', n, 'terbit',"
            f" {uid} || n, 'uji', date '2026-06-11', {DESA}, %(id_rilis)s"
            " from generate_series(1, %(baris)s) as n"
            " cross join (values ('dtsen', 'D'), ('dtjateng', 'J'), ('simnakis', 'S')) as s (nama, huruf)",
            {"periode": periode, "revisi": int(revisi), "id_rilis": id_rilis, "baris": households},
        )


def make_candidate(settings: Settings, id_rilis: str, households: int = 8, change: str = "select") -> str:
    """A candidate with its tables, audited: ledger row, sha256 and a passing verdict; returns the sha256.

    `change` is done to the tables before they are hashed.
    """
    periode, revisi = id_rilis.split("/")
    with database.connect(settings) as connection:
        make_tables(connection, id_rilis, households)
        connection.execute(change)
        connection.execute(
            "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode)"
            " values (%s, %s, %s, 'kandidat', %s, 'uji')",
            [id_rilis, periode, revisi, id_rilis],
        )
        seals = publish.seal_tables(connection)
        tables, sha256 = publish.hash_tables(connection, id_rilis)
        connection.execute(
            "update rilis.rilis set sha256 = %s, tabel = %s, segel = %s where id_rilis = %s",
            [sha256, json.dumps(tables), json.dumps(seals), id_rilis],
        )
        connection.execute(
            "insert into audit.putusan_gerbang (gerbang, subjek, sha256, putusan, diharapkan, dinilai)"
            " values ('rilis', %s, %s, 'lulus', 1, 1)",
            [id_rilis, sha256],
        )
    return sha256


def decide(settings: Settings, id_rilis: str, sha256: str, jawaban: str = "setuju") -> dict[str, Any]:
    """An answer to a candidate, marked automatic."""
    now = dt.datetime.now(dt.UTC)
    return decisions.record(settings, id_rilis, "publish", 1, sha256, jawaban, "uji-verifikator", True, now)


def release(settings: Settings, id_rilis: str, households: int = 8) -> dict[str, Any]:
    """Candidate, decision and publish in one go."""
    decide(settings, id_rilis, make_candidate(settings, id_rilis, households))
    return publish.publish(settings, id_rilis.split("/")[0])


def rows(settings: Settings, query: str, parameters: Any = None) -> list[dict[str, Any]]:
    """Rows of a query of the owner."""
    with database.connect(settings) as connection:
        return connection.execute(query, parameters).fetchall()
