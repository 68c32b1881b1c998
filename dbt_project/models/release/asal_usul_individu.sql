{{ config(schema='golden', unlogged=true) }}
-- The source of each published value of a person, as input of rilis_asal_usul. It covers the cells (person and column)
-- where the records differ, where the published value is not the main record's, or where the value came from no source.
{%- set atribut_orang = ['nama', 'jenis_kelamin', 'tanggal_lahir', 'hubungan', 'status_hidup', 'keberadaan',
    'tanggal_meninggal', 'nik'] %}
with beda_orang as (
    -- One row per cell for which a record has another value than
    -- the published one, or for which the main record has no value.
    select distinct on (uid, kolom)
        uid, (array['{{ atribut_orang | join("', '") }}'])[ke] as kolom, isi[ke] as menang, kode_desa
    from (
        select
            rekaman.uid, emas.kode_desa,
            unnest(array_remove(array[
                {% for kolom in atribut_orang -%}
                case when {{ beda(kata_orang(kolom, 'emas.' ~ kolom), 'emas.' ~ kolom, 'rekaman.utama') }} then {{ loop.index }} end
                {{- ',' if not loop.last }}
                {% endfor %}
            ], null)) as ke,
            array[{% for kolom in atribut_orang %}emas.{{ kolom }}::text{{ ', ' if not loop.last }}{% endfor %}] as isi
        from {{ ref('golden_individu__rekaman') }} as rekaman
        inner join {{ ref('rilis_individu') }} as emas on rekaman.uid = emas.uid_individu
        where
            {% for kolom in atribut_orang -%}
            {{ beda(kata_orang(kolom, 'emas.' ~ kolom), 'emas.' ~ kolom, 'rekaman.utama') }}{{ ' or' if not loop.last }}
            {% endfor %}
    ) as atribut
),

nilai_orang as (
    -- One row per such cell and record of the person: the record's value next to the published one (`menang`).
    select
        rekaman.uid, rekaman.sumber, rekaman.id_sumber, rekaman.id_kiriman, rekaman.tanggal,
        rekaman.prioritas, rekaman.utama, beda.kode_desa, beda.kolom,
        case beda.kolom
            {% for kolom in atribut_orang -%}
            when '{{ kolom }}' then ({{ kata_orang(kolom, 'beda.menang') }})::text
            {% endfor -%}
        end as nilai,
        beda.menang
    from beda_orang as beda
    inner join {{ ref('golden_individu__rekaman') }} as rekaman on beda.uid = rekaman.uid
),

kata_lain as (
    -- One row per cell whose value did not come from a record. Dukcapil's verdict is such a source, and it comes before
    -- the records with the same value. Two others count only where no record has the same value: last month's release,
    -- and Dukcapil for the NIK that is in use. If nothing is known (`tidak_diketahui`), the value has no source.
    select
        kata.uid, kata.sumber, kata.id_sumber, null::text as id_kiriman, kata.tanggal,
        case when kata.dahulu then 0 else 9 end as prioritas, kata.dahulu as utama, orang.kode_desa, kata.kolom,
        case kata.kolom
            when 'nik' then orang.nik
            when 'status_hidup' then orang.status_hidup
            when 'keberadaan' then orang.keberadaan
            when 'tanggal_meninggal' then orang.tanggal_meninggal::text
        end as nilai
    from (
        select uid, sumber, id_sumber, kolom, tanggal, coalesce(sumber = 'dukcapil' and kolom <> 'nik', false) as dahulu
        from (
            select
                uid, 'dukcapil' as sumber, null::text as id_sumber, unnest(kata_dukcapil) as kolom,
                tanggal_dukcapil as tanggal
            from {{ ref('golden_individu') }}
            union all
            select uid, 'rilis', {{ id_bulan_lalu() }}::text, unnest(kata_rilis), tanggal_rilis
            from {{ ref('golden_individu') }}
            union all
            select uid, null, null, unnest(array_remove(array[
                case when status_hidup = 'tidak_diketahui' then 'status_hidup' end,
                case when keberadaan = 'tidak_diketahui' then 'keberadaan' end
            ], null)), null
            from {{ ref('golden_individu') }}
        ) as masing
    ) as kata
    inner join {{ ref('rilis_individu') }} as orang on kata.uid = orang.uid_individu
),

kata_kunjungan as (
    -- One row per cell that a visit decided. Because it decided, it comes before the records with the same value.
    select
        kata.uid, 'verifikasi' as sumber, kata.id_kunjungan as id_sumber, null::text as id_kiriman,
        kata.tanggal_kunjungan as tanggal, 0 as prioritas, true as utama, orang.kode_desa, kata.kolom,
        case kata.kolom when 'status_hidup' then orang.status_hidup when 'keberadaan' then orang.keberadaan end as nilai
    from (
        select uid, id_kunjungan, tanggal_kunjungan, unnest(kata_kunjungan) as kolom from {{ ref('golden_individu') }}
    ) as kata
    inner join {{ ref('rilis_individu') }} as orang on kata.uid = orang.uid_individu
),

semua as (
    -- The input of the macro asal_terpilih: one row per cell and source that says something of it.
    select * from nilai_orang where nilai is not null
    union all
    select *, nilai as menang from kata_lain where nilai is not null
    union all
    select *, nilai as menang from kata_kunjungan where nilai is not null
),

{{ asal_terpilih() }}

select * from terpilih
