"""Stable ids of our own: each cluster of the month takes over an id of the release before, or gets a new one.

A new id is an HMAC under the installation key over the record and the period that founded it. So it is opaque, and the
same month built again gives the same ids (docs/decisions/0022). A merge keeps the older id; splits follow rules.md
"Golden".
"""

from __future__ import annotations

from linkage.exact import GENERATION, PLAUSIBLE_NAME, SIMILAR_NAME
from linkage.keyed import hmac_sha256, pads
from linkage.standard import names_alike
from linkage.succession import settle

PREFIX = {"individu": "i", "rumah_tangga": "k"}


# Claims (klaster, uid, pertimbangan, asal, suara, prioritas) because of a judgement `sama` between a record of today
# and a record that only the release before knows.
JUDGED = """
    select g.{label}, s.uid, 1, 0, 0, 9
    from sikap_lalu as s inner join {groups} as g on s.node = g.{node}
    where s.grain = '{grain}' and s.putusan = 'sama'
"""


# SQL: whether a person of the release before (p) may be the one of a record (r, its name n) with the same NIK
# (docs/decisions/0024: a number alone names nobody).
SAME_PERSON = f"""case
    when p.nama_baku is null or n.nama_baku is null or p.tanggal_lahir = r.tanggal_lahir
        then coalesce(p.tanggal_lahir = r.tanggal_lahir, true)
            and coalesce({names_alike("p", "n")} >= {PLAUSIBLE_NAME}, true)
    else p.nama_urut = n.nama_urut or (
        {names_alike("p", "n")} >= {SIMILAR_NAME}
        and coalesce(abs(year(p.tanggal_lahir) - year(r.tanggal_lahir)) < {GENERATION}, true)
    )
end"""


def assign_persons(con, key: bytes, id_rilis: str) -> None:
    """Fill `uid_individu` (klaster, uid, baru) and the events of persons.

    A cluster claims the ids that its records had in the release before. It also claims the id of a known person who has
    no record this month, in two cases. In the first, the person has the same NIK and may be the same person by name and
    birth date (the number may have been written on somebody else's record). In the second, the person is known without
    a number, and that person and the cluster are the only ones with that name, birth date and KK.

    If several clusters claim an id, it goes to the one that a judgement named, then to the one that holds its own
    records from before a merge, then to the one that holds most of its records. A cluster that wins several ids keeps
    the oldest.
    """
    con.execute("""
        create or replace table asal_rid as
        select r.rid, o.uid, o.penerus
        from lalu_asal as o inner join rekaman as r on o.sumber = r.sumber and o.id_sumber = r.id_sumber
        where o.grain = 'individu'
    """)
    con.execute(f"""
        create or replace table klaim as
        with unmentioned as materialized (
            -- Known persons none of whose records is here.
            select p.*, n.*
            from lalu_individu as p anti join lalu_rid as t on p.uid = t.uid
            left join nama_baku as b on p.nama = b.nama
            left join bentuk_nama as n on b.bentuk = n.bentuk
        ),
        claims as (
            select a.klaster, t.uid, 0 as pertimbangan, (o.uid is not null)::int as asal, 1 as suara, a.prioritas
            from lalu_rid as t
            inner join anggota as a on t.rid = a.rid
            left join asal_rid as o on t.rid = o.rid and t.uid = o.uid
            union all
            select k.klaster, p.uid, 0, 0, 1, r.prioritas
            from unmentioned as p
            inner join rekaman as r on p.nik = r.nik
            left join bentuk_nama as n on r.bentuk = n.bentuk
            inner join klaster as k on r.rid = k.rid
            where {SAME_PERSON}
            union all
            -- A person known without a number may have been entered anew: it is recognised if it is the only one of
            -- that name and birth date under the same KK.
            select k.klaster, p.uid, 0, 0, 1, min(r.prioritas)
            from unmentioned as p
            inner join lalu_rumah_tangga as h on p.uid_rumah_tangga = h.uid
            inner join rekaman as r on h.no_kk = r.no_kk and p.tanggal_lahir = r.tanggal_lahir
            inner join bentuk_nama as n on r.bentuk = n.bentuk and p.nama_urut = n.nama_urut
            inner join klaster as k on r.rid = k.rid
            where p.nik is null and not r.lahir_baku
            group by k.klaster, p.uid
            qualify count(*) over (partition by k.klaster) = 1 and count(*) over (partition by p.uid) = 1
            union all
            -- A record that comes back, and whose id was merged meanwhile, claims the id that carries on.
            select a.klaster, o.penerus, 0, 0, 0, a.prioritas
            from asal_rid as o
            inner join anggota as a on o.rid = a.rid
            where o.rid not in (select rid from lalu_rid) and o.penerus in (select uid from lalu_individu)
            union all
            {JUDGED.format(grain="individu", groups="klaster", node="rid", label="klaster")}
        )
        select klaster, uid, sum(pertimbangan) as pertimbangan, sum(asal) as asal, sum(suara) as suara,
            min(prioritas) as prioritas
        from claims group by klaster, uid
    """)
    # If a judgement says `beda` about a record and an id, the record's cluster may claim that id only through a record
    # of its own that had it. The number alone is not enough.
    con.execute("""
        delete from klaim where exists (
            select 1 from sikap_lalu as s inner join klaster as k on s.node = k.rid
            where s.grain = 'individu' and s.putusan = 'beda' and s.uid = klaim.uid and k.klaster = klaim.klaster
        ) and not exists (
            select 1 from lalu_rid as t inner join klaster as k on t.rid = k.rid
            where t.uid = klaim.uid and k.klaster = klaim.klaster
        )
    """)
    order = "pertimbangan desc, asal desc, suara desc, prioritas"
    settle(
        con,
        "individu",
        order,
        """
        select a.klaster, o.uid, 0 as pertimbangan, count(*) as asal, count(*) as suara, min(a.prioritas) as prioritas
        from asal_rid as o inner join anggota as a on o.rid = a.rid
        group by a.klaster, o.uid
    """,
    )
    _mint(con, "individu", key, id_rilis, """
        select k.klaster, r.sumber, r.id_sumber
        from (select klaster, min(rid) as rid from klaster group by klaster) as k
        inner join rekaman as r on k.rid = r.rid
    """)  # fmt: skip


