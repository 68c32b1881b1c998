{# Builds the CTE `terpilih` from the CTE `semua`. `semua` is what the records say of cells: uid, kolom, nilai, menang
   (the published value), sumber, id_sumber, id_kiriman, tanggal, prioritas, utama, kode_desa. `terpilih` has one row
   per cell: the winner, and the records that lost. #}
{% macro asal_terpilih() -%}
berlabel as (
    select
        semua.uid, semua.kolom, semua.sumber, semua.id_sumber, semua.id_kiriman, semua.tanggal,
        semua.prioritas, semua.utama, semua.kode_desa,
        coalesce(kode.label, semua.nilai) as nilai, coalesce(kode_menang.label, semua.menang) as menang,
        -- The winner is the record that carries the published value. If the value was withheld (a damaged or shared
        -- NIK), it is shown only here, from the main record.
        row_number() over (
            partition by semua.uid, semua.kolom
            order by
                semua.nilai = semua.menang desc nulls last, semua.utama desc, semua.prioritas,
                semua.tanggal desc nulls last, semua.id_sumber
        ) as ke
    from semua
    left join {{ ref('kode') }} as kode
        on semua.kolom = kode.kolom and semua.nilai = kode.kode and kode.kolom <> 'keberadaan'
    left join {{ ref('kode') }} as kode_menang
        on semua.kolom = kode_menang.kolom and semua.menang = kode_menang.kode and kode_menang.kolom <> 'keberadaan'
),

-- One row per cell, made in one pass over the sorted records: the winner's values, and the records that lost as a list.
terkumpul as (
    select
        uid, kolom,
        {% for kolom in ['nilai', 'menang', 'sumber', 'id_sumber', 'id_kiriman', 'tanggal', 'kode_desa'] -%}
        max({{ kolom }}) filter (where ke = 1) as {{ kolom }},
        {% endfor -%}
        bool_or(utama) filter (where ke = 1) as utama,
        jsonb_agg(
            jsonb_build_object('sumber', sumber, 'id_sumber', id_sumber, 'nilai', nilai, 'tanggal', tanggal)
            order by prioritas, id_sumber
        ) filter (where nilai is distinct from menang and (ke > 1 or menang is not null)) as kalah
    from berlabel
    group by uid, kolom
),

terpilih as (
    select
        uid, kolom,
        -- A value that a rule made and no record has came from no source; then the values of all records have lost.
        coalesce(menang, nilai) as nilai,
        {% for kolom in ['sumber', 'id_sumber', 'id_kiriman', 'tanggal'] -%}
        case when (nilai <> menang) is not true then {{ kolom }} end as {{ kolom }},
        {% endfor -%}
        case
            when menang is null then 'ditahan'
            when sumber in ('dukcapil', 'verifikasi', 'rilis') then sumber
            when nilai <> menang or sumber is null then 'aturan'
            when utama then 'utama'
            else 'pengganti'
        end as aturan,
        coalesce(kalah, '[]') as kalah, kode_desa
    from terkumpul
)
{%- endmacro %}
