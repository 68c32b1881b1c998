"""Numbers that were replaced by another one, as Dukcapil says, and numbers that several people carry.

A replaced number is the one case in which two different valid NIK count as one (rules.md "Golden", `nik_aktif`). If a
record carries the active number, the record with the old number must still be of the same person by name and birth
date.
"""

from __future__ import annotations

from linkage.cluster import nuclei
from linkage.exact import PLAUSIBLE_NAME, SIMILAR_NAME, find_number_pairs, same_sex, withdraw_twins
from linkage.standard import names_alike

# A person's number is replaced once, rarely twice. A longer chain, or one that leads back to itself, cannot be the
# history of one person.
LONGEST_CHAIN = 5


def apply_aliases(con) -> int:
    """Replace old numbers by the active ones in `rekaman`; return how many records are changed.

    Reads `rekaman` (with `rid`) and `nik_alias`; fills `alias_rekaman` (rid, nik, nik_aktif). A record is changed if it
    is of the same person as a record with the active number. If no record has the active number, the records with the
    lowest of the old numbers take its place, provided that Dukcapil found that the person who was asked about holds it
    (`cocok`).
    """
    con.execute(f"""
        create or replace table alias_akhir as
        with recursive rantai as (
            select nik, nik_aktif, cocok, 1 as langkah from nik_alias
            union all
            select r.nik, a.nik_aktif, r.cocok and a.cocok, r.langkah + 1
            from rantai as r inner join nik_alias as a on r.nik_aktif = a.nik
            where r.langkah < {LONGEST_CHAIN}
        )
        select nik, nik_aktif, cocok from rantai where nik_aktif not in (select nik from nik_alias)
    """)
    con.execute(f"""
        create or replace table alias_rekaman as
        with lama as (
            select r.*, n.* exclude (bentuk), a.nik_aktif, a.cocok
            from rekaman as r
            inner join alias_akhir as a on r.nik = a.nik
            left join bentuk_nama as n on r.bentuk = n.bentuk
        ),
        dasar as (
            select r.*, n.* exclude (bentuk), r.nik as nik_aktif, true as aktif
            from rekaman as r left join bentuk_nama as n on r.bentuk = n.bentuk
            where r.nik in (select nik_aktif from alias_akhir)
            union all
            select l.* exclude (nik_aktif, cocok), l.nik_aktif, false
            from lama as l
            where l.cocok and not exists (select 1 from rekaman as b where b.nik = l.nik_aktif)
            qualify rank() over (partition by l.nik_aktif order by l.nik) = 1
        )
        select distinct a.rid, a.nik, a.nik_aktif
        from lama as a inner join dasar as b on a.nik_aktif = b.nik_aktif
        where (not b.aktif and a.nik = b.nik)
            or (a.tanggal_lahir = b.tanggal_lahir and {names_alike("a", "b")} >= {PLAUSIBLE_NAME})
            or (
                a.tanggal_lahir is null and {same_sex("a", "b")}
                and {names_alike("a", "b")} >= {SIMILAR_NAME}
            )
    """)
    con.execute("update rekaman set nik = a.nik_aktif from alias_rekaman as a where rekaman.rid = a.rid")
    return con.sql("select count(*) from alias_rekaman").fetchall()[0][0]


def find_bearers(con) -> None:
    """Find out to whom the numbers in `rekaman` (with `rid`) belong.

    Fills `salah_pemegang` (rid): the records with a number to which other people have a better claim. Fills
    `nik_bersama` (nik): the numbers to which more than one person has an equal claim.
    """
    con.execute("create or replace table alias_rekaman (rid bigint)")
    find_number_pairs(con)
    withdraw_twins(con)
    nuclei(con)
    con.execute("""
        create or replace table nik_bersama as
        select nik from inti where milik group by nik having count(distinct inti) > 1
    """)
    con.execute("create or replace table salah_pemegang as select rid from inti where not milik")
