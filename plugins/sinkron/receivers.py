"""The receivers of deactivations as the outbox sees them: how a body is made, sent, and answered (contracts/sinks.md).

A receiver's answer about a row is applied by `judge`, the only place where an answer changes the state of an item.
"""

from __future__ import annotations

import datetime as dt
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import psycopg

from sinkron.answers import Result, RowsRefused, Silent, Stuck, Taken
from sinkron.period import JAKARTA
from sinkron.settings import Settings

if TYPE_CHECKING:
    from connectors.interface import Client, Verdict


class Unconfigured(RuntimeError):
    """The connection of a receiver is not set."""


class Receiver(ABC):
    """One receiver; `with` keeps its connection open. `needs_family`: it gets only rows of its own families."""

    tujuan: str
    needs_family = False

    def __init__(self, settings: Settings):
        self.settings = settings
        self._stack = ExitStack()
        self._client: Client | None = None

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._client = None

    @property
    def size(self) -> int | None:
        """Maximum rows of a body, None without a limit: declared in its target.yml."""
        from connectors.interface import load_targets

        return load_targets()[self.tujuan].batas

    def client(self) -> Client:
        """Its client, made when first needed; raises Unconfigured when its connection is not set."""
        if self._client is None:
            self._client = self._stack.enter_context(client_of(self.settings, self.tujuan))
        return self._client

    @abstractmethod
    def body(self, connection: psycopg.Connection, rows: list[dict[str, Any]], bulan: str, nomor_sk: str) -> bytes:
        """The bytes to store and to send again unchanged."""

    def send(self, kiriman: dict[str, Any]) -> Result:
        """Try once to send a stored body; that a receiver is not configured or not reached is a result too."""
        from connectors.interface import SourceUnavailable, Unexpected

        try:
            return self._send(kiriman)
        except Unexpected as why:
            return Stuck(str(why))
        except Unconfigured as why:
            return Silent(str(why), unconfigured=True)
        except SourceUnavailable as why:
            return Silent(str(why))

    @abstractmethod
    def _send(self, kiriman: dict[str, Any]) -> Result:
        """One try; may raise the errors that `send` turns into a result."""


def client_of(settings: Settings, target: str) -> Client:
    """A client for what `connectors/<target>/target.yml` declares; raises Unconfigured."""
    from connectors.interface import Client, connection, load_targets

    declared = load_targets()[target]
    try:
        return Client(declared, connection(declared.koneksi, settings.values))
    except KeyError as missing:
        raise Unconfigured(f"{target} is not configured: {missing.args[0]}") from None


def _rows(rows: Iterable[dict[str, Any]]) -> list[Any]:
    from connectors.interface import Row

    return [
        Row(
            id_baris=r["id_baris"], no_kk=r["no_kk"], nik=r["nik"], nama=r["nama"], program=r["program"],
            kode_alasan=r["kode_alasan"], tanggal_verifikasi=r["tanggal_verifikasi"], bukti=r["bukti"],
            kode_desa=r["kode_desa"],
        )
        for r in rows
    ]  # fmt: skip


def _cancellations(rows: Iterable[dict[str, Any]]) -> list[Any]:
    from connectors.interface import Cancellation

    return [Cancellation(r["id_baris"], r["alasan"]) for r in rows]


class DTJateng(Receiver):
    """The province: batches over REST; answers come minutes to days later."""

    tujuan = "dtjateng"

    def body(self, connection: psycopg.Connection, rows: list[dict[str, Any]], bulan: str, nomor_sk: str) -> bytes:
        from connectors.dtjateng import delivery

        if rows[0]["jenis"] == "pembatalan":
            (body,) = delivery.cancellation_bodies(_cancellations(rows), self.settings.kabupaten, bulan, nomor_sk)
        else:
            (body,) = delivery.bodies(_rows(rows), self.settings.kabupaten, bulan, nomor_sk)
        return body

    def _send(self, kiriman: dict[str, Any]) -> Result:
        from connectors.dtjateng import delivery

        answer = delivery.send(self.client(), bytes(kiriman["isi"]), cancellation=kiriman["jenis"] == "pembatalan")
        if isinstance(answer, delivery.Invalid):
            return RowsRefused(dict(answer.kode))
        if isinstance(answer, delivery.Conflict):
            return Stuck("dtjateng holds another body under this key (409); ask the province")
        return Taken(answer.id_kiriman)


