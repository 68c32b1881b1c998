"""The rows of a feed's page, which Postgres makes from one JSON parameter as the feed.yml declares them.

Every change ends in exactly one place: in schema `kasus` (also when it is there already), or in quarantine when it has
no readable id, version or instant. What names or comes from a complainant or an applicant's phone lands in schema
`pelapor` and nowhere else. Other unreadable values become null with a `masalah` row; unknown codes are kept as
delivered and marked in `perlu_periksa` (rules.md "Refusals and thresholds", "Cases and deactivation").
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.sql import SQL, Composable, Identifier, Literal

if TYPE_CHECKING:
    from connectors.interface import Feed, FeedColumn, Page

# type -> the typed value of {nilai}; types that are not named here are plain text.
READ = {
    "id": "kasus.pengenal({nilai})",
    "bulat": "kasus.bulat({nilai})",
    "desimal": "kasus.desimal({nilai}, 1e12)",
    "lintang": "kasus.desimal({nilai}, 90)",
    "bujur": "kasus.desimal({nilai}, 180)",
    "ya_tidak": "kasus.ya_tidak({nilai})",
    "rt_rw": "kasus.rt_rw({nilai})",
    "kode_desa": "kasus.kode_desa({nilai})",
    "tanggal": "kasus.tanggal({nilai})",
    "waktu": "kasus.waktu({nilai})",
    "program": "kasus.program({nilai}, %(alias)s)",
    "daftar": "kasus.daftar({nilai}, {isi})",
    "kode": "coalesce({kode}, kasus.teks({nilai}))",
}
CODE = r"%(daftar)s::jsonb -> {daftar} ->> regexp_replace(lower(kasus.teks({nilai})), '[^[:alnum:]]', '', 'g')"
# type -> condition: a delivered value could not be read. For other types: a value is there and became null.
UNREADABLE = {
    "program": "not kasus.program_utuh({nilai})",
    "daftar": "not kasus.daftar_utuh({nilai})",
}


def land(connection: psycopg.Connection, feed: Feed, id_kiriman: str, page: Page) -> dict[str, int]:
    """Land the changes of a page in the caller's transaction; returns counts: received, new, quarantined.

    The delivery's ledger row must exist. A change that landed before, on whatever page, is a no-op.
    """
    connection.execute(_spread(feed), _parameters(feed, page))
    names = {"tabel": Literal(feed.nama), "kiriman": Literal(id_kiriman)}
    quarantined = connection.execute(
        SQL(
            "insert into pendaratan.karantina (id_kiriman, berkas, nomor_baris, id_sumber, kode)"
            " select {kiriman}, {tabel}, nomor_baris, id_sumber, kode from masuk where kode is not null"
        ).format(**names)
    ).rowcount
    columns = [*(c.nama for c in feed.open), "perlu_periksa"]
    new = connection.execute(_insert("kasus", feed, columns, id_kiriman)).rowcount
    if feed.closed:
        # The separately kept columns get the key of the change too.
        keys = [name for name in feed.required if name != "diubah"]
        connection.execute(_insert("pelapor", feed, [*keys, *(c.nama for c in feed.closed)], id_kiriman))
    connection.execute(_problems(feed, id_kiriman))
    connection.execute(
        "insert into buku.pendaratan (id_kiriman, berkas, diterima, dimuat, dikarantina) values (%s, %s, %s, %s, %s)",
        [id_kiriman, feed.nama, page.baris, page.baris - quarantined, quarantined],
    )
    connection.execute("drop table masuk")
    return {"diterima": page.baris, "baru": new, "dikarantina": quarantined}


def _parameters(feed: Feed, page: Page) -> dict[str, Any]:
    from connectors.interface import code_lists, program_aliases

    used = {c.daftar for c in feed.kolom if c.daftar}
    return {
        "data": page.data,
        "alias": json.dumps(program_aliases()),
        "daftar": json.dumps({name: code_lists()[name] for name in used}),
    }


def _spread(feed: Feed) -> Composable:
    """Table `masuk`: one typed row per change of the page, with its quarantine code if it has one."""
    missing = SQL(" or ").join(SQL("{} is null").format(Identifier(name)) for name in feed.required)
    broken = SQL(" or ").join(_unreadable(c) for c in feed.kolom if c.wajib)
    marks = SQL(", ").join(
        SQL("case when {} then {} end").format(condition, Literal(mark)) for mark, condition in _marks(feed)
    )
    apart: Composable = SQL("isi")
    for column in feed.closed:
        apart = SQL("kasus.tanpa({}, {})").format(apart, Literal(list(column.path)))
    return SQL(
        """
        create temp table masuk on commit drop as
        with baris as (
            select nomor::integer as nomor_baris, isi
            from jsonb_array_elements(%(data)s::jsonb) with ordinality as t (isi, nomor)
        ),
        terbaca as (select nomor_baris, isi, {columns} from baris)
        select
            *,
            array_remove(array[{marks}]::text[], null) as perlu_periksa,
            encode(sha256(convert_to({apart}::text, 'UTF8')), 'hex') as sidik_kasus,
            encode(sha256(convert_to(isi::text, 'UTF8')), 'hex') as sidik_pelapor,
            case
                when jsonb_typeof(isi) <> 'object' or {broken} then 'bentuk_rusak'
                when {missing} then 'wajib_kosong'
            end as kode
        from terbaca
        """
    ).format(
        columns=SQL(", ").join(SQL("{} as {}").format(_value(c), Identifier(c.nama)) for c in feed.kolom),
        marks=marks,
        apart=apart,
        broken=broken,
        missing=missing,
    )


def _parts(column: FeedColumn) -> dict[str, Composable]:
    delivered = SQL("(isi #> {})").format(Literal(list(column.path)))
    return {
        "nilai": delivered,
        "isi": Literal(list(column.isi)),
        "kode": SQL(CODE).format(daftar=Literal(column.daftar), nilai=delivered),
    }


def _value(column: FeedColumn) -> Composable:
    return SQL(READ.get(column.tipe, "kasus.teks({nilai})")).format(**_parts(column))


def _unreadable(column: FeedColumn) -> Composable:
    """Condition on `masuk`: a value of this column was delivered and could not be read (whole)."""
    condition = UNREADABLE.get(column.tipe, "(kasus.ada({nilai}) and {kolom} is null)")
    return SQL(condition).format(kolom=Identifier(column.nama), **_parts(column))


def _marks(feed: Feed) -> list[tuple[str, Composable]]:
    """Why a person has to look at a change, with the mark: an unknown code, or programmes that are no list of names."""
    found = []
    for column in feed.kolom:
        if column.tipe == "kode":
            condition = SQL("{} is not null and ({}) is null").format(Identifier(column.nama), _parts(column)["kode"])
            found.append((f"{column.nama.upper()}_TIDAK_DIKENAL", condition))
        elif column.tipe == "program":
            found.append((f"{column.nama.upper()}_TIDAK_TERBACA", _unreadable(column)))
    return found


def _insert(schema: str, feed: Feed, columns: list[str], id_kiriman: str) -> Composable:
    names = SQL(", ").join(map(Identifier, columns))
    told = SQL(" or ").join(SQL("{} is not null").format(Identifier(c.nama)) for c in feed.closed)
    return SQL(
        "insert into {table} (id_kiriman, nomor_baris, {names}, sidik)"
        " select {kiriman}, nomor_baris, {names}, {fingerprint} from masuk where kode is null{told}"
        " order by nomor_baris on conflict (id_sumber, sidik) do nothing"
    ).format(
        table=Identifier(schema, feed.nama),
        names=names,
        kiriman=Literal(id_kiriman),
        fingerprint=Identifier(f"sidik_{schema}"),
        told=SQL(" and ({})").format(told) if schema == "pelapor" else SQL(""),
    )


def _problems(feed: Feed, id_kiriman: str) -> Composable:
    """Values that were delivered and could not be read, also values that should be objects but are not."""
    checks = [(c.nama, _unreadable(c)) for c in feed.kolom if not c.wajib]
    for parent in sorted({c.path[:-1] for c in feed.kolom if len(c.path) > 1}):
        place = SQL("(isi #> {})").format(Literal(list(parent)))
        checks.append((parent[-1], SQL("kasus.ada({0}) and jsonb_typeof({0}) <> 'object'").format(place)))
    values = SQL(", ").join(SQL("({}, {})").format(Literal(name), condition) for name, condition in checks)
    return SQL(
        "insert into pendaratan.masalah (id_kiriman, berkas, nomor_baris, id_sumber, kolom, kode)"
        " select {kiriman}, {tabel}, nomor_baris, id_sumber, p.kolom, 'nilai_tidak_terbaca' from masuk"
        " cross join lateral (values {values}) as p (kolom, buruk) where masuk.kode is null and p.buruk"
    ).format(kiriman=Literal(id_kiriman), tabel=Literal(feed.nama), values=values)
