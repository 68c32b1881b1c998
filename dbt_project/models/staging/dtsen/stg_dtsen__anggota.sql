select
    id_kiriman,
    nomor_baris,
    id_anggota,
    id_keluarga,
    nomor_induk_kependudukan as nik_mentah,
    {{ angka('nomor_induk_kependudukan') }} as nik_angka,
    {{ angka('nomor_kartu_keluarga') }} as no_kk_angka,
    {{ teks_nama('nama') }} as nama,
    jenis_kelamin,
    tanggal_lahir,
    nama_ibu_kandung as nama_ibu,
    status_hubungan_keluarga as kode_hubungan,
    keberadaan as kode_keberadaan,
    pbi_nas,
    pbi_pemda,
    tanggal_pemutakhiran as tanggal
from {{ source('dtsen', 'dtsen_anggota') }}
where id_kiriman = {{ kiriman('dtsen') }} and nasib is null
