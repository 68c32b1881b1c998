{{ config(schema="golden") }}
-- Counts per village in long form, before small cells are hidden.
with rumah as not materialized (
    select * from {{ ref('rilis_rumah_tangga') }} where status in ('aktif', 'nonaktif_diusulkan')
),

orang as not materialized (
    select * from {{ ref('rilis_individu') }} as individu
    where {{ masih_anggota('individu') }} and digantikan_oleh is null
),

ikut as not materialized (
    select
        kepesertaan.kode_desa, kepesertaan.program,
        -- Aid for a dwelling has one recipient, however many KK live there.
        coalesce(kepesertaan.uid_individu, hunian.uid_hunian, kepesertaan.uid_rumah_tangga) as penerima
    from {{ ref('rilis_kepesertaan') }} as kepesertaan
    left join {{ ref('program') }} as program on kepesertaan.program = program.program
    left join {{ ref('rilis_rumah_tangga') }} as hunian
        on program.grain = 'hunian' and kepesertaan.uid_rumah_tangga = hunian.uid_rumah_tangga
    where kepesertaan.status = 'AKTIF'
),

semua as (
    select kode_desa, 'rumah_tangga' as ukuran, 'semua' as kelas, count(*) as jumlah from rumah group by kode_desa
    union all
    select kode_desa, 'individu', 'semua', count(*) from orang group by kode_desa
    union all
    select kode_desa, 'rumah_tangga_menurut_desil', coalesce(desil_nasional::text, 'tanpa_desil'), count(*)
    from rumah group by kode_desa, desil_nasional
    union all
    select kode_desa, 'individu_menurut_kelompok_umur', coalesce(kelompok_umur, 'tidak_diketahui'), count(*)
    from orang group by kode_desa, kelompok_umur
    union all
    select kode_desa, 'individu_menurut_jenis_kelamin', coalesce(jenis_kelamin, 'tidak_diketahui'), count(*)
    from orang group by kode_desa, jenis_kelamin
    union all
    -- `select distinct` hashes the recipients; count(distinct …) would sort them all.
    select kode_desa, 'penerima_program', program, count(*)
    from (select distinct kode_desa, program, penerima from ikut) as satu
    group by kode_desa, program
)

select * from semua
