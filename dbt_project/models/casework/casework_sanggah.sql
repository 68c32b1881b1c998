-- One row per proposal and objection against it. Citizens may name the proposal row, the complaint, or the visit.
with casework_sanggah as (
    select distinct usulan.id_baris, keberatan.id_sanggah as rujukan, keberatan.keadaan, keberatan.tanggal
    from {{ ref('casework_keberatan') }} as keberatan
    inner join (
        select id_baris, id_baris as nama from {{ source('kasus', 'usulan') }}
        union
        select id_baris, bukti from {{ source('kasus', 'usulan') }}
        union
        select id_baris, id_kasus from {{ source('kasus', 'usulan') }}
    ) as usulan on keberatan.dituju = usulan.nama
)

select * from casework_sanggah
