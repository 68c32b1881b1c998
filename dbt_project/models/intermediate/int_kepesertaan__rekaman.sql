-- One row per membership record, in one standard shape for all registries, still with the sources' own ids.
with semua as (
    select
        'dtsen' as sumber, id_keluarga, id_anggota, id_kiriman, nomor_baris, program, periode_salur, status, sumber_dana
    from {{ ref('stg_dtsen__kepesertaan') }}
    union all
    -- A DTJateng aid counts as active in its year.
    select
        'dtjateng', id_rt, id_ind, id_kiriman, nomor_baris, program, tahun::text,
        case when tahun::text = left({{ periode() }}, 4) then 'AKTIF' else 'TIDAK_AKTIF' end, sumber_dana
    from {{ ref('stg_dtjateng__bantuan') }}
    union all
    -- A Simnakis programme counts while it has not ended.
    select
        'simnakis', id_keluarga, null, id_kiriman, nomor_baris, program, null,
        case
            when coalesce(mulai, {{ tanggal_acuan() }}) <= {{ tanggal_acuan() }}
                and coalesce(selesai, {{ tanggal_acuan() }}) >= {{ tanggal_acuan() }} then 'AKTIF'
            else 'TIDAK_AKTIF'
        end,
        null
    from {{ ref('stg_simnakis__kepesertaan') }}
),

int_kepesertaan__rekaman as (
    select
        semua.sumber, semua.id_keluarga, semua.id_anggota, semua.id_kiriman, semua.nomor_baris, semua.program,
        semua.periode_salur, semua.status, {{ prioritas('semua.sumber') }} as prioritas,
        coalesce(semua.sumber_dana, nullif(program.sumber_dana, ''), case semua.sumber when 'simnakis' then 'KABUPATEN' end)
            as sumber_dana,
        coalesce(program.grain, 'keluarga') as grain
    from semua
    left join {{ ref('program') }} as program on semua.program = program.program
)

select * from int_kepesertaan__rekaman
