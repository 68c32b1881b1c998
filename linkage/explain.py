"""Why two records are one person, or are not: what each stage of a month's linkage says of the pair.

An explanation names rules, levels of agreement and weights, never the values that agree.
"""

from __future__ import annotations

from dataclasses import dataclass

from linkage import evidence, judgements, model
from linkage.exact import MODEL_RULE
from linkage.run import decide_exactly, decide_rest

LINKED, APART = "satu orang", "dua orang"


@dataclass(frozen=True)
class Reason:
    """One line of an explanation: the stage, what it says of the pair, and its weight (log2 odds), if it has one."""

    tahap: str
    kata: str
    bobot: float | None = None


class UnknownRecord(LookupError):
    """A record that the month's linkage did not read."""


def explain(con, key: bytes, id_rilis: str, a: tuple[str, str], b: tuple[str, str]) -> list[Reason]:
    """What the linkage says of two person records, each given as (sumber, id_sumber), in the order of its stages.

    `con` is a DuckDB connection whose input tables (`linkage.tables`) are filled; the month is linked in it once more.
    Raises UnknownRecord when one of the two is not among the records.
    """
    decide_exactly(con)
    rids = [_find(con, *record) for record in (a, b)]
    weights = _weigh(con, *sorted(rids))
    decide_rest(con, key, id_rilis)
    one, other = sorted(rids)
    reasons = [*_judged(con, one, other), *_rules(con, one, other), *weights, *_guards(con, one, other)]
    labels = dict(con.sql(f"select rid, klaster from klaster where rid in ({one}, {other})").fetchall())
    if labels[one] != labels[other]:
        return [*reasons, Reason("putusan", APART)]
    return [*reasons, *_chain(con, *rids, labels[one]), Reason("putusan", LINKED)]


def _find(con, sumber: str, id_sumber: str) -> int:
    found = con.execute("select rid from rekaman where sumber = ? and id_sumber = ?", [sumber, id_sumber]).fetchall()
    if not found:
        raise UnknownRecord(
            f"no person record of {sumber!r} with that id was linked in this month: expected source and id as in"
            " `tautan`, grain individu, neither quarantined nor of another district"
        )
    return found[0][0]


def _weigh(con, a: int, b: int) -> list[Reason]:
    """The model's comparisons of the pair, whether or not a blocking rule proposes it."""
    if a == b:
        return []
    con.execute("create or replace table calon as select ?::bigint as a, ?::bigint as b, 'ditanyakan' as blok", [a, b])
    evidence.describe(con)
    levels, probability = model.compare(con)
    return [
        *(Reason("bukti", f"{name}: {label}", weight) for name, label, weight in levels),
        Reason("bukti", f"peluang satu orang {probability:.6f}", model.log_odds(probability)),
    ]


def _judged(con, a: int, b: int) -> list[Reason]:
    said = con.execute(
        "select putusan from sikap where grain = 'individu' and least(a, b) = ? and greatest(a, b) = ?", [a, b]
    ).fetchall()
    return [Reason("pertimbangan", putusan) for (putusan,) in said]


def _rules(con, a: int, b: int) -> list[Reason]:
    """The rules that found the pair, and what the law says of its two numbers."""
    found = con.execute(
        "select distinct aturan from semua_pasangan where a = ? and b = ? and aturan <> ? order by 1",
        [a, b, MODEL_RULE],
    ).fetchall()
    reasons = [Reason("aturan pasti", aturan) for (aturan,) in found]
    apart = con.execute(
        "select count(distinct nik) = 2 from inti where rid in (?, ?) and milik and not ditolak", [a, b]
    ).fetchall()[0][0]
    return [*reasons, Reason("hukum", "dua NIK sah yang berbeda tidak digabung oleh mesin")] if apart else reasons


def _guards(con, a: int, b: int) -> list[Reason]:
    proposed = con.execute("select blok from calon where a = ? and b = ?", [a, b]).fetchall()
    if not proposed:
        return [
            Reason("penjaga", "tidak ditimbang: sudah diputuskan aturan pasti, atau tidak ada aturan yang mencarinya")
        ]
    held = con.execute("select sebab from putusan_pasangan where a = ? and b = ?", [a, b]).fetchall()
    reasons = [Reason("calon", proposed[0][0])]
    if not held:
        return [*reasons, Reason("penjaga", "peluang terlalu kecil untuk ditanyakan")]
    return [*reasons, Reason("penjaga", "lolos" if held[0][0] is None else f"ditahan: {held[0][0]}")]


def _chain(con, a: int, b: int, label: int) -> list[Reason]:
    """Return the shortest chain of pairs of the same person from one record to the other; empty if one pair joins them
    directly.
    """
    edges = con.execute("""
        select p.a, p.b, arg_min(p.aturan, p.urutan)
        from semua_pasangan as p
        inner join klaster as k on p.a = k.rid and k.klaster = $label
        inner join klaster as l on p.b = l.rid and l.klaster = $label
        group by p.a, p.b
        union all
        select a, b, putusan from sikap where grain = 'individu' and putusan = $sama
    """, {"label": label, "sama": judgements.SAME}).fetchall()  # fmt: skip
    ways: dict[int, list[tuple[int, str]]] = {}
    for one, other, rule in sorted(edges):
        ways.setdefault(one, []).append((other, rule))
        ways.setdefault(other, []).append((one, rule))
    reached: dict[int, list[tuple[int, str]]] = {a: []}
    front = [a]
    while front and b not in reached:
        step = [(node, *way) for node in front for way in ways.get(node, []) if way[0] not in reached]
        for node, other, rule in reversed(step):
            reached[other] = [*reached[node], (other, rule)]
        front = sorted({other for _, other, _ in step})
    if len(reached.get(b, [])) < 2:
        return []
    names = dict(con.execute(
        "select rid, sumber || ':' || id_sumber from rekaman where rid = any($1)", [[rid for rid, _ in reached[b]]]
    ).fetchall())  # fmt: skip
    return [Reason("lewat", f"{names[rid]} ({rule})") for rid, rule in reached[b]]
