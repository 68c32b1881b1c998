-- One row per case and person who may be meant, for cases whose numbers resolve to nobody: people with a similar name
-- in the stated village, and in the stated RT if there is one. A name alone never decides that a candidate is the
-- person (domain.md 8, case 25).
with kasus as (
    select id_kasus, nik, no_kk, {{ nama_cari('nama') }} as kata, kode_desa, desa, kecamatan, rt
    from {{ ref('casework_sebutan') }}
),

dicari as (
    -- Cases to search for: their numbers resolve to nobody, and they give a name.
    select kasus.id_kasus, kasus.kata, kasus.rt, coalesce(kode.kode, nama.kode) as kode_desa
    from kasus
    left join {{ ref('casework_nomor') }} as orang on orang.jenis = 'nik' and kasus.nik = orang.nomor
    left join {{ ref('casework_nomor') }} as rumah on rumah.jenis = 'no_kk' and kasus.no_kk = rumah.nomor
    left join {{ ref('wilayah') }} as kode on kasus.kode_desa = kode.kode
    -- A village name without its kecamatan is not enough, because several villages share one name.
    left join {{ ejaan_desa() }} as nama
        on kode.kode is null and replace(upper(kasus.desa), ' ', '') = nama.desa
        and replace(upper(kasus.kecamatan), ' ', '') = nama.kecamatan
    where coalesce(orang.uid_rumah_tangga, rumah.uid_rumah_tangga) is null
        and kasus.kata is not null and kasus.kata <> array['']
),

orang as (
    select golden.uid, rumah.kode_desa, rumah.rt, {{ nama_cari('golden.nama') }} as kata
    from {{ ref('golden_individu') }} as golden
    inner join {{ ref('golden_rumah_tangga') }} as rumah on golden.uid_rumah_tangga = rumah.uid
    where rumah.kode_desa in (select dicari.kode_desa from dicari)
    -- A fence: without it Postgres normalizes every name again for each case.
    offset 0
),

casework_calon as (
    select distinct dicari.id_kasus, orang.uid as uid_individu
    from dicari
    inner join orang
        on dicari.kode_desa = orang.kode_desa and (dicari.rt is null or orang.rt is null or dicari.rt = orang.rt)
    -- Each word of the given name must be a word of the person's name or the end of one, because people are called by
    -- the end of their name.
    where not exists (
        select 1 from unnest(dicari.kata) as kata (sebutan)
        where not exists (
            select 1 from unnest(orang.kata) as nama (kata)
            where nama.kata = kata.sebutan
                or (length(kata.sebutan) >= 3 and right(nama.kata, length(kata.sebutan)) = kata.sebutan)
        )
    )
)

select * from casework_calon
