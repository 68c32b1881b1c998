"""Step `audit`: fix the sha256 of the candidate, run the release gate over it, write the verdict, or hold it.

The same file runs the landing gate for step `land`. Both leave one row a check in `audit.hasil_periksa` (every
attempt is kept) and one row a subject and sha256 in `audit.putusan_gerbang` (the last attempt counts).
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg

from sinkron import database, ledger, reference
from sinkron.ledger import StepRun
from sinkron.outcomes import GateHeld, NotReady
from sinkron.settings import ROOT, Settings

if TYPE_CHECKING:
    from expectations.landing import Delivery
    from expectations.verdict import Verdict

# Verdicts with which a gate lets its subject through (`expectations.verdict`).
PASSING = ("lulus", "peringatan")


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Judge the open candidate of the month; returns its id, sha256, verdict and the number of checks by outcome.

    Raises GateHeld when a critical check fails or a check cannot be made (the candidate is then `ditahan`), NotReady
    when the month has neither a candidate nor a release. A month whose release is out already is left as it is.
    """
    with ledger.step(settings, "audit", periode, lock="kandidat") as step:
        with database.connect(settings) as connection:
            candidate = ledger.candidate(connection, periode)
            if candidate is None:
                return _already_judged(connection, periode)
            if candidate["dibangun"] is None:
                raise NotReady(
                    f"skema release tidak memuat tabel {candidate['id_rilis']}; jalankan Bangun data emas"
                    f" (`build_golden`) untuk {periode}"
                )
            from sinkron.publish import hash_tables, seal_tables

            # Sealed before it is hashed: what is touched in between breaks the seal, and is hashed again later.
            seals = seal_tables(connection)
            # Both only read, and each keeps one core of the warehouse busy.
            with ThreadPoolExecutor(1) as judge:
                judged = judge.submit(_judge_release, settings, periode, candidate)
                tables, sha256 = hash_tables(connection, candidate["id_rilis"])
            verdict = judged.result()
        with step.transaction() as connection:
            _record(connection, "rilis", candidate["id_rilis"], sha256, verdict)
            connection.execute(
                "update rilis.rilis set sha256 = %s, tabel = %s, segel = %s, gerbang = %s, status = %s"
                " where id_rilis = %s",
                [
                    sha256,
                    json.dumps(tables),
                    json.dumps(seals),
                    json.dumps({"putusan": verdict.putusan, **verdict.counts()}),
                    "kandidat" if verdict.putusan in PASSING else "ditahan",
                    candidate["id_rilis"],
                ],
            )
        step.counts.update(
            id_rilis=candidate["id_rilis"], sha256=sha256, putusan=verdict.putusan, periksa=verdict.counts()
        )
        if verdict.putusan not in PASSING:
            raise GateHeld(f"rilis {candidate['id_rilis']} ditahan gerbang ({verdict.putusan}): {verdict.message()}")
        return dict(step.counts)


def gate_landing(settings: Settings, run: StepRun, id_kiriman: str, sumber: str) -> dict[str, Any]:
    """Judge one landed delivery, whose rows and counts are committed already; returns verdict and checks by outcome.

    Raises GateHeld when a critical check fails or a check cannot be made: the delivery must not reach a candidate.
    """
    from expectations import checkpoint, landing

    with database.connect(settings) as connection:
        known = connection.execute("select sha256 from buku.kiriman where id_kiriman = %s", [id_kiriman]).fetchone()
    verdict = checkpoint.run(
        database.owner_url(settings), landing.gate(landed_delivery(settings, run.periode, id_kiriman, sumber))
    )
    with run.transaction() as connection:
        _record(connection, "pendaratan", id_kiriman, known["sha256"], verdict)
    if verdict.putusan not in PASSING:
        raise GateHeld(f"kiriman {sumber} {id_kiriman} ditahan gerbang ({verdict.putusan}): {verdict.message()}")
    return {"putusan": verdict.putusan, "periksa": verdict.counts()}


def gate_list(settings: Settings, run: StepRun, sha256: str, id_rilis: str, summary: dict[str, Any]) -> Verdict:
    """Judge a list of deactivations; its caps come from its summary. The verdict is recorded and returned."""
    from expectations import checkpoint, deactivations

    verdict = checkpoint.run(
        database.owner_url(settings),
        deactivations.gate(deactivations.List(sha256, id_rilis, summary["batas_sebulan"], summary["batas_sedesa"])),
    )
    with run.transaction() as connection:
        _record(connection, "daftar", id_rilis, sha256, verdict)
    return verdict


def _already_judged(connection: psycopg.Connection, periode: str) -> dict[str, Any]:
    released = connection.execute(
        "select r.id_rilis, r.sha256, r.gerbang from rilis.rilis as r"
        " where r.periode = %s and r.status in ('terbit', 'digantikan')"
        # After a rollback the one that is out need not be the newest revision.
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


def _judge_release(settings: Settings, periode: str, candidate: dict[str, Any]) -> Verdict:
    from expectations import checkpoint, contract, release

    limits = reference.thresholds(settings, periode)
    return checkpoint.run(
        database.owner_url(settings),
        release.gate(
            release.Candidate(
                id_rilis=candidate["id_rilis"],
                kabupaten=settings.kabupaten,
                jumlah_kecamatan=reference.count_kecamatan(settings),
                tabel=contract.load(settings.seeds.parent / "contracts"),
                sel_minimum=int(limits["sel_minimum"][0]),
                sebelum=candidate["id_sebelum"],
                ambang=limits,
            )
        ),
    )


def landed_delivery(settings: Settings, periode: str, id_kiriman: str, sumber: str) -> Delivery:
    """What the landing gate must know of a delivery, from the source's declaration and the seeds."""
    from connectors.interface import load_source
    from expectations.landing import Delivery, Entity

    def entity(name: str, declared: Any) -> Entity:
        person = declared.peran == "anggota"
        return Entity(
            nama=name,
            peran=declared.peran,
            id=declared.id,
            kunci=declared.kunci,
            wajib=tuple(column.nama for column in declared.kolom if column.wajib),
            induk=tuple((parent.entitas, parent.kolom) for parent in declared.induk),
            nik=next(column.nama for column in declared.kolom if column.tipe == "nik") if person else None,
            lahir="tanggal_lahir" if person else None,
        )

    source = load_source(ROOT / "connectors" / sumber / "source.yml")
    return Delivery(
        id_kiriman=id_kiriman,
        sumber=sumber,
        entitas=tuple(entity(name, declared) for name, declared in source.entitas.items()),
        kabupaten=settings.kabupaten,
        jumlah_kecamatan=reference.count_kecamatan(settings),
        ambang=reference.thresholds(settings, periode),
    )


def _record(connection: psycopg.Connection, gate: str, subject: str, sha256: str, verdict: Verdict) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into audit.hasil_periksa (gerbang, subjek, sha256, periksa, kalimat, keparahan, hasil, diamati,"
            " batas) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (gate, subject, sha256, c.name, c.kalimat, c.keparahan, c.hasil, c.diamati, c.batas)
                for c in verdict.checks
            ],
        )
    connection.execute(
        "insert into audit.putusan_gerbang (gerbang, subjek, sha256, putusan, diharapkan, dinilai)"
        " values (%s, %s, %s, %s, %s, %s) on conflict (gerbang, subjek, sha256) do update set"
        " putusan = excluded.putusan, diharapkan = excluded.diharapkan, dinilai = excluded.dinilai, pada = now()",
        [gate, subject, sha256, verdict.putusan, verdict.diharapkan, verdict.dinilai],
    )
