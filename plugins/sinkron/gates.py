"""The three gates: over a delivery that has landed, over a candidate's tables, over a list of deactivations.

A gate measures and judges (`expectations`). Each verdict writes one row per check into `audit.hasil_periksa` (every
attempt is kept) and one row per subject and sha256 into `audit.putusan_gerbang` (the last attempt counts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from sinkron import database, reference
from sinkron.ledger import StepRun
from sinkron.outcomes import GateHeld
from sinkron.settings import ROOT, Settings

if TYPE_CHECKING:
    from expectations.landing import Delivery
    from expectations.verdict import Verdict

# Verdicts with which a gate lets its subject through (`expectations.verdict`).
PASSING = ("lulus", "peringatan")


def judge_landing(settings: Settings, run: StepRun, id_kiriman: str, sumber: str) -> dict[str, Any]:
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
        record(connection, "pendaratan", id_kiriman, known["sha256"], verdict)
    if verdict.putusan not in PASSING:
        raise GateHeld(f"kiriman {sumber} {id_kiriman} ditahan gerbang ({verdict.putusan}): {verdict.message()}")
    return {"putusan": verdict.putusan, "periksa": verdict.counts()}


def landed_delivery(settings: Settings, periode: str, id_kiriman: str, sumber: str) -> Delivery:
    """What the landing gate must know about a delivery, from the source's declaration and the seeds."""
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


def judge_release(settings: Settings, periode: str, candidate: dict[str, Any]) -> Verdict:
    """Judge the built tables of a candidate; nothing is recorded."""
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


def judge_list(settings: Settings, run: StepRun, sha256: str, id_rilis: str, summary: dict[str, Any]) -> Verdict:
    """Judge a list of deactivations; its caps come from its summary. The verdict is recorded and returned."""
    from expectations import checkpoint, deactivations

    verdict = checkpoint.run(
        database.owner_url(settings),
        deactivations.gate(deactivations.List(sha256, id_rilis, summary["batas_sebulan"], summary["batas_sedesa"])),
    )
    with run.transaction() as connection:
        record(connection, "daftar", id_rilis, sha256, verdict)
    return verdict


def record(connection: psycopg.Connection, gate: str, subject: str, sha256: str, verdict: Verdict) -> None:
    """Write down a verdict and its checks. `gate`: `pendaratan`, `rilis` or `daftar`; `subject`: what was judged."""
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
