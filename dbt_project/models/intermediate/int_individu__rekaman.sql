-- One standard shape for person records of all registries; the input of linkage.
with semua as (
    select
        'dtsen' as sumber, id_anggota as id_sumber, id_keluarga, id_kiriman, nomor_baris, nik_mentah, nik_angka,
        no_kk_angka, nama, jenis_kelamin, tanggal_lahir, nama_ibu, kode_hubungan, kode_keberadaan, pbi_nas, pbi_pemda,
        case kode_keberadaan when '2' then 'meninggal' else 'hidup' end as status_hidup,
        null::date as tanggal_meninggal, tanggal
    from {{ ref('stg_dtsen__anggota') }}
    union all
    select
        'dtjateng', id_ind, id_rt, id_kiriman, nomor_baris, nik_mentah, nik_angka,
        null, nama, jenis_kelamin, tanggal_lahir, nama_ibu, kode_hubungan, null, null, null,
        null, null, null
    from {{ ref('stg_dtjateng__anggota') }}
    union all
    select
        'simnakis', id_anggota, id_keluarga, id_kiriman, nomor_baris, nik_mentah, nik_angka,
        null, nama, jenis_kelamin, tanggal_lahir, nama_ibu, kode_hubungan, null, null, null,
        status_hidup, tanggal_meninggal, null
    from {{ ref('stg_simnakis__anggota') }}
),

keluarga as (
    select sumber, id_keluarga, no_kk, kode_desa, tanggal, status, kk_terdaftar
    from {{ ref('int_rumah_tangga__rekaman') }}
),

int_individu__rekaman as (
    select
        semua.sumber, semua.id_sumber, semua.id_keluarga, semua.id_kiriman, semua.nomor_baris,
        {{ prioritas('semua.sumber') }} as prioritas,
        semua.nik_mentah,
        {{ bentuk_nik('semua.nik_angka') }} as bentuk_nik,
        case when {{ bentuk_nik('semua.nik_angka') }} = 'sah' then semua.nik_angka end as nik,
        coalesce(keluarga.no_kk, {{ kk_sah('semua.no_kk_angka') }}) as no_kk,
        semua.nama, semua.jenis_kelamin, semua.tanggal_lahir, semua.nama_ibu, hubungan.hubungan,
        semua.status_hidup, semua.tanggal_meninggal,
        case when keluarga.status = 'pindah' then 'pindah' else keberadaan.label end as keberadaan,
        semua.pbi_nas, semua.pbi_pemda, keluarga.kode_desa,
        coalesce(semua.tanggal, keluarga.tanggal) as tanggal
    from semua
    inner join keluarga on semua.sumber = keluarga.sumber and semua.id_keluarga = keluarga.id_keluarga
    left join {{ ref('hubungan') }} as hubungan
        on semua.sumber = hubungan.sumber and semua.kode_hubungan = hubungan.kode
        and coalesce(semua.jenis_kelamin, 'P') = hubungan.jenis_kelamin
    left join {{ ref('kode') }} as keberadaan
        on keberadaan.kolom = 'keberadaan' and semua.kode_keberadaan = keberadaan.kode
)

select * from int_individu__rekaman
