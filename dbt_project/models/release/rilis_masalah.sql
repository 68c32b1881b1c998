{{ config(alias='masalah', indexes=[{'columns': ['uid']}]) }}
-- One row per problem of a record: what is doubtful, and since
-- which month. The doubtful value itself is never stored here.
with mendarat as materialized (
    -- Problems that were found when the record landed.
    select
        kiriman.sumber, masalah.id_sumber,
        case
            when masalah.berkas = 'anggota' then 'individu'
            when masalah.berkas in ('keluarga', 'rumah_tangga') then 'rumah_tangga'
            else 'kepesertaan'
        end as grain,
        masalah.kolom, masalah.kode
    from {{ source('pendaratan', 'masalah') }} as masalah
    inner join {{ source('buku', 'kiriman') }} as kiriman on masalah.id_kiriman = kiriman.id_kiriman
    inner join {{ source('buku', 'susunan') }} as susunan
        on masalah.id_kiriman = susunan.id_kiriman and susunan.id_rilis = {{ id_rilis() }}
),

orang as (
    -- Problems that a person record shows by itself: form of the
    -- NIK, name, and a NIK that does not fit sex or birth date.
    select sumber, id_sumber, 'individu' as grain, kolom, kode, uid
    from (
        select
            sumber, id_sumber, uid,
            unnest(array['nik', 'nama', 'jenis_kelamin', 'tanggal_lahir']) as kolom,
            unnest(array[
                case bentuk_nik when 'rusak' then 'NIK_RUSAK' when 'sementara' then 'NIK_SEMENTARA' end,
                case when position('ALM' in nama) > 0 and nama ~ '\yALM(H|ARHUM(AH)?)?\y' then 'ALM_PADA_NAMA' end,
                case
                    when nik is not null and jenis_kelamin is not null
                        and (substr(nik, 7, 1) >= '4') <> (jenis_kelamin = 'P') then 'NIK_LAIN_JENIS_KELAMIN'
                end,
                case
                    when nik is not null and tanggal_lahir is not null
                        and substr(nik, 9, 4) <> to_char(tanggal_lahir, 'MMYY') then 'NIK_LAIN_TANGGAL_LAHIR'
                end
            ]) as kode
        from {{ ref('golden_individu__rekaman') }}
        -- A cheap condition first, so that the exact conditions above run on few rows only.
        where bentuk_nik in ('rusak', 'sementara')
            or position('ALM' in nama) > 0
            or (substr(nik, 7, 1) >= '4') <> (jenis_kelamin = 'P')
            or substr(nik, 9, 2)::int <> date_part('month', tanggal_lahir)
            or substr(nik, 11, 2)::int <> date_part('year', tanggal_lahir)::int % 100
    ) as temuan
    where kode is not null
),

ganda as (
    -- Persons whose NIK is not published because two people carry it.
    select individu.uid_individu as uid
    from {{ ref('rilis_individu') }} as individu
    where individu.nik_status = 'ganda'
),

verdik as (
    -- One row per record with the person's published NIK, if Dukcapil
    -- does not know that NIK or has another birth date or name.
    select rekaman.sumber, rekaman.id_sumber, 'individu' as grain,
        case emas.hasil_dukcapil
            when 'nik_tidak_ditemukan' then 'nik'
            when 'tidak_padan_tgl_lahir' then 'tanggal_lahir'
            else 'nama'
        end as kolom,
        case emas.hasil_dukcapil
            when 'nik_tidak_ditemukan' then 'NIK_TIDAK_DITEMUKAN'
            when 'tidak_padan_tgl_lahir' then 'TANGGAL_LAHIR_TIDAK_PADAN'
            else 'NAMA_BEDA_DUKCAPIL'
        end as kode,
        rekaman.uid
    from {{ ref('golden_individu__rekaman') }} as rekaman
    inner join {{ ref('golden_individu') }} as emas on rekaman.uid = emas.uid and rekaman.nik = emas.nik
    where emas.hasil_dukcapil in ('nik_tidak_ditemukan', 'tidak_padan_tgl_lahir', 'padan_nama_beda')
),

nik_aktif_lain as (
    -- Records with a number for which Dukcapil names another number as the active one, but by name or birth date that
    -- other number belongs to somebody else.
    select rekaman.sumber, rekaman.id_sumber, 'individu' as grain, 'nik' as kolom, 'NIK_AKTIF_LAIN' as kode,
        rekaman.uid
    from {{ ref('golden_individu__rekaman') }} as rekaman
    inner join {{ source('identitas', 'verdik_kandidat') }} as verdik
        on rekaman.nik = verdik.nik and verdik.nik_aktif is not null and verdik.id_rilis = {{ id_rilis() }}
    left join {{ source('identitas', 'alias') }} as alias
        on rekaman.uid = alias.uid and rekaman.nik = alias.nik and alias.id_rilis = {{ id_rilis() }}
    where alias.uid is null
),

