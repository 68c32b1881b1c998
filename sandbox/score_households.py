"""Score golden households against the true ones; what no delivered record could tell is counted apart.

All functions work on tables of one DuckDB connection, named by the caller, besides those of `sandbox.score`:

    links    (rekaman, uid)
    truth    (rekaman, orang, rumah, hadir)   rumah: the true family of the family record that it stands in
                                              (null where that was not loaded); hadir: neither dead nor moved by it
    people   (orang, rumah, hidup)            where everyone lives at the month's end; not `hidup`: dead or departed
    members  (uid, uid_rumah_tangga)          the golden members
"""

from __future__ import annotations

from typing import Any


def households(con: Any, links: str, truth: str, people: str, members: str) -> dict[str, float]:
    """Count the golden households (with members), and those that hold exactly their true members (`tepat`).

    Only persons whom a record mentions count. A person is *certain* when a record supports what is true at the month's
    end: a record in the true family or, for the dead and departed, one that says so. The records of all other persons
    are late. This is no error while golden puts such a person where a record of the person does. A household in which
    nobody is certain (`hanya_tertinggal`) is not judged. `ketat` counts lateness as an error too, and `tertinggal` is
    the difference. `bagian` and `bagian_ketat` are shares of the judged households; `ditemukan` is the share of the
    true households with a certain member that a golden household shows exactly.
    """
    _judged(con, links, truth, people, members)
    names = "emas, tepat, ketat, hanya_tertinggal, orang_tertinggal, rumah_benar"
    row = con.sql("""
        select count(*) filter (pasti > 0), count(*) filter (pasti > 0 and tepat),
            count(*) filter (pasti > 0 and ketat), count(*) filter (pasti = 0),
            (select count(*) from keadaan where not pasti),
            (select count(distinct rumah) from keadaan where hidup and pasti)
        from rumah_dinilai
    """).fetchall()[0]
    found = dict(zip(names.split(", "), row, strict=True))
    return found | {
        "bagian": found["tepat"] / found["emas"] if found["emas"] else 1.0,
        "bagian_ketat": found["ketat"] / found["emas"] if found["emas"] else 1.0,
        "ditemukan": found["tepat"] / found["rumah_benar"] if found["rumah_benar"] else 1.0,
        "tertinggal": found["tepat"] - found["ketat"],
    }


def causes(con: Any) -> dict[str, int]:
    """Count why households are not exact; one may have several causes. Reads what `households` judged just before."""
    names = "orang_tercampur, orang_dua_kali, sudah_pergi, dari_rumah_lain, kurang_anggota, tertinggal_di_tempat_asing"
    row = con.sql("""
        select count(*) filter (baris > uid), count(*) filter (baris > orang), count(*) filter (pergi > 0),
            count(*) filter (rumah > 1), count(*) filter (rumah = 1 and pasti_benar < seharusnya),
            count(*) filter (asing > 0)
        from rumah_dinilai where pasti > 0 and not tepat
    """).fetchall()[0]
    return dict(zip(names.split(", "), row, strict=True))


def household_ids(con: Any, into: str) -> None:
    """Fill `into` (benar, uid) with the golden household that has most of the certain members of each true one.

    Where several have as many, all of them are there. Call it after `households`, which judges them.
    """
    con.execute(f"""
        create or replace table {into} as
        select rumah as benar, uid_rumah_tangga as uid
        from penghuni where hidup and pasti
        group by rumah, uid_rumah_tangga
        qualify rank() over (partition by rumah order by count(distinct orang) desc) = 1
    """)


def _judged(con: Any, links: str, truth: str, people: str, members: str) -> None:
    """Fill `keadaan` (a row for each person whom a record mentions), `penghuni` (golden members, with the true persons
    of their records) and `rumah_dinilai` (a row for each golden household).
    """
    con.execute(f"""
        create or replace table keadaan as
        select p.orang, p.hidup, case when p.hidup then p.rumah end as rumah,
            coalesce(bool_or(case when p.hidup then t.rumah = p.rumah else not t.hadir end), false) as pasti,
            list(distinct t.rumah) filter (t.rumah is not null) as tercatat
        from {truth} as t inner join {people} as p on t.orang = p.orang
        group by p.orang, p.hidup, p.rumah
    """)
    con.execute(f"""
        create or replace table penghuni as
        select distinct m.uid_rumah_tangga, m.uid as uid_individu, k.*
        from {members} as m
        inner join {links} as l on m.uid = l.uid
        inner join {truth} as t on l.rekaman = t.rekaman
        inner join keadaan as k on t.orang = k.orang
    """)
    con.execute("""
        create or replace table rumah_dinilai as
        with seharusnya as (
            select rumah, count(*) filter (pasti) as pasti, count(*) as semua
            from keadaan where hidup group by rumah
        ),
        isi as (
            select uid_rumah_tangga, count(*) as baris, count(distinct uid_individu) as uid,
                count(distinct orang) as orang, count(distinct orang) filter (pasti) as pasti,
                count(distinct orang) filter (pasti and hidup) as pasti_benar,
                count(*) filter (pasti and not hidup) as pergi,
                count(distinct rumah) filter (pasti) as rumah, min(rumah) filter (pasti) as tebakan,
                count(distinct rumah) as rumah_semua, min(rumah) as tebakan_semua, bool_and(hidup) as semua_hidup
            from penghuni group by uid_rumah_tangga
        ),
        tamu as (
            select p.uid_rumah_tangga, count(*) as asing
            from penghuni as p inner join isi as i on p.uid_rumah_tangga = i.uid_rumah_tangga
            where not p.pasti and i.tebakan is not null and not list_contains(p.tercatat, i.tebakan)
            group by p.uid_rumah_tangga
        )
        select i.*, coalesce(s.pasti, 0) as seharusnya, coalesce(t.asing, 0) as asing,
            i.baris = i.uid and i.baris = i.orang and i.pergi = 0 and i.rumah = 1
                and i.pasti_benar = coalesce(s.pasti, 0) and t.asing is null as tepat,
            tepat and i.semua_hidup and i.rumah_semua = 1 and i.orang = coalesce(a.semua, 0) as ketat
        from isi as i
        left join seharusnya as s on i.tebakan = s.rumah
        left join seharusnya as a on i.tebakan_semua = a.rumah
        left join tamu as t on i.uid_rumah_tangga = t.uid_rumah_tangga
    """)
