-- One row per person record, in one standard shape for all registries. It is the input of linkage.
with semua as (
    select
        'dtsen' as sumber, id_anggota as id_sumber, id_keluarga, id_kiriman, nomor_baris, nik_mentah, nik_angka,
        no_kk_angka, nama, nama_ibu, jenis_kelamin, tanggal_lahir, kode_hubungan, kode_keberadaan, pbi_nas, pbi_pemda,
        case kode_keberadaan when '2' then 'meninggal' else 'hidup' end as status_hidup,
        null::date as tanggal_meninggal, tanggal
    from {{ ref('stg_dtsen__anggota') }}
    union all
    select
        'dtjateng', id_ind, id_rt, id_kiriman, nomor_baris, nik_mentah, nik_angka,
        null, nama, nama_ibu, jenis_kelamin, tanggal_lahir, kode_hubungan, null, null, null,
        null, null, null
    from {{ ref('stg_dtjateng__anggota') }}
    union all
    select
        'simnakis', id_anggota, id_keluarga, id_kiriman, nomor_baris, nik_mentah, nik_angka,
        null, nama, nama_ibu, jenis_kelamin, tanggal_lahir, kode_hubungan, null, null, null,
        status_hidup, tanggal_meninggal, null
    from {{ ref('stg_simnakis__anggota') }}
),

berbentuk as (
    select *, {{ bentuk_nik('nik_angka') }} as bentuk_nik
    from semua
    -- A fence: without it Postgres computes the form again in every expression that uses it.
    offset 0
),

keluarga as (
    select sumber, id_keluarga, no_kk, kode_desa, tanggal, status, kk_terdaftar
    from {{ ref('int_rumah_tangga__rekaman') }}
),

int_individu__rekaman as (
    select
        berbentuk.sumber, berbentuk.id_sumber, berbentuk.id_keluarga, berbentuk.id_kiriman, berbentuk.nomor_baris,
        {{ prioritas('berbentuk.sumber') }} as prioritas,
        -- The number as delivered is kept only if it is not a valid NIK, because a dozen models read these rows and
        -- most rows have a valid one.
        case when berbentuk.bentuk_nik <> 'sah' then berbentuk.nik_mentah end as nik_mentah,
        berbentuk.bentuk_nik,
        case when berbentuk.bentuk_nik = 'sah' then berbentuk.nik_angka end as nik,
        coalesce(keluarga.no_kk, {{ kk_sah('berbentuk.no_kk_angka') }}) as no_kk,
        berbentuk.nama, berbentuk.nama_ibu, berbentuk.jenis_kelamin, berbentuk.tanggal_lahir, hubungan.hubungan,
        berbentuk.status_hidup, berbentuk.tanggal_meninggal,
        case when keluarga.status = 'pindah' then 'pindah' else keberadaan.label end as keberadaan,
        berbentuk.pbi_nas, berbentuk.pbi_pemda, keluarga.kode_desa,
        coalesce(berbentuk.tanggal, keluarga.tanggal) as tanggal
    from berbentuk
    inner join keluarga on berbentuk.sumber = keluarga.sumber and berbentuk.id_keluarga = keluarga.id_keluarga
    left join {{ ref('hubungan') }} as hubungan
        on berbentuk.sumber = hubungan.sumber and berbentuk.kode_hubungan = hubungan.kode
        and coalesce(berbentuk.jenis_kelamin, 'P') = hubungan.jenis_kelamin
    left join {{ ref('kode') }} as keberadaan
        on keberadaan.kolom = 'keberadaan' and berbentuk.kode_keberadaan = keberadaan.kode
)

select * from int_individu__rekaman