kk_salah_ketik as (
    -- Records with a KK number that is a typing error, whether
    -- or not it is the number that was chosen for the household.
    select rekaman.sumber, rekaman.id_keluarga as id_sumber, 'rumah_tangga' as grain, 'no_kk' as kolom,
        'KK_SALAH_KETIK' as kode, rekaman.uid
    from {{ ref('golden_rumah_tangga__rekaman') }} as rekaman
    inner join {{ ref('golden_rumah_tangga') }} as rumah on rekaman.uid = rumah.uid
    where rekaman.no_kk = any(rumah.no_kk_salah)
),

satu_nomor as materialized (
    -- One row per pair of families of one source that have the same KK number and are one household here.
    select satu.uid, satu.sumber, satu.id_keluarga as satu, lain.id_keluarga as lain
    from {{ ref('golden_rumah_tangga__rekaman') }} as lain
    inner join {{ ref('golden_rumah_tangga__rekaman') }} as satu
        on lain.uid = satu.uid and lain.sumber = satu.sumber and lain.no_kk = satu.no_kk and lain.ke > satu.ke
    where lain.ke > 1
),

sekeluarga as materialized (
    -- One row per family of such a pair, with its members.
    select anggota.sumber, anggota.id_keluarga, array_agg(anggota.uid) as orang
    from {{ ref('golden_individu__rekaman') }} as anggota
    where (anggota.sumber, anggota.id_keluarga) in (
        select nomor.sumber, unnest(array[nomor.satu, nomor.lain]) from satu_nomor as nomor
    )
    group by anggota.sumber, anggota.id_keluarga
),

kk_dipakai_bersama as (
    -- Families that share a KK number although they have no member in common. A family that was entered twice is not
    -- meant: there the members are the same.
    select distinct
        nomor.sumber, unnest(array[nomor.satu, nomor.lain]) as id_sumber, 'rumah_tangga' as grain, 'no_kk' as kolom,
        'KK_DIPAKAI_BERSAMA' as kode, nomor.uid
    from satu_nomor as nomor
    inner join sekeluarga as satu on nomor.sumber = satu.sumber and nomor.satu = satu.id_keluarga
    inner join sekeluarga as lain on nomor.sumber = lain.sumber and nomor.lain = lain.id_keluarga
    where not satu.orang && lain.orang
),

semua as (
    -- All problems of this month, from the CTEs above.
    select mendarat.*, tautan.uid
    from mendarat
    left join {{ source('identitas', 'tautan') }} as tautan
        on tautan.id_rilis = {{ id_rilis() }} and mendarat.grain = tautan.grain
        and mendarat.sumber = tautan.sumber and mendarat.id_sumber = tautan.id_sumber
    union all
    select * from orang
    union all
    select rekaman.sumber, rekaman.id_sumber, 'individu', 'nik', 'NIK_GANDA', rekaman.uid
    from {{ ref('golden_individu__rekaman') }} as rekaman
    inner join ganda on rekaman.uid = ganda.uid
    where rekaman.nik is not null
    union all
    select * from verdik
    union all
    select * from nik_aktif_lain
    union all
    select * from kk_salah_ketik
    union all
    select * from kk_dipakai_bersama
),

lalu as (
    -- One row per problem in last month's release, with its first month.
    select grain, sumber, id_sumber, kolom, kode, min(sejak) as sejak
    from {{ source('rilis', 'masalah') }}
    where id_rilis = {{ id_bulan_lalu() }}
    group by grain, sumber, id_sumber, kolom, kode
),

rilis_masalah as (
    select
        {{ periode() }}::text as periode,
        {{ revisi() }} as revisi,
        semua.sumber,
        semua.id_sumber,
        semua.grain,
        semua.uid,
        semua.kolom,
        semua.kode,
        coalesce(lalu.sejak, {{ periode() }})::text as sejak,
        coalesce(orang.kode_desa, rumah.kode_desa) as kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from semua
    left join {{ ref('rilis_individu') }} as orang on semua.grain = 'individu' and semua.uid = orang.uid_individu
    left join {{ ref('rilis_rumah_tangga') }} as rumah
        on semua.grain = 'rumah_tangga' and semua.uid = rumah.uid_rumah_tangga
    -- `coalesce` and not `is not distinct from`, because the planner can hash by the record only with an equality.
    left join lalu
        on semua.grain = lalu.grain and semua.sumber = lalu.sumber and semua.kolom = lalu.kolom
        and semua.kode = lalu.kode and coalesce(semua.id_sumber, '') = coalesce(lalu.id_sumber, '')
)

select * from rilis_masalah