def assign_households(con, key: bytes, id_rilis: str) -> None:
    """Fill `uid_rumah_tangga` (klaster, uid, baru) and the events of households.

    The part of a household that keeps its id is chosen by the first of these rules that decides (rules.md): the same KK
    number; more of the members in the release before; the old address; the older head. A person's judgement comes
    before all of them. A household that was empty, or that the release before no longer has, comes back when people of
    it return. A household that is still empty is recognised by its dead and departed members.
    """
    con.execute("""
        create or replace table dulu_rumah_tangga as
        select *, false as lama from lalu_rumah_tangga
        union all
        select *, true from lalu_rumah_lama where uid not in (select uid from lalu_rumah_tangga)
    """)
    # If a person's absorbed id came back, that person had lived
    # in the household of the person with whom the id was merged.
    con.execute("""
        create or replace table dulu_individu as
        select uid, uid_rumah_tangga, umur, kepala, hadir from lalu_individu
        union all
        select k.uid, p.uid_rumah_tangga, p.umur, false, p.hadir
        from kembali_individu as k inner join lalu_individu as p on k.penerus = p.uid
    """)
    con.execute(f"""
        create or replace table klaim as
        with now_kk as (
            select distinct h.rumah as klaster, g.no_kk, g.kode_desa, g.rt, g.rw
            from rumah as h inner join keluarga as g on h.fid = g.fid
        ),
        placed as (
            select l.rumah as klaster, l.hadir as hadir_kini, p.*
            from letak as l
            inner join uid_individu as u on l.klaster = u.klaster
            inner join dulu_individu as p on u.uid = p.uid
        ),
        returned as (
            select p.*
            from placed as p
            where not p.hadir and p.hadir_kini
                and p.uid_rumah_tangga not in (select uid_rumah_tangga from dulu_individu where hadir)
                -- Somebody who moves in with people who were present does not bring the old, empty household along.
                and p.klaster not in (select klaster from placed where hadir)
        ),
        members as (
            select klaster, uid_rumah_tangga as uid, count(*) as bersama,
                max(case when kepala then umur end) as umur_kepala
            from (from placed where hadir union all from returned)
            group by klaster, uid_rumah_tangga
        ),
        former as (
            -- The dead and departed of a home that stands empty, where nobody else lives with them. They identify it
            -- even without a KK number, and before other families that bear the same number.
            select klaster, uid_rumah_tangga as uid, count(*) as dulu
            from placed
            where not hadir and klaster not in (select klaster from placed where hadir)
            group by klaster, uid_rumah_tangga
        ),
        origin as (
            select h.rumah as klaster, o.uid, count(*) as asal
            from lalu_asal as o
            inner join keluarga as g on o.sumber = g.sumber and o.id_sumber = g.id_keluarga
            inner join rumah as h on g.fid = h.fid
            where o.grain = 'rumah_tangga'
            group by h.rumah, o.uid
        ),
        judged as (
            select distinct klaster, uid
            from ({JUDGED.format(grain="rumah_tangga", groups="rumah", node="fid", label="rumah")})
                as j (klaster, uid, pertimbangan, asal, suara, prioritas)
        ),
        same_kk as (
            select distinct n.klaster, h.uid
            from dulu_rumah_tangga as h inner join now_kk as n on h.no_kk = n.no_kk
        ),
        same_place as (
            select distinct m.klaster, m.uid
            from members as m
            inner join dulu_rumah_tangga as h on m.uid = h.uid
            inner join now_kk as n on m.klaster = n.klaster
                and n.kode_desa = h.kode_desa and n.rt is not distinct from h.rt and n.rw is not distinct from h.rw
        ),
        pairs as (
            select klaster, uid from members
            union select klaster, uid from same_kk
            union select klaster, uid from judged
            union select klaster, uid from former
        ),
        stayed as (
            -- Members whom no record mentions now have not left: they count as still living at the old address.
            select uid_rumah_tangga as uid, count(*) as diam
            from dulu_individu
            where hadir and uid not in (select uid from placed)
            group by uid_rumah_tangga
        ),
        joined as (select klaster from pairs group by klaster having count(*) > 1)
        select p.klaster, p.uid, j.uid is not null as pertimbangan, coalesce(o.asal, 0) as asal,
            k.uid is not null as kk_sama, coalesce(m.bersama, 0) as bersama,
            coalesce(f.dulu, 0) as dulu, a.uid is not null as alamat_sama, coalesce(m.umur_kepala, 0) as umur_kepala
        from pairs as p
        left join members as m on p.klaster = m.klaster and p.uid = m.uid
        left join same_kk as k on p.klaster = k.klaster and p.uid = k.uid
        left join same_place as a on p.klaster = a.klaster and p.uid = a.uid
        left join judged as j on p.klaster = j.klaster and p.uid = j.uid
        left join origin as o on p.klaster = o.klaster and p.uid = o.uid
        left join former as f on p.klaster = f.klaster and p.uid = f.uid
        left join stayed as d on p.uid = d.uid
        -- An id is carried on by people: a KK number alone (none of the old members) does not pass it on,
        -- unless the family was without members before.
        where (
                m.bersama > 0 or j.uid is not null
                or not exists (
                    select 1 from dulu_individu as q where q.uid_rumah_tangga = p.uid and q.hadir
                    union all
                    select 1 from lalu_rumah_lama as q where q.uid = p.uid
                )
            )
            -- Where several households claim one cluster, those who moved in do not take their old id along if at
            -- least as many members are left behind (`stayed`).
            and (
                j.uid is not null or k.uid is not null or o.uid is not null
                or coalesce(d.diam, 0) < coalesce(m.bersama, 1) or p.klaster not in (select klaster from joined)
            )
    """)
    order = "pertimbangan desc, asal desc, kk_sama desc, bersama desc, dulu desc, alamat_sama desc, umur_kepala desc"
    settle(
        con,
        "rumah_tangga",
        order,
        """
        select h.rumah as klaster, o.uid, false as pertimbangan, count(*) as asal, false as kk_sama, 0 as bersama,
            0 as dulu, false as alamat_sama, 0 as umur_kepala
        from lalu_asal as o
        inner join keluarga as g on o.sumber = g.sumber and o.id_sumber = g.id_keluarga
        inner join rumah as h on g.fid = h.fid
        where o.grain = 'rumah_tangga' and exists (
            -- Here too people have to carry the id on: somebody of the household that absorbed it lives in this one.
            select 1 from letak as l
            inner join uid_individu as u on l.klaster = u.klaster
            inner join dulu_individu as p on u.uid = p.uid
            where l.rumah = h.rumah and p.uid_rumah_tangga = o.penerus
        )
        group by h.rumah, o.uid
    """,
    )
    con.execute("""
        insert into peristiwa
        select 'rumah_tangga', 'kembali', h.uid, null, 'orang-orangnya kembali'
        from pewaris_rumah_tangga as w inner join dulu_rumah_tangga as h on w.uid = h.uid and h.lama
    """)
    _mint(con, "rumah_tangga", key, id_rilis, """
        select h.rumah as klaster, g.sumber, g.id_keluarga as id_sumber
        from (select rumah, min(fid) as fid from rumah group by rumah) as h
        inner join keluarga as g on h.fid = g.fid
    """)  # fmt: skip


