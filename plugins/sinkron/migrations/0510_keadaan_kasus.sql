-- A case as it was known before an instant: a release freezes the month's end, `kasus.kasus` shows now.

create function kasus.keadaan_kasus(saat timestamptz) returns table (
    id_kasus text,
    jenis text,
    sumber text,
    id_sumber text,
    versi integer,
    program text[],
    status text,
    perlu_periksa text[],
    dibuka timestamptz,
    tenggat date,
    ditutup timestamptz
)
language sql stable parallel safe as $$
    with perubahan as (
        select 'aduan' as sumber, a.id_sumber, a.versi, a.diubah, a.status from kasus.aduan as a
        where a.diubah < saat
        union all
        select 'pengajuan', p.id_sumber, p.versi, p.diubah, p.status from kasus.pengajuan as p
        where p.diubah < saat
    ),

    kini as (
        select
            'aduan' as sumber, 'aduan' as jenis, a.id_sumber, a.versi, a.program, a.status, a.perlu_periksa, a.dibuat
        from kasus.aduan_pada(saat) as a
        union all
        select 'pengajuan', p.jenis, p.id_sumber, p.versi, p.program, p.status, p.perlu_periksa, p.dibuat
        from kasus.pengajuan_pada(saat) as p
    ),

    awal as (
        select p.sumber, p.id_sumber, min(p.diubah) as diubah from perubahan as p group by p.sumber, p.id_sumber
    ),

    -- A case that was opened again is closed from its last closing on.
    buka_terakhir as (
        select p.sumber, p.id_sumber, max(p.versi) as versi
        from perubahan as p
        left join kasus.tahap as t on t.sumber = p.sumber and t.status = p.status
        where t.tutup is not true
        group by p.sumber, p.id_sumber
    ),

    tutup as (
        select p.sumber, p.id_sumber, min(p.diubah) as diubah
        from perubahan as p
        left join buka_terakhir as b on b.sumber = p.sumber and b.id_sumber = p.id_sumber
        where p.versi > coalesce(b.versi, -1)
        group by p.sumber, p.id_sumber
    ),

    terbuka as (
        select k.*, coalesce(k.dibuat, a.diubah) as mulai, c.diubah as selesai
        from kini as k
        join awal as a on a.sumber = k.sumber and a.id_sumber = k.id_sumber
        left join tutup as c on c.sumber = k.sumber and c.id_sumber = k.id_sumber
    )

    select
        d.sumber || '/' || d.id_sumber,
        d.jenis,
        d.sumber,
        d.id_sumber,
        d.versi,
        d.program,
        d.status,
        d.perlu_periksa,
        d.mulai,
        (d.mulai at time zone 'Asia/Jakarta')::date + b.hari,
        d.selesai
    from terbuka as d
    left join kasus.tahap as t on t.sumber = d.sumber and t.status = d.status
    left join lateral (
        select w.hari from kasus.batas_waktu as w
        where w.nama = t.batas and w.berlaku_dari <= (d.mulai at time zone 'Asia/Jakarta')::date
        order by w.berlaku_dari desc
        limit 1
    ) as b on true
$$;
comment on function kasus.keadaan_kasus(timestamptz) is
    'Satu baris satu kasus sebagaimana diketahui sebelum saat itu; tanpa pelapor';

create or replace view kasus.kasus as
select
    id_kasus, jenis, sumber, id_sumber, versi, program, status, perlu_periksa, dibuka, tenggat, ditutup
from kasus.keadaan_kasus('infinity');
