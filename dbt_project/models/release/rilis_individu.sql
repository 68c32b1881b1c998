{{ config(alias='individu', indexes=[{'columns': ['nik']}, {'columns': ['uid_rumah_tangga']}]) }}
{#- The condition for not publishing a NIK: two people carry it, as published here or as Dukcapil says, or they did when
    a registry last listed the person. #}
{%- set ditahan -%}
    nik_ganda.nik is not null or coalesce(semua.bentuk_nik = 'ganda', false)
    or coalesce(semua.hasil_dukcapil = 'nik_ganda', false)
{%- endset %}
-- One row per person whom a registry lists now or whom last month's release published: nobody disappears only because
-- the sources do not mention the person.
with kini as not materialized (select * from {{ ref('golden_individu') }}),

lalu as (
    -- One row per earlier published person whom no registry lists now.
    select individu.*, penerus.digantikan_oleh as pengganti, coalesce(individu.nik, ditahan.nilai) as nik_dikenal
    from {{ source('rilis', 'individu') }} as individu
    left join {{ penerus('individu') }} as penerus on individu.uid_individu = penerus.uid
    -- A number that was withheld last month is looked up in `asal_usul`: its holder still counts as one of the two
    -- people who carry it, even if no registry lists that person any more.
    left join {{ source('rilis', 'asal_usul') }} as ditahan
        on ditahan.id_rilis = {{ id_bulan_lalu() }} and ditahan.grain = 'individu' and ditahan.kolom = 'nik'
        and ditahan.aturan = 'ditahan' and individu.nik_status = 'ganda' and individu.uid_individu = ditahan.uid
    where {{ berlanjut('individu') }}
        and not exists (select 1 from kini where kini.uid = individu.uid_individu)
),

tempat_lalu as (
    -- One row per household that was merged, with the household that replaces it.
    select * from {{ penerus('rumah_tangga') }} as penerus
),

semua as (
    -- The persons whom a registry lists now, then those kept from last month, in one shape.
    select
        uid, uid_rumah_tangga, nik, bentuk_nik, nama, jenis_kelamin, tanggal_lahir, hubungan, status_hidup,
        tanggal_meninggal, keberadaan, nik_lain, null::text as digantikan_oleh, {{ kolom_tercatat() | join(', ') }},
        rekaman_identitas, hasil_dukcapil, null::text as kode_desa_lalu
    from kini
    union all
    select
        lalu.uid_individu, coalesce(tempat_lalu.digantikan_oleh, lalu.uid_rumah_tangga), lalu.nik_dikenal,
        lalu.nik_status, lalu.nama, lalu.jenis_kelamin, lalu.tanggal_lahir, lalu.hubungan, lalu.status_hidup,
        lalu.tanggal_meninggal,
        -- A superseded id is not a member of the household any more.
        case when lalu.pengganti is not null then 'pindah' else lalu.keberadaan end,
        lalu.nik_lain, lalu.pengganti, {{ 'false, ' * (sumber() | length) }}lalu.rekaman_identitas, null,
        lalu.kode_desa
    from lalu
    left join tempat_lalu on lalu.uid_rumah_tangga = tempat_lalu.uid
),

nik_ganda as (
    -- NIK that more than one person carries.
    select nik from semua where nik is not null and digantikan_oleh is null group by nik having count(*) > 1
),

rilis_individu as (
    select
        {{ periode() }}::text as periode,
        {{ revisi() }} as revisi,
        semua.uid as uid_individu,
        semua.uid_rumah_tangga,
        case when not ({{ ditahan }}) then semua.nik end as nik,
        case when not ({{ ditahan }}) then {{ samar('semua.nik') }} end as nik_samar,
        case
            when {{ ditahan }} then 'ganda'
            when semua.nik is null
                then case when semua.bentuk_nik in ('rusak', 'sementara', 'ganda') then semua.bentuk_nik else 'kosong' end
            when semua.hasil_dukcapil in ('tidak_padan_tgl_lahir', 'nik_tidak_ditemukan') then 'tidak_padan'
            when semua.hasil_dukcapil is not null then 'padan'
            -- A person whom no registry lists now keeps the status of last month (`semua.bentuk_nik` holds it).
            when semua.bentuk_nik in ('padan', 'tidak_padan') then semua.bentuk_nik
            else 'belum_diperiksa'
        end as nik_status,
        semua.nama,
        {{ samar_nama('semua.nama') }} as nama_samar,
        semua.jenis_kelamin,
        semua.tanggal_lahir,
        case
            when semua.tanggal_lahir is null then null
            when semua.tanggal_lahir > {{ tanggal_acuan() }} - interval '6 years' then '0-5'
            when semua.tanggal_lahir > {{ tanggal_acuan() }} - interval '13 years' then '6-12'
            when semua.tanggal_lahir > {{ tanggal_acuan() }} - interval '18 years' then '13-17'
            when semua.tanggal_lahir > {{ tanggal_acuan() }} - interval '60 years' then '18-59'
            else '60+'
        end as kelompok_umur,
        semua.hubungan,
        semua.status_hidup,
        semua.tanggal_meninggal,
        semua.keberadaan,
        semua.nik_lain,
        semua.digantikan_oleh,
        {% for kolom in kolom_tercatat() -%}
        semua.{{ kolom }},
        {% endfor -%}
        semua.rekaman_identitas,
        -- A person whose last household is gone keeps that household's village, for the readers of that area.
        coalesce(rumah.kode_desa, rumah_lalu.kode_desa, semua.kode_desa_lalu) as kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from semua
    left join nik_ganda on semua.nik = nik_ganda.nik
    left join {{ ref('golden_rumah_tangga') }} as rumah on semua.uid_rumah_tangga = rumah.uid
    left join {{ source('rilis', 'rumah_tangga') }} as rumah_lalu
        on rumah_lalu.id_rilis = {{ id_bulan_lalu() }} and semua.uid_rumah_tangga = rumah_lalu.uid_rumah_tangga
)

select * from rilis_individu
