"""What an accepted delivery changes: rows compared with the delivery that it replaces, records that come back from
quarantine, headers and codes that its source never sent before. Counts and names only, computed in the warehouse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

if TYPE_CHECKING:
    from connectors.interface import Source

Difference = dict[str, dict[str, int]]
COUNTED = ("ditambah", "dihapus", "diubah", "tetap")


def difference(connection: psycopg.Connection, source: Source, old: str, new: str) -> Difference:
    """Rows added, removed, changed and kept from one delivery to another by entity, written into `buku.selisih`.

    A row is identified by the key of its entity and compared whole; duplicates within a delivery count as one row.
    Quarantined rows are not landed, so a row that is quarantined now counts as removed.
    """
    found: Difference = {}
    for entitas, entity in source.entitas.items():
        keys = SQL(", ").join(map(Identifier, entity.kunci))
        content = SQL(", ").join(map(Identifier, (*entity.names, "mentah")))
        row = connection.execute(
            SQL(
                "with baris as ("
                " select {keys}, id_kiriman = {new} as baru, hash_record_extended(row({content}), 0) as sidik"
                " from {table} where id_kiriman in ({old}, {new}) and nasib is distinct from 'digabung'),"
                " kunci as (select bool_or(baru) as ada, bool_or(not baru) as dulu, min(sidik) <> max(sidik) as beda"
                " from baris group by {keys})"
                " select count(*) filter (where not dulu) as ditambah, count(*) filter (where not ada) as dihapus,"
                " count(*) filter (where ada and dulu and beda) as diubah,"
                " count(*) filter (where ada and dulu and not beda) as tetap from kunci"
            ).format(keys=keys, content=content, table=_table(source, entitas), old=Literal(old), new=Literal(new))
        ).fetchone()
        found[entitas] = {name: row[name] for name in COUNTED}
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into buku.selisih (id_kiriman, berkas, id_kiriman_lama, ditambah, dihapus, diubah, tetap)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            [(new, entitas, old, *(counts[name] for name in COUNTED)) for entitas, counts in found.items()],
        )
    return found


def readmit(connection: psycopg.Connection, source: Source, delivery: dict[str, Any]) -> int:
    """Write into `pendaratan.pemulihan` the quarantined rows whose records this delivery brings in; return how many.

    The rows are searched in the accepted deliveries of this month and earlier months, by the record's id; the first
    delivery that brings a record back is kept. Only entities whose key is their id are searched: of a quarantined
    membership only the family is known, which is not enough.
    """
    total = 0
    for entitas, entity in source.entitas.items():
        if entity.kunci != (entity.id,):
            continue
        total += connection.execute(
            SQL(
                "insert into pendaratan.pemulihan"
                " (id_kiriman, berkas, nomor_baris, id_kiriman_karantina, nomor_baris_karantina)"
                " select {new}, {berkas}, min(baris.nomor_baris), karantina.id_kiriman, karantina.nomor_baris"
                " from pendaratan.karantina"
                " inner join buku.kiriman as asal on karantina.id_kiriman = asal.id_kiriman"
                " inner join {table} as baris on baris.id_kiriman = {new} and karantina.id_sumber = baris.{id}"
                " where karantina.berkas = {berkas} and asal.sumber = %(sumber)s and asal.periode <= %(periode)s"
                " and asal.status in ('diterima', 'digantikan') and asal.id_kiriman <> {new}"
                " group by karantina.id_kiriman, karantina.nomor_baris"
                " on conflict do nothing"
            ).format(
                new=Literal(delivery["id_kiriman"]),
                berkas=Literal(entitas),
                table=_table(source, entitas),
                id=Identifier(entity.id),
            ),
            {"sumber": delivery["sumber"], "periode": delivery["periode"]},
        ).rowcount
    return total


def first_seen(connection: psycopg.Connection, delivery: dict[str, Any]) -> list[str]:
    """What the source never sent, or never left out, before this delivery, as `jenis berkas.nama[=kode]`.

    At most 50 entries; the rest is in `buku.pemberitahuan`.
    """
    rows = connection.execute(
        "select jenis, berkas || '.' || nama || coalesce('=' || kode, '') as nama from buku.pemberitahuan"
        " where sumber = %s and urutan_awal = %s order by 1, 2 limit 50",
        [delivery["sumber"], delivery["urutan"]],
    ).fetchall()
    return [f"{row['jenis']} {row['nama']}" for row in rows]


def sentence(found: Difference) -> str:
    """The difference in words for a sender or an operator."""
    return ", ".join(
        f"{entitas} +{counts['ditambah']} -{counts['dihapus']} ~{counts['diubah']}" for entitas, counts in found.items()
    )


def _table(source: Source, entitas: str) -> Composed | Identifier:
    return Identifier("pendaratan", f"{source.nama}_{entitas}")
