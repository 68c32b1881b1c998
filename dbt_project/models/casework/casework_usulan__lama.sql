-- One row per proposal of an earlier candidate, under the ids that are valid today, and how far it had come when this
-- candidate was composed.
with recursive digantikan as materialized (
    select grain, uid, digantikan_oleh from identitas.penerus({{ id_rilis() }})
),

ikut as (
    -- One row per proposal and id that its person or household has had since the proposal.
    select id_baris, 'individu' as grain, uid_individu as uid
    from {{ source('kasus', 'usulan') }}
    where uid_individu is not null
    union all
    select id_baris, 'rumah_tangga', uid_rumah_tangga from {{ source('kasus', 'usulan') }}
    union all
    select ikut.id_baris, ikut.grain, digantikan.digantikan_oleh
    from ikut
    inner join digantikan on ikut.grain = digantikan.grain and ikut.uid = digantikan.uid
),

kini as (
    -- One row per proposal and grain: the id that is valid today.
    select ikut.id_baris, ikut.grain, ikut.uid
    from ikut
    left join digantikan on ikut.grain = digantikan.grain and ikut.uid = digantikan.uid
    where digantikan.uid is null
),

keadaan as (
    -- One row per proposal: its state over all receivers.
    select
        id_baris,
        bool_or(status in {{ keadaan_terkirim() }}) as terkirim,
        bool_or(status = 'disetujui') as disetujui,
        bool_or(status not in {{ keadaan_tutup() }}) as terbuka,
        max(pada) as terakhir
    from antrean.keadaan_pada({{ kandidat_dibuat() }})
    group by id_baris
),

penutupan as (
    -- One row per closed proposal: the day when it was closed. This is the end of the last month that was built before
    -- the last answer. It follows the months, not the machine's clock.
    select
        keadaan.id_baris,
        (to_date(max(rilis.periode), 'YYYY-MM')::timestamp + interval '1 month' - interval '1 day')::date as tanggal
    from keadaan
    inner join {{ source('rilis', 'rilis') }} as rilis on keadaan.terakhir > rilis.dibuat
    where not keadaan.terbuka
    group by keadaan.id_baris
),

batal as (
    -- One row per reason why a proposal is cancelled: a recorded
    -- cancellation, an upheld objection, or a person who is alive again.
    select
        id_baris,
        -- The end of the month that found the person alive, whenever
        -- that month was run: a death after it is another death.
        case
            when alasan = 'KEMATIAN_DIBATALKAN'
                then (to_date(split_part(bukti, '/', 1), 'YYYY-MM')::timestamp + interval '1 month' - interval '1 day')::date
            else {{ hari('dicatat') }}
        end as tanggal
    from {{ source('kasus', 'pembatalan') }}
    where dicatat <= {{ kandidat_dibuat() }}
    union all
    select id_baris, tanggal from {{ ref('casework_sanggah') }} where keadaan = 'dikabulkan'
    union all
    select id_baris, {{ tanggal_acuan() }} from {{ ref('casework_hidup_lagi') }}
),

dibatalkan as (
    select id_baris, min(tanggal) as tanggal from batal group by id_baris
),

casework_usulan__lama as (
    select
        usulan.id_baris,
        -- For a person's programme: the household where the person lives now.
        coalesce(orang.uid_rumah_tangga, rumah.uid) as uid_rumah_tangga,
        individu.uid as uid_individu,
        usulan.program, usulan.kode_alasan, usulan.bulan_efektif::text as bulan_efektif, usulan.bukti,
        usulan.tanggal_verifikasi, usulan.asal, usulan.sumber_kasus, usulan.id_kasus, usulan.petugas, usulan.kode_desa,
        -- First proposed by a later month: an earlier month that is built again must not use it.
        split_part(usulan.id_rilis, '/', 1) > {{ periode() }} as kemudian,
        coalesce(keadaan.terbuka, false) and dibatalkan.id_baris is null as terbuka,
        dibatalkan.id_baris is not null as dibatalkan,
        coalesce(keadaan.terkirim, false) as terkirim,
        coalesce(keadaan.disetujui, false) as disetujui,
        coalesce(dibatalkan.tanggal, penutupan.tanggal) as ditutup
    from {{ source('kasus', 'usulan') }} as usulan
    inner join kini as rumah on usulan.id_baris = rumah.id_baris and rumah.grain = 'rumah_tangga'
    left join kini as individu on usulan.id_baris = individu.id_baris and individu.grain = 'individu'
    left join {{ ref('golden_individu') }} as orang on individu.uid = orang.uid
    left join keadaan on usulan.id_baris = keadaan.id_baris
    left join penutupan on usulan.id_baris = penutupan.id_baris
    left join dibatalkan on usulan.id_baris = dibatalkan.id_baris
)

select * from casework_usulan__lama
