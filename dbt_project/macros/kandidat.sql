{# The id of the release that is being built comes from the session (sinkron.dbt sets it), not from dbt variables,
   because a changed variable makes dbt parse the whole project again. #}
{% macro id_rilis() %}current_setting('sinkron.id_rilis'){% endmacro %}
{% macro periode() %}split_part(current_setting('sinkron.id_rilis'), '/', 1){% endmacro %}
{% macro revisi() %}split_part(current_setting('sinkron.id_rilis'), '/', 2)::int{% endmacro %}
{% macro id_sebelum() %}nullif(current_setting('sinkron.id_sebelum'), ''){% endmacro %}
{# The release of an earlier month that this one builds on. It differs from id_sebelum if this is a revision: the
   release that it replaces is of the same month. #}
{% macro id_bulan_lalu() %}nullif(current_setting('sinkron.id_bulan_lalu'), ''){% endmacro %}
{# The last day of that month. #}
{% macro akhir_bulan_lalu() -%}
    (to_date(split_part({{ id_bulan_lalu() }}, '/', 1), 'YYYY-MM') + interval '1 month')::date - 1
{%- endmacro %}

{# Ids that were merged into others, as of this candidate: uid and digantikan_oleh of a grain. #}
{% macro penerus(grain) -%}
    (
        select uid, digantikan_oleh from identitas.penerus({{ id_rilis() }}) where grain = '{{ grain }}'
    )
{%- endmacro %}
{# The last day of the period. Ages and expiry dates are calculated for this day (rules.md). #}
{% macro tanggal_acuan() %}current_setting('sinkron.tanggal_acuan')::date{% endmacro %}

{# The delivery of a source that is used for this candidate. #}
{% macro kiriman(sumber) -%}
    (
        select susunan.id_kiriman from buku.susunan as susunan
        where susunan.id_rilis = {{ id_rilis() }} and susunan.sumber = '{{ sumber }}'
    )
{%- endmacro %}

{# A dated threshold: the newest row of the seed that is in force on the reference date. #}
{% macro ambang(nama) -%}
    (
        select ambang.nilai from {{ ref('ambang') }} as ambang
        where ambang.nama = '{{ nama }}' and ambang.berlaku_dari <= {{ tanggal_acuan() }}
        order by ambang.berlaku_dari desc limit 1
    )
{%- endmacro %}

{# Whether a point is outside the box around the district (dated thresholds). Null if one coordinate is missing and the
   other one is inside. #}
{% macro di_luar_kotak(lat, lon) -%}
    (
        {{ lon }} not between {{ ambang('kotak_lon_dari') }} and {{ ambang('kotak_lon_sampai') }}
        or {{ lat }} not between {{ ambang('kotak_lat_dari') }} and {{ ambang('kotak_lat_sampai') }}
    )
{%- endmacro %}

{# Whether a released row of a grain is carried on into this candidate. This is so in two cases: last month's release
   has it, or the release that this candidate revises has it and its id was merged into another one since. Without the
   second case readers would have an id of which nothing is known. #}
{% macro berlanjut(grain, tabel=none) -%}
    {%- set tabel = tabel or grain -%}
    (
        {{ tabel }}.id_rilis = {{ id_bulan_lalu() }}
        or {{ tabel }}.id_rilis = {{ id_sebelum() }} and penerus.digantikan_oleh is not null
        and not exists (
            select from {{ source('rilis', grain) }} as dulu
            where dulu.id_rilis = {{ id_bulan_lalu() }} and dulu.uid_{{ grain }} = {{ tabel }}.uid_{{ grain }}
        )
    )
{%- endmacro %}
