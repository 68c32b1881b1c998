-- Each person record with its uid; `ke` = 1 is the newest of its source for that person.
select
    rekaman.*,
    tautan.uid,
    tautan.utama,
    tautan.aturan,
    tautan.ke
from {{ ref('int_individu__rekaman') }} as rekaman
inner join {{ source('identitas', 'tautan') }} as tautan
    on rekaman.sumber = tautan.sumber and rekaman.id_sumber = tautan.id_sumber
where tautan.id_rilis = {{ id_rilis() }} and tautan.grain = 'individu'
