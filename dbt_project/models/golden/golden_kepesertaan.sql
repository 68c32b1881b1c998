-- One row a membership, by its published key, with the status that its source gives it; of several sources DTSEN's.
with bertaut as (
    select
        rekaman.sumber, rekaman.program, rekaman.sumber_dana, rekaman.periode_salur, rekaman.grain, rekaman.nomor_baris,
        rekaman.status, rekaman.prioritas,
        rumah.uid as uid_keluarga,
        case when rekaman.grain = 'individu' then orang.uid end as uid_individu,
        case when rekaman.sumber = 'dtsen' and rekaman.status = 'AKTIF' then orang.nomor_baris end as baris_orang,
        case when rekaman.grain = 'individu' then tempat.uid_rumah_tangga end as uid_rumah_tangga_orang
    from {{ ref('int_kepesertaan__rekaman') }} as rekaman
    inner join {{ ref('golden_rumah_tangga__rekaman') }} as rumah
        on rekaman.sumber = rumah.sumber and rekaman.id_keluarga = rumah.id_keluarga
    left join {{ ref('golden_individu__rekaman') }} as orang
        on rekaman.sumber = orang.sumber and rekaman.id_anggota = orang.id_sumber
    left join {{ source('identitas', 'tempat') }} as tempat
        on orang.uid = tempat.uid_individu and tempat.id_rilis = {{ id_rilis() }}
),

-- The flag pbi_nas (pbi_pemda) adds a membership only where DTSEN has no row of it (rules.md).
bendera as (
    select
        orang.uid, orang.sumber, orang.program,
        case orang.program when 'PBI_JK' then 'PUSAT' else 'KABUPATEN' end as sumber_dana
    from (
        select
            uid, sumber,
            unnest(array_remove(
                array[case when pbi_nas then 'PBI_JK' end, case when pbi_pemda then 'PBI_PEMDA' end], null
            )) as program
        from {{ ref('golden_individu__rekaman') }}
        where sumber = 'dtsen' and ke = 1
    ) as orang
    where not exists (
        select 1 from bertaut
        where bertaut.sumber = 'dtsen' and bertaut.uid_individu = orang.uid and bertaut.program = orang.program
    )
),

semua as (
    select
        coalesce(uid_rumah_tangga_orang, uid_keluarga) as uid_rumah_tangga, uid_individu, program, sumber_dana,
        periode_salur, status, sumber, prioritas, grain, nomor_baris, baris_orang
    from bertaut
    union all
    select
        tempat.uid_rumah_tangga, bendera.uid, bendera.program, bendera.sumber_dana,
        null, 'AKTIF', bendera.sumber, 1, 'individu', null, null
    from bendera
    inner join {{ source('identitas', 'tempat') }} as tempat
        on bendera.uid = tempat.uid_individu and tempat.id_rilis = {{ id_rilis() }}
),

berurut as (
    -- The record that decides a membership is that of the most trusted source, then an active one, then the first row.
    -- This order is written as one number, `suara`: its minimum is found without sorting a million rows, and source,
    -- row and status are read off its digits below.
    select
        semua.*,
        ((prioritas * 2 + (status <> 'AKTIF')::int) * 1000000000::bigint + coalesce(nomor_baris, 0)) * 10
        + coalesce(array_position({{ status_kepesertaan() }}, status), 0) as suara
    from semua
),

ringkas as (
    select
        uid_rumah_tangga, uid_individu, program, sumber_dana, periode_salur,
        min(suara) as suara,
        bit_or(1 << prioritas) as bit_sumber,
        min(grain) as grain,
        -- First and last of the person's records in DTSEN that receive. If they differ, the programme is paid twice.
        min(baris_orang) as baris_orang_awal,
        max(baris_orang) as baris_orang_akhir,
        -- The record that the balance counts as published (not a flag); the others count as merged into it.
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
