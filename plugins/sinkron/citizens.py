"""Report the outcome of complaints and applications to Bratasena (contracts/sinks.md 4), which informs the citizens.

Each outcome is sent once, the end of a case last. When Bratasena has a newer version of the case (409), nothing is sent
until the next feed has brought that version. A message never holds a name or a NIK.
"""

from __future__ import annotations

from typing import Any

from sinkron import receivers
from sinkron.ledger import StepRun

# Plain Indonesian, the same for everybody.
MESSAGES = {
    "ditindaklanjuti": "Hasil pemeriksaan lapangan sudah diputuskan dan disampaikan kepada instansi yang berwenang.",
    # The text does not say how the case ended, because not everybody may know it: a receiver may have refused, or an
    # objection may have been upheld.
    "selesai": "Penanganan di kabupaten sudah selesai. Keputusan akhir ada pada instansi yang berwenang. Terima kasih.",
    "tidak_terbukti": "Pemeriksaan lapangan tidak menemukan alasan untuk mengubah data. Terima kasih atas laporannya.",
    "diteruskan": "Pengajuan sudah diteruskan kepada instansi yang berwenang dan menunggu pengesahan.",
}
# For a person who objected (sanggah): about the objection, not about a complaint.
OBJECTION = {
    "ditindaklanjuti": "Sanggahan diterima. Penonaktifan tidak diteruskan, atau dibatalkan pada instansi berwenang.",
    "tidak_terbukti": "Sanggahan sudah diperiksa dan tidak mengubah putusan. Terima kasih.",
}
# All complaints of one investigation get the same outcome. No outcome is sent for a case whose answer contradicts what
# was seen on site (`bertentangan`) until a person has looked at it. The newest state of the feeds counts here, because
# it is possible that no release has noticed the contradiction yet.
OUTCOMES = """
    with rilis as (
        select k.*, ((to_date(split_part(k.id_rilis, '/', 1), 'YYYY-MM') + interval '1 month')::timestamp
            at time zone 'Asia/Jakarta') as sampai
        from rilis.kasus as k inner join rilis.penunjuk as p on k.id_rilis = p.id_rilis
    ),
    bertentangan as (
        select id_kasus from rilis where 'BERTENTANGAN' = any(perlu_periksa)
        union
        select 'aduan/' || a.id_sumber
        from kasus.aduan_pada('infinity') as a
        inner join kasus.verifikasi_pada('infinity') as v on v.jenis = 'aduan' and v.rujukan = a.id_sumber
        left join rilis as r on r.id_kasus = 'aduan/' || a.id_sumber
        where a.status = 'tidak_terbukti' and v.hasil in ('mampu', 'meninggal')
            -- No release has considered it yet.
            and not coalesce(r.versi >= a.versi and v.diubah < r.sampai, false)
    ),
    terusul as (
        select sumber_kasus || '/' || id_kasus as id_kasus, id_baris, false as keberatan
        from kasus.usulan
        where id_kasus is not null
        union
        -- The other complaints of the investigation, unless they were answered or withdrawn separately.
        select lain.id_kasus, u.id_baris, false
        from kasus.usulan as u
        inner join rilis as satu on satu.id_kasus = u.sumber_kasus || '/' || u.id_kasus
        inner join rilis as lain on satu.sumber = 'aduan' and satu.id_pemeriksaan = lain.id_pemeriksaan
        where lain.status not in ('tidak_terbukti', 'dicabut', 'ditolak')
        union
        -- An objection that was upheld gets an outcome when the row that it contested is closed.
        select 'pengajuan/' || s.id_sumber, u.id_baris, true
        from kasus.pengajuan_pada('infinity') as s
        inner join kasus.usulan as u on s.rujukan in (u.id_baris, u.bukti, u.id_kasus)
        where s.jenis = 'sanggah' and s.status in ('layak', 'musdes', 'diusulkan', 'diterima_pusat')
    ),
    keadaan as (
        select t.id_kasus, t.keberatan,
            bool_or(b.status not in ('diusulkan', 'disetujui', 'dibatalkan', 'tidak_berlaku')) as sampai,
            -- When an objection was upheld, a row that is reflected still has to be cancelled.
            bool_and(
                b.status in ('tidak_berlaku', 'ditolak', 'dibatalkan') or b.status = 'tercermin' and not t.keberatan
            ) as tutup
        from terusul as t inner join antrean.baris as b on t.id_baris = b.id_baris
        group by t.id_kasus, t.keberatan
    ),
    hasil as (
        select id_kasus, 'ditindaklanjuti' as hasil from keadaan where sampai and not keberatan
        union
        select id_kasus, 'selesai' from keadaan where tutup and (sampai or keberatan)
        union
        select 'aduan/' || id_sumber, 'tidak_terbukti' from kasus.aduan_pada('infinity')
        where status = 'tidak_terbukti'
        union
        select 'pengajuan/' || id_sumber, 'diteruskan' from kasus.pengajuan_pada('infinity')
        where status = 'diusulkan' and jenis not in ('graduasi_mandiri', 'sanggah')
        union
        -- An objection gets its final outcome, whether or not the row that it names exists.
        select 'pengajuan/' || id_sumber,
            case when status in ('tidak_layak', 'ditolak_pusat') then 'tidak_terbukti' else 'ditindaklanjuti' end
        from kasus.pengajuan_pada('infinity')
        where jenis = 'sanggah'
            and status in ('tidak_layak', 'ditolak_pusat', 'layak', 'musdes', 'diusulkan', 'diterima_pusat')
    )
    insert into antrean.hasil_aduan (sumber, id_kasus, hasil, versi)
    select k.sumber, k.id_sumber, h.hasil, k.versi
    from hasil as h
    inner join kasus.kasus as k on h.id_kasus = k.id_kasus
    where h.id_kasus not in (select id_kasus from bertentangan)
        and not exists (
            select from antrean.hasil_aduan as a
            where a.sumber = k.sumber and a.id_kasus = k.id_sumber and a.hasil = h.hasil
                and (a.status <> 'versi_lain' or a.versi = k.versi)
        )
"""


