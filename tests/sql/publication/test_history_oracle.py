"""History in two times against a naive oracle that keeps a whole copy of what was known after every event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier, Literal
from rilis_uji import BY_TYPE

from sinkron import contract, database

MONTHS = ("2026-05", "2026-06", "2026-07", "2026-08")
UIDS = ("in1", "in2", "in3", "in4")
START = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
TABLE = contract.load()["individu"]
REQUIRED = [c for c in TABLE.columns if c.required and c.name not in ("periode", "revisi", "id_rilis", "uid_individu")]

# What a release says of a person: name, the id that carries on after a merge. Absent: it says nothing.
SAID = st.tuples(st.sampled_from(["AMAT", "BUDI"]), st.sampled_from([None, *UIDS]))
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("terbit"), st.sampled_from(MONTHS), st.dictionaries(st.sampled_from(UIDS), SAID)),
        st.tuples(st.just("putar"), st.integers(0, 9), st.none()),
    ),
    min_size=1,
    max_size=9,
)


class Oracle:
    """Releases, the one that readers see, and what is known of each month; `snapshots` keeps every state it had."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, tuple]] = {}
        self.published: dict[str, dt.datetime] = {}
        self.withdrawn: set[str] = set()
        self.active: str | None = None
        self.known: dict[str, str] = {}
        self.snapshots: list[tuple[dt.datetime, dict[str, str]]] = []

    def publish(self, month: str, rows: dict[str, tuple], now: dt.datetime) -> str:
        revision = 1 + sum(name.startswith(month) for name in self.rows)
        name = f"{month}/{revision}"
        self.rows[name], self.published[name], self.known[month] = dict(rows), now, name
        if self.active is None or self.active[:7] <= month:
            self.active = name
        self.snapshots.append((now, dict(self.known)))
        return name

    def rollback(self, choice: int, now: dt.datetime) -> tuple[str, str] | None:
        older = [name for name in self.rows if self.active and _order(name) < _order(self.active)]
        targets = sorted(name for name in older if name not in self.withdrawn)
        if not targets:
            return None
        source, target = self.active, targets[choice % len(targets)]
        self.withdrawn.add(source)
        del self.known[source[:7]]
        self.known[target[:7]] = self.active = target
        self.snapshots.append((now, dict(self.known)))
        return source, target

    def said(self, instant: dt.datetime, day: dt.date) -> set[tuple]:
        """What the newest month known at that instant and begun by that day says of everybody."""
        known: dict[str, str] = {}
        for since, state in self.snapshots:
            if since <= instant:
                known = state
        begun = [month for month in known if month <= day.isoformat()[:7]]
        return self.of(known[max(begun)]) if begun else set()

    def of(self, name: str) -> set[tuple]:
        """The rows of a release."""
        month, revision = name.split("/")
        return {(month, int(revision), uid, *said) for uid, said in self.rows[name].items()}


def _order(name: str) -> tuple[str, int]:
    return name[:7], int(name[8:])


def store(connection: Any, name: str, rows: dict[str, tuple], now: dt.datetime) -> None:
    """A published release with a partition of persons."""
    month, revision = name.split("/")
    connection.execute(
        "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode, sha256, diterbitkan)"
        " values (%s, %s, %s, 'terbit', 'uji', 'uji', 'uji', %s)",
        [name, month, revision, now],
    )
    connection.execute(
        SQL("create table {} partition of rilis.individu for values in ({})").format(
            Identifier("rilis", f"individu__{month}_{revision}"), Literal(name)
        )
    )
    filled = {"nama": "%(nama)s", "uid_rumah_tangga": "'rt1'"}
    columns = ", ".join(c.name for c in REQUIRED)
    values = ", ".join(filled.get(c.name, BY_TYPE[c.type]) for c in REQUIRED)
    for uid, (nama, digantikan) in rows.items():
        connection.execute(
            f"insert into rilis.individu (periode, revisi, id_rilis, uid_individu, digantikan_oleh, {columns})"
            f" values (%(periode)s, %(revisi)s, %(id)s, %(uid)s, %(digantikan)s, {values})",
            {"periode": month, "revisi": revision, "id": name, "uid": uid, "nama": nama, "digantikan": digantikan},
        )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_any_day_as_known_at_any_instant(katalog, events):
    oracle = Oracle()
    with database.connect(katalog) as connection, connection.transaction(force_rollback=True):
        for number, (kind, what, rows) in enumerate(events, start=1):
            now = START + dt.timedelta(hours=number)
            if kind == "terbit":
                store(connection, oracle.publish(what, rows, now), rows, now)
            elif moved := oracle.rollback(what, now):
                connection.execute(
                    "insert into audit.putar_balik (dari, ke, oleh, alasan, pada) values (%s, %s, 'uji', 'uji', %s)",
                    [*moved, now],
                )
        instants = [START + dt.timedelta(minutes=30 * step) for step in range(2 * len(events) + 4)]
        days = [dt.date(2026, month, day) for month in range(4, 11) for day in (1, 17)]
        found: dict[tuple, list[tuple]] = {(instant, day): [] for instant in instants for day in days}
        for row in connection.execute(
            "select saat, hari, r.periode, r.revisi, r.uid_individu, r.nama, r.digantikan_oleh"
            " from unnest(%s::timestamptz[]) as saat cross join unnest(%s::date[]) as hari"
            " join publikasi_penuh.riwayat_individu as r"
            " on hari >= r.berlaku_dari and (r.berlaku_sampai is null or hari < r.berlaku_sampai)"
            " and saat >= r.diketahui_dari and (r.diketahui_sampai is null or saat < r.diketahui_sampai)",
            [instants, days],
        ):
            instant, day, *said = row.values()
            found[instant, day].append(tuple(said))
        for (instant, day), said in found.items():
            assert len(said) == len(set(said)), (instant, day)
            assert set(said) == oracle.said(instant, day), (instant, day)
        for name, published in oracle.published.items():
            again = connection.execute(
                "select periode, revisi, uid_individu, nama, digantikan_oleh from publikasi_penuh.riwayat_individu"
                " where periode = %s and revisi = %s and diketahui_dari = %s",
                [name[:7], int(name[8:]), published],
            ).fetchall()
            assert len(again) == len(oracle.of(name)), name
            assert {tuple(row.values()) for row in again} == oracle.of(name), name
