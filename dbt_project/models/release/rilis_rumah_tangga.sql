{{ config(alias='rumah_tangga', indexes=[{'columns': ['no_kk']}, {'columns': ['kode_desa']}]) }}
-- One row per household of this month, and per household published before that still has members, or has had none for
-- fewer months than the threshold simpan_bubar_rilis.
{%- set isi = ['no_kk', 'no_kk_lain'] + kolom_alamat() + kolom_rumah() + [
    'desil_nasional', 'exclude', 'alasan_exclude', 'peringkat_provinsi', 'diperbarui', 'rekaman_identitas',
    'rekaman_rumah', 'rekaman_lengkap',
] %}
with anggota as (
    -- One row per household: the number of members, its head, and whether somebody has moved away.
    select
        uid_rumah_tangga,
        count(*) filter (where {{ masih_anggota('individu') }} and digantikan_oleh is null) as jumlah_anggota,
        bool_or(keberadaan = 'pindah' and digantikan_oleh is null) as ada_pindah,
        (array_agg(uid_individu order by tanggal_lahir, uid_individu) filter (
            where hubungan = 'kepala' and {{ masih_anggota('individu') }}
                and tanggal_lahir <= {{ tanggal_acuan() }} - make_interval(years => {{ ambang('usia_dewasa') }}::int)
        ))[1] as uid_kepala
    from {{ ref('rilis_individu') }} as individu
    group by uid_rumah_tangga
),

semua as (
    -- The households of this month, then those that are kept from earlier releases.
    select
        uid, {% for kolom in isi %}{{ kolom }}, {% endfor %}{{ kolom_tercatat() | join(', ') }}, jumlah_konflik,
        null::text as digantikan_oleh, null::text as bubar_sejak, true as label_kode, null::text as versi_lama,
        null::date as desil_per_lama
    from {{ ref('golden_rumah_tangga') }}
    union all
    select
        lalu.uid_rumah_tangga, {% for kolom in isi %}lalu.{{ kolom }}, {% endfor %}{{ 'false, ' * (sumber() | length) }}0,
        penerus.digantikan_oleh, lalu.bubar_sejak, false, lalu.versi_dtsen, lalu.desil_per
    from {{ source('rilis', 'rumah_tangga') }} as lalu
    left join {{ penerus('rumah_tangga') }} as penerus on lalu.uid_rumah_tangga = penerus.uid
    where {{ berlanjut('rumah_tangga', 'lalu') }}
        and not exists (select 1 from {{ ref('golden_rumah_tangga') }} as kini where kini.uid = lalu.uid_rumah_tangga)
        and (
            lalu.bubar_sejak is null
            or to_date(lalu.bubar_sejak, 'YYYY-MM') + make_interval(months => {{ ambang('simpan_bubar_rilis') }}::int)
            > {{ tanggal_acuan() }}
        )
),

versi as (
    -- The version of DTSEN that this release uses, and the date of its desil.
    select
        kiriman.keterangan ->> 'versi_dtsen' as versi_dtsen,
        (kiriman.keterangan ->> 'desil_per')::date as desil_per
    from {{ source('buku', 'kiriman') }} as kiriman
    where kiriman.id_kiriman = {{ kiriman('dtsen') }}
),

hunian as (
    -- One row per household that shows where it lives. In one village, KK with the same PLN customer number or the same
    -- location share a dwelling, which is named after their lowest uid.
    select uid, min(uid) over (partition by tanda, kode_desa) as uid_hunian
    from (
        select uid, kode_desa,
            -- A PLN number of only zeros or marks is not a number. A point outside the district (0,0; lat and lon
            -- swapped) shows that a device failed, not where somebody lives.
            coalesce(
                case when id_pelanggan_pln ~ '[1-9]' then 'pln' || id_pelanggan_pln end,
                case when not {{ di_luar_kotak('lat', 'lon') }} then 'titik' || lat || ',' || lon end
            ) as tanda
        from {{ ref('golden_rumah_tangga') }}
    ) as bertanda
    where tanda is not null
),

usulan as (
    -- Open proposals. One that the ministry refused is no longer open, although other receivers may still have it
    -- (contracts/published.md, status_lokal).
    select distinct
        kini.uid_rumah_tangga, kini.program, coalesce(kini.uid_individu, kini.uid_rumah_tangga) as penerima
    from {{ ref('casework_usulan') }} as kini
    left join antrean.keadaan_pada({{ kandidat_dibuat() }}) as pusat
        on kini.id_baris = pusat.id_baris and pusat.tujuan = 'siks_ng' and pusat.status = 'ditolak'
    where pusat.id_baris is null
),

