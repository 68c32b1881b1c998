-- What the month's complete deliveries show of rows that were sent and are due (rules.md "Cases and deactivation"):
-- gone, gone with its family, or still active. A delivery of an earlier month judges nothing, and nothing is judged of a
-- row that is being taken back: it should show active again, with or without the receiver's answer.
with dinilai as (
    select
        keadaan.id_baris, keadaan.tujuan, keadaan.status, lama.uid_rumah_tangga, lama.uid_individu, lama.program,
        {{ sumber_tujuan('keadaan.tujuan') }} as sumber
    from antrean.keadaan_pada({{ kandidat_dibuat() }}) as keadaan
    inner join {{ ref('casework_usulan__lama') }} as lama on keadaan.id_baris = lama.id_baris
    where keadaan.status in ('dikirim', 'diakui', 'belum_tercermin', 'tercermin', 'muncul_kembali')
        and lama.bulan_efektif <= {{ periode() }} and not lama.dibatalkan
),

lengkap as (
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
    select distinct sumber, uid from orang
    union all
    select distinct sumber, uid from keluarga
),

bantuan as (
    -- As the source has it, family by family: golden lets one source speak for all.
    select rekaman.sumber, rekaman.id_keluarga, rekaman.id_anggota, rekaman.program
    from {{ ref('int_kepesertaan__rekaman') }} as rekaman
    inner join (select distinct program from dinilai where sumber = 'dtjateng') as dicari
        on rekaman.program = dicari.program
    where rekaman.sumber = 'dtjateng' and rekaman.status = 'AKTIF'
),

aktif as (
    select 'dtjateng' as sumber, orang.uid, bantuan.program
    from bantuan
    inner join orang on bantuan.sumber = orang.sumber and bantuan.id_anggota = orang.id_sumber
    union
    select 'dtjateng', keluarga.uid, bantuan.program
    from bantuan
    inner join keluarga on bantuan.sumber = keluarga.sumber and bantuan.id_keluarga = keluarga.id_keluarga
    union
    -- DTSEN speaks before the others in golden, also by its flags.
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
    -- Simnakis shows it by having answered.
    select id_baris, tujuan, 'tercermin', 'dijawab'
    from dinilai
    where tujuan = 'simnakis' and status in ('diakui', 'tercermin')
)

select * from casework_pencocokan
