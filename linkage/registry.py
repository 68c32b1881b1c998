"""Own ids for ever: clusters of the month take over the ids of the release before, or get new ones.

A new id is an HMAC under the installation key over what founded it (record and release), so it is opaque and a
rebuild of the same release gives the same ids. Merges keep the older id; splits follow rules.md "Golden".
"""

from __future__ import annotations

import hashlib

PREFIX = {"individu": "i", "rumah_tangga": "k"}


def assign_persons(con, key: bytes, id_rilis: str) -> None:
    """Fill `uid_individu` (klaster, uid, baru) and the events of persons.

    A cluster claims the ids that its records had, and the id of a known person with its NIK. Each id goes to the
    cluster that holds most of its records; each cluster keeps the oldest of the ids that it won.
    """
    con.execute("""
        create or replace table klaim as
        with claims as (
            select k.klaster, t.uid, 1 as suara, r.prioritas
            from lalu_rid as t
            inner join rekaman as r on t.rid = r.rid
            inner join klaster as k on r.rid = k.rid
            union all
            select k.klaster, p.uid, 1, r.prioritas
            from lalu_individu as p
            inner join rekaman as r on p.nik = r.nik
            inner join klaster as k on r.rid = k.rid
            where p.uid not in (select uid from lalu_rid)
        )
        select klaster, uid, sum(suara) as suara, min(prioritas) as prioritas from claims group by klaster, uid
    """)
    _settle(con, "individu", "klaim", "suara desc, prioritas")
    _mint(con, "individu", key, id_rilis, """
        select k.klaster, r.sumber, r.id_sumber, r.prioritas
        from klaster as k inner join rekaman as r on k.rid = r.rid
    """)  # fmt: skip


def assign_households(con, key: bytes, id_rilis: str) -> None:
    """Fill `uid_rumah_tangga` (klaster, uid, baru) and the events of households.

    Which part of a household carries on its id, first rule that decides (rules.md): the same KK number; more of the
    release before's members; the old address; the older head.
    """
    con.execute("""
        create or replace table klaim as
        with now_kk as (
            select distinct h.rumah as klaster, g.no_kk, g.kode_desa, g.rt, g.rw
            from rumah as h inner join keluarga as g on h.fid = g.fid
        ),
        members as (
            select l.rumah as klaster, p.uid_rumah_tangga as uid, count(*) as bersama,
                max(case when p.kepala then p.umur end) as umur_kepala
            from letak as l
            inner join uid_individu as u on l.klaster = u.klaster
            inner join lalu_individu as p on u.uid = p.uid and p.hadir
            group by l.rumah, p.uid_rumah_tangga
        ),
        same_kk as (
            select distinct n.klaster, h.uid
            from lalu_rumah_tangga as h inner join now_kk as n on h.no_kk = n.no_kk
        ),
        same_place as (
            select distinct m.klaster, m.uid
            from members as m
            inner join lalu_rumah_tangga as h on m.uid = h.uid
            inner join now_kk as n on m.klaster = n.klaster
                and n.kode_desa = h.kode_desa and n.rt is not distinct from h.rt and n.rw is not distinct from h.rw
        ),
        pairs as (select klaster, uid from members union select klaster, uid from same_kk)
        select p.klaster, p.uid, k.uid is not null as kk_sama, coalesce(m.bersama, 0) as bersama,
            a.uid is not null as alamat_sama, coalesce(m.umur_kepala, 0) as umur_kepala
        from pairs as p
        left join members as m on p.klaster = m.klaster and p.uid = m.uid
        left join same_kk as k on p.klaster = k.klaster and p.uid = k.uid
        left join same_place as a on p.klaster = a.klaster and p.uid = a.uid
        -- An id is carried on by people: a KK number alone (none of the old members) does not pass it on,
        -- unless the family was without members before.
        where m.bersama > 0
            or not exists (select 1 from lalu_individu as q where q.uid_rumah_tangga = p.uid and q.hadir)
    """)
    _settle(con, "rumah_tangga", "klaim", "kk_sama desc, bersama desc, alamat_sama desc, umur_kepala desc")
    _mint(con, "rumah_tangga", key, id_rilis, """
        select h.rumah as klaster, g.sumber, g.id_keluarga as id_sumber, g.prioritas
        from rumah as h inner join keluarga as g on h.fid = g.fid
    """)  # fmt: skip


def _settle(con, grain: str, claims: str, order: str) -> None:
    """Give each old id to its best claimant, each claimant the oldest id it won (of equal age: the one with the best
    claim); record merges and splits."""
    known = f"lalu_{grain}"
    con.execute(f"""
        create or replace table menang_{grain} as
        select * from {claims}
        qualify row_number() over (partition by uid order by {order}, klaster) = 1
    """)
    con.execute(f"""
        create or replace table pewaris_{grain} as
        select m.klaster, m.uid from menang_{grain} as m inner join {known} as p on m.uid = p.uid
        qualify row_number() over (partition by m.klaster order by p.awal, {order}, m.uid) = 1
    """)
    con.execute(f"""
        insert into digantikan
        select '{grain}', m.uid, w.uid
        from menang_{grain} as m inner join pewaris_{grain} as w on m.klaster = w.klaster and m.uid <> w.uid
    """)
    con.execute(f"""
        insert into peristiwa
        select '{grain}', 'gabung', uid, digantikan_oleh, 'rekaman satu klaster' from digantikan where grain = '{grain}'
    """)


def _mint(con, grain: str, key: bytes, id_rilis: str, founders: str) -> None:
    """Ids for clusters that carry on none; `uid_<grain>` (klaster, uid, baru)."""
    inner, outer = (bytes(b ^ pad for b in key.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    con.execute(
        f"""
        create or replace table uid_{grain} as
        with founder as (
            select klaster, sumber, id_sumber from ({founders})
            qualify row_number() over (partition by klaster order by prioritas, id_sumber) = 1
        )
        select f.klaster, f.sumber, f.id_sumber, w.uid is null as baru,
            coalesce(w.uid, $prefix || left(sha256($outer || unhex(sha256(
                $inner || encode('{grain}|' || f.sumber || '|' || f.id_sumber || '|' || $rilis)
            ))), 24)) as uid
        from founder as f left join pewaris_{grain} as w on f.klaster = w.klaster
        """,
        {"prefix": PREFIX[grain], "outer": outer, "inner": inner, "rilis": id_rilis},
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


def uid_of(grain: str, founder: str, key: bytes) -> str:
    """The id that `founder` ('sumber|id|id_rilis') gives, for checks outside SQL."""
    import hmac

    return PREFIX[grain] + hmac.new(key, f"{grain}|{founder}".encode(), hashlib.sha256).hexdigest()[:24]
