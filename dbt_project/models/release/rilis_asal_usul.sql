{{ config(alias='asal_usul', indexes=[{'columns': ['uid']}]) }}
-- Provenance where it is not the plain case: sources differ, or the published value is not the main record's. For the
-- rest the published view computes it from tautan (measured: storing every cell costs 20 s and 2.4 GB a release).
{%- set atribut_orang = ['nama', 'jenis_kelamin', 'tanggal_lahir', 'hubungan', 'status_hidup', 'keberadaan',
    'tanggal_meninggal'] %}
{%- set atribut_rumah = kolom_rumah() %}
with ringkas_orang as (
    select
        uid,
        {% for kolom in atribut_orang -%}
        min({{ kolom }}) as min_{{ kolom }}, max({{ kolom }}) as max_{{ kolom }},
        max({{ kolom }}) filter (where utama) as utama_{{ kolom }},
        {% endfor -%}
        min(coalesce(nik, nik_mentah)) as min_nik, max(coalesce(nik, nik_mentah)) as max_nik,
        max(nik) filter (where utama) as utama_nik
    from {{ ref('golden_individu__rekaman') }}
    group by uid
),

beda_orang as (
    select
        emas.uid_individu as uid,
        emas.kode_desa,
        array_remove(array[
            {% for kolom in atribut_orang + ['nik'] -%}
            case
                when ringkas.min_{{ kolom }} is not null and (
                    ringkas.min_{{ kolom }} <> ringkas.max_{{ kolom }}
                    or ringkas.utama_{{ kolom }} is distinct from emas.{{ kolom }}
                ) then '{{ kolom }}'
            end{{ ',' if not loop.last }}
            {% endfor %}
        ], null) as kolom,
        array[{% for kolom in atribut_orang + ['nik'] %}emas.{{ kolom }}::text{{ ', ' if not loop.last }}{% endfor %}]
            as isi
    from ringkas_orang as ringkas
    inner join {{ ref('rilis_individu') }} as emas on ringkas.uid = emas.uid_individu
),

nilai_orang as (
    select
        'individu' as grain, rekaman.uid, rekaman.sumber, rekaman.id_sumber, rekaman.id_kiriman, rekaman.tanggal,
        rekaman.prioritas, rekaman.utama, beda.kode_desa, atribut.kolom,
        case atribut.kolom
            when 'nik' then coalesce(rekaman.nik, rekaman.nik_mentah)
            {% for kolom in atribut_orang -%}
            when '{{ kolom }}' then rekaman.{{ kolom }}::text
            {% endfor -%}
        end as nilai,
        case atribut.kolom
            {% for kolom in atribut_orang + ['nik'] -%}
            when '{{ kolom }}' then beda.isi[{{ loop.index }}]
            {% endfor -%}
        end as menang
    from beda_orang as beda
    inner join {{ ref('golden_individu__rekaman') }} as rekaman on beda.uid = rekaman.uid
    cross join lateral unnest(beda.kolom) as atribut (kolom)
    where cardinality(beda.kolom) > 0
),

ringkas_rumah as (
    select
        rekaman.uid,
        {% for kolom in atribut_rumah -%}
        min(rekaman.{{ kolom }}) as min_{{ kolom }}, max(rekaman.{{ kolom }}) as max_{{ kolom }},
        max(rekaman.{{ kolom }}) filter (where {{ utama_rumah(kolom) }}) as utama_{{ kolom }},
        {% endfor -%}
        min(coalesce(rekaman.no_kk, rekaman.no_kk_angka)) as min_no_kk,
        max(coalesce(rekaman.no_kk, rekaman.no_kk_angka)) as max_no_kk,
        max(rekaman.no_kk) filter (where {{ utama_rumah('no_kk') }}) as utama_no_kk
    from {{ ref('golden_rumah_tangga__rekaman') }} as rekaman
    inner join {{ ref('golden_rumah_tangga') }} as emas on rekaman.uid = emas.uid
    group by rekaman.uid
),

