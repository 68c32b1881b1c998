"""Feeds read now: complaints, applications, field verifications. Each page lands with its cursor in one transaction.

After a kill a page is repeated and none is lost (contracts/sources.md, "Cursor feeds"). Feeds are never required for a
month (rules.md "Running unattended").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sinkron import database, deliveries, feed_rows, ledger, period
from sinkron.failpoint import failpoint
from sinkron.ledger import StepRun
from sinkron.outcomes import NotReady, SourceDown, words
from sinkron.settings import ROOT, Settings

if TYPE_CHECKING:
    from connectors.interface import Feed, Page


def read(settings: Settings, nama: str, periode: str) -> dict[str, Any]:
    """Read what a feed has since its cursor and land it under a calendar month; returns counts.

    Raises NotReady when its connection is not set, SourceDown when it cannot be read: the pages before that stay landed
    and the cursor is after the last of them.
    """
    from connectors.interface import Client, SourceUnavailable, Store, changes, connection, load_feed

    feed = load_feed(ROOT / "connectors" / nama / "feed.yml")
    try:
        reached = connection(feed.koneksi, settings.values)
    except KeyError as missing:
        raise NotReady(f"koneksi umpan {nama} belum diisi: {missing.args[0]}") from None
    with ledger.step(settings, "feed", periode, lock=f"feed:{nama}", sumber=nama) as run:
        run.counts.update(halaman=0, diterima=0, baru=0, dikarantina=0, ulang=0)
        with database.connect(settings) as known:
            found = known.execute("select kursor from kasus.kursor where umpan = %s", [nama]).fetchone()
        try:
            with Client(feed, reached) as client:
                for page in changes(client, feed, Store(settings.landing), found["kursor"] if found else None):
                    failpoint(settings, "feed.stored")
                    _land(settings, run, feed, page)
                    failpoint(settings, "feed.committed")
        except SourceUnavailable as why:
            raise SourceDown(f"umpan {nama} tidak dapat dibaca: {why}") from None
        return dict(run.counts)


def _land(settings: Settings, run: StepRun, feed: Feed, page: Page) -> None:
    """Land one page and its cursor, both or neither. The same bytes in the same month are not landed again."""
    from connectors.interface import Extracted, identity

    files = (page.berkas,)
    extracted = Extracted(feed.nama, run.periode, 0, files, identity(files), {"baris": page.baris})
    counts = {"diterima": page.baris, "baru": 0, "dikarantina": 0}
    with run.transaction() as transaction:
        if page.baris:
            id_kiriman = deliveries.store(transaction, extracted)
            if deliveries.known(transaction, id_kiriman)["status"] == "disimpan":
                counts = feed_rows.land(transaction, feed, id_kiriman, page)
                transaction.execute("update buku.kiriman set status = 'diterima' where id_kiriman = %s", [id_kiriman])
        failpoint(settings, "feed.landed")
        transaction.execute(
            "insert into kasus.kursor (umpan, kursor) values (%s, %s) on conflict (umpan) do update"
            " set kursor = excluded.kursor, digeser = excluded.digeser",
            [feed.nama, page.kursor],
        )
    run.counts["halaman"] += 1
    run.counts["ulang"] += page.ulang
    for name, count in counts.items():
        run.counts[name] += count


def read_all(settings: Settings, say: Callable[[str], None]) -> bool:
    """Read every configured feed now; `say` gets one line for each. Returns whether all feeds succeeded.

    A feed that fails is named with its reason; the other feeds are still read.
    """
    from connectors.interface import load_feeds

    periode, well = period.of_instant(dt.datetime.now(dt.UTC)), True
    for nama in load_feeds():
        try:
            counts = read(settings, nama, periode)
        except NotReady:
            continue
        except Exception as error:
            say(f"  ! feed {nama}: {words(error)}")
            well = False
        else:
            say(f"  feed {nama:<13} " + " ".join(f"{name}={count}" for name, count in counts.items()))
    return well
