-- One row per complaint or application: the household and person that it is about, what a person has to check in it,
-- which cases share one investigation, and which case came before.
with keadaan as (
    -- One row per case, as it was known at the month's end.
    select * from kasus.keadaan_kasus({{ akhir_bulan() }})
),

terverifikasi as (
    -- One row per case with a valid visit: whom the last such visit verified. The verified person or family counts, not
    -- the one that the case names (domain.md 8, case 26).
    select distinct on (id_kasus) id_kasus, uid_rumah_tangga, uid_individu
    from {{ ref('casework_verifikasi') }}
    where sah and id_kasus is not null
    order by id_kasus, tanggal desc nulls last, id_verifikasi desc
),

tanda_kunjungan as (
    -- One row per case with a visit: the flags of all its visits, and what its valid visits found.
    select verifikasi.id_kasus, array_agg(tanda.kode) filter (where tanda.kode is not null) as kode,
        bool_or(verifikasi.dibantah) as dibantah,
        bool_or(verifikasi.sah and verifikasi.hasil = 'layak') as layak,
        bool_or(verifikasi.sah and verifikasi.hasil in ('mampu', 'meninggal')) as tidak_layak
    from {{ ref('casework_verifikasi') }} as verifikasi
    left join lateral unnest(verifikasi.perlu_periksa) as tanda (kode) on true
    where verifikasi.id_kasus is not null
    group by verifikasi.id_kasus
),

putusan as (
    -- One row per complaint: the last decision on it. It is needed because the status `selesai` does not say how the
    -- complaint was decided.
    select distinct on (id_sumber) 'aduan/' || id_sumber as id_kasus, status as putusan
    from {{ source('kasus', 'aduan') }}
    where diubah < {{ akhir_bulan() }} and status in ('terbukti', 'tidak_terbukti')
    order by id_sumber, versi desc, diubah desc, urutan desc
),

calon as (
    -- One row per case whose numbers resolve to nobody: how many people may be meant.
    select id_kasus, count(*) as jumlah from {{ ref('casework_calon') }} group by id_kasus
),

alasan as (
    -- Reason codes that are in force.
    select distinct kode from {{ ref('alasan') }} where berlaku_dari <= {{ tanggal_acuan() }}
),

bertaut as (
    -- One row per case: `keadaan` with the household and person
    -- that it is about, the decision, and all flags (`tanda`).
    select
        keadaan.*,
        case when terverifikasi.id_kasus is not null then terverifikasi.uid_rumah_tangga
            else coalesce(orang.uid_rumah_tangga, rumah.uid_rumah_tangga) end as uid_rumah_tangga,
        case when terverifikasi.id_kasus is not null then terverifikasi.uid_individu else orang.uid_individu end
            as uid_individu,
        case
            when coalesce(terverifikasi.uid_rumah_tangga, orang.uid_rumah_tangga, rumah.uid_rumah_tangga) is not null
                then 'tunggal'
            when greatest(orang.jumlah, rumah.jumlah, calon.jumlah) > 0 then 'banyak_kandidat'
            else 'tidak_ada'
        end as status_resolusi,
        case
            when terverifikasi.id_kasus is not null then 'verifikasi'
            when orang.uid_rumah_tangga is not null then 'nik_sama'
            when rumah.uid_rumah_tangga is not null then 'kk_sama'
        end as aturan,
        disebut.kode_desa as kode_desa_disebut,
        coalesce(putusan.putusan, case when keadaan.sumber = 'aduan' and keadaan.status = 'selesai' then 'terbukti' end)
            as putusan,
        array_remove(keadaan.perlu_periksa, 'ALASAN_TIDAK_DIKENAL') || tanda_kunjungan.kode || array_remove(array[
            case when disebut.alasan is not null and alasan.kode is null then 'ALASAN_TIDAK_DIKENAL' end,
            -- Visits contradict each other, or the decision on the complaint contradicts what its visits found.
            case
                when tanda_kunjungan.dibantah
                    or (
                        keadaan.status in ('terbukti', 'tidak_terbukti', 'selesai')
                        and case putusan.putusan
                            when 'terbukti' then tanda_kunjungan.layak
                            when 'tidak_terbukti' then tanda_kunjungan.tidak_layak
                        end
                    )
                    then 'BERTENTANGAN'
            end,
            case when foto.dokumen is not null then 'FOTO_DIPAKAI_LAIN' end,
            case when {{ di_luar_kotak('disebut.lat', 'disebut.lon') }} then 'LOKASI_DI_LUAR' end
        ], null) as tanda
    from keadaan
    inner join {{ ref('casework_sebutan') }} as disebut on keadaan.id_kasus = disebut.id_kasus
    left join {{ ref('casework_nomor') }} as orang on orang.jenis = 'nik' and disebut.nik = orang.nomor
    left join {{ ref('casework_nomor') }} as rumah on rumah.jenis = 'no_kk' and disebut.no_kk = rumah.nomor
    left join terverifikasi on keadaan.id_kasus = terverifikasi.id_kasus
    left join tanda_kunjungan on keadaan.id_kasus = tanda_kunjungan.id_kasus
    left join putusan on keadaan.id_kasus = putusan.id_kasus
    left join calon on keadaan.id_kasus = calon.id_kasus
    left join alasan on disebut.alasan = alasan.kode
    left join {{ ref('casework_foto') }} as foto on keadaan.id_kasus = foto.dokumen
),

