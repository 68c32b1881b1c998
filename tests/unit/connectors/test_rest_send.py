"""What is sent: bytes as they were stored, answers with their status, few tries, and no faster than is allowed."""

from __future__ import annotations

from itertools import pairwise

import gangguan as g
import pytest
from deliveries import SOURCES
from lelah import FULL_TRIES, NOW, said
from proksi import Asked, Proksi, Script
from server import FakeServer

from connectors.core.client import Answer, Client, Problem
from connectors.core.source import Access
from connectors.interface import Connection, SourceUnavailable

pytestmark = pytest.mark.usefixtures("quiet")
# Bytes that a JSON library would write otherwise.
BODY = b'{ "data":[{"ref":"a","nama":"WARGA"},  {"x":1.0,"\\u00e9":"\xc3\xa9"}]}\n'
HEADERS = {"Content-Type": "application/json", "Idempotency-Key": "ab" * 32}


class Sending:
    """`Client.send` through a fault proxy without a server behind it; tokens come from one that is there."""

    def __init__(self, sumber: str = "simnakis"):
        self.source, self.waits = SOURCES[sumber], []

    def __call__(self, script: Script, path: str = "/v1/verifikasi", method: str = "POST") -> Answer:
        with FakeServer([], 10) as server, Proksi(("127.0.0.1", server.port), script) as self.proxy:
            where = Connection("uji_api", "http", f"{self.proxy.url}/dasar", None, "klien", "rahasia-uji")
            with Client(self.source, where, sleep=self.waits.append, now=lambda: NOW) as client:
                return client.send(method, path, BODY, HEADERS)

    @property
    def asked(self) -> list[Asked]:
        return self.proxy.data


@pytest.fixture
def send() -> Sending:
    return Sending()


@pytest.mark.parametrize("status", [200, 202, 404, 409, 422])
def test_an_answer_comes_back_with_its_status_and_its_json(send, status):
    content = {"galat": "tidak_valid", "rincian": [{"id_baris": "0", "pesan": g.CANARY}]}
    answer = send(lambda asked: g.answer(content, status))
    assert (answer.status, answer.content) == (status, content)
    (asked,) = send.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/dasar/v1/verifikasi", BODY)
    assert asked.headers["X-API-Key"] == "rahasia-uji"
    assert {name: asked.headers[name] for name in HEADERS} == HEADERS
    assert send.waits == []


def test_a_put_may_be_answered_with_nothing(send):
    answer = send(lambda asked: g.answer(b""), "/api/keluarga/S1/status", "PUT")
    assert (answer.status, answer.content, send.asked[0].method) == (200, {}, "PUT")


FAULTS = [g.status(429, "7"), g.status(503), g.status(500), g.taken_then_reset, g.reset_in_head]


def test_a_lost_answer_is_asked_for_again_with_the_same_bytes_and_key(send):
    answer = send(lambda asked: [*FAULTS, g.answer({"id_kiriman": "K1"})][asked.data - 1])
    assert answer.content == {"id_kiriman": "K1"}
    assert send.waits == [7.0, *FULL_TRIES]
    assert len({(asked.body, asked.headers["Idempotency-Key"], asked.target) for asked in send.asked}) == 1
    assert (send.asked[0].body, len(send.asked)) == (BODY, 6)


@pytest.mark.parametrize("fault", [*FAULTS[1:], g.chunked(cut=True), g.length(9)])
def test_after_five_tries_the_caller_is_told(send, fault):
    with pytest.raises(SourceUnavailable) as caught:
        send(lambda asked: fault)
    assert (send.waits, len(send.asked)) == (FULL_TRIES, 5)
    assert said(str(caught.value)) == []


@pytest.mark.parametrize("status", [200, 202])
@pytest.mark.parametrize("body", [b"<html>", b"[]", b'"x"', b'{"id_kiriman": "K'])
def test_an_answer_that_is_none_leaves_open_what_became_of_it(send, status, body):
    """Sending it again is the outbox's decision, not the line's."""
    with pytest.raises(SourceUnavailable, match="what became of it is not known"):
        send(lambda asked: g.answer(body, status))
    assert (send.waits, len(send.asked)) == ([], 1)


