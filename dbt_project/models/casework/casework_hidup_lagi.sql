-- One row per proposal of an earlier month that is based on a death which is no longer valid: a release with the
-- proposal published the person as dead, and this candidate has the person as alive, because of Dukcapil or a visit
-- (rules.md "Golden"). A person whom the sources merely do not mention does not count as alive again.
with recursive dulu as (
    -- One row per proposal and dead person. For a programme of the family these are all who were dead in it, because
    -- such a programme ends only when nobody is left.
    select usulan.id_baris, orang.uid_individu as uid
    from {{ source('kasus', 'usulan') }} as usulan
    inner join {{ source('kasus', 'usulan_rilis') }} as pernah on usulan.id_baris = pernah.id_baris
    cross join lateral (
        select individu.uid_individu
        from {{ source('rilis', 'individu') }} as individu
        where individu.id_rilis = pernah.id_rilis and individu.uid_rumah_tangga = usulan.uid_rumah_tangga
            and individu.uid_individu = coalesce(usulan.uid_individu, individu.uid_individu)
            and individu.status_hidup = 'meninggal'
        -- A fence: people are looked up household by household, so that Postgres never reads all people of every month.
        offset 0
    ) as orang
    where usulan.kode_alasan = 'MENINGGAL' and split_part(pernah.id_rilis, '/', 1) < {{ periode() }}
),

mati as (
    -- The same, and the ids that have replaced the ids of these people since.
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
