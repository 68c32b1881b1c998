-- One row per proof that can end a programme: a visit that counts as proof (`sah`),
-- a withdrawal by the family itself, or a death that Dukcapil confirms (rules.md
-- "Cases and deactivation"). casework_usulan decides which programmes it ends.
with kunjungan as (
    -- One row per valid visit for a complaint or for a periodic check. `pemeriksaan` groups the visits of one
    -- investigation, and the periodic visits to one household.
    select
        verifikasi.*,
        kasus.id_pemeriksaan,
        coalesce(kasus.id_pemeriksaan, 'berkala/' || verifikasi.uid_rumah_tangga) as pemeriksaan
    from {{ ref('casework_verifikasi') }} as verifikasi
    left join {{ ref('casework_kasus') }} as kasus on verifikasi.id_kasus = kasus.id_kasus and kasus.sumber = 'aduan'
    where verifikasi.sah and verifikasi.tanggal <= {{ tanggal_acuan() }}
        -- Without the officer's name nobody can check whether the same person also approves.
        and verifikasi.petugas is not null
        and (kasus.id_kasus is not null or verifikasi.jenis = 'berkala')
),

terbukti as (
    -- Visits whose finding can end a programme and that no other visit contradicts.
    select kunjungan.*
    from kunjungan
    where not kunjungan.dibantah
        and (
            kunjungan.hasil in ('mampu', 'meninggal')
            or (
                -- Not found on two different days, and no visit met the household from the first day to the second.
                kunjungan.hasil = 'tidak_ditemukan' and exists (
                    select 1 from kunjungan as lalu
                    where lalu.pemeriksaan = kunjungan.pemeriksaan and lalu.uid_rumah_tangga = kunjungan.uid_rumah_tangga
                        and lalu.hasil = 'tidak_ditemukan' and not lalu.dibantah and lalu.tanggal < kunjungan.tanggal
                        and not exists (
                            select 1 from kunjungan as bertemu
                            where bertemu.uid_rumah_tangga = kunjungan.uid_rumah_tangga
                                and bertemu.hasil in ('layak', 'mampu')
                                and bertemu.tanggal between lalu.tanggal and kunjungan.tanggal
                        )
                )
            )
        )
),

diputus as (
    -- One row per visit: the complaint that it decided. This is the visit's own complaint if that was upheld, else an
    -- upheld complaint of the same investigation.
    select distinct on (terbukti.id_verifikasi) terbukti.id_verifikasi, kasus.sumber, kasus.id_sumber
    from terbukti
    inner join {{ ref('casework_kasus') }} as kasus
        on terbukti.id_pemeriksaan = kasus.id_pemeriksaan and kasus.status in ('terbukti', 'selesai')
        and kasus.putusan = 'terbukti'
    order by terbukti.id_verifikasi, kasus.id_kasus <> terbukti.id_kasus, kasus.dibuka, kasus.id_kasus
),

mundur as (
    -- One row per withdrawal and person: `tanggal` is the day when the withdrawal was first granted.
    select
        kini.id_sumber, kini.program, orang.uid_individu, orang.uid_rumah_tangga,
        {{ hari('min(lalu.diubah)') }} as tanggal
    from kasus.pengajuan_pada({{ akhir_bulan() }}) as kini
    inner join {{ source('kasus', 'pengajuan') }} as lalu
        on kini.id_sumber = lalu.id_sumber and kini.versi >= lalu.versi and lalu.diubah < {{ akhir_bulan() }}
        and lalu.status in ('layak', 'diusulkan')
    inner join {{ ref('casework_sebutan') }} as sebutan
        on sebutan.sumber = 'pengajuan' and kini.id_sumber = sebutan.id_sumber
    inner join {{ ref('casework_nomor') }} as orang on orang.jenis = 'nik' and sebutan.nik = orang.nomor
    -- Only while the withdrawal is granted: one that was opened again has to wait, and a refused one ends nothing.
    where kini.jenis = 'graduasi_mandiri' and kini.status in ('layak', 'musdes', 'diusulkan', 'diterima_pusat')
        and orang.uid_individu is not null
        -- Leave out a withdrawal whose list of programmes could not be read: an empty list would mean all programmes.
        and not kini.perlu_periksa && array['PROGRAM_TIDAK_TERBACA']
    group by kini.id_sumber, kini.program, orang.uid_individu, orang.uid_rumah_tangga
),

meninggal as (
    -- One row per number with the verdict `meninggal`. A verdict on
    -- a replaced number also counts for the number that replaced it.
    select verdik.nik, verdik.tanggal_meninggal, verdik.pada
    from {{ source('identitas', 'verdik_kandidat') }} as verdik
    where verdik.id_rilis = {{ id_rilis() }} and verdik.hasil = 'meninggal'
    union all
    select alias.nik_aktif, verdik.tanggal_meninggal, verdik.pada
    from {{ source('identitas', 'verdik_kandidat') }} as verdik
    inner join {{ source('identitas', 'alias') }} as alias
        on verdik.nik = alias.nik and alias.id_rilis = {{ id_rilis() }}
    where verdik.id_rilis = {{ id_rilis() }} and verdik.hasil = 'meninggal'
),

mati as (
    -- One row per person whose death Dukcapil confirms.
    select
        golden.uid, golden.uid_rumah_tangga,
        least(min(meninggal.pada), {{ tanggal_acuan() }}) as tanggal,
        'dukcapil:' || to_char(coalesce(min(meninggal.tanggal_meninggal), min(meninggal.pada)), 'YYYY-MM-DD') as bukti
    from meninggal
    inner join {{ ref('golden_individu') }} as golden
        on meninggal.nik = golden.nik and golden.hasil_dukcapil = 'meninggal'
    -- Not a person whom an officer has met since.
    where golden.status_hidup = 'meninggal'
    group by golden.uid, golden.uid_rumah_tangga
),

casework_bukti as (
    select
        terbukti.id_verifikasi as bukti,
        case when terbukti.jenis = 'berkala' then 'berkala' else 'aduan' end as asal,
        diputus.sumber as sumber_kasus, diputus.id_sumber as id_kasus, terbukti.petugas, terbukti.tanggal,
        coalesce(terbukti.alasan, case terbukti.hasil
            when 'mampu' then 'MAMPU' when 'meninggal' then 'MENINGGAL' when 'tidak_ditemukan' then 'ORANG_TDK_DITEMUKAN'
        end) as kode_alasan,
        terbukti.uid_rumah_tangga, terbukti.uid_individu, terbukti.program, terbukti.hasil as temuan
    from terbukti
    left join diputus on terbukti.id_verifikasi = diputus.id_verifikasi
    where terbukti.jenis = 'berkala' or diputus.id_verifikasi is not null
    union all
    select
        mundur.id_sumber as bukti, 'graduasi_mandiri', 'pengajuan', mundur.id_sumber, null, tanggal, 'GRADUASI_MANDIRI', uid_rumah_tangga,
        uid_individu, nullif(program, '{}'), 'mundur'
    from mundur
    union all
    select bukti, 'dukcapil', null, null, null, tanggal, 'MENINGGAL', uid_rumah_tangga, uid, null, 'meninggal'
    from mati
)

select * from casework_bukti
