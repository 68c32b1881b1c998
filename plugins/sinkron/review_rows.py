"""The rows of a review file: what a person sees about two people, and the answers, all checked before any is stored."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from sinkron.outcomes import Outcome

SUFFIXES = (".csv", ".xlsx")
# First characters that make a spreadsheet read a text as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
KEYS = ("id_tinjauan", "grain", "sumber_a", "id_a", "sumber_b", "id_b")
FILLED = ("putusan", "oleh", "alasan")
# Side by side: each column of a is next to the same column of b.
SHOWN = ("nama", "nik", "no_kk", "tanggal_lahir", "nama_ibu", "alamat", "rekaman")
COLUMNS = (
    *KEYS,
    *FILLED,
    "program_aktif",
    "peluang",
    "sebab",
    *(f"{column}_{side}" for column in SHOWN for side in "ab"),
)
WORDS = ("sama", "beda", "ragu")
GRAINS = ("individu", "rumah_tangga")
ROW_LIMIT = 100_000
NUMBER = re.compile(r"\d{9}")
IDENTIFIER = re.compile(r"[A-Za-z0-9._/-]{1,64}")
# The release that was linked last: the layer `intermediate` holds its records.
LINKED = """
    select r.id_rilis, r.id_sebelum
    from rilis.rilis as r
    where r.status <> 'ditarik' and r.pertimbangan_sampai is not null and r.periode = (
        select j.periode from buku.jalan as j
        where j.langkah = 'link' and j.hasil = 'selesai' order by j.id_jalan desc limit 1
    )
    order by r.revisi desc limit 1
"""
OPEN = f"""
    with tanya as (
        select t.* from identitas.tinjauan as t
        where t.id_rilis = %(ini)s and not exists (
            select from identitas.pertimbangan as p
            where p.grain = 'individu' and p.sumber_a = t.sumber_a and p.id_a = t.id_a
                and p.sumber_b = t.sumber_b and p.id_b = t.id_b
        )
    ),
    sisi as (select sumber_a as sumber, id_a as id_sumber from tanya union select sumber_b, id_b from tanya),
    orang as (
        select r.sumber, r.id_sumber, r.nama, coalesce(r.nik, r.nik_mentah) as nik, r.no_kk,
            r.tanggal_lahir::text as tanggal_lahir, r.nama_ibu,
            concat_ws(' ', h.alamat, h.dusun, 'RT ' || h.rt, 'RW ' || h.rw, h.kode_desa) as alamat
        from sisi
        inner join intermediate.int_individu__rekaman as r
            on sisi.sumber = r.sumber and sisi.id_sumber = r.id_sumber
        inner join intermediate.int_rumah_tangga__rekaman as h
            on r.sumber = h.sumber and r.id_keluarga = h.id_keluarga
    ),
    milik as (
        select t.uid, string_agg(t.sumber || ':' || t.id_sumber, ', ' order by t.sumber, t.id_sumber) as rekaman
        from identitas.tautan as t
        where t.id_rilis = %(ini)s and t.grain = 'individu'
            and t.uid in (select uid_a from tanya union select uid_b from tanya)
        group by t.uid
    ),
    lengkap as (
        select orang.*, milik.rekaman
        from orang
        inner join identitas.tautan as t
            on t.id_rilis = %(ini)s and t.grain = 'individu'
            and orang.sumber = t.sumber and orang.id_sumber = t.id_sumber
        inner join milik on t.uid = milik.uid
    )
    select t.id_tinjauan, 'individu', t.sumber_a, t.id_a, t.sumber_b, t.id_b, null, null, null,
        case when t.program then 'ya' else 'tidak' end, round(t.peluang::numeric, 4)::text, t.sebab,
        {", ".join(f"{side}.{column}" for column in SHOWN for side in "ab")}
    from tanya as t
    left join lengkap as a on t.sumber_a = a.sumber and t.id_a = a.id_sumber
    left join lengkap as b on t.sumber_b = b.sumber and t.id_b = b.id_sumber
    order by t.urutan
