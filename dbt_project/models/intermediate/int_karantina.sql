-- Rows quarantined at landing, and rows that cannot be resolved only now: a DTJateng family whose village is known
-- neither from another registry nor from the release before, with its members and its aid.
with tanpa_wilayah as (
    select staging.id_rt, staging.id_kiriman, staging.nomor_baris
    from {{ ref('stg_dtjateng__rumah_tangga') }} as staging
    where not exists (
        select 1 from {{ ref('int_rumah_tangga__rekaman') }} as rekaman
        where rekaman.sumber = 'dtjateng' and rekaman.id_keluarga = staging.id_rt
    )
),

int_karantina as (
    select kiriman.sumber, karantina.id_kiriman, karantina.berkas, karantina.nomor_baris, karantina.id_sumber,
        karantina.kode, true as saat_mendarat
    from {{ source('pendaratan', 'karantina') }} as karantina
    inner join {{ source('buku', 'kiriman') }} as kiriman on karantina.id_kiriman = kiriman.id_kiriman
    inner join {{ source('buku', 'susunan') }} as susunan
        on karantina.id_kiriman = susunan.id_kiriman and susunan.id_rilis = {{ id_rilis() }}
    union all
    select 'dtjateng', id_kiriman, 'rumah_tangga', nomor_baris, id_rt, 'wilayah_tidak_terpecahkan', false
    from tanpa_wilayah
    union all
    select 'dtjateng', anggota.id_kiriman, 'anggota', anggota.nomor_baris, anggota.id_ind,
        'wilayah_tidak_terpecahkan', false
    from {{ ref('stg_dtjateng__anggota') }} as anggota
    inner join tanpa_wilayah on anggota.id_rt = tanpa_wilayah.id_rt
    union all
    select 'dtjateng', bantuan.id_kiriman, 'bantuan', bantuan.nomor_baris, bantuan.id_ind,
        'wilayah_tidak_terpecahkan', false
    from {{ ref('stg_dtjateng__bantuan') }} as bantuan
    inner join tanpa_wilayah on bantuan.id_rt = tanpa_wilayah.id_rt
)

select * from int_karantina
