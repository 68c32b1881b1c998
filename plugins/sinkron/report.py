"""The monthly report on deactivations, in Indonesian: what was sent, with which result, and how long rows are open.

Counts, codes and row ids only. `<outbox>/laporan/penonaktifan/<periode>.html` for people, `.csv` for a spreadsheet.
"""

from __future__ import annotations

import csv
import io
from html import escape
from pathlib import Path
from typing import Any

import psycopg

from sinkron import database, receivers, reference
from sinkron.settings import Settings

STATES = (
    "diusulkan", "disetujui", "dikirim", "diakui", "tercermin", "belum_tercermin", "muncul_kembali", "ditolak",
    "dibatalkan", "tidak_berlaku",
)  # fmt: skip
# A refused row is closed, but the family still receives the programme that should have ended.
UNFINISHED = ("disetujui", "dikirim", "diakui", "belum_tercermin", "muncul_kembali", "ditolak")
COUNTS = "select tujuan, status, count(*) as n from antrean.penonaktifan group by tujuan, status"
# What the report shows of such a row: columns of STANDING and of the CSV.
ROW = ("id_baris", "tujuan", "program", "kode_alasan", "bulan_efektif", "status", "kode_tolak", "umur_bulan")
# The same as headings of the page, in the same order.
HEADINGS = ("baris", "penerima", "program", "alasan", "berlaku", "keadaan", "kode", "umur (bulan)")
# `umur_bulan`: whole months from the month in which it should be seen to the month of the report.
STANDING = """
    select id_baris, tujuan, program, kode_alasan, bulan_efektif, status, coalesce(kode_tolak, '') as kode_tolak,
        greatest(0, (left(%(periode)s, 4)::int - left(bulan_efektif, 4)::int) * 12
            + right(%(periode)s, 2)::int - right(bulan_efektif, 2)::int) as umur_bulan
    from antrean.penonaktifan where status = any(%(belum)s)
    order by umur_bulan desc, bulan_efektif, tujuan, id_baris
"""
# Households whose deactivation was approved in the year so far, as the approvers count them (`steps.list`): deaths
# reported by Dukcapil do not count in the plan.
YEAR = """
    select count(distinct (d.periode, u.uid_rumah_tangga)) filter (where u.asal <> 'dukcapil') as keluarga,
        count(distinct (d.periode, u.uid_rumah_tangga)) filter (where u.asal = 'dukcapil') as kematian
    from antrean.daftar as d
    inner join antrean.daftar_baris as b on d.sha256 = b.sha256
    inner join kasus.usulan as u on b.id_baris = u.id_baris
    where keputusan.disahkan(d.sha256) and d.periode between left(%(periode)s, 4) || '-01' and %(periode)s
"""
# Memberships that ended in the newest release although nobody here had asked for it.
UNASKED = """
    select lalu.program, count(*) as n
    from rilis.rilis as r
    inner join rilis.kepesertaan as lalu on lalu.id_rilis = r.id_sebelum and lalu.status = 'AKTIF'
    left join rilis.kepesertaan as kini
        on kini.id_rilis = r.id_rilis and kini.uid_rumah_tangga = lalu.uid_rumah_tangga
        and coalesce(kini.uid_individu, '') = coalesce(lalu.uid_individu, '') and kini.program = lalu.program
        and kini.status = 'AKTIF'
    left join kasus.usulan as u
        on u.uid_rumah_tangga = lalu.uid_rumah_tangga and u.program = lalu.program
        and coalesce(u.uid_individu, '') = coalesce(lalu.uid_individu, '')
    where r.id_rilis = (select id_rilis from rilis.penunjuk) and kini.program is null and u.id_baris is null
    group by lalu.program order by lalu.program
"""
ALARMS = "select tujuan, kode, count(*) as n from antrean.alarm group by tujuan, kode order by tujuan, kode"


def write(connection: psycopg.Connection, settings: Settings, periode: str) -> Path:
    """Write the report of a month in its present state and return the HTML file; a second run replaces it."""
    folder = settings.outbox / "laporan" / "penonaktifan"
    folder.mkdir(parents=True, exist_ok=True)
    values = {"periode": periode, "belum": list(UNFINISHED)}
    standing = connection.execute(STANDING, values).fetchall()
    counted = {(row["tujuan"], row["status"]): row["n"] for row in connection.execute(COUNTS)}
    year = connection.execute(YEAR, values).fetchone()
    now = connection.execute(f"select {database.office_time('now()')} as jam").fetchone()["jam"]
    plan = int(reference.thresholds(settings, periode)["penonaktifan_rencana_setahun"][0])
    html = _page(
        f"Penonaktifan bantuan sosial, {settings.sebutan}, {periode}",
        f"Keadaan pada {now}. Tahun ini, sampai dengan {periode}, disahkan penonaktifan bagi {year['keluarga']}"
        f" keluarga dari {plan} yang direncanakan; di luar itu bagi {year['kematian']} keluarga karena kematian"
        " menurut Dukcapil. Yang tercermin dibuktikan oleh kiriman bulanan penerima sendiri.",
        [
            ("Keadaan menurut penerima", ("penerima", *STATES), [
                (tujuan, *(counted.get((tujuan, state), 0) for state in STATES))
                for tujuan in receivers.NAMES
            ]),
            ("Yang masih terbuka atau ditolak, dan umurnya", HEADINGS, [
                (row["id_baris"][:12], *(row[column] for column in ROW[1:])) for row in standing
            ]),
            ("Yang berakhir tanpa diminta", ("program", "jumlah"), [
                tuple(row.values()) for row in connection.execute(UNASKED)
            ]),
            ("Yang harus dilihat orang", ("penerima", "perihal", "jumlah"), [
                tuple(row.values()) for row in connection.execute(ALARMS)
            ]),
        ],
    )  # fmt: skip
    _replace(folder / f"{periode}.csv", _table(standing))
    path = folder / f"{periode}.html"
    _replace(path, html)
    return path


def _table(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(ROW)
    writer.writerows([row[column] for column in ROW] for row in rows)
    return text.getvalue()


def _page(title: str, lead: str, sections: list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]) -> str:
    parts = [
        '<!doctype html><html lang="id"><meta charset="utf-8">',
        f"<title>{escape(title)}</title>",
        "<style>body{font:15px/1.5 sans-serif;max-width:70rem;margin:2rem auto}table{border-collapse:collapse}"
        "td,th{border:1px solid #bbb;padding:.2rem .5rem;text-align:left}</style>",
        f"<h1>{escape(title)}</h1><p>{escape(lead)}</p>",
    ]
    for heading, columns, rows in sections:
        parts.append(f"<h2>{escape(heading)}</h2>")
        if not rows:
            parts.append("<p>Tidak ada.</p>")
            continue
        cells = "".join(f"<th>{escape(column)}</th>" for column in columns)
        lines = "".join(f"<tr>{''.join(f'<td>{escape(str(value))}</td>' for value in row)}</tr>" for row in rows)
        parts.append(f"<table><tr>{cells}</tr>{lines}</table>")
    return "\n".join(parts) + "</html>\n"


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(text, encoding="utf-8", newline="")
    beside.replace(path)
