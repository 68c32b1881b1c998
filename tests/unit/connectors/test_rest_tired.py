"""Both REST sources behind a tired server and a bad line: what mends is the same to the byte, what does not is told."""

from __future__ import annotations

import gzip
import tracemalloc
from itertools import pairwise

import gangguan as g
import pytest
from lelah import FULL_TRIES, PAGES
from proksi import always, on

from connectors.core import client as client_module
from connectors.core import exchange
from connectors.interface import SourceUnavailable

pytestmark = pytest.mark.usefixtures("quiet")

# Fault of one request -> seconds waited before the same is asked again.
ONCE = {
    "429 with seconds": (g.status(429, "7"), [7.0]),
    "429 with a fraction": (g.status(429, "2.5"), [2.5]),
    "503 with a date": (g.status(503, "Fri, 03 Jul 2026 04:00:30 GMT"), [30.0]),
    "503 with a date that has passed": (g.status(503, "Fri, 03 Jul 2026 03:00:00 GMT"), [1.0]),
    "503 now": (g.status(503, "0"), [1.0]),
    "429 for very long": (g.status(429, "9" * 30), [120.0]),
    "503 until a far year": (g.status(503, "Fri, 31 Dec 9999 23:59:59 GMT"), [120.0]),
    "429 with no time": (g.status(429), [1.0]),
    "503 with garbage": (g.status(503, "nanti sore"), [1.0]),
    "503 with a date that is none": (g.status(503, "Fri, 03 Jul 2026 04:00:30 -99999999999"), [1.0]),
    "503 with less than nothing": (g.status(503, "-5"), [1.0]),
    "500 with a time, which is not asked for": (g.status(500, "90"), [1.0]),
    "500": (g.status(500), [1.0]),
    "502": (g.status(502), [1.0]),
    "504": (g.status(504), [1.0]),
    "reset at once": (g.reset_at_once, [1.0]),
    "reset in the head": (g.reset_in_head, [1.0]),
    "reset in the body": (g.reset_in_body, [1.0]),
    "answer lost": (g.taken_then_reset, [1.0]),
    "silent": (g.silent, [1.0]),
    "drip": (g.drip(0.4), [1.0]),
    "drip just in time": (g.drip(0.1), [1.0]),
    "drip from the head on": (g.drip(0.1, "head"), [1.0]),
    "length too long": (g.length(7), [1.0]),
    "length too short": (g.length(-7), [1.0]),
    "chunks cut off": (g.chunked(cut=True), [1.0]),
    "gzip broken": (g.packed(lambda body: body[:40] + bytes(40) + body[80:]), [1.0]),
    "gzip cut off": (g.packed(lambda body: body[:-9]), [1.0]),
    "gzip that is none": (g.packed(lambda body: b"{}"), [1.0]),
    "gzip with more behind it": (g.packed(lambda body: body + b"{}"), [1.0]),
    "packed as nobody asked": (g.packed(encoding="zstd"), [1.0]),
    "login page": (g.HTML, [1.0]),
    "nothing": (g.answer(b""), [1.0]),
    "JSON that is no object": (g.answer(["x"]), [1.0]),
    "JSON of another shape": (g.answer({"galat": "pemeliharaan", "pesan": g.CANARY}), [1.0]),
    "JSON with a text for rows": (g.change(lambda page: page | {"data": "x"}), [1.0]),
    "JSON nested without end": (g.answer(b'{"data":' + b"[" * 100_000), [1.0]),
    "half the JSON": (g.truncated, [1.0]),
}
# Only these are met with short time-outs: a busy machine makes others slow too.
TIMED = {name for name in ONCE if name == "silent" or name.startswith("drip")}


@pytest.mark.parametrize("name", ONCE)
def test_one_fault_in_mid_read_leaves_no_trace_in_the_delivery(tired, name, request):
    if name in TIMED:
        request.getfixturevalue("short_times")
    fault, waits = ONCE[name]
    outcome = tired(on({2: fault}))
    assert outcome.same_as(tired.clean)
    assert outcome.waits == waits
    assert len(outcome.asked) == PAGES + 1
    # The same page again, and only that one.
    assert outcome.asked[1].target == outcome.asked[2].target
    assert outcome.extracted.keterangan["ulang"] == 0


FIVE_TRIES = sorted(set(ONCE) - {name for name, (_, waits) in ONCE.items() if "429 " in name or "503 " in name})
FIVE_TRIES += ["429 with no time", "503 with garbage"]


@pytest.mark.parametrize("name", FIVE_TRIES)
def test_a_fault_that_stays_ends_after_five_tries(tired, name, request):
    if name in TIMED:
        request.getfixturevalue("short_times")
    outcome = tired(always(ONCE[name][0]))
    assert isinstance(outcome.error, SourceUnavailable)
    assert (outcome.waits, len(outcome.asked)) == (FULL_TRIES, 5)
    assert f"after 5 tries, last: {LAST.get(name, '')}" in str(outcome.error)
    assert f"connection {tired.sumber}_api" in str(outcome.error)


LAST = {
    "500": "status 500", "silent": "ReadTimeout", "drip": "ReadTimeout", "reset in the body": "ReadError",
    "drip just in time": "no whole answer within 0.8 s", "drip from the head on": "no whole answer within 0.8 s",
    "length too long": "RemoteProtocolError", "length too short": "200 without the documented JSON",
    "login page": "200 without the documented JSON", "JSON of another shape": "200 without the documented JSON",
    "gzip cut off": "a packed answer that is cut off", "gzip broken": "a broken packed answer",
    "packed as nobody asked": "a packed answer that was not asked for",
}  # fmt: skip