beda_rumah as (
    select
        emas.uid,
        emas.kode_desa,
        emas.rekaman_lengkap,
        array_remove(array[
            {% for kolom in atribut_rumah + ['no_kk'] -%}
            case
                when ringkas.min_{{ kolom }} is not null and (
                    ringkas.min_{{ kolom }} <> ringkas.max_{{ kolom }}
                    or ringkas.utama_{{ kolom }} is distinct from emas.{{ kolom }}
                ) then '{{ kolom }}'
            end{{ ',' if not loop.last }}
            {% endfor %}
        ], null) as kolom,
        array[{% for kolom in atribut_rumah + ['no_kk'] %}emas.{{ kolom }}::text{{ ', ' if not loop.last }}{% endfor %}]
            as isi
    from ringkas_rumah as ringkas
    inner join {{ ref('golden_rumah_tangga') }} as emas on ringkas.uid = emas.uid
),

nilai_rumah as (
    select
        'rumah_tangga' as grain, rekaman.uid, rekaman.sumber, rekaman.id_keluarga as id_sumber, rekaman.id_kiriman,
        rekaman.tanggal, rekaman.prioritas,
        coalesce(case atribut.kolom
            {% for kolom in atribut_rumah + ['no_kk'] -%}
            when '{{ kolom }}' then {{ utama_rumah(kolom) }}
            {% endfor -%}
        end, false) as utama,
        emas.kode_desa, atribut.kolom,
        case atribut.kolom
            when 'no_kk' then coalesce(rekaman.no_kk, rekaman.no_kk_angka)
            {% for kolom in atribut_rumah -%}
            when '{{ kolom }}' then rekaman.{{ kolom }}::text
            {% endfor -%}
        end as nilai,
        case atribut.kolom
            {% for kolom in atribut_rumah + ['no_kk'] -%}
            when '{{ kolom }}' then emas.isi[{{ loop.index }}]
            {% endfor -%}
        end as menang
    from beda_rumah as emas
    inner join {{ ref('golden_rumah_tangga__rekaman') }} as rekaman on emas.uid = rekaman.uid
    cross join lateral unnest(emas.kolom) as atribut (kolom)
    where cardinality(emas.kolom) > 0
),

semua as (
    select * from nilai_orang where nilai is not null
    union all
    select * from nilai_rumah where nilai is not null
),

berlabel as (
    select
        semua.grain, semua.uid, semua.kolom, semua.sumber, semua.id_sumber, semua.id_kiriman, semua.tanggal,
        semua.prioritas, semua.utama, semua.kode_desa,
        coalesce(kode.label, semua.nilai) as nilai, coalesce(kode_menang.label, semua.menang) as menang,
        -- The winner is the record that carries the published value; a value that was withheld (a damaged or
        -- shared NIK) is shown here only, from the main record.
        row_number() over (
            partition by semua.grain, semua.uid, semua.kolom
            order by
                semua.nilai = semua.menang desc nulls last, semua.utama desc, semua.prioritas,
                semua.tanggal desc nulls last, semua.id_sumber
        ) as ke
    from semua
    left join {{ ref('kode') }} as kode
        on semua.kolom = kode.kolom and semua.nilai = kode.kode and kode.kolom <> 'keberadaan'
    left join {{ ref('kode') }} as kode_menang
        on semua.kolom = kode_menang.kolom and semua.menang = kode_menang.kode and kode_menang.kolom <> 'keberadaan'
),

kalah as (
    select
        grain, uid, kolom,
        jsonb_agg(
            jsonb_build_object('sumber', sumber, 'id_sumber', id_sumber, 'nilai', nilai, 'tanggal', tanggal)
            order by prioritas, id_sumber
        ) as kalah
    from berlabel
    where ke > 1 and nilai is distinct from menang
    group by grain, uid, kolom
),

rilis_asal_usul as (
    select
        {{ periode() }}::text as periode,
        {{ revisi() }} as revisi,
        menang.grain,
        menang.uid,
        menang.kolom,
        menang.nilai,
        menang.sumber,
        menang.id_sumber,
        menang.id_kiriman,
        menang.tanggal,
        case
            when menang.menang is null then 'ditahan'
            when menang.nilai <> menang.menang then 'aturan'
            when menang.utama then 'utama'
            else 'pengganti'
        end as aturan,
        coalesce(kalah.kalah, '[]') as kalah,
        menang.kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from berlabel as menang
    left join kalah
        on menang.grain = kalah.grain and menang.uid = kalah.uid and menang.kolom = kalah.kolom
    where menang.ke = 1
)

select * from rilis_asal_usul
