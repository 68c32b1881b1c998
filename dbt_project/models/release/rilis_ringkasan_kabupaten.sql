{{ config(alias='ringkasan_kabupaten') }}
-- Open data of the district, beside the public figures (information, never a verdict).
with jumlah as (
    select ukuran, kelas, sum(jumlah)::int as jumlah from {{ ref('ringkasan_dasar') }} group by ukuran, kelas
    union all
    select ukuran, kelas, jumlah from {{ ref('angka_publik') }} where per <= {{ tanggal_acuan() }}
),

rilis_ringkasan_kabupaten as (
    select
        {{ periode() }}::text as periode,
        null::text as kode_desa,
        null::text as desa,
        null::text as kecamatan,
        ukuran,
        kelas,
        case when jumlah >= {{ ambang('sel_minimum') }} then jumlah end as jumlah,
        jumlah < {{ ambang('sel_minimum') }} as disamarkan,
        {{ id_rilis() }}::text as id_rilis
    from jumlah
)

select * from rilis_ringkasan_kabupaten
