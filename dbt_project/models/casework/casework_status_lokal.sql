-- One row per recipient and programme, with one column per source: what the source's receiver did with the newest
-- proposal row, as a rank. If there are several ranks, the lowest counts (contracts/published.md,
-- `kepesertaan.status_lokal`).
with lama as (
    -- Proposals of earlier candidates that are not cancelled, with their recipient (the person, or the household).
    select *, coalesce(uid_individu, uid_rumah_tangga) as penerima
    from {{ ref('casework_usulan__lama') }}
    where not dibatalkan and not kemudian
),

butir as (
    -- One row per recipient, programme and receiver: the newest proposal row and its state there.
    select distinct on (lama.penerima, lama.program, keadaan.tujuan)
        lama.penerima, lama.program, {{ sumber_tujuan('keadaan.tujuan') }} as sumber, keadaan.status, cocok.hasil
    from lama
    inner join antrean.keadaan_pada({{ kandidat_dibuat() }}) as keadaan on lama.id_baris = keadaan.id_baris
    left join {{ ref('casework_pencocokan') }} as cocok
        on lama.id_baris = cocok.id_baris and keadaan.tujuan = cocok.tujuan
    order by lama.penerima, lama.program, keadaan.tujuan, lama.tanggal_verifikasi desc, lama.id_baris
),

diusulkan as (
    select distinct coalesce(uid_individu, uid_rumah_tangga) as penerima, program from {{ ref('casework_usulan') }}
),

berperingkat as (
    -- The rank is the position in the list of states in rilis_kepesertaan; null if there is nothing to say.
    select
        coalesce(butir.penerima, diusulkan.penerima) as penerima,
        coalesce(butir.program, diusulkan.program) as program,
        coalesce(butir.sumber, semua.sumber) as sumber,
        case
            when butir.hasil = 'belum_tercermin'
                or (butir.hasil is null and butir.status in ('belum_tercermin', 'muncul_kembali')) then 1
            when butir.status = 'ditolak' then 2
            when butir.hasil = 'tercermin' or butir.status = 'tercermin' then 4
            when diusulkan.penerima is not null and coalesce(butir.status, '') <> 'tidak_berlaku' then 3
        end as peringkat
    from diusulkan
    cross join (values {% for s in sumber() %}('{{ s }}'){{ ', ' if not loop.last }}{% endfor %}) as semua (sumber)
    full join butir
        on diusulkan.penerima = butir.penerima and diusulkan.program = butir.program and semua.sumber = butir.sumber
),

casework_status_lokal as (
    select
        penerima, program,
        {% for s in sumber() -%}
        min(peringkat) filter (where sumber = '{{ s }}') as {{ s }}{{ ',' if not loop.last }}
        {% endfor %}
    from berperingkat
    where peringkat is not null
    group by penerima, program
)

select * from casework_status_lokal
