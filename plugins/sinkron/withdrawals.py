"""What is taken back of deactivations, and bodies that a hold or a withdrawal has overtaken."""

from __future__ import annotations

import psycopg

# Stored, never tried, and meanwhile one of its rows is held or taken back: it is put together again without it.
OVERTAKEN = """
    select k.id_kiriman from antrean.kiriman as k
    where k.status = 'siap' and k.percobaan = 0 and k.jenis = 'penonaktifan' and exists (
        select from antrean.isi as i
        where i.id_kiriman = k.id_kiriman and not i.lepas
            and exists (select from kasus.tahanan_terbuka as t where t.id_baris = i.id_baris)
    )
"""


def withdraw(connection: psycopg.Connection) -> int:
    """Take back what upheld objections contest and what rests on reversed deaths; returns items closed at once.

    What a receiver has, or may have, is taken back by a message to it. That somebody lives is said by the release that
    readers see, so that a candidate nobody agreed to moves nothing.
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
    """Give free the rows of bodies that were never tried and of which a row is now held; they are stored again."""
    for row in connection.execute(OVERTAKEN).fetchall():
        connection.execute("update antrean.isi set lepas = true where id_kiriman = %s", [row["id_kiriman"]])
        connection.execute("update antrean.kiriman set status = 'dipecah' where id_kiriman = %s", [row["id_kiriman"]])
