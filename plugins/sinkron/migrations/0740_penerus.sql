-- What was merged into what, as a release saw it: by the events of that release and of those it was made from. A correction
-- of an older month must not know what was merged later, nor undo it.

create function identitas.garis(rilis text) returns table (id_rilis text, mundur int)
language sql stable as $$
    with recursive garis as (
        select r.id_rilis, r.id_sebelum, 0 as mundur from rilis.rilis as r where r.id_rilis = $1
        union all
        select r.id_rilis, r.id_sebelum, g.mundur + 1
        from garis as g inner join rilis.rilis as r on g.id_sebelum = r.id_rilis
    )
    select g.id_rilis, g.mundur from garis as g
$$;
comment on function identitas.garis is
'Rilis itu dan semua rilis yang menjadi dasarnya; mundur: berapa langkah sebelum rilis itu';

create index on identitas.peristiwa (id_rilis) where jenis in ('gabung', 'pisah');

create function identitas.penerus(rilis text) returns table (grain text, uid text, digantikan_oleh text)
language sql stable as $$
    select t.grain, t.uid, t.uid_terkait
    from (
        select distinct on (p.grain, p.uid) p.grain, p.uid, p.jenis, p.uid_terkait
        from identitas.garis($1) as g
        inner join identitas.peristiwa as p on g.id_rilis = p.id_rilis
        where p.jenis in ('gabung', 'pisah')
        -- What comes back and is merged with another id in one release is merged.
        order by p.grain, p.uid, g.mundur, p.jenis, p.uid_terkait
    ) as t
    where t.jenis = 'gabung'
$$;
comment on function identitas.penerus is 'Uid yang sudah digabung menurut rilis itu, dan uid yang menggantikannya';

comment on column identitas.individu.digantikan_oleh is 'Uid yang menggantikannya menurut rilis yang aktif';
comment on column identitas.rumah_tangga.digantikan_oleh is 'Uid yang menggantikannya menurut rilis yang aktif';
