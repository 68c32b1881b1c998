-- One row per complaint or application at the month's end: what it says about the person or family that it is about. A
-- number is null if it cannot be a valid one. Whom a number belongs to is in casework_nomor.
with casework_sebutan as (
    select
        'aduan/' || id_sumber as id_kasus,
        'aduan' as sumber,
        id_sumber,
        dibuat,
        alasan,
        {{ nik_sah('terlapor_nik') }} as nik,
        {{ kk_sah(angka('terlapor_no_kk')) }} as no_kk,
        terlapor_nama as nama,
        terlapor_kode_desa as kode_desa,
        terlapor_desa as desa,
        terlapor_kecamatan as kecamatan,
        terlapor_rt as rt,
        null::numeric as lat,
        null::numeric as lon,
        null::jsonb as foto
    from kasus.aduan_pada({{ akhir_bulan() }})
    union all
    select
        'pengajuan/' || id_sumber,
        'pengajuan',
        id_sumber,
        dibuat,
        null,
        {{ nik_sah('pemohon_nik') }},
        {{ kk_sah(angka('pemohon_no_kk')) }},
        pemohon_nama,
        kode_desa,
        null,
        null,
        null,
        lat,
        lon,
        foto
    from kasus.pengajuan_pada({{ akhir_bulan() }})
)

select * from casework_sebutan
