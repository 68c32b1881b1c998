-- One row per proposal row and receiver, for rows that were sent and are due: what the month's complete deliveries show
-- of the programme (rules.md "Cases and deactivation"): gone, gone with its family, or still active. A delivery of an
-- earlier month is not used. A row that is being cancelled is not checked: its programme should show as active again,
-- with or without the receiver's answer.
with dinilai as (
    -- One row per proposal row and receiver that was sent, is due and is not cancelled.
    select
        keadaan.id_baris, keadaan.tujuan, keadaan.status, lama.uid_rumah_tangga, lama.uid_individu, lama.program,
        {{ sumber_tujuan('keadaan.tujuan') }} as sumber
    from antrean.keadaan_pada({{ kandidat_dibuat() }}) as keadaan
    inner join {{ ref('casework_usulan__lama') }} as lama on keadaan.id_baris = lama.id_baris
    where keadaan.status in ('dikirim', 'diakui', 'belum_tercermin', 'tercermin', 'muncul_kembali')
        and lama.bulan_efektif <= {{ periode() }} and not lama.dibatalkan
),

lengkap as (
    -- Sources with a delivery of this month.
    select sumber from {{ source('buku', 'susunan') }} where id_rilis = {{ id_rilis() }} and not lama
),

orang as (
    select rekaman.sumber, rekaman.uid, rekaman.id_sumber
    from {{ ref('golden_individu__rekaman') }} as rekaman
    inner join (
        select distinct uid_individu from dinilai where uid_individu is not null
    ) as dicari on rekaman.uid = dicari.uid_individu
),

keluarga as (
    select rekaman.sumber, rekaman.uid, rekaman.id_keluarga
    from {{ ref('golden_rumah_tangga__rekaman') }} as rekaman
    inner join (
        select distinct uid_rumah_tangga from dinilai where uid_individu is null
    ) as dicari on rekaman.uid = dicari.uid_rumah_tangga
),

hadir as (
    -- Persons and households to check that a source still lists.
    select distinct sumber, uid from orang
    union all
    select distinct sumber, uid from keluarga
),

bantuan as (
    -- Active DTJateng aid as the source itself lists it, family
    -- by family, because in golden one source decides for all.
    select rekaman.sumber, rekaman.id_keluarga, rekaman.id_anggota, rekaman.program
    from {{ ref('int_kepesertaan__rekaman') }} as rekaman
    inner join (select distinct program from dinilai where sumber = 'dtjateng') as dicari
        on rekaman.program = dicari.program
    where rekaman.sumber = 'dtjateng' and rekaman.status = 'AKTIF'
),

aktif as (
    -- One row per source, programme and person or household that still receives it according to that source.
    select 'dtjateng' as sumber, orang.uid, bantuan.program
    from bantuan
    inner join orang on bantuan.sumber = orang.sumber and bantuan.id_anggota = orang.id_sumber
    union
    select 'dtjateng', keluarga.uid, bantuan.program
    from bantuan
    inner join keluarga on bantuan.sumber = keluarga.sumber and bantuan.id_keluarga = keluarga.id_keluarga
    union
    -- DTSEN can be read from golden, because there DTSEN comes before the other sources, and its flags count too.
    select 'dtsen', coalesce(golden.uid_individu, golden.uid_rumah_tangga), golden.program
    from {{ ref('golden_kepesertaan') }} as golden
    inner join (select distinct program from dinilai where sumber = 'dtsen') as dicari
        on golden.program = dicari.program
    where golden.status = 'AKTIF' and 'dtsen' = any(golden.sumber)
),

dicocokkan as (
    select dinilai.id_baris, dinilai.tujuan, hadir.uid is not null as hadir, aktif.uid is not null as aktif
    from dinilai
    inner join lengkap on dinilai.sumber = lengkap.sumber
    left join hadir
        on dinilai.sumber = hadir.sumber and coalesce(dinilai.uid_individu, dinilai.uid_rumah_tangga) = hadir.uid
    left join aktif
        on dinilai.sumber = aktif.sumber and coalesce(dinilai.uid_individu, dinilai.uid_rumah_tangga) = aktif.uid
        and dinilai.program = aktif.program
    where dinilai.tujuan in ('dtjateng', 'siks_ng')
),

casework_pencocokan as (
    select
        id_baris, tujuan,
        case when aktif then 'belum_tercermin' else 'tercermin' end as hasil,
        case when aktif then 'masih_aktif' when hadir then 'tidak_aktif' else 'keluarga_hilang' end as cara
    from dicocokkan
    union all
    -- For Simnakis its answer is enough: it shows that the programme has ended.
    select id_baris, tujuan, 'tercermin', 'dijawab'
    from dinilai
    where tujuan = 'simnakis' and status in ('diakui', 'tercermin')
)

select * from casework_pencocokan
