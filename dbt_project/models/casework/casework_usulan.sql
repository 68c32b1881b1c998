-- One row per deactivation that this candidate proposes: one programme of one family or person. `id_baris` is taken
-- from an earlier candidate if it is the same proposal (rules.md "Cases and deactivation").
with bukti as (
    select bukti.*
    from {{ ref('casework_bukti') }} as bukti
    -- Leave out a proof against which an objection was upheld before there was a proposal. If there was one,
    -- casework_usulan__lama says what happened to it.
    where not exists (
        select 1 from {{ ref('casework_keberatan') }} as keberatan
        where keberatan.keadaan = 'dikabulkan' and keberatan.dituju in (bukti.bukti, bukti.id_kasus)
    ) or exists (
        select 1 from {{ source('kasus', 'usulan') }} as pernah where pernah.bukti = bukti.bukti
    )
),

peserta as (
    -- Active memberships of households with a proof. Aid for the dwelling is left out.
    select golden.uid_rumah_tangga, golden.uid_individu, golden.program, golden.grain
    from {{ ref('golden_kepesertaan') }} as golden
    inner join (
        select distinct uid_rumah_tangga from bukti
    ) as rumah on golden.uid_rumah_tangga = rumah.uid_rumah_tangga
    where golden.status = 'AKTIF' and golden.grain <> 'hunian'
    group by golden.uid_rumah_tangga, golden.uid_individu, golden.program, golden.grain
),

rumah_mati as (
    -- Households with a proven death.
    select distinct uid_rumah_tangga from bukti where temuan = 'meninggal'
),

anggota as (
    -- The members of these households.
    select kini.uid_rumah_tangga, kini.uid
    from {{ ref('golden_individu') }} as kini
    inner join rumah_mati on kini.uid_rumah_tangga = rumah_mati.uid_rumah_tangga
    where {{ masih_anggota('kini') }}
    union all
    -- A person whom the sources merely do not mention this month still counts as a member.
    select lalu.uid_rumah_tangga, lalu.uid_individu
    from {{ source('rilis', 'individu') }} as lalu
    inner join rumah_mati on lalu.uid_rumah_tangga = rumah_mati.uid_rumah_tangga
    left join {{ ref('golden_individu') }} as kini on lalu.uid_individu = kini.uid
    where lalu.id_rilis = {{ id_bulan_lalu() }} and kini.uid is null and lalu.digantikan_oleh is null
        and {{ masih_anggota('lalu') }}
),

masih_hidup as (
    -- Households with a proven death in which at least one member is still alive.
    select distinct anggota.uid_rumah_tangga
    from anggota
    left join bukti as mati on anggota.uid = mati.uid_individu and mati.temuan = 'meninggal'
    where mati.uid_individu is null
),

berdasar as (
    -- One row per proof and membership that it ends. A proof ends the family's own programmes; of the programmes of
    -- persons, it ends only those of the person that it names. A death ends only the person's programmes, and the
    -- family's when nobody is left.
    select
        bukti.uid_rumah_tangga, peserta.uid_individu, peserta.program,
        coalesce(peserta.uid_individu, bukti.uid_rumah_tangga) as penerima,
        bukti.bukti, bukti.asal, bukti.sumber_kasus, bukti.id_kasus, bukti.petugas, bukti.tanggal, bukti.kode_alasan
    from bukti
    inner join peserta on bukti.uid_rumah_tangga = peserta.uid_rumah_tangga
    left join masih_hidup on bukti.uid_rumah_tangga = masih_hidup.uid_rumah_tangga
    where (bukti.program is null or peserta.program = any(bukti.program))
        and case
            when peserta.grain = 'individu'
                then peserta.uid_individu = bukti.uid_individu
                    and (bukti.temuan <> 'meninggal' or peserta.program in {{ program_kematian() }})
            else bukti.temuan <> 'meninggal' or masih_hidup.uid_rumah_tangga is null
        end
),

lama as (
    -- Proposals of earlier candidates, with their recipient (the person, or the household).
    select *, coalesce(uid_individu, uid_rumah_tangga) as penerima from {{ ref('casework_usulan__lama') }}
),

