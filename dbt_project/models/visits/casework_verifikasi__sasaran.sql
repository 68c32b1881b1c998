-- One row per field verification, with the person and the family that it is about: those that the officer named, or
-- those of the case if the officer named nobody (rules.md "Cases and deactivation").
with verifikasi as (
    select *, {{ nik_sah('nik') }} as nik_baku, {{ nik_sah('petugas_nik') }} as nik_petugas
    from kasus.verifikasi_pada({{ akhir_bulan() }})
),

keluarga as (
    -- Simnakis families that the officers named, with their households.
    select verifikasi.id_keluarga, min(rekaman.uid) as uid
    from (select distinct id_keluarga from verifikasi where id_keluarga is not null) as verifikasi
    inner join {{ ref('golden_rumah_tangga__rekaman') }} as rekaman
        on rekaman.sumber = 'simnakis' and verifikasi.id_keluarga = rekaman.id_keluarga
    group by verifikasi.id_keluarga
),

bertaut as (
    -- One row per visit, with the person and household that the officer named and those of the case.
    select
        verifikasi.*,
        kasus.id_kasus,
        {{ hari('kasus.dibuat') }} as kasus_dibuat,
        orang.uid_individu as uid_disebut,
        orang.uid_rumah_tangga as uid_rumah_disebut,
        keluarga.uid as uid_keluarga,
        verifikasi.nik is null and verifikasi.id_keluarga is null as tanpa_sasaran,
        orang_kasus.uid_individu as uid_kasus,
        coalesce(orang_kasus.uid_rumah_tangga, rumah_kasus.uid_rumah_tangga) as uid_rumah_kasus
    from verifikasi
    left join {{ ref('casework_sebutan') }} as kasus
        on verifikasi.jenis = kasus.sumber and verifikasi.rujukan = kasus.id_sumber
    left join {{ ref('casework_nomor') }} as orang on orang.jenis = 'nik' and verifikasi.nik_baku = orang.nomor
    left join keluarga on verifikasi.id_keluarga = keluarga.id_keluarga
    left join {{ ref('casework_nomor') }} as orang_kasus on orang_kasus.jenis = 'nik' and kasus.nik = orang_kasus.nomor
    left join {{ ref('casework_nomor') }} as rumah_kasus
        on rumah_kasus.jenis = 'no_kk' and kasus.no_kk = rumah_kasus.nomor
),

rumah as (
    -- One row per visit: the household is the one of the named family, else of the named person, else of the case.
    select
        *,
        coalesce(uid_keluarga, uid_rumah_disebut, case when tanpa_sasaran then uid_rumah_kasus end) as uid_rumah_tangga
    from bertaut
),

casework_verifikasi__sasaran as (
    select
        id_sumber as id_verifikasi, jenis, rujukan, id_kasus, kasus_dibuat, uid_rumah_tangga,
        coalesce(
            uid_disebut,
            -- The person of the case, if the officer named only the family that this person lives in.
            case when nik is null and uid_rumah_kasus = uid_rumah_tangga then uid_kasus end
        ) as uid_individu,
        coalesce(uid_keluarga <> uid_rumah_disebut, false) as sasaran_bertentangan,
        petugas, nik_petugas, tanggal, hasil, alasan, program, lat, lon, foto, perlu_periksa
    from rumah
)

select * from casework_verifikasi__sasaran
