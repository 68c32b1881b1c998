"""Complete reads over pages: `cursor` (DTJateng) and `numbered` (Simnakis), contracts/sources.md 2 and 3.

A read that turns out inconsistent is made again from the start, at most three times; then the delivery fails.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.core.client import Client, Problem
from connectors.core.pages import count_ids
from connectors.core.signals import NotYet, Refusal, SourceUnavailable
from connectors.core.source import Source
from connectors.core.store import Extracted, Store, StoredFile, identity

RESTARTS = 3


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

    Raises NotYet (404 periode_belum_tersedia), SourceUnavailable, or Refusal `pembacaan_tidak_lengkap` after
    RESTARTS new beginnings.
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
        return Extracted(source.nama, periode, 0, read.halaman, identity(read.halaman), facts)
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
    rows, cursor, seen = 0, None, set()
    while True:
        try:
            answer = client.get(access.jalur, {**params, **({"kursor": cursor} if cursor is not None else {})})
        except Problem as problem:
            if problem.status == 410:
                raise Inconsistent("kursor kedaluwarsa", pages) from None
            raise
        content = answer.content
        data, count, following = content.get("data"), content.get("jumlah"), content.get("kursor_berikutnya")
        if not isinstance(data, list) or type(count) is not int or not isinstance(following, str | None):
            raise SourceUnavailable(f"{source.nama}: {access.jalur} lacks data, jumlah or kursor_berikutnya.")
        if content.get("periode") != periode:
            pages.append(store.put(answer.body, f"halaman-{len(pages) + 1:05d}.json"))
            said = f"Sumber menjawab untuk periode lain dari {periode}. Periksa sumber."
            raise Refusal("bulan_salah", said, {}, _attempt(source, periode, pages))
        pages.append(store.put(answer.body, f"halaman-{len(pages) + 1:05d}.json"))
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
        seen.add(following)
        cursor = following
    distinct = _distinct(source, store, pages)
    if rows != total or distinct != total:
        raise Inconsistent("jumlah baris atau id tidak sama dengan jumlah", pages)
    return Read(tuple(pages), total, rows)


def read_numbered(client: Client, source: Source, periode: str, params: Mapping[str, str | int], store: Store) -> Read:
    """Read pages 1.. until the last; complete when the distinct ids equal the total that the last page says."""
    access, pages = source.akses, []
    rows, number = 0, 0
    while True:
        number += 1
        answer = client.get(access.jalur, {**params, "halaman": number})
        data, meta = answer.content.get("data"), answer.content.get("meta")
        meta = meta if isinstance(meta, dict) else {}
        total, last = meta.get("total"), meta.get("total_halaman")
        if not isinstance(data, list) or type(total) is not int or type(last) is not int:
            raise SourceUnavailable(f"{source.nama}: {access.jalur} lacks data, meta.total or meta.total_halaman.")
        pages.append(store.put(answer.body, f"halaman-{number:05d}.json"))
        rows += len(data)
        if number >= last or not data:
            break
    if _distinct(source, store, pages) != total:
        raise Inconsistent("id yang terbaca tidak sama dengan total", pages)
    return Read(tuple(pages), total, rows)


PAGING: dict[str, Reader] = {"cursor": read_cursor, "numbered": read_numbered}


def _distinct(source: Source, store: Store, pages: list[StoredFile]) -> int:
    """Distinct ids over stored pages; rows without an id count each for themselves."""
    with tempfile.TemporaryDirectory(prefix="sinkron-") as folder:
        return count_ids([store.path(p.sha256) for p in pages], source.entitas[source.family].id, Path(folder))