def tell(run: StepRun) -> dict[str, Any]:
    """Send new outcomes, oldest first; returns how many were sent.

    An outcome that cannot be sent now waits for the next run, together with all later outcomes of the same case.
    """
    from connectors.bratasena import delivery
    from connectors.interface import SourceUnavailable, Unexpected

    with run.transaction() as connection:
        connection.execute(OUTCOMES)
        # The outcomes of one run have no order of their own. Bratasena shows the last outcome that it got of a case,
        # so the end of the case is sent last.
        waiting = connection.execute(
            "select a.*, k.jenis from antrean.hasil_aduan as a"
            " inner join kasus.kasus as k on a.sumber = k.sumber and a.id_kasus = k.id_sumber"
            " where a.status = 'siap'"
            " order by min(a.dibuat) over (partition by a.sumber, a.id_kasus), a.sumber, a.id_kasus, a.versi,"
            " a.hasil = 'selesai', a.hasil"
        ).fetchall()
    told, problem, untold = 0, None, set()
    if waiting:
        try:
            with receivers.client_of(run.settings, "bratasena") as client:
                for row in waiting:
                    case = row["sumber"], row["id_kasus"]
                    if case in untold:
                        continue
                    messages = MESSAGES | (OBJECTION if row["jenis"] == "sanggah" else {})
                    try:
                        ended = delivery.report_outcome(
                            client, row["sumber"], row["id_kasus"], row["versi"], row["hasil"], messages[row["hasil"]]
                        )
                    except Unexpected as why:
                        problem = str(why)
                        untold.add(case)
                        continue
                    with run.transaction() as connection:
                        connection.execute(
                            "update antrean.hasil_aduan set status = %s, dikirim = clock_timestamp()"
                            " where sumber = %s and id_kasus = %s and hasil = %s and versi = %s",
                            [ended, row["sumber"], row["id_kasus"], row["hasil"], row["versi"]],
                        )
                    told += ended == "selesai"
        except (receivers.Unconfigured, SourceUnavailable) as why:
            problem = str(why)
    return {"disampaikan": told, **({"bratasena": problem} if problem else {})}
