"""Deactivations written by hand, from complaint to outbox, for trying the ways around a step."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row

from sinkron import contract, database, decisions
from sinkron.partitions import partition_name
from sinkron.settings import Settings
from sinkron.steps import list as list_step
from sinkron.steps import push, reconcile

JUNE, JULY = "2026-06", "2026-07"
RELEASE = f"{JUNE}/1"
RECEIVERS = ("dtjateng", "siks_ng", "simnakis")
APPROVERS = {1: "uji-verifikator", 2: "uji-kepala", 3: "uji-pihak-ketiga"}
OFFICER = "petugas.uji"
FAMILIES = 30
PARTITIONED = ("rumah_tangga", "individu", "kepesertaan")
# Values of required columns that no test looks at.
FILL = {
    "text": "", "boolean": False, "smallint": 0, "integer": 1, "bigint": 0, "text[]": [], "jsonb": "[]",
    "date": dt.date(2026, 6, 30), "timestamptz": dt.datetime(2026, 6, 30, tzinfo=dt.UTC),
}  # fmt: skip
# Emptied between tests; the release and the rest of the warehouse stay.
EMPTIED = (
    "antrean.isi", "antrean.kiriman", "antrean.riwayat", "antrean.baris", "antrean.daftar_baris", "antrean.daftar",
    "antrean.tanda_terima", "antrean.alarm", "antrean.hasil_aduan", "keputusan.putusan", "keputusan.penyetuju",
    "audit.putusan_gerbang", "audit.hasil_periksa", "kasus.tahanan", "kasus.pembatalan", "kasus.pencocokan",
    "kasus.hidup_lagi", "kasus.usulan_rilis", "kasus.usulan", "kasus.aduan", "kasus.pengajuan", "kasus.verifikasi",
)  # fmt: skip


def row_id(number: int) -> str:
    """The id_baris of a test's deactivation."""
    return f"{number:064x}"


def village(number: int) -> str:
    """The village of a family: four rows each, so that no cap of a village is met by chance."""
    return f"33.16.{8 + number % 8:02d}.2001"


def make_release(connection: psycopg.Connection, id_rilis: str = RELEASE) -> None:
    """A published release of families on PKH, each with one person on PBI_JK, that readers see."""
    periode, revisi = id_rilis.split("/")
    connection.execute(
        "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode, sha256, diterbitkan)"
        " values (%s, %s, %s, 'terbit', %s, 'uji', 'uji', clock_timestamp())",
        [id_rilis, periode, revisi, id_rilis],
    )
    connection.execute("update rilis.penunjuk set id_rilis = %s, mulai = '-infinity'", [id_rilis])
    numbers = range(1, FAMILIES + 1)
    homes = [{"uid_rumah_tangga": f"rt{n}", "kode_desa": village(n), "status": "aktif"} for n in numbers]
    people = [{"uid_individu": f"in{n}", "uid_rumah_tangga": f"rt{n}"} for n in numbers]
    places = [{"uid_rumah_tangga": f"rt{n}", "program": "PKH", "status": "AKTIF"} for n in numbers]
    places += [
        place | {"program": "PBI_JK", "uid_individu": f"in{n}"} for n, place in zip(numbers, places, strict=True)
    ]
    for table, rows in zip(PARTITIONED, (homes, people, places), strict=True):
        _partition(connection, table, id_rilis, rows)


def _partition(connection: psycopg.Connection, table: str, id_rilis: str, rows: list[dict[str, Any]]) -> None:
    name = partition_name(table, id_rilis)
    connection.execute(f"create table rilis.{name} partition of rilis.{table} for values in ('{id_rilis}')")
    made = contract.load()[table]
    required = {c.name: FILL[c.type] for c in made.columns if c.required} | {"id_rilis": id_rilis}
    columns = sorted(required.keys() | {name for row in rows for name in row})
    with connection.cursor() as cursor:
        cursor.executemany(
            f"insert into rilis.{table} ({', '.join(columns)}) values ({', '.join('%s' for _ in columns)})",
            [[(required | row).get(name) for name in columns] for row in rows],
        )


