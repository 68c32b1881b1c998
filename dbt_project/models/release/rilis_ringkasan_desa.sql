{{ config(alias='ringkasan_desa') }}
-- Open data per village.
with rilis_ringkasan_desa as (
    select
        {{ periode() }}::text as periode,
        sel.kode_desa,
        {{ nama_desa('desa.nama') }} as desa,
        kecamatan.nama as kecamatan,
        sel.ukuran,
        sel.kelas,
        case when not sel.tersembunyi then sel.jumlah end as jumlah,
        sel.tersembunyi as disamarkan,
        {{ id_rilis() }}::text as id_rilis
    from {{ ref('ringkasan_sel') }} as sel
    inner join {{ ref('wilayah') }} as desa on sel.kode_desa = desa.kode
    inner join {{ ref('wilayah') }} as kecamatan on left(sel.kode_desa, 8) = kecamatan.kode
)

select * from rilis_ringkasan_desa
