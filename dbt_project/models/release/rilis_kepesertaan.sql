{{ config(alias='kepesertaan', indexes=[{'columns': ['uid_individu']}, {'columns': ['program']}]) }}
-- One row per membership. Overlaps are found by the dated rules of the seed aturan_tumpang_tindih.
with aturan as (
    select *
    from {{ ref('aturan_tumpang_tindih') }}
    where {{ tanggal_acuan() }} between berlaku_dari and coalesce(berlaku_sampai, 'infinity')
),

berpasangan as (
    -- One row per pair of active memberships that overlap by a rule. The seed names the rarer programme of a rule
    -- second, so the join starts with the few who have that one.
    select satu.uid_rumah_tangga, satu.uid_individu, lain.uid_individu as uid_individu_lain, aturan.*
    from aturan
    inner join {{ ref('golden_kepesertaan') }} as lain on aturan.program_b = lain.program and lain.status = 'AKTIF'
    inner join {{ ref('golden_kepesertaan') }} as satu
        on aturan.program_a = satu.program and satu.status = 'AKTIF'
        and lain.uid_rumah_tangga = satu.uid_rumah_tangga
        and (aturan.grain <> 'individu' or lain.uid_individu = satu.uid_individu)
    where aturan.program_a <> aturan.program_b and aturan.grain <> 'hunian'
),

dua_kali as (
    -- One row per person and programme where two records of the person
    -- in one registry each receive the programme, in any months.
    select uid_individu, program
    from {{ ref('golden_kepesertaan') }}
    where uid_individu in (
        select orang.uid from {{ ref('golden_individu__rekaman') }} as orang where orang.sumber = 'dtsen' and orang.ke = 2
    )
    group by uid_individu, program
    having min(baris_orang_awal) <> max(baris_orang_akhir)
),

bantuan_hunian as materialized (
    -- Active aid for a dwelling, with the dwelling.
    select golden.uid_rumah_tangga, golden.program, golden.sumber_dana, rumah.uid_hunian
    from {{ ref('golden_kepesertaan') }} as golden
    inner join {{ ref('rilis_rumah_tangga') }} as rumah on golden.uid_rumah_tangga = rumah.uid_rumah_tangga
    where golden.grain = 'hunian' and golden.status = 'AKTIF'
),

tumpang as (
    -- One row per membership that overlaps, with the names of the rules.
    select uid_rumah_tangga, uid_individu, program, string_agg(distinct aturan, ', ' order by aturan) as aturan
    from (
        select uid_rumah_tangga, uid_individu, program_a as program, aturan from berpasangan
        union all
        select uid_rumah_tangga, uid_individu_lain, program_b, aturan from berpasangan
        union all
        -- A programme of a person that is paired with itself: a registry lists the person twice and pays twice.
        select golden.uid_rumah_tangga, golden.uid_individu, golden.program, aturan.aturan
        from aturan
        inner join {{ ref('golden_kepesertaan') }} as golden
            on aturan.grain = 'individu' and aturan.program_a = golden.program and aturan.program_b = golden.program
        inner join dua_kali
            on golden.uid_individu = dua_kali.uid_individu and golden.program = dua_kali.program
        union all
        -- Aid for one dwelling from two payers, or to two KK of the house.
        select satu.uid_rumah_tangga, null, satu.program, aturan.aturan
        from aturan
        inner join bantuan_hunian as satu on aturan.program_a = satu.program
        inner join bantuan_hunian as lain on aturan.program_b = lain.program and satu.uid_hunian = lain.uid_hunian
        where aturan.grain = 'hunian'
            and (satu.sumber_dana <> lain.sumber_dana or satu.uid_rumah_tangga <> lain.uid_rumah_tangga)
    ) as kedua_sisi
    group by uid_rumah_tangga, uid_individu, program
),

rilis_kepesertaan as (
    select
        golden.uid_rumah_tangga,
        golden.uid_individu,
        golden.program,
        golden.sumber_dana,
        golden.periode_salur,
        golden.status,
        -- What happened at the receivers whose registries list the membership. If there are several states, the first
        -- one in this list counts.
        coalesce(
            (array['belum_tercermin', 'ditolak_pusat', 'nonaktif_diusulkan', 'tercermin'])[least(
                {% for s in sumber() -%}
                case when '{{ s }}' = any(golden.sumber) then lokal.{{ s }} end{{ ',' if not loop.last }}
                {% endfor %}
            )],
            case when golden.status = 'AKTIF' then 'aktif' end
        ) as status_lokal,
        golden.sumber,
        golden.status = 'AKTIF' and tumpang.aturan is not null as tumpang_tindih,
        case when golden.status = 'AKTIF' then tumpang.aturan end as aturan_tumpang_tindih,
        rumah.kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from {{ ref('golden_kepesertaan') }} as golden
    inner join {{ ref('golden_rumah_tangga') }} as rumah on golden.uid_rumah_tangga = rumah.uid
    left join tumpang
        on golden.uid_rumah_tangga = tumpang.uid_rumah_tangga and golden.program = tumpang.program
        and coalesce(golden.uid_individu, '') = coalesce(tumpang.uid_individu, '')
    left join {{ ref('casework_status_lokal') }} as lokal
        on coalesce(golden.uid_individu, golden.uid_rumah_tangga) = lokal.penerima and golden.program = lokal.program
)

select * from rilis_kepesertaan
