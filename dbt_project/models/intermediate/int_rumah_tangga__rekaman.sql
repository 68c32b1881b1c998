-- One row per family record, in one standard shape for all registries,
-- so that later models need not know the columns of each source.
with semua as (
    select
        'dtsen' as sumber, id_keluarga, id_kiriman, nomor_baris, no_kk_angka, tanggal, kode_desa, dusun, rt, rw,
        alamat, null::numeric as lat, null::numeric as lon, null::text as status,
        {% for kolom in kolom_rumah() %}{{ kolom }}, {% endfor %}
        desil_nasional, exclude, alasan_exclude, null::smallint as peringkat_provinsi
    from {{ ref('stg_dtsen__keluarga') }}
    union all
    select
        'dtjateng', rt.id_rt, rt.id_kiriman, rt.nomor_baris, rt.no_kk_angka, rt.tanggal,
        coalesce(rt.kode_desa, desa.kode_desa), rt.dusun, rt.rt, rt.rw,
        rt.alamat, null, null, null,
        {% for kolom in kolom_rumah() %}rt.{{ kolom }}, {% endfor %}
        null, null, null, rt.peringkat_provinsi
    from {{ ref('stg_dtjateng__rumah_tangga') }} as rt
    left join {{ ref('int_rumah_tangga__desa') }} as desa on rt.id_rt = desa.id_keluarga
    union all
    select
        'simnakis', id_keluarga, id_kiriman, nomor_baris, no_kk_angka, tanggal, kode_desa, dusun, rt, rw,
        alamat, lat, lon, status,
        {% for kolom in kolom_rumah() %}{{ kolom }}, {% endfor %}
        null, null, null, null
    from {{ ref('stg_simnakis__keluarga') }}
),

bernomor as (
    select *, {{ kk_sah('no_kk_angka') }} as no_kk
    from semua
    -- A family without a resolvable village is quarantined together with its members (int_karantina).
    where kode_desa is not null
    -- A fence: without it Postgres checks the number again in every expression that uses it.
    offset 0
),

int_rumah_tangga__rekaman as (
    select bernomor.*, {{ prioritas('sumber') }} as prioritas, {{ kk_terdaftar('no_kk') }} as kk_terdaftar
    from bernomor
)

select * from int_rumah_tangga__rekaman