@pytest.mark.parametrize("fault", [g.chunked(cut=False), g.packed(), g.packed(encoding="X-GZIP")])
def test_chunks_and_gzip_are_no_faults_and_change_no_byte(tired, fault):
    outcome = tired(always(fault))
    assert outcome.same_as(tired.clean) and outcome.waits == []


def test_a_burst_of_four_is_survived_on_every_page(tired):
    burst = [g.status(500), g.status(502), g.status(504), g.reset_in_body]
    outcome = tired(lambda asked: ([*burst, None] * PAGES)[asked.data - 1] if asked.data else None)
    assert outcome.same_as(tired.clean)
    assert outcome.waits == FULL_TRIES * PAGES


def test_faults_of_different_kinds_are_counted_together(tired):
    faults = [g.status(500), g.HTML, g.reset_at_once, g.reset_in_head, g.truncated]
    outcome = tired(on(dict(enumerate(faults, 1))))
    assert isinstance(outcome.error, SourceUnavailable) and len(outcome.asked) == 5


def test_what_the_source_asks_us_to_wait_is_no_try_up_to_ten_minutes_in_all(tired):
    outcome = tired(on({n: g.status(429, "60") for n in range(1, 11)}))
    assert outcome.same_as(tired.clean) and outcome.waits == [60.0] * 10
    outcome = tired(on({n: g.status(429, "60") for n in range(1, 12)}))
    assert outcome.same_as(tired.clean) and outcome.waits == [60.0] * 10 + [1.0]
    outcome = tired(always(g.status(503, "120")))
    assert isinstance(outcome.error, SourceUnavailable)
    assert outcome.waits == [120.0] * 5 + FULL_TRIES


def test_ten_minutes_are_for_the_whole_read_not_for_each_page(tired):
    outcome = tired(lambda asked: g.status(429, "120") if asked.data % 5 else None)
    assert outcome.same_as(tired.clean)
    # Four waits for the first page and one for the second have used them up; from then on 429 is a try like others.
    assert outcome.waits == [120.0] * 5 + [1.0, 2.0, 4.0] + FULL_TRIES


@pytest.mark.parametrize("when", ["0", "Fri, 03 Jul 2026 03:00:00 GMT"])
def test_an_endless_now_is_no_endless_loop(tired, when):
    outcome = tired(always(g.status(503, when)))
    assert isinstance(outcome.error, SourceUnavailable)
    assert outcome.waits == [1.0] * 600 + FULL_TRIES


def test_a_refused_connection_is_tried_again_until_the_door_opens(tired):
    outcome = tired(on({2: g.refused}), lambda proxy, count: proxy.open() if count == 3 else None)
    assert outcome.same_as(tired.clean) and outcome.waits == [1.0, 2.0, 4.0]
    outcome = tired(on({2: g.refused}))
    assert isinstance(outcome.error, SourceUnavailable) and outcome.waits == FULL_TRIES
    assert "the connection is refused" in str(outcome.error)


@pytest.mark.parametrize("fault", [g.bomb, g.packed_bomb])
def test_a_bomb_is_put_down_at_once(tired, fault, monkeypatch):
    monkeypatch.setattr(exchange, "BODY_LIMIT", 1 << 20)
    outcome = tired(on({2: fault}))
    assert isinstance(outcome.error, SourceUnavailable)
    assert (outcome.waits, len(outcome.asked)) == ([], 2)
    assert "more than 1 MiB" in str(outcome.error)


def test_a_small_answer_that_unpacks_to_much_is_never_unpacked_whole(tired_simnakis, monkeypatch):
    monkeypatch.setattr(exchange, "BODY_LIMIT", 1 << 20)
    small = gzip.compress(bytes(64 << 20))
    assert len(small) < 70_000
    tracemalloc.start()
    outcome = tired_simnakis(on({2: g.answer(small, **{"Content-Encoding": "gzip"})}))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "more than 1 MiB" in str(outcome.error) and peak < 16 << 20


@pytest.mark.parametrize("code", [204, 206, 304, 400, 403, 404, 405, 407, 410, 451])
def test_a_final_status_is_asked_once_and_nothing_of_it_is_taken(tired_simnakis, code):
    outcome = tired_simnakis(on({2: g.answer(b"" if code in (204, 304) else {"galat": "x"}, code)}))
    assert isinstance(outcome.error, SourceUnavailable)
    assert (outcome.waits, len(outcome.asked)) == ([], 2)
    assert f"answered {code}" in str(outcome.error)


def test_a_read_that_takes_hours_ends(tired, monkeypatch, short_times):
    """Four faults a page, half a minute each, are within the tries; a hundred pages of them take a night."""
    monkeypatch.setattr(client_module, "CLIENT_SECONDS", 0.5)
    outcome = tired(lambda asked: g.silent if asked.data and asked.data % 5 else None)
    assert isinstance(outcome.error, SourceUnavailable)
    assert "all requests together" in str(outcome.error)
    assert len(outcome.asked) < 5


def test_waits_grow_by_two(tired):
    outcome = tired(always(g.status(500)))
    assert [after / before for before, after in pairwise(outcome.waits)] == [2.0] * 3
