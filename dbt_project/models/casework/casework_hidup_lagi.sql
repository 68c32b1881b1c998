-- Proposals of earlier months that rest on a death which does not stand any more: a release that carried the proposal
-- had the person dead, and this candidate has the person alive, be it by Dukcapil or by a visit (rules.md "Golden").
-- Who is merely not mentioned has not come back to life.
with recursive dulu as (
    -- For a programme of the family everyone who was dead in it, because such a programme ends only when nobody is
    -- left.
    select usulan.id_baris, orang.uid_individu as uid
    from {{ source('kasus', 'usulan') }} as usulan
    inner join {{ source('kasus', 'usulan_rilis') }} as pernah on usulan.id_baris = pernah.id_baris
    cross join lateral (
        select individu.uid_individu
        from {{ source('rilis', 'individu') }} as individu
        where individu.id_rilis = pernah.id_rilis and individu.uid_rumah_tangga = usulan.uid_rumah_tangga
            and individu.uid_individu = coalesce(usulan.uid_individu, individu.uid_individu)
            and individu.status_hidup = 'meninggal'
        -- A fence: people are looked up household by household, never all of every month.
        offset 0
    ) as orang
    where usulan.kode_alasan = 'MENINGGAL' and split_part(pernah.id_rilis, '/', 1) < {{ periode() }}
),

mati as (
    select id_baris, uid from dulu
    union
    select mati.id_baris, penerus.digantikan_oleh
    from mati
    inner join {{ penerus('individu') }} as penerus on mati.uid = penerus.uid
),

casework_hidup_lagi as (
    select distinct mati.id_baris
    from mati
    inner join {{ ref('golden_individu') }} as kini on mati.uid = kini.uid
    where kini.status_hidup <> 'meninggal'
)

select * from casework_hidup_lagi
