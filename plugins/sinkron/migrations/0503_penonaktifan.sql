-- What readers see of deactivations.

create index on identitas.individu (uid) where digantikan_oleh is not null;
create index on identitas.rumah_tangga (uid) where digantikan_oleh is not null;
create view antrean.uid_digantikan as
with recursive jalan as (
    select 'individu' as grain, uid as asal, digantikan_oleh as uid from identitas.individu
    where digantikan_oleh is not null
    union all
    select 'rumah_tangga', uid, digantikan_oleh from identitas.rumah_tangga
    where digantikan_oleh is not null
    union all
    select j.grain, j.asal, coalesce(i.digantikan_oleh, h.digantikan_oleh)
    from jalan as j
    left join identitas.individu as i on j.grain = 'individu' and j.uid = i.uid
    left join identitas.rumah_tangga as h on j.grain = 'rumah_tangga' and j.uid = h.uid
    where coalesce(i.digantikan_oleh, h.digantikan_oleh) is not null
)

select j.grain, j.asal, j.uid
from jalan as j
left join identitas.individu as i on j.grain = 'individu' and j.uid = i.uid
left join identitas.rumah_tangga as h on j.grain = 'rumah_tangga' and j.uid = h.uid
where coalesce(i.digantikan_oleh, h.digantikan_oleh) is null;
comment on view antrean.uid_digantikan is 'Uid yang sudah digabung dan uid yang masih berlaku';

-- Live under the pointer, for what happened to a row at a receiver is no part of a month's content; a release that is
-- asked for by name shows what was known when it was published (docs/decisions/0008).
create view antrean.penonaktifan with (security_barrier) as
with saat as (
    select case
        when r.id_rilis = p.id_rilis then 'infinity'::timestamptz
        else coalesce(r.diterbitkan, '-infinity')
    end as sampai
    from rilis.penunjuk as p
    left join rilis.rilis as r on r.id_rilis = rilis.terbaca()
),

terbit as (
    select distinct s.id_baris
    from kasus.usulan_rilis as s
    inner join rilis.rilis as r on s.id_rilis = r.id_rilis
    cross join saat
    where r.status in ('terbit', 'digantikan', 'ditarik') and r.diterbitkan <= saat.sampai
),

-- Not by antrean.keadaan_pada: a function in a view runs with the rights of who reads.
keadaan as (
    select distinct on (r.id_baris, r.tujuan) r.id_baris, r.tujuan, r.ke as status, r.kode as kode_tolak
    from antrean.riwayat as r
    cross join saat
    where r.pada <= saat.sampai
    order by r.id_baris, r.tujuan, r.urutan desc
),

saat_saat as (
    select
        r.id_baris,
        r.tujuan,
        min(r.pada) filter (where r.ke = 'disetujui') as disetujui,
        min(r.pada) filter (where r.ke = 'dikirim') as dikirim,
        max(r.pada) filter (where r.ke in ('diakui', 'ditolak')) as dijawab,
        max(r.pada) filter (where r.ke = 'tercermin') as tercermin_pada
    from antrean.riwayat as r
    cross join saat
    where r.pada <= saat.sampai
    group by r.id_baris, r.tujuan
)

select
    u.id_baris,
    k.tujuan,
    coalesce(h.uid, u.uid_rumah_tangga) as uid_rumah_tangga,
    coalesce(i.uid, u.uid_individu) as uid_individu,
    u.program,
    u.kode_alasan,
    u.bulan_efektif::text as bulan_efektif,
    case when u.asal in ('aduan', 'berkala') then u.bukti end as id_verifikasi,
    n.nomor_sk,
    k.status,
    case when k.status = 'ditolak' then k.kode_tolak end as kode_tolak,
    u.diusulkan,
    s.disetujui,
    s.dikirim,
    s.dijawab,
    s.tercermin_pada,
    u.kode_desa
from keadaan as k
inner join terbit as t on k.id_baris = t.id_baris
inner join kasus.usulan as u on k.id_baris = u.id_baris
inner join saat_saat as s on k.id_baris = s.id_baris and k.tujuan = s.tujuan
left join antrean.isi as isi
    on k.id_baris = isi.id_baris and k.tujuan = isi.tujuan and isi.jenis = 'penonaktifan' and not isi.lepas
left join antrean.kiriman as n on isi.id_kiriman = n.id_kiriman
left join antrean.uid_digantikan as h on h.grain = 'rumah_tangga' and u.uid_rumah_tangga = h.asal
left join antrean.uid_digantikan as i on i.grain = 'individu' and u.uid_individu = i.asal
where (select rilis.wilayah_baca()) is null
    or u.kode_desa = any((select rilis.wilayah_baca())::text[])
    or left(u.kode_desa, 8) = any((select rilis.wilayah_baca())::text[]);
