-- One row per finding that is a reason to visit a household because of what it receives. `program` is empty if the
-- finding is about everything that the household or person receives. What is already proposed to end is left out.
with rumah as materialized (
    select uid_rumah_tangga, uid_hunian, status, jumlah_anggota, desil_nasional, exclude, di_dtsen, di_simnakis,
        aset_bergerak_mobil = 'Ya' as bermobil,
        (coalesce(aset_bergerak_ac = 'Ya', false))::int + (coalesce(aset_tidak_bergerak_rumah_lainnya = 'Ya', false))::int
        + (coalesce(daya_terpasang in ('2200', '>2200'), false))::int as aset_mahal
    from {{ ref('rilis_rumah_tangga') }}
    where digantikan_oleh is null and status <> 'pindah'
),

hunian as (
    -- One row per dwelling with several KK. If more KK than the threshold have one location, it is not a dwelling:
    -- somebody entered one location for a whole hamlet.
    select uid_hunian, max(jumlah_anggota) as terbanyak
    from rumah
    where status <> 'bubar'
    group by uid_hunian
    having count(*) between 2 and {{ ambang('verifikasi_kk_sehunian') }}
),

serumah as materialized (
    select rumah.uid_rumah_tangga, rumah.uid_hunian, rumah.jumlah_anggota, hunian.terbanyak
    from rumah
    inner join hunian on rumah.uid_hunian = hunian.uid_hunian
    where rumah.status <> 'bubar'
),

bertanda as materialized (
    select distinct uid as uid_individu from {{ ref('rilis_masalah') }} where kode = 'ALM_PADA_NAMA' and grain = 'individu'
),

orang as materialized (
    -- The few people who matter here, found in one pass: dead people, people whose name says that they are dead, and
    -- people who live alone as a household next to a larger one in the same dwelling.
    select
        uid_individu, uid_rumah_tangga, status_hidup = 'meninggal' as mati,
        kelompok_umur = '60+' and {{ masih_anggota('individu') }} as lansia
    from {{ ref('rilis_individu') }} as individu
    where digantikan_oleh is null
        and (
            status_hidup = 'meninggal'
            or uid_individu in (select bertanda.uid_individu from bertanda)
            or uid_rumah_tangga in (
                select serumah.uid_rumah_tangga from serumah where serumah.jumlah_anggota = 1 and serumah.terbanyak > 1
            )
        )
),

diusulkan as materialized (
    select distinct coalesce(uid_individu, uid_rumah_tangga) as penerima, program from {{ ref('casework_usulan') }}
),

peserta as materialized (
    -- What these people and those who share a dwelling receive,
    -- and all overlapping memberships, also found in one pass.
    select
        kepesertaan.uid_rumah_tangga, kepesertaan.uid_individu, kepesertaan.program, kepesertaan.tumpang_tindih, kepesertaan.aturan_tumpang_tindih,
        kepesertaan.uid_individu is null and coalesce(program.grain, '') <> 'hunian' as keluarga,
        diusulkan.penerima is not null as diusulkan
    from {{ ref('rilis_kepesertaan') }} as kepesertaan
    left join {{ ref('program') }} as program on kepesertaan.program = program.program
    left join diusulkan
        on coalesce(kepesertaan.uid_individu, kepesertaan.uid_rumah_tangga) = diusulkan.penerima
        and kepesertaan.program = diusulkan.program
    where kepesertaan.status = 'AKTIF'
        and (
            kepesertaan.tumpang_tindih
            or kepesertaan.uid_rumah_tangga in (
                select orang.uid_rumah_tangga from orang
                union
                select serumah.uid_rumah_tangga from serumah
            )
        )
),

penerima_mati as (
    select peserta.uid_rumah_tangga, peserta.uid_individu, peserta.program
    from peserta
    inner join orang on peserta.uid_individu = orang.uid_individu and orang.mati
    union
    -- The family's own programmes if no member is alive any more.
    select peserta.uid_rumah_tangga, null, peserta.program
    from peserta
    inner join rumah on peserta.uid_rumah_tangga = rumah.uid_rumah_tangga and rumah.status = 'bubar'
    inner join orang on peserta.uid_rumah_tangga = orang.uid_rumah_tangga and orang.mati
    where peserta.keluarga
),

almarhum as (
    -- People whose name says that they are dead. They are a reason for a visit even if they receive nothing.
    select orang.uid_rumah_tangga, orang.uid_individu, peserta.program
    from bertanda
    inner join orang on bertanda.uid_individu = orang.uid_individu
    left join peserta on orang.uid_individu = peserta.uid_individu
),

program_serumah as (
    select uid_rumah_tangga, program
    from (
        select serumah.uid_rumah_tangga, peserta.program,
            count(*) over (partition by serumah.uid_hunian, peserta.program) as kk
        from serumah
        inner join peserta
            on serumah.uid_rumah_tangga = peserta.uid_rumah_tangga and peserta.keluarga and not peserta.diusulkan
        -- One programme counts once per household, no matter how many payers or terms it has.
        group by serumah.uid_rumah_tangga, serumah.uid_hunian, peserta.program
    ) as berulang
    where kk > 1
),

