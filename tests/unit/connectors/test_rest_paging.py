"""Pages that contradict each other: read again from the start, complete in the end, or refused; never in part."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import gangguan as g
import pytest
from deliveries import SOURCES, family, household
from lelah import FULL_TRIES, PAGES, SIZE, Outcome, Reading
from proksi import Asked, Fault, always, on

from connectors.core import kept, paging
from connectors.core.kept import Kept
from connectors.core.landing import workspace
from connectors.core.paging import RESTARTS
from connectors.core.store import Store, StoredFile
from connectors.interface import NotYet, Refusal, SourceUnavailable

pytestmark = pytest.mark.usefixtures("quiet")

# A fault of the second page -> number of requests until the read begins again.
CURSOR_CONTRADICTS = {
    "jumlah berubah": (g.change(lambda page: page | {"jumlah": 26}), 2),
    "jumlah menyusut": (g.change(lambda page: page | {"jumlah": 15}), 2),
    "baris lebih": (g.change(lambda page: page | {"data": page["data"] * 3}), 2),
    "halaman berulang": (g.change(lambda page: page | {"data": [household(i) for i in range(1, 11)]}), 3),
    "halaman hilang": (g.change(lambda page: page | {"kursor_berikutnya": None}), 2),
    "baris hilang": (g.change(lambda page: page | {"data": page["data"][1:]}), 3),
    "id berulang": (g.change(lambda page: page | {"data": [*page["data"][1:], page["data"][1]]}), 3),
    "kursor berulang": (g.change(lambda page: page | {"kursor_berikutnya": "10"}), 2),
    "kursor ke awal": (g.change(lambda page: page | {"kursor_berikutnya": ""}), 3),
    "410": (g.status(410, galat="kursor_kedaluwarsa"), 2),
}
NUMBERED_CONTRADICTS = {
    "total berubah": (g.change(lambda page: page | {"meta": page["meta"] | {"total": 26, "total_halaman": 2}}), 2),
    "halaman berulang": (g.change(lambda page: page | {"data": [family(i) for i in range(1, 11)]}), 3),
    "halaman hilang": (g.change(lambda page: page | {"meta": page["meta"] | {"total_halaman": 2}}), 2),
    "halaman kosong": (g.change(lambda page: page | {"data": []}), 2),
    "baris bergeser": (g.change(lambda page: page | {"data": [*page["data"][1:], family(21)]}), 3),
    "tak berujung": (
        g.change(lambda page: {"data": page["data"] * 60, "meta": page["meta"] | {"total_halaman": 10**9}}), 2,
    ),
}  # fmt: skip


def second_page(fault: Fault) -> Callable[[Asked], Fault | None]:
    """The fault at every second page, however often the read begins again."""
    return lambda asked: fault if asked.query.get("kursor") == "10" or asked.query.get("halaman") == "2" else None


def refused(outcome: Outcome, kode: str) -> Refusal:
    assert isinstance(outcome.error, Refusal), outcome.error
    assert outcome.error.kode == kode
    return outcome.error


@pytest.mark.parametrize("name", CURSOR_CONTRADICTS)
def test_a_cursor_read_that_contradicts_itself_begins_again(tired_dtjateng, name):
    fault, asked = CURSOR_CONTRADICTS[name]
    once_and_always(tired_dtjateng, fault, asked)


@pytest.mark.parametrize("name", NUMBERED_CONTRADICTS)
def test_a_numbered_read_that_contradicts_itself_begins_again(tired_simnakis, name):
    fault, asked = NUMBERED_CONTRADICTS[name]
    once_and_always(tired_simnakis, fault, asked)


def once_and_always(tired: Reading, fault: Fault, asked: int) -> None:
    """Met once, the delivery is that of an undisturbed read; met always, it is refused with the bytes of it."""
    outcome = tired(on({2: fault}))
    assert outcome.same_as(tired.clean)
    assert (outcome.extracted.keterangan["ulang"], len(outcome.asked), outcome.waits) == (1, asked + PAGES, [])
    outcome = tired(second_page(fault))
    refusal = refused(outcome, "pembacaan_tidak_lengkap")
    assert outcome.extracted is None and outcome.waits == []
    assert len(outcome.asked) == (RESTARTS + 1) * asked
    for file in refusal.extracted.berkas:
        assert tired.store.verified(file).stat().st_size == file.ukuran
    assert refusal.rincian == {"halaman": len(refusal.extracted.berkas)}


def test_a_third_new_beginning_is_the_last_that_helps(tired):
    """Pages 1 and 2 are asked each time; the fault hits the second page of the first three reads."""

    def fault(line):
        g.change(lambda page: page | ({"jumlah": 1} if "jumlah" in page else {"data": []}))(line)

    outcome = tired(on({2: fault, 4: fault, 6: fault}))
    assert outcome.same_as(tired.clean) and outcome.extracted.keterangan["ulang"] == 3


@pytest.mark.parametrize("of", ["2026-05", "2026-07", ""])
def test_the_answer_of_another_month_is_refused_at_once_with_its_bytes(tired_dtjateng, of):
    outcome = tired_dtjateng(on({2: g.change(lambda page: page | {"periode": of})}))
    refusal = refused(outcome, "bulan_salah")
    assert len(outcome.asked) == 2 and outcome.waits == []
    assert [file.nama for file in refusal.extracted.berkas] == ["halaman-00001.json", "halaman-00002.json"]
    assert json.loads(tired_dtjateng.store.verified(refusal.extracted.berkas[1]).read_bytes())["periode"] == of


def test_a_month_that_is_not_out_is_asked_once(tired_dtjateng):
    outcome = tired_dtjateng(always(g.status(404, galat="periode_belum_tersedia")))
    assert isinstance(outcome.error, NotYet) and len(outcome.asked) == 1
    outcome = tired_dtjateng(always(g.status(404, galat="tidak_ditemukan")))
    assert isinstance(outcome.error, SourceUnavailable) and len(outcome.asked) == 1


@pytest.mark.parametrize("key", ["periode", "jumlah", "data"])
def test_a_cursor_page_without_what_it_must_have_is_a_failed_try(tired_dtjateng, key):
    missing(tired_dtjateng, lambda page: {k: v for k, v in page.items() if k != key})
    missing(tired_dtjateng, lambda page: page | {key: True})


@pytest.mark.parametrize("key", ["total", "total_halaman"])
def test_a_numbered_page_without_what_it_must_have_is_a_failed_try(tired_simnakis, key):
    missing(tired_simnakis, lambda page: page | {"meta": {k: v for k, v in page["meta"].items() if k != key}})
    missing(tired_simnakis, lambda page: page | {"meta": page["meta"] | {key: "25"}})
    missing(tired_simnakis, lambda page: page | {"meta": None})


@pytest.mark.parametrize("cursor", [10, "\ud800", "10\r\nX-Lain: 1", "10\x00", ["10"]])
def test_a_cursor_that_cannot_be_sent_back_is_a_failed_try(tired_dtjateng, cursor):
    missing(tired_dtjateng, lambda page: page | {"kursor_berikutnya": cursor})


def missing(tired: Reading, how: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    outcome = tired(on({2: g.change(how)}))
    assert outcome.same_as(tired.clean) and outcome.waits == [1.0]
    outcome = tired(on({n: g.change(how) for n in range(2, 7)}))
    assert isinstance(outcome.error, SourceUnavailable) and outcome.waits == FULL_TRIES


def test_a_cursor_may_hold_what_an_address_may_not(tired_dtjateng):
    odd = "a&kursor=b/?#%20+ü="
    pages = {
        None: g.change(lambda page: page | {"kursor_berikutnya": odd}),
        odd: lambda line: line.write(200, g.JSON, json.dumps(tired_dtjateng.server.cursor_page(10)).encode()),
    }
    outcome = tired_dtjateng(lambda asked: pages.get(asked.query.get("kursor")) if asked.data else None)
    assert [asked.query.get("kursor") for asked in outcome.asked] == [None, odd, "20"]
    assert outcome.extracted.keterangan["baris"] == 25
    # Other bytes, the same rows: the same delivery.
    assert outcome.extracted.berkas != tired_dtjateng.clean.berkas
    assert outcome.extracted.sha256 == tired_dtjateng.clean.sha256


def test_rows_are_one_delivery_however_they_lie_on_pages(tmp_path):
    store = Store(tmp_path / "simpan")

    def told(*pages: list[dict[str, Any]]) -> str:
        with Kept(SOURCES["dtjateng"], store) as pages_kept:
            for n, rows in enumerate(pages):
                pages_kept.add(json.dumps({"kursor_berikutnya": f"{len(pages)}-{n}", "data": rows}).encode())
            return pages_kept.identity()

    rows = [household(i) for i in range(1, 26)]
    whole = told(rows)
    assert told(rows[:7], [], rows[7:]) == whole
    assert told(*([row] for row in rows)) == whole
    assert told(rows[::-1]) != whole
    assert told([*rows[:-1], rows[-1] | {"alamat": "LAIN"}]) != whole
    assert told([]) != whole


def test_a_page_that_cannot_be_stored_ends_the_read(tired, monkeypatch):
    def full(self: Store, content: bytes, nama: str) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "put", full)
    assert isinstance(tired(lambda asked: None).error, OSError)


def test_a_page_is_written_while_the_one_before_it_is_looked_at(tmp_path, monkeypatch):
    second, put, look = threading.Event(), Store.put, Kept._look

    def putting(self: Store, content: bytes, nama: str) -> StoredFile:
        stored = put(self, content, nama)
        if nama.endswith("2.json"):
            second.set()
        return stored

    def looking(self: Kept, stored: Any) -> None:
        assert second.wait(10)
        look(self, stored)

    monkeypatch.setattr(Store, "put", putting)
    monkeypatch.setattr(Kept, "_look", looking)
    with Kept(SOURCES["dtjateng"], Store(tmp_path / "simpan")) as kept:
        for number in (1, 2):
            kept.add(json.dumps({"data": [household(number)]}).encode())
        assert kept.distinct_ids() == 2


def test_empty_pages_without_end_end(tired_dtjateng, monkeypatch):
    monkeypatch.setattr(paging, "EMPTY_PAGES", 5)

    def empty(line):
        page = {"periode": "2026-06", "jumlah": 25, "data": [], "kursor_berikutnya": f"k{line.asked.number}"}
        line.write(200, g.JSON, json.dumps(page).encode())

    outcome = tired_dtjateng(always(empty))
    assert "halaman kosong" in refused(outcome, "pembacaan_tidak_lengkap").pesan
    assert len(outcome.asked) == (RESTARTS + 1) * 6


def test_pages_without_end_end_when_they_hold_far_more_than_the_total(tired_simnakis):
    """Each page is full and says that a thousand million more follow."""
    total = {"total": 25, "total_halaman": 10**9}
    outcome = tired_simnakis(always(g.change(lambda page: {"data": [family(1)] * SIZE, "meta": total})))
    refused(outcome, "pembacaan_tidak_lengkap")
    most = 2 * 25 + SOURCES["simnakis"].akses.ukuran
    assert len(outcome.asked) == (RESTARTS + 1) * (most // SIZE + 1)


@pytest.mark.parametrize("total", [24, 26])
def test_simnakis_rows_may_come_and_go_while_it_is_read(tired_simnakis, total):
    """The total of the last page counts: a family that came is in it, one that went before it was read is not."""

    def fault(page):
        rows = page["data"][:-1] if total == 24 else [*page["data"], family(26)]
        return {"data": rows, "meta": page["meta"] | {"total": total}}

    outcome = tired_simnakis(on({3: g.change(fault)}))
    assert outcome.extracted.keterangan == {"baris": total, "jumlah_sumber": total, "halaman": 3, "ulang": 0}


def test_pages_that_cannot_be_read_as_rows_are_refused_with_their_bytes(tired):
    """Python reads JSON in UTF-16 too; the agreement is UTF-8."""
    outcome = tired(on({2: lambda line: line.write(200, g.JSON, line.real().body.decode().encode("utf-16"))}))
    refusal = refused(outcome, "bentuk_tidak_terbaca")
    assert len(refusal.extracted.berkas) == PAGES and len(outcome.asked) == PAGES


def test_what_is_spilled_while_ids_are_counted_lies_in_the_store_and_goes(tired, monkeypatch):
    folders = []
    (tired.store.root / f".hitung-{tired.sumber}-terbunuh").mkdir()
    monkeypatch.setattr(kept, "workspace", lambda kerja: (folders.append(kerja), workspace(kerja))[1])
    assert tired(lambda asked: None).same_as(tired.clean)
    assert [folder.parent for folder in folders] == [tired.store.root]
    assert not list(tired.store.root.glob(".hitung-*"))
