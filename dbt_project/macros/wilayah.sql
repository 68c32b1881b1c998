{# One row per village and spelling of its name (seed alias_desa), without case and blanks: kode, desa, kecamatan. #}
{% macro ejaan_desa() -%}
    (
        select
            desa.kode, replace(upper(ejaan.nama), ' ', '') as desa, replace(upper(kecamatan.nama), ' ', '') as kecamatan
        from {{ ref('wilayah') }} as desa
        inner join {{ ref('wilayah') }} as kecamatan on left(desa.kode, 8) = kecamatan.kode
        cross join lateral (
            select desa.nama
            union
            select alias.alias from {{ ref('alias_desa') }} as alias where alias.kode_desa = desa.kode
        ) as ejaan
        where length(desa.kode) > 8
    )
{%- endmacro %}

{# The name of a village in title case. A name that the seed writes in mixed case is kept as it is, because title case
   would change names such as "Lamerem II" or "Ba'u". #}
{% macro nama_desa(kolom) -%}
    case when {{ kolom }} in (upper({{ kolom }}), lower({{ kolom }})) then initcap({{ kolom }}) else {{ kolom }} end
{%- endmacro %}
