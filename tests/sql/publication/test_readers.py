"""Readers during a hundred publishes see one whole release in every table: never two, never none."""

from __future__ import annotations

import threading
import time

import psycopg
import pytest
from rilis_uji import decide, make_candidate, release, rows

from sinkron import contract, database, partitions, publish

FLIPS = 100
READERS = 8
# Rows and releases of three views in one statement; an empty table gives a null release.
LOOK = """
select
    (select count(*) from publikasi.rumah_tangga) as keluarga,
    (select string_agg(distinct periode || '/' || revisi, ',') from publikasi.rumah_tangga) as rilis_keluarga,
    (select count(*) from publikasi.individu) as orang,
    (select string_agg(distinct periode || '/' || revisi, ',') from publikasi.individu) as rilis_orang,
    (select string_agg(distinct i.periode || '/' || i.revisi || '=' || r.revisi, ',')
    from publikasi.individu as i join publikasi.rumah_tangga as r using (uid_rumah_tangga)) as bersama
"""


class Reader(threading.Thread):
    """Reads until told to stop; keeps each look that is not one whole release, and the releases it saw."""

    def __init__(self, connection: psycopg.Connection, isolation: psycopg.IsolationLevel, stop: threading.Event):
        super().__init__(daemon=True)
        self.connection, self.stop = connection, stop
        connection.autocommit = False
        connection.isolation_level = isolation
        self.repeatable = isolation is psycopg.IsolationLevel.REPEATABLE_READ
        self.wrong: list = []
        self.seen: set[str] = set()
        self.looks = 0

    def run(self) -> None:
        while not self.stop.is_set():
            # Two statements a transaction: a repeatable reader must see the same month in both.
            with self.connection.transaction():
                looks = [self.connection.execute(LOOK).fetchone() for _ in range(2)]
            self.looks += 2
            self.wrong += [look for look in looks if not whole(look)]
            if self.repeatable and looks[0] != looks[1]:
                self.wrong.append(looks)
            self.seen.add(looks[-1][1])
            time.sleep(0.4)  # leave the publisher its share of two cores


def whole(look: tuple) -> bool:
    """One release, in all three, with the rows that it was published with (3 + its revision)."""
    families, release_families, people, release_people, together = look
    if not release_families or release_families != release_people:
        return False
    revision = release_families.split("/")[1]
    return families == people == 3 + int(revision) and together == f"{release_families}={revision}"


@pytest.mark.timeout(300)
def test_eight_readers_during_a_hundred_publishes(katalog, masuk, monkeypatch):
    every = contract.load()
    three = {name: every[name] for name in ("rumah_tangga", "individu", "tautan")}
    monkeypatch.setattr(contract, "load", lambda: three)
    release(katalog, "2026-06/1", 4)
    levels = (psycopg.IsolationLevel.READ_COMMITTED, psycopg.IsolationLevel.REPEATABLE_READ)
    stop = threading.Event()
    readers = [Reader(masuk("baca_samar"), levels[n % 2], stop) for n in range(READERS)]
    for reader in readers:
        reader.start()
    for revision in range(2, FLIPS + 2):
        id_rilis = f"2026-06/{revision}"
        decide(katalog, id_rilis, make_candidate(katalog, id_rilis, 3 + revision))
        assert publish.publish(katalog, "2026-06")["aktif"] is True
    stop.set()
    for reader in readers:
        reader.join(30)
    assert [look for reader in readers for look in reader.wrong] == []
    assert sum(reader.looks for reader in readers) > 10 * FLIPS, [reader.looks for reader in readers]
    assert len(set().union(*(reader.seen for reader in readers))) > FLIPS / 2
    statuses = rows(katalog, "select status, count(*) as n from rilis.rilis group by 1 order by 1")
    assert statuses == [{"status": "digantikan", "n": FLIPS}, {"status": "terbit", "n": 1}]


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
def test_a_transaction_that_began_before_the_publish(katalog, masuk, isolation):
    """It keeps the month it began with, in tables it had not opened yet too; the next one sees the new month."""
    release(katalog, "2026-06/1", 3)
    connection = masuk("baca_samar")
    connection.execute(f"begin isolation level {isolation}")
    assert connection.execute("select count(*) from publikasi.individu").fetchone()[0] == 3
    release(katalog, "2026-07/1", 5)
    for table in ("individu", "rumah_tangga", "kepesertaan"):
        assert connection.execute(f"select count(*) from publikasi.{table}").fetchone()[0] == 3
    connection.execute("commit")
    assert connection.execute("select count(*) from publikasi.individu").fetchone()[0] == 5


