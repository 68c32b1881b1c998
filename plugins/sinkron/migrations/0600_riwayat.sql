-- History in two times: nothing is stored for it, the released partitions and the ledger of releases say it all.

-- What was known of a month, and until when, changes at two kinds of instants only: a release is published, or a
-- rollback takes one away. A rollback inside a month puts its older revision back; one to an older month leaves the
-- month it came from with nothing known (docs/decisions/0010).
create view rilis.waktu_rilis as
with peristiwa as (
    select
        r.diterbitkan as pada,
        r.periode::text as periode,
        r.id_rilis
    from rilis.rilis as r
    where r.diterbitkan is not null
    union all
    select
        b.pada,
        dari.periode,
        case when ke.periode = dari.periode then ke.id_rilis end
    from audit.putar_balik as b
    inner join rilis.rilis as dari on b.dari = dari.id_rilis
    inner join rilis.rilis as ke on b.ke = ke.id_rilis
    union all
    select
        b.pada,
        ke.periode,
        ke.id_rilis
    from audit.putar_balik as b
    inner join rilis.rilis as dari on b.dari = dari.id_rilis
    inner join rilis.rilis as ke on b.ke = ke.id_rilis
    where ke.periode <> dari.periode
),

saat as (
    select
        p.pada,
        row_number() over (order by p.pada) as urutan,
        lead(p.pada) over (order by p.pada) as berikut
    from (select distinct pada from peristiwa) as p
),

-- After each instant: the release known of each month.
dikenal as (
    select distinct on (saat.urutan, p.periode)
        saat.urutan,
        p.periode,
        p.id_rilis
    from saat
    inner join peristiwa as p on saat.pada >= p.pada
    order by saat.urutan, p.periode, p.pada desc
),

-- What a release says holds until the next month that is known.
sampai as (
    select
        d.urutan,
        d.periode,
        d.id_rilis,
        lead(d.periode) over (partition by d.urutan order by d.periode) as periode_berikut
    from dikenal as d
    where d.id_rilis is not null
),

-- Neighbouring instants that say the same of a release are one row.
rentang as (
    select
        s.*,
        s.urutan - row_number() over (
            partition by s.id_rilis, s.periode_berikut order by s.urutan
        ) as kelompok
    from sampai as s
)

select
    g.id_rilis,
    (g.periode || '-01')::date as berlaku_dari,
    (g.periode_berikut || '-01')::date as berlaku_sampai,
    awal.pada as diketahui_dari,
    akhir.berikut as diketahui_sampai
from (
    select
        id_rilis,
        periode,
        periode_berikut,
        min(urutan) as awal,
        max(urutan) as akhir
    from rentang
    group by id_rilis, periode, periode_berikut, kelompok
) as g
inner join saat as awal on g.awal = awal.urutan
inner join saat as akhir on g.akhir = akhir.urutan;
comment on view rilis.waktu_rilis is
'Kapan isi tiap rilis berlaku (tanggal) dan kapan itu diketahui (saat): dasar publikasi.riwayat_*';