def _mint(con, grain: str, key: bytes, id_rilis: str, founders: str) -> None:
    """Make ids for clusters that take over none; fills `uid_<grain>` (klaster, uid, baru).

    `founders` is a query for the founding record of each cluster: the one of the most trusted source with the first id,
    which is the one with the lowest number. The new id is made from that record and the period, so that a revision
    after a withdrawn one makes the same id again. If a month that this one does not build upon gave the record an id,
    that id is taken: such a month is a later one that was built earlier, or an earlier one that a rollback withdrew. If
    the id of the period is already in use, because an earlier revision gave it to somebody who still has it, the id is
    made from the record and the release instead.
    """

    def made(founded: str) -> str:
        founder = f"'{grain}|' || f.sumber || '|' || f.id_sumber || '|' || {founded}"
        return f"$prefix || left({hmac_sha256(founder)}, 24)"

    known = {"individu": "lalu_individu", "rumah_tangga": "dulu_rumah_tangga"}[grain]
    con.execute(
        f"""
        create or replace table uid_{grain} as
        with dikenal as (select uid from {known} union select uid from lalu_asal where grain = '{grain}'),
        kelak as (
            select sumber, id_sumber, uid from kelak_uid
            where grain = '{grain}' and uid not in (select uid from dikenal)
        ),
        pendiri as (
            select f.klaster, f.sumber, f.id_sumber, w.uid as lama,
                case when w.uid is null then coalesce(n.uid, {made("$periode")}) end as uid_periode
            from ({founders}) as f
            left join pewaris_{grain} as w on f.klaster = w.klaster
            left join kelak as n on f.sumber = n.sumber and f.id_sumber = n.id_sumber
        )
        select f.klaster, f.sumber, f.id_sumber, f.lama is null as baru,
            case when f.lama is not null then f.lama when d.uid is null then f.uid_periode
                else {made("$rilis")} end as uid
        from pendiri as f left join dikenal as d on f.uid_periode = d.uid
        """,
        {"prefix": PREFIX[grain], "rilis": id_rilis, "periode": id_rilis.partition("/")[0], **pads(key)},
    )
    con.execute(f"""
        insert into uid_baru select '{grain}', uid, sumber, id_sumber from uid_{grain} where baru
    """)
    con.execute(f"""
        insert into peristiwa
        select '{grain}', case when c.uid is null then 'baru' else 'pecah' end, u.uid, c.uid,
            case when c.uid is null then 'tidak dikenal sebelumnya' else 'bagian yang tidak meneruskan uid' end
        from uid_{grain} as u
        left join (
            select klaster, min(uid) as uid from klaim group by klaster
        ) as c on u.klaster = c.klaster
        where u.baru
    """)
