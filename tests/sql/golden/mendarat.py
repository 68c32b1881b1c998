"""Deliveries written down by hand, put where the step land would have put them, and built into published releases."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier, Literal, Placeholder

from sinkron import database, decisions, publish
from sinkron.settings import Settings
from sinkron.steps import compose, decide, golden, link, stage, verify
from sinkron.steps.land import partition_name

JUNI, JULI = "2026-06", "2026-07"
BLUNGUN, GAYAM = "33.16.08.2001", "33.16.15.2010"
# A registry's own date of a record in June, when a case does not say otherwise.
TANGGAL = {"dtsen": "2026-05-10", "dtjateng": "2026-04-11", "simnakis": "2026-03-20"}
ENTITAS = {
    "dtsen": ("keluarga", "anggota", "kepesertaan"), "dtjateng": ("rumah_tangga", "anggota", "bantuan"),
    "simnakis": ("keluarga", "anggota", "kepesertaan"),
}  # fmt: skip
# How each registry names the columns of these rows.
KELUARGA = {
    "dtsen": {"id": "id_keluarga", "kk": "nomor_kartu_keluarga", "tanggal": "tanggal_pemutakhiran"},
    "dtjateng": {"id": "id_rt", "kk": "no_kk", "tanggal": "pembaruan"},
    "simnakis": {"id": "id", "kk": "no_kk", "tanggal": "diubah"},
}
ANGGOTA = {
    "dtsen": {"id": "id_anggota", "keluarga": "id_keluarga", "nik": "nomor_induk_kependudukan",
              "hubungan": "status_hubungan_keluarga"},
    "dtjateng": {"id": "id_ind", "keluarga": "id_rt"},
    "simnakis": {"id": "id", "keluarga": "id_keluarga"},
}  # fmt: skip
HUBUNGAN = {
    "dtsen": {"kepala": "1", "istri": "2", "anak": "3", "orang_tua": "6"},
    "dtjateng": {"kepala": "1", "istri": "3", "anak": "4", "orang_tua": "7"},
}
PROGRAM = {
    "dtsen": {"keluarga": "id_keluarga", "orang": "id_anggota"}, "dtjateng": {"keluarga": "id_rt", "orang": "id_ind"},
    "simnakis": {"keluarga": "id_keluarga"},
}  # fmt: skip


def nik(serial: int, lahir: str = "1980-03-14", jk: str = "L") -> str:
    """A well-formed NIK of that birth date and sex."""
    tahun, bulan, hari = lahir.split("-")
    return f"331608{int(hari) + (40 if jk == 'P' else 0):02d}{bulan}{tahun[2:]}{serial:04d}"


def kk(serial: int, terdaftar: str = "2012-05-09") -> str:
    """A KK number registered on that day."""
    tahun, bulan, hari = terdaftar.split("-")
    return f"331608{hari}{bulan}{tahun[2:]}{serial:04d}"


@dataclass(frozen=True)
class Orang:
    """A person as a registry writes it down; `kunci` names the record in every registry."""

    kunci: str
    nama: str
    lahir: str | None = "1980-03-14"
    jk: str = "L"
    hubungan: str = "kepala"
    nik: str | None = None
    kolom: dict[str, Any] = field(default_factory=dict)

    def kata(self, **changes: Any) -> Orang:
        """The same person in other words: fields of this class, or columns of the registry."""
        own = {k: changes.pop(k) for k in list(changes) if k in self.__dataclass_fields__}
        return replace(self, **own, kolom={**self.kolom, **changes})


class Kiriman:
    """One registry's delivery of one month."""

    def __init__(self, sumber: str, periode: str, revisi: int):
        self.sumber, self.periode, self.revisi = sumber, periode, revisi
        self.baris: dict[str, list[dict[str, Any]]] = {entitas: [] for entitas in ENTITAS[sumber]}
        self.karantina: list[tuple[str, int, str, str]] = []

    def _add(self, entitas: str, row: dict[str, Any]) -> None:
        row.setdefault("nomor_baris", len(self.baris[entitas]) + 1)
        self.baris[entitas].append(row)

    def keluarga(self, kunci: str, no_kk: str | None, anggota: list[Orang], tanggal: str | None = None,
                 desa: str | None = BLUNGUN, **kolom: Any) -> None:  # fmt: skip
        """Add a family and its members."""
        names = KELUARGA[self.sumber]
        row = {
            names["id"]: kunci, names["kk"]: no_kk, names["tanggal"]: tanggal or TANGGAL[self.sumber],
            "kode_desa": desa, "rt": "001", "rw": "002", "alamat": "DK. UJI",
        }  # fmt: skip
        self._add(ENTITAS[self.sumber][0], {**row, **kolom})
        for orang in anggota:
            self.anggota(kunci, orang)

    def anggota(self, keluarga: str, orang: Orang) -> None:
        """Add a person record to a family."""
        names = ANGGOTA[self.sumber]
        row = {
            names["id"]: orang.kunci, names["keluarga"]: keluarga, names.get("nik", "nik"): orang.nik,
            "nama": orang.nama, "tanggal_lahir": orang.lahir, "jenis_kelamin": orang.jk,
            names.get("hubungan", "hubungan"): HUBUNGAN.get(self.sumber, {}).get(orang.hubungan, orang.hubungan),
        }  # fmt: skip
        row |= {"dtsen": {"keberadaan": "1"}, "simnakis": {"status_hidup": "hidup"}}.get(self.sumber, {})
        self._add("anggota", {**row, **orang.kolom})

    def program(self, keluarga: str, program: str, orang: str | None = None, **kolom: Any) -> None:
        """Add a membership (an aid, a district programme)."""
        names = PROGRAM[self.sumber]
        row = {names["keluarga"]: keluarga, "program": program, **({names["orang"]: orang} if orang else {})}
        row |= {"dtsen": {"status": "AKTIF"}, "dtjateng": {"tahun": int(self.periode[:4])}}.get(self.sumber, {})
        self._add(ENTITAS[self.sumber][2], {**row, **kolom})

    def mendarat(self, connection: psycopg.Connection) -> None:
        """Ledger rows, partitions and quarantine, as the step land leaves them."""
        content = json.dumps(self.baris, sort_keys=True, default=str)
        sha256 = hashlib.sha256(f"{self.sumber}{self.periode}/{self.revisi}{content}".encode()).hexdigest()
        id_kiriman = f"{self.sumber}-{self.periode}-{sha256[:12]}"
        connection.execute(
            "update buku.kiriman set status = 'digantikan' where sumber = %s and periode = %s and status = 'diterima'",
            [self.sumber, self.periode],
        )
        connection.execute(
            "insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, sha256_isi, status,"
            " keterangan) values (%s, %s, %s, %s, %s, %s, 'diterima', %s)",
            [id_kiriman, self.sumber, self.periode, self.revisi, sha256, sha256,
             json.dumps({"versi_dtsen": "2026-T2", "desil_per": "2026-03-31"})],
        )  # fmt: skip
        for entitas, rows in self.baris.items():
            parent = f"{self.sumber}_{entitas}"
            partition = Identifier("pendaratan", partition_name(self.sumber, entitas, id_kiriman))
            connection.execute(
                SQL("create table {} partition of {} (id_kiriman default {}) for values in ({})").format(
                    partition, Identifier("pendaratan", parent), Literal(id_kiriman), Literal(id_kiriman)
                )
            )
            for row in rows:
                connection.execute(
                    SQL("insert into {} ({}) values ({})").format(
                        partition, SQL(", ").join(map(Identifier, row)), SQL(", ").join(map(Placeholder, row))
                    ),
                    row,
                )
            held = [k for k in self.karantina if k[0] == entitas]
            connection.execute(
                "insert into buku.pendaratan (id_kiriman, berkas, diterima, dimuat, dikarantina)"
                " values (%s, %s, %s, %s, %s)",
                [id_kiriman, entitas, len(rows) + len(held), len(rows), len(held)],
            )
        for berkas, nomor, id_sumber, kode in self.karantina:
            connection.execute(
                "insert into pendaratan.karantina (id_kiriman, berkas, nomor_baris, id_sumber, kode)"
                " values (%s, %s, %s, %s, %s)",
                [id_kiriman, berkas, nomor, id_sumber, kode],
            )


