"""Complete reads over pages: `cursor` (DTJateng) and `numbered` (Simnakis), contracts/sources.md 2 and 3.

An inconsistent read is repeated from the start, at most three times; then the delivery fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.core.authentication import Problem
from connectors.core.client import Client
from connectors.core.kept import Kept
from connectors.core.pages import page
from connectors.core.signals import NotYet, Refusal, SourceUnavailable
from connectors.core.source import Source
from connectors.core.store import Extracted, Store, StoredFile, identity

RESTARTS = 3
# A page may be empty; but a source that sends only empty pages, each with a new cursor, would be read forever.
EMPTY_PAGES = 100


class Inconsistent(Exception):
    """The read contradicts itself (the text goes into the report): start again."""


# Reads all pages into Kept; returns the total that the source states, and the rows counted page by page.
Reader = Callable[[Client, Source, str, Mapping[str, str | int], Kept], tuple[int, int]]


def read_all(client: Client, source: Source, periode: str, params: Mapping[str, str | int], store: Store) -> Extracted:
    """A complete, consistent read of the source for a period, stored page by page.

    Raises NotYet (404 periode_belum_tersedia), SourceUnavailable, or Refusal: `bulan_salah`, `bentuk_tidak_terbaca`,
    and `pembacaan_tidak_lengkap` after RESTARTS restarts.
    """
    reader = PAGING[source.akses.paginasi]
    for attempt in range(RESTARTS + 1):
        with Kept(source, store) as kept:
            try:
                total, rows = reader(client, source, periode, params, kept)
                # Cursors and page borders belong to the answer, not to the delivery: equal rows are the same delivery.
                told = kept.identity()
            except Inconsistent as reason:
                why, pages = str(reason), kept.files
                continue
            except Refusal as refusal:
                attempted = _attempt(source, periode, kept.files)
                raise Refusal(refusal.kode, refusal.pesan, refusal.rincian, attempted) from None
            except Problem as problem:
                if problem.status == 404 and problem.galat == "periode_belum_tersedia":
                    raise NotYet(f"{source.nama} {periode}: the source says the month is not out yet.") from None
                raise SourceUnavailable(f"{problem} Check connection and rights, then run again.") from None
            pages = kept.files
        facts = {"baris": rows, "jumlah_sumber": total, "halaman": len(pages), "ulang": attempt}
        return Extracted(source.nama, periode, 0, pages, told, facts)
    raise Refusal(
        "pembacaan_tidak_lengkap",
        f"Pembacaan diulang {RESTARTS} kali dan tetap tidak utuh ({why}). Periksa sumber, lalu jalankan lagi.",
        {"halaman": len(pages)},
        _attempt(source, periode, pages),
    )


def _attempt(source: Source, periode: str, pages: tuple[StoredFile, ...]) -> Extracted:
    """The bytes of a refused read: the ledger and the sender's report identify them by their hash."""
    return Extracted(source.nama, periode, 0, pages, identity(pages), {"halaman": len(pages)})


def read_cursor(
    client: Client, source: Source, periode: str, params: Mapping[str, str | int], kept: Kept
) -> tuple[int, int]:
    """Follow `kursor_berikutnya` until it is null. Raises Inconsistent as contracts/sources.md 2 says."""
    access = source.akses
    total: int | None = None
    rows, cursor, seen, empty = 0, None, set(), 0
    while True:
        try:
            query = {**params, **({"kursor": cursor} if cursor is not None else {})}
            answer = client.get(access.jalur, query, _cursor_page, page)
        except Problem as problem:
            if problem.status == 410:
                raise Inconsistent("kursor kedaluwarsa") from None
            raise
        kept.add(answer.body)
        content = answer.content
        data, count, following = content["data"], content["jumlah"], content.get("kursor_berikutnya")
        if content["periode"] != periode:
            raise Refusal("bulan_salah", f"Sumber menjawab untuk periode lain dari {periode}. Periksa sumber.")
        rows += len(data)
        if total not in (None, count):
            raise Inconsistent("jumlah berubah")
        total = count
        if rows > total:
            raise Inconsistent("baris lebih dari jumlah")
        if following is None:
            break
        if following in seen:
            raise Inconsistent("kursor berulang")
        empty = 0 if data else empty + 1
        if empty > EMPTY_PAGES:
            raise Inconsistent("halaman kosong tanpa akhir")
        seen.add(following)
        cursor = following
    distinct = kept.distinct_ids()
    if rows != total or distinct != total:
        raise Inconsistent("jumlah baris atau id tidak sama dengan jumlah")
    return total, rows


def read_numbered(
    client: Client, source: Source, periode: str, params: Mapping[str, str | int], kept: Kept
) -> tuple[int, int]:
    """Read pages 1.. until the last; complete when the number of distinct ids equals the total on the last page."""
    access = source.akses
    rows, number = 0, 0
    while True:
        number += 1
        answer = client.get(access.jalur, {**params, "halaman": number}, _numbered_page, page)
        kept.add(answer.body)
        data, meta = answer.content["data"], answer.content["meta"]
        total, last = meta["total"], meta["total_halaman"]
        rows += len(data)
        if number >= last or not data:
            break
        # Rows may shift and repeat, but a source that repeats all of them would be read forever.
        if rows > 2 * total + access.ukuran:
            raise Inconsistent("baris jauh lebih dari total")
    if kept.distinct_ids() != total:
        raise Inconsistent("id yang terbaca tidak sama dengan total")
    return total, rows


PAGING: dict[str, Reader] = {"cursor": read_cursor, "numbered": read_numbered}


def _cursor_page(content: dict[str, Any]) -> bool:
    following = content.get("kursor_berikutnya")
    return (
        isinstance(content.get("periode"), str)
        and isinstance(content.get("data"), list)
        and type(content.get("jumlah")) is int
        # A cursor is sent back in an address, which cannot hold half a character or a line end.
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
