"""Cursor feeds: what a `feed.yml` declares, and every change of a feed page by page.

contracts/sources.md, "Cursor feeds": oldest first, at least once; the cursor is opaque and moves only after its page is
durably landed. The caller lands each page before it asks for the next one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from connectors.core.authentication import Problem
from connectors.core.client import Client
from connectors.core.signals import SourceUnavailable
from connectors.core.source import Paced, Strict, code_lists, load_declaration
from connectors.core.store import Store, StoredFile

# Types of a feed's columns (name in feed.yml -> type of the Postgres column).
POSTGRES_TYPE = {
    "id": "text", "text": "text", "nik": "text", "kk": "text", "kode": "text", "rt_rw": "text", "kode_desa": "text",
    "bulat": "integer", "desimal": "numeric", "lintang": "numeric", "bujur": "numeric", "ya_tidak": "boolean",
    "tanggal": "date", "waktu": "timestamptz", "program": "text[]", "daftar": "jsonb",
}  # fmt: skip
LONGEST_CURSOR = 4000
# An escaped NUL, but not an escaped backslash before the letters u0000.
ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


class FeedColumn(Strict):
    """One field of a change. dari: JSON path in the change; isi: keys that are kept of the objects in a `daftar`.

    peka `pelapor`: the person who complained or applied, and their text; lands in the closed schema of that name.
    """

    nama: str
    tipe: Literal[tuple(POSTGRES_TYPE)]
    arti: str
    peka: Literal["umum", "pribadi", "pelapor"] = "umum"
    wajib: bool = False
    dari: str | None = None
    daftar: str | None = None
    isi: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """Keys from the change down to the value."""
        return tuple((self.dari or self.nama).split("."))

    @model_validator(mode="after")
    def _consistent(self) -> FeedColumn:
        if (self.tipe == "kode") != (self.daftar is not None):
            raise ValueError(f"column {self.nama}: `daftar` belongs to tipe kode, and only there")
        if self.daftar is not None and self.daftar not in code_lists():
            raise ValueError(f"column {self.nama}: no code list {self.daftar!r} in connectors/core/kode.yml")
        if (self.tipe == "daftar") != bool(self.isi):
            raise ValueError(f"column {self.nama}: `isi` belongs to tipe daftar, and only there")
        return self


class FeedAccess(Paced):
    """How a feed is read. batas: number of changes to request per page, if the interface supports it."""

    otentikasi: Literal["api_key"]
    jalur: str
    batas: int | None = Field(default=None, gt=0)


class Feed(Strict):
    """A whole feed.yml. Every change has `id_sumber` and `diubah`, and `versi` if the source numbers its changes."""

    nama: str
    judul: str
    pemilik: str
    koneksi: str
    jadwal: str
    akses: FeedAccess
    arti: str
    kolom: tuple[FeedColumn, ...]

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which a change is quarantined."""
        return tuple(c.nama for c in self.kolom if c.wajib)

    @property
    def closed(self) -> tuple[FeedColumn, ...]:
        """Columns of the schema `pelapor`; empty when the feed names no complainant or applicant."""
        return tuple(c for c in self.kolom if c.peka == "pelapor")

    @property
    def open(self) -> tuple[FeedColumn, ...]:
        """Columns of the schema `kasus`."""
        return tuple(c for c in self.kolom if c.peka != "pelapor")

    @model_validator(mode="after")
    def _consistent(self) -> Feed:
        names = [c.nama for c in self.kolom]
        if len(set(names)) != len(names):
            raise ValueError("a column is declared twice")
        if not {"id_sumber", "diubah"} <= set(self.required) <= {"id_sumber", "versi", "diubah"}:
            raise ValueError(f"`wajib` are id_sumber, diubah and, where there is one, versi; got {self.required}")
        return self


def load_feed(path: Path) -> Feed:
    """Read one feed.yml. Raises as load_declaration does."""
    return load_declaration(path, Feed)


def load_feeds(root: Path | None = None) -> dict[str, Feed]:
    """Every feed under `root` (default: this package), by name, sorted. Raises as load_feed does."""
    folder = root or Path(__file__).parent.parent
    return {f.nama: f for f in map(load_feed, sorted(folder.glob("*/feed.yml")))}


@dataclass(frozen=True)
class Page:
    """One page, whose exact bytes are stored already.

    data: the changes as JSON that Postgres can hold, every number as the delivered text. baris: number of changes.
    ulang: the cursor had expired and this is the first page of a read from the start.
    """

    berkas: StoredFile
    data: str
    baris: int
    kursor: str
    lagi: bool
    ulang: bool


def changes(client: Client, feed: Feed, store: Store, kursor: str | None) -> Iterator[Page]:
    """Every page after `kursor` (None: from the start), until the source says that there is no more.

    The next page is requested only when the caller asks for it, so the caller can land each page first. After an
    expired cursor (410) the read starts again, once per read. Raises SourceUnavailable when the source cannot be read,
    when a page is not of the documented shape, when the cursor expires twice, or when it repeats before the end.
    """
    seen, restarted, again = {kursor}, False, False
    while True:
        params: dict[str, str | int] = {"batas": feed.akses.batas} if feed.akses.batas else {}
        try:
            answer = client.get(feed.akses.jalur, params | ({"sejak": kursor} if kursor is not None else {}))
        except Problem as problem:
            if problem.status != 410:
                raise SourceUnavailable(f"{problem} Check connection and rights, then run again.") from None
            if kursor is None or restarted:
                raise SourceUnavailable(
                    f"{problem} Expected at most one expired cursor a read; ask the owner of the source, run again."
                ) from None
            kursor, seen, restarted, again = None, {None}, True, True
            continue
        page = _page(feed, store, answer.body, again)
        if page.lagi and page.kursor in seen:
            raise SourceUnavailable(
                f"{feed.nama}: {feed.akses.jalur} says there is more and gives a cursor it gave before: the read would"
                " never end. Ask the owner of the source, then run again."
            )
        again = False
        yield page
        if not page.lagi:
            return
        kursor = page.kursor
        seen.add(kursor)


def _page(feed: Feed, store: Store, body: bytes, ulang: bool) -> Page:
    stored = store.put(body, "halaman.json")
    try:
        content = json.loads(body, parse_int=str, parse_float=str, parse_constant=str)
        data, kursor, lagi = content.get("data"), content.get("kursor"), content.get("lagi")
        if isinstance(data, list) and isinstance(lagi, bool) and _is_cursor(kursor):
            return Page(stored, _for_postgres(data), len(data), kursor, lagi, ulang)
    except RecursionError:
        pass
    raise SourceUnavailable(
        f"{feed.nama}: {feed.akses.jalur} answered without the documented data (list), kursor (text) and lagi (yes or"
        f" no); the page is kept under {stored.sha256[:12]}…. Ask the owner of the source what changed."
    )


def _is_cursor(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_CURSOR


def _for_postgres(data: list[Any]) -> str:
    """JSON text that Postgres can hold: NUL is removed, half a surrogate pair becomes a question mark."""
    return ESCAPED_NUL.sub(r"\1", json.dumps(data, ensure_ascii=False)).encode("utf-8", "replace").decode()
