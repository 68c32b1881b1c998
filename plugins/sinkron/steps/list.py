"""Step list: the exact list of deactivations that two people are asked about, bound to its sha256."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import psycopg

from sinkron import approvers, gates, ledger, period, reference, withdrawals
from sinkron.failpoint import failpoint
from sinkron.outcomes import GateHeld, NotReady
from sinkron.settings import Settings

# Proposals whose reason was withdrawn after the month's end: a complaint or withdrawal, or a visit that was corrected.
# They are left off the list, and the next month considers them. A proposal that never had a reason is not left off:
# the list's gate finds it (expectations/deactivations.py).
FALLEN = """
    select u.id_baris
    from kasus.usulan as u
    inner join kasus.aduan_pada('infinity') as a on u.asal = 'aduan' and u.id_kasus = a.id_sumber
    where a.status not in ('terbukti', 'selesai')
    union
    -- The state `selesai` does not say how a complaint was decided, but its last answer does.
    select u.id_baris
    from kasus.usulan as u
    inner join (
        select distinct on (id_sumber) id_sumber, status
        from kasus.aduan
        where status in ('terbukti', 'tidak_terbukti')
        order by id_sumber, versi desc, diubah desc, urutan desc
    ) as jawaban on u.asal = 'aduan' and u.id_kasus = jawaban.id_sumber
    where jawaban.status = 'tidak_terbukti'
    union
    select u.id_baris
    from kasus.usulan as u
    inner join kasus.pengajuan_pada('infinity') as p on u.asal = 'graduasi_mandiri' and u.bukti = p.id_sumber
    where p.status not in ('layak', 'musdes', 'diusulkan', 'diterima_pusat')
    union
    select u.id_baris
    from kasus.usulan as u
    inner join kasus.verifikasi_pada('infinity') as v on u.asal in ('aduan', 'berkala') and u.bukti = v.id_sumber
    where v.hasil not in ('mampu', 'meninggal', 'tidak_ditemukan')
"""
# Items that are approved and in no body that a receiver has or will get.
UNSENT = """
    b.status = 'disetujui' and not exists (
        select from antrean.isi as i where i.id_baris = b.id_baris and i.tujuan = b.tujuan and not i.lepas
    )
"""
# The rows to ask about: everything that a receiver will be told, with its evidence. Rows that were approved in a list
# of a release that was withdrawn since are asked about again, because that approval does not allow sending any more.
ROWS = f"""
    with gugur as materialized ({FALLEN})
    select b.id_baris, b.tujuan, u.program, u.kode_alasan, u.bulan_efektif::text as bulan_efektif,
        u.bukti, u.tanggal_verifikasi::text as tanggal_verifikasi, u.asal, u.petugas, u.uid_rumah_tangga,
        u.uid_individu, b.no_kk, b.nik, b.nama, b.kode_desa, b.keluarga
    from antrean.baris as b
    inner join kasus.usulan as u on b.id_baris = u.id_baris
    inner join kasus.usulan_rilis as s on b.id_baris = s.id_baris and s.id_rilis = %(id_rilis)s
    where (b.status = 'diusulkan' or {UNSENT})
        and not exists (select from kasus.tahanan_terbuka as t where t.id_baris = b.id_baris)
        and not exists (select from antrean.disahkan as l where l.id_baris = b.id_baris and l.tujuan = b.tujuan)
        and not exists (select from gugur as g where g.id_baris = b.id_baris)
    order by b.id_baris, b.tujuan
"""
# How many deactivations of the release are left off the list because they are in FALLEN.
WAITING = f"""
    select count(distinct b.id_baris) as jumlah
    from antrean.baris as b
    inner join kasus.usulan_rilis as s on b.id_baris = s.id_baris and s.id_rilis = %(id_rilis)s
    where (b.status = 'diusulkan' or {UNSENT}) and b.id_baris in ({FALLEN})
