-- Households that receive something now, from whatever payer; aid of the dwelling is no programme that could end.
select uid_rumah_tangga, bool_or(grain <> 'hunian') as berprogram
from {{ ref('golden_kepesertaan') }}
where status = 'AKTIF'
group by uid_rumah_tangga
