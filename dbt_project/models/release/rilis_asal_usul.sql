{{ config(alias='asal_usul', indexes=[{'columns': ['uid']}]) }}
-- Provenance where it is not the plain case: sources differ, or the winner is not the main record. For the rest
-- the published view computes it from tautan (measured: storing every cell costs 20 s and 2.4 GB a release).
{%- set atribut_orang = ['nama', 'jenis_kelamin', 'tanggal_lahir', 'hubungan', 'status_hidup', 'keberadaan',
    'tanggal_meninggal'] %}
{%- set atribut_rumah = kolom_rumah() %}
with beda_orang as (
    select uid
    from {{ ref('golden_individu__rekaman') }}
    group by uid
    having
        {% for kolom in atribut_orang -%}
        min({{ kolom }}::text) is distinct from max({{ kolom }}::text) or
        {% endfor -%}
        min(nik_mentah) is distinct from max(nik_mentah) or bool_or(bentuk_nik not in ('sah', 'kosong'))
        or count(*) filter (where utama and (nama is null or nik_mentah is null or jenis_kelamin is null
            or tanggal_lahir is null or hubungan is null)) > 0
),

nilai_orang as (
    select
        rekaman.uid, rekaman.sumber, rekaman.id_sumber, rekaman.id_kiriman, rekaman.tanggal, rekaman.prioritas,
        rekaman.utama, nilai.kolom, nilai.nilai
    from {{ ref('golden_individu__rekaman') }} as rekaman
    inner join beda_orang on rekaman.uid = beda_orang.uid
    cross join lateral (
        values
        ('nik', coalesce(rekaman.nik, rekaman.nik_mentah)),
        {% for kolom in atribut_orang -%}
        ('{{ kolom }}', rekaman.{{ kolom }}::text){{ ',' if not loop.last }}
        {% endfor %}
    ) as nilai (kolom, nilai)
    where nilai.nilai is not null
),

emas_orang as (
    select individu.uid_individu as uid, individu.kode_desa, nilai.kolom, nilai.nilai
    from {{ ref('rilis_individu') }} as individu
    inner join beda_orang on individu.uid_individu = beda_orang.uid
    cross join lateral (
        values
        ('nik', individu.nik),
        {% for kolom in atribut_orang -%}
        ('{{ kolom }}', individu.{{ kolom }}::text){{ ',' if not loop.last }}
        {% endfor %}
    ) as nilai (kolom, nilai)
),

beda_rumah as (
    select uid
    from {{ ref('golden_rumah_tangga__rekaman') }}
    group by uid
    having
        min(no_kk) is distinct from max(no_kk) or
        {% for kolom in atribut_rumah -%}
        min({{ kolom }}::text) is distinct from max({{ kolom }}::text) or
        {% endfor -%}
        {% for kolom in atribut_rumah if kolom not in kolom_lengkap() and kolom != 'id_pelanggan_pln' -%}
        (count({{ kolom }}) > 0 and count({{ kolom }}) filter (where segar = 1) = 0){{ ' or' if not loop.last }}
        {% endfor %}
),

nilai_rumah as (
    select
        rekaman.uid, rekaman.sumber, rekaman.id_keluarga as id_sumber, rekaman.id_kiriman, rekaman.tanggal,
        rekaman.prioritas,
        case
            when nilai.kolom = 'no_kk' then rekaman.utama
            when nilai.kolom = 'id_pelanggan_pln' then rekaman.sumber = 'dtsen' and rekaman.ke = 1
            when nilai.kolom in ('{{ kolom_lengkap() | join("', '") }}')
                then emas.rekaman_lengkap = rekaman.sumber || '|' || rekaman.id_keluarga
            else coalesce(rekaman.segar = 1, false)
        end as utama,
        nilai.kolom, coalesce(kode.label, nilai.nilai) as nilai
    from {{ ref('golden_rumah_tangga__rekaman') }} as rekaman
    inner join beda_rumah on rekaman.uid = beda_rumah.uid
    inner join {{ ref('golden_rumah_tangga') }} as emas on rekaman.uid = emas.uid
    cross join lateral (
        values
        ('no_kk', coalesce(rekaman.no_kk, rekaman.no_kk_angka)),
        {% for kolom in atribut_rumah -%}
        ('{{ kolom }}', rekaman.{{ kolom }}::text){{ ',' if not loop.last }}
        {% endfor %}
    ) as nilai (kolom, nilai)
    left join {{ ref('kode') }} as kode on nilai.kolom = kode.kolom and nilai.nilai = kode.kode
    where nilai.nilai is not null
),

