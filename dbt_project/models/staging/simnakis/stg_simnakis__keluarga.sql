select
    id_kiriman,
    nomor_baris,
    id as id_keluarga,
    {{ angka('no_kk') }} as no_kk_angka,
    alamat,
    dusun,
    rt,
    rw,
    kode_desa,
    lat,
    lon,
    lower(status) as status,
    {% for kolom in kolom_rumah() %}{{ kolom }},
    {% endfor %}(diubah at time zone 'Asia/Jakarta')::date as tanggal
from {{ source('simnakis', 'simnakis_keluarga') }}
where id_kiriman = {{ kiriman('simnakis') }} and nasib is null
