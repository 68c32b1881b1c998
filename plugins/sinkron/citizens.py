"""What became of a complaint or application, told to Bratasena (contracts/sinks.md 4), so that citizens hear it.

Each outcome once; a newer version there (409) means that the next feed decides. Never a name or a NIK.
"""

from __future__ import annotations

from typing import Any

from sinkron import receivers
from sinkron.ledger import StepRun

# Plain Indonesian, the same for everybody.
MESSAGES = {
    "ditindaklanjuti": "Hasil pemeriksaan lapangan sudah diputuskan dan disampaikan kepada instansi yang berwenang.",
    # True also where a receiver refused or an objection was upheld: what became of it is not for everybody to know.
    "selesai": "Penanganan di kabupaten sudah selesai. Keputusan akhir ada pada instansi yang berwenang. Terima kasih.",
    "tidak_terbukti": "Pemeriksaan lapangan tidak menemukan alasan untuk mengubah data. Terima kasih atas laporannya.",
    "diteruskan": "Pengajuan sudah diteruskan kepada instansi yang berwenang dan menunggu pengesahan.",
}
OUTCOMES = """
    with keadaan as (
        select u.sumber_kasus as sumber, u.id_kasus,
            bool_or(b.status not in ('diusulkan', 'disetujui', 'dibatalkan', 'tidak_berlaku')) as sampai,
            bool_and(b.status in ('tercermin', 'tidak_berlaku', 'ditolak', 'dibatalkan')) as tutup
        from kasus.usulan as u inner join antrean.baris as b on u.id_baris = b.id_baris
        where u.id_kasus is not null
        group by u.sumber_kasus, u.id_kasus
    ),
    hasil as (
        select sumber, id_kasus, 'ditindaklanjuti' as hasil from keadaan where sampai
        union all
        select sumber, id_kasus, 'selesai' from keadaan where sampai and tutup
        union all
        select 'aduan', id_sumber, 'tidak_terbukti' from kasus.aduan_pada('infinity') where status = 'tidak_terbukti'
        union all
        select 'pengajuan', id_sumber, 'diteruskan' from kasus.pengajuan_pada('infinity')
        where status = 'diusulkan' and jenis <> 'graduasi_mandiri'
    )
    insert into antrean.hasil_aduan (sumber, id_kasus, hasil, versi)
    select h.sumber, h.id_kasus, h.hasil, k.versi
    from hasil as h
    inner join kasus.kasus as k on h.sumber = k.sumber and h.id_kasus = k.id_sumber
    where not exists (
        select from antrean.hasil_aduan as a
        where a.sumber = h.sumber and a.id_kasus = h.id_kasus and a.hasil = h.hasil
            and (a.status <> 'versi_lain' or a.versi = k.versi)
    )
"""


def tell(run: StepRun) -> dict[str, Any]:
    """Tell what is new, oldest first; returns how many were told. What cannot be told now waits for the next run."""
    from connectors.bratasena import delivery
    from connectors.interface import SourceUnavailable, Unexpected

    with run.transaction() as connection:
        connection.execute(OUTCOMES)
        waiting = connection.execute(
            "select * from antrean.hasil_aduan where status = 'siap' order by dibuat, sumber, id_kasus, hasil"
        ).fetchall()
    told, problem = 0, None
    if waiting:
        try:
            with receivers.client_of(run.settings, "bratasena") as client:
                for row in waiting:
                    try:
                        ended = delivery.report_outcome(
                            client, row["sumber"], row["id_kasus"], row["versi"], row["hasil"], MESSAGES[row["hasil"]]
                        )
                    except Unexpected as why:
                        problem = str(why)
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