@contextmanager
def without_guards(superuser: str, settings: Settings):
    """A connection in whose transaction no trigger fires and no reference is checked."""
    address = f"{superuser.rsplit('/', 1)[0]}/{settings.database_url.rsplit('/', 1)[1]}"
    with psycopg.connect(address, row_factory=dict_row) as connection:
        connection.execute("set session_replication_role = replica")
        yield connection


@dataclass
class Antrean:
    """One warehouse with the release of June and nothing proposed."""

    settings: Settings
    superuser: str
    _versions: itertools.count = field(default_factory=lambda: itertools.count(1))

    def empty(self) -> None:
        """Forget everything but the release."""
        with without_guards(self.superuser, self.settings) as connection:
            for table in EMPTIED:
                connection.execute(f"delete from {table}")
            for row in connection.execute("select id_rilis from rilis.rilis where id_rilis <> %s", [RELEASE]):
                for table in PARTITIONED:
                    connection.execute(f"drop table rilis.{partition_name(table, row['id_rilis'])}")
            connection.execute("delete from rilis.rilis where id_rilis <> %s", [RELEASE])
            connection.execute("update rilis.rilis set status = 'terbit' where id_rilis = %s", [RELEASE])
            connection.execute("update rilis.penunjuk set id_rilis = %s, mulai = '-infinity'", [RELEASE])
        for folder in (self.settings.outbox, self.settings.inbox):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        self.approvers()

    def rows(self, query: str, *values: Any) -> list[tuple]:
        """Rows of a query of the owner."""
        with database.connect(self.settings) as connection:
            return [tuple(row.values()) for row in connection.execute(query, list(values)).fetchall()]

    def do(self, statement: str, *values: Any) -> None:
        """Run a statement as the owner; raises database.DatabaseError when it is refused."""
        with database.connect(self.settings) as connection:
            connection.execute(statement, list(values))

    def approvers(self, **changed: str) -> None:
        """Who may approve at which place, `satu`, `dua`, `tiga` changed."""
        names = dict(zip((1, 2, 3), ("satu", "dua", "tiga"), strict=True))
        with database.connect(self.settings) as connection:
            connection.execute("delete from keputusan.penyetuju")
            for place, name in APPROVERS.items():
                connection.execute(
                    "insert into keputusan.penyetuju values ('push', %s, %s)", [place, changed.get(names[place], name)]
                )

    def case(self, number: int, status: str = "terbukti") -> None:
        """A further change of the complaint about a family."""
        self.do(
            "insert into kasus.aduan (id_kiriman, nomor_baris, id_sumber, versi, diubah, status, sidik)"
            " values ('umpan', 1, %s, %s, '2026-06-12 10:00+07', %s, %s)",
            f"BRT-{number}", next(self._versions), status, f"s{next(self._versions)}",
        )  # fmt: skip

    def verified(self, number: int, hasil: str = "mampu") -> None:
        """A visit that found the family well off, or something else."""
        self.do(
            "insert into kasus.verifikasi (id_kiriman, nomor_baris, id_sumber, diubah, jenis, rujukan, petugas,"
            " tanggal, hasil, alasan, sidik)"
            " values ('umpan', 1, %s, '2026-06-11 10:00+07', 'aduan', %s, %s, '2026-06-11', %s, 'MAMPU', %s)",
            f"VLP-{number}", f"BRT-{number}", OFFICER, hasil, f"s{next(self._versions)}",
        )  # fmt: skip

    def propose(self, number: int, tujuan: tuple[str, ...] = RECEIVERS, id_rilis: str = RELEASE, **changes: Any) -> str:
        """A verified deactivation of PKH of a family, as step decide writes it; returns its id."""
        self.verified(number)
        self.case(number)
        row = {
            "id_baris": row_id(number), "uid_rumah_tangga": f"rt{number}", "uid_individu": None, "program": "PKH",
            "kode_alasan": "MAMPU", "bulan_efektif": JULY, "bukti": f"VLP-{number}",
            "tanggal_verifikasi": "2026-06-11", "asal": "aduan", "sumber_kasus": "aduan", "id_kasus": f"BRT-{number}",
            "petugas": OFFICER, "kode_desa": village(number), "id_rilis": id_rilis,
        } | changes  # fmt: skip
        with database.connect(self.settings) as connection:
            connection.execute(
                f"insert into kasus.usulan ({', '.join(row)}) values ({', '.join('%s' for _ in row)})",
                list(row.values()),
            )
            connection.execute("insert into kasus.usulan_rilis values (%s, %s)", [id_rilis, row["id_baris"]])
            for receiver in tujuan:
                family = [{"id": f"SMN-{number}", "anggota": []}] if receiver == "simnakis" else []
                connection.execute(
                    "insert into antrean.baris (id_baris, tujuan, no_kk, nama, kode_desa, keluarga)"
                    " values (%s, %s, %s, %s, %s, %s)",
                    [row["id_baris"], receiver, f"331608010110{number:04d}", f"WARGA {number}", village(number),
                     json.dumps(family)],
                )  # fmt: skip
        return row["id_baris"]

    def objection(self, number: int, status: str) -> None:
        """A further change of the objection against a deactivation."""
        self.do(
            "insert into kasus.pengajuan (id_kiriman, nomor_baris, id_sumber, versi, jenis, diubah, status, rujukan,"
            " sidik) values ('umpan', 1, %s, %s, 'sanggah', clock_timestamp(), %s, %s, %s)",
            f"PGJ-{number}", next(self._versions), status, row_id(number), f"s{next(self._versions)}",
        )  # fmt: skip

    def hold(self, number: int) -> None:
        """A hold that an officer writes."""
        self.do(
            "insert into kasus.tahanan (id_baris, sebab, alasan, oleh) values (%s, 'medis', 'Sedang dirawat', 'uji')",
            row_id(number),
        )

    def lift(self, number: int) -> None:
        """The end of an officer's holds."""
        self.do(
            "update kasus.tahanan set sampai = clock_timestamp() where id_baris = %s and sampai is null", row_id(number)
        )

    def release(self, id_rilis: str) -> None:
        """A later release, to which the pointer moves; it derives what the last one did."""
        periode, _ = id_rilis.split("/")
        with database.connect(self.settings) as connection:
            before = connection.execute("select id_rilis from rilis.penunjuk").fetchone()["id_rilis"]
            connection.execute(
                "update rilis.rilis set status = 'digantikan' where periode = %s and status = 'terbit'", [periode]
            )
            make_release(connection, id_rilis)
            connection.execute(
                "insert into kasus.usulan_rilis select %s, id_baris from kasus.usulan_rilis where id_rilis = %s",
                [id_rilis, before],
            )

    def list(self, periode: str = JUNE) -> str | None:
        """Run step list; the sha256 of the list, None when there was nothing to list."""
        return list_step.run(self.settings, periode).get("sha256")

    def answer(
        self, place: int, who: str | None = None, sha256: str | None = None, jawaban: str = "setuju",
        pada: dt.datetime | None = None, **given: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Somebody's answer to a list, by default the newest of June and the approver of that place."""
        with database.connect(self.settings) as connection:
            sha256 = sha256 or list_step.newest(connection, JUNE)["sha256"]
            made = connection.execute("select id_rilis from antrean.daftar where sha256 = %s", [sha256]).fetchone()
            return decisions.record(
                connection, made["id_rilis"] if made else RELEASE, "push", place, sha256, jawaban,
                who or APPROVERS[place], False, pada or dt.datetime.now(dt.UTC), given,
            )  # fmt: skip

    def approve(self, periode: str = JUNE) -> str | None:
        """List, and let both approvers agree; returns the sha256."""
        sha256 = self.list(periode)
        if sha256:
            self.answer(1, sha256=sha256)
            self.answer(2, sha256=sha256, nomor_sk="SK/7")
        return sha256

    def push(self) -> dict[str, Any]:
        """Step push."""
        return push.run(self.settings, JUNE)

    def reconcile(self) -> dict[str, Any]:
        """Step reconcile."""
        return reconcile.run(self.settings, JUNE)

    def states(self) -> dict[tuple[int, str], str]:
        """(number of the deactivation, receiver) -> state."""
        return {
            (int(id_baris, 16), tujuan): status
            for id_baris, tujuan, status in self.rows("select id_baris, tujuan, status from antrean.baris")
        }
