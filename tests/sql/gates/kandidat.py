"""A small candidate that is right in everything, and the release before it, for planting defects."""

from __future__ import annotations

from pathlib import Path

import psycopg

from expectations import contract
from expectations.contract import Table
from expectations.release import Candidate
from sinkron import reference
from sinkron import settings as settings_module

CONTRACTS = Path(__file__).parents[3] / "dbt_project" / "contracts"
RELEASE, BEFORE = "2026-07/1", "2026-06/1"
# Enough that 2 % of the persons are more than the 20 rows below which no share acts.
KECAMATAN, HOUSEHOLDS_EACH, PERSONS_EACH = 16, 20, 4

# Values of required columns that the checks do not look at.
FILL = {
    "text": "''", "boolean": "false", "smallint": "0", "integer": "1", "bigint": "0", "text[]": "'{}'",
    "jsonb": "'[]'", "date": "date '2026-07-31'",
    "timestamptz": "timestamptz '2026-07-31 12:00+07'",
}  # fmt: skip

HOUSEHOLDS = f"""
insert into asli.rumah_tangga (periode, revisi, uid_rumah_tangga, no_kk, no_kk_samar, uid_kepala, kode_kecamatan,
    kecamatan, kode_desa, desa, dusun, jumlah_anggota, desil_nasional, di_dtsen, di_dtjateng, di_simnakis, status,
    jumlah_konflik, id_rilis)
select '2026-07', 1, 'r' || n, '33160101011' || lpad(n::text, 5, '0'), '3316************', 'i' || n || '-1',
    '33.16.' || lpad(k::text, 2, '0'), 'Kecamatan ' || k, '33.16.' || lpad(k::text, 2, '0') || '.2001', 'Desa',
    'Krajan', {PERSONS_EACH}, case when n % 9 > 0 then n % 9 end, true, false, false, 'aktif', 0, '{RELEASE}'
from generate_series(1, {KECAMATAN * HOUSEHOLDS_EACH}) as g (n), lateral (select (n - 1) % {KECAMATAN} + 1 as k) as kec
"""
PERSONS = f"""
insert into asli.individu (periode, revisi, uid_individu, uid_rumah_tangga, nik, nik_samar, nik_status, nama,
    nama_samar, jenis_kelamin, tanggal_lahir, kelompok_umur, hubungan, status_hidup, keberadaan, di_dtsen,
    di_dtjateng, di_simnakis, id_rilis)
select '2026-07', 1, 'i' || n || '-' || a, 'r' || n,
    case when a < 4 then '3316010101' || a || lpad(n::text, 5, '0') end,
    case when a < 4 then '3316************' end, case when a < 4 then 'belum_diperiksa' else 'kosong' end,
    'ORANG KE' || chr(64 + a), 'O*** K***', case when a % 2 = 1 then 'L' else 'P' end, date '1990-01-01' + n, '18-59',
    case when a = 1 then 'kepala' else 'anak' end, 'hidup', 'tinggal_bersama', true, false, false, '{RELEASE}'
from generate_series(1, {KECAMATAN * HOUSEHOLDS_EACH}) as g (n), generate_series(1, {PERSONS_EACH}) as p (a)
"""
MEMBERSHIPS = f"""
insert into asli.kepesertaan (uid_rumah_tangga, uid_individu, program, sumber_dana, periode_salur, status,
    status_lokal, sumber, tumpang_tindih, id_rilis)
select uid_rumah_tangga, null, 'PKH', 'PUSAT', '2026-07', 'AKTIF', 'aktif', '{{dtsen}}'::text[], false, '{RELEASE}'
from asli.rumah_tangga
union all
select uid_rumah_tangga, uid_individu, 'PBI_JK', 'PUSAT', null, 'AKTIF', 'aktif', '{{dtsen}}'::text[], false,
    '{RELEASE}'
from asli.individu
"""
# Of a person, of a household, of an application that no registry carries; a weight that is not in force yet.
VISITS = f"""
create schema if not exists staging;
create table staging.alasan_verifikasi (kode text, arah text, bobot int, keterangan text, berlaku_dari date);
insert into staging.alasan_verifikasi values ('PENERIMA_MENINGGAL', 'keluar', 100, '', '2020-01-01'),
    ('KENDARAAN_DESIL_1', 'keluar', 60, '', '2020-01-01'), ('KENDARAAN_DESIL_1', 'keluar', 90, '', '2026-08-01'),
    ('PENGAJUAN_LAYAK_TANPA_REGISTRI', 'masuk', 100, '', '2020-01-01');
insert into asli.kasus (id_kasus, id_rilis) values ('pengajuan/1', '{RELEASE}');
update asli.kasus set sumber = 'pengajuan', status_resolusi = 'tidak_ada';
insert into asli.kandidat_verifikasi
    (periode, revisi, uid_rumah_tangga, uid_individu, arah, program, skor, alasan, peringkat, id_kasus, id_rilis)
values
    ('2026-07', 1, 'r300', 'i300-1', 'keluar', 'PBI_JK', 100, '{{PENERIMA_MENINGGAL}}', 1, null, '{RELEASE}'),
    ('2026-07', 1, 'r301', null, 'keluar', null, 60, '{{KENDARAAN_DESIL_1}}', 2, null, '{RELEASE}'),
    ('2026-07', 1, null, null, 'masuk', null, 100, '{{PENGAJUAN_LAYAK_TANPA_REGISTRI}}', 1, 'pengajuan/1', '{RELEASE}')
"""
# Every fate occurs: published, merged, quarantined, outside; and an application, which is in no balance.
LINKS = f"""
insert into asli.tautan (periode, revisi, grain, sumber, id_sumber, id_kiriman, nomor_baris, nasib, uid, id_rilis)
select '2026-07', 1, 'rumah_tangga', 'dtsen', uid_rumah_tangga, 'kiriman-1', row_number() over (), 'terbit',
    uid_rumah_tangga, '{RELEASE}'
from asli.rumah_tangga
union all
select '2026-07', 1, 'individu', 'dtsen', uid_individu, 'kiriman-1', row_number() over (), 'terbit', uid_individu,
    '{RELEASE}'
from asli.individu
union all
values ('2026-07', 1, 'individu', 'dtsen', 'x1', 'kiriman-1', 90001, 'digabung', 'i1-1', '{RELEASE}'),
    ('2026-07', 1, 'individu', 'dtsen', 'x2', 'kiriman-1', 90002, 'karantina', null, '{RELEASE}'),
    ('2026-07', 1, 'rumah_tangga', 'dtsen', 'x3', 'kiriman-1', 90003, 'di_luar_lingkup', null, '{RELEASE}'),
    ('2026-07', 1, 'individu', 'pengajuan', 'p1', 'umpan-1', 1, 'digabung', 'i1-1', '{RELEASE}')
"""
LEDGER = f"""
insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, status)
    values ('kiriman-1', 'dtsen', '2026-07', 1, 'abc', 'diterima');
insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode, dibangun)
    values ('{RELEASE}', '2026-07', 1, 'kandidat', 's', 'k', now());
insert into buku.susunan (id_rilis, sumber, id_kiriman) values ('{RELEASE}', 'dtsen', 'kiriman-1');
insert into asli.neraca
    (periode, revisi, id_kiriman, sumber, berkas, diterima, dimuat, dikarantina, diterbitkan, digabung,
    di_luar_lingkup, id_rilis)
select '2026-07', 1, 'kiriman-1', 'dtsen', berkas, terbit + gabung + ditahan + luar, terbit + gabung + luar, ditahan,
    terbit, gabung, luar, '{RELEASE}'
from (values
    ('keluarga', (select count(*) from asli.rumah_tangga), 0, 0, 1),
    ('anggota', (select count(*) from asli.individu), 1, 1, 0),
    ('kepesertaan', (select count(*) from asli.kepesertaan), 0, 0, 0)
) as v (berkas, terbit, gabung, ditahan, luar);
insert into buku.pendaratan (id_kiriman, berkas, diterima, dimuat, dikarantina)
select id_kiriman, berkas, diterima, dimuat, dikarantina from asli.neraca;
insert into asli.karantina (sumber, periode, id_kiriman, berkas, nomor_baris, kode, id_rilis)
    values ('dtsen', '2026-07', 'kiriman-1', 'anggota', 90002, 'wajib_kosong', '{RELEASE}');
insert into asli.ringkasan_desa
    (periode, kode_desa, desa, kecamatan, ukuran, kelas, jumlah, disamarkan, id_rilis)
values ('2026-07', '33.16.01.2001', 'Desa', 'Jati', 'rumah_tangga', 'semua', 20, false, '{RELEASE}'),
    ('2026-07', '33.16.01.2001', 'Desa', 'Jati', 'desil', '1', null, true, '{RELEASE}');
insert into asli.ringkasan_kabupaten (periode, ukuran, kelas, jumlah, disamarkan, id_rilis)
    values ('2026-07', 'rumah_tangga', 'semua', 320, false, '{RELEASE}');
insert into asli.perubahan (grain, uid, jenis, kolom, sebelum, sesudah, id_rilis)
    values ('rumah_tangga', 'r1', 'berubah', 'desil_nasional', '2', '3', '{RELEASE}'),
    ('individu', 'i1-1', 'berubah', 'uid_rumah_tangga', '1234567890123456', 'r1', '{RELEASE}');
insert into asli.masalah (periode, revisi, sumber, grain, kolom, kode, sejak, id_rilis)
    values ('2026-07', 1, 'dtsen', 'individu', 'tanggal_lahir', 'tanggal_mustahil', '2026-07', '{RELEASE}');
insert into asli.asal_usul (periode, revisi, grain, uid, kolom, nilai, aturan, kalah, id_rilis)
    values ('2026-07', 1, 'individu', 'i1-1', 'nama', 'ORANG', 'prioritas', '[]', '{RELEASE}');
"""


