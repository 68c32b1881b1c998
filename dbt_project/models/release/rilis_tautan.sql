{{ config(alias='tautan', indexes=[{'columns': ['uid']}, {'columns': ['id_sumber']}]) }}
-- One row per landed record of a person or household: what happened to it.
with orang as (
    select
        'individu' as grain, sumber, id_sumber, id_kiriman, nomor_baris,
        case when utama then 'terbit' else 'digabung' end as nasib, uid, aturan, tanggal, id_keluarga, kode_desa
    from {{ ref('golden_individu__rekaman') }}
),

rumah as (
    select
        'rumah_tangga' as grain, sumber, id_keluarga as id_sumber, id_kiriman, nomor_baris,
        case when utama then 'terbit' else 'digabung' end as nasib, uid, aturan, tanggal, id_keluarga, kode_desa
    from {{ ref('golden_rumah_tangga__rekaman') }}
),

mendarat as materialized (
    -- Rows set aside at landing: rows repeated within a delivery (they share the uid of the first), and rows of other
    -- districts. Materialized, so that the planner sees how few they are and does not hash all links of the month.
    {% for s, keluarga, id_keluarga, anggota, id_anggota, _ in tabel_mendarat() %}
    select 'rumah_tangga' as grain, '{{ s }}' as sumber, {{ id_keluarga }} as id_sumber, id_kiriman, nomor_baris, nasib
    from {{ source(s, s ~ '_' ~ keluarga) }} where nasib is not null and id_kiriman = {{ kiriman(s) }}
    union all
    select 'individu', '{{ s }}', {{ id_anggota }}, id_kiriman, nomor_baris, nasib
    from {{ source(s, s ~ '_' ~ anggota) }} where nasib is not null and id_kiriman = {{ kiriman(s) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

karantina as (
    select
        case when berkas = 'anggota' then 'individu' else 'rumah_tangga' end as grain, sumber, id_sumber, id_kiriman,
        nomor_baris, kode
    from {{ ref('int_karantina') }}
    where berkas in ('anggota', 'keluarga', 'rumah_tangga')
),

pengajuan as (
    -- Applications as they were at the month's end, with the delivery and row in which that version came.
    select
        terakhir.id_sumber, terakhir.id_kiriman, terakhir.nomor_baris, kasus.aturan, kasus.uid_individu,
        kasus.uid_rumah_tangga, {{ hari('terakhir.diubah') }} as tanggal
    from {{ ref('casework_kasus') }} as kasus
    inner join kasus.pengajuan_pada({{ akhir_bulan() }}) as terakhir on kasus.id_sumber = terakhir.id_sumber
    where kasus.sumber = 'pengajuan'
),

pemohon as (
    -- The applicant and the family, if a registry lists them. Until one does, the application is only a case
    -- (rules.md). It decides no published value, so its fate is `digabung`.
    select
        'individu' as grain, pengajuan.*, pengajuan.uid_individu as uid, rumah.kode_desa
    from pengajuan
    inner join {{ ref('golden_individu') }} as golden on pengajuan.uid_individu = golden.uid
    inner join {{ ref('golden_rumah_tangga') }} as rumah on golden.uid_rumah_tangga = rumah.uid
    union all
    select 'rumah_tangga', pengajuan.*, rumah.uid, rumah.kode_desa
    from pengajuan
    inner join {{ ref('golden_rumah_tangga') }} as rumah on pengajuan.uid_rumah_tangga = rumah.uid
),

semua as (
    select * from orang
    union all
    select * from rumah
    union all
    select
        grain, 'pengajuan', id_sumber, id_kiriman, nomor_baris, 'digabung', uid, aturan, tanggal, null, kode_desa
    from pemohon
    union all
    select
        mendarat.grain, mendarat.sumber, mendarat.id_sumber, mendarat.id_kiriman, mendarat.nomor_baris,
        mendarat.nasib, tautan.uid, case when tautan.uid is not null then 'kembar_dalam_kiriman' end, null, null, null
    from mendarat
    left join {{ source('identitas', 'tautan') }} as tautan
        on mendarat.nasib = 'digabung' and tautan.id_rilis = {{ id_rilis() }} and mendarat.grain = tautan.grain
        and mendarat.sumber = tautan.sumber and mendarat.id_sumber = tautan.id_sumber
    union all
    select grain, sumber, id_sumber, id_kiriman, nomor_baris, 'karantina', null, null, null, null, null
    from karantina
),

rilis_tautan as (
    select
        {{ periode() }}::text as periode,
        {{ revisi() }} as revisi,
        grain,
        sumber,
        id_sumber,
        id_kiriman,
        nomor_baris,
        nasib,
        uid,
        aturan,
        tanggal,
        id_keluarga,
        kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from semua
)

select * from rilis_tautan
