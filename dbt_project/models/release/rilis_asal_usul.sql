{{ config(alias='asal_usul') }}
-- Provenance of the cells that are not the plain case: sources differ, or the published value is not the main record's.
-- For all other cells the published view computes it from tautan, because storing every cell costs 20 s and 2.4 GB per
-- release (measured).
{%- set atribut_sendiri = kolom_satu_sumber() + ['desil_per', 'versi_dtsen'] + kolom_aset() %}
with tak_dimuat as (
    -- One row per person or household that no registry lists now. They keep their published values.
    select 'individu' as grain, uid_individu as uid, nik, rekaman_identitas, kode_desa
    from {{ ref('rilis_individu') }} as orang
    where not {{ tercatat('orang') }} and digantikan_oleh is null
    union all
    select 'rumah_tangga', uid_rumah_tangga, null, rekaman_identitas, kode_desa
    from {{ ref('rilis_rumah_tangga') }} as rumah
    where not {{ tercatat('rumah') }}
),

sendiri as (
    -- One row per value of such a household that only one registry provides.
    select uid, kode_desa, kolom, nilai, case kolom when 'peringkat_provinsi' then 'dtjateng' else 'dtsen' end as sumber
    from (
        select
            uid_rumah_tangga as uid, kode_desa,
            unnest(array['{{ atribut_sendiri | join("', '") }}']) as kolom,
            unnest(array[{{ atribut_sendiri | join('::text, ') }}::text]) as nilai
        from {{ ref('rilis_rumah_tangga') }} as rumah
        where not {{ tercatat('rumah') }}
    ) as atribut
    where nilai is not null
),

rekaman_lalu as (
    -- One row per such household and registry: the registry's newest record of it in last month's release.
    select distinct on (tautan.uid, tautan.sumber)
        tautan.uid, tautan.sumber, tautan.id_sumber, tautan.id_kiriman, tautan.tanggal
    from {{ source('rilis', 'tautan') }} as tautan
    inner join tak_dimuat on tak_dimuat.grain = 'rumah_tangga' and tautan.uid = tak_dimuat.uid
    where tautan.id_rilis = {{ id_bulan_lalu() }} and tautan.grain = 'rumah_tangga'
    order by tautan.uid, tautan.sumber, tautan.tanggal desc nulls last, tautan.id_sumber, tautan.nomor_baris
),

lalu as (
    -- The provenance of the kept values, taken from last month's release. If somebody else carries the NIK now, it is
    -- withheld from both persons.
    select
        asal.grain, asal.uid, asal.kolom, asal.nilai, asal.sumber, asal.id_sumber, asal.id_kiriman, asal.tanggal,
        asal.aturan, asal.kalah, tak_dimuat.kode_desa
    from tak_dimuat
    inner join {{ source('rilis', 'asal_usul') }} as asal
        on asal.id_rilis = {{ id_bulan_lalu() }} and tak_dimuat.grain = asal.grain and tak_dimuat.uid = asal.uid
    where asal.kolom <> 'nik' or asal.aturan = 'ditahan' or tak_dimuat.nik is not null
    union all
    select
        tak_dimuat.grain, tak_dimuat.uid, 'nik', dulu.nik, split_part(tak_dimuat.rekaman_identitas, '|', 1),
        substr(tak_dimuat.rekaman_identitas, strpos(tak_dimuat.rekaman_identitas, '|') + 1), null, null, 'ditahan',
        '[]', tak_dimuat.kode_desa
    from tak_dimuat
    inner join {{ source('rilis', 'individu') }} as dulu
        on dulu.id_rilis = {{ id_bulan_lalu() }} and tak_dimuat.uid = dulu.uid_individu
    where tak_dimuat.grain = 'individu' and tak_dimuat.nik is null and dulu.nik is not null
    union all
    -- Last month's release has no provenance row for this value, so the source is the registry's record of last month.
    select
        'rumah_tangga', sendiri.uid, sendiri.kolom, sendiri.nilai, rekaman.sumber, rekaman.id_sumber,
        rekaman.id_kiriman, rekaman.tanggal, 'utama', '[]', sendiri.kode_desa
    from sendiri
    inner join rekaman_lalu as rekaman on sendiri.uid = rekaman.uid and sendiri.sumber = rekaman.sumber
    where not exists (
        select from {{ source('rilis', 'asal_usul') }} as dulu
        where dulu.id_rilis = {{ id_bulan_lalu() }} and dulu.grain = 'rumah_tangga'
            and dulu.uid = sendiri.uid and dulu.kolom = sendiri.kolom
    )
),

semua as (
    {% for grain in ['individu', 'rumah_tangga'] -%}
    select
        '{{ grain }}' as grain, uid, kolom, nilai, sumber, id_sumber, id_kiriman, tanggal, aturan, kalah, kode_desa
    from {{ ref('asal_usul_' ~ grain) }}
    union all
    {% endfor -%}
    select * from lalu
)

select
    {{ periode() }}::text as periode, {{ revisi() }} as revisi, semua.*, {{ id_rilis() }}::text as id_rilis
from semua
