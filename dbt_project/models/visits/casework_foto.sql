-- One row per document with a photo that is also on a document about another household.
with dokumen as (
    -- One row per visit or application, with its photos.
    select
        'verifikasi/' || id_verifikasi as dokumen, coalesce(id_kasus, 'verifikasi/' || id_verifikasi) as kasus,
        uid_rumah_tangga, null as nomor, foto
    from {{ ref('casework_verifikasi__sasaran') }}
    union all
    select
        pengajuan.id_kasus as dokumen, pengajuan.id_kasus as kasus,
        coalesce(orang.uid_rumah_tangga, rumah.uid_rumah_tangga),
        coalesce(pengajuan.no_kk, pengajuan.nik), pengajuan.foto
    from {{ ref('casework_sebutan') }} as pengajuan
    left join {{ ref('casework_nomor') }} as orang on orang.jenis = 'nik' and pengajuan.nik = orang.nomor
    left join {{ ref('casework_nomor') }} as rumah on rumah.jenis = 'no_kk' and pengajuan.no_kk = rumah.nomor
    where pengajuan.sumber = 'pengajuan'
),

berpemilik as (
    -- Whom a document is about (`pemilik`): its household; if that is not resolved, the household of another document
    -- of the same case, else a number written in that case, else the case itself.
    select
        dokumen, foto,
        coalesce(
            uid_rumah_tangga, min(uid_rumah_tangga) over (partition by kasus), min(nomor) over (partition by kasus), kasus
        ) as pemilik
    from dokumen
),

foto as (
    select berpemilik.dokumen, berpemilik.pemilik, lower(satu.isi ->> 'sha256') as sha256
    from berpemilik
    cross join lateral jsonb_array_elements(
        case when jsonb_typeof(berpemilik.foto) = 'array' then berpemilik.foto else '[]' end
    ) as satu (isi)
),

dipakai_lain as (
    select sha256 from foto where sha256 is not null group by sha256 having count(distinct pemilik) > 1
),

casework_foto as (
    select distinct foto.dokumen from foto inner join dipakai_lain on foto.sha256 = dipakai_lain.sha256
)

select * from casework_foto