class SiksNg(Receiver):
    """The national system: numbered folders that an operator uploads; answers come as files."""

    tujuan = "siks_ng"

    def body(self, connection: psycopg.Connection, rows: list[dict[str, Any]], bulan: str, nomor_sk: str) -> bytes:
        before = connection.execute(
            "select count(*) as n from antrean.kiriman where tujuan = 'siks_ng' and bulan_efektif = %s", [bulan]
        ).fetchone()
        facts = {
            "nomor": f"{before['n'] + 1:04d}", "bulan_efektif": bulan, "nomor_sk": nomor_sk,
            "dibuat": dt.datetime.now(JAKARTA).isoformat("T", "seconds"),
        }  # fmt: skip
        if rows[0]["jenis"] == "pembatalan":
            data = [row._asdict() for row in _cancellations(rows)]
        else:
            data = [vars(row) for row in _rows(rows)]
        return json.dumps({**facts, "data": data}, ensure_ascii=False).encode()

    def _send(self, kiriman: dict[str, Any]) -> Result:
        from connectors.interface import Cancellation, Row
        from connectors.siks_ng import delivery

        facts = json.loads(bytes(kiriman["isi"]))
        rows, withdrawn = [], []
        if kiriman["jenis"] == "pembatalan":
            withdrawn = [Cancellation(**row) for row in facts["data"]]
        else:
            rows = [Row(**row) for row in facts["data"]]
        try:
            folder = delivery.write(
                self.settings.outbox, facts["bulan_efektif"], facts["nomor"], rows, withdrawn, facts["nomor_sk"],
                dt.datetime.fromisoformat(facts["dibuat"]),
            )  # fmt: skip
            if server := self.settings.on_server("siks_ng_outbox"):
                delivery.upload(server, folder)
        except FileExistsError as why:
            return Stuck(str(why))
        except OSError as error:
            return Silent(f"siks_ng: the outbox cannot be written ({error.strerror}); check the folder's rights")
        return Taken(facts["nomor"])


class Simnakis(Receiver):
    """The district: one PUT for each of its families; it answers at once."""

    tujuan, needs_family = "simnakis", True

    def body(self, connection: psycopg.Connection, rows: list[dict[str, Any]], bulan: str, nomor_sk: str) -> bytes:
        (row,) = rows
        facts = {
            "status": "aktif" if row["jenis"] == "pembatalan" else "nonaktif",
            "program": [row["program"]], "rujukan": row["id_baris"], "berlaku": f"{bulan}-01",
            "keluarga": row["keluarga"], "perorangan": row["uid_individu"] is not None,
        }  # fmt: skip
        return json.dumps(facts, sort_keys=True).encode()

    def _send(self, kiriman: dict[str, Any]) -> Result:
        from connectors.interface import Verdict
        from connectors.simnakis import delivery

        facts = json.loads(bytes(kiriman["isi"]))
        known = False
        for family in facts["keluarga"]:
            ended = delivery.set_status(
                self.client(), family["id"], facts["status"], facts["program"], facts["rujukan"],
                dt.date.fromisoformat(facts["berlaku"]), family["anggota"] if facts["perorangan"] else None,
            )  # fmt: skip
            if ended == "bertentangan":
                return Stuck("simnakis has a newer state of a family (409, twice); look at it there")
            known = known or ended == "selesai"
        verdict = ("diterima", None) if known else ("ditolak", "keluarga_tidak_dikenal")
        return Taken(facts["rujukan"], (Verdict(facts["rujukan"], verdict[0], verdict[1], None),))


ALL = (DTJateng, SiksNg, Simnakis)
NAMES = tuple(kind.tujuan for kind in ALL)


