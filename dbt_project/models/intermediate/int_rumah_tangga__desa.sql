-- One row per DTJateng family whose row names no kecamatan: its village. It is taken from the same family elsewhere
-- (rules.md): from another registry, where the family is found by its KK number or by its members, else from the
-- release before. The name of the village alone is not enough, because villages of several kecamatan share one
-- (domain.md 8, case 16).
with kosong as materialized (
    -- Only a valid KK number: any other, such as all zeros, would match unrelated families.
    select id_rt, {{ kk_sah('no_kk_angka') }} as no_kk, replace(upper(nama_desa), ' ', '') as desa
    from {{ ref('stg_dtjateng__rumah_tangga') }}
    where kode_desa is null
),

penghuni as materialized (
    select kosong.id_rt, kosong.desa, anggota.nik_angka as nik
    from kosong
    inner join {{ ref('stg_dtjateng__anggota') }} as anggota on kosong.id_rt = anggota.id_rt
),

orang as (
    select id_rt, desa, nik from penghuni where {{ bentuk_nik('nik') }} = 'sah'
),

tercatat as (
    -- Compared with the number as the other registry wrote it, because
    -- hardly any of that half a million numbers has to be repaired.
    select orang.id_rt, orang.desa, keluarga.kode_desa
    from orang
    inner join {{ ref('stg_dtsen__anggota') }} as anggota on orang.nik = anggota.nik_mentah
    inner join {{ ref('stg_dtsen__keluarga') }} as keluarga on anggota.id_keluarga = keluarga.id_keluarga
    union all
    select orang.id_rt, orang.desa, keluarga.kode_desa
    from orang
    inner join {{ ref('stg_simnakis__anggota') }} as anggota on orang.nik = anggota.nik_mentah
    inner join {{ ref('stg_simnakis__keluarga') }} as keluarga on anggota.id_keluarga = keluarga.id_keluarga
),

petunjuk as (
    -- One row per family and clue to its village. The clue with the lowest `urutan` wins.
    select kosong.id_rt, 1 as urutan, keluarga.kode_desa
    from kosong
    inner join {{ ref('stg_dtsen__keluarga') }} as keluarga on kosong.no_kk = keluarga.no_kk_angka
    union all
    select kosong.id_rt, 2, keluarga.kode_desa
    from kosong
    inner join {{ ref('stg_simnakis__keluarga') }} as keluarga on kosong.no_kk = keluarga.no_kk_angka
    union all
    -- A member who married and moved away is listed in another village. So only villages of the given name count, and
    -- only if there is exactly one.
    select tercatat.id_rt, 3, min(tercatat.kode_desa)
    from tercatat
    inner join {{ ejaan_desa() }} as ejaan
        on tercatat.kode_desa = ejaan.kode and coalesce(tercatat.desa, ejaan.desa) = ejaan.desa
    group by tercatat.id_rt
    having count(distinct tercatat.kode_desa) = 1
    union all
    select tautan.id_sumber, 4, lalu.kode_desa
    from {{ source('rilis', 'tautan') }} as tautan
    inner join {{ source('rilis', 'rumah_tangga') }} as lalu
        on tautan.uid = lalu.uid_rumah_tangga and lalu.id_rilis = {{ id_sebelum() }}
    where tautan.id_rilis = {{ id_sebelum() }} and tautan.grain = 'rumah_tangga' and tautan.sumber = 'dtjateng'
        -- An array, so that Postgres looks up these few rows by index.
        and tautan.id_sumber = any(array(select kosong.id_rt from kosong))
    union all
    select kosong.id_rt, 5, lalu.kode_desa
    from kosong
    inner join {{ source('rilis', 'rumah_tangga') }} as lalu
        on kosong.no_kk = lalu.no_kk and lalu.id_rilis = {{ id_sebelum() }}
),

int_rumah_tangga__desa as (
    select distinct on (id_rt) id_rt as id_keluarga, kode_desa
    from petunjuk
    where kode_desa is not null
    order by id_rt, urutan, kode_desa
)

select * from int_rumah_tangga__desa
