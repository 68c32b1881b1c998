"""Score identities against the truth: persons, ids from month to month, and the errors that remain.

All functions work on tables of one DuckDB connection, named by the caller:

    links    (rekaman, uid)            which uid a record was given; a record without one is a cluster of its own
    truth    (rekaman, orang, galat)   whose each landed record is, and the names of its faults
    before, after  (benar, uid)        which uid a true person or household had in two months
    events   (uid, uid_terkait)        what the registry wrote down of ids in the later month

The key of a record is any text and a true person is a number of the sandbox, so nothing here needs a NIK or a name.
"""

from __future__ import annotations

from typing import Any

EXAMPLES = 3


def persons(con: Any, links: str, truth: str) -> dict[str, float]:
    """Score persons: precision, recall and F1 of pairs of records; F1 of clusters that are exactly one person; mergers.

    `orang_tergabung` counts every true person that shares a uid with another one. Raises ValueError without records.
    """
    _outcome(con, links, truth)
    columns = "rekaman, orang, pasangan, pasangan_uid, pasangan_benar, uid, tepat, orang_tergabung, uid_campur"
    # Sizes come from windows and not from joins, which DuckDB would expect to join everybody with everybody.
    row = con.sql("""
        with sel as (
            select uid, orang, count(*) as n, sum(n) over (partition by uid) as n_uid,
                sum(n) over (partition by orang) as n_orang, count(*) over (partition by uid) as penghuni,
                row_number() over (partition by uid order by orang) = 1 as uid_pertama,
                row_number() over (partition by orang order by uid) = 1 as orang_pertama
            from hasil group by uid, orang
        )
        select sum(n), count(*) filter (orang_pertama),
            sum(n_orang * (n_orang - 1) // 2) filter (orang_pertama),
            sum(n_uid * (n_uid - 1) // 2) filter (uid_pertama), sum(n * (n - 1) // 2), count(*) filter (uid_pertama),
            count(*) filter (n = n_uid and n = n_orang), count(distinct orang) filter (penghuni > 1),
            count(*) filter (uid_pertama and penghuni > 1)
        from sel
    """).fetchall()[0]
    found = {name: int(value or 0) for name, value in zip(columns.split(", "), row, strict=True)}
    if not found["rekaman"]:
        raise ValueError(f"{truth} has no record: expected the landed person records of a month")
    pairs = rates(found["pasangan_benar"], found["pasangan_uid"], found["pasangan"])
    clusters = rates(found["tepat"], found["uid"], found["orang"])
    return found | pairs | {"f1_klaster": clusters["f1"]}


def rates(right: int, claimed: int, true: int) -> dict[str, float]:
    """Precision (`right` of `claimed`), recall (`right` of `true`) and F1; a share of nothing is 1."""
    precision = right / claimed if claimed else 1.0
    recall = right / true if true else 1.0
    both = precision + recall
    return {"presisi": precision, "recall": recall, "f1": 2 * precision * recall / both if both else 0.0}


def person_ids(con: Any, links: str, truth: str, into: str) -> None:
    """Fill `into` (benar, uid) with the uid that most records of each true person have; with several if they tie."""
    con.execute(f"""
        create or replace table {into} as
        select t.orang as benar, l.uid
        from {truth} as t inner join {links} as l on t.rekaman = l.rekaman
        where l.uid is not null
        group by t.orang, l.uid
        qualify rank() over (partition by t.orang order by count(*) desc) = 1
    """)


def stability(con: Any, before: str, after: str, events: str) -> dict[str, float]:
    """Count who is there in both months, who keeps the id, and who changes it without an event.

    A person who has two equally frequent ids, because a link is missing, keeps the id if any of them is kept. An event
    explains a change if it names both ids, in whichever order.
    """
    stayed, kept, silent = con.sql(f"""
        with pairs as (
            select a.benar, a.uid as dulu, b.uid as kini
            from {before} as a inner join {after} as b on a.benar = b.benar
        ),
        both_months as (
            select benar, bool_or(dulu = kini) as kept, bool_or(exists (
                select 1 from {events} as e
                where (e.uid = dulu and e.uid_terkait = kini) or (e.uid = kini and e.uid_terkait = dulu)
            )) as told
            from pairs group by benar
        )
        select count(*), count(*) filter (kept), count(*) filter (not kept and not told) from both_months
    """).fetchall()[0]
    return {
        "berlanjut": stayed, "tetap": kept, "bagian": kept / stayed if stayed else 1.0, "tanpa_peristiwa": silent,
    }  # fmt: skip


def errors(con: Any, links: str, truth: str) -> list[dict[str, Any]]:
    """Count the records that were linked wrongly, by kind and by the faults that they carry, the most frequent first.

    `salah_gabung`: most records under its uid are somebody else's. `tautan_hilang`: most records of its person have
    another uid. If two sides have equally many records, the one with more faults counts as wrong. Each line has up to
    EXAMPLES examples, as `orang <number> <record>` and, for a merger, with whom it was merged.
    """
    _outcome(con, links, truth)
    rows = con.sql(f"""
        with sel as (
            select uid, orang, count(*) as n, sum(len(galat)) as galat from hasil group by all
        ),
        of_uid as (select uid, orang from sel
            qualify row_number() over (partition by uid order by n desc, galat, orang) = 1),
        of_person as (select orang, uid from sel
            qualify row_number() over (partition by orang order by n desc, galat, uid) = 1),
        wrong as (
            select 'salah_gabung' as jenis, h.galat, h.rekaman,
                'orang ' || h.orang || ' ' || h.rekaman || ' pada orang ' || u.orang as contoh
            from hasil as h inner join of_uid as u on h.uid = u.uid where h.orang <> u.orang
            union all
            select 'tautan_hilang', h.galat, h.rekaman, 'orang ' || h.orang || ' ' || h.rekaman
            from hasil as h inner join of_person as p on h.orang = p.orang where h.uid <> p.uid
        )
        select jenis, coalesce(nullif(array_to_string(list_sort(galat), ' + '), ''), 'tanpa galat') as galat,
            count(*) as jumlah, list(contoh order by rekaman)[:{EXAMPLES}] as contoh
        from wrong group by all order by jenis, jumlah desc, galat
    """).fetchall()
    return [dict(zip(("jenis", "galat", "jumlah", "contoh"), row, strict=True)) for row in rows]


def _outcome(con: Any, links: str, truth: str) -> None:
    """Fill the temporary table `hasil` (rekaman, orang, galat, uid); a record without uid gets one of its own."""
    con.execute(f"""
        create or replace temp table hasil as
        select t.rekaman, t.orang, t.galat, coalesce(l.uid, 'tanpa uid ' || t.rekaman) as uid
        from {truth} as t left join {links} as l on t.rekaman = l.rekaman
    """)