def all_of(settings: Settings) -> Iterator[Receiver]:
    """The receivers, each with a queue of its own."""
    return (kind(settings) for kind in ALL)


def judge(connection: psycopg.Connection, kiriman: dict[str, Any], verdicts: Iterable[Verdict]) -> int:
    """Apply a receiver's answers about rows of a body; returns how many items moved. Impossible answers make alarms."""
    rows = {
        row["id_baris"]: row
        for row in connection.execute(
            "select b.id_baris, b.status, exists (select from antrean.riwayat as r where r.id_baris = b.id_baris"
            " and r.tujuan = b.tujuan and r.ke = 'diakui') as diakui from antrean.isi as i"
            " inner join antrean.baris as b on i.id_baris = b.id_baris and i.tujuan = b.tujuan"
            " where i.id_kiriman = %s and not i.lepas for update of b",
            [kiriman["id_kiriman"]],
        )
    }
    moved = 0
    for verdict in verdicts:
        if verdict.id_baris not in rows:
            # The id itself is not kept: the receiver may have sent anything there, also a person's number.
            alarm(connection, kiriman["tujuan"], "baris_tidak_dikenal", None, f"kiriman {kiriman['id_kiriman']}")
            continue
        item = rows[verdict.id_baris]
        if kiriman["jenis"] == "pembatalan":
            moved += _withdrawal(connection, kiriman["tujuan"], verdict, item["status"])
        else:
            moved += _answer(connection, kiriman["tujuan"], verdict, item["status"], item["diakui"])
    return moved


def _answer(connection: psycopg.Connection, tujuan: str, verdict: Verdict, status: str, known: bool) -> int:
    """Apply a receiver's answer about a deactivation to an item in state `status`; returns how many items moved.

    `known`: the receiver has acknowledged the row before.
    """
    if verdict.status == "diterima":
        if status == "ditolak" and tujuan != "siks_ng":
            alarm(connection, tujuan, "diterima_setelah_ditolak", verdict.id_baris)
            return 0
        if status == "belum_tercermin" and not known:
            # The answer came after an extract that still showed the row as active. Passing through `diakui` records in
            # the history that the receiver answered; the state goes back to what its extract showed.
            _move(connection, tujuan, verdict.id_baris, "diakui", None)
            return _move(connection, tujuan, verdict.id_baris, "belum_tercermin", None)
        return _move(connection, tujuan, verdict.id_baris, "diakui", None) if status in ("dikirim", "ditolak") else 0
    if status in ("ditolak", "dibatalkan"):
        return 0
    if known or status not in ("dikirim", "belum_tercermin"):
        alarm(connection, tujuan, "ditolak_setelah_diterima", verdict.id_baris)
    return _move(connection, tujuan, verdict.id_baris, "ditolak", verdict.kode or "tanpa_kode")


def _withdrawal(connection: psycopg.Connection, tujuan: str, verdict: Verdict, status: str) -> int:
    """Apply a receiver's answer about a cancellation to an item in state `status`; returns how many items moved."""
    if status in ("dibatalkan", "ditolak"):
        return 0
    if verdict.status == "diterima":
        return _move(connection, tujuan, verdict.id_baris, "dibatalkan", None)
    alarm(connection, tujuan, "pembatalan_ditolak", verdict.id_baris, verdict.kode or "")
    return 0


def _move(connection: psycopg.Connection, tujuan: str, id_baris: str, status: str, kode: str | None) -> int:
    return connection.execute(
        "update antrean.baris set status = %s, kode_tolak = %s where id_baris = %s and tujuan = %s",
        [status, kode, id_baris, tujuan],
    ).rowcount


def alarm(connection: psycopg.Connection, tujuan: str, kode: str, id_baris: str | None, keterangan: str = "") -> None:
    """Record once that a person has to look at something."""
    connection.execute(
        "insert into antrean.alarm (tujuan, kode, id_baris, keterangan) values (%s, %s, %s, %s) on conflict do nothing",
        [tujuan, kode, id_baris, keterangan],
    )
