-- One row per NIK or KK number that a case or a visit names, with the person or household that it belongs to: the one
-- that is published with it, else the one that had it before. A number that several have belongs to nobody.
with disebut as (
    -- The numbers to resolve: those in cases and visits, and the NIK of the officers.
    select distinct sebutan.jenis, sebutan.nomor
    from (
        select 'nik' as jenis, nik as nomor from {{ ref('casework_sebutan') }}
        union all
        select 'no_kk', no_kk from {{ ref('casework_sebutan') }}
        union all
        select 'nik', {{ nik_sah('verifikasi.nik') }} from kasus.verifikasi_pada({{ akhir_bulan() }}) as verifikasi
        union all
        select 'nik', {{ nik_sah('verifikasi.petugas_nik') }}
        from kasus.verifikasi_pada({{ akhir_bulan() }}) as verifikasi
    ) as sebutan
    where sebutan.nomor is not null
),

orang as (
    -- Persons whose published NIK it is.
    select disebut.nomor, golden.uid, golden.uid_rumah_tangga, golden.hasil = 'nik_ganda' as ganda
    from disebut
    inner join {{ ref('golden_individu__nik') }} as golden on disebut.jenis = 'nik' and disebut.nomor = golden.nik
    union all
    -- Persons whom no registry lists this month, as published by the release before.
    select disebut.nomor, lalu.uid_individu, lalu.uid_rumah_tangga, false
    from disebut
    inner join {{ source('rilis', 'individu') }} as lalu
        on disebut.jenis = 'nik' and disebut.nomor = lalu.nik and lalu.id_rilis = {{ id_sebelum() }}
    left join {{ penerus('individu') }} as penerus on lalu.uid_individu = penerus.uid
    left join {{ ref('golden_individu__nik') }} as kini on lalu.uid_individu = kini.uid
    where penerus.uid is null and kini.uid is null
),

orang_lama as (
    -- Persons who have the number as a further NIK, or had it before Dukcapil replaced it.
    select disebut.nomor, lama.uid, lama.uid_rumah_tangga
    from disebut
    inner join (
        select golden.uid, golden.uid_rumah_tangga, lain.nik
        from {{ ref('golden_individu__nik') }} as golden
        cross join lateral unnest(golden.nik_lain) as lain (nik)
        where golden.nik_lain is not null
    ) as lama on disebut.jenis = 'nik' and disebut.nomor = lama.nik
    union
    select disebut.nomor, golden.uid, golden.uid_rumah_tangga
    from disebut
    inner join {{ source('identitas', 'alias') }} as alias
        on disebut.jenis = 'nik' and disebut.nomor = alias.nik and alias.id_rilis = {{ id_rilis() }}
    inner join {{ ref('golden_individu__nik') }} as golden on alias.uid = golden.uid
),

rumah as (
    -- Households whose published KK number it is, or was in the release before if no registry lists them this month.
    select disebut.nomor, golden.uid
    from disebut
    inner join {{ ref('golden_rumah_tangga') }} as golden on disebut.jenis = 'no_kk' and disebut.nomor = golden.no_kk
    union all
    select disebut.nomor, lalu.uid_rumah_tangga
    from disebut
    inner join {{ source('rilis', 'rumah_tangga') }} as lalu
        on disebut.jenis = 'no_kk' and disebut.nomor = lalu.no_kk and lalu.id_rilis = {{ id_sebelum() }}
    left join {{ penerus('rumah_tangga') }} as penerus on lalu.uid_rumah_tangga = penerus.uid
    left join {{ ref('golden_rumah_tangga') }} as kini on lalu.uid_rumah_tangga = kini.uid
    where penerus.uid is null and kini.uid is null
),

rumah_lama as (
    -- Households that have it as a further KK number.
    select disebut.nomor, lama.uid
    from disebut
    inner join (
        select golden.uid, lain.no_kk
        from {{ ref('golden_rumah_tangga') }} as golden
        cross join lateral unnest(golden.no_kk_lain) as lain (no_kk)
        where golden.no_kk_lain is not null
    ) as lama on disebut.jenis = 'no_kk' and disebut.nomor = lama.no_kk
),

calon as (
    -- One row per number and person or household: `kelas` 1 if
    -- published with the number, 2 if it had the number before.
    select 'nik' as jenis, nomor, 1 as kelas, uid as uid_individu, uid_rumah_tangga, ganda from orang
    union all
    select 'nik', nomor, 2, uid, uid_rumah_tangga, false from orang_lama
    union all
    select 'no_kk', nomor, 1, null, uid, false from rumah
    union all
    select 'no_kk', nomor, 2, null, uid, false from rumah_lama
),

terbaik as (
    -- A number that is published for somebody does not also count as an old number of somebody else.
    select calon.*, min(calon.kelas) over (partition by calon.jenis, calon.nomor) as kelas_terbaik
    from calon
),

casework_nomor as (
    select
        jenis,
        nomor,
        case when count(*) = 1 and not coalesce(bool_or(ganda), false) then min(uid_individu) end as uid_individu,
        case when count(*) = 1 and not coalesce(bool_or(ganda), false) then min(uid_rumah_tangga) end
            as uid_rumah_tangga,
        count(*) as jumlah
    from terbaik
    where kelas = kelas_terbaik
    group by jenis, nomor
)

select * from casework_nomor
