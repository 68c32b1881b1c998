{{ config(alias='karantina', indexes=[{'columns': ['id_sumber']}]) }}
select
    sumber,
    {{ periode() }}::text as periode,
    id_kiriman,
    berkas,
    nomor_baris,
    id_sumber,
    kode,
    {{ id_rilis() }}::text as id_rilis
from {{ ref('int_karantina') }}
