-- One row per household that receives something now, from any payer. `berprogram`: it has a programme that can end,
-- which aid for the dwelling is not.
select uid_rumah_tangga, bool_or(grain <> 'hunian') as berprogram
from {{ ref('golden_kepesertaan') }}
where status = 'AKTIF'
group by uid_rumah_tangga
