"""The judgements of people on two records (same, different, unsure), applied to the machine's result every month.

`beda` (different) is a law: the two are never one person (or household), whatever rules say. `sama` (same) joins them
whatever rules say, even across two NIK. `ragu` (unsure) neither joins nor separates; it only keeps the pair from being
asked about again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from linkage.exact import LAST_MONTH
from linkage.regroup import Sets, regroup

SAME, DIFFERENT = "sama", "beda"
SAME_RULE, DIFFERENT_RULE = "pertimbangan_sama", "pertimbangan_beda"
# How well two records fit together when a person has to be divided: pairs and their key for `regroup`, where the lowest
# key is the best. The key looks first at the rule that joined them, then at what else agrees, then at the names. That
# they were one person last month counts least, because the judgement may be about exactly that.
PERSON_PAIRS = f"""
    select p.a, p.b, if(p.aturan = '{LAST_MONTH}', 99, p.urutan),
        -(coalesce(a.tanggal_lahir = b.tanggal_lahir, false)::int + coalesce(a.no_kk = b.no_kk, false)::int
            + coalesce(a.bentuk_ibu = b.bentuk_ibu, false)::int),
        -p.mirip
    from semua_pasangan as p
    inner join rekaman as a on p.a = a.rid
    inner join rekaman as b on p.b = b.rid
    where p.a in (select node from dinilai) and p.b in (select node from dinilai)
"""
# The same for two family records of a household: first counts the KK number, then how many people both hold.
FAMILY_PAIRS = """
    with isi as (
        select f.fid, r.klaster
        from dinilai as d
        inner join keluarga as f on d.node = f.fid
        inner join rekaman as q on f.sumber = q.sumber and f.id_keluarga = q.id_keluarga
        inner join klaster as r on q.rid = r.rid
        group by f.fid, r.klaster
    )
    select a.fid, b.fid, if(coalesce(a.no_kk = b.no_kk, false), 1, 2), -count(y.klaster), 0
    from dinilai as d
    inner join keluarga as a on d.node = a.fid
    inner join keluarga as b on a.fid < b.fid and b.fid in (select node from dinilai)
    left join isi as x on a.fid = x.fid
    left join isi as y on b.fid = y.fid and x.klaster = y.klaster
    group by a.fid, b.fid, a.no_kk, b.no_kk
    having count(y.klaster) > 0 or coalesce(a.no_kk = b.no_kk, false)
