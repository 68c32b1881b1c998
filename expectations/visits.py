"""The checks of the work list of visits: everybody on it is published, every reason is known, the ranks are unbroken.

Officers read the list, and it ends no programme. But officers stop trusting a list that names a household which is
gone, or that cannot say why it names one.
"""

from __future__ import annotations

from expectations.suite import Measure, Subject, literal

# States of a household that can be visited. A household without living
# members is on the list only for DEAD, because it is still paid.
VISITED = "('aktif', 'nonaktif_diusulkan')"
DEAD = "'PENERIMA_MENINGGAL'"


def subject(schema: str, id_rilis: str) -> Subject:
    """Checks over `<schema>.kandidat_verifikasi` of a release, the weights by the seed in force on its last day."""
    last_day = f"(date {literal(id_rilis.split('/')[0] + '-01')} + interval '1 month' - interval '1 day')"
    table = f"{schema}.kandidat_verifikasi"
    aims = f"""select count(*) from {table} as v
        left join {schema}.rumah_tangga as r on r.uid_rumah_tangga = v.uid_rumah_tangga
        left join {schema}.individu as i on i.uid_individu = v.uid_individu
        left join {schema}.kasus as k on k.id_kasus = v.id_kasus
        where case when v.uid_rumah_tangga is null then v.uid_individu is null and k.uid_rumah_tangga is null
                and k.id_kasus is not null
            else v.id_kasus is null and (v.uid_individu is null or i.uid_individu is not null)
                and (r.status in {VISITED} or (r.status = 'bubar' and {DEAD} = any(v.alasan)))
            end is not true"""
    weights = f"""select distinct on (kode) kode, arah, bobot from staging.alasan_verifikasi
        where berlaku_dari <= {last_day} order by kode, berlaku_dari desc"""
    unknown = f"""select count(*) from (
            select v.skor, cardinality(v.alasan) as alasan, count(b.kode) as dikenal, sum(b.bobot) as bobot
            from {table} as v
            left join lateral unnest(v.alasan) as a (kode) on true
            left join ({weights}) as b on b.kode = a.kode and b.arah = v.arah
            group by v.ctid, v.skor, v.alasan
        ) as w where (w.dikenal > 0 and w.dikenal = w.alasan and w.bobot = w.skor) is not true"""
    order = f"""select count(*) from (
            select count(*) as baris, count(distinct peringkat) as ragam, min(peringkat) as awal,
                max(peringkat) as akhir
            from {table} group by arah
        ) as p where (p.baris = p.ragam and p.awal = 1 and p.akhir = p.baris) is not true"""
    return Subject("kandidat_verifikasi", f"from {table}", (
        Measure("kandidat_rujukan", "Setiap kandidat verifikasi menunjuk rumah tangga dan orang yang dapat dikunjungi,"
                " atau pengajuan tanpa registri", "kritis", f"({aims})"),
        Measure("kandidat_alasan", "Setiap kandidat verifikasi beralasan yang dikenal, skornya jumlah bobotnya",
                "kritis", f"({unknown})"),
        Measure("kandidat_peringkat", "Peringkat kandidat verifikasi berurut tanpa ulangan dalam arahnya", "kritis",
                f"({order})", unit="arah"),
    ))  # fmt: skip