-- One row per case with a case before it: the last earlier case of the same household
-- and kind. For an application, also an upheld complaint or a withdrawal counts,
-- because these ended what is applied for again (domain.md 8, cases 31, 35, 54).
sebelumnya as (
    select distinct on (kini.id_kasus) kini.id_kasus, lalu.id_kasus as kasus_sebelumnya
    from bertaut as kini
    inner join bertaut as lalu
        on kini.uid_rumah_tangga = lalu.uid_rumah_tangga and kini.id_kasus <> lalu.id_kasus
        and (lalu.dibuka, lalu.id_kasus) < (kini.dibuka, kini.id_kasus)
    where kini.jenis = lalu.jenis
        or (
            kini.sumber = 'pengajuan' and kini.jenis <> 'graduasi_mandiri'
            and (
                (lalu.status in ('terbukti', 'selesai') and lalu.putusan = 'terbukti') or lalu.jenis = 'graduasi_mandiri'
            )
        )
    order by kini.id_kasus, lalu.dibuka desc, lalu.id_kasus desc
),

casework_kasus as (
    select
        bertaut.id_kasus,
        bertaut.jenis,
        bertaut.sumber,
        bertaut.id_sumber,
        bertaut.versi,
        bertaut.uid_rumah_tangga,
        bertaut.uid_individu,
        bertaut.program,
        bertaut.status,
        bertaut.putusan,
        bertaut.status_resolusi,
        bertaut.aturan,
        -- Complaints about one household in one month are one investigation
        -- (domain.md 8, case 28), named after the first of them.
        case
            when bertaut.sumber = 'aduan' and bertaut.uid_rumah_tangga is not null
                then first_value(bertaut.id_kasus) over (
                    partition by
                        bertaut.sumber, bertaut.uid_rumah_tangga, date_trunc('month', {{ hari('bertaut.dibuka') }})
                    order by bertaut.dibuka, bertaut.id_kasus
                )
            else bertaut.id_kasus
        end as id_pemeriksaan,
        sebelumnya.kasus_sebelumnya,
        (select coalesce(array_agg(distinct t.kode order by t.kode), '{}') from unnest(bertaut.tanda) as t (kode))
            as perlu_periksa,
        bertaut.dibuka,
        bertaut.tenggat,
        bertaut.ditutup,
        coalesce(rumah.kode_desa, rumah_lalu.kode_desa, bertaut.kode_desa_disebut) as kode_desa
    from bertaut
    left join sebelumnya on bertaut.id_kasus = sebelumnya.id_kasus
    left join {{ ref('golden_rumah_tangga') }} as rumah on bertaut.uid_rumah_tangga = rumah.uid
    left join {{ source('rilis', 'rumah_tangga') }} as rumah_lalu
        on rumah_lalu.id_rilis = {{ id_sebelum() }} and bertaut.uid_rumah_tangga = rumah_lalu.uid_rumah_tangga
)

select * from casework_kasus
