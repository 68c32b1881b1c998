"""What receivers answer, written by hand, and reading what the casework layer and the release made of it."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from sinkron import database
from sinkron.settings import Settings

SENT = ("disetujui", "dikirim", "diakui")


def move(settings: Settings, bukti: str, *states: str, program: str | None = None, tujuan: str | None = None) -> None:
    """Let the items that rest on a proof pass through these states, of one programme or receiver where one is named."""
    with database.connect(settings) as connection:
        for state in states:
            moved = connection.execute(
                "insert into antrean.riwayat (id_baris, tujuan, ke) select b.id_baris, b.tujuan, %s"
                " from antrean.baris as b join kasus.usulan as u using (id_baris)"
                " where u.bukti = %s and u.program = coalesce(%s, u.program) and b.tujuan = coalesce(%s, b.tujuan)",
                [state, bukti, program, tujuan],
            ).rowcount
            assert moved > 0, bukti


class Kasus:
    """Reading a built candidate by the sources' record keys."""

    def __init__(self, connection: Connection, periode: str, schema: str):
        self._connection = connection
        self.id_rilis = f"{periode}/1"
        self.schema = schema

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
        chosen = ", ".join(("u.program", "t.id_sumber", *(f"u.{c}" for c in columns)))
        found = self.rows(
            f"select {chosen} from {self.schema}.casework_usulan as u left join identitas.tautan as t"
            " on u.uid_individu = t.uid and t.id_rilis = %s and t.sumber = 'dtsen' where u.uid_rumah_tangga = %s",
            self.id_rilis, self.uid(f"dtsen:{keluarga}"),
        )  # fmt: skip
        assert len(found) == len(set(found)), "a proposal stands twice"
        return set(found)

    def kasus(self, id_kasus: str) -> dict[str, Any]:
        """One case."""
        (row,) = self._connection.execute(
            f"select * from {self.schema}.casework_kasus where id_kasus = %s", [id_kasus]
        ).fetchall()
        return row

    def tanda(self, id_verifikasi: str) -> tuple[list[str], bool]:
        """What is to be looked at in a verification, and whether it counts."""
        ((tanda, sah),) = self.rows(
            f"select perlu_periksa, sah from {self.schema}.casework_verifikasi where id_verifikasi = %s", id_verifikasi
        )
        return tanda, sah

    def lokal(self, keluarga: str) -> dict[tuple, str | None]:
        """`status_lokal` of a family's memberships by (program, sumber)."""
        found = self.rows(
            "select program, array_to_string(sumber, '+'), status_lokal from release.kepesertaan"
            " where uid_rumah_tangga = %s",
            self.uid(f"dtsen:{keluarga}"),
        )
        return {(program, sumber): status for program, sumber, status in found}

    def status(self, keluarga: str) -> str:
        """`status` of a household."""
        ((status,),) = self.rows(
            "select status from release.rumah_tangga where uid_rumah_tangga = %s", self.uid(f"dtsen:{keluarga}")
        )
        return status
