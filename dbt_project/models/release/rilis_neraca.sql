{{ config(alias='neraca') }}
-- One row per delivered file. Conservation: every received row is counted as exactly one of published, merged,
-- quarantined or out of scope.
with susunan as (
    select sumber, id_kiriman from {{ source('buku', 'susunan') }} where id_rilis = {{ id_rilis() }}
),

diterima as (
    select susunan.sumber, pendaratan.id_kiriman, pendaratan.berkas, pendaratan.diterima
    from {{ source('buku', 'pendaratan') }} as pendaratan
    inner join susunan on pendaratan.id_kiriman = susunan.id_kiriman
),

karantina as (
    select id_kiriman, berkas, count(*) as jumlah from {{ ref('int_karantina') }} group by id_kiriman, berkas
),

nasib as (
    -- What happened to the rows of each file: people and families, then
    -- memberships, then memberships that were set aside at landing.
    select
        id_kiriman,
        case sumber
            {% for s, keluarga, _, anggota, _, _ in tabel_mendarat() -%}
            when '{{ s }}' then case grain when 'individu' then '{{ anggota }}' else '{{ keluarga }}' end
            {% endfor -%}
        end as berkas,
        count(*) filter (where nasib = 'terbit') as diterbitkan,
        count(*) filter (where nasib = 'digabung') as digabung,
        count(*) filter (where nasib = 'di_luar_lingkup') as di_luar_lingkup
    from {{ ref('rilis_tautan') }}
    where nasib <> 'karantina' and sumber <> 'pengajuan'
    group by id_kiriman, grain, sumber
    union all
    select
        rekaman.id_kiriman,
        case rekaman.sumber
            {% for s, _, _, _, _, kepesertaan in tabel_mendarat() -%}
            when '{{ s }}' then '{{ kepesertaan }}'
            {% endfor -%}
        end,
        count(golden.nomor_baris_utama),
        count(*) - count(golden.nomor_baris_utama),
        0
    from {{ ref('int_kepesertaan__rekaman') }} as rekaman
    inner join {{ ref('golden_rumah_tangga__rekaman') }} as rumah
        on rekaman.sumber = rumah.sumber and rekaman.id_keluarga = rumah.id_keluarga
    left join {{ ref('golden_kepesertaan') }} as golden
        on rekaman.id_kiriman = golden.id_kiriman_utama and rekaman.nomor_baris = golden.nomor_baris_utama
    group by rekaman.id_kiriman, rekaman.sumber
    {% for s, _, _, _, _, kepesertaan in tabel_mendarat() %}
    union all
    select
        id_kiriman, '{{ kepesertaan }}', 0, count(*) filter (where nasib = 'digabung'),
        count(*) filter (where nasib = 'di_luar_lingkup')
    from {{ source(s, s ~ '_' ~ kepesertaan) }}
    where nasib is not null and id_kiriman = {{ kiriman(s) }}
    group by id_kiriman
    {% endfor %}
),

jumlah as (
    select
        id_kiriman, berkas, sum(diterbitkan) as diterbitkan, sum(digabung) as digabung,
        sum(di_luar_lingkup) as di_luar_lingkup
    from nasib
    group by id_kiriman, berkas
),

rilis_neraca as (
    select
        {{ periode() }}::text as periode,
        {{ revisi() }} as revisi,
        diterima.id_kiriman,
        diterima.sumber,
        diterima.berkas,
        diterima.diterima::bigint as diterima,
        (diterima.diterima - coalesce(karantina.jumlah, 0))::bigint as dimuat,
        coalesce(karantina.jumlah, 0)::bigint as dikarantina,
        coalesce(jumlah.diterbitkan, 0)::bigint as diterbitkan,
        coalesce(jumlah.digabung, 0)::bigint as digabung,
        coalesce(jumlah.di_luar_lingkup, 0)::bigint as di_luar_lingkup,
        {{ id_rilis() }}::text as id_rilis
    from diterima
    left join karantina on diterima.id_kiriman = karantina.id_kiriman and diterima.berkas = karantina.berkas
    left join jumlah on diterima.id_kiriman = jumlah.id_kiriman and diterima.berkas = jumlah.berkas
)

select * from rilis_neraca
