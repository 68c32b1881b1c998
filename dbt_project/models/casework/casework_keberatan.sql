-- One row per objection (sanggah) at the month's end, and whether it still holds back what
-- it contests (rules.md: an open sanggah holds until layak, tidak_layak, ditolak_pusat or
-- dicabut). An objection that was found justified (`layak`) stays so in the later states of
-- its procedure. An objection that the ministry accepted needs no finding of the district.
with perubahan as (
    select id_sumber, status, diubah
    from {{ source('kasus', 'pengajuan') }}
    where jenis = 'sanggah' and diubah < {{ akhir_bulan() }}
),

riwayat as (
    -- One row per objection: when it was first found justified, first accepted by the ministry, and first recorded.
    select
        id_sumber,
        min(diubah) filter (where status = 'layak') as layak,
        min(diubah) filter (where status = 'diterima_pusat') as diterima,
        min(diubah) as awal
    from perubahan
    group by id_sumber
),

casework_keberatan as (
    select
        kini.id_sumber as id_sanggah,
        kini.rujukan as dituju,
        case
            when kini.status in ('tidak_layak', 'ditolak_pusat', 'dicabut') then 'ditolak'
            when riwayat.layak is not null or riwayat.diterima is not null then 'dikabulkan'
            else 'terbuka'
        end as keadaan,
        {{ hari("case
            when kini.status in ('tidak_layak', 'ditolak_pusat', 'dicabut') then kini.diubah
            else coalesce(riwayat.layak, riwayat.diterima, riwayat.awal)
        end") }} as tanggal
    from kasus.pengajuan_pada({{ akhir_bulan() }}) as kini
    inner join riwayat on kini.id_sumber = riwayat.id_sumber
    where kini.jenis = 'sanggah' and kini.rujukan is not null
)

select * from casework_keberatan
