select
    id_kiriman,
    nomor_baris,
    id_keluarga,
    {{ angka('nomor_kartu_keluarga') }} as no_kk_angka,
    alamat,
    dusun,
    rt,
    rw,
    kode_desa,
    {% for kolom in kolom_rumah() %}{{ kolom }},
    {% endfor %}desil_nasional,
    coalesce(exclude, false) as exclude,
    alasan_exclude,
    tanggal_pemutakhiran as tanggal
from {{ source('dtsen', 'dtsen_keluarga') }}
where id_kiriman = {{ kiriman('dtsen') }} and nasib is null
