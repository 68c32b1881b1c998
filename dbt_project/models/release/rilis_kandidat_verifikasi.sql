{{ config(alias='kandidat_verifikasi', indexes=[{'columns': ['uid_rumah_tangga']}]) }}
-- One row per entry of the work list for officers: whom to visit first, ranked within each direction (`arah`). It ends
-- no programme; only a proof does (casework_bukti).
with baris as (
    -- One row per entry, with the sum of the weights of its findings.
    select
        uid_rumah_tangga, uid_individu, id_kasus, arah, program, sum(bobot)::int as skor,
        array_agg(alasan order by alasan collate "C") as alasan, bool_or(menerima) as menerima, max(ciri) as ciri
    from {{ ref('kandidat_temuan') }}
    group by uid_rumah_tangga, uid_individu, id_kasus, arah, program
),

berperingkat as (
    -- Equal scores are ordered by three criteria: who receives something now comes first, then the worse house, then
    -- columns that only make the order the same each time it is built.
    select
        *,
        (row_number() over (
            partition by arah
            order by
                skor desc, menerima desc, ciri desc, uid_rumah_tangga collate "C", uid_individu collate "C" nulls first,
                program collate "C" nulls first, id_kasus collate "C"
        ))::int as peringkat
    from baris
),

rilis_kandidat_verifikasi as (
    select
        {{ periode() }}::text as periode,
        {{ revisi() }} as revisi,
        berperingkat.uid_rumah_tangga,
        berperingkat.uid_individu,
        berperingkat.arah,
        berperingkat.program,
        berperingkat.skor,
        berperingkat.alasan,
        berperingkat.peringkat,
        berperingkat.id_kasus,
        coalesce(rumah.kode_desa, kasus.kode_desa) as kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from berperingkat
    left join {{ ref('rilis_rumah_tangga') }} as rumah on berperingkat.uid_rumah_tangga = rumah.uid_rumah_tangga
    left join {{ ref('casework_kasus') }} as kasus on berperingkat.id_kasus = kasus.id_kasus
)

select * from rilis_kandidat_verifikasi
