{{ config(alias='asal_usul') }}
-- Provenance where it is not the plain case: sources differ, or the published value is not the main record's. For the
-- rest the published view computes it from tautan (measured: storing every cell costs 20 s and 2.4 GB a release).
{%- set atribut_orang = ['nama', 'jenis_kelamin', 'tanggal_lahir', 'hubungan', 'status_hidup', 'keberadaan',
    'tanggal_meninggal'] %}
{%- set atribut_rumah = kolom_rumah() + kolom_alamat() %}
with beda_orang as (
    -- The attributes of a person of which a record says something else than what is published, or the main record
    -- nothing at all.
    select distinct on (rekaman.uid, atribut.kolom) rekaman.uid, atribut.kolom, atribut.menang, emas.kode_desa
    from {{ ref('golden_individu__rekaman') }} as rekaman
    inner join {{ ref('rilis_individu') }} as emas on rekaman.uid = emas.uid_individu
    cross join lateral unnest(
        array[
            {% for kolom in atribut_orang -%}
            case when {{ beda('rekaman.' ~ kolom, 'emas.' ~ kolom, 'rekaman.utama') }} then '{{ kolom }}' end,
            {% endfor -%}
            case when {{ beda('coalesce(rekaman.nik, rekaman.nik_mentah)', 'emas.nik', 'rekaman.utama') }} then 'nik' end
        ],
        array[{% for kolom in atribut_orang %}emas.{{ kolom }}::text, {% endfor %}emas.nik]
    ) as atribut (kolom, menang)
    where (
        {% for kolom in atribut_orang -%}
        {{ beda('rekaman.' ~ kolom, 'emas.' ~ kolom, 'rekaman.utama') }} or
        {% endfor -%}
        {{ beda('coalesce(rekaman.nik, rekaman.nik_mentah)', 'emas.nik', 'rekaman.utama') }}
    ) and atribut.kolom is not null
),

nilai_orang as (
    select
        'individu' as grain, rekaman.uid, rekaman.sumber, rekaman.id_sumber, rekaman.id_kiriman, rekaman.tanggal,
        rekaman.prioritas, rekaman.utama, beda.kode_desa, beda.kolom,
        case beda.kolom
            when 'nik' then coalesce(rekaman.nik, rekaman.nik_mentah)
            {% for kolom in atribut_orang -%}
            when '{{ kolom }}' then rekaman.{{ kolom }}::text
            {% endfor -%}
        end as nilai,
        beda.menang
    from beda_orang as beda
    inner join {{ ref('golden_individu__rekaman') }} as rekaman on beda.uid = rekaman.uid
),

beda_rumah as (
    select distinct rekaman.uid, atribut.kolom
    from {{ ref('golden_rumah_tangga__rekaman') }} as rekaman
    inner join {{ ref('golden_rumah_tangga') }} as emas on rekaman.uid = emas.uid
    cross join lateral unnest(array[
        {% for kolom in atribut_rumah -%}
        case when {{ beda_rumah(kolom) }} then '{{ kolom }}' end,
        {% endfor -%}
        case when {{ beda_rumah('kode_desa') }} then 'desa' end,
        {% for kolom in ['kode_kecamatan', 'kecamatan'] -%}
        case when left(rekaman.kode_desa, 8) <> left(emas.kode_desa, 8) then '{{ kolom }}' end,
        {% endfor -%}
        case when {{ beda('coalesce(rekaman.no_kk, rekaman.no_kk_angka)', 'emas.no_kk', utama_rumah('no_kk')) }} then 'no_kk' end
    ]) as atribut (kolom)
    where (
        {% for kolom in atribut_rumah -%}
        {{ beda_rumah(kolom) }} or
        {% endfor -%}
        {{ beda('coalesce(rekaman.no_kk, rekaman.no_kk_angka)', 'emas.no_kk', utama_rumah('no_kk')) }}
    ) and atribut.kolom is not null
),

nilai_rumah as (
    select
        'rumah_tangga' as grain, rekaman.uid, rekaman.sumber, rekaman.id_keluarga as id_sumber, rekaman.id_kiriman,
        rekaman.tanggal, rekaman.prioritas,
        coalesce(case beda.kolom
            {% for kolom in kolom_rumah() + ['no_kk'] -%}
            when '{{ kolom }}' then {{ utama_rumah(kolom) }}
            {% endfor -%}
            else {{ utama_rumah('alamat') }}
        end, false) as utama,
        emas.kode_desa, beda.kolom,
        case beda.kolom
            when 'no_kk' then coalesce(rekaman.no_kk, rekaman.no_kk_angka)
            {% for kolom in atribut_rumah + kolom_wilayah() -%}
            when '{{ kolom }}' then {{ teks_rumah('rekaman', kolom) }}
            {% endfor -%}
        end as nilai,
        case beda.kolom
            {% for kolom in atribut_rumah + kolom_wilayah() + ['no_kk'] -%}
            when '{{ kolom }}' then {{ teks_rumah('emas', kolom) }}
            {% endfor -%}
        end as menang
    from beda_rumah as beda
    inner join {{ ref('golden_rumah_tangga__rekaman') }} as rekaman on beda.uid = rekaman.uid
    inner join {{ ref('golden_rumah_tangga') }} as emas on beda.uid = emas.uid
),

