-- One row per household that at least one registry lists this month. The address comes
-- as one block from the record with the newest own date. Each housing or asset column
-- comes from the newest record that has a value. The desil comes from DTSEN only.
{%- set rekaman = ref('golden_rumah_tangga__rekaman') %}
with kk as (
    -- One row per household and valid KK number, with the number of records that carry it.
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
    -- One row per KK number that is a typing error: only one record of the household
    -- carries it, and it differs by one digit, or by a swap of two neighbouring
    -- digits, from another number that more records or a more trusted source carry.
    select distinct satu.uid, satu.no_kk
    from kk_banyak as satu
    inner join kk_banyak as lain on satu.uid = lain.uid and satu.no_kk <> lain.no_kk
    where satu.ragam > 1 and satu.pemakai = 1
        and (lain.pemakai > 1 or lain.prioritas < satu.prioritas)
        and {{ salah_ketik('satu.no_kk', 'lain.no_kk') }}
),

kk_urut as (
    -- The KK numbers of each household in order of preference: first those that are not typing errors, then the newest
    -- registration date (it is inside the number), then the most trusted source.
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
    -- One row per household: the KK number to publish, the other numbers, and those that are typing errors.
    select
        uid,
        max(no_kk) filter (where urutan = 1) as no_kk,
        array_agg(no_kk order by no_kk) filter (where urutan > 1) as no_kk_lain,
        array_agg(no_kk order by no_kk) filter (where salah) as no_kk_salah
    from kk_urut
    group by uid
),

konflik as (
    -- One row per household: in how many columns its records differ,
    -- which sources list it, and the newest date of a record.
    select
        uid,
        {% for kolom in ['no_kk', 'kode_desa', 'dusun', 'rt', 'rw', 'alamat'] + kolom_rumah() -%}
        (min({{ kolom }}) is distinct from max({{ kolom }}))::int +
        {% endfor -%}
        {% for kolom in kolom_satu_sumber() -%}
        (min({{ kolom }}::text) is distinct from max({{ kolom }}::text))::int{{ ' +' if not loop.last }}
        {% endfor %} as jumlah_konflik,
        {% for s in sumber() -%}
        bool_or(sumber = '{{ s }}') as di_{{ s }},
        {% endfor -%}
        max(tanggal) as diperbarui
    from {{ rekaman }}
    group by uid
),

utama as (select uid, sumber, id_keluarga from {{ rekaman }} where utama),

golden_rumah_tangga as (
    select
        utama.uid,
        utama.sumber || '|' || utama.id_keluarga as rekaman_identitas,
        segar1.sumber || '|' || segar1.id_keluarga as rekaman_rumah,
        -- The newest record that has a value in one of the columns that the province does not ask for (kolom_lengkap).
        case
            {% for s in sumber() -%}
            when segar{{ loop.index }}.lengkap
                then segar{{ loop.index }}.sumber || '|' || segar{{ loop.index }}.id_keluarga
            {% endfor -%}
        end as rekaman_lengkap,
        kk_terpilih.no_kk,
        kk_terpilih.no_kk_lain,
        kk_terpilih.no_kk_salah,
        {% for kolom in kolom_alamat() %}segar1.{{ kolom }},
        {% endfor -%}
        {% for kolom in kolom_rumah() -%}
        coalesce({% for s in sumber() %}segar{{ loop.index }}.{{ kolom }}{{ ', ' if not loop.last }}{% endfor %}) as {{ kolom }},
        {% endfor -%}
        dtsen.desil_nasional,
        dtsen.exclude,
        dtsen.alasan_exclude,
        dtjateng.peringkat_provinsi,
        {% for kolom in kolom_tercatat() -%}
        konflik.{{ kolom }},
        {% endfor -%}
        konflik.jumlah_konflik,
        konflik.diperbarui
    from utama
    inner join konflik on utama.uid = konflik.uid
    inner join {{ rekaman }} as segar1 on utama.uid = segar1.uid and segar1.segar = 1
    {% for s in sumber()[1:] -%}
    left join {{ rekaman }} as segar{{ loop.index + 1 }}
        on utama.uid = segar{{ loop.index + 1 }}.uid and segar{{ loop.index + 1 }}.segar = {{ loop.index + 1 }}
    {% endfor -%}
    left join {{ rekaman }} as dtsen on utama.uid = dtsen.uid and dtsen.sumber = 'dtsen' and dtsen.ke = 1
    left join {{ rekaman }} as dtjateng on utama.uid = dtjateng.uid and dtjateng.sumber = 'dtjateng' and dtjateng.ke = 1
    left join kk_terpilih on utama.uid = kk_terpilih.uid
)

select * from golden_rumah_tangga
