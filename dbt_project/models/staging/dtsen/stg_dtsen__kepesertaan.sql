select
    id_kiriman,
    nomor_baris,
    id_keluarga,
    id_anggota,
    program,
    periode_salur,
    status,
    sumber_dana
from {{ source('dtsen', 'dtsen_kepesertaan') }}
where id_kiriman = {{ kiriman('dtsen') }} and nasib is null
