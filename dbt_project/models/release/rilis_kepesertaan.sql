{{ config(alias='kepesertaan', indexes=[{'columns': ['uid_rumah_tangga']}, {'columns': ['uid_individu']}]) }}
-- One row a membership; overlaps by the dated rules of the seed aturan_tumpang_tindih.
with aktif as (
    select * from {{ ref('golden_kepesertaan') }} where status = 'AKTIF'
),

aturan as (
    select aturan, grain, program_a as program, program_b as lawan, berlaku_dari, berlaku_sampai
    from {{ ref('aturan_tumpang_tindih') }}
    union all
    select aturan, grain, program_b, program_a, berlaku_dari, berlaku_sampai from {{ ref('aturan_tumpang_tindih') }}
),

tumpang as (
    select
        satu.uid_rumah_tangga, satu.uid_individu, satu.program, string_agg(distinct aturan.aturan, ', ') as aturan
    from aktif as satu
    inner join aturan
        on satu.program = aturan.program
        and {{ tanggal_acuan() }} between aturan.berlaku_dari and coalesce(aturan.berlaku_sampai, 'infinity')
    inner join aktif as lain
        on aturan.lawan = lain.program and satu.uid_rumah_tangga = lain.uid_rumah_tangga
        and (aturan.grain <> 'individu' or satu.uid_individu = lain.uid_individu)
    group by satu.uid_rumah_tangga, satu.uid_individu, satu.program
),

rilis_kepesertaan as (
    select
        golden.uid_rumah_tangga,
        golden.uid_individu,
        golden.program,
        golden.sumber_dana,
        golden.periode_salur,
        golden.status,
        case when golden.status = 'AKTIF' then 'aktif' end as status_lokal,
        golden.sumber,
        golden.status = 'AKTIF' and tumpang.aturan is not null as tumpang_tindih,
        case when golden.status = 'AKTIF' then tumpang.aturan end as aturan_tumpang_tindih,
        rumah.kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from {{ ref('golden_kepesertaan') }} as golden
    inner join {{ ref('golden_rumah_tangga') }} as rumah on golden.uid_rumah_tangga = rumah.uid
    left join tumpang
        on golden.uid_rumah_tangga = tumpang.uid_rumah_tangga
        and golden.uid_individu is not distinct from tumpang.uid_individu
        and golden.program = tumpang.program
)

select * from rilis_kepesertaan