class Bulan:
    """The three deliveries of a month, of a revision of theirs."""

    def __init__(self, periode: str, revisi: int = 1):
        self.periode, self.revisi = periode, revisi
        self.dtsen, self.dtjateng, self.simnakis = (Kiriman(s, periode, revisi) for s in ENTITAS)

    def keluarga(self, kunci: str, no_kk: str | None, anggota: list[Orang], **kolom: Any) -> None:
        """The same family in all three registries."""
        for kiriman in (self.dtsen, self.dtjateng, self.simnakis):
            kiriman.keluarga(kunci, no_kk, anggota, **kolom)

    def mendarat(self, settings: Settings) -> None:
        """Land the three deliveries."""
        with database.connect(settings) as connection:
            for kiriman in (self.dtsen, self.dtjateng, self.simnakis):
                kiriman.mendarat(connection)

    def bangun(self, settings: Settings) -> tuple[dict[str, Any], str]:
        """Build the candidate of what has landed; returns rows and sha256 of its tables, and of all of them."""
        assert compose.run(settings, self.periode)["siap"]
        for step in (stage, verify, link, golden, decide):
            step.run(settings, self.periode)
        with database.connect(settings) as connection:
            return publish.hash_tables(connection, f"{self.periode}/{self.revisi}")

    def terbitkan(self, settings: Settings) -> None:
        """Land, build and publish the month (the gate is tested elsewhere: its verdict is written here)."""
        self.mendarat(settings)
        self.putuskan(settings, *self.bangun(settings))

    def putuskan(self, settings: Settings, tables: dict[str, Any], sha256: str) -> None:
        """Let the built candidate pass, approve and publish it."""
        id_rilis = f"{self.periode}/{self.revisi}"
        with database.connect(settings) as connection:
            connection.execute(
                "update rilis.rilis set sha256 = %s, tabel = %s where id_rilis = %s",
                [sha256, json.dumps(tables), id_rilis],
            )
            connection.execute(
                "insert into audit.putusan_gerbang (gerbang, subjek, sha256, putusan, diharapkan, dinilai)"
                " values ('rilis', %s, %s, 'lulus', 1, 1)",
                [id_rilis, sha256],
            )
        now = dt.datetime.now(dt.UTC)
        decisions.record(settings, id_rilis, "publish", 1, sha256, "setuju", "uji-verifikator", True, now)
        publish.publish(settings, self.periode)
