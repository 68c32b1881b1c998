-- One row per person: the published NIK, the other NIK in the person's records, and Dukcapil's verdict. This is a model
-- of its own that runs before golden_individu, because visits are matched to persons by these numbers, and
-- golden_individu reads the visits to decide who is alive.
with pakai as materialized (
    -- One row per person and valid NIK, with the number of records that carry it.
    select uid, nik, count(*) as pemakaian, min(prioritas) as prioritas
    from {{ ref('golden_individu__rekaman') }}
    where nik is not null
    group by uid, nik
),

orang as (
    -- One row per person of this release, with the lowest and the
    -- highest of the person's NIK: if they differ, there are several.
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
    -- The verdicts of Dukcapil that this candidate uses, by NIK.
    select nik, hasil, tanggal_meninggal, pada, baru
    from {{ source('identitas', 'verdik_kandidat') }}
    where id_rilis = {{ id_rilis() }}
),

alias as (
    -- One row per NIK that was replaced by another (`nik_aktif`), as Dukcapil says, for the person who had it.
    select uid, nik, nik_aktif from {{ source('identitas', 'alias') }} where id_rilis = {{ id_rilis() }}
),

verdik_alias as (
    -- One row per person with a replaced number: Dukcapil's newest verdict on that number. It is a verdict on the
    -- person, so it also counts for the number that is active now.
    select distinct on (alias.uid) alias.uid, alias.nik_aktif, verdik.hasil, verdik.tanggal_meninggal, verdik.pada,
        verdik.baru
    from alias
    inner join verdik on alias.nik = verdik.nik
    order by alias.uid, verdik.pada desc, alias.nik
),

nik_banyak as (
    -- Persons with more than one NIK, or with a replaced one. Only for these a number has to be chosen.
    select uid from orang where nik <> nik_akhir
    union
    select uid from alias
),

bersama as (
    -- One row per NIK that several persons carry, with the largest number of records that one of them has with it.
    select nik, max(pemakaian) as terbanyak from pakai group by nik having count(*) > 1
),

nik_pinjam as (
    -- One row per person and NIK where another person has more records with that NIK: it was written on this person's
    -- records by mistake.
    select pakai.uid, pakai.nik
    from pakai
    inner join bersama on pakai.nik = bersama.nik
    where pakai.pemakaian < bersama.terbanyak
),

nik_berbeda as (
    -- One row per NIK of a person in `nik_banyak`, with its rank. A replaced number is translated to the active one.
    select
        banyak.uid, banyak.nik as nik_rekaman, coalesce(alias.nik_aktif, banyak.nik) as nik, banyak.pemakaian,
        banyak.prioritas,
        -- 1 is the best rank. A number under which Dukcapil finds the person comes
        -- before one under which it does not. A number that belongs to somebody else
        -- (`pinjam`) comes last, because its verdict says nothing about this person.
        case
            when pinjam.uid is not null then 4
            when verdik.hasil in ('padan', 'padan_nama_beda', 'meninggal', 'pindah_luar_kab') then 1
            when verdik.hasil is null then 2
            else 3
        end as kelas
    -- Only few persons are left after this filter, so it comes before the joins.
    from (select * from pakai where uid in (select nik_banyak.uid from nik_banyak) offset 0) as banyak
    left join alias on banyak.uid = alias.uid and banyak.nik = alias.nik
    left join verdik on coalesce(alias.nik_aktif, banyak.nik) = verdik.nik
    left join nik_pinjam as pinjam on banyak.uid = pinjam.uid and banyak.nik = pinjam.nik
),

nik_terpilih as (
    -- One row per person in `nik_banyak`: the NIK to publish.
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
    -- One row per person in `nik_banyak`: the numbers on the records that are not published.
    select berbeda.uid, array_agg(distinct berbeda.nik_rekaman order by berbeda.nik_rekaman) as nik_lain
    from nik_berbeda as berbeda
    inner join nik_terpilih as terpilih on berbeda.uid = terpilih.uid and berbeda.nik_rekaman <> terpilih.nik
    group by berbeda.uid
),

khusus as (
    -- One row per person of whom more is to be said than the one number on all records: these are few.
    select
        terpilih.uid, terpilih.nik, nik_lain.nik_lain, pinjam.uid is not null as dipinjam,
        alias.uid is not null as nik_dari_dukcapil, alias.hasil, alias.tanggal_meninggal, alias.pada, alias.baru
    from nik_terpilih as terpilih
    left join nik_lain on terpilih.uid = nik_lain.uid
    left join nik_pinjam as pinjam on terpilih.uid = pinjam.uid and terpilih.nik = pinjam.nik
    left join verdik_alias as alias on terpilih.uid = alias.uid and terpilih.nik = alias.nik_aktif
    union all
    select uid, nik, null, true, false, null, null, null, null
    from nik_pinjam
    where uid not in (select nik_banyak.uid from nik_banyak)
),

golden_individu__nik as (
    select
        orang.uid,
        orang.uid_rumah_tangga,
        coalesce(khusus.nik, orang.nik) as nik,
        khusus.nik_lain,
        coalesce(khusus.nik_dari_dukcapil, false) as nik_dari_dukcapil,
        coalesce(verdik.hasil, khusus.hasil) as hasil,
        coalesce(verdik.tanggal_meninggal, khusus.tanggal_meninggal) as tanggal_meninggal,
        coalesce(verdik.pada, khusus.pada) as pada,
        coalesce(verdik.baru, khusus.baru) as baru
    from orang
    left join khusus on orang.uid = khusus.uid
    left join verdik on coalesce(khusus.nik, orang.nik) = verdik.nik and khusus.dipinjam is not true
)

select * from golden_individu__nik
