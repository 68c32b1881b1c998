"""Deliveries in the ledger: which were stored, which were accepted, and the facts of the last accepted one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from sinkron import reference
from sinkron.line import REQUIRED
from sinkron.settings import Settings

if TYPE_CHECKING:
    from connectors.interface import Extracted, Reference


def identifier(sumber: str, periode: str, sha256: str) -> str:
    """`id_kiriman`: the same files, or the same rows read, for the same month are the same delivery."""
    return f"{sumber}-{periode}-{sha256[:12]}"


def known(connection: psycopg.Connection, id_kiriman: str) -> dict[str, Any]:
    """The ledger row of a delivery."""
    return connection.execute("select * from buku.kiriman where id_kiriman = %s", [id_kiriman]).fetchone()


def newest(connection: psycopg.Connection, sumber: str, periode: str) -> dict[str, Any] | None:
    """The delivery that counts for a source and month: the highest revision, then the last to arrive."""
    return connection.execute(
        "select * from buku.kiriman where sumber = %s and periode = %s"
        " order by revisi_sumber desc, urutan desc limit 1",
        [sumber, periode],
    ).fetchone()


def accepted(connection: psycopg.Connection, sumber: str, periode: str) -> dict[str, Any] | None:
    """The accepted delivery of a source for a month, or None."""
    return connection.execute(
        "select * from buku.kiriman where sumber = %s and periode = %s and status = 'diterima'", [sumber, periode]
    ).fetchone()


def accepted_before(connection: psycopg.Connection, sumber: str, periode: str) -> dict[str, Any] | None:
    """The newest accepted delivery of a source for an earlier month, or None."""
    return connection.execute(
        "select * from buku.kiriman where sumber = %s and periode < %s and status = 'diterima'"
        " order by periode desc limit 1",
        [sumber, periode],
    ).fetchone()


def landed_after(connection: psycopg.Connection, periode: str) -> bool:
    """Whether a later month of any registry has landed already. Feeds land under the month in which they are read."""
    return connection.execute(
        "select exists (select from buku.kiriman"
        " where periode > %s and status = 'diterima' and sumber = any(%s)) as ada",
        [periode, list(REQUIRED)],
    ).fetchone()["ada"]


def store(connection: psycopg.Connection, extracted: Extracted) -> str:
    """Write the ledger rows of bytes that are in the store; returns the id.

    When the same bytes come again and still count for the month, nothing changes, except that a refused delivery is
    judged again (seeds may have changed since). For a source whose reads carry no revision, the last read counts. If
    it repeats an earlier delivery of the month, the earlier one becomes the newest again, and is judged again unless it
    was accepted before.
    """
    id_kiriman = identifier(extracted.sumber, extracted.periode, extracted.sha256)
    before = newest(connection, extracted.sumber, extracted.periode)
    new = connection.execute(
        "insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, status, keterangan)"
        " values (%s, %s, %s, %s, %s, 'disimpan', %s) on conflict (id_kiriman) do nothing returning id_kiriman",
        [
            id_kiriman, extracted.sumber, extracted.periode, extracted.revisi, extracted.sha256,
            json.dumps(extracted.keterangan),
        ],
    ).fetchone()  # fmt: skip
    if new:
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into buku.berkas (id_kiriman, urutan, nama, sha256, ukuran) values (%s, %s, %s, %s, %s)",
                [(id_kiriman, n, f.nama, f.sha256, f.ukuran) for n, f in enumerate(extracted.berkas, start=1)],
            )
    elif before and before["id_kiriman"] != id_kiriman and not extracted.revisi:
        connection.execute(
            "update buku.kiriman set urutan = default,"
            " status = case when status in ('diterima', 'digantikan') then status else 'disimpan' end,"
            " kode = null, pesan = null"
            " where id_kiriman = %s",
            [id_kiriman],
        )
    else:
        connection.execute(
            "update buku.kiriman set status = 'disimpan', kode = null, pesan = null"
            " where id_kiriman = %s and status = 'ditolak'",
            [id_kiriman],
        )
    return id_kiriman


def stored(connection: psycopg.Connection, delivery: dict[str, Any]) -> Extracted:
    """The stored delivery as the connectors know it, from its ledger rows."""
    from connectors.interface import Extracted, StoredFile

    files = connection.execute(
        "select nama, sha256, ukuran from buku.berkas where id_kiriman = %s order by urutan", [delivery["id_kiriman"]]
    ).fetchall()
    return Extracted(
        sumber=delivery["sumber"],
        periode=delivery["periode"],
        revisi=delivery["revisi_sumber"],
        berkas=tuple(StoredFile(**file) for file in files),
        sha256=delivery["sha256"],
        keterangan=delivery["keterangan"],
    )


def reference_for(connection: psycopg.Connection, settings: Settings, sumber: str, periode: str) -> Reference:
    """The data for judging a delivery: the seeds in force and the last accepted delivery of its source."""
    from connectors.interface import Reference

    current, before = accepted(connection, sumber, periode), accepted_before(connection, sumber, periode)
    last = current or before
    rows = (
        connection.execute(
            "select berkas, diterima from buku.pendaratan where id_kiriman = %s", [last["id_kiriman"]]
        ).fetchall()
        if last
        else []
    )
    return Reference(
        kabupaten=settings.kabupaten,
        wilayah=settings.seeds / "wilayah.csv",
        kecamatan_bps=settings.seeds / "kecamatan_bps.csv",
        alias_desa=settings.seeds / "alias_desa.csv",
        ambang=reference.thresholds(settings, periode),
        batas_mutlak=reference.absolute_floors(settings, periode),
        baris_lalu={row["berkas"]: row["diterima"] for row in rows},
        nik_ganda_lalu=last["ukuran"].get("nik_ganda") if last else None,
        sha256_isi_bulan_lalu=before["sha256_isi"] if before else None,
    )


def report_path(settings: Settings, delivery: dict[str, Any]) -> Path:
    """The file that tells the sender the result of a delivery (rules.md, "Refusals and thresholds")."""
    name = f"rev-{delivery['revisi_sumber']}" if delivery["revisi_sumber"] else delivery["id_kiriman"]
    return settings.outbox / "laporan" / delivery["sumber"] / delivery["periode"] / f"{name}.json"


def write_report(settings: Settings, delivery: dict[str, Any], report: dict[str, Any]) -> None:
    """Write the report to the sender in one rename."""
    path = report_path(settings, delivery)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)


def amend_report(settings: Settings, delivery: dict[str, Any], quarantined: dict[str, int]) -> None:
    """Correct the numbers of quarantined rows (by code) in the report of an accepted delivery."""
    path = report_path(settings, delivery)
    if path.exists():
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["dikarantina"] != quarantined:
            write_report(settings, delivery, {**told, "dikarantina": quarantined})