diusulkan as (
    -- Households for which every active programme, of the family and of its people, is proposed to end. Aid for the
    -- dwelling is left out: it is never proposed to end.
    select golden.uid_rumah_tangga
    from {{ ref('golden_kepesertaan') }} as golden
    inner join (
        select distinct diusul.uid_rumah_tangga from usulan as diusul
    ) as rumah on golden.uid_rumah_tangga = rumah.uid_rumah_tangga
    left join usulan
        on golden.program = usulan.program
        and coalesce(golden.uid_individu, golden.uid_rumah_tangga) = usulan.penerima
    where golden.status = 'AKTIF' and golden.grain <> 'hunian'
    group by golden.uid_rumah_tangga
    having bool_and(usulan.penerima is not null)
),

rilis_rumah_tangga as (
    select
        {{ periode() }}::text as periode,
        {{ revisi() }} as revisi,
        semua.uid as uid_rumah_tangga,
        semua.no_kk,
        {{ samar('semua.no_kk') }} as no_kk_samar,
        anggota.uid_kepala,
        kepala.nama as nama_kepala,
        left(semua.kode_desa, 8) as kode_kecamatan,
        kecamatan.nama as kecamatan,
        semua.kode_desa,
        {{ nama_desa('desa.nama') }} as desa,
        semua.dusun,
        semua.rt,
        semua.rw,
        semua.alamat,
        semua.lat::double precision as lat,
        semua.lon::double precision as lon,
        coalesce(anggota.jumlah_anggota, 0)::smallint as jumlah_anggota,
        semua.desil_nasional,
        case
            when not semua.label_kode then semua.desil_per_lama
            when semua.di_dtsen then (select versi.desil_per from versi)
        end as desil_per,
        case
            when not semua.label_kode then semua.versi_lama
            when semua.di_dtsen then (select versi.versi_dtsen from versi)
        end as versi_dtsen,
        semua.peringkat_provinsi,
        {% for kolom in kolom_tercatat() -%}
        semua.{{ kolom }},
        {% endfor -%}
        semua.exclude,
        semua.alasan_exclude,
        {% for kolom in kolom_rumah() -%}
        {%- if kolom in kolom_berkode() -%}
        case when semua.label_kode then kode_{{ kolom }}.label else semua.{{ kolom }} end as {{ kolom }},
        {%- elif kolom.startswith('jumlah_ternak') -%}
        semua.{{ kolom }}::smallint as {{ kolom }},
        {%- else -%}
        semua.{{ kolom }},
        {%- endif %}
        {% endfor -%}
        case
            when anggota.jumlah_anggota > 0 and diusulkan.uid_rumah_tangga is not null then 'nonaktif_diusulkan'
            when coalesce(anggota.jumlah_anggota, 0) > 0 then 'aktif'
            when anggota.ada_pindah then 'pindah'
            else 'bubar'
        end as status,
        semua.digantikan_oleh,
        semua.diperbarui,
        semua.jumlah_konflik::smallint as jumlah_konflik,
        semua.no_kk_lain,
        'h' || substr(coalesce(hunian.uid_hunian, semua.uid), 2) as uid_hunian,
        semua.rekaman_identitas,
        semua.rekaman_rumah,
        semua.rekaman_lengkap,
        case when coalesce(anggota.jumlah_anggota, 0) = 0 then coalesce(semua.bubar_sejak, {{ periode() }}) end
            as bubar_sejak,
        {{ id_rilis() }}::text as id_rilis
    from semua
    left join anggota on semua.uid = anggota.uid_rumah_tangga
    left join {{ ref('rilis_individu') }} as kepala on anggota.uid_kepala = kepala.uid_individu
    left join {{ ref('wilayah') }} as desa on semua.kode_desa = desa.kode
    left join {{ ref('wilayah') }} as kecamatan on left(semua.kode_desa, 8) = kecamatan.kode
    left join hunian on semua.uid = hunian.uid
    left join diusulkan on semua.uid = diusulkan.uid_rumah_tangga
    {% for kolom in kolom_berkode() -%}
    left join {{ ref('kode') }} as kode_{{ kolom }}
        on kode_{{ kolom }}.kolom = '{{ kolom }}' and semua.{{ kolom }} = kode_{{ kolom }}.kode
    {% endfor %}
)

select * from rilis_rumah_tangga
