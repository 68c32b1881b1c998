select
    id_kiriman,
    nomor_baris,
    id_keluarga,
    program,
    mulai,
    selesai
from {{ source('simnakis', 'simnakis_kepesertaan') }}
where id_kiriman = {{ kiriman('simnakis') }} and nasib is null
