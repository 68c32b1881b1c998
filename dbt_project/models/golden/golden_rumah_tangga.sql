-- One row a household that a registry carries this month. Address as one block from the record with the newest
-- own date; housing and assets each from the newest record that has a value; desil from DTSEN only.
{%- set rekaman = ref('golden_rumah_tangga__rekaman') %}
with kk as (
    select
        uid, no_kk, max(kk_terdaftar) as kk_terdaftar, min(prioritas) as prioritas, count(*) as pemakai
    from {{ rekaman }}
    where no_kk is not null
    group by uid, no_kk
),

kk_banyak as (
    select kk.*, count(*) over (partition by uid) as ragam from kk
),

kk_salah as (
    -- Carried by one record only and one digit or one swap away from another of the household: a misspelling.
    select distinct satu.uid, satu.no_kk
    from kk_banyak as satu
    inner join kk_banyak as lain on satu.uid = lain.uid and satu.no_kk <> lain.no_kk
    where satu.ragam > 1 and satu.pemakai = 1
        and (lain.pemakai > 1 or lain.prioritas < satu.prioritas)
        and {{ salah_ketik('satu.no_kk', 'lain.no_kk') }}
),

kk_urut as (
    select
        kk_banyak.uid, kk_banyak.no_kk, kk_salah.uid is not null as salah,
        row_number() over (
            partition by kk_banyak.uid
            order by kk_salah.uid is not null, kk_banyak.kk_terdaftar desc nulls last, kk_banyak.prioritas,
                kk_banyak.no_kk
        ) as urutan
    from kk_banyak
    left join kk_salah on kk_banyak.uid = kk_salah.uid and kk_banyak.no_kk = kk_salah.no_kk
),

kk_terpilih as (
    select
        uid,
        max(no_kk) filter (where urutan = 1) as no_kk,
        array_agg(no_kk order by no_kk) filter (where urutan > 1) as no_kk_lain
    from kk_urut
    group by uid
),

konflik as (
    select
        uid,
        {% for kolom in ['no_kk', 'kode_desa', 'dusun', 'rt', 'rw', 'alamat'] + kolom_rumah() -%}
        (min({{ kolom }}) is distinct from max({{ kolom }}))::int{{ ' +' if not loop.last }}
        {% endfor %} as jumlah_konflik,
        max(tanggal) as diperbarui,
        bool_or(sumber = 'dtsen') as di_dtsen,
        bool_or(sumber = 'dtjateng') as di_dtjateng,
        bool_or(sumber = 'simnakis') as di_simnakis
    from {{ rekaman }}
    group by uid
),

utama as (select uid, sumber, id_keluarga from {{ rekaman }} where utama),

golden_rumah_tangga as (
    select
        utama.uid,
        utama.sumber || '|' || utama.id_keluarga as rekaman_identitas,
        segar1.sumber || '|' || segar1.id_keluarga as rekaman_rumah,
        -- The newest record that says more of the house than the province asks for.
        case
            when segar1.lengkap then segar1.sumber || '|' || segar1.id_keluarga
            when segar2.lengkap then segar2.sumber || '|' || segar2.id_keluarga
            when segar3.lengkap then segar3.sumber || '|' || segar3.id_keluarga
        end as rekaman_lengkap,
        kk_terpilih.no_kk,
        kk_terpilih.no_kk_lain,
        {% for kolom in kolom_alamat() %}segar1.{{ kolom }},
        {% endfor -%}
        {% for kolom in kolom_rumah() -%}
        coalesce(segar1.{{ kolom }}, segar2.{{ kolom }}, segar3.{{ kolom }}) as {{ kolom }},
        {% endfor -%}
        dtsen.desil_nasional,
        dtsen.exclude,
        dtsen.alasan_exclude,
        dtjateng.peringkat_provinsi,
        konflik.jumlah_konflik,
        konflik.diperbarui,
        konflik.di_dtsen,
        konflik.di_dtjateng,
        konflik.di_simnakis
    from utama
    inner join konflik on utama.uid = konflik.uid
    inner join {{ rekaman }} as segar1 on utama.uid = segar1.uid and segar1.segar = 1
    left join {{ rekaman }} as segar2 on utama.uid = segar2.uid and segar2.segar = 2
    left join {{ rekaman }} as segar3 on utama.uid = segar3.uid and segar3.segar = 3
    left join {{ rekaman }} as dtsen on utama.uid = dtsen.uid and dtsen.sumber = 'dtsen' and dtsen.ke = 1
    left join {{ rekaman }} as dtjateng on utama.uid = dtjateng.uid and dtjateng.sumber = 'dtjateng' and dtjateng.ke = 1
    left join kk_terpilih on utama.uid = kk_terpilih.uid
)

select * from golden_rumah_tangga