"""


class ReviewRefused(Outcome):
    """A file of judgements or an export is not acceptable as it is; nothing was written."""


@dataclass(frozen=True)
class Row:
    """One judgement as it came in; side a is the record that sorts first."""

    nomor: int
    id_tinjauan: str
    grain: str
    a: tuple[str, str]
    b: tuple[str, str]
    putusan: str
    oleh: str
    alasan: str


def questions(connection: psycopg.Connection) -> list[tuple[str, ...]]:
    """The open questions of the release linked last, as rows of COLUMNS; empty before the first release."""
    linked = connection.execute(LINKED).fetchone()
    if linked is None:
        return []
    cursor = connection.cursor(row_factory=psycopg.rows.tuple_row)
    found = cursor.execute(OPEN, {"ini": linked["id_rilis"]}).fetchall()
    return [tuple("" if cell is None else cell for cell in row) for row in found]


def question_id(a: tuple[str, str], b: tuple[str, str]) -> str:
    """The id of the question about two records, side a first; the step link computes the same id."""
    return "t-" + hashlib.sha256("|".join((*a, *b)).encode()).hexdigest()[:20]


def read(folder: Path, suffix: str, content: bytes, oleh: str | None) -> tuple[list[Row], int]:
    """The decided rows of a file, and the number of rows that are still open.

    Raises ReviewRefused when the file cannot be read, lacks columns, or is longer than ROW_LIMIT rows.
    """
    import duckdb

    from connectors.core.files.readers import READERS
    from connectors.core.signals import Refusal

    if suffix not in SUFFIXES:
        raise ReviewRefused(f"akhiran berkas harus salah satu dari {', '.join(SUFFIXES)}")
    path = folder / f"berkas{suffix}"
    path.write_bytes(content)
    with duckdb.connect(config={"threads": 1}) as con:
        try:
            READERS[suffix](con, path, _entity(), "berkas tinjauan", "masukan", folder)
        except Refusal as why:
            raise ReviewRefused(why.pesan) from None
        given = con.execute(
            f"select {', '.join((*KEYS, *FILLED))}, bentuk_rusak from masukan limit {ROW_LIMIT + 1}"
        ).fetchall()
    if len(given) > ROW_LIMIT:
        raise ReviewRefused(f"lebih dari {ROW_LIMIT} baris; bagi menjadi beberapa berkas")
    rows, empty = [], 0
    for nomor, (*cells, damaged) in enumerate(given, start=1):
        if damaged:
            raise ReviewRefused(f"baris {nomor}: banyaknya kolom tidak sama dengan judul; perbaiki baris itu")
        fields = dict(zip((*KEYS, *FILLED), map(_plain, cells), strict=True))
        if not fields["putusan"] and not fields["alasan"]:
            empty += 1
            continue
        a, b = sorted(((fields["sumber_a"], fields["id_a"]), (fields["sumber_b"], fields["id_b"])))
        rows.append(Row(
            nomor, fields["id_tinjauan"], fields["grain"], a, b, fields["putusan"].lower(),
            fields["oleh"] or (oleh or "").strip(), fields["alasan"],
        ))  # fmt: skip
    return rows, empty


def _plain(cell: str | None) -> str:
    """A cell without surrounding blanks, and without the mark that keeps a text from being read as a formula."""
    text = (cell or "").strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA) else text


def _entity() -> Any:
    """The columns that a review file must have, declared in the form that the readers of deliveries use."""
    from connectors.core.source import Column, Entity

    columns = tuple(Column(nama=name, tipe="text", arti=name, wajib=name != "oleh") for name in (*KEYS, *FILLED))
    return Entity(arti="putusan atas dua rekaman", peran="anggota", id="id_tinjauan", kunci=KEYS, kolom=columns)


def problems(connection: psycopg.Connection, rows: list[Row]) -> list[str]:
    """The errors in the rows, one sentence each, with the row number but without values."""
    known = _known(connection, rows)
    often = Counter((row.grain, row.a, row.b) for row in rows)
    wrong = []
    for row in rows:
        for problem in _problems(row, known, often[row.grain, row.a, row.b]):
            wrong.append(f"baris {row.nomor}: {problem}")
    return wrong


def _problems(row: Row, known: set[tuple[str, str, str]], often: int) -> list[str]:
    wrong = []
    if row.putusan not in WORDS:
        wrong.append(f"putusan harus {', '.join(WORDS)}")
    if not 1 <= len(row.alasan) <= 500:
        wrong.append("alasan wajib diisi, paling banyak 500 huruf")
    if not row.oleh:
        wrong.append("tidak disebut oleh siapa; isi kolom oleh atau OLEH=")
    if any(NUMBER.search(text) for text in (row.alasan, row.oleh, row.id_tinjauan)):
        wrong.append("alasan, oleh, dan id_tinjauan tidak boleh memuat nomor panjang")
    if not IDENTIFIER.fullmatch(row.id_tinjauan):
        wrong.append("id_tinjauan kosong atau memuat huruf yang tidak boleh")
    if row.grain not in GRAINS:
        return [*wrong, f"grain harus {' atau '.join(GRAINS)}"]
    if row.id_tinjauan.startswith("t-") and (row.grain != "individu" or row.id_tinjauan != question_id(row.a, row.b)):
        return [*wrong, "kolom kunci (id_tinjauan sampai id_b) berubah sejak diekspor"]
    if row.a == row.b:
        wrong.append("kedua rekaman adalah rekaman yang sama")
    elif not {(row.grain, *row.a), (row.grain, *row.b)} <= known:
        wrong.append("pasangan tidak dikenal: rekaman itu tidak ada pada rilis terakhir maupun sebelumnya")
    if often > 1:
        wrong.append("pasangan ini ada lebih dari sekali dalam berkas")
    return wrong


def _known(connection: psycopg.Connection, rows: list[Row]) -> set[tuple[str, str, str]]:
    """The records named in the rows that belong to the release linked last or to the one before it."""
    linked = connection.execute(LINKED).fetchone()
    if linked is None or not rows:
        return set()
    sides = sorted({(row.grain, *side) for row in rows for side in (row.a, row.b)})
    found = connection.execute(
        "select distinct t.grain, t.sumber, t.id_sumber from identitas.tautan as t"
        " inner join unnest(%s::text[], %s::text[], %s::text[]) as s (grain, sumber, id_sumber)"
        " on t.grain = s.grain and t.sumber = s.sumber and t.id_sumber = s.id_sumber"
        " where t.id_rilis = any(%s)",
        [*(list(column) for column in zip(*sides, strict=True)), [linked["id_rilis"], linked["id_sebelum"]]],
    ).fetchall()
    return {(row["grain"], row["sumber"], row["id_sumber"]) for row in found}
