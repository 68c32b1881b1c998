-- One row per field verification at the month's end, with what a person has to check in it, and whether it counts as
-- proof. The first two CTEs are materialized because, if they were inlined next to `unnest`, the planner would read all
-- records again for every visit.
with kk_petugas as materialized (
    -- The KK numbers on the officers' own records.
    select distinct rekaman.nik, rekaman.no_kk
    from (
        select distinct nik_petugas from {{ ref('casework_verifikasi__sasaran') }} where nik_petugas is not null
    ) as petugas
    inner join {{ ref('int_individu__rekaman') }} as rekaman on petugas.nik_petugas = rekaman.nik
    where rekaman.no_kk is not null
),

kk_sasaran as materialized (
    -- The KK numbers of the visited households.
    select rumah.uid, nomor.no_kk
    from (
        select distinct uid_rumah_tangga from {{ ref('casework_verifikasi__sasaran') }}
    ) as sasaran
    inner join {{ ref('golden_rumah_tangga') }} as rumah on sasaran.uid_rumah_tangga = rumah.uid
    cross join lateral unnest(rumah.no_kk || rumah.no_kk_lain) as nomor (no_kk)
),

sekeluarga as (
    -- Visits to the officer's own household, found by the officer's NIK or by a KK number that both share.
    select sasaran.id_verifikasi
    from {{ ref('casework_verifikasi__sasaran') }} as sasaran
    inner join {{ ref('casework_nomor') }} as petugas
        on petugas.jenis = 'nik' and sasaran.nik_petugas = petugas.nomor
        and sasaran.uid_rumah_tangga = petugas.uid_rumah_tangga
    union
    select sasaran.id_verifikasi
    from {{ ref('casework_verifikasi__sasaran') }} as sasaran
    inner join kk_sasaran on sasaran.uid_rumah_tangga = kk_sasaran.uid
    inner join kk_petugas on sasaran.nik_petugas = kk_petugas.nik and kk_sasaran.no_kk = kk_petugas.no_kk
),

penyetuju as (
    -- Names of the people who approve. A visit by one of them gets the flag PETUGAS_TERKAIT.
    select distinct lower(btrim(nama)) as nama from {{ source('keputusan', 'penyetuju') }}
),

alasan as (
    -- Reason codes that are in force.
    select distinct kode from {{ ref('alasan') }} where berlaku_dari <= {{ tanggal_acuan() }}
),

bertanda as (
    -- One row per visit, with all flags (`tanda`).
    select
        sasaran.*,
        array_remove(sasaran.perlu_periksa, 'ALASAN_TIDAK_DIKENAL') || array_remove(array[
            case
                when sasaran.alasan is not null and alasan.kode is null then 'ALASAN_TIDAK_DIKENAL'
            end,
            case when sasaran.sasaran_bertentangan then 'BERTENTANGAN' end,
            case when foto.dokumen is not null then 'FOTO_DIPAKAI_LAIN' end,
            case when {{ di_luar_kotak('sasaran.lat', 'sasaran.lon') }} then 'LOKASI_DI_LUAR' end,
            case when sekeluarga.id_verifikasi is not null or penyetuju.nama is not null then 'PETUGAS_TERKAIT' end,
            case when sasaran.tanggal < sasaran.kasus_dibuat then 'URUTAN_TANGGAL' end
        ], null) as tanda
    from {{ ref('casework_verifikasi__sasaran') }} as sasaran
    left join alasan on sasaran.alasan = alasan.kode
    left join {{ ref('casework_foto') }} as foto on 'verifikasi/' || sasaran.id_verifikasi = foto.dokumen
    left join sekeluarga on sasaran.id_verifikasi = sekeluarga.id_verifikasi
    left join penyetuju on lower(btrim(sasaran.petugas)) = penyetuju.nama
),

dinilai as (
    -- One row per visit: it is valid (`sah`) if it has no flag and its household is known.
    select
        *,
        (select coalesce(array_agg(distinct t.kode order by t.kode), '{}') from unnest(tanda) as t (kode))
            as semua_tanda,
        tanda = '{}' and uid_rumah_tangga is not null as sah
    from bertanda
),

casework_verifikasi as (
    select
        id_verifikasi, jenis, rujukan, id_kasus, uid_rumah_tangga, uid_individu, petugas, tanggal, hasil, alasan,
        program, semua_tanda as perlu_periksa, sah,
        -- Another valid visit of the same case, or to the same household in the same month, found the opposite.
        sah and (
            (
                bool_or(sah and hasil in {{ temuan() }}) over satu_kasus
                and bool_or(sah and hasil = 'layak') over satu_kasus
            )
            or (
                bool_or(sah and hasil in ('mampu', 'tidak_ditemukan')) over satu_bulan
                and bool_or(sah and hasil = 'layak') over satu_bulan
            )
        ) as dibantah
    from dinilai
    window
        satu_kasus as (partition by coalesce(id_kasus, 'verifikasi/' || id_verifikasi)),
        satu_bulan as (
            partition by coalesce(uid_rumah_tangga, 'verifikasi/' || id_verifikasi), date_trunc('month', tanggal)
        )
)

select * from casework_verifikasi
