"""What the steps decide and push leave in the warehouse, written by hand, and reading what the casework layer made."""

from __future__ import annotations

import hashlib
from typing import Any

from psycopg import Connection

from sinkron import database, dbt, ledger
from sinkron.settings import Settings
from tests.sql.golden.mendarat import Bulan

ORDER = ("diusulkan", "disetujui", "dikirim", "diakui")


def build_cases(settings: Settings, periode: str) -> None:
    """Build the layers casework and release over the open candidate's golden tables."""
    with ledger.step(settings, "kasus", periode, lock="kandidat") as run:
        candidate = ledger.require_candidate(settings, periode)
        dbt.build(run, candidate, "models/casework")
        dbt.build(run, candidate, "models/release")


def propose(settings: Settings, id_rilis: str) -> None:
    """New proposals get their ids and items in the queue, as the step decide gives them."""
    with database.connect(settings) as connection:
        connection.execute(
            """
            insert into kasus.usulan (id_baris, uid_rumah_tangga, uid_individu, program, kode_alasan, bulan_efektif,
                bukti, tanggal_verifikasi, asal, sumber_kasus, id_kasus, petugas, kode_desa, id_rilis)
            select encode(sha256(convert_to(concat_ws('|', coalesce(uid_individu, uid_rumah_tangga), program,
                kode_alasan, bulan_efektif), 'UTF8')), 'hex'), uid_rumah_tangga, uid_individu, program, kode_alasan,
                bulan_efektif, bukti, tanggal_verifikasi, asal, sumber_kasus, id_kasus, petugas, kode_desa, %s
            from casework.casework_usulan where id_baris is null
            """,
            [id_rilis],
        )
        connection.execute(
            """
            insert into antrean.baris (id_baris, tujuan, no_kk, nik, nama, kode_desa, keluarga)
            select u.id_baris, p.tujuan, p.no_kk, p.nik, p.nama, p.kode_desa, p.keluarga
            from casework.casework_penerima as p
            inner join kasus.usulan as u on p.uid_rumah_tangga = u.uid_rumah_tangga and p.program = u.program
                and p.uid_individu is not distinct from u.uid_individu and u.id_rilis = %s
            where p.id_baris is null
            """,
            [id_rilis],
        )


def move(settings: Settings, id_baris: str, *states: str, tujuan: str | None = None) -> None:
    """Let an item pass through these states at one receiver, or at all of them."""
    with database.connect(settings) as connection:
        for state in states:
            connection.execute(
                "insert into antrean.riwayat (id_baris, tujuan, ke) select id_baris, tujuan, %s from antrean.baris"
                " where id_baris = %s and tujuan = coalesce(%s, tujuan)",
                [state, id_baris, tujuan],
            )


class Kasus:
    """Reading a built candidate by the sources' record keys."""

    def __init__(self, connection: Connection, periode: str):
        self._connection = connection
        self.id_rilis = f"{periode}/1"

    def rows(self, query: str, *parameters: Any) -> list[tuple]:
        """Rows of a query."""
        return [tuple(row.values()) for row in self._connection.execute(query, list(parameters)).fetchall()]

    def uid(self, record: str, grain: str = "rumah_tangga") -> str:
        """uid of a record `sumber:id` in this candidate."""
        sumber, id_sumber = record.split(":")
        ((uid,),) = self.rows(
            "select uid from identitas.tautan where id_rilis = %s and grain = %s and sumber = %s and id_sumber = %s",
            self.id_rilis, grain, sumber, id_sumber,
        )  # fmt: skip
        return uid

    def usulan(self, keluarga: str, *columns: str) -> set[tuple]:
        """Proposals for a family record of DTSEN: (program, person's record or None, further columns)."""
        found = self.rows(
            "select u.program, t.id_sumber" + "".join(f", u.{c}" for c in columns) + " from casework.casework_usulan"
            " as u left join identitas.tautan as t on u.uid_individu = t.uid and t.id_rilis = %s and t.sumber = 'dtsen'"
            " where u.uid_rumah_tangga = %s",
            self.id_rilis, self.uid(f"dtsen:{keluarga}"),
        )  # fmt: skip
        assert len(found) == len(set(found)), "a proposal stands twice"
        return set(found)

    def kasus(self, id_kasus: str) -> dict[str, Any]:
        """One case."""
        (row,) = self._connection.execute(
            "select * from casework.casework_kasus where id_kasus = %s", [id_kasus]
        ).fetchall()
        return row

    def tanda(self, id_verifikasi: str) -> tuple[list[str], bool]:
        """What is to be looked at in a verification, and whether it counts."""
        ((tanda, sah),) = self.rows(
            "select perlu_periksa, sah from casework.casework_verifikasi where id_verifikasi = %s", id_verifikasi
        )
        return tanda, sah


__all__ = ["Bulan", "Kasus", "build_cases", "move", "propose"]
