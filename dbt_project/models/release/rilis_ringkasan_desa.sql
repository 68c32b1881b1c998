{{ config(alias='ringkasan_desa') }}
-- Open data a village: cells under the limit are hidden, and one more of the same measure where a single hidden
-- cell could be told from the village's total or from the district's.
with kecil as (
    select dasar.*, dasar.jumlah < {{ ambang('sel_minimum') }} as tersembunyi
    from {{ ref('ringkasan_dasar') }} as dasar
),

dalam_desa as (
    select
        *,
        count(*) filter (where tersembunyi) over (partition by kode_desa, ukuran) as tersembunyi_desa,
        row_number() over (partition by kode_desa, ukuran, tersembunyi order by jumlah, kelas) as urut_desa
    from kecil
),

pelengkap as (
    select
        kode_desa, ukuran, kelas, jumlah, tersembunyi_desa,
        tersembunyi or (tersembunyi_desa = 1 and urut_desa = 1 and ukuran <> 'penerima_program') as tersembunyi
    from dalam_desa
),

antar_desa as (
    select
        *,
        count(*) filter (where tersembunyi) over (partition by ukuran, kelas) as tersembunyi_kelas,
        -- Hidden beside it is a cell of a village that hides others of this measure, and of one village for all classes:
        -- alone in its village it could be told from that village's total.
        row_number() over (
            partition by ukuran, kelas, tersembunyi
            order by
                (tersembunyi_desa > 0) desc, case when ukuran = 'penerima_program' then jumlah end, kode_desa
        ) as urut_kelas
    from pelengkap
),

rilis_ringkasan_desa as (
    select
        {{ periode() }}::text as periode,
        sel.kode_desa,
        initcap(desa.nama) as desa,
        kecamatan.nama as kecamatan,
        sel.ukuran,
        sel.kelas,
        case when not (sel.tersembunyi or (sel.tersembunyi_kelas = 1 and sel.urut_kelas = 1)) then sel.jumlah::int end
            as jumlah,
        sel.tersembunyi or (sel.tersembunyi_kelas = 1 and sel.urut_kelas = 1) as disamarkan,
        {{ id_rilis() }}::text as id_rilis
    from antar_desa as sel
    inner join {{ ref('wilayah') }} as desa on sel.kode_desa = desa.kode
    inner join {{ ref('wilayah') }} as kecamatan on left(sel.kode_desa, 8) = kecamatan.kode
)

select * from rilis_ringkasan_desa