"""


def prepare(con) -> dict[str, int]:
    """Translate the judgements in `pertimbangan` into the numbers of this month's records; return counts.

    `sikap` (grain, a, b, putusan) gets the judgements whose two records are both in this month, without those that
    newer ones contradict. `sikap_lalu` (grain, node, uid, putusan) gets the judgements of which one record is in this
    month and the other is known only from the release before, by its uid. A and b, or node, are a `rid` for persons and
    a `fid` for families.

    Needs `rekaman` with `rid`, `keluarga` with `fid`, `lalu_tautan` and `lalu_keluarga`.
    """
    con.execute("""
        create or replace table sikap_semua as
        with sisi as (
            select grain, sumber_a as sumber, id_a as id_sumber from pertimbangan
            union
            select grain, sumber_b, id_b from pertimbangan
        ),
        simpul as (
            select s.*, r.rid as node
            from sisi as s inner join rekaman as r on s.sumber = r.sumber and s.id_sumber = r.id_sumber
            where s.grain = 'individu'
            union all
            select s.*, f.fid
            from sisi as s inner join keluarga as f on s.sumber = f.sumber and s.id_sumber = f.id_keluarga
            where s.grain = 'rumah_tangga'
        ),
        dulu as (
            select s.*, t.uid
            from sisi as s inner join lalu_tautan as t on s.sumber = t.sumber and s.id_sumber = t.id_sumber
            where s.grain = 'individu'
            union all
            select s.*, t.uid
            from sisi as s inner join lalu_keluarga as t on s.sumber = t.sumber and s.id_sumber = t.id_keluarga
            where s.grain = 'rumah_tangga'
        )
        select p.grain, p.putusan, p.urutan, a.node as a, b.node as b, c.uid as uid_a, d.uid as uid_b
        from pertimbangan as p
        left join simpul as a on p.grain = a.grain and p.sumber_a = a.sumber and p.id_a = a.id_sumber
        left join simpul as b on p.grain = b.grain and p.sumber_b = b.sumber and p.id_b = b.id_sumber
        left join dulu as c
            on a.node is null and p.grain = c.grain and p.sumber_a = c.sumber and p.id_a = c.id_sumber
        left join dulu as d
            on b.node is null and p.grain = d.grain and p.sumber_b = d.sumber and p.id_b = d.id_sumber
    """)
    con.execute("""
        create or replace table sikap_lalu as
        select grain, coalesce(a, b) as node, coalesce(uid_a, uid_b) as uid, putusan
        from sikap_semua
        where (a is null) <> (b is null) and coalesce(uid_a, uid_b) is not null
    """)
    known = con.sql("""
        select grain, a, b, putusan from sikap_semua
        where a is not null and b is not null order by grain, urutan desc
    """).fetchall()
    kept = [judgement for grain in ("individu", "rumah_tangga") for judgement in _consistent(known, grain)]
    con.execute("create or replace table sikap (grain varchar, a bigint, b bigint, putusan varchar)")
    if kept:
        con.executemany("insert into sikap values (?, ?, ?, ?)", kept)
    given = con.sql("select count(*) from pertimbangan").fetchall()[0][0]
    carried = con.sql("select count(*) from sikap_lalu").fetchall()[0][0]
    return {
        "pertimbangan": given,
        "pertimbangan_tak_dikenal": given - len(known) - carried,
        "pertimbangan_bertentangan": len(known) - len(kept),
    }


def _consistent(judgements: Iterable[tuple], grain: str) -> list[tuple]:
    """The judgements of this grain (newest first) that do not contradict what newer ones say together.

    For example a newer A = B and B = C contradict an older A <> C.
    """
    same, parted, kept = Sets(), [], []
    for judgement in judgements:
        of, a, b, putusan = judgement
        if of != grain:
            continue
        x, y = same.find(a), same.find(b)
        if putusan == SAME and any({same.find(p), same.find(q)} == {x, y} for p, q in parted):
            continue
        if putusan == DIFFERENT and x == y:
            continue
        if putusan == SAME:
            same.join(a, b)
        elif putusan == DIFFERENT:
            parted.append((a, b))
        kept.append(judgement)
    return kept


def judge_persons(con) -> dict[str, int]:
    """Bring `klaster` (rid, klaster, aturan) into line with the judgements; return how many records changed person."""
    moved = _regroup(con, "individu", "select rid, klaster from klaster", PERSON_PAIRS)
    con.execute(f"""
        update klaster set klaster = p.label,
            aturan = case when p.disatukan then '{SAME_RULE}' when p.sendiri then '{DIFFERENT_RULE}' else aturan end
        from pindah_simpul as p where klaster.rid = p.node
    """)
    return {"individu_dipertimbangkan": moved}


def judge_households(con) -> dict[str, int]:
    """Bring `rumah` (fid, rumah) into line with the judgements; return how many family records changed household."""
    moved = _regroup(con, "rumah_tangga", "select fid, rumah from rumah", FAMILY_PAIRS)
    con.execute("update rumah set rumah = p.label from pindah_simpul as p where rumah.fid = p.node")
    con.execute("create or replace table rumah_dipertimbangkan as from rumah")
    return {"keluarga_dipertimbangkan": moved}


def keep_apart(con) -> None:
    """Undo moves since `judge_households` (`household.absorb_empty`) that a judgement `beda` forbids.

    Where a move put the two families of such a judgement into one household again, all family records of both go back
    to the household that they had then.
    """
    con.execute(f"""
        update rumah set rumah = d.rumah
        from rumah_dipertimbangkan as d
        where rumah.fid = d.fid and d.rumah in (
            select unnest([x.rumah, y.rumah])
            from sikap as s
            inner join rumah as p on s.a = p.fid
            inner join rumah as q on s.b = q.fid
            inner join rumah_dipertimbangkan as x on s.a = x.fid
            inner join rumah_dipertimbangkan as y on s.b = y.fid
            where s.grain = 'rumah_tangga' and s.putusan = '{DIFFERENT}' and p.rumah = q.rumah and x.rumah <> y.rumah
        )
    """)


def _regroup(con, grain: str, groups: str, pairs: str) -> int:
    """Fill `pindah_simpul` (node, label, disatukan, sendiri) for the groups with a judged record; return how many
    records get another group.

    `groups` is a query for the present group of each record (node, label), `pairs` one for the evidence that `regroup`
    takes. `disatukan`: a judgement joined this record to another one; `sendiri`: a judgement left it alone.
    """
    con.execute(f"""
        create or replace table dinilai as
        with anggota (node, label) as ({groups})
        select node, label from anggota where label in (
            select label from anggota where node in (
                select unnest([a, b]) from sikap where grain = '{grain}' and putusan in ('{SAME}', '{DIFFERENT}')
            )
        )
    """)
    before = dict(con.sql("select node, label from dinilai order by node").fetchall())
    judged = con.sql(f"select a, b, putusan from sikap where grain = '{grain}'").fetchall()
    together = [(a, b) for a, b, putusan in judged if putusan == SAME]
    apart = [(a, b) for a, b, putusan in judged if putusan == DIFFERENT]
    # This reads only the records that judgements are about into Python, a few hundred at most, never a whole delivery.
    after = regroup(before, together, apart, con.sql(pairs).fetchall() if before else [])
    joined = {node for pair in together if before[pair[0]] != before[pair[1]] for node in pair}
    size = Counter(after.values())
    parted = {node for pair in apart for node in pair if size[after[node]] == 1 and before[pair[0]] == before[pair[1]]}
    con.execute("create or replace table pindah_simpul (node bigint, label bigint, disatukan boolean, sendiri boolean)")
    if after:
        con.executemany(
            "insert into pindah_simpul values (?, ?, ?, ?)",
            [(node, label, node in joined, node in parted) for node, label in sorted(after.items())],
        )
    return sum(before[node] != label for node, label in after.items())
