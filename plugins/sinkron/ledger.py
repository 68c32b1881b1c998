"""The ledger in Postgres is the source of truth for what was done; Airflow only starts the work.

A writing step holds an advisory lock for its whole life and a fencing token that each of its transactions checks:
a worker that was paused, lost its connection and wakes up after another one took over writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

from sinkron import database
from sinkron.outcomes import NotReady, words
from sinkron.settings import Settings

# Locks of steps that write the same data: first the open candidate and the pointer, then lists and the outgoing queue.
CANDIDATE, QUEUE = "kandidat", "antrean"


class Busy(RuntimeError):
    """Another run holds the lock of this step."""


class Fenced(RuntimeError):
    """A newer run took over while this one was away; nothing of this transaction was kept."""


@dataclass
class StepRun:
    """One execution of a step: its lock, its token, and what it counted."""

    settings: Settings
    name: str
    periode: str
    sumber: str | None
    lock: str
    id_jalan: int
    token: int
    counts: dict[str, Any] = field(default_factory=dict)
    # Connections that wait for the next transaction: opening one takes longer than most transactions.
    _idle: list[psycopg.Connection] = field(default_factory=list)

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """A transaction that commits only while this run still holds the step; raises Fenced otherwise.

        Threads may have one each at the same time. Do not commit or roll back inside it, and change no setting for
        longer than the transaction: the next one may get the same connection.
        """
        with database.safe_errors():
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = database.open_connection(self.settings, name=f"sinkron {self.name}")
            try:
                row = connection.execute(
                    "select token from buku.token where kunci = %s for share", [self.lock]
                ).fetchone()
                if row["token"] != self.token:
                    raise Fenced(
                        f"step {self.name} of {self.periode} holds token {self.token}, the ledger says {row['token']}: "
                        "a newer run took over; look at buku.jalan and let that run finish"
                    )
                yield connection
                connection.commit()
            except BaseException:
                with suppress(psycopg.Error):
                    connection.rollback()
                connection.close()
                raise
            self._idle.append(connection)

    def close(self) -> None:
        """Close the connections that wait."""
        while self._idle:
            self._idle.pop().close()


@contextmanager
def step(
    settings: Settings, name: str, periode: str, lock: str, sumber: str | None = None, wait_seconds: int = 600
) -> Iterator[StepRun]:
    """Run a step under its lock, with a row in `buku.jalan` that says how it ended.

    Raises Busy when the lock is not free within `wait_seconds`.
    """
    with database.connect(settings, autocommit=True, name=f"sinkron kunci {name}") as holder:
        holder.execute(f"set lock_timeout = '{int(wait_seconds)}s'")
        try:
            holder.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [f"sinkron:{lock}"])
        except psycopg.errors.LockNotAvailable:
            raise Busy(
                f"step {name} of {periode} waited {wait_seconds} s for lock {lock!r}: another run holds it; "
                "see buku.jalan where hasil = 'berjalan'"
            ) from None
        token = holder.execute(
            "insert into buku.token (kunci, token) values (%s, 1)"
            " on conflict (kunci) do update set token = buku.token.token + 1 returning token",
            [lock],
        ).fetchone()["token"]
        id_jalan = holder.execute(
            "insert into buku.jalan (langkah, periode, sumber, token) values (%s, %s, %s, %s) returning id_jalan",
            [name, periode, sumber, token],
        ).fetchone()["id_jalan"]
        run = StepRun(settings, name, periode, sumber, lock, id_jalan, token)
        try:
            with closing(run):
                yield run
        except BaseException as error:
            _close(holder, run, "gagal", words(error)[:2000])
            raise
        _close(holder, run, "selesai", None)


def _close(holder: psycopg.Connection, run: StepRun, outcome: str, error: str | None) -> None:
    holder.execute(
        "update buku.jalan set selesai = clock_timestamp(), hasil = %s, hitungan = %s, galat = %s where id_jalan = %s",
        [outcome, json.dumps(run.counts), error, run.id_jalan],
    )


def candidate(connection: psycopg.Connection, periode: str) -> dict[str, Any] | None:
    """The open candidate of a month (`kandidat` or `ditahan`), newest revision, or None."""
    return connection.execute(
        "select * from rilis.rilis where periode = %s and status in ('kandidat', 'ditahan')"
        " order by revisi desc limit 1",
        [periode],
    ).fetchone()


def month_before(settings: Settings, candidate: dict[str, Any]) -> str | None:
    """The release of an earlier month that a candidate continues, or None.

    That is `id_sebelum`, unless it is a revision of the same month: only its ids are continued.
    """
    with database.connect(settings) as connection:
        row = connection.execute(
            "select r.id_rilis from identitas.garis(%s) as g inner join rilis.rilis as r on g.id_rilis = r.id_rilis"
            " where r.periode < %s order by g.mundur limit 1",
            [candidate["id_rilis"], candidate["periode"]],
        ).fetchone()
    return row["id_rilis"] if row else None


def standing(connection: psycopg.Connection, periode: str) -> dict[str, Any] | None:
    """The current state of a month: its newest revision that was not replaced and not withdrawn before publication."""
    return connection.execute(
        "select * from rilis.rilis where periode = %s and status <> 'digantikan'"
        " and (status <> 'ditarik' or diterbitkan is not null) order by revisi desc limit 1",
        [periode],
    ).fetchone()


def require_candidate(settings: Settings, periode: str, after: str | None = None) -> dict[str, Any]:
    """The open candidate of a month, whose tables step `after` has built.

    Raises NotReady when `compose` has not made one, or when the tables were not built or were lost: they are unlogged,
    so they are empty after a crash of the server.
    """
    with database.connect(settings) as connection:
        found = candidate(connection, periode)
        built = connection.execute("select id_rilis from buku.lapisan where langkah = %s", [after]).fetchone()
    if found is None:
        raise NotReady(
            f"bulan {periode} tidak mempunyai kandidat yang terbuka; jalankan dahulu langkah Susun kandidat (`compose`)"
        )
    if after and (built is None or built["id_rilis"] != found["id_rilis"]):
        raise NotReady(
            f"tabel antara kandidat {found['id_rilis']} tidak ada, mungkin karena server basis data pernah mati;"
            f" jalankan lagi Bangun data emas (`build_golden`) {periode} mulai langkah Bakukan (`stage`)"
        )
    return found


def forget_built(connection: psycopg.Connection, *langkah: str) -> None:
    """Record that steps begin to build their tables again: until they end, the tables belong to no candidate."""
    connection.execute("delete from buku.lapisan where langkah = any(%s)", [list(langkah)])


def record_built(connection: psycopg.Connection, langkah: str, id_rilis: str) -> None:
    """Record that a step has built its tables of a candidate."""
    connection.execute(
        "insert into buku.lapisan (langkah, id_rilis) values (%s, %s)"
        " on conflict (langkah) do update set id_rilis = excluded.id_rilis",
        [langkah, id_rilis],
    )


def last_built(settings: Settings) -> dict[str, Any]:
    """The release that was built last, whatever its status; raises NotReady before there is one."""
    with database.connect(settings) as connection:
        built = connection.execute(
            "select * from rilis.rilis where dibangun is not null order by dibangun desc limit 1"
        ).fetchone()
    if built is None:
        raise NotReady(
            "belum ada bulan yang dibangun, jadi belum ada rekaman yang dapat dilihat; jalankan dahulu `make demo` atau"
            " satu bulan (`make month PERIODE=YYYY-MM`)"
        )
    return built
