-- One row per proposal and receiver. It names the family's head or the person as the receiver itself wrote them in its
-- newest complete delivery, so that the receiver knows whom we mean. Where the receiver has nothing, golden's values
-- are used (contracts/sinks.md).
with usulan as (
    select * from {{ ref('casework_usulan') }}
),

pembayar as (
    -- One row per household, programme and payer. An ended membership also tells who pays, but if there are active
    -- ones, only these count.
    select distinct usulan.uid_rumah_tangga, usulan.program, coalesce(golden.sumber_dana, program.sumber_dana) as dari
    from usulan
    left join (
        select peserta.uid_rumah_tangga, peserta.program, peserta.sumber_dana,
            rank() over (
                partition by peserta.uid_rumah_tangga, peserta.program order by peserta.status <> 'AKTIF'
            ) as urutan
        from {{ ref('golden_kepesertaan') }} as peserta
        inner join (select distinct uid_rumah_tangga from usulan) as diusulkan
            on peserta.uid_rumah_tangga = diusulkan.uid_rumah_tangga
    ) as golden
        on usulan.uid_rumah_tangga = golden.uid_rumah_tangga and usulan.program = golden.program
        and golden.urutan = 1
    left join {{ ref('program') }} as program on usulan.program = program.program
),

aturan as (
    -- One row per household, programme and receiver: from the rows of
    -- the seed for that programme, else from the rows for its payer.
    select pembayar.uid_rumah_tangga, pembayar.program, tujuan.tujuan
    from pembayar
    inner join {{ ref('program_tujuan') }} as tujuan on pembayar.program = tujuan.program
    union
    select pembayar.uid_rumah_tangga, pembayar.program, tujuan.tujuan
    from pembayar
    inner join {{ ref('program_tujuan') }} as tujuan
        on coalesce(tujuan.program, '') = '' and coalesce(pembayar.dari, '') = coalesce(tujuan.sumber_dana, '')
    left join {{ ref('program_tujuan') }} as sendiri on pembayar.program = sendiri.program
    where sendiri.program is null
),

rumah as (
    -- Households with a proposal.
    select distinct uid_rumah_tangga as uid from usulan
),

keluarga_sumber as (
    -- One row per family record of these households, in any source.
    select rekaman.uid, rekaman.sumber, rekaman.id_keluarga, rekaman.ke, rekaman.kode_desa,
        coalesce(rekaman.no_kk, nullif(rekaman.no_kk_angka, '')) as no_kk
    from {{ ref('golden_rumah_tangga__rekaman') }} as rekaman
    inner join rumah on rekaman.uid = rumah.uid
),

kepala_sumber as (
    -- One row per family in a source: its head as the source itself
    -- has it, because the source finds the family under that name.
    select distinct on (rekaman.sumber, rekaman.id_keluarga)
        rekaman.sumber, rekaman.id_keluarga, rekaman.uid, rekaman.nik, rekaman.nama
    from {{ ref('golden_individu__rekaman') }} as rekaman
    inner join (
        select sumber, id_keluarga from keluarga_sumber where ke = 1
    ) as keluarga on rekaman.sumber = keluarga.sumber and rekaman.id_keluarga = keluarga.id_keluarga
    where rekaman.hubungan = 'kepala'
    order by
        rekaman.sumber, rekaman.id_keluarga, rekaman.status_hidup is not distinct from 'meninggal', rekaman.id_sumber
),

diri_sumber as (
    -- One row per record, in any source, of a person for whom an own programme is proposed to end.
    select rekaman.sumber, rekaman.uid, rekaman.id_keluarga, rekaman.id_sumber, rekaman.nik, rekaman.nama, rekaman.ke
    from {{ ref('golden_individu__rekaman') }} as rekaman
    inner join (
        select distinct uid_individu from usulan where uid_individu is not null
    ) as orang on rekaman.uid = orang.uid_individu
),

keluarga_diri as (
    -- One row per source and person: the person's family in that
    -- source. It can be another one than the household's family.
    select diri.sumber, diri.uid, keluarga.kode_desa,
        coalesce(keluarga.no_kk, nullif(keluarga.no_kk_angka, '')) as no_kk
    from diri_sumber as diri
    inner join {{ ref('golden_rumah_tangga__rekaman') }} as keluarga
        on diri.sumber = keluarga.sumber and diri.id_keluarga = keluarga.id_keluarga
    where diri.ke = 1
),

