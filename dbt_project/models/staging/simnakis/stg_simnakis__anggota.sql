select
    id_kiriman,
    nomor_baris,
    id as id_anggota,
    id_keluarga,
    nik as nik_mentah,
    {{ angka('nik') }} as nik_angka,
    {{ teks_nama('nama') }} as nama,
    jenis_kelamin,
    tanggal_lahir,
    nama_ibu,
    lower(hubungan) as kode_hubungan,
    lower(status_hidup) as status_hidup,
    tanggal_meninggal
from {{ source('simnakis', 'simnakis_anggota') }}
where id_kiriman = {{ kiriman('simnakis') }} and nasib is null
