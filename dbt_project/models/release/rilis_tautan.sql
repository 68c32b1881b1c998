{{ config(alias='tautan', indexes=[{'columns': ['uid']}, {'columns': ['id_sumber']}]) }}
-- One row for every landed record of a person or household: what became of it.
with orang as (
    select
        'individu' as grain, sumber, id_sumber, id_kiriman, nomor_baris,
        case when utama then 'terbit' else 'digabung' end as nasib, uid, aturan, tanggal, id_keluarga, kode_desa
    from {{ ref('golden_individu__rekaman') }}
),

rumah as (
    select
        'rumah_tangga' as grain, sumber, id_keluarga as id_sumber, id_kiriman, nomor_baris,
        case when utama then 'terbit' else 'digabung' end as nasib, uid, aturan, tanggal, id_keluarga, kode_desa
    from {{ ref('golden_rumah_tangga__rekaman') }}
),

mendarat as (
    -- What was set aside at landing: twins within a delivery (they share the uid of the first), other districts.
    {% for s, keluarga, anggota, id_keluarga, id_anggota, nama_rumah in [
        ('dtsen', 'dtsen_keluarga', 'dtsen_anggota', 'id_keluarga', 'id_anggota', 'keluarga'),
        ('dtjateng', 'dtjateng_rumah_tangga', 'dtjateng_anggota', 'id_rt', 'id_ind', 'rumah_tangga'),
        ('simnakis', 'simnakis_keluarga', 'simnakis_anggota', 'id', 'id', 'keluarga'),
    ] %}
    select 'rumah_tangga' as grain, '{{ s }}' as sumber, {{ id_keluarga }} as id_sumber, id_kiriman, nomor_baris, nasib
    from {{ source(s, keluarga) }} where nasib is not null and id_kiriman = {{ kiriman(s) }}
    union all
    select 'individu', '{{ s }}', {{ id_anggota }}, id_kiriman, nomor_baris, nasib
    from {{ source(s, anggota) }} where nasib is not null and id_kiriman = {{ kiriman(s) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

karantina as (
    select
        case when berkas = 'anggota' then 'individu' else 'rumah_tangga' end as grain, sumber, id_sumber, id_kiriman,
        nomor_baris, kode
    from {{ ref('int_karantina') }}
    where berkas in ('anggota', 'keluarga', 'rumah_tangga')
),

semua as (
    select * from orang
    union all
    select * from rumah
    union all
    select
        mendarat.grain, mendarat.sumber, mendarat.id_sumber, mendarat.id_kiriman, mendarat.nomor_baris,
        mendarat.nasib, tautan.uid, case when tautan.uid is not null then 'kembar_dalam_kiriman' end, null, null, null
    from mendarat
    left join {{ source('identitas', 'tautan') }} as tautan
        on mendarat.nasib = 'digabung' and tautan.id_rilis = {{ id_rilis() }} and mendarat.grain = tautan.grain
        and mendarat.sumber = tautan.sumber and mendarat.id_sumber = tautan.id_sumber
    union all
    select grain, sumber, id_sumber, id_kiriman, nomor_baris, 'karantina', null, null, null, null, null
    from karantina
),

rilis_tautan as (
    select
        {{ periode() }}::text as periode,
        {{ revisi() }} as revisi,
        grain,
        sumber,
        id_sumber,
        id_kiriman,
        nomor_baris,
        nasib,
        uid,
        aturan,
        tanggal,
        id_keluarga,
        kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from semua
)

select * from rilis_tautan
