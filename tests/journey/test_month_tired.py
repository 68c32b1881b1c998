"""A month whose sources fail in every way that mends ends as a month without: the same deliveries, the same tables."""

from __future__ import annotations

import gangguan as g
import pytest
from bulan_uji import JUNE, Bulan, Pabrik
from kenari_uji import canaries
from proksi import Asked, Fault, Line, Proksi

from connectors.core import client, exchange
from sinkron import month


def shut(line: Line) -> None:
    """A crash and a new start."""
    line.proxy.refuse(0.2)
    line.reset()


FAULTS: list[Fault] = [
    g.status(429, "1"), g.status(503, "Thu, 01 Jan 2026 00:00:00 GMT"), g.status(429, "besok"), g.status(500),
    g.status(502), g.status(504), g.reset_at_once, g.reset_in_head, g.reset_in_body, g.taken_then_reset, g.silent,
    g.drip(1.0), g.drip(0.3, "head"), g.length(7), g.length(-7), g.chunked(cut=True), g.packed(lambda body: body[:-9]),
    g.packed(lambda body: body[:40] + bytes(40) + body[80:]), g.packed(encoding="br"), g.HTML, g.truncated,
    g.answer({"galat": "pemeliharaan"}), shut,
]  # fmt: skip
# Met on a later page, each of these begins the read again: three times is allowed.
AGAIN: dict[str, list[Fault]] = {
    "/v1/rumah-tangga": [
        g.status(410, galat="kursor_kedaluwarsa"),
        g.change(lambda page: page | {"jumlah": page["jumlah"] + 1}),
        g.change(lambda page: page | {"data": page["data"][1:] + page["data"][:1] * 2}),
    ],
    "/api/keluarga": [
        g.change(lambda page: page | {"data": page["data"][1:] + page["data"][1:2]}),
        g.change(lambda page: page | {"data": []}),
        g.change(lambda page: page | {"meta": page["meta"] | {"total_halaman": 2}}),
    ],
}


# A busy machine may be slow once by itself.
MOST = client.TRIES - 2


class Tired:
    """The script: faults before each answer until all are used up, in a row one less than there may be."""

    def __init__(self):
        self.left = {path: [*FAULTS] for path in AGAIN}
        self.again = {path: [*faults] for path, faults in AGAIN.items()}
        self.token = [g.status(503, "1"), g.status(500), g.HTML]
        self.expire = [g.status(401, galat="token_tidak_berlaku")]
        self.failed = 0

    def __call__(self, asked: Asked) -> Fault | None:
        if not asked.data:
            return self.token.pop() if self.token else None
        if asked.path not in AGAIN:
            return None
        if self.failed < MOST and self.left[asked.path]:
            fault = self.left[asked.path].pop()
            # The tries that meet a closed door are not seen here.
            self.failed = MOST if fault is shut else self.failed + 1
            return fault
        self.failed = 0
        if "kursor" in asked.query and self.expire:
            return self.expire.pop()
        later = "kursor" in asked.query or asked.query.get("halaman") == "3"
        return self.again[asked.path].pop() if later and self.again[asked.path] else None


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses and time-outs that a test can wait for; what the source asks us to wait stays as it is.

    One source at a time: what a script counts in a row happens in a row.
    """
    monkeypatch.setattr(month, "INGESTS", 1)
    monkeypatch.setattr(client, "FIRST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(exchange, "READ_SECONDS", 0.8)
    monkeypatch.setattr(exchange, "EXCHANGE_SECONDS", 1.6)


def test_a_tired_month_is_a_month(pabrik: Pabrik, juni: Bulan, short: None, caplog: pytest.LogCaptureFixture):
    """The same pages: tables name the delivery that a row came from, and a delivery is known by its bytes."""
    tired = pabrik.new("lelah")
    tired.deliver(JUNE)
    script = Tired()
    caplog.set_level("DEBUG")
    with Proksi(tired.server.server_address, script) as proxy:
        code, _ = tired.run(JUNE, "publish", **through(tired, proxy))
    assert code == 0, tired.said
    assert (script.left, script.again) == ({path: [] for path in AGAIN}, {path: [] for path in AGAIN})
    assert script.token == script.expire == []
    assert deliveries(tired) == deliveries(juni)
    assert tired.tables(f"{JUNE}/1") == juni.tables(f"{JUNE}/1")
    assert tired.seen() == juni.seen()
    assert canaries(tired.world).found("\n".join([caplog.text, *tired.said])) == set()


def deliveries(bulan: Bulan) -> list[tuple]:
    """What came: identity of the bytes, identity of the rows."""
    return bulan.rows("select sumber, sha256, sha256_isi, status from buku.kiriman order by sumber")


def through(bulan: Bulan, proxy: Proksi) -> dict[str, str]:
    """The connections of an installation, by way of the proxy."""
    own, other = str(bulan.server.server_address[1]), str(proxy.port)
    names = [f"AIRFLOW_CONN_{name}_API" for name in ("DTJATENG", "SIMNAKIS")]
    return {name: bulan.settings.values[name].replace(own, other) for name in names}


def test_a_month_whose_source_never_recovers_keeps_nothing_of_it(pabrik: Pabrik, short: None):
    """Half of a read is no delivery: the other sources land, and the month waits."""
    bulan = pabrik.new("putus")
    bulan.deliver(JUNE)
    with Proksi(
        bulan.server.server_address, lambda asked: g.reset_in_body if "kursor" in asked.query else None
    ) as proxy:
        code, last = bulan.run(JUNE, "publish", **through(bulan, proxy))
    assert (code, last["status"]) == (4, None)
    assert {row["sumber"]: row["status"] for row in last["kiriman"]} == {
        "dtsen": "diterima", "dtjateng": None, "simnakis": "diterima",
    }  # fmt: skip
    assert bulan.one("select count(*) from pendaratan.dtjateng_rumah_tangga") == 0
    assert "ReadError" in "\n".join(bulan.said) and "rahasia" not in "\n".join(bulan.said)
