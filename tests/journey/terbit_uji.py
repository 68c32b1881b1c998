"""What readers of `publikasi_penuh` see of a source's record: the published rows it became, release by release."""

from __future__ import annotations

from typing import Any

import psycopg
from bulan_uji import JULY, Bulan
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

Baris = dict[str, Any]
SEMUA = ("dtsen", "dtjateng", "simnakis")


class Terbit:
    """Published rows by the sources' record keys (`sumber:id`); a release is the first of its month."""

    def __init__(self, bulan: Bulan):
        self.bulan = bulan
        self._tabel: dict[tuple[str, str], list[Baris]] = {}

    def tabel(self, nama: str, periode: str = JULY) -> list[Baris]:
        """All rows of a published table of a month's release."""
        if (nama, periode) not in self._tabel:
            with psycopg.connect(self.bulan.settings.values["DATABASE_URL"], row_factory=dict_row) as connection:
                connection.execute("select set_config('sinkron.rilis', %s, false)", [f"{periode}/1"])
                query = SQL("select * from publikasi_penuh.{}").format(Identifier(nama))
                self._tabel[nama, periode] = connection.execute(query).fetchall()
        return self._tabel[nama, periode]

    def nasib(self, grain: str, rekaman: str, periode: str = JULY) -> tuple[str, str | None]:
        """Fate and uid of a record."""
        sumber, id_sumber = rekaman.split(":")
        ((nasib, uid),) = [
            (t["nasib"], t["uid"])
            for t in self.tabel("tautan", periode)
            if (t["grain"], t["sumber"], t["id_sumber"]) == (grain, sumber, id_sumber)
        ]
        return nasib, uid

    def orang(self, rekaman: str, periode: str = JULY) -> Baris:
        """The published person of a record."""
        return self._satu("individu", rekaman, periode)

    def rumah(self, rekaman: str, periode: str = JULY) -> Baris:
        """The published household of a family record."""
        return self._satu("rumah_tangga", rekaman, periode)

    def _satu(self, grain: str, rekaman: str, periode: str) -> Baris:
        _, uid = self.nasib(grain, rekaman, periode)
        (baris,) = [r for r in self.tabel(grain, periode) if r[f"uid_{grain}"] == uid]
        return baris

    def perubahan(self, *baris: Baris, periode: str = JULY) -> set[tuple[str, str, str | None]]:
        """(grain, jenis, kolom) of what a month changed in these persons and households."""
        uids = {r.get("uid_individu") or r["uid_rumah_tangga"] for r in baris}
        return {(r["grain"], r["jenis"], r["kolom"]) for r in self.tabel("perubahan", periode) if r["uid"] in uids}

    def peristiwa(self, *baris: Baris) -> set[tuple[str, str, str, str | None]]:
        """(release, jenis, uid, uid_terkait) of the registry's events of these ids since they are known."""
        uids = [r.get("uid_individu") or r["uid_rumah_tangga"] for r in baris]
        query = "select id_rilis, jenis, uid, uid_terkait from identitas.peristiwa where uid = any(%s)"
        return set(self.bulan.rows(query, uids))

    def peserta(self, rumah: Baris, periode: str = JULY) -> dict[tuple[str, str | None, str | None], Baris]:
        """Memberships of a household by (program, payer, uid_individu)."""
        return {
            (r["program"], r["sumber_dana"], r["uid_individu"]): r
            for r in self.tabel("kepesertaan", periode)
            if r["uid_rumah_tangga"] == rumah["uid_rumah_tangga"]
        }

    def kandidat(self, rumah: Baris, periode: str = JULY) -> dict[tuple[str, str | None, str | None], list[str]]:
        """Reasons of a household on the work list of visits, by (direction, uid_individu, programme)."""
        return {
            (k["arah"], k["uid_individu"], k["program"]): k["alasan"]
            for k in self.tabel("kandidat_verifikasi", periode)
            if k["uid_rumah_tangga"] == rumah["uid_rumah_tangga"]
        }

    def masalah(self, rekaman: str, periode: str = JULY) -> set[tuple[str, str]]:
        """(kode, since when) of the problems of a record."""
        sumber, id_sumber = rekaman.split(":")
        return {
            (m["kode"], m["sejak"])
            for m in self.tabel("masalah", periode)
            if (m["sumber"], m["id_sumber"]) == (sumber, id_sumber)
        }

    def karantina(self, sumber: str, awalan: str, periode: str = JULY) -> set[tuple[str, str, str]]:
        """(berkas, id_sumber, kode) of a source's quarantined records whose key begins so."""
        return {
            (k["berkas"], k["id_sumber"], k["kode"])
            for k in self.tabel("karantina", periode)
            if k["sumber"] == sumber and k["periode"] == periode and k["id_sumber"].startswith(awalan)
        }

    def asal(self, baris: Baris, kolom: str, periode: str = JULY) -> Baris:
        """Where the value of a column came from, and what lost against it."""
        uid = baris.get("uid_individu") or baris["uid_rumah_tangga"]
        (asal,) = [a for a in self.tabel("asal_usul", periode) if a["uid"] == uid and a["kolom"] == kolom]
        return asal