"""
# Proposed by a release published earlier, in no body, and no longer derived: the reason is gone. Later proposals (by a
# rolled back month, or a correction of an older one) wait for the next list: this release could not know of them.
UNFOUNDED = f"""
    update antrean.baris as b set status = 'dibatalkan', kode_tolak = 'tidak_lagi_berdasar'
    where (b.status = 'diusulkan' or {UNSENT})
        and exists (
            select from kasus.usulan_rilis as s
            inner join rilis.rilis as r on s.id_rilis = r.id_rilis
            inner join rilis.rilis as kini on kini.id_rilis = %(id_rilis)s
            where s.id_baris = b.id_baris and r.status in ('terbit', 'digantikan', 'ditarik')
                and coalesce(r.diterbitkan, r.dibuat) < kini.diterbitkan
        )
        and not exists (
            select from kasus.usulan_rilis as s where s.id_baris = b.id_baris and s.id_rilis = %(id_rilis)s
        )
"""
# Households of earlier months whose deactivation was approved; deaths reported by Dukcapil do not count in the cap.
EARLIER = """
    select count(*) as jumlah
    from (
        select distinct d.periode, u.uid_rumah_tangga
        from antrean.daftar as d
        inner join antrean.daftar_baris as b on d.sha256 = b.sha256
        inner join kasus.usulan as u on b.id_baris = u.id_baris
        where u.asal <> 'dukcapil' and keputusan.disahkan(d.sha256)
            and d.periode between %(dari)s and %(sampai)s
    ) as lama
"""
# The households that the caps of a month count: those of the list and of the lists approved before it, each once.
COUNTED = """
    select distinct u.uid_rumah_tangga, u.kode_desa, u.id_baris = any(%(baris)s) as kini
    from kasus.usulan as u
    where u.asal <> 'dukcapil' and (u.id_baris = any(%(baris)s) or exists (
        select from antrean.daftar_baris as b
        inner join antrean.daftar as d on b.sha256 = d.sha256
        where b.id_baris = u.id_baris and d.periode = %(periode)s and keputusan.disahkan(d.sha256)
    ))
"""


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Write the list of the month's release and judge it; returns its sha256 and numbers, or `daftar` 0 without rows.

    Only the release that readers see proposes: a late revision of an older month does not. Raises NotReady when the
    month is not published, GateHeld when a check of the list fails.
    """
    with ledger.step(settings, "list", periode, lock=ledger.QUEUE) as run:
        with run.transaction() as connection:
            approvers.write(connection, settings)
            release = _released(connection, periode)
            if release is None:
                run.counts.update(daftar=0)
                return dict(run.counts)
            # Rows waiting in a body that may not be sent any more are asked about again or cancelled.
            withdrawals.dissolve(connection)
            run.counts.update(gugur=connection.execute(UNFOUNDED, {"id_rilis": release}).rowcount)
            waiting = connection.execute(WAITING, {"id_rilis": release}).fetchone()["jumlah"]
            if waiting:
                run.counts.update(menunggu_bukti=waiting)
            rows = connection.execute(ROWS, {"id_rilis": release}).fetchall()
            if not rows:
                run.counts.update(daftar=0)
                return dict(run.counts)
            sha256, summary = _write(connection, settings, periode, release, rows)
        failpoint(settings, "list.written")
        run.counts.update(daftar=len(rows), sha256=sha256, id_rilis=release, **summary)
        verdict = gates.judge_list(settings, run, sha256, release, summary)
        failpoint(settings, "list.judged")
        if verdict.putusan not in gates.PASSING:
            raise GateHeld(f"daftar {periode} ({sha256[:12]}…) ditahan gerbang: {verdict.message()}")
        return dict(run.counts)


def newest(connection: psycopg.Connection, periode: str) -> dict[str, Any] | None:
    """The most recently judged list of a month, without its rows; None when there was nothing to list."""
    return connection.execute(
        "select d.sha256, d.id_rilis, d.jumlah, d.melebihi_batas, d.ringkasan, d.dibuat from antrean.daftar as d"
        " inner join audit.putusan_gerbang as g on g.gerbang = 'daftar' and d.sha256 = g.sha256"
        " where d.periode = %s order by g.pada desc limit 1",
        [periode],
    ).fetchone()


