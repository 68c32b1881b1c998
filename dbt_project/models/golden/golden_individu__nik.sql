-- The NIK under which each person is published, the others that the person's records carry, and what Dukcapil says of
-- it. A model of its own, before golden_individu: visits are resolved to persons by these numbers, and golden_individu
-- reads the visits to decide who is alive.
with pakai as materialized (
    -- Each number of a person, with how many records carry it.
    select uid, nik, count(*) as pemakaian, min(prioritas) as prioritas
    from {{ ref('golden_individu__rekaman') }}
    where nik is not null
    group by uid, nik
),

orang as (
    select
        tempat.uid_individu as uid,
        tempat.uid_rumah_tangga,
        nomor.nik,
        nomor.nik_akhir
    from {{ source('identitas', 'tempat') }} as tempat
    left join (
        select uid, min(nik) as nik, max(nik) as nik_akhir from pakai group by uid
    ) as nomor on tempat.uid_individu = nomor.uid
    where tempat.id_rilis = {{ id_rilis() }}
),

verdik as (
    select nik, hasil, tanggal_meninggal, pada, baru
    from {{ source('identitas', 'verdik_kandidat') }}
    where id_rilis = {{ id_rilis() }}
),

alias as (
    select uid, nik, nik_aktif from {{ source('identitas', 'alias') }} where id_rilis = {{ id_rilis() }}
),

verdik_alias as (
    -- Dukcapil's answer about a number that was given up is an answer about the person who bore it.
    select distinct on (alias.uid) alias.uid, alias.nik_aktif, verdik.hasil, verdik.tanggal_meninggal, verdik.pada,
        verdik.baru
    from alias
    inner join verdik on alias.nik = verdik.nik
    order by alias.uid, verdik.pada desc, alias.nik
),

nik_banyak as (
    select uid from orang where nik <> nik_akhir
    union
    select uid from alias
),

bersama as (
    select nik, max(pemakaian) as terbanyak from pakai group by nik having count(*) > 1
),

nik_pinjam as (
    -- A number that more records of another person carry: it was written on this one by mistake.
    select pakai.uid, pakai.nik
    from pakai
    inner join bersama on pakai.nik = bersama.nik
    where pakai.pemakaian < bersama.terbanyak
),

nik_berbeda as (
    select
        pakai.uid, pakai.nik as nik_rekaman, coalesce(alias.nik_aktif, pakai.nik) as nik, pakai.pemakaian,
        pakai.prioritas,
        -- A number under which Dukcapil finds the person goes before one under which it does not. A verdict on a number
        -- that belongs to somebody else (`pinjam`) says nothing of this person.
        case
            when pinjam.uid is not null then 4
            when verdik.hasil in ('padan', 'padan_nama_beda', 'meninggal', 'pindah_luar_kab') then 1
            when verdik.hasil is null then 2
            else 3
        end as kelas
    from pakai
    inner join nik_banyak on pakai.uid = nik_banyak.uid
    left join alias on pakai.uid = alias.uid and pakai.nik = alias.nik
    left join verdik on coalesce(alias.nik_aktif, pakai.nik) = verdik.nik
    left join nik_pinjam as pinjam on pakai.uid = pinjam.uid and pakai.nik = pinjam.nik
),

nik_terpilih as (
    select uid, nik
    from (
        select
            uid, nik,
            row_number() over (partition by uid order by min(kelas), sum(pemakaian) desc, min(prioritas), nik) as urutan
        from nik_berbeda
        group by uid, nik
    ) as urut
    where urutan = 1
),

nik_lain as (
    select berbeda.uid, array_agg(distinct berbeda.nik_rekaman order by berbeda.nik_rekaman) as nik_lain
    from nik_berbeda as berbeda
    inner join nik_terpilih as terpilih on berbeda.uid = terpilih.uid and berbeda.nik_rekaman <> terpilih.nik
    group by berbeda.uid
),

golden_individu__nik as (
    select
        orang.uid,
        orang.uid_rumah_tangga,
        coalesce(terpilih.nik, orang.nik) as nik,
        nik_lain.nik_lain,
        alias.uid is not null as nik_dari_dukcapil,
        coalesce(verdik.hasil, alias.hasil) as hasil,
        coalesce(verdik.tanggal_meninggal, alias.tanggal_meninggal) as tanggal_meninggal,
        coalesce(verdik.pada, alias.pada) as pada,
        coalesce(verdik.baru, alias.baru) as baru
    from orang
    left join nik_terpilih as terpilih on orang.uid = terpilih.uid
    left join nik_lain on orang.uid = nik_lain.uid
    left join nik_pinjam as pinjam on orang.uid = pinjam.uid and coalesce(terpilih.nik, orang.nik) = pinjam.nik
    left join verdik on coalesce(terpilih.nik, orang.nik) = verdik.nik and pinjam.uid is null
    left join verdik_alias as alias on orang.uid = alias.uid and terpilih.nik = alias.nik_aktif
)

select * from golden_individu__nik
