"""The summary after the demo, for people: what came in, what became of it, what the checks said, what changed."""

from __future__ import annotations

from typing import Any

import psycopg

from sinkron import database
from sinkron.settings import Settings


def summary(settings: Settings, months: list[str]) -> str:
    """The summary of the newest release of each month, as text; counts only."""
    with database.connect(settings) as connection:
        lines = [line for month in months for line in _month(connection, month)]
        return "\n".join([*lines, *_cases(connection), *_deactivations(connection)])


def _month(connection: psycopg.Connection, month: str) -> list[str]:
    release = connection.execute(
        "select * from rilis.rilis where periode = %s order by revisi desc limit 1", [month]
    ).fetchone()
    if release is None:
        return ["", f"== {month}: belum ada kandidat =="]
    lines = ["", f"== {month} revisi {release['revisi']}: {release['status']} =="]
    if release["status"] not in ("terbit", "digantikan"):
        return lines
    return lines + _balance(connection, release) + _checks(connection, release) + _changes(connection, release)


def _balance(connection: psycopg.Connection, release: dict[str, Any]) -> list[str]:
    rows = connection.execute(
        "select sumber, berkas, diterima, dikarantina, digabung, diterbitkan, di_luar_lingkup from rilis.neraca"
        " where id_rilis = %s order by sumber, berkas",
        [release["id_rilis"]],
    ).fetchall()
    titles = ("diterima", "karantina", "digabung", "terbit")
    head = f"  {'sumber':<9} {'berkas':<13} " + " ".join(f"{title:>9}" for title in titles) + f" {'luar':>6} neraca"
    lines = [head]
    for row in rows:
        kept = row["diterbitkan"] + row["digabung"] + row["di_luar_lingkup"] + row["dikarantina"]
        closed = "pas" if kept == row["diterima"] else f"SELISIH {row['diterima'] - kept}"
        lines.append(
            f"  {row['sumber']:<9} {row['berkas']:<13} {row['diterima']:>9} {row['dikarantina']:>9}"
            f" {row['digabung']:>9} {row['diterbitkan']:>9} {row['di_luar_lingkup']:>6} {closed}"
        )
    tables = release["tabel"]
    lines.append(
        f"  Terbit: {tables['individu']['baris']} individu, {tables['rumah_tangga']['baris']} rumah tangga,"
        f" {tables['kepesertaan']['baris']} kepesertaan"
    )
    numbers = connection.execute(
        "select nik_status, count(*) as n from rilis.individu where id_rilis = %s group by nik_status order by n desc",
        [release["id_rilis"]],
    ).fetchall()
    lines.append("  NIK: " + ", ".join(f"{row['nik_status']} {row['n']}" for row in numbers))
    visits = connection.execute(
        "select count(*) filter (where arah = 'keluar') as keluar, count(*) filter (where arah = 'masuk') as masuk"
        " from rilis.kandidat_verifikasi where id_rilis = %s",
        [release["id_rilis"]],
    ).fetchone()
    lines.append(
        f"  Daftar kunjungan: {visits['keluar']} karena yang diterimanya, {visits['masuk']} karena belum dibantu"
    )
    return lines


def _checks(connection: psycopg.Connection, release: dict[str, Any]) -> list[str]:
    verdict = release["gerbang"]
    lines = [
        f"  Gerbang rilis: {verdict.get('putusan')} ({verdict.get('lulus')} dari {verdict.get('diharapkan')}"
        " pemeriksaan lulus)"
    ]
    said = connection.execute(
        "select distinct on (periksa) kalimat, keparahan, diamati, batas from audit.hasil_periksa"
        " where gerbang = 'rilis' and subjek = %s and sha256 = %s and hasil <> 'lulus' order by periksa, pada desc",
        [release["id_rilis"], release["sha256"]],
    ).fetchall()
    return lines + [
        f"    {row['keparahan']}: {row['kalimat']} (diamati {row['diamati']}, batas {row['batas']})" for row in said
    ]


