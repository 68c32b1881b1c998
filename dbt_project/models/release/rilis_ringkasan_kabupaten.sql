{{ config(alias='ringkasan_kabupaten') }}
-- Open data of the district, with the public figures next to it (they are information, never a verdict).
with resmi as (
    -- One row per public figure: the newest value that was out by the end of the period. The seed has one row per year.
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
