{# These columns together occur once. Counts the keys that occur more often; selects no value of them. #}
{% test unik_bersama(model, kolom) %}
select count(*) as kali
from {{ model }}
group by {{ kolom | join(', ') }}
having count(*) > 1
{% endtest %}
