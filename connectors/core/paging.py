"""Complete reads over pages: `cursor` (DTJateng) and `numbered` (Simnakis), contracts/sources.md 2 and 3.

A read that turns out inconsistent is made again from the start, at most three times; then the delivery fails.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.core.authentication import Problem
from connectors.core.client import Client
from connectors.core.pages import count_ids, rows_identity
from connectors.core.signals import NotYet, Refusal, SourceUnavailable
from connectors.core.source import Source
from connectors.core.store import Extracted, Store, StoredFile, identity

RESTARTS = 3
# A page may be empty; a source that gives only such pages, each with a new cursor, would be read for ever.
EMPTY_PAGES = 100


@dataclass(frozen=True)
class Read:
    """One whole read: page bodies in order, the source's own total, rows as counted page by page."""

    halaman: tuple[StoredFile, ...]
    jumlah: int
    baris: int


class Inconsistent(Exception):
    """The read contradicts itself (why: a word for the report; halaman: the pages stored so far): start again."""

    def __init__(self, why: str, halaman: list[StoredFile]):
        super().__init__(why)
        self.why, self.halaman = why, tuple(halaman)


Reader = Callable[[Client, Source, str, Mapping[str, str | int], Store], Read]


def read_all(client: Client, source: Source, periode: str, params: Mapping[str, str | int], store: Store) -> Extracted:
    """A complete, consistent read of the source for a period, stored page by page.

    Raises NotYet (404 periode_belum_tersedia), SourceUnavailable, or Refusal: `bulan_salah`, `bentuk_tidak_terbaca`,
    and `pembacaan_tidak_lengkap` after RESTARTS new beginnings.
    """
    reader = PAGING[source.akses.paginasi]  # type: ignore[union-attr]
    for attempt in range(RESTARTS + 1):
        try:
            read = reader(client, source, periode, params, store)
        except Inconsistent as reason:
            last = reason
            continue
        except Problem as problem:
            if problem.status == 404 and problem.galat == "periode_belum_tersedia":
                raise NotYet(f"{source.nama} {periode}: the source says the month is not out yet.") from None
            raise SourceUnavailable(f"{problem} Check connection and rights, then run again.") from None
        facts = {"baris": read.baris, "jumlah_sumber": read.jumlah, "halaman": len(read.halaman), "ulang": attempt}
        # Cursors and the cut of pages are the answer's, not the delivery's: the same rows read again are the same.
        with _spill(source, store) as folder:
            told = rows_identity([store.path(p.sha256) for p in read.halaman], folder)
        return Extracted(source.nama, periode, 0, read.halaman, told, facts)
    raise Refusal(
        "pembacaan_tidak_lengkap",
        f"Pembacaan diulang {RESTARTS} kali dan tetap tidak utuh ({last.why}). Periksa sumber, lalu jalankan lagi.",
        {"halaman": len(last.halaman)},
        _attempt(source, periode, last.halaman),
    )


def _attempt(source: Source, periode: str, pages: Sequence[StoredFile]) -> Extracted:
    """The bytes of a read that is refused: the ledger and the sender's report know them by their identity."""
    return Extracted(source.nama, periode, 0, tuple(pages), identity(tuple(pages)), {"halaman": len(pages)})


def read_cursor(client: Client, source: Source, periode: str, params: Mapping[str, str | int], store: Store) -> Read:
    """Follow `kursor_berikutnya` until it is null. Raises Inconsistent as contracts/sources.md 2 says."""
    access, pages = source.akses, []
    total: int | None = None
    rows, cursor, seen, empty = 0, None, set(), 0
    while True:
        try:
            query = {**params, **({"kursor": cursor} if cursor is not None else {})}
            answer = client.get(access.jalur, query, _cursor_page)
        except Problem as problem:
            if problem.status == 410:
                raise Inconsistent("kursor kedaluwarsa", pages) from None
            raise
        content = answer.content
        data, count, following = content["data"], content["jumlah"], content.get("kursor_berikutnya")
        pages.append(store.put(answer.body, f"halaman-{len(pages) + 1:05d}.json"))
        if content["periode"] != periode:
            said = f"Sumber menjawab untuk periode lain dari {periode}. Periksa sumber."
            raise Refusal("bulan_salah", said, {}, _attempt(source, periode, pages))
        rows += len(data)
        if total not in (None, count):
            raise Inconsistent("jumlah berubah", pages)
        total = count
        if rows > total:
            raise Inconsistent("baris lebih dari jumlah", pages)
        if following is None:
            break
        if following in seen:
            raise Inconsistent("kursor berulang", pages)
        empty = 0 if data else empty + 1
        if empty > EMPTY_PAGES:
            raise Inconsistent("halaman kosong tanpa akhir", pages)
        seen.add(following)
        cursor = following
    distinct = _distinct(source, periode, store, pages)
    if rows != total or distinct != total:
        raise Inconsistent("jumlah baris atau id tidak sama dengan jumlah", pages)
    return Read(tuple(pages), total, rows)


def read_numbered(client: Client, source: Source, periode: str, params: Mapping[str, str | int], store: Store) -> Read:
    """Read pages 1.. until the last; complete when the distinct ids equal the total that the last page says."""
    access, pages = source.akses, []
    rows, number = 0, 0
    while True:
        number += 1
        answer = client.get(access.jalur, {**params, "halaman": number}, _numbered_page)
        data, meta = answer.content["data"], answer.content["meta"]
        total, last = meta["total"], meta["total_halaman"]
        pages.append(store.put(answer.body, f"halaman-{number:05d}.json"))
        rows += len(data)
        if number >= last or not data:
            break
        # Rows may shift and repeat, but a source that repeats all of them would be read for ever.
        if rows > 2 * total + access.ukuran:
            raise Inconsistent("baris jauh lebih dari total", pages)
    if _distinct(source, periode, store, pages) != total:
        raise Inconsistent("id yang terbaca tidak sama dengan total", pages)
    return Read(tuple(pages), total, rows)


PAGING: dict[str, Reader] = {"cursor": read_cursor, "numbered": read_numbered}


def _cursor_page(content: dict[str, Any]) -> bool:
    following = content.get("kursor_berikutnya")
    return (
        isinstance(content.get("periode"), str)
        and isinstance(content.get("data"), list)
        and type(content.get("jumlah")) is int
        # A cursor goes back in an address: half a character or a line end cannot.
        and (following is None or (isinstance(following, str) and following.isprintable()))
    )


def _numbered_page(content: dict[str, Any]) -> bool:
    meta = content.get("meta")
    return (
        isinstance(content.get("data"), list)
        and isinstance(meta, dict)
        and type(meta.get("total")) is int
        and type(meta.get("total_halaman")) is int
    )


def _distinct(source: Source, periode: str, store: Store, pages: list[StoredFile]) -> int:
    """Distinct ids over stored pages; rows without an id count each for themselves.

    Raises Refusal `bentuk_tidak_terbaca` when a page has another shape.
    """
    with _spill(source, store) as folder:
        try:
            return count_ids([store.path(p.sha256) for p in pages], source.entitas[source.family].id, folder)
        except Refusal as refusal:
            raise Refusal(refusal.kode, refusal.pesan, refusal.rincian, _attempt(source, periode, pages)) from None


@contextmanager
def _spill(source: Source, store: Store) -> Iterator[Path]:
    """What DuckDB spills are rows: the folder for it is in the store, and goes with the next read if this is killed."""
    prefix = f".hitung-{source.nama}-"
    for left in store.root.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=store.root) as folder:
        yield Path(folder)
