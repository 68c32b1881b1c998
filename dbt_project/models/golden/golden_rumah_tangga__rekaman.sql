-- One row per family record, with its uid. `ke` = 1 is the household's newest record of that source. `segar` numbers
-- these newest records by their own date, 1 is the newest.
with bertaut as (
    select
        rekaman.*,
        tautan.uid,
        tautan.utama,
        tautan.aturan,
        num_nonnulls({{ kolom_lengkap() | join(', ') }}) > 0 as lengkap,
        tautan.ke
    from {{ ref('int_rumah_tangga__rekaman') }} as rekaman
    inner join {{ source('identitas', 'tautan') }} as tautan
        on rekaman.sumber = tautan.sumber and rekaman.id_keluarga = tautan.id_sumber
    where tautan.id_rilis = {{ id_rilis() }} and tautan.grain = 'rumah_tangga'
)

select
    bertaut.*,
    case when ke = 1 then
        row_number() over (partition by uid, ke order by tanggal desc nulls last, prioritas)
    end as segar
from bertaut