def _released(connection: psycopg.Connection, periode: str) -> str | None:
    row = connection.execute(
        "select r.id_rilis, p.id_rilis = r.id_rilis as aktif from rilis.rilis as r cross join rilis.penunjuk as p"
        " where r.periode = %s and r.status = 'terbit' order by r.revisi desc limit 1",
        [periode],
    ).fetchone()
    if row is None:
        raise NotReady(f"bulan {periode} belum terbit; daftar tidak dapat disusun sebelum bulan itu terbit")
    return row["id_rilis"] if row["aktif"] else None


def _write(
    connection: psycopg.Connection, settings: Settings, periode: str, id_rilis: str, rows: list[dict[str, Any]]
) -> tuple[str, dict[str, Any]]:
    head = {"periode": periode, "id_rilis": id_rilis}
    content = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in (head, *rows))
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    summary = _summary(connection, settings, periode, rows)
    connection.execute(
        "insert into antrean.daftar (sha256, periode, id_rilis, isi, jumlah, melebihi_batas, ringkasan)"
        " values (%s, %s, %s, %s, %s, %s, %s) on conflict (sha256) do nothing",
        [sha256, periode, id_rilis, content, len(rows), summary["melebihi_batas"], json.dumps(summary)],
    )
    return sha256, summary


def _summary(
    connection: psycopg.Connection, settings: Settings, periode: str, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the approvers see: numbers, the caps, and whether a third person has to agree."""
    limits = reference.thresholds(settings, periode)

    def approved_since(first: str) -> int:
        before = period.earlier(periode, 1)
        return connection.execute(EARLIER, {"dari": first, "sampai": before}).fetchone()["jumlah"]

    capped = connection.execute(
        COUNTED, {"periode": periode, "baris": list({row["id_baris"] for row in rows})}
    ).fetchall()
    in_month = len({row["uid_rumah_tangga"] for row in capped})
    # Only villages on this list: rows in other villages were approved together with their own list.
    villages: dict[str | None, set[str]] = {row["kode_desa"]: set() for row in capped if row["kini"]}
    for row in capped:
        if row["kode_desa"] in villages:
            villages[row["kode_desa"]].add(row["uid_rumah_tangga"])
    mean = approved_since(period.earlier(periode, 12)) / 12
    cap = max(limits["penonaktifan_sebulan"][0], limits["penonaktifan_kali_rerata"][0] * mean)
    most = max(map(len, villages.values()), default=0)
    return {
        "keluarga": in_month,
        "kematian": len({row["uid_rumah_tangga"] for row in rows if row["asal"] == "dukcapil"}),
        "baris": len({row["id_baris"] for row in rows}),
        "per_tujuan": _counted(rows, "tujuan"),
        "per_program": _counted(rows, "program"),
        "per_alasan": _counted(rows, "kode_alasan"),
        "bulan_efektif": sorted({row["bulan_efektif"] for row in rows}),
        "rencana_sebulan": int(limits["penonaktifan_rencana_sebulan"][0]),
        "tahun_ini": approved_since(f"{periode[:4]}-01") + in_month,
        "rencana_setahun": int(limits["penonaktifan_rencana_setahun"][0]),
        "batas_sebulan": int(cap),
        "terbanyak_sedesa": most,
        "batas_sedesa": int(limits["penonaktifan_sedesa"][0]),
        "melebihi_batas": in_month > cap or most > limits["penonaktifan_sedesa"][0],
    }


def _counted(rows: list[dict[str, Any]], column: str) -> dict[str, int]:
    """How many different `id_baris` there are for each value of a column."""
    seen: dict[str, set[str]] = {}
    for row in rows:
        seen.setdefault(row[column], set()).add(row["id_baris"])
    return {value: len(ids) for value, ids in sorted(seen.items())}
