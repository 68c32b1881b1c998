{{ config(alias='perubahan', indexes=[{'columns': ['uid']}]) }}
-- What changed against the release before; values of identified columns are masked (this table is in both schemas).
{%- set pribadi = ['nik', 'nama', 'tanggal_lahir', 'tanggal_meninggal', 'nik_lain', 'no_kk', 'nama_kepala', 'alamat',
    'lat', 'lon', 'no_kk_lain'] %}
{%- set tak_dibanding = ['periode', 'revisi', 'id_rilis', 'rekaman_identitas', 'rekaman_rumah', 'diperbarui',
    'bubar_sejak', 'jumlah_konflik', 'versi_dtsen', 'desil_per', 'nik_samar', 'nama_samar', 'no_kk_samar', 'kecamatan',
    'desa'] %}
with orang_kini as (select * from {{ ref('rilis_individu') }}),

orang_lalu as (select * from {{ source('rilis', 'individu') }} where id_rilis = {{ id_sebelum() }}),

rumah_kini as (select * from {{ ref('rilis_rumah_tangga') }}),

rumah_lalu as (select * from {{ source('rilis', 'rumah_tangga') }} where id_rilis = {{ id_sebelum() }}),

peristiwa as (
    -- A person or household that is new because an older one split has its origin here.
    select grain, jenis, uid, max(uid_terkait) as uid_terkait, max(sebab) as sebab
    from {{ source('identitas', 'peristiwa') }}
    where id_rilis = {{ id_rilis() }}
    group by grain, jenis, uid
),

berubah_orang as (
    select 'individu' as grain, kini.uid_individu as uid, kini.kode_desa, kolom.key as kolom,
        kolom.value as sesudah, to_jsonb(lalu) ->> kolom.key as sebelum
    from orang_kini as kini
    inner join orang_lalu as lalu on kini.uid_individu = lalu.uid_individu
    cross join lateral jsonb_each_text(to_jsonb(kini)) as kolom
    where (
        kini.nik, kini.nama, kini.tanggal_lahir, kini.uid_rumah_tangga, kini.nik_status, kini.jenis_kelamin,
        kini.kelompok_umur, kini.hubungan, kini.status_hidup, kini.tanggal_meninggal, kini.keberadaan, kini.nik_lain,
        kini.digantikan_oleh, kini.di_dtsen, kini.di_dtjateng, kini.di_simnakis, kini.kode_desa
    ) is distinct from (
        lalu.nik, lalu.nama, lalu.tanggal_lahir, lalu.uid_rumah_tangga, lalu.nik_status, lalu.jenis_kelamin,
        lalu.kelompok_umur, lalu.hubungan, lalu.status_hidup, lalu.tanggal_meninggal, lalu.keberadaan, lalu.nik_lain,
        lalu.digantikan_oleh, lalu.di_dtsen, lalu.di_dtjateng, lalu.di_simnakis, lalu.kode_desa
    )
    and kolom.key <> all(array['{{ (tak_dibanding + ["kode_desa"]) | join("', '") }}'])
    and kolom.value is distinct from to_jsonb(lalu) ->> kolom.key
),

berubah_rumah as (
    select 'rumah_tangga' as grain, kini.uid_rumah_tangga as uid, kini.kode_desa, kolom.key as kolom,
        kolom.value as sesudah, to_jsonb(lalu) ->> kolom.key as sebelum
    from rumah_kini as kini
    inner join rumah_lalu as lalu on kini.uid_rumah_tangga = lalu.uid_rumah_tangga
    cross join lateral jsonb_each_text(to_jsonb(kini)) as kolom
    where (
        {% for k in ['no_kk', 'no_kk_lain', 'uid_kepala', 'jumlah_anggota', 'desil_nasional',
            'peringkat_provinsi', 'di_dtsen', 'di_dtjateng', 'di_simnakis', 'exclude', 'alasan_exclude', 'status',
            'digantikan_oleh', 'uid_hunian'] + kolom_alamat() + kolom_rumah() -%}
        kini.{{ k }}{{ ', ' if not loop.last }}
        {%- endfor %}
    ) is distinct from (
        {% for k in ['no_kk', 'no_kk_lain', 'uid_kepala', 'jumlah_anggota', 'desil_nasional',
            'peringkat_provinsi', 'di_dtsen', 'di_dtjateng', 'di_simnakis', 'exclude', 'alasan_exclude', 'status',
            'digantikan_oleh', 'uid_hunian'] + kolom_alamat() + kolom_rumah() -%}
        lalu.{{ k }}{{ ', ' if not loop.last }}
        {%- endfor %}
    )
    and kolom.key <> all(array['{{ tak_dibanding | join("', '") }}'])
    and kolom.value is distinct from to_jsonb(lalu) ->> kolom.key
),

muncul as (
    select 'individu' as grain, kini.uid_individu as uid, kini.kode_desa
    from orang_kini as kini
    where exists (select 1 from orang_lalu)
        and not exists (select 1 from orang_lalu as lalu where lalu.uid_individu = kini.uid_individu)
    union all
    select 'rumah_tangga', kini.uid_rumah_tangga, kini.kode_desa
    from rumah_kini as kini
    where exists (select 1 from rumah_lalu)
        and not exists (select 1 from rumah_lalu as lalu where lalu.uid_rumah_tangga = kini.uid_rumah_tangga)
),

hilang as (
    select 'individu' as grain, lalu.uid_individu as uid, lalu.kode_desa
    from orang_lalu as lalu
    where not exists (select 1 from orang_kini as kini where kini.uid_individu = lalu.uid_individu)
    union all
    select 'rumah_tangga', lalu.uid_rumah_tangga, lalu.kode_desa
    from rumah_lalu as lalu
    where not exists (select 1 from rumah_kini as kini where kini.uid_rumah_tangga = lalu.uid_rumah_tangga)
),

semua as (
    select grain, uid, null::text as uid_terkait, null::text as sebab, 'berubah' as jenis, kolom, sebelum, sesudah,
        kode_desa
    from berubah_orang
    union all
    select grain, uid, null, null,
        case kolom when 'no_kk' then 'ganti_kk' when 'kode_desa' then 'pindah_wilayah' else 'berubah' end,
        kolom, sebelum, sesudah, kode_desa
    from berubah_rumah
    union all
    select muncul.grain, muncul.uid, peristiwa.uid_terkait, peristiwa.sebab,
        case when peristiwa.jenis = 'pecah' then 'pecah' else 'baru' end, null, null, null, muncul.kode_desa
    from muncul
    left join peristiwa
        on muncul.grain = peristiwa.grain and muncul.uid = peristiwa.uid and peristiwa.jenis in ('baru', 'pecah')
    union all
    select grain, uid, null, 'lewat masa simpan', 'keluar', null, null, null, kode_desa from hilang
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
