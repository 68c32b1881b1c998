-- One row per membership, by its published key, with the status from
-- its source. If several sources list it, DTSEN's status counts.
with tercatat as (
    -- One row per membership record, with the household and the person that it belongs to.
    select
        coalesce(tempat.uid_rumah_tangga, rumah.uid) as uid_rumah_tangga,
        case when rekaman.grain = 'individu' then orang.uid end as uid_individu,
        rekaman.program, rekaman.sumber_dana, rekaman.periode_salur, rekaman.status, rekaman.prioritas, rekaman.grain,
        rekaman.nomor_baris,
        case when rekaman.sumber = 'dtsen' and rekaman.status = 'AKTIF' then orang.nomor_baris end as baris_orang
    from {{ ref('int_kepesertaan__rekaman') }} as rekaman
    inner join {{ ref('golden_rumah_tangga__rekaman') }} as rumah
        on rekaman.sumber = rumah.sumber and rekaman.id_keluarga = rumah.id_keluarga
    left join {{ ref('golden_individu__rekaman') }} as orang
        on rekaman.sumber = orang.sumber and rekaman.id_anggota = orang.id_sumber
        and (rekaman.grain = 'individu' or rekaman.sumber = 'dtsen')
    left join {{ source('identitas', 'tempat') }} as tempat
        on case when rekaman.grain = 'individu' then orang.uid end = tempat.uid_individu
        and tempat.id_rilis = {{ id_rilis() }}
),

-- One row per person and programme that only a flag gives: pbi_nas (pbi_pemda) adds a membership only where DTSEN has
-- no membership row for it (rules.md). If DTSEN has one, it nearly always belongs to the record with the flag, so this
-- CTE checks only that record. `bendera_tercatat` checks the other records of the persons that are left.
bendera as materialized (
    select orang.uid, orang.program
    from (
        select
            uid, id_sumber,
            unnest(array_remove(
                array[case when pbi_nas then 'PBI_JK' end, case when pbi_pemda then 'PBI_PEMDA' end], null
            )) as program
        from {{ ref('golden_individu__rekaman') }}
        where sumber = 'dtsen' and ke = 1
    ) as orang
    where not exists (
        select 1 from {{ ref('int_kepesertaan__rekaman') }} as rekaman
        where rekaman.sumber = 'dtsen' and rekaman.id_anggota = orang.id_sumber and rekaman.program = orang.program
    )
),

bendera_tercatat as materialized (
    -- Rows of `bendera` for which another DTSEN record of the person (`ke` > 1) has a membership row.
    select distinct bendera.uid, bendera.program
    from bendera
    inner join {{ ref('golden_individu__rekaman') }} as orang
        on bendera.uid = orang.uid and orang.sumber = 'dtsen' and orang.ke > 1
    inner join {{ ref('int_kepesertaan__rekaman') }} as rekaman
        on rekaman.sumber = 'dtsen' and orang.id_sumber = rekaman.id_anggota and bendera.program = rekaman.program
),

semua as (
    -- The memberships of the records, and those that only a flag gives (without a row number).
    select * from tercatat
    union all
    select
        tempat.uid_rumah_tangga, bendera.uid, bendera.program,
        case bendera.program when 'PBI_JK' then 'PUSAT' else 'KABUPATEN' end,
        null, 'AKTIF', {{ prioritas("'dtsen'") }}, 'individu', null, null
    from bendera
    inner join {{ source('identitas', 'tempat') }} as tempat
        on bendera.uid = tempat.uid_individu and tempat.id_rilis = {{ id_rilis() }}
    where not exists (
        select 1 from bendera_tercatat as lain where lain.uid = bendera.uid and lain.program = bendera.program
    )
),

berurut as (
    -- The record that decides a membership is chosen by three criteria: the most trusted source, then an active record,
    -- then the first row. `suara` encodes this order in one number, because its minimum is found without sorting a
    -- million rows. Source, row and status are decoded from its digits below.
    select
        semua.*,
        ((prioritas * 2 + (status <> 'AKTIF')::int) * 1000000000::bigint + coalesce(nomor_baris, 0)) * 10
        + coalesce(array_position({{ status_kepesertaan() }}, status), 0) as suara
    from semua
),

ringkas as (
    -- One row per membership: the record that decides it, and the sources that list it.
    select
        uid_rumah_tangga, uid_individu, program, sumber_dana, periode_salur,
        min(suara) as suara,
        bit_or(1 << prioritas) as bit_sumber,
        min(grain) as grain,
        -- First and last DTSEN record of the person that receives the
        -- programme. If they differ, the programme is paid twice.
        min(baris_orang) as baris_orang_awal,
        max(baris_orang) as baris_orang_akhir,
        -- The record that the balance (rilis_neraca) counts as published;
        -- the others count as merged into it. A flag is not a record.
        min(suara) filter (where nomor_baris is not null) as suara_rekaman
    from berurut
    group by uid_rumah_tangga, uid_individu, program, sumber_dana, periode_salur
),

golden_kepesertaan as (
    select
        ringkas.uid_rumah_tangga, ringkas.uid_individu, ringkas.program, ringkas.sumber_dana, ringkas.periode_salur,
        ({{ status_kepesertaan() }})[ringkas.suara % 10] as status,
        array_remove(array[
            {% for s in sumber() | sort -%}
            case when ringkas.bit_sumber & (1 << {{ prioritas("'" ~ s ~ "'") }}) > 0 then '{{ s }}' end{{ ',' if not loop.last }}
            {% endfor %}
        ], null) as sumber,
        ringkas.grain,
        ringkas.baris_orang_awal,
        ringkas.baris_orang_akhir,
        susunan.id_kiriman as id_kiriman_utama,
        (ringkas.suara_rekaman / 10 % 1000000000)::int as nomor_baris_utama
    from ringkas
    left join {{ source('buku', 'susunan') }} as susunan
        on susunan.id_rilis = {{ id_rilis() }}
        and {{ prioritas('susunan.sumber') }} = ringkas.suara_rekaman / 20000000000
)

select * from golden_kepesertaan
