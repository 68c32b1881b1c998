"""Which cluster keeps which id. A merge keeps the older id; the absorbed id comes back if the merge is undone."""

from __future__ import annotations


def settle(con, grain: str, order: str, origins: str) -> None:
    """Decide from the claims in `klaim` which cluster keeps which id: fill `pewaris_<grain>` (klaster, uid).

    Each old id goes to the cluster with the best claim (`menang_<grain>`); `order` is the SQL order of claims, the best
    first. A cluster that wins several ids keeps the oldest; of equally old ones it keeps the one on which its claim is
    best.

    `origins` is a query for claims (as in `klaim`) on absorbed ids, by clusters with records that belonged to those ids
    before the merge. A cluster that has such a claim, and does not win the id that the merge kept, gets the absorbed id
    back (`kembali_<grain>`). Merges go to `digantikan`, merges and undone merges to `peristiwa`, and what is needed to
    undo these merges to `asal`.
    """
    known = f"(select uid, awal from {'lalu_individu' if grain == 'individu' else 'dulu_rumah_tangga'})"
    con.execute(f"""
        create or replace table menang_{grain} as
        select * from klaim
        qualify row_number() over (partition by uid order by {order}, klaster) = 1
    """)
    con.execute(f"""
        create or replace table kembali_{grain} as
        with absorbed as (
            select distinct uid, digantikan_oleh, penerus, awal from lalu_asal
            where grain = '{grain}' and digantikan_oleh is not null and penerus in (select uid from {known})
        ),
        best as (
            select * from ({origins}) where uid in (select uid from absorbed)
            qualify row_number() over (partition by uid order by {order}, klaster) = 1
        ),
        parted as (
            select b.*, a.digantikan_oleh, a.penerus, a.awal
            from best as b inner join absorbed as a on b.uid = a.uid
            where not exists (select 1 from menang_{grain} as m where m.uid = a.penerus and m.klaster = b.klaster)
        )
        select * from parted as p
        -- Where the absorbing id comes back to the same cluster too, what it had absorbed stays with it.
        where not exists (select 1 from parted as q where q.klaster = p.klaster and q.uid = p.digantikan_oleh)
    """)
    con.execute(f"""
        create or replace table calon_pewaris as
        select m.*, p.awal from menang_{grain} as m inner join {known} as p on m.uid = p.uid
        union all by name
        select * exclude (digantikan_oleh, penerus) from kembali_{grain}
    """)
    con.execute(f"""
        create or replace table pewaris_{grain} as
        select klaster, uid from calon_pewaris
        qualify row_number() over (partition by klaster order by awal, {order}, uid) = 1
    """)
    con.execute(f"""
        insert into digantikan
        select '{grain}', m.uid, w.uid
        from (select klaster, uid from menang_{grain} union select klaster, uid from kembali_{grain}) as m
        inner join pewaris_{grain} as w on m.klaster = w.klaster and m.uid <> w.uid
    """)
    con.execute(f"""
        insert into peristiwa
        select '{grain}', 'gabung', uid, digantikan_oleh, 'rekaman satu klaster' from digantikan where grain = '{grain}'
        union all
        select '{grain}', 'pisah', uid, digantikan_oleh, 'penggabungan dibatalkan' from kembali_{grain}
    """)
    _remember(con, grain)


def _remember(con, grain: str) -> None:
    """Add to `asal` which records belonged to which id before the merges of this release.

    This covers both the ids that go and the ids that stay. An id that comes back and is merged again in the same
    release had no records in the release before: `lalu_asal` says which records were its own.
    """
    key = {"individu": "id_sumber", "rumah_tangga": "id_keluarga"}[grain]
    records = {"individu": "lalu_tautan", "rumah_tangga": "lalu_keluarga"}[grain]
    con.execute(f"""
        insert into asal
        with merged as (
            select uid from digantikan where grain = '{grain}'
            union select digantikan_oleh from digantikan where grain = '{grain}'
        )
        select '{grain}', t.uid, t.sumber, t.{key}
        from {records} as t
        where t.uid in (select uid from merged) and t.uid not in (select uid from kembali_{grain})
        union
        select grain, uid, sumber, id_sumber from lalu_asal
        where grain = '{grain}' and uid in (select uid from merged) and uid in (select uid from kembali_{grain})
    """)
