-- To whom a NIK or KK number leads that a case or a visit names: to the one person or household published with it, else
-- to the one that had it before. A number that several have leads to nobody.
with disebut as (
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
    select disebut.nomor, golden.uid, golden.uid_rumah_tangga, golden.hasil = 'nik_ganda' as ganda
    from disebut
    inner join {{ ref('golden_individu__nik') }} as golden on disebut.jenis = 'nik' and disebut.nomor = golden.nik
    union all
    -- Whom no registry carries this month.
    select disebut.nomor, lalu.uid_individu, lalu.uid_rumah_tangga, false
    from disebut
    inner join {{ source('rilis', 'individu') }} as lalu
        on disebut.jenis = 'nik' and disebut.nomor = lalu.nik and lalu.id_rilis = {{ id_sebelum() }}
    left join {{ penerus('individu') }} as penerus on lalu.uid_individu = penerus.uid
    left join {{ ref('golden_individu__nik') }} as kini on lalu.uid_individu = kini.uid
    where penerus.uid is null and kini.uid is null
),

orang_lama as (
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
    select 'nik' as jenis, nomor, 1 as kelas, uid as uid_individu, uid_rumah_tangga, ganda from orang
    union all
    select 'nik', nomor, 2, uid, uid_rumah_tangga, false from orang_lama
    union all
    select 'no_kk', nomor, 1, null, uid, false from rumah
    union all
    select 'no_kk', nomor, 2, null, uid, false from rumah_lama
),

terbaik as (
    -- A number published with somebody is not also an old one of somebody else.
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
