"""A receiver on loopback that answers as a script says, and what it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lelah import NOW
from proksi import Asked, Proksi, Script
from server import FakeServer

from connectors.core.client import Client
from connectors.interface import Connection, Row, load_targets

TARGETS = load_targets()


@dataclass
class Receiver:
    """client: of this receiver; waits: seconds it would have slept."""

    client: Client
    proxy: Proksi
    waits: list[float] = field(default_factory=list)

    @property
    def asked(self) -> list[Asked]:
        """Requests besides those for tokens."""
        return self.proxy.data

    @property
    def lines(self) -> list[str]:
        """`METHOD /path` of each of them, below the base path."""
        return [f"{asked.method} {asked.target.removeprefix('/dasar')}" for asked in self.asked]


@contextmanager
def receiving(tujuan: str, script: Script) -> Iterator[Receiver]:
    """A receiver whose answers are faults of tests/gangguan.py; tokens come from a server that is there."""
    target, waits = TARGETS[tujuan], []
    token = lambda asked: script(asked) if asked.data else None  # noqa: E731
    with FakeServer([], 10) as server, Proksi(("127.0.0.1", server.port), token) as proxy:
        where = Connection(target.koneksi, "http", f"{proxy.url}/dasar", None, "klien", "rahasia-uji")
        with Client(target, where, sleep=waits.append, now=lambda: NOW) as client:
            yield Receiver(client, proxy, waits)


def row_id(number: int) -> str:
    """The id_baris of a test's row."""
    return f"{number:064x}"


def row(number: int, **changes: str | None) -> Row:
    """A row of a synthetic family."""
    given = {
        "id_baris": row_id(number), "no_kk": f"331608150110{number:04d}", "nik": f"331608140380{number:04d}",
        "nama": f"WARGA {number}", "program": "PKH", "kode_alasan": "MAMPU", "tanggal_verifikasi": "2026-07-11",
        "bukti": f"V-{number}", "kode_desa": "33.16.08.2001",
    }  # fmt: skip
    return Row(**{**given, **changes})
