-- depends_on: {{ ref('survivorship') }}
{%- set aturan = survivorship('individu') %}
-- One row a person that a registry carries this month: each attribute from the source that the seed
-- `survivorship` ranks first, the NIK that most of its records carry, death by rules.md "Golden".
with dtsen as (select * from {{ ref('golden_individu__rekaman') }} where sumber = 'dtsen' and ke = 1),

dtjateng as (select * from {{ ref('golden_individu__rekaman') }} where sumber = 'dtjateng' and ke = 1),

simnakis as (select * from {{ ref('golden_individu__rekaman') }} where sumber = 'simnakis' and ke = 1),

utama as (select uid, sumber, id_sumber from {{ ref('golden_individu__rekaman') }} where utama),

-- Most persons have one NIK in all their records: only the others need counting.
nik_tunggal as (
    select uid, min(nik) as nik, max(nik) as nik_akhir, min(prioritas) as prioritas
    from {{ ref('golden_individu__rekaman') }}
    group by uid
),

nik_berbeda as (
    select
        rekaman.uid, rekaman.nik,
        row_number() over (
            partition by rekaman.uid order by count(*) desc, min(rekaman.prioritas), rekaman.nik
        ) as urutan
    from {{ ref('golden_individu__rekaman') }} as rekaman
    inner join nik_tunggal on rekaman.uid = nik_tunggal.uid and nik_tunggal.nik <> nik_tunggal.nik_akhir
    where rekaman.nik is not null
    group by rekaman.uid, rekaman.nik
),

nik_terpilih as (
    select
        uid,
        max(nik) filter (where urutan = 1) as nik,
        array_agg(nik order by nik) filter (where urutan > 1) as nik_lain
    from nik_berbeda
    group by uid
),

bentuk as (
    -- The form of the best NIK that a person without a valid one was given.
    select distinct on (uid) uid, bentuk_nik, nik_mentah
    from {{ ref('golden_individu__rekaman') }}
    where nik is null
    order by uid, bentuk_nik = 'kosong', prioritas, id_sumber
),

lalu as (
    select uid_individu as uid, status_hidup, tanggal_meninggal
    from {{ source('rilis', 'individu') }}
    where id_rilis = {{ id_sebelum() }} and status_hidup = 'meninggal'
),

mati as (
    -- Dead by two registries, or by one whose record is newer than all others'; death once known stays.
    select
        uid,
        count(distinct sumber) filter (where status_hidup = 'meninggal') >= 2
        or coalesce(
            max(tanggal) filter (where status_hidup = 'meninggal')
            > coalesce(max(tanggal) filter (where status_hidup is distinct from 'meninggal'), '-infinity'),
            false
        ) as meninggal,
        max(tanggal_meninggal) filter (where status_hidup = 'meninggal') as tanggal_meninggal,
        bool_or(status_hidup = 'hidup') as hidup
    from {{ ref('golden_individu__rekaman') }}
    where ke = 1
    group by uid
),

golden_individu as (
    select
        utama.uid,
        tempat.uid_rumah_tangga,
        utama.sumber || '|' || utama.id_sumber as rekaman_identitas,
        coalesce(nik_terpilih.nik, nik_tunggal.nik) as nik,
        nik_terpilih.nik_lain,
        bentuk.bentuk_nik,
        bentuk.nik_mentah,
        {{ pemenang(aturan, 'nama') }} as nama,
        {{ pemenang(aturan, 'jenis_kelamin') }} as jenis_kelamin,
        {{ pemenang(aturan, 'tanggal_lahir') }} as tanggal_lahir,
        -- The relation is to the head of the family that places the person.
        coalesce(penempat.hubungan, {{ pemenang(aturan, 'hubungan') }}) as hubungan,
        case
            when mati.meninggal or lalu.uid is not null then 'meninggal'
            when mati.hidup then 'hidup'
            else 'tidak_diketahui'
        end as status_hidup,
        case when mati.meninggal or lalu.uid is not null
            then coalesce({{ pemenang(aturan, 'tanggal_meninggal') }}, lalu.tanggal_meninggal)
        end as tanggal_meninggal,
        case
            when mati.meninggal or lalu.uid is not null then 'meninggal'
            -- One registry's word of death that does not stand yet leaves the person where others see it.
            else coalesce(nullif({{ pemenang(aturan, 'keberadaan') }}, 'meninggal'), 'tidak_diketahui')
        end as keberadaan,
        dtsen.uid is not null as di_dtsen,
        dtjateng.uid is not null as di_dtjateng,
        simnakis.uid is not null as di_simnakis
    from utama
    inner join {{ source('identitas', 'tempat') }} as tempat
        on utama.uid = tempat.uid_individu and tempat.id_rilis = {{ id_rilis() }}
    inner join mati on utama.uid = mati.uid
    inner join nik_tunggal on utama.uid = nik_tunggal.uid
    left join nik_terpilih on utama.uid = nik_terpilih.uid
    left join bentuk on utama.uid = bentuk.uid
    left join dtsen on utama.uid = dtsen.uid
    left join dtjateng on utama.uid = dtjateng.uid
    left join simnakis on utama.uid = simnakis.uid
    left join {{ ref('int_individu__rekaman') }} as penempat
        on tempat.sumber = penempat.sumber and tempat.id_sumber = penempat.id_sumber
    left join lalu on utama.uid = lalu.uid
)

select * from golden_individu
