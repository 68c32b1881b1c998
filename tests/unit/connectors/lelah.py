"""A read of a source through the fault proxy, with everything that a test then asks about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from deliveries import KABUPATEN, SOURCES, family, household
from gangguan import CANARY
from proksi import Asked, Proksi, Script
from server import FakeServer

from connectors.core.client import Client
from connectors.core.paging import read_all
from connectors.interface import Connection, Extracted, Store

ROWS = {"dtjateng": [household(i) for i in range(1, 26)], "simnakis": [family(i) for i in range(1, 26)]}
PAGES, SIZE = 3, 10
NOW = datetime(2026, 7, 3, 4, 0, tzinfo=UTC)
FULL_TRIES = [1.0, 2.0, 4.0, 8.0]
PARAMS = {"kabupaten": KABUPATEN.replace(".", ""), "ukuran": 1000}
# What may be in no message and in no log: credentials, tokens, values of a query, texts of a body.
SECRET = ("rahasia-uji", "klien", "Bearer", "t1", CANARY, "ukuran=", "kabupaten=", "kursor=", "halaman=", "WARGA")


@dataclass
class Outcome:
    """How a read ended. extracted: what it gave, else error; waits: seconds it would have slept."""

    proxy: Proksi
    waits: list[float] = field(default_factory=list)
    extracted: Extracted | None = None
    error: Exception | None = None

    @property
    def asked(self) -> list[Asked]:
        """Requests for data."""
        return self.proxy.data

    @property
    def tokens(self) -> int:
        return len(self.proxy.asked) - len(self.proxy.data)

    def same_as(self, clean: Extracted) -> bool:
        """Whether it is, to the byte, the delivery of an undisturbed read."""
        assert self.error is None, self.error
        return (self.extracted.sha256, self.extracted.berkas) == (clean.sha256, clean.berkas)


@dataclass
class Reading:
    """Reads `sumber` through proxies in front of one server that is never tired."""

    sumber: str
    server: FakeServer
    store: Store
    clean: Extracted | None = None

    def __call__(self, script: Script, at_wait: Callable[[Proksi, int], Any] = lambda proxy, count: None) -> Outcome:
        """One read; at_wait(proxy, number of the wait) happens instead of each wait."""
        with Proksi(("127.0.0.1", self.server.port), script) as proxy:
            return self.through(proxy, proxy.url, at_wait)

    def through(self, proxy: Proksi, url: str, at_wait: Callable = lambda proxy, count: None) -> Outcome:
        """One read from an address, which a proxy that is already open stands behind."""
        outcome = Outcome(proxy)

        def sleep(seconds: float) -> None:
            outcome.waits.append(seconds)
            at_wait(proxy, len(outcome.waits))

        source = SOURCES[self.sumber]
        where = Connection(source.koneksi, "http", f"{url}/dasar", None, "klien", "rahasia-uji")
        try:
            with Client(source, where, sleep=sleep, now=lambda: NOW) as client:
                outcome.extracted = read_all(client, source, "2026-06", PARAMS, self.store)
        except Exception as error:
            outcome.error = error
            assert said(str(error)) == [], error
        return outcome


def said(text: str) -> list[str]:
    """Which secrets stand in a text."""
    return [secret for secret in SECRET if secret in text]


@contextmanager
def reading(sumber: str, store: Store) -> Iterator[Reading]:
    """A Reading whose `clean` is the delivery as it is without faults."""
    with FakeServer(ROWS[sumber], SIZE) as server:
        made = Reading(sumber, server, store)
        made.clean = made(lambda asked: None).extracted
        yield made
