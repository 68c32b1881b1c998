select
    id_kiriman,
    nomor_baris,
    id_ind,
    id_rt,
    nik as nik_mentah,
    {{ angka('nik') }} as nik_angka,
    {{ teks_nama('nama') }} as nama,
    jenis_kelamin,
    tanggal_lahir,
    nama_ibu,
    hubungan as kode_hubungan
from {{ source('dtjateng', 'dtjateng_anggota') }}
where id_kiriman = {{ kiriman('dtjateng') }} and nasib is null
