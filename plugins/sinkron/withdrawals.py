"""Cancelled deactivations, and stored bodies with a row that may not be sent any more."""

from __future__ import annotations

import psycopg

# Bodies that were stored but never sent, with a row that has since been held or cancelled, or that was approved for a
# release that a rollback has withdrawn.
OVERTAKEN = """
    select k.id_kiriman from antrean.kiriman as k
    where k.status = 'siap' and k.percobaan = 0 and k.jenis = 'penonaktifan' and exists (
        select from antrean.isi as i
        where i.id_kiriman = k.id_kiriman and not i.lepas and (
            exists (select from kasus.tahanan_terbuka as t where t.id_baris = i.id_baris)
            or not exists (select from antrean.disahkan as d where d.id_baris = i.id_baris and d.tujuan = i.tujuan)
        )
    )
"""


def withdraw(connection: psycopg.Connection) -> int:
    """Cancel rows that upheld objections contest or that rest on reversed deaths; returns items closed at once.

    A row that a receiver has, or may have, is not closed here: a message to the receiver cancels it. The fact that
    somebody is alive after all counts only from the release that readers see, so an unapproved candidate changes
    nothing.
    """
    connection.execute(
        "insert into kasus.pembatalan (id_baris, alasan, bukti)"
        " select distinct on (id_baris) id_baris, 'SANGGAH_DIKABULKAN', id_pengajuan from kasus.sanggah"
        " where keadaan = 'dikabulkan' order by id_baris, diubah on conflict (id_baris) do nothing"
    )
    connection.execute(
        "insert into kasus.pembatalan (id_baris, alasan, bukti)"
        " select h.id_baris, 'KEMATIAN_DIBATALKAN', h.id_rilis from kasus.hidup_lagi as h"
        " inner join rilis.penunjuk as p on h.id_rilis = p.id_rilis on conflict (id_baris) do nothing"
    )
    dissolve(connection)
    return connection.execute(
        """
        update antrean.baris as b set status = 'dibatalkan', kode_tolak = 'diambil_kembali'
        where b.status in ('diusulkan', 'disetujui')
            and exists (select from kasus.pembatalan as p where p.id_baris = b.id_baris)
            and not exists (
                select from antrean.isi as i where i.id_baris = b.id_baris and i.tujuan = b.tujuan and not i.lepas
            )
        """
    ).rowcount


def dissolve(connection: psycopg.Connection) -> None:
    """Undo the bodies of OVERTAKEN; their rows that may still be sent are later stored again in a new body."""
    for row in connection.execute(OVERTAKEN).fetchall():
        connection.execute("update antrean.isi set lepas = true where id_kiriman = %s", [row["id_kiriman"]])
        connection.execute("update antrean.kiriman set status = 'dipecah' where id_kiriman = %s", [row["id_kiriman"]])
