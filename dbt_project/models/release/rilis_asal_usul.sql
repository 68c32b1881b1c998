{{ config(alias='asal_usul') }}
-- Provenance where it is not the plain case: sources differ, or the published value is not the main record's. For the
-- rest the published view computes it from tautan (measured: storing every cell costs 20 s and 2.4 GB a release).
{%- set atribut_orang = ['nama', 'jenis_kelamin', 'tanggal_lahir', 'hubungan', 'status_hidup', 'keberadaan',
    'tanggal_meninggal', 'nik'] %}
{%- set atribut_rumah = kolom_rumah() + kolom_satu_sumber() %}
{%- set blok_alamat = kolom_alamat() + ['desa', 'kode_kecamatan', 'kecamatan'] %}
{%- set atribut_sendiri = kolom_satu_sumber() + ['desil_per', 'versi_dtsen'] + kolom_aset() %}
with beda_orang as (
    -- The attributes of a person of which a record says something else than what is published, or the main record
    -- nothing at all.
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
    select
        'individu' as grain, rekaman.uid, rekaman.sumber, rekaman.id_sumber, rekaman.id_kiriman, rekaman.tanggal,
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

beda_rumah as (
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
    select
        'rumah_tangga' as grain, rekaman.uid, rekaman.sumber, rekaman.id_keluarga as id_sumber, rekaman.id_kiriman,
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
    select 'desa' as kolom, kode, {{ nama_desa('nama') }} as nama from {{ ref('wilayah') }}
    union all
    select 'kecamatan', kode, nama from {{ ref('wilayah') }}
),

kalah_alamat as (
    -- The address moves as one block, and the village's names with it: which record won is known beforehand, also
    -- where it is empty, and what the others say lost. (Looked for like the house it costs five times as much.)
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
    -- Villages of two kecamatan can have one name.
    where (nama.nama <> menang.nama) is not false
    group by kalah.uid, kalah.kolom
),

kata_lain as (
    -- Dukcapil's word and what only the release before knows are sources of their own: shown where no record says the
    -- same. That nothing is known of somebody is nobody's word.
    select
        'individu' as grain, kata.uid, kata.sumber, kata.id_sumber, null::text as id_kiriman, null::date as tanggal,
        9 as prioritas, false as utama, orang.kode_desa, kata.kolom,
        case kata.kolom
            when 'nik' then orang.nik
            when 'status_hidup' then orang.status_hidup
            when 'keberadaan' then orang.keberadaan
            when 'tanggal_meninggal' then orang.tanggal_meninggal::text
        end as nilai
    from (
        select uid, 'dukcapil' as sumber, null::text as id_sumber, unnest(kata_dukcapil) as kolom
        from {{ ref('golden_individu') }}
        union all
        select uid, 'rilis', {{ id_bulan_lalu() }}::text, unnest(kata_rilis) from {{ ref('golden_individu') }}
        union all
        select uid, null, null, unnest(array_remove(array[
            case when status_hidup = 'tidak_diketahui' then 'status_hidup' end,
            case when keberadaan = 'tidak_diketahui' then 'keberadaan' end
        ], null)) from {{ ref('golden_individu') }}
    ) as kata
    inner join {{ ref('rilis_individu') }} as orang on kata.uid = orang.uid_individu
),

kata_kunjungan as (
    -- What an officer saw decided, so it goes before the records that say the same.
    select
        'individu' as grain, kata.uid, 'verifikasi' as sumber, kata.id_kunjungan as id_sumber, null::text as id_kiriman,
        kata.tanggal_kunjungan as tanggal, 0 as prioritas, true as utama, orang.kode_desa, kata.kolom,
        case kata.kolom when 'status_hidup' then orang.status_hidup when 'keberadaan' then orang.keberadaan end as nilai
    from (
        select uid, id_kunjungan, tanggal_kunjungan, unnest(kata_kunjungan) as kolom from {{ ref('golden_individu') }}
    ) as kata
    inner join {{ ref('rilis_individu') }} as orang on kata.uid = orang.uid_individu
),

tak_dimuat as (
    -- Whom no registry carries now: they keep their values.
    select 'individu' as grain, uid_individu as uid, nik, rekaman_identitas, kode_desa
    from {{ ref('rilis_individu') }} as orang
    where not {{ tercatat('orang') }} and digantikan_oleh is null
    union all
    select 'rumah_tangga', uid_rumah_tangga, null, rekaman_identitas, kode_desa
    from {{ ref('rilis_rumah_tangga') }} as rumah
    where not {{ tercatat('rumah') }} and digantikan_oleh is null
),

sendiri as (
    -- What one registry alone tells of such a household.
    select uid, kode_desa, kolom, nilai, case kolom when 'peringkat_provinsi' then 'dtjateng' else 'dtsen' end as sumber
    from (
        select
            uid_rumah_tangga as uid, kode_desa,
            unnest(array['{{ atribut_sendiri | join("', '") }}']) as kolom,
            unnest(array[{{ atribut_sendiri | join('::text, ') }}::text]) as nilai
        from {{ ref('rilis_rumah_tangga') }} as rumah
        where not {{ tercatat('rumah') }} and digantikan_oleh is null
    ) as atribut
    where nilai is not null
),

rekaman_lalu as (
    -- The newest record of each registry in which last month's release had such a household.
    select distinct on (tautan.uid, tautan.sumber)
        tautan.uid, tautan.sumber, tautan.id_sumber, tautan.id_kiriman, tautan.tanggal
    from {{ source('rilis', 'tautan') }} as tautan
    inner join tak_dimuat on tak_dimuat.grain = 'rumah_tangga' and tautan.uid = tak_dimuat.uid
    where tautan.id_rilis = {{ id_bulan_lalu() }} and tautan.grain = 'rumah_tangga'
    order by tautan.uid, tautan.sumber, tautan.tanggal desc nulls last, tautan.id_sumber, tautan.nomor_baris
),

lalu as (
    -- And with the values where they came from. A number that somebody else carries now is withheld from both.
    select
        asal.grain, asal.uid, asal.kolom, asal.nilai, asal.sumber, asal.id_sumber, asal.id_kiriman, asal.tanggal,
        asal.aturan, asal.kalah, tak_dimuat.kode_desa
    from tak_dimuat
    inner join {{ source('rilis', 'asal_usul') }} as asal
        on asal.id_rilis = {{ id_bulan_lalu() }} and tak_dimuat.grain = asal.grain and tak_dimuat.uid = asal.uid
    where asal.kolom <> 'nik' or asal.aturan = 'ditahan' or tak_dimuat.nik is not null
    union all
    select
        tak_dimuat.grain, tak_dimuat.uid, 'nik', dulu.nik, split_part(tak_dimuat.rekaman_identitas, '|', 1),
        substr(tak_dimuat.rekaman_identitas, strpos(tak_dimuat.rekaman_identitas, '|') + 1), null, null, 'ditahan',
        '[]', tak_dimuat.kode_desa
    from tak_dimuat
    inner join {{ source('rilis', 'individu') }} as dulu
        on dulu.id_rilis = {{ id_bulan_lalu() }} and tak_dimuat.uid = dulu.uid_individu
    where tak_dimuat.grain = 'individu' and tak_dimuat.nik is null and dulu.nik is not null
    union all
    -- It has no record named beside it: where last month's stood.
    select
        'rumah_tangga', sendiri.uid, sendiri.kolom, sendiri.nilai, rekaman.sumber, rekaman.id_sumber,
        rekaman.id_kiriman, rekaman.tanggal, 'utama', '[]', sendiri.kode_desa
    from sendiri
    inner join rekaman_lalu as rekaman on sendiri.uid = rekaman.uid and sendiri.sumber = rekaman.sumber
    where not exists (
        select from {{ source('rilis', 'asal_usul') }} as dulu
        where dulu.id_rilis = {{ id_bulan_lalu() }} and dulu.grain = 'rumah_tangga'
            and dulu.uid = sendiri.uid and dulu.kolom = sendiri.kolom
    )
),

semua as (
    select * from nilai_orang where nilai is not null
    union all
    select *, nilai as menang from kata_lain where nilai is not null
    union all
    select *, nilai as menang from kata_kunjungan where nilai is not null
    union all
    select * from nilai_rumah where nilai is not null
),

berlabel as (
    select
        semua.grain, semua.uid, semua.kolom, semua.sumber, semua.id_sumber, semua.id_kiriman, semua.tanggal,
        semua.prioritas, semua.utama, semua.kode_desa,
        coalesce(kode.label, semua.nilai) as nilai, coalesce(kode_menang.label, semua.menang) as menang,
        -- The winner is the record that carries the published value; a value that was withheld (a damaged or
        -- shared NIK) is shown here only, from the main record. By uid first: it tells most rows apart.
        row_number() over (
            partition by semua.uid, semua.kolom, semua.grain
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
        ) filter (where nilai is distinct from menang and (ke > 1 or menang is not null)) as kalah
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
        -- What no record says and a rule made of them is nobody's word; all that they say lost.
        coalesce(menang, nilai) as nilai,
        {% for kolom in ['sumber', 'id_sumber', 'id_kiriman', 'tanggal'] -%}
        case when (nilai <> menang) is not true then {{ kolom }} end as {{ kolom }},
        {% endfor -%}
        case
            when menang is null then 'ditahan'
            when sumber in ('dukcapil', 'verifikasi', 'rilis') then sumber
            when nilai <> menang or sumber is null then 'aturan'
            when utama then 'utama'
            else 'pengganti'
        end as aturan,
        coalesce(kalah, '[]') as kalah,
        kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from terkumpul
    union all
    select
        {{ periode() }}::text, {{ revisi() }}, 'rumah_tangga', uid, kolom, nilai, sumber, id_sumber, id_kiriman, tanggal,
        'utama', kalah, kode_desa, {{ id_rilis() }}::text
    from asal_alamat
    union all
    select
        {{ periode() }}::text, {{ revisi() }}, grain, uid, kolom, nilai, sumber, id_sumber, id_kiriman, tanggal, aturan,
        kalah, kode_desa, {{ id_rilis() }}::text
    from lalu
)

select * from rilis_asal_usul