def _changes(connection: psycopg.Connection, release: dict[str, Any]) -> list[str]:
    if release["id_sebelum"] is None:
        return ["  Rilis pertama: belum ada pembanding"]
    rows = connection.execute(
        "select grain, jenis, count(distinct uid) as n from rilis.perubahan where id_rilis = %s"
        " group by grain, jenis order by grain, n desc",
        [release["id_rilis"]],
    ).fetchall()
    lines = [f"  Perubahan terhadap {release['id_sebelum']}:"]
    for grain in ("individu", "rumah_tangga"):
        found = ", ".join(f"{row['jenis']} {row['n']}" for row in rows if row["grain"] == grain)
        lines.append(f"    {grain}: {found or 'tidak ada'}")
    return lines


def _cases(connection: psycopg.Connection) -> list[str]:
    """Complaints, applications and field verifications as they are known now, by status or outcome."""
    rows = connection.execute(
        "select sumber, status, count(*) as n from kasus.kasus group by sumber, status"
        " union all select 'verifikasi', hasil, count(*) from kasus.verifikasi_pada('infinity') group by hasil"
        " order by sumber, n desc, status"
    ).fetchall()
    lines = ["", "== Kasus (pelapor disimpan terpisah) =="]
    for source in ("aduan", "pengajuan", "verifikasi"):
        found = [row for row in rows if row["sumber"] == source]
        states = ", ".join(f"{row['status']} {row['n']}" for row in found)
        lines.append(f"  {source:<11} {sum(row['n'] for row in found):>5}: {states or 'tidak ada'}")
    return lines


def _deactivations(connection: psycopg.Connection) -> list[str]:
    """The deactivations: what was decided, what each receiver made of it, and what is still open for how long."""
    lists = connection.execute(
        "select d.periode, d.ringkasan, string_agg(p.oleh, ', ' order by p.urutan) as oleh"
        " from antrean.daftar as d left join keputusan.putusan as p on d.sha256 = p.sha256 and p.jenis = 'push'"
        " group by d.sha256 order by d.periode, d.dibuat"
    ).fetchall()
    lines = ["", "== Penonaktifan =="]
    lines += [
        f"  Daftar {row['periode']}: {row['ringkasan']['keluarga']} dari {row['ringkasan']['rencana_sebulan']} keluarga"
        f" yang direncanakan, {row['ringkasan']['baris']} penonaktifan; disetujui {row['oleh'] or 'belum'}"
        for row in lists
    ]
    states = connection.execute(
        "select tujuan, string_agg(status || ' ' || n, ', ' order by n desc, status) as keadaan from"
        " (select tujuan, status, count(*) as n from publikasi.penonaktifan group by tujuan, status) as s"
        " group by tujuan order by tujuan"
    ).fetchall()
    lines += [f"  {row['tujuan']:<9} {row['keadaan']}" for row in states]
    standing = connection.execute(
        "select p.tujuan, p.program, p.bulan_efektif, p.status, coalesce(' ' || p.kode_tolak, '') as kode,"
        " r.periode as kini, count(*) as n"
        " from publikasi.penonaktifan as p cross join (select max(periode) as periode from rilis.rilis) as r"
        " where p.status in ('ditolak', 'belum_tercermin', 'muncul_kembali') and p.bulan_efektif <= r.periode"
        " group by 1, 2, 3, 4, 5, 6 order by 3, 1, 2, 4 limit 12"
    ).fetchall()
    if standing:
        lines.append("  Masih terbuka (umur sejak bulan efektif; selengkapnya di laporan bulanan):")
    lines += [
        f"    {row['tujuan']:<9} {row['program']:<9} {row['status']}{row['kode']}: {row['n']},"
        f" sejak {row['bulan_efektif']} ({_months(row['bulan_efektif'], row['kini'])} bulan)"
        for row in standing
    ]
    return lines


def _months(first: str, last: str) -> int:
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:])
