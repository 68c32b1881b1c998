"""What a person is asked to decide, with the numbers beside it (Markdown): a candidate of a month, or its list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from sinkron import decisions
from sinkron.steps import list as list_step

TABLES_SHOWN = 20


class NothingToAsk(RuntimeError):
    """There is no candidate or list to decide; the text says what to run."""


@dataclass(frozen=True)
class Question:
    """One question about exactly this content. `facts`: its row, from which `body` makes the details."""

    jenis: str
    id_rilis: str
    sha256: str
    subject: str
    facts: dict[str, Any]


def question(connection: psycopg.Connection, jenis: str, periode: str, urutan: int) -> Question | None:
    """The question of a kind (`publish`, `push`) for the approver at this place; None when this one is not needed.

    Raises NothingToAsk when the step before has not made the candidate or list to decide.
    """
    return _of_candidate(connection, periode) if jenis == "publish" else _of_list(connection, periode, urutan)


def body(connection: psycopg.Connection, asked: Question) -> str:
    """The details of a question: check results, rows, changes; earlier rejections, deliveries of earlier months."""
    lines = _candidate_lines if asked.jenis == "publish" else _list_lines
    return "\n".join(lines(connection, asked))


def _of_candidate(connection: psycopg.Connection, periode: str) -> Question:
    candidate = connection.execute(
        "select id_rilis, sha256, gerbang, tabel, id_sebelum from rilis.rilis"
        " where periode = %s and status in ('kandidat', 'terbit') and sha256 is not null"
        " order by revisi desc limit 1",
        [periode],
    ).fetchone()
    if candidate is None:
        raise NothingToAsk(f"tidak ada kandidat {periode} yang sudah diperiksa; jalankan build_golden")
    subject = f"Terbitkan rilis {candidate['id_rilis']}?"
    return Question("publish", candidate["id_rilis"], candidate["sha256"], subject, candidate)


def _candidate_lines(connection: psycopg.Connection, asked: Question) -> list[str]:
    lines = [
        f"Kandidat **{asked.id_rilis}**, sidik `{asked.sha256[:16]}…`",
        *(f"\n**Perhatian:** {line}." for line in decisions.rejections(connection, asked.id_rilis)),
        *(f"\n**Perhatian:** {line}." for line in _stale(connection, asked.id_rilis)),
        *_checks(connection, "rilis", asked),
        "\n**Baris tiap tabel:**\n",
        "| Tabel | Baris |\n|---|---:|",
        *(f"| {name} | {fact['baris']} |" for name, fact in sorted(asked.facts["tabel"].items())[:TABLES_SHOWN]),
    ]
    if connection.execute("select to_regclass('release.perubahan') as tabel").fetchone()["tabel"]:
        changes = connection.execute(
            "select grain, jenis, count(distinct uid) as jumlah from release.perubahan group by grain, jenis"
            " order by grain, jenis"
        ).fetchall()
        before = asked.facts["id_sebelum"] or "rilis sebelumnya (tidak ada)"
        lines += [f"\n**Perubahan terhadap {before}:**\n", "| Butir | Jenis | Jumlah |\n|---|---|---:|"]
        lines += [f"| {row['grain']} | {row['jenis']} | {row['jumlah']} |" for row in changes]
    return lines


def _stale(connection: psycopg.Connection, id_rilis: str) -> list[str]:
    """Sentences for approvers about sources whose delivery is from an earlier month (IZINKAN_LAMA)."""
    rows = connection.execute(
        "select s.sumber, k.periode from buku.susunan as s inner join buku.kiriman as k using (id_kiriman)"
        " where s.id_rilis = %s and s.lama order by s.sumber",
        [id_rilis],
    ).fetchall()
    return [f"{row['sumber']} memakai kiriman lama, dari {row['periode']}" for row in rows]


def _of_list(connection: psycopg.Connection, periode: str, urutan: int) -> Question | None:
    found = list_step.newest(connection, periode)
    if found is None:
        raise NothingToAsk(f"tidak ada daftar penonaktifan {periode}; jalankan tugas `list`")
    if urutan == 3 and not found["melebihi_batas"]:
        return None
    subject = f"Kirim {found['ringkasan']['baris']} penonaktifan {periode} (penyetuju ke-{urutan})?"
    return Question("push", found["id_rilis"], found["sha256"], subject, {"periode": periode, **found})


def _list_lines(connection: psycopg.Connection, asked: Question) -> list[str]:
    facts = asked.facts["ringkasan"]
    lines = [
        f"Daftar **{asked.facts['periode']}** dari rilis {asked.id_rilis}, sidik `{asked.sha256[:16]}…`",
        f"\n**{facts['keluarga']} dari {facts['rencana_sebulan']} keluarga yang direncanakan sebulan**"
        f" ({facts['tahun_ini']} dari {facts['rencana_setahun']} tahun ini); di luar rencana {facts.get('kematian', 0)}"
        f" keluarga karena kematian menurut Dukcapil. Seluruhnya {facts['baris']} penonaktifan,"
        f" berlaku {', '.join(facts['bulan_efektif'])}.",
    ]
    if asked.facts["melebihi_batas"]:
        lines.append(
            f"\n**Melebihi batas:** {facts['keluarga']} keluarga (batas {facts['batas_sebulan']}), terbanyak sedesa"
            f" {facts['terbanyak_sedesa']} (batas {facts['batas_sedesa']}): penyetuju ketiga harus ikut menyetujui."
        )
    lines += _checks(connection, "daftar", asked)
    for title, key in (("Penerima", "per_tujuan"), ("Program", "per_program"), ("Alasan", "per_alasan")):
        lines += [f"\n| {title} | Baris |\n|---|---:|", *(f"| {name} | {n} |" for name, n in facts[key].items())]
    return lines


def _checks(connection: psycopg.Connection, gate: str, asked: Question) -> list[str]:
    checks = connection.execute(
        "select distinct on (periksa) hasil, keparahan, kalimat, diamati, batas from audit.hasil_periksa"
        " where gerbang = %s and subjek = %s and sha256 = %s order by periksa, id_periksa desc",
        [gate, asked.id_rilis, asked.sha256],
    ).fetchall()
    failed = [row for row in checks if row["hasil"] != "lulus"]
    return [
        f"\n**Pemeriksaan:** {len(checks) - len(failed)} dari {len(checks)} lulus.",
        *(
            f"- {row['keparahan']}: {row['kalimat']} (diamati {row['diamati'] or '-'}, batas {row['batas'] or '-'})"
            for row in sorted(failed, key=lambda row: row["keparahan"])
        ),
    ]
