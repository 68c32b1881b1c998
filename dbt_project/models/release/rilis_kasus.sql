{{ config(alias='kasus', indexes=[{'columns': ['uid_rumah_tangga']}]) }}
-- One row per case at the month's end, as it is released. It never says who complained.
with rilis_kasus as (
    select
        id_kasus,
        jenis,
        sumber,
        id_sumber,
        versi,
        uid_rumah_tangga,
        uid_individu,
        program,
        status,
        status_resolusi,
        id_pemeriksaan,
        kasus_sebelumnya,
        perlu_periksa,
        dibuka,
        tenggat,
        ditutup,
        kode_desa,
        {{ id_rilis() }}::text as id_rilis
    from {{ ref('casework_kasus') }}
)

select * from rilis_kasus
