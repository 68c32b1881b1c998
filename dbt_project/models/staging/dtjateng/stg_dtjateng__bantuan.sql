select
    id_kiriman,
    nomor_baris,
    id_rt,
    id_ind,
    program,
    tahun,
    sumber_dana
from {{ source('dtjateng', 'dtjateng_bantuan') }}
where id_kiriman = {{ kiriman('dtjateng') }} and nasib is null