emas_rumah as (
    select rumah.uid_rumah_tangga as uid, rumah.kode_desa, nilai.kolom, nilai.nilai
    from {{ ref('rilis_rumah_tangga') }} as rumah
    inner join beda_rumah on rumah.uid_rumah_tangga = beda_rumah.uid
    cross join lateral (
        values
        ('no_kk', rumah.no_kk),
        {% for kolom in atribut_rumah -%}
        ('{{ kolom }}', rumah.{{ kolom }}::text){{ ',' if not loop.last }}
        {% endfor %}
    ) as nilai (kolom, nilai)
),

semua as (
    select 'individu' as grain, nilai.*, emas.nilai as menang, emas.kode_desa
    from nilai_orang as nilai
    inner join emas_orang as emas on nilai.uid = emas.uid and nilai.kolom = emas.kolom
    union all
    select 'rumah_tangga', nilai.*, emas.nilai, emas.kode_desa
    from nilai_rumah as nilai
    inner join emas_rumah as emas on nilai.uid = emas.uid and nilai.kolom = emas.kolom
),

urut as (
    select
        semua.*,
        -- The winner is the record that carries the published value; a value that was withheld (a damaged or
        -- shared NIK) is shown here only, from the main record.
        row_number() over (
            partition by grain, uid, kolom
            order by nilai = menang desc nulls last, utama desc, prioritas, tanggal desc nulls last, id_sumber
        ) as ke
    from semua
),

ringkas as (
    select grain, uid, kolom
    from urut
    group by grain, uid, kolom
    having count(distinct nilai) > 1
        or not bool_or(utama and ke = 1)
        or bool_or(menang is null)
        or bool_or(ke = 1 and nilai is distinct from menang)
),

rilis_asal_usul as (
    select
        {{ periode() }}::text as periode,
        {{ revisi() }} as revisi,
        urut.grain,
        urut.uid,
        urut.kolom,
        max(urut.nilai) filter (where urut.ke = 1) as nilai,
        max(urut.sumber) filter (where urut.ke = 1) as sumber,
        max(urut.id_sumber) filter (where urut.ke = 1) as id_sumber,
        max(urut.id_kiriman) filter (where urut.ke = 1) as id_kiriman,
        max(urut.tanggal) filter (where urut.ke = 1) as tanggal,
        case
            when max(urut.menang) is null then 'ditahan'
            when bool_or(urut.ke = 1 and urut.nilai is distinct from urut.menang) then 'aturan'
            when bool_or(urut.ke = 1 and urut.utama) then 'utama'
            else 'pengganti'
        end as aturan,
        coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'sumber', urut.sumber, 'id_sumber', urut.id_sumber, 'nilai', urut.nilai, 'tanggal', urut.tanggal
                )
                order by urut.prioritas, urut.id_sumber
            ) filter (where urut.ke > 1 and urut.nilai is distinct from urut.menang),
            '[]'
        ) as kalah,
        max(urut.kode_desa) as kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from urut
    inner join ringkas on urut.grain = ringkas.grain and urut.uid = ringkas.uid and urut.kolom = ringkas.kolom
    group by urut.grain, urut.uid, urut.kolom
)

select * from rilis_asal_usul
