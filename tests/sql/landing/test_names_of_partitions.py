"""Partitions of landed rows that were named by their rows alone get the name of their delivery (migration 0770)."""

from __future__ import annotations

from sinkron import database
from sinkron.settings import Settings
from sinkron.steps.land import partition_name

DELIVERY = "dtsen-2026-07-a5dcf18149bb"
OLD, NEW = "dtsen_keluarga__a5dcf18149bb", "dtsen_keluarga__2026_07_a5dcf18149bb"
RENAME = (database.MIGRATIONS / "0770_nama_partisi.sql").read_text(encoding="utf-8")


def test_an_old_partition_is_renamed_once_with_its_rows(gudang: Settings):
    assert partition_name("dtsen", "keluarga", DELIVERY) == NEW
    with database.connect(gudang) as connection:
        connection.execute(
            "insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, status)"
            " values (%s, 'dtsen', '2026-07', 1, repeat('a', 64), 'diterima')",
            [DELIVERY],
        )
        connection.execute(
            f"create table pendaratan.{OLD} partition of pendaratan.dtsen_keluarga"
            f" (id_kiriman default '{DELIVERY}') for values in ('{DELIVERY}')"
        )
        connection.execute(f"insert into pendaratan.{OLD} (nomor_baris) values (1), (2)")
        for _ in range(2):
            connection.execute(RENAME)
            named = connection.execute(
                "select c.relname from pg_inherits as i inner join pg_class as c on i.inhrelid = c.oid"
                " where i.inhparent = 'pendaratan.dtsen_keluarga'::regclass"
            ).fetchall()
            assert [row["relname"] for row in named] == [NEW]
        rows = connection.execute(
            "select nomor_baris from pendaratan.dtsen_keluarga where id_kiriman = %s order by 1", [DELIVERY]
        ).fetchall()
    assert [row["nomor_baris"] for row in rows] == [1, 2]
