"""Decisions of people on a candidate: written once, bound to its exact content, never changed.

The first answer to a candidate is final; a rejected candidate can only be followed by a new one (design, "Decisions").
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from sinkron import database
from sinkron.settings import Settings

ANSWERS = ("setuju", "tolak")


class AlreadyDecided(RuntimeError):
    """This content already has another answer; the first one stays."""


def record(
    where: Settings | psycopg.Connection,
    id_rilis: str,
    jenis: str,
    urutan: int,
    sha256: str,
    jawaban: str,
    oleh: str,
    otomatis: bool,
    pada: dt.datetime,
    masukan: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Write an answer (`setuju` or `tolak`) to the candidate with this sha256 and return its row.

    `jenis` is `publish` or `push`, `urutan` the place in the order of approvers, `pada` the instant of the answer.
    The same answer again returns the first row. Raises AlreadyDecided when there is a different answer already.
    """
    if jawaban not in ANSWERS:
        raise ValueError(f"jawaban must be one of {ANSWERS}, got {jawaban!r}")
    with _connection(where) as connection:
        # This waits for a conflicting row of a transaction that is still open: the earlier commit wins.
        connection.execute(
            "insert into keputusan.putusan"
            " (id_rilis, jenis, urutan, sha256, jawaban, oleh, otomatis, pada, masukan)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (sha256, jenis, urutan) do nothing",
            [id_rilis, jenis, urutan, sha256, jawaban, oleh, otomatis, pada, json.dumps(masukan or {})],
        )
        row = find(connection, sha256, jenis, urutan)
    if row["jawaban"] != jawaban:
        raise AlreadyDecided(
            f"candidate {row['id_rilis']} ({sha256[:12]}…) was answered {row['jawaban']!r} by {row['oleh']} at "
            f"{row['pada']:%Y-%m-%d %H:%M:%S%z}; {jawaban!r} by {oleh} was not written. Build a new candidate instead"
        )
    return row


def find(where: Settings | psycopg.Connection, sha256: str, jenis: str, urutan: int = 1) -> dict[str, Any] | None:
    """The answer to the candidate with this sha256, or None while it is open."""
    with _connection(where) as connection:
        return connection.execute(
            "select * from keputusan.putusan where sha256 = %s and jenis = %s and urutan = %s",
            [sha256, jenis, urutan],
        ).fetchone()


def rejections(connection: psycopg.Connection, id_rilis: str) -> list[str]:
    """Sentences about the earlier candidates of exactly these deliveries that somebody rejected, oldest first.

    The content of such a candidate differs (the code changed since), so a person may be asked again; this person should
    know about the rejection.
    """
    rows = connection.execute(
        "select lama.id_rilis, putusan.oleh, putusan.otomatis,"
        f" {database.office_time('putusan.pada')} as pada"
        " from rilis.rilis as kandidat"
        " inner join rilis.rilis as lama on lama.periode = kandidat.periode"
        " and lama.sidik_susunan = kandidat.sidik_susunan and lama.id_rilis <> kandidat.id_rilis"
        " inner join keputusan.putusan as putusan on putusan.id_rilis = lama.id_rilis and putusan.jawaban = 'tolak'"
        " where kandidat.id_rilis = %s order by putusan.pada",
        [id_rilis],
    ).fetchall()
    return [
        f"kiriman yang sama sudah pernah ditolak: rilis {row['id_rilis']}, oleh {row['oleh']}"
        f"{' (otomatis)' if row['otomatis'] else ''} pada {row['pada']}"
        for row in rows
    ]


@contextmanager
def _connection(where: Settings | psycopg.Connection) -> Iterator[psycopg.Connection]:
    if isinstance(where, psycopg.Connection):
        yield where
    else:
        with database.connect(where, name="sinkron putusan") as connection:
            yield connection
