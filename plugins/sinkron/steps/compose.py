"""Step compose: ask the ledger whether the month is complete, and choose the deliveries of its next candidate."""

from __future__ import annotations

import hashlib
from typing import Any

import psycopg

from sinkron import deliveries, ledger, review
from sinkron.line import REQUIRED
from sinkron.settings import ROOT, Settings

# Files that shape the content of a candidate. When they change, a month that is not published yet gets a new candidate
# from the same deliveries; a published month stays as it is.
CODE = ("dbt_project/models", "dbt_project/macros", "dbt_project/seeds", "linkage", "plugins/sinkron/steps")


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Make (or keep) the candidate of a month; returns {"siap", "kurang", "id_rilis", "revisi", "lama", "dibangun"}.

    Not ready when a required source has not landed (unless IZINKAN_LAMA allows its newest earlier delivery), or
    when the month's release is made of these deliveries already. An open candidate made of the same deliveries by the
    same code and judgements is kept, so a run after a kill continues with it; `dibangun` says that its tables exist
    already. Judgements that wait in the inbox are taken first.
    """
    with ledger.step(settings, "compose", periode, lock=ledger.CANDIDATE) as run:
        run.counts.update(review.read_inbox(settings))
        with run.transaction() as connection:
            chosen, missing = _choose(connection, periode, settings.allowed_stale())
            if missing:
                run.counts.update(siap=False, kurang=missing)
                return dict(run.counts)
            composition = _fingerprint(chosen)
            if released := _already_released(connection, periode, composition):
                _withdraw_open(connection, periode)
                run.counts.update(siap=False, kurang=[], id_rilis=released, sudah_terbit=True)
                return dict(run.counts)
            candidate = _candidate(connection, periode, composition, _maker(connection), chosen)
        run.counts.update(
            siap=True,
            kurang=[],
            id_rilis=candidate["id_rilis"],
            revisi=candidate["revisi"],
            dibangun=candidate["dibangun"] is not None,
            lama=[sumber for sumber, row in chosen.items() if row["lama"]],
        )
        return dict(run.counts)


def code_fingerprint() -> str:
    """sha256 over the files that shape a release's content."""
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".sql", ".py", ".csv", ".json") and path.is_file():
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _maker(connection: psycopg.Connection) -> str:
    """Fingerprint of what makes a candidate: the code, and people's judgements about identities."""
    last = connection.execute("select max(id_pertimbangan) as id from identitas.pertimbangan").fetchone()["id"]
    return hashlib.sha256(f"{code_fingerprint()}|{last or 0}".encode()).hexdigest()


def _choose(
    connection: psycopg.Connection, periode: str, stale: frozenset[str]
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    chosen, missing = {}, []
    for sumber in REQUIRED:
        delivery, old = deliveries.accepted(connection, sumber, periode), False
        if delivery is None and sumber in stale:
            delivery, old = deliveries.accepted_before(connection, sumber, periode), True
        if delivery is None:
            missing.append(sumber)
        else:
            chosen[sumber] = {**delivery, "lama": old}
    return chosen, missing


def _fingerprint(chosen: dict[str, dict[str, Any]]) -> str:
    """Fingerprint of the candidate's input: the canonical content of each delivery, not its bytes."""
    text = "\n".join(f"{sumber}:{row['sha256_isi']}" for sumber, row in sorted(chosen.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def _already_released(connection: psycopg.Connection, periode: str, composition: str) -> str | None:
    row = connection.execute(
        "select id_rilis from rilis.rilis where periode = %s and sidik_susunan = %s and status = 'terbit'"
        " order by revisi desc limit 1",
        [periode, composition],
    ).fetchone()
    return row["id_rilis"] if row else None


def _withdraw_open(connection: psycopg.Connection, periode: str) -> None:
    """Withdraw the open candidates of a month: their source took back the delivery that they were composed of."""
    connection.execute(
        "update rilis.rilis set status = 'ditarik' where periode = %s and status in ('kandidat', 'ditahan')", [periode]
    )


def _candidate(
    connection: psycopg.Connection, periode: str, composition: str, code: str, chosen: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    candidate = ledger.candidate(connection, periode)
    if candidate and (candidate["sidik_susunan"], candidate["sidik_kode"]) == (composition, code):
        # Also when it was rejected: the answer to this content is final, and the same content is no new revision.
        return candidate
    rejected = (
        candidate
        and connection.execute(
            "select 1 from keputusan.putusan where id_rilis = %s and jawaban = 'tolak'", [candidate["id_rilis"]]
        ).fetchone()
    )
    before = connection.execute(
        "select r.id_rilis from rilis.rilis as r left join rilis.penunjuk as p using (id_rilis)"
        " where r.status in ('terbit', 'digantikan') and r.periode <= %s"
        # The release that readers see comes first, unless it is of a later month than this one. After a rollback it
        # is not the newest published release.
        " order by (p.id_rilis is null), r.periode desc, r.status = 'terbit' desc, r.revisi desc limit 1",
        [periode],
    ).fetchone()
    if candidate and not rejected:
        # Nobody has rejected the open candidate: it keeps its revision and is composed again.
        id_rilis = candidate["id_rilis"]
        connection.execute("delete from buku.susunan where id_rilis = %s", [id_rilis])
        connection.execute(
            "update rilis.rilis set status = 'kandidat', dibangun = null, sha256 = null, tabel = '{}', gerbang = '{}',"
            " verdik_sampai = null, dukcapil = null, sidik_susunan = %s, sidik_kode = %s, id_sebelum = %s"
            " where id_rilis = %s",
            [composition, code, before["id_rilis"] if before else None, id_rilis],
        )
    else:
        revision = connection.execute(
            "select coalesce(max(revisi), 0) + 1 as revisi from rilis.rilis where periode = %s", [periode]
        ).fetchone()["revisi"]
        id_rilis = f"{periode}/{revision}"
        if candidate:
            connection.execute("update rilis.rilis set status = 'ditarik' where id_rilis = %s", [candidate["id_rilis"]])
        connection.execute(
            "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode, id_sebelum)"
            " values (%s, %s, %s, 'kandidat', %s, %s, %s)",
            [id_rilis, periode, revision, composition, code, before["id_rilis"] if before else None],
        )
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into buku.susunan (id_rilis, sumber, id_kiriman, lama) values (%s, %s, %s, %s)",
            [(id_rilis, sumber, row["id_kiriman"], row["lama"]) for sumber, row in chosen.items()],
        )
    return ledger.candidate(connection, periode)
