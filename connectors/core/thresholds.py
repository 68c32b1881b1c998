"""Reasons to refuse a whole delivery, each judged by a dated number of the seeds `ambang` and `batas_mutlak`.

A relative limit applies only when its count is at least `minimum_baris` and its share is over the limit
(contracts/rules.md, "Refusals and thresholds"). Messages carry counts and names of fields, never a value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from connectors.core import wilayah
from connectors.core.canonical import name
from connectors.core.signals import Refusal
from connectors.core.source import Source

# The forms in which a spreadsheet writes a damaged number of sixteen digits.
SCIENTIFIC = "regexp_full_match({x}, '[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+|[0-9]{{15,17}}[.,]0+')"
WHOLE_NUMBER = "regexp_full_match({x}, '[0-9]{{16}}')"


@dataclass(frozen=True)
class Reference:
    """What the ledger and the seeds know; the step provides it.

    kabupaten: dotted code. wilayah: csv kode,nama. kecamatan_bps: csv kode_kecamatan,kode_bps. alias_desa: csv
    kode_kecamatan,alias,kode_desa. ambang: nama -> (nilai, minimum_baris) in force for the period. batas_mutlak:
    `<sumber>.<entitas>` -> rows. baris_lalu: entity -> rows received in the last accepted delivery, {} without one.
    nik_ganda_lalu: its share of duplicate NIK (`Landed.ukuran["nik_ganda"]`), None without one.
    sha256_isi_bulan_lalu: `Landed.sha256_isi` of the last accepted delivery of an earlier month.
    """

    kabupaten: str
    wilayah: Path
    kecamatan_bps: Path
    alias_desa: Path
    ambang: dict[str, tuple[float, int]]
    batas_mutlak: dict[str, int] = field(default_factory=dict)
    baris_lalu: dict[str, int] = field(default_factory=dict)
    nik_ganda_lalu: float | None = None
    sha256_isi_bulan_lalu: str | None = None


class Judge:
    """The checks of one delivery. tables: entity -> canonical table in `con`; `not_repeated` needs settled tables."""

    def __init__(self, con: duckdb.DuckDBPyConnection, source: Source, tables: dict[str, str], reference: Reference):
        self.con, self.source, self.tables, self.reference = con, source, tables, reference
        self.received = {e: self._count(t, "true") for e, t in tables.items()}
        wanted = {*source.ambang.model_dump().values(), *(e.lantai for e in source.entitas.values() if e.lantai)}
        if missing := sorted(wanted - set(reference.ambang)):
            raise ValueError(f"Seed `ambang` has no row in force for {missing}, by which {source.nama} is judged.")

    def _count(self, table: str, condition: str) -> int:
        return self.con.execute(f"select count(*) from {table} where {condition}").fetchone()[0]

    def _limit(self, role: str) -> tuple[float, int]:
        return self.reference.ambang[getattr(self.source.ambang, role)]

    def _exceeds(self, role: str, count: int, total: int) -> bool:
        share, minimum = self._limit(role)
        return total > 0 and count >= minimum and count / total > share

    def _refuse(self, kode: str, pesan: str, **rincian: int | float | str | None) -> None:
        raise Refusal(kode, pesan, {**rincian, "baris": sum(self.received.values())})

    def rows_present(self) -> None:
        """`kosong`, or `pembacaan_tidak_lengkap` below an absolute floor of the seeds."""
        for entitas, entity in self.source.entitas.items():
            floor = int(self.reference.ambang[entity.lantai][0]) if entity.lantai else 0
            floor = max(floor, self.reference.batas_mutlak.get(f"{self.source.nama}.{entitas}", 0))
            if self.received[entitas] < floor:
                kode = "kosong" if not self.received[entitas] else "pembacaan_tidak_lengkap"
                self._refuse(
                    kode,
                    f"{entitas}: {self.received[entitas]} baris, sedikitnya {floor} (seed ambang, batas_mutlak)."
                    " Kirim ulang lengkap.",
                )

    def region(self) -> None:
        """`wilayah_salah`: too many families of another kabupaten, or a kecamatan in another code system."""
        table, total = self.tables[self.source.family], self.received[self.source.family]
        outside = self._count(table, "nasib = 'di_luar_lingkup'")
        if self._exceeds("luar_wilayah", outside, total):
            self._refuse(
                "wilayah_salah",
                f"{outside} dari {total} keluarga berada di luar kabupaten, batas {self._limit('luar_wilayah')[0]:.1%}"
                " (seed ambang). Periksa wilayah ekspor.",
            )
        share, minimum = self._limit("wilayah_tertukar")
        if shifted := wilayah.shifted_kecamatan(self.con, minimum, share):
            self._refuse(
                "wilayah_salah",
                f"Kode dan nama desa bertentangan secara seragam di kecamatan {', '.join(k for k, _ in shifted)}"
                f" ({sum(n for _, n in shifted)} keluarga). Periksa apakah kode BPS dikirim sebagai kode Kemendagri.",
            )

    def kecamatan_complete(self) -> None:
        """`kecamatan_hilang`: a kecamatan of the kabupaten with fewer families than the floor."""
        floor = max(1, int(self._limit("keluarga_per_kecamatan")[0]))
        gone = self.con.execute(
            "select k.kode_kec from w_kec k left join (select left(kode_desa, 8) as kode_kec, count(*) as n"
            f" from {self.tables[self.source.family]} where kode_desa is not null group by 1) d using (kode_kec)"
            " where coalesce(d.n, 0) < ? order by 1",
            [floor],
        ).fetchall()
        if gone:
            self._refuse(
                "kecamatan_hilang",
                f"Tidak ada keluarga di kecamatan {', '.join(k for (k,) in gone)};"
                f" sedikitnya {floor} keluarga per kecamatan (seed ambang). Kirim ulang lengkap.",
            )

    def columns_in_place(self) -> None:
        """`kolom_tertukar`: the column for card numbers, or for names, holds the persons' NIK.

        Where a NIK has the birth date (day + 40 for women), a card number has the day of its registration. If more than
        half of the card numbers that can be judged show the person's birth date there, NIK and No KK are swapped. If
        more than half of the names are sixteen digits, NIK and name are swapped.
        """
        for entitas, entity in self.source.entitas.items():
            columns = {c.tipe: c.nama for c in entity.kolom}
            if "nik" in columns and "nama" in entity.names:
                self._not_swapped(entitas, "nama", columns["nik"], "nama is not null", WHOLE_NUMBER.format(x="nama"))
            if {"nik", "kk"} <= set(columns) and "tanggal_lahir" in entity.names:
                x = name(columns["kk"])
                day = f"try_cast({x}[7:8] as integer)"
                birth = (
                    f"{day} in (day(tanggal_lahir), day(tanggal_lahir) + 40)"
                    f" and {x}[9:12] = strftime(tanggal_lahir, '%m%y')"
                )
                judged = f"tanggal_lahir is not null and {WHOLE_NUMBER.format(x=x)}"
                self._not_swapped(entitas, columns["kk"], columns["nik"], judged, birth)

    def _not_swapped(self, entitas: str, column: str, nik: str, judged: str, is_nik: str) -> None:
        minimum = self._limit("nik_rusak")[1]
        swapped, total = self.con.execute(
            f"select count(*) filter ({judged} and {is_nik}), count(*) filter ({judged}) from {self.tables[entitas]}"
        ).fetchone()
        if swapped >= minimum and swapped > total / 2:
            self._refuse(
                "kolom_tertukar",
                f"{entitas}: kolom {column} berisi NIK pada {swapped} dari {total} baris."
                f" Tukar kembali kolom {column} dan {nik}.",
            )

    def numbers_whole(self) -> None:
        """`nik_rusak_massal` for numbers that a spreadsheet damaged: NIK and No KK, each column separately."""
        for entitas, entity in self.source.entitas.items():
            for column in entity.kolom:
                if column.tipe not in ("nik", "kk"):
                    continue
                x = name(column.nama)
                damaged = SCIENTIFIC.format(x=x)
                if column.tipe == "nik":
                    damaged += f" or ({WHOLE_NUMBER.format(x=x)} and right({x}, 4) = '0000')"
                count, total = self.con.execute(
                    f"select count(*) filter ({damaged}), count({x}) from {self.tables[entitas]}"
                ).fetchone()
                if self._exceeds("nik_rusak", count, total):
                    self._refuse(
                        "nik_rusak_massal",
                        f"{entitas}.{column.nama}: {count} dari {total} nomor rusak (notasi ilmiah atau berakhir 0000),"
                        f" batas {self._limit('nik_rusak')[0]:.1%} (seed ambang). Ekspor ulang dengan kolom teks.",
                    )

    def duplicate_share(self) -> float:
        """Share of persons whose NIK is in another record too; refuses when it rose, or is high in a first delivery."""
        entity = self.source.entitas[self.source.person]
        x = name(next(c.nama for c in entity.kolom if c.tipe == "nik"))
        table, key = self.tables[self.source.person], name(entity.id)
        count, total = self.con.execute(
            f"""
            select coalesce(sum(n) filter (rekaman > 1), 0)::bigint, coalesce(sum(n), 0)::bigint from (
                select count(*) as n, count(distinct {key}) as rekaman
                from {table} where {WHOLE_NUMBER.format(x=x)} group by {x}
            )
            """
        ).fetchone()
        share, before = (count / total if total else 0.0), self.reference.nik_ganda_lalu
        role = "nik_ganda_awal" if before is None else "nik_ganda"
        limit, minimum = self._limit(role)
        if count >= minimum and share > limit + (before or 0.0):
            self._refuse(
                "nik_rusak_massal",
                f"{count} dari {total} NIK dipakai lebih dari satu rekaman ({share:.2%}), batas"
                f" {limit + (before or 0.0):.2%} (seed ambang dan kiriman lalu). Periksa sumber ekspor.",
            )
        return share

    def not_shrunk(self) -> None:
        """`pembacaan_tidak_lengkap`: an entity has too few rows compared with the last accepted delivery."""
        for entitas, before in self.reference.baris_lalu.items():
            now = self.received.get(entitas, 0)
            if self._exceeds("baris_turun", before - now, before):
                self._refuse(
                    "pembacaan_tidak_lengkap",
                    f"{entitas}: {now} baris, kiriman sebelumnya {before}; turun lebih dari"
                    f" {self._limit('baris_turun')[0]:.0%} (seed ambang). Periksa apakah kiriman lengkap.",
                )

    def codes_known(self) -> None:
        """`kode_tidak_dikenal`: an eligibility field with too many unknown codes, counted by field."""
        for entitas, entity in self.source.entitas.items():
            for column in entity.kolom:
                if not column.kelayakan:
                    continue
                unknown = f"mentah is not null and json_exists(mentah, '$.{column.nama}')"
                count = self._count(self.tables[entitas], unknown)
                if self._exceeds("kode_tidak_dikenal", count, self.received[entitas]):
                    self._refuse(
                        "kode_tidak_dikenal",
                        f"{entitas}.{column.nama}: {count} dari {self.received[entitas]} baris berkode tidak dikenal,"
                        f" batas {self._limit('kode_tidak_dikenal')[0]:.1%} (seed ambang). Ikuti daftar kode.",
                    )

    def not_repeated(self, sha256_isi: str) -> None:
        """`sama_dengan_bulan_lalu`: the sorted rows equal those of an earlier month's delivery."""
        if sha256_isi == self.reference.sha256_isi_bulan_lalu:
            self._refuse("sama_dengan_bulan_lalu", "Isi kiriman sama dengan bulan sebelumnya. Kirim data bulan ini.")
