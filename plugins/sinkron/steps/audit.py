"""Step `audit`: fix the sha256 of the candidate, run the release gate over it, write the verdict, or hold it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from sinkron import database, gates, ledger
from sinkron.outcomes import GateHeld, NotReady
from sinkron.publish import hash_tables, seal_tables
from sinkron.settings import Settings


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Judge the open candidate of the month; returns its id, sha256, verdict and the number of checks by outcome.

    Raises GateHeld when a critical check fails or a check cannot be made (the candidate is then `ditahan`), NotReady
    when the month has neither a candidate nor a release. A month whose release is out already is left as it is.
    """
    with ledger.step(settings, "audit", periode, lock=ledger.CANDIDATE) as step:
        with database.connect(settings) as connection:
            candidate = ledger.candidate(connection, periode)
            if candidate is None:
                return _already_judged(connection, periode)
            if candidate["dibangun"] is None:
                raise NotReady(
                    f"skema release tidak memuat tabel {candidate['id_rilis']}; jalankan Bangun data emas"
                    f" (`build_golden`) untuk {periode}"
                )
            # Sealed before hashing: a change in between breaks the seal, and the tables are hashed again later.
            seals = seal_tables(connection)
            # Both only read, and each uses one core of the warehouse.
            with ThreadPoolExecutor(1) as judge:
                judged = judge.submit(gates.judge_release, settings, periode, candidate)
                tables, sha256 = hash_tables(connection, candidate["id_rilis"])
            verdict = judged.result()
        with step.transaction() as connection:
            gates.record(connection, "rilis", candidate["id_rilis"], sha256, verdict)
            connection.execute(
                "update rilis.rilis set sha256 = %s, tabel = %s, segel = %s, gerbang = %s, status = %s"
                " where id_rilis = %s",
                [
                    sha256,
                    json.dumps(tables),
                    json.dumps(seals),
                    json.dumps({"putusan": verdict.putusan, **verdict.counts()}),
                    "kandidat" if verdict.putusan in gates.PASSING else "ditahan",
                    candidate["id_rilis"],
                ],
            )
        step.counts.update(
            id_rilis=candidate["id_rilis"], sha256=sha256, putusan=verdict.putusan, periksa=verdict.counts()
        )
        if verdict.putusan not in gates.PASSING:
            raise GateHeld(f"rilis {candidate['id_rilis']} ditahan gerbang ({verdict.putusan}): {verdict.message()}")
        return dict(step.counts)


def _already_judged(connection: psycopg.Connection, periode: str) -> dict[str, Any]:
    released = connection.execute(
        "select r.id_rilis, r.sha256, r.gerbang from rilis.rilis as r"
        " where r.periode = %s and r.status in ('terbit', 'digantikan')"
        # After a rollback the published revision is not always the newest one.
        " order by r.status = 'terbit' desc, r.revisi desc limit 1",
        [periode],
    ).fetchone()
    if released is None:
        raise NotReady(
            f"bulan {periode} tidak mempunyai kandidat untuk diperiksa; jalankan dahulu Bangun data emas"
            " (`build_golden`, langkah `compose` sampai `decide`)"
        )
    verdict = dict(released["gerbang"])
    return {
        "id_rilis": released["id_rilis"],
        "sha256": released["sha256"],
        "putusan": verdict.pop("putusan", None),
        "periksa": verdict,
    }