kata_dukcapil as (
    -- Dukcapil's word is a source of its own: shown where no record says the same.
    select
        'individu' as grain, emas.uid, 'dukcapil' as sumber, null::text as id_sumber, null::text as id_kiriman,
        null::date as tanggal, 9 as prioritas, false as utama, orang.kode_desa, atribut.kolom,
        case atribut.kolom
            when 'nik' then orang.nik
            when 'status_hidup' then orang.status_hidup
            when 'keberadaan' then orang.keberadaan
            when 'tanggal_meninggal' then orang.tanggal_meninggal::text
        end as nilai
    from {{ ref('golden_individu') }} as emas
    inner join {{ ref('rilis_individu') }} as orang on emas.uid = orang.uid_individu
    cross join lateral unnest(emas.kata_dukcapil) as atribut (kolom)
    where emas.kata_dukcapil is not null
),

kata_kunjungan as (
    -- What an officer saw decided, so it goes before the records that say the same.
    select
        'individu' as grain, emas.uid, 'verifikasi' as sumber, emas.id_kunjungan as id_sumber, null::text as id_kiriman,
        emas.tanggal_kunjungan as tanggal, 0 as prioritas, true as utama, orang.kode_desa, atribut.kolom,
        case atribut.kolom when 'status_hidup' then orang.status_hidup when 'keberadaan' then orang.keberadaan end
            as nilai
    from {{ ref('golden_individu') }} as emas
    inner join {{ ref('rilis_individu') }} as orang on emas.uid = orang.uid_individu
    cross join lateral unnest(emas.kata_kunjungan) as atribut (kolom)
    where emas.kata_kunjungan is not null
),

semua as (
    select * from nilai_orang where nilai is not null
    union all
    select *, nilai as menang from kata_dukcapil where nilai is not null
    union all
    select *, nilai as menang from kata_kunjungan where nilai is not null
    union all
    select * from nilai_rumah
    where nilai is not null
        -- The address moves as one block: what its record leaves empty won over what others say.
        or (utama and kolom in ('{{ kolom_alamat() | join("', '") }}'))
),

label as (
    select kolom, kode, label from {{ ref('kode') }} where kolom <> 'keberadaan'
    union all
    select 'desa', kode, initcap(nama) from {{ ref('wilayah') }}
    union all
    select 'kecamatan', kode, nama from {{ ref('wilayah') }}
),

berlabel as (
    select
        semua.grain, semua.uid, semua.kolom, semua.sumber, semua.id_sumber, semua.id_kiriman, semua.tanggal,
        semua.prioritas, semua.utama, semua.kode_desa,
        coalesce(label.label, semua.nilai) as nilai, coalesce(label_menang.label, semua.menang) as menang,
        -- The winner is the record that carries the published value; a value that was withheld (a damaged or
        -- shared NIK) is shown here only, from the main record. By uid first: it tells most rows apart.
        row_number() over (
            partition by semua.uid, semua.kolom, semua.grain
            order by
                semua.nilai = semua.menang desc nulls last, semua.utama desc, semua.prioritas,
                semua.tanggal desc nulls last, semua.id_sumber
        ) as ke
    from semua
    left join label on semua.kolom = label.kolom and semua.nilai = label.kode
    left join label as label_menang
        on semua.kolom = label_menang.kolom and semua.menang = label_menang.kode
),

-- One pass over the sorted records: the winner's values beside the others, which lost.
terkumpul as (
    select
        uid, kolom, grain,
        {% for kolom in ['nilai', 'menang', 'sumber', 'id_sumber', 'id_kiriman', 'tanggal', 'kode_desa'] -%}
        max({{ kolom }}) filter (where ke = 1) as {{ kolom }},
        {% endfor -%}
        bool_or(utama) filter (where ke = 1) as utama,
        jsonb_agg(
            jsonb_build_object('sumber', sumber, 'id_sumber', id_sumber, 'nilai', nilai, 'tanggal', tanggal)
            order by prioritas, id_sumber
        ) filter (where ke > 1 and nilai is distinct from menang) as kalah
    from berlabel
    group by uid, kolom, grain
),

rilis_asal_usul as (
    select
        {{ periode() }}::text as periode,
        {{ revisi() }} as revisi,
        grain,
        uid,
        kolom,
        nilai,
        sumber,
        id_sumber,
        id_kiriman,
        tanggal,
        case
            when menang is null and nilai is not null then 'ditahan'
            when sumber in ('dukcapil', 'verifikasi') then sumber
            when nilai <> menang then 'aturan'
            when utama then 'utama'
            else 'pengganti'
        end as aturan,
        coalesce(kalah, '[]') as kalah,
        kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from terkumpul
)

select * from rilis_asal_usul
