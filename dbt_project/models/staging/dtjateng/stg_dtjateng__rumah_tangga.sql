select
    id_kiriman,
    nomor_baris,
    id_rt,
    {{ angka('no_kk') }} as no_kk_angka,
    alamat,
    dusun,
    rt,
    rw,
    kode_desa,
    nama_desa,
    {% for kolom in kolom_rumah() %}{{ kolom }},
    {% endfor %}peringkat_provinsi,
    pembaruan as tanggal
from {{ source('dtjateng', 'dtjateng_rumah_tangga') }}
where id_kiriman = {{ kiriman('dtjateng') }} and nasib is null