def tables() -> tuple[Table, ...]:
    """The contracts under test: those of the repository."""
    return contract.load(CONTRACTS)


def candidate(before: str | None = BEFORE, released: str = "lalu") -> Candidate:
    """What the gate is told about the small candidate."""
    limits = reference.thresholds(settings_module.load(), RELEASE.split("/")[0])
    return Candidate(RELEASE, "33.16", KECAMATAN, tables(), 5, limits, sebelum=before, skema_rilis=released)


def build(connection: psycopg.Connection) -> None:
    """Make the right candidate once, in schema `asli`, with empty `release` and `lalu` beside it."""
    for schema in ("asli", "release", "lalu"):
        connection.execute(f"create schema if not exists {schema}")
        for table in tables():
            # No constraint at all: the gate must find what a constraint would have kept out.
            columns = ", ".join(f"{c.nama} {c.tipe}" for c in table.kolom)
            connection.execute(f"create table {schema}.{table.nama} ({columns})")
    for statement in (HOUSEHOLDS, PERSONS, MEMBERSHIPS, VISITS, LINKS, LEDGER):
        connection.execute(statement)
    for table in tables():
        for column in table.kolom:
            if column.wajib:
                connection.execute(
                    f"update asli.{table.nama} set {column.nama} = {FILL[column.tipe]} where {column.nama} is null"
                )


def restore(connection: psycopg.Connection) -> None:
    """Make `release` right again, and `lalu` the same people a month earlier."""
    for schema in ("release", "lalu"):
        for table in tables():
            connection.execute(f"drop table if exists {schema}.{table.nama}")
            connection.execute(f"create table {schema}.{table.nama} as select * from asli.{table.nama}")
            if schema == "lalu":
                connection.execute(f"update lalu.{table.nama} set id_rilis = '{BEFORE}'")
    connection.execute("truncate buku.pendaratan")
    connection.execute(
        "insert into buku.pendaratan (id_kiriman, berkas, diterima, dimuat, dikarantina)"
        " select id_kiriman, berkas, diterima, dimuat, dikarantina from asli.neraca"
    )
