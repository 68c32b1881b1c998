{{ config(schema='golden', unlogged=true) }}
-- The source of each published value of a household, as input of rilis_asal_usul. It covers the cells (household and
-- column) where the records differ, or where the published value is not the main record's.
{%- set atribut_rumah = kolom_rumah() + kolom_satu_sumber() %}
{%- set blok_alamat = kolom_alamat() + ['desa', 'kode_kecamatan', 'kecamatan'] %}
with beda_rumah as (
    -- One row per cell, without the address, for which a record has another value than the published one, or for which
    -- the main record has no value.
    select distinct
        rekaman.uid,
        unnest(array_remove(array[
            {% for kolom in atribut_rumah -%}
            case when {{ beda_rumah(kolom) }} then '{{ kolom }}' end,
            {% endfor -%}
            case when {{ beda('coalesce(rekaman.no_kk, rekaman.no_kk_angka)', 'emas.no_kk', utama_rumah('no_kk')) }} then 'no_kk' end
        ], null)) as kolom
    from {{ ref('golden_rumah_tangga__rekaman') }} as rekaman
    inner join {{ ref('golden_rumah_tangga') }} as emas on rekaman.uid = emas.uid
    where
        {% for kolom in atribut_rumah -%}
        {{ beda_rumah(kolom) }} or
        {% endfor -%}
        {{ beda('coalesce(rekaman.no_kk, rekaman.no_kk_angka)', 'emas.no_kk', utama_rumah('no_kk')) }}
),

nilai_rumah as (
    -- One row per such cell and record of the household: the record's value next to the published one (`menang`).
    select
        rekaman.uid, rekaman.sumber, rekaman.id_keluarga as id_sumber, rekaman.id_kiriman,
        rekaman.tanggal, rekaman.prioritas,
        coalesce(case beda.kolom
            {% for kolom in atribut_rumah + ['no_kk'] -%}
            when '{{ kolom }}' then {{ utama_rumah(kolom) }}
            {% endfor -%}
        end, false) as utama,
        emas.kode_desa, beda.kolom,
        case beda.kolom
            when 'no_kk' then coalesce(rekaman.no_kk, rekaman.no_kk_angka)
            {% for kolom in atribut_rumah -%}
            when '{{ kolom }}' then rekaman.{{ kolom }}::text
            {% endfor -%}
        end as nilai,
        case beda.kolom
            {% for kolom in atribut_rumah + ['no_kk'] -%}
            when '{{ kolom }}' then emas.{{ kolom }}::text
            {% endfor -%}
        end as menang
    from beda_rumah as beda
    inner join {{ ref('golden_rumah_tangga__rekaman') }} as rekaman on beda.uid = rekaman.uid
    inner join {{ ref('golden_rumah_tangga') }} as emas on beda.uid = emas.uid
),

nama_wilayah as (
    -- The published name of each region code, for the columns `desa` and `kecamatan`.
    select 'desa' as kolom, kode, {{ nama_desa('nama') }} as nama from {{ ref('wilayah') }}
    union all
    select 'kecamatan', kode, nama from {{ ref('wilayah') }}
),

kalah_alamat as (
    -- One row per address cell and record that lost. The address is taken as one block, together with the names of its
    -- village and kecamatan. So the winning record is known beforehand, even where its value is empty, and the values
    -- of the other records have lost. (Searching for the winner as for the housing columns costs five times as much.)
    select
        uid, sumber, id_keluarga, tanggal, prioritas, asal, id_asal, id_kiriman, tanggal_asal, kode_desa,
        (array['{{ blok_alamat | join("', '") }}'])[ke] as kolom, nilai[ke] as nilai, menang[ke] as menang
    from (
        select
            rekaman.uid, rekaman.sumber, rekaman.id_keluarga, rekaman.tanggal, rekaman.prioritas,
            segar.sumber as asal, segar.id_keluarga as id_asal, segar.id_kiriman, segar.tanggal as tanggal_asal,
            segar.kode_desa,
            unnest(array_remove(array[
                {% for kolom in kolom_alamat() -%}
                case when {{ beda('rekaman.' ~ kolom, 'segar.' ~ kolom, 'false') }} then {{ loop.index }} end,
                {% endfor -%}
                {% for panjang in [13, 8, 8] -%}
                case when left(rekaman.kode_desa, {{ panjang }}) <> left(segar.kode_desa, {{ panjang }})
                    then {{ kolom_alamat() | length + loop.index }} end{{ ',' if not loop.last }}
                {% endfor %}
            ], null)) as ke,
            {% for dari, isi in [('rekaman', 'nilai'), ('segar', 'menang')] -%}
            array[
                {% for kolom in kolom_alamat() -%}
                {{ dari }}.{{ kolom }}{{ '::double precision::text' if kolom in ['lat', 'lon'] }},
                {% endfor -%}
                {{ dari }}.kode_desa, left({{ dari }}.kode_desa, 8), left({{ dari }}.kode_desa, 8)
            ] as {{ isi }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ ref('golden_rumah_tangga__rekaman') }} as rekaman
        inner join {{ ref('golden_rumah_tangga__rekaman') }} as segar on rekaman.uid = segar.uid and segar.segar = 1
        where rekaman.segar is distinct from 1 and (
            {% for kolom in kolom_alamat() -%}
            {{ beda('rekaman.' ~ kolom, 'segar.' ~ kolom, 'false') }}{{ ' or' if not loop.last }}
            {% endfor -%}
        )
    ) as alamat
),

asal_alamat as (
    -- One row per address cell: the winner, and the records that lost as a list (`kalah`).
    select
        kalah.uid, kalah.kolom, min(coalesce(menang.nama, kalah.menang)) as nilai, min(kalah.asal) as sumber,
        min(kalah.id_asal) as id_sumber, min(kalah.id_kiriman) as id_kiriman, min(kalah.tanggal_asal) as tanggal,
        min(kalah.kode_desa) as kode_desa,
        jsonb_agg(
            jsonb_build_object(
                'sumber', kalah.sumber, 'id_sumber', kalah.id_keluarga, 'nilai', coalesce(nama.nama, kalah.nilai),
                'tanggal', kalah.tanggal
            )
            order by kalah.prioritas, kalah.id_keluarga
        ) as kalah
    from kalah_alamat as kalah
    left join nama_wilayah as nama on kalah.kolom = nama.kolom and kalah.nilai = nama.kode
    left join nama_wilayah as menang on kalah.kolom = menang.kolom and kalah.menang = menang.kode
    -- Leave out equal names: villages in two kecamatan can have the same name.
    where (nama.nama <> menang.nama) is not false
    group by kalah.uid, kalah.kolom
),

semua as (
    -- The input of the macro asal_terpilih. The address is not in it: `asal_alamat` is added at the end.
    select * from nilai_rumah where nilai is not null
),

{{ asal_terpilih() }}

select * from terpilih
union all
select uid, kolom, nilai, sumber, id_sumber, id_kiriman, tanggal, 'utama', kalah, kode_desa from asal_alamat
