{{ config(alias='ringkasan_kabupaten') }}
-- Open data of the district, beside the public figures (information, never a verdict). Cells under the limit are
-- hidden, and one more of the same measure where a single one could be told from the total.
with kecil as (
    select
        ukuran, kelas, sum(jumlah)::int as jumlah, sum(jumlah) < {{ ambang('sel_minimum') }} as tersembunyi,
        -- Somebody may receive several programmes: they have no total.
        ukuran <> 'penerima_program' as berjumlah
    from {{ ref('ringkasan_dasar') }} group by ukuran, kelas
    union all
    select ukuran, kelas, jumlah, jumlah < {{ ambang('sel_minimum') }}, false
    from {{ ref('angka_publik') }} where per <= {{ tanggal_acuan() }}
),

urut as (
    select
        *,
        count(*) filter (where tersembunyi) over (partition by ukuran, berjumlah) as sejumlah,
        row_number() over (partition by ukuran, berjumlah, tersembunyi order by jumlah, kelas) as ke
    from kecil
),

jumlah as (
    select ukuran, kelas, jumlah, tersembunyi or (berjumlah and sejumlah = 1 and ke = 1) as tersembunyi from urut
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
    from jumlah
)

select * from rilis_ringkasan_kabupaten
