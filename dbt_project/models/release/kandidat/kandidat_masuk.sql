-- Households and applications that seem to need help and get none: households of this month without a programme from
-- any payer, and applications that were found eligible but whose people no registry lists. `ciri`: the number of bad
-- features of the house.
{%- set kolom_buruk = ['jenis_lantai_terluas', 'jenis_dinding_terluas', 'jenis_atap_terluas', 'fasilitas_bab',
    'sumber_air_minum_utama', 'sumber_penerangan_utama'] %}
with mampu as (
    -- Households that were found to manage without help.
    select uid_rumah_tangga from {{ kunjungan_terakhir() }} as terakhir where hasil = 'mampu'
),

tanpa_bantuan as (
    select
        rumah.uid_rumah_tangga, rumah.desil_nasional is null as tanpa_desil, rumah.di_dtsen, rumah.di_simnakis,
        {% for kolom in kolom_buruk -%}
        coalesce((
            rumah.{{ kolom }} = any(array(
                select buruk.label from {{ ref('rumah_buruk') }} as buruk
                where buruk.kolom = '{{ kolom }}'
                    and {{ tanggal_acuan() }} between buruk.berlaku_dari and coalesce(buruk.berlaku_sampai, 'infinity')
            ))
        )::int, 0){{ ' +' if not loop.last }}
        {% endfor %} as ciri
    from {{ ref('rilis_rumah_tangga') }} as rumah
    left join {{ ref('kandidat_penerima') }} as penerima on rumah.uid_rumah_tangga = penerima.uid_rumah_tangga
    left join mampu on rumah.uid_rumah_tangga = mampu.uid_rumah_tangga
    where rumah.status = 'aktif' and penerima.uid_rumah_tangga is null and mampu.uid_rumah_tangga is null
        and (rumah.desil_nasional is null or rumah.desil_nasional <= {{ ambang('verifikasi_desil_rendah') }})
        and rumah.exclude is distinct from true
        -- If no registry mentions a household this month, nobody knows what it receives.
        and {{ tercatat('rumah') }}
),

kandidat_masuk as (
    select
        uid_rumah_tangga, null::text as id_kasus, ciri,
        case when tanpa_desil then 'DESIL_KOSONG_RUMAH_BURUK_TANPA_BANTUAN'
            else 'DESIL_RENDAH_RUMAH_BURUK_TANPA_BANTUAN' end as alasan
    from tanpa_bantuan
    where ciri >= {{ ambang('verifikasi_ciri_rumah_buruk') }}
    union all
    select uid_rumah_tangga, null, ciri, 'DESIL_RENDAH_DI_LUAR_SIMNAKIS'
    from tanpa_bantuan
    where not tanpa_desil and di_dtsen and not di_simnakis
    union all
    select null, id_kasus, 0, 'PENGAJUAN_LAYAK_TANPA_REGISTRI'
    from {{ ref('casework_kasus') }}
    where sumber = 'pengajuan' and jenis in ('baru', 'usulan_desa') and status in ('layak', 'musdes', 'diusulkan')
        and uid_rumah_tangga is null
)

select * from kandidat_masuk