@pytest.mark.parametrize("status", [201, 204, 400, 401, 403, 410])
def test_any_other_status_is_a_problem(send, status):
    with pytest.raises(Problem) as caught:
        send(lambda asked: g.answer(b"" if status == 204 else {"galat": "ditolak", "pesan": g.CANARY}, status))
    assert (caught.value.status, len(send.asked), send.waits) == (status, 1, [])
    assert said(str(caught.value)) == []


@pytest.mark.parametrize("status", [404, 409, 422])
def test_an_error_page_of_something_between_is_no_answer_of_the_source(send, status):
    with pytest.raises(Problem) as caught:
        send(lambda asked: g.answer(b"<html>", status))
    assert caught.value.status == status


@pytest.mark.parametrize(("code", "asked"), [(302, 1), (303, 1), (307, 2), (308, 2)])
def test_only_a_redirect_that_keeps_the_method_keeps_the_bytes(send, code, asked):
    moved = g.redirect(lambda line: "/dasar/v2/verifikasi", code)
    script = lambda asked: moved if asked.data == 1 else g.answer({"a": 1})  # noqa: E731
    if asked == 1:
        with pytest.raises(SourceUnavailable):
            send(script)
    else:
        assert send(script).content == {"a": 1}
    assert [one.body for one in send.asked] == [BODY] * asked


def test_a_token_that_expired_was_no_try_of_the_source():
    send = Sending("dtjateng")
    expired = g.status(401, galat="token_kedaluwarsa")

    def script(asked: Asked):
        return (expired if asked.data == 1 else g.answer({"id_kiriman": "K1"}, 202)) if asked.data else None

    assert send(script, "/v1/penonaktifan").status == 202
    assert [asked.path for asked in send.proxy.asked] == ["/dasar/oauth/token", "/dasar/v1/penonaktifan"] * 2
    first, second = (asked.headers["Authorization"] for asked in send.asked)
    assert (first, second, send.waits) == ("Bearer t1", "Bearer t2", [])


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.time, self.slept = 100.0, []

    def __call__(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def limited(rate: float | None):
    source = SOURCES["simnakis"]
    return source.model_copy(update={"akses": Access(**(source.akses.model_dump() | {"per_detik": rate}))})


@pytest.mark.parametrize(("rate", "seconds"), [(10, 2.4), (2.5, 9.6), (None, 0.0)])
def test_no_more_requests_a_second_than_the_source_allows(rate, seconds):
    clock, at = Clock(), []

    def script(asked: Asked):
        at.append(clock.time)
        return g.answer({"data": []})

    with Proksi(("127.0.0.1", 1), script) as proxy:
        where = Connection("uji_api", "http", proxy.url, None, None, "rahasia-uji")
        with Client(limited(rate), where, sleep=clock.sleep, clock=clock) as client:
            for _ in range(25):
                client.send("POST", "/v1/verifikasi", BODY, {})
    assert clock.time - 100.0 == pytest.approx(seconds)
    if rate:
        assert min(after - before for before, after in pairwise(at)) == pytest.approx(1 / rate)


def test_tries_count_against_the_rate_and_idle_time_saves_up_nothing():
    clock = Clock()
    faults = {1: g.status(429, "3"), 2: g.status(500)}
    with Proksi(("127.0.0.1", 1), lambda asked: faults.get(asked.data, g.answer({}))) as proxy:
        where = Connection("uji_api", "http", proxy.url, None, None, "rahasia-uji")
        with Client(limited(0.5), where, sleep=clock.sleep, clock=clock) as client:
            client.get("/api/keluarga", {})
            # The wait that was asked for is longer than the rate; the pause before a try is not, and is filled up.
            assert clock.slept == [3.0, 1.0, 1.0]
            clock.time += 60
            client.get("/api/keluarga", {})
            client.get("/api/keluarga", {})
            assert clock.slept[3:] == [2.0]


@pytest.mark.parametrize("rate", [0, -1])
def test_a_rate_that_is_none_does_not_load(rate):
    with pytest.raises(ValueError, match="per_detik"):
        limited(rate)