lansia_sendiri as (
    select serumah.uid_rumah_tangga
    from serumah
    inner join orang on serumah.uid_rumah_tangga = orang.uid_rumah_tangga and orang.lansia
    where serumah.jumlah_anggota = 1 and serumah.terbanyak > 1
),

aturan as (
    select
        aturan, bool_or(grain = 'individu') as perorangan, bool_or(program_a = program_b) as sendiri,
        bool_or(array['PBI_JK', 'PBI_PEMDA'] <@ array[program_a, program_b]) as pbi
    from {{ ref('aturan_tumpang_tindih') }}
    where grain <> 'hunian'
    group by aturan
),

tumpang as (
    -- If one side of an overlapping pair is proposed to end, nothing overlaps any more (`masih` is false).
    select
        peserta.uid_rumah_tangga, peserta.uid_individu, peserta.program, aturan.pbi,
        aturan.sendiri or min(peserta.program) over satu <> max(peserta.program) over satu as masih
    from peserta
    cross join lateral unnest(string_to_array(peserta.aturan_tumpang_tindih, ', ')) as kena (aturan)
    inner join aturan on kena.aturan = aturan.aturan
    where peserta.tumpang_tindih and not peserta.diusulkan
    window satu as (
        partition by
            peserta.uid_rumah_tangga, case when aturan.perorangan then peserta.uid_individu end, aturan.aturan
    )
),

ditemui_layak as (
    -- A household that was found eligible for help is not suspected again for the same reasons.
    select uid_rumah_tangga, tanggal from {{ kunjungan_terakhir() }} as terakhir where hasil = 'layak'
),

keadaan as (
    -- Findings about the household as it is now. `sejak`: only a visit on or after this day has checked the finding; if
    -- null, any recent visit has checked it.
    select uid_rumah_tangga, 'KENDARAAN_DESIL_1' as alasan, null::text as program, null::date as sejak
    from rumah
    where bermobil and desil_nasional <= {{ ambang('verifikasi_desil_terendah') }}
    union all
    select uid_rumah_tangga, 'ASET_DESIL_1', null, null
    from rumah
    where aset_mahal >= {{ ambang('verifikasi_aset_mahal') }}
        and desil_nasional <= {{ ambang('verifikasi_desil_terendah') }}
    union all
    select uid_rumah_tangga, 'SATU_HUNIAN_BEBERAPA_KK', program, null from program_serumah
    union all
    select uid_rumah_tangga, 'SATU_HUNIAN_BEBERAPA_KK', null, null from lansia_sendiri
    union all
    select aduan.uid_rumah_tangga, aduan.alasan, null, aduan.dibuka
    from {{ ref('kandidat_aduan') }} as aduan
    inner join {{ ref('kandidat_penerima') }} as penerima
        on aduan.uid_rumah_tangga = penerima.uid_rumah_tangga and penerima.berprogram
),

semua as (
    select keadaan.uid_rumah_tangga, null::text as uid_individu, keadaan.program, keadaan.alasan
    from keadaan
    left join ditemui_layak as ditemui
        on keadaan.uid_rumah_tangga = ditemui.uid_rumah_tangga
        and ditemui.tanggal >= coalesce(keadaan.sejak, '-infinity')
    where ditemui.uid_rumah_tangga is null
    union
    select rumah.uid_rumah_tangga, null, null, alasan.kode
    from rumah
    inner join {{ ref('kandidat_penerima') }} as penerima
        on rumah.uid_rumah_tangga = penerima.uid_rumah_tangga and penerima.berprogram
    cross join lateral (
        values
        ('EXCLUDE_MASIH_MENERIMA', rumah.exclude),
        ('PENERIMA_DI_LUAR_SIMNAKIS', rumah.di_dtsen and not rumah.di_simnakis)
    ) as alasan (kode, ya)
    where alasan.ya
    union
    select uid_rumah_tangga, uid_individu, program, case when pbi then 'PBI_DAN_PBI_PEMDA' else 'TUMPANG_TINDIH' end
    from tumpang
    where masih
    union
    select uid_rumah_tangga, uid_individu, program, 'ALM_PADA_NAMA' from almarhum
    union
    select uid_rumah_tangga, uid_individu, program, 'PENERIMA_MENINGGAL' from penerima_mati
),

kandidat_keluar as (
    select semua.uid_rumah_tangga, semua.uid_individu, semua.program, semua.alasan
    from semua
    inner join rumah on semua.uid_rumah_tangga = rumah.uid_rumah_tangga
    left join diusulkan
        on coalesce(semua.uid_individu, semua.uid_rumah_tangga) = diusulkan.penerima
        and semua.program = diusulkan.program
    where diusulkan.penerima is null
        -- In a household without living members nobody can be visited, but the payer has to know.
        and (rumah.status <> 'bubar' or semua.alasan = 'PENERIMA_MENINGGAL')
        -- A finding about the household as a whole is not needed any more once all its programmes are proposed to end.
        and (semua.uid_individu is not null or semua.program is not null or rumah.status <> 'nonaktif_diusulkan')
)

select * from kandidat_keluar
