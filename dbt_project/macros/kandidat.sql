{# What is being built comes from the session (sinkron.dbt sets it), not from dbt variables: a changed variable
   makes dbt parse the whole project again. #}
{% macro id_rilis() %}current_setting('sinkron.id_rilis'){% endmacro %}
{% macro periode() %}split_part(current_setting('sinkron.id_rilis'), '/', 1){% endmacro %}
{% macro revisi() %}split_part(current_setting('sinkron.id_rilis'), '/', 2)::int{% endmacro %}
{% macro id_sebelum() %}nullif(current_setting('sinkron.id_sebelum'), ''){% endmacro %}
{# The release of an earlier month that this one goes on from. It differs from id_sebelum where this is a revision: the
   release that it replaces is of the same month. #}
{% macro id_bulan_lalu() %}nullif(current_setting('sinkron.id_bulan_lalu'), ''){% endmacro %}
{# The last day of that month. #}
{% macro akhir_bulan_lalu() -%}
    (to_date(split_part({{ id_bulan_lalu() }}, '/', 1), 'YYYY-MM') + interval '1 month')::date - 1
{%- endmacro %}

{# Who was merged with whom as of this candidate: uid and digantikan_oleh of a grain. #}
{% macro penerus(grain) -%}
    (
        select uid, digantikan_oleh from identitas.penerus({{ id_rilis() }}) where grain = '{{ grain }}'
    )
{%- endmacro %}
{# The last day of the period: ages and expiries are reckoned by it (rules.md). #}
{% macro tanggal_acuan() %}current_setting('sinkron.tanggal_acuan')::date{% endmacro %}

{# The delivery of a source that this candidate is composed of. #}
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

{# Whether a point lies outside the box around the district (dated thresholds); null if a coordinate is missing and the
   other one lies within it. #}
{% macro di_luar_kotak(lat, lon) -%}
    (
        {{ lon }} not between {{ ambang('kotak_lon_dari') }} and {{ ambang('kotak_lon_sampai') }}
        or {{ lat }} not between {{ ambang('kotak_lat_dari') }} and {{ ambang('kotak_lat_sampai') }}
    )
{%- endmacro %}

{# Whether a released row of a grain is carried on into this candidate. That is so if it was published last month, or by
   the release that this candidate revises and its id was merged into another since: else readers would meet an id of
   which nothing is known. #}
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