terikat as (
    -- Proposals that are already under way. What was sent stays, whatever happens to the case. What was only approved
    -- stays as long as its proof is valid.
    select lama.*
    from lama
    left join (select distinct bukti from bukti) as berdiri on lama.bukti = berdiri.bukti
    where lama.terbuka and (lama.terkirim or (lama.disetujui and berdiri.bukti is not null))
),

riwayat as (
    -- One row per recipient and programme: when the last earlier proposal
    -- was closed, and the latest effective month of the closed ones.
    select penerima, program, max(ditutup) as ditutup, max(bulan_efektif) filter (where ditutup is not null) as bulan
    from lama
    group by penerima, program
),

calon as (
    -- One row per proof and membership that may become a proposal,
    -- with the earlier proposal from the same proof (`*_lama`).
    select
        berdasar.*, riwayat.bulan as bulan_tutup, lama.id_baris, coalesce(lama.terbuka, false) as terbuka, lama.kode_alasan as kode_alasan_lama,
        lama.bulan_efektif as bulan_efektif_lama, lama.tanggal_verifikasi as tanggal_lama, lama.asal as asal_lama,
        lama.sumber_kasus as sumber_kasus_lama, lama.id_kasus as id_kasus_lama, lama.petugas as petugas_lama
    from berdasar
    left join lama
        on berdasar.penerima = lama.penerima and berdasar.program = lama.program and berdasar.bukti = lama.bukti
    left join riwayat on berdasar.penerima = riwayat.penerima and berdasar.program = riwayat.program
    left join terikat on berdasar.penerima = terikat.penerima and berdasar.program = terikat.program
    -- At most one open deactivation per recipient and programme.
    -- After a closed one, only newer evidence makes a new one.
    where terikat.id_baris is null
        and lama.ditutup is null
        and (riwayat.ditutup is null or lama.terbuka or berdasar.tanggal > riwayat.ditutup)
),

terpilih as (
    -- One row per recipient and programme: the proposal that is already open, else the one with the oldest evidence.
    select distinct on (penerima, program) *
    from calon
    order by penerima, program, terbuka desc, tanggal, bukti, id_baris
),

semua as (
    -- The proposals of this candidate: new or open ones from `terpilih`, and those already under way.
    select
        id_baris, uid_rumah_tangga, uid_individu, program,
        coalesce(kode_alasan_lama, kode_alasan) as kode_alasan,
        -- The month must be later than that of a closed proposal:
        -- with the same month it would be the same row for ever.
        coalesce(
            bulan_efektif_lama, greatest({{ bulan_efektif('tanggal') }}, {{ bulan_berikut('bulan_tutup') }})
        ) as bulan_efektif,
        bukti,
        coalesce(tanggal_lama, tanggal) as tanggal_verifikasi,
        coalesce(asal_lama, asal) as asal,
        case when id_baris is null then sumber_kasus else sumber_kasus_lama end as sumber_kasus,
        case when id_baris is null then id_kasus else id_kasus_lama end as id_kasus,
        case when id_baris is null then petugas else petugas_lama end as petugas,
        null::text as kode_desa_lama
    from terpilih
    union all
    select
        id_baris, uid_rumah_tangga, uid_individu, program, kode_alasan, bulan_efektif, bukti, tanggal_verifikasi, asal,
        sumber_kasus, id_kasus, petugas, kode_desa
    from terikat
    where not kemudian
),

casework_usulan as (
    select
        semua.id_baris,
        semua.uid_rumah_tangga,
        semua.uid_individu,
        semua.program,
        semua.kode_alasan,
        semua.bulan_efektif,
        semua.bukti,
        semua.tanggal_verifikasi,
        semua.asal,
        semua.sumber_kasus,
        semua.id_kasus,
        semua.petugas,
        coalesce(rumah.kode_desa, semua.kode_desa_lama) as kode_desa
    from semua
    left join {{ ref('golden_rumah_tangga') }} as rumah on semua.uid_rumah_tangga = rumah.uid
)

select * from casework_usulan
