{# No sum of the open data tells what is hidden of it. Counts the sums that do; selects no number of them. #}
{% test sel_tertutup(model) %}
select jumlahan
from {{ jumlahan_sel(model) }} as sel
where terbaca
group by jumlahan
{% endtest %}