kepala_emas as (
    -- One row per household: its head in golden, used where the
    -- source has no head. Without a head it is the oldest member.
    select distinct on (golden.uid_rumah_tangga) golden.uid_rumah_tangga, golden.nik, golden.nama
    from {{ ref('golden_individu') }} as golden
    inner join rumah on golden.uid_rumah_tangga = rumah.uid
    order by
        golden.uid_rumah_tangga, not {{ masih_anggota('golden') }},
        golden.hubungan is distinct from 'kepala', golden.tanggal_lahir, golden.uid
),

simnakis_keluarga as (
    -- One row per household: its families in Simnakis, as JSON.
    select uid, jsonb_agg(jsonb_build_object('id', id_keluarga) order by id_keluarga) as keluarga
    from keluarga_sumber
    where sumber = 'simnakis'
    group by uid
),

simnakis_orang as (
    -- One row per person: the person's families and member ids in Simnakis, as JSON.
    select uid, jsonb_agg(jsonb_build_object('id', id_keluarga, 'anggota', anggota) order by id_keluarga) as keluarga
    from (
        select uid, id_keluarga, jsonb_agg(id_sumber order by id_sumber) as anggota
        from diri_sumber
        where sumber = 'simnakis'
        group by uid, id_keluarga
    ) as per_keluarga
    group by uid
),

casework_penerima as (
    select
        usulan.id_baris, usulan.uid_rumah_tangga, usulan.uid_individu, usulan.program, aturan.tujuan,
        case when usulan.uid_individu is null then coalesce(keluarga.no_kk, emas.no_kk)
            else coalesce(diri_keluarga.no_kk, keluarga.no_kk, emas.no_kk) end as no_kk,
        case when usulan.uid_individu is null then case when kepala.uid is null then kepala_emas.nik else coalesce(kepala.nik, kepala_golden.nik) end
            else coalesce(diri.nik, orang_emas.nik) end as nik,
        case when usulan.uid_individu is null then coalesce(kepala.nama, kepala_emas.nama)
            else coalesce(diri.nama, orang_emas.nama) end as nama,
        coalesce(diri_keluarga.kode_desa, keluarga.kode_desa, emas.kode_desa) as kode_desa,
        case
            when aturan.tujuan <> 'simnakis' then '[]'
            when usulan.uid_individu is null then coalesce(simnakis_keluarga.keluarga, '[]')
            else coalesce(simnakis_orang.keluarga, '[]')
        end as keluarga
    from usulan
    inner join aturan on usulan.uid_rumah_tangga = aturan.uid_rumah_tangga and usulan.program = aturan.program
    left join keluarga_sumber as keluarga
        on usulan.uid_rumah_tangga = keluarga.uid and {{ sumber_tujuan('aturan.tujuan') }} = keluarga.sumber
        and keluarga.ke = 1
    left join kepala_sumber as kepala
        on keluarga.sumber = kepala.sumber and keluarga.id_keluarga = kepala.id_keluarga
    left join {{ ref('golden_individu') }} as kepala_golden on kepala.uid = kepala_golden.uid
    left join diri_sumber as diri
        on usulan.uid_individu = diri.uid and {{ sumber_tujuan('aturan.tujuan') }} = diri.sumber and diri.ke = 1
    left join keluarga_diri as diri_keluarga
        on usulan.uid_individu = diri_keluarga.uid and diri.sumber = diri_keluarga.sumber
    left join {{ ref('golden_rumah_tangga') }} as emas on usulan.uid_rumah_tangga = emas.uid
    left join kepala_emas on usulan.uid_rumah_tangga = kepala_emas.uid_rumah_tangga
    left join {{ ref('golden_individu') }} as orang_emas on usulan.uid_individu = orang_emas.uid
    left join simnakis_keluarga on usulan.uid_rumah_tangga = simnakis_keluarga.uid
    left join simnakis_orang on usulan.uid_individu = simnakis_orang.uid
)

select * from casework_penerima
