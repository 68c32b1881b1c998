{# The key of a model: one column that is never empty and never repeats (under `columns`), or several, of which some may
   be empty, that together occur once (`kolom`). Counts the rows that break it; selects no value of them. One scan, and
   one node of dbt instead of `unique` and `not_null`. By hashes of 64 bits: sorting numbers takes less than half the
   time of grouping texts. Two of a million keys share one by chance once in forty million months. #}
{% test kunci(model, kolom=none, column_name=none) %}
{{ config(fail_calc='coalesce(max(kali), 0)') }}
select count(*) - count(distinct kunci) as kali
from (
    select
        case when {{ 'true' if kolom else column_name ~ ' is not null' }}
            then hash_record_extended(row({{ (kolom or [column_name]) | join(', ') }}), 0)
        end as kunci
    from {{ model }}
    -- A fence: without it whole rows are sorted by their hash.
    offset 0
) as kunci
having count(*) > count(distinct kunci)
{% endtest %}
