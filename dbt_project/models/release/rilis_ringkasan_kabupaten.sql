{{ config(alias='ringkasan_kabupaten') }}
-- Open data of the district, beside the public figures (information, never a verdict).
with resmi as (
    -- Of each figure the newest one that was out by the end of the period; each year has a row of its own in the seed.
    select distinct on (ukuran, kelas) ukuran, kelas, jumlah
    from {{ ref('angka_publik') }}
    where per <= {{ tanggal_acuan() }}
    order by ukuran, kelas, per desc
),

sel as (
    select ukuran, kelas, jumlah, tersembunyi from {{ ref('ringkasan_sel') }} where kode_desa is null
    union all
    select ukuran, kelas, jumlah, jumlah < {{ ambang('sel_minimum') }} from resmi
),

rilis_ringkasan_kabupaten as (
    select
        {{ periode() }}::text as periode,
        null::text as kode_desa,
        null::text as desa,
        null::text as kecamatan,
        ukuran,
        kelas,
        case when not tersembunyi then jumlah end as jumlah,
        tersembunyi as disamarkan,
        {{ id_rilis() }}::text as id_rilis
    from sel
)

select * from rilis_ringkasan_kabupaten
