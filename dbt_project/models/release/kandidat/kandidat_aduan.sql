-- One row per complaint that is a reason to visit a household: it is still open, or it was upheld and no proposal has
-- followed. Left out are complaints about online gambling (domain.md 8, case 55), complaints that repeat one found to
-- be groundless (case 31), and complaints that an upheld objection contradicts. Who complained is not known here.
with kasus as (
    select *
    from {{ ref('casework_kasus') }}
    where sumber = 'aduan' and uid_rumah_tangga is not null
        and {{ hari('dibuka') }} > {{ tanggal_acuan() }} - make_interval(months => {{ ambang('verifikasi_aduan_bulan') }}::int)
),

tidak_terbukti as (
    select uid_rumah_tangga, min(dibuka) as dibuka
    from {{ ref('casework_kasus') }}
    where sumber = 'aduan' and putusan = 'tidak_terbukti'
    group by uid_rumah_tangga
),

judol as (
    select id_sumber from kasus.aduan_pada({{ akhir_bulan() }}) where alasan = 'JUDOL'
),

diterima as (
    select distinct coalesce(verifikasi.id_kasus, 'aduan/' || keberatan.dituju) as id_kasus
    from {{ ref('casework_keberatan') }} as keberatan
    left join {{ ref('casework_verifikasi') }} as verifikasi on keberatan.dituju = verifikasi.id_verifikasi
    where keberatan.keadaan = 'dikabulkan'
),

berbuah as (
    -- One row per household: the day of the newest proof for a proposal, whatever happened to the proposal.
    select uid_rumah_tangga, max(tanggal_verifikasi) as tanggal
    from (
        select uid_rumah_tangga, tanggal_verifikasi from {{ ref('casework_usulan') }}
        union all
        select uid_rumah_tangga, tanggal_verifikasi from {{ ref('casework_usulan__lama') }}
    ) as usulan
    group by uid_rumah_tangga
),

kandidat_aduan as (
    select
        kasus.id_kasus, kasus.uid_rumah_tangga, {{ hari('kasus.dibuka') }} as dibuka,
        case when kasus.status in ('terbukti', 'selesai') then 'TETANGGA_TERBUKTI' else 'ADUAN_TERBUKA' end as alasan
    from kasus
    left join tidak_terbukti on kasus.uid_rumah_tangga = tidak_terbukti.uid_rumah_tangga
    left join judol on kasus.id_sumber = judol.id_sumber
    left join diterima on kasus.id_kasus = diterima.id_kasus
    left join berbuah on kasus.uid_rumah_tangga = berbuah.uid_rumah_tangga
    where judol.id_sumber is null and diterima.id_kasus is null
        and (berbuah.tanggal is null or berbuah.tanggal < {{ hari('kasus.dibuka') }})
        and case
            when kasus.status in ('terbukti', 'selesai') then kasus.putusan = 'terbukti'
            else kasus.status in ('diterima', 'diverifikasi', 'ditugaskan', 'diperiksa')
                and (tidak_terbukti.dibuka is null or kasus.dibuka <= tidak_terbukti.dibuka)
        end
)

select * from kandidat_aduan
