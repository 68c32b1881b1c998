"""Reading a published world of hard cases by the sources' record keys."""

from __future__ import annotations

from typing import Any

import psycopg
from mendarat import JULI, JUNI


class Emas:
    """Reading what was published, by the sources' record keys."""

    def __init__(self, connection: psycopg.Connection):
        self._connection = connection

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Rows of a query."""
        return self._connection.execute(query, parameters).fetchall()

    def uid(self, grain: str, record: str, periode: str) -> str | None:
        """uid of a record `sumber:id`."""
        sumber, id_sumber = record.split(":")
        found = self.rows(
            "select uid from rilis.tautan where grain = %s and sumber = %s and id_sumber = %s and id_rilis = %s"
            " and nasib in ('terbit', 'digabung')",
            grain, sumber, id_sumber, f"{periode}/1",
        )  # fmt: skip
        return found[0]["uid"] if found else None

    def orang(self, record: str, periode: str = JUNI) -> dict[str, Any]:
        """The published person of a record."""
        uid = self.uid("individu", record, periode)
        return self.rows("select * from rilis.individu where uid_individu = %s and id_rilis = %s", uid, f"{periode}/1")[
            0
        ]

    def rumah(self, record: str, periode: str = JUNI) -> dict[str, Any]:
        """The published household of a family record."""
        uid = self.uid("rumah_tangga", record, periode)
        return self.rows(
            "select * from rilis.rumah_tangga where uid_rumah_tangga = %s and id_rilis = %s", uid, f"{periode}/1"
        )[0]

    def asal(self, record: str, kolom: str, periode: str = JUNI) -> dict[str, Any]:
        """Where a column of a family record's household comes from, as it is stored."""
        return self.rows(
            "select * from rilis.asal_usul where grain = 'rumah_tangga' and uid = %s and kolom = %s and id_rilis = %s",
            self.uid("rumah_tangga", record, periode), kolom, f"{periode}/1",
        )[0]  # fmt: skip

    def asal_orang(self, uid: str, kolom: str, periode: str = JUNI) -> dict[str, Any]:
        """Where a column of a person comes from, as it is stored."""
        return self.rows(
            "select * from rilis.asal_usul where grain = 'individu' and uid = %s and kolom = %s and id_rilis = %s",
            uid, kolom, f"{periode}/1",
        )[0]  # fmt: skip

    def perubahan(self, *uids: str) -> set[tuple[str, str, str | None]]:
        """(grain, jenis, kolom) of July's changes of these ids."""
        found = self.rows(
            "select grain, jenis, kolom from rilis.perubahan where uid = any(%s) and id_rilis = %s",
            list(uids), f"{JULI}/1",
        )  # fmt: skip
        return {(r["grain"], r["jenis"], r["kolom"]) for r in found}

    def peserta(self, uid_rumah_tangga: str, periode: str = JUNI) -> dict[tuple[str, str | None], dict[str, Any]]:
        """Memberships of a household by (program, uid_individu)."""
        found = self.rows(
            "select * from rilis.kepesertaan where uid_rumah_tangga = %s and id_rilis = %s",
            uid_rumah_tangga, f"{periode}/1",
        )  # fmt: skip
        return {(r["program"], r["uid_individu"]): r for r in found}

    def kandidat(self, record: str, periode: str = JUNI) -> dict[tuple[str, str | None, str | None], list[str]]:
        """Reasons of a family record's household on the work list, by (direction, person, programme)."""
        found = self.rows(
            "select * from rilis.kandidat_verifikasi where uid_rumah_tangga = %s and id_rilis = %s",
            self.uid("rumah_tangga", record, periode), f"{periode}/1",
        )  # fmt: skip
        return {(r["arah"], r["uid_individu"], r["program"]): r["alasan"] for r in found}
