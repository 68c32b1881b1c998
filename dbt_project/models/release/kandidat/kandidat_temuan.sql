-- One row per finding, with its direction and weight from the dated seed `alasan_verifikasi`, and with what orders
-- equal scores: whether the household receives something now, and how many features of its house are bad.
with bobot as (
    select distinct on (kode) kode, arah, bobot
    from {{ ref('alasan_verifikasi') }}
    where berlaku_dari <= {{ tanggal_acuan() }}
    order by kode, berlaku_dari desc
),

temuan as (
    select uid_rumah_tangga, uid_individu, null as id_kasus, program, alasan, 0 as ciri
    from {{ ref('kandidat_keluar') }}
    union all
    select uid_rumah_tangga, null, id_kasus, null, alasan, ciri from {{ ref('kandidat_masuk') }}
),

kandidat_temuan as (
    select
        temuan.uid_rumah_tangga, temuan.uid_individu, temuan.id_kasus, bobot.arah, temuan.program, temuan.alasan,
        bobot.bobot, penerima.uid_rumah_tangga is not null as menerima, temuan.ciri
    from temuan
    left join bobot on temuan.alasan = bobot.kode
    left join {{ ref('kandidat_penerima') }} as penerima on temuan.uid_rumah_tangga = penerima.uid_rumah_tangga
    -- A weight of 0 switches a reason off. A code without a weight stays in, because it must not go unnoticed.
    where bobot.bobot is distinct from 0
)

select * from kandidat_temuan
