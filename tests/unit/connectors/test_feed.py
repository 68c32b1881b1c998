"""The cursor protocol over a server that really pages, and what feed.yml may say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from server import FakeServer

from connectors.core.client import Client
from connectors.core.feed import changes, load_feed, load_feeds
from connectors.interface import SourceUnavailable

ROOT = Path(__file__).parents[3]
FEEDS = load_feeds()
ADUAN = FEEDS["aduan"]


@pytest.fixture
def waits() -> list[float]:
    """Seconds that the client would have slept."""
    return []


def page(data, kursor, lagi):
    return 200, {}, {"data": data, "kursor": kursor, "lagi": lagi}


def paged(rows):
    """A hook that serves rows in pages of two; the cursor is how many were given."""

    def hook(server, number, path, query):
        end = int(query.get("sejak", "0")) + 2
        return page(rows[end - 2 : end], str(min(end, len(rows))), end < len(rows))

    return hook


def read(hook, store, slept, kursor=None, feed=ADUAN):
    """All pages of a read, and what was asked for."""
    with FakeServer([], 1) as server:
        server.hook = hook
        with Client(feed, server.connection(feed.koneksi), sleep=slept.append) as client:
            return list(changes(client, feed, store, kursor)), [query for _, query in server.requests]


def test_three_pages_with_a_short_last_one(store, waits):
    pages, asked = read(paged([{"id": n} for n in range(5)]), store, waits)
    assert [(p.baris, p.kursor, p.lagi, p.ulang) for p in pages] == [
        (2, "2", True, False), (2, "4", True, False), (1, "5", False, False),
    ]  # fmt: skip
    assert asked == [{"batas": "500"}, {"batas": "500", "sejak": "2"}, {"batas": "500", "sejak": "4"}]
    assert [row["id"] for p in pages for row in json.loads(p.data)] == ["0", "1", "2", "3", "4"]
    assert json.loads(store.verified(pages[2].berkas).read_bytes())["data"] == [{"id": 4}]


def test_a_feed_without_a_limit_asks_for_none_and_goes_on_from_its_cursor(store, waits):
    pages, asked = read(lambda *_: page([], "akhir", False), store, waits, "akhir", FEEDS["verifikasi"])
    assert asked == [{"sejak": "akhir"}]
    assert [(p.baris, p.kursor, p.lagi) for p in pages] == [(0, "akhir", False)]


def test_the_next_page_is_asked_for_only_when_the_caller_comes_back(store, waits):
    with FakeServer([], 1) as server:
        server.hook = paged([1, 2, 3])
        with Client(ADUAN, server.connection("bratasena_api"), sleep=waits.append) as client:
            reading = changes(client, ADUAN, store, None)
            next(reading)
            assert server.data_requests == 1


def test_an_expired_cursor_begins_again_once(store, waits):
    def hook(server, number, path, query):
        return (410, {}, {"galat": "kursor_kedaluwarsa"}) if number == 2 else paged([1, 2, 3])(server, 0, path, query)

    pages, asked = read(hook, store, waits)
    assert [(p.kursor, p.ulang) for p in pages] == [("2", False), ("2", True), ("3", False)]
    assert [query.get("sejak") for query in asked] == [None, "2", None, "2"]


@pytest.mark.parametrize("kursor", ["2", None])
def test_a_cursor_that_expires_twice_or_a_start_that_does_fails(store, waits, kursor):
    with pytest.raises(SourceUnavailable, match="410 kursor_kedaluwarsa"):
        read(lambda *_: (410, {}, {"galat": "kursor_kedaluwarsa"}), store, waits, kursor)


def test_a_cursor_that_comes_back_while_there_should_be_more_fails(store, waits):
    def hook(server, number, path, query):
        return page([number], {1: "a", 2: "b", 3: "a"}[number], True)

    with pytest.raises(SourceUnavailable, match="cursor it gave before"):
        read(hook, store, waits)
    with pytest.raises(SourceUnavailable, match="cursor it gave before"):
        read(lambda *_: page([1], "a", True), store, waits, "a")
    assert len(read(lambda *_: page([1], "a", False), store, waits, "a")[0]) == 1


@pytest.mark.parametrize(
    "content",
    [
        {"data": [], "lagi": False},
        {"data": [], "kursor": None, "lagi": False},
        {"data": [], "kursor": ["a"], "lagi": False},
        {"data": [], "kursor": "a\u0000b", "lagi": False},
        {"data": [], "kursor": "\ud800", "lagi": False},
        {"data": [], "kursor": "x" * 5000, "lagi": False},
        {"data": [], "kursor": "a"},
        {"data": [], "kursor": "a", "lagi": "false"},
        {"data": {"WARGA": 1}, "kursor": "a", "lagi": False},
        {"data": None, "kursor": "a", "lagi": False},
        {"galat": "WARGA"},
    ],
)
def test_a_page_of_another_shape_fails_and_shows_nothing_of_itself(store, waits, content):
    with pytest.raises(SourceUnavailable, match="documented data") as caught:
        read(lambda *_: (200, {}, content), store, waits)
    assert "WARGA" not in str(caught.value) and caught.value.__context__ is None
    assert len([p for p in store.root.rglob("*") if p.is_file()]) == 1


def test_a_login_page_with_200_is_tried_again_and_fails(store, waits):
    with pytest.raises(SourceUnavailable) as caught:
        read(lambda *_: (200, {}, b"<html>WARGA masuk dulu</html>"), store, waits)
    assert waits == [1.0, 2.0, 4.0, 8.0] and "WARGA" not in str(caught.value)


def test_what_postgres_cannot_hold_is_taken_out_and_the_rest_is_exact(store, waits):
    body = (
        rb'{"data": [{"a": "x\u0000\u0000y", "b": "\\u0000", "c": "\\\u0000z", "d": "\ud83d", "e": "\ud83d\ude00",'
        rb' "f": 3316010101900001, "g": 3.31601E+15, "h": 1e999, "i": NaN, "j": true}], "kursor": "k", "lagi": false}'
    )
    pages, _ = read(lambda *_: (200, {}, body), store, waits)
    assert json.loads(pages[0].data) == [
        {"a": "xy", "b": "\\u0000", "c": "\\z", "d": "?", "e": "\U0001f600",
         "f": "3316010101900001", "g": "3.31601E+15", "h": "1e999", "i": "NaN", "j": True}
    ]  # fmt: skip
    assert store.verified(pages[0].berkas).read_bytes() == body


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.pop("akses"), "akses"),
        (lambda f: f.update(ambang={}), "ambang"),
        (lambda f: f["kolom"].pop(0), "id_sumber"),
        (lambda f: f["kolom"].append(f["kolom"][5]), "twice"),
        (lambda f: f["kolom"][4].update(daftar="antah"), "antah"),
        (lambda f: f["kolom"][7].update(isi=["url"]), "tipe daftar"),
        (lambda f: f["kolom"][7].update(wajib=True), "terlapor_nama"),
        (lambda f: f.update(nama="lain"), "folder"),
    ],
)
def test_a_wrong_declaration_does_not_load(tmp_path, change, message):
    declared = yaml.safe_load((ROOT / "connectors/aduan/feed.yml").read_text("utf-8"))
    change(declared)
    (tmp_path / "aduan").mkdir()
    (tmp_path / "aduan/feed.yml").write_text(yaml.safe_dump(declared))
    with pytest.raises(ValueError, match=message):
        load_feed(tmp_path / "aduan/feed.yml")
