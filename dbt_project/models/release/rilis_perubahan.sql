{{ config(alias='perubahan', indexes=[{'columns': ['uid']}]) }}
-- One row per change since the release before. Values of identifying
-- columns are masked, because this table is in both schemas.
{%- set pribadi = ['nik', 'nama', 'tanggal_lahir', 'tanggal_meninggal', 'nik_lain', 'no_kk', 'nama_kepala', 'alamat',
    'lat', 'lon', 'no_kk_lain'] %}
{%- set tak_dibanding = ['periode', 'revisi', 'id_rilis', 'rekaman_identitas', 'rekaman_rumah', 'rekaman_lengkap',
    'diperbarui', 'bubar_sejak', 'jumlah_konflik', 'versi_dtsen', 'desil_per', 'nik_samar', 'nama_samar', 'no_kk_samar',
    'kecamatan', 'desa'] %}
{%- set kolom_orang = ['nik', 'nama', 'tanggal_lahir', 'uid_rumah_tangga', 'nik_status', 'jenis_kelamin',
    'kelompok_umur', 'hubungan', 'status_hidup', 'tanggal_meninggal', 'keberadaan', 'nik_lain', 'digantikan_oleh',
    ] + kolom_tercatat() %}
{%- set kolom_keluarga = ['no_kk', 'no_kk_lain', 'uid_kepala', 'nama_kepala', 'jumlah_anggota', 'desil_nasional',
    'peringkat_provinsi', 'exclude', 'alasan_exclude', 'status', 'digantikan_oleh', 'uid_hunian',
    ] + kolom_tercatat() + kolom_alamat() + kolom_rumah() %}
with orang_kini as not materialized (select * from {{ ref('rilis_individu') }}),

orang_lalu as not materialized (select * from {{ source('rilis', 'individu') }} where id_rilis = {{ id_sebelum() }}),

rumah_kini as not materialized (select * from {{ ref('rilis_rumah_tangga') }}),

rumah_lalu as not materialized (select * from {{ source('rilis', 'rumah_tangga') }} where id_rilis = {{ id_sebelum() }}),

peristiwa as (
    -- One row per person or household and kind of event. If a person or household is new because an older one was
    -- split, the older one is in `uid_terkait`.
    select grain, jenis, uid, max(uid_terkait) as uid_terkait, max(sebab) as sebab
    from {{ source('identitas', 'peristiwa') }}
    where id_rilis = {{ id_rilis() }}
    group by grain, jenis, uid
),

-- One row per person that changed, is new or is gone, with all columns of each side as one JSON value. `berubah` splits
-- them into one row per column. Without a release before, nothing counts as changed.
beda_orang as materialized (
    select
        coalesce(kini.uid_individu, lalu.uid_individu) as uid, coalesce(kini.kode_desa, lalu.kode_desa) as kode_desa,
        to_jsonb(kini) - array['{{ (tak_dibanding + ["kode_desa"]) | join("', '") }}'] as sesudah,
        to_jsonb(lalu) as sebelum
    from orang_kini as kini
    full join orang_lalu as lalu on kini.uid_individu = lalu.uid_individu
    where {{ id_sebelum() }} is not null and (
        kini.uid_individu, {% for k in kolom_orang %}kini.{{ k }}{{ ', ' if not loop.last }}{% endfor %}
    ) is distinct from (
        lalu.uid_individu, {% for k in kolom_orang %}lalu.{{ k }}{{ ', ' if not loop.last }}{% endfor %}
    )
),

beda_rumah as materialized (
    -- The same for households.
    select
        coalesce(kini.uid_rumah_tangga, lalu.uid_rumah_tangga) as uid,
        coalesce(kini.kode_desa, lalu.kode_desa) as kode_desa,
        to_jsonb(kini) - array['{{ tak_dibanding | join("', '") }}'] as sesudah,
        to_jsonb(lalu) as sebelum
    from rumah_kini as kini
    full join rumah_lalu as lalu on kini.uid_rumah_tangga = lalu.uid_rumah_tangga
    where {{ id_sebelum() }} is not null and (
        kini.uid_rumah_tangga, {% for k in kolom_keluarga %}kini.{{ k }}{{ ', ' if not loop.last }}{% endfor %}
    ) is distinct from (
        lalu.uid_rumah_tangga, {% for k in kolom_keluarga %}lalu.{{ k }}{{ ', ' if not loop.last }}{% endfor %}
    )
),

beda as (
    -- The differing persons and households in one shape.
    select 'individu' as grain, uid, kode_desa, sebelum, sesudah from beda_orang
    union all
    select 'rumah_tangga', uid, kode_desa, sebelum, sesudah from beda_rumah
),

berubah as (
    -- One row per column whose value changed, for persons and households that are in both releases.
    select
        beda.grain, beda.uid, beda.kode_desa, baru.kolom, beda.sebelum ->> baru.kolom as sebelum, baru.isi as sesudah
    from beda
    cross join lateral jsonb_each_text(beda.sesudah) as baru (kolom, isi)
    where jsonb_exists(beda.sebelum, baru.kolom) and baru.isi is distinct from beda.sebelum ->> baru.kolom
),

semua as (
    -- One row per change: a changed column, a new or split id, an id that is gone, or a merge.
    select
        grain, uid, null::text as uid_terkait, null::text as sebab,
        case
            when grain = 'rumah_tangga' and kolom = 'no_kk' then 'ganti_kk'
            when grain = 'rumah_tangga' and kolom = 'kode_desa' then 'pindah_wilayah'
            else 'berubah'
        end as jenis,
        kolom, sebelum, sesudah, kode_desa
    from berubah
    union all
    select muncul.grain, muncul.uid, peristiwa.uid_terkait, peristiwa.sebab,
        case when peristiwa.jenis = 'pecah' then 'pecah' else 'baru' end, null, null, null, muncul.kode_desa
    from beda as muncul
    left join peristiwa
        on muncul.grain = peristiwa.grain and muncul.uid = peristiwa.uid and peristiwa.jenis in ('baru', 'pecah')
    where muncul.sebelum is null
    union all
    select grain, uid, null,
        -- In a revision of the same month, a person who is gone was only in the delivery that has been replaced.
        case
            when split_part({{ id_sebelum() }}, '/', 1) = {{ periode() }} then 'kiriman direvisi'
            else 'lewat masa simpan'
        end, 'keluar', null, null, null, kode_desa from beda where sesudah is null
    union all
    select peristiwa.grain, peristiwa.uid, peristiwa.uid_terkait, peristiwa.sebab, 'gabung', null, null, null,
        coalesce(orang.kode_desa, rumah.kode_desa)
    from peristiwa
    left join orang_kini as orang on peristiwa.grain = 'individu' and peristiwa.uid_terkait = orang.uid_individu
    left join rumah_kini as rumah
        on peristiwa.grain = 'rumah_tangga' and peristiwa.uid_terkait = rumah.uid_rumah_tangga
    where peristiwa.jenis = 'gabung'
),

rilis_perubahan as (
    select
        grain,
        uid,
        uid_terkait,
        sebab,
        jenis,
        kolom,
        case
            when kolom = 'no_kk' then {{ samar('sebelum') }}
            when kolom = any(array['{{ pribadi | join("', '") }}']) and sebelum is not null then '***'
            else sebelum
        end as sebelum,
        case
            when kolom = 'no_kk' then {{ samar('sesudah') }}
            when kolom = any(array['{{ pribadi | join("', '") }}']) and sesudah is not null then '***'
            else sesudah
        end as sesudah,
        kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from semua
)

select * from rilis_perubahan
