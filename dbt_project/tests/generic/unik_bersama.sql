{# These columns together occur once. Counts the rows that repeat a key; selects no value of them. By hashes of 64 bits:
   sorting numbers takes less than half the time of grouping texts. Two of a million keys share one by chance once in
   forty million months. #}
{% test unik_bersama(model, kolom) %}
{{ config(fail_calc='coalesce(max(kali), 0)') }}
select count(*) - count(distinct kunci) as kali
from (
    select hash_record_extended(row({{ kolom | join(', ') }}), 0) as kunci
    from {{ model }}
    -- A fence: without it whole rows are sorted by their hash.
    offset 0
) as kunci
having count(*) > count(distinct kunci)
{% endtest %}