def test_a_cursor_opened_before_the_publish_reads_to_its_end(katalog, masuk):
    release(katalog, "2026-06/1", 50)
    connection = masuk("baca_samar")
    connection.execute("begin")
    connection.execute("declare baris cursor for select periode from publikasi.individu")
    assert connection.execute("fetch 10 from baris").fetchall() == [("2026-06",)] * 10
    release(katalog, "2026-07/1", 5)
    assert connection.execute("fetch all from baris").fetchall() == [("2026-06",)] * 40
    connection.execute("rollback")


def test_a_long_reader_does_not_make_publish_or_new_readers_wait(katalog, masuk):
    release(katalog, "2026-06/1", 3)
    long, other = masuk("baca_samar"), masuk("baca_samar")
    long.execute("begin isolation level repeatable read")
    long.execute("select count(*) from publikasi.individu")
    other.execute("set statement_timeout = '2s'")
    assert release(katalog, "2026-07/1", 5)["aktif"] is True
    assert other.execute("select count(*) from publikasi.individu").fetchone()[0] == 5
    publish.rollback(katalog, "2026-06/1", "uji", "uji")
    assert other.execute("select count(*) from publikasi.individu").fetchone()[0] == 3


def test_new_partitions_are_announced_again_before_readers_follow_the_pointer(katalog):
    """Attached, said again, opened: three transactions in this order, for every released table (decisions/0017)."""
    release(katalog, "2026-06/1", 3)
    release(katalog, "2026-07/1", 5)
    found = rows(
        katalog,
        "select c.relname, age(t.xmin) as dipasang, age(a.xmin) as diumumkan, age(p.xmin) as dibuka"
        " from pg_class as c inner join pg_attribute as a on c.oid = a.attrelid and a.attname = 'id_rilis'"
        " inner join pg_inherits as t on c.oid = t.inhparent and t.inhrelid = to_regclass('rilis.' || c.relname"
        " || '__2026_07_1') cross join rilis.penunjuk as p"
        " where c.relnamespace = 'rilis'::regnamespace and c.relkind = 'p'",
    )
    assert {row["relname"] for row in found} == {table.name for table in contract.released(contract.load())}
    assert [row for row in found if not row["dipasang"] > row["diumumkan"] > row["dibuka"]] == []


def test_whoever_may_still_plan_with_the_old_list_is_waited_for(katalog, masuk, monkeypatch):
    """Until its transaction ends, but no longer than a query can take to be planned."""
    release(katalog, "2026-06/1", 3)
    reader, waits = masuk("baca_samar"), []
    reader.execute("begin")
    reader.execute("select count(*) from publikasi.individu")

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3 and ends:
            reader.execute("commit")

    monkeypatch.setattr(partitions.time, "sleep", sleep)
    with database.connect(katalog) as connection:
        ends = False
        partitions.wait_for_planners(connection, ["kasus"])
        assert waits == []
        monkeypatch.setattr(partitions, "PLAN_SECONDS", 0.2)
        partitions.wait_for_planners(connection, ["individu", "kasus"])
        assert len(waits) > 3
        waits.clear()
        ends = True
        monkeypatch.setattr(partitions, "PLAN_SECONDS", 600)
        partitions.wait_for_planners(connection, ["individu", "kasus"])
        assert len(waits) == 3
