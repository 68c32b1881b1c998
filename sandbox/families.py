"""New families: who lives together, how old they are, where, and how well off."""

import numpy as np

from sandbox import names, region
from sandbox.state import (
    ALIVE,
    CHILD,
    DIVORCED,
    HEAD,
    MARRIED,
    PARENT,
    PARENT_IN_LAW,
    SINGLE,
    WIDOWED,
    WIFE,
    calendar,
    ddmmyy,
)

MEAN_SIZE = 3.0
# Shares of: couple with children, couple, one parent with children, alone, three generations. _HEAD_AGE has the age of
# the head for each of them: mean, standard deviation, least and most years.
_KIND = (0.55, 0.175, 0.095, 0.14, 0.04)
_HEAD_AGE = np.array([(43, 9, 23, 70), (58, 12, 23, 88), (48, 10, 24, 75), (66, 12, 25, 92), (46, 7, 30, 62)])
_CHILDREN = (0.46, 0.385, 0.12, 0.035)  # 1, 2, 3, 4
# Shares of desil 0 (none), 1 .. 10. The national list here is mostly the lower half (domain.md 0).
DESIL = np.array([0.03, 0.17, 0.17, 0.16, 0.15, 0.13, 0.08, 0.05, 0.03, 0.02, 0.01])
_TWINS = 0.012


def settle(world, rng: np.random.Generator, count: int, today: int, floor: int = 0, outside: bool = False):
    """Add `count` families with their members to the world; returns the row numbers (families, persons).

    `today` is in days since 1970-01-01. `floor`: every kecamatan gets at least that many families, and the first two in
    it are anchors. `outside`: the families live in another kabupaten.
    """
    h, n_inside = world.families, world.region.inside
    if outside:
        village = rng.integers(n_inside, n_inside + len(region.OUTSIDE), count).astype(np.int16)
    else:
        village = region.villages_for(world.region, rng, count, floor)
    kind = rng.choice(len(_KIND), size=count, p=_KIND)
    anchor = np.zeros(count, bool)
    if floor:
        kecamatan = world.region.kecamatan[village]
        order = np.argsort(kecamatan, kind="stable")
        start = np.searchsorted(kecamatan[order], np.arange(1, 17))
        anchor[order[np.concatenate([start, start + 1])]] = True
        kind[anchor] = 0
    desil = rng.choice(11, size=count, p=DESIL)
    wealth = np.where(desil == 0, rng.uniform(1, 8, count), desil) + rng.normal(0, 0.8, count)
    registered = today - rng.integers(1, 21 * 365, count)
    prefix = np.where(outside, 331701, world.region.nik_prefix(village)) * 1_000_000
    kk = world.kk_numbers.issue(prefix + ddmmyy(registered))
    before = world.kk_numbers.issue(prefix + ddmmyy(registered - rng.integers(200, 2500, count)))
    fam = h.append(
        count, kk=kk, kk_before=before, village=village, dusun=rng.integers(0, 5, count), rt=rng.integers(1, 12, count),
        rw=rng.integers(1, 6, count), dwelling=np.arange(h.size, h.size + count), wealth=np.clip(wealth, 0.3, 10.7),
        desil=desil, anchor=anchor, outside=outside,
    )  # fmt: skip
    return fam, _people(world, rng, fam, kind, today)


def _people(world, rng, fam, kind, today) -> np.ndarray:
    """The members of the families `fam`, family by family, head first."""
    n = len(fam)
    couple = np.isin(kind, (0, 1, 4))
    low, high = _HEAD_AGE[kind, 2], _HEAD_AGE[kind, 3]
    head_age = np.clip(rng.normal(_HEAD_AGE[kind, 0], _HEAD_AGE[kind, 1]), low, high)
    head_female = ~couple & (rng.random(n) < np.where(kind == 2, 0.8, 0.65))
    wife_age = np.clip(head_age - rng.normal(4, 3, n), 19, 88)
    mother_age = np.where(couple, wife_age, head_age)
    old = rng.random(n) < np.where(head_age > 45, 0.75, 0.3)
    alone = np.where(old, WIDOWED, np.where((kind == 3) & (head_age < 40), SINGLE, DIVORCED))
    head_state = np.where(couple, MARRIED, alone)
    head = _block(fam, 0, HEAD, head_female, head_age, head_state)
    has_wife = np.flatnonzero(couple)
    wife = _block(fam[has_wife], 1, WIFE, True, wife_age[has_wife], MARRIED)
    parents = np.isin(kind, (0, 2, 4))
    number = np.where(parents, rng.choice(len(_CHILDREN), size=n, p=_CHILDREN) + 1, 0)
    owner = np.repeat(np.arange(n), number)
    order = np.arange(len(owner)) - np.repeat(np.cumsum(number) - number, number)
    oldest = np.clip(mother_age - rng.normal(23, 3, n), 0, 34)
    age = np.clip(oldest[owner] - order * rng.uniform(2, 5, len(owner)), rng.random(len(owner)) * 2, None)
    child = _block(fam[owner], 2 + order, CHILD, rng.random(len(owner)) < 0.49, age, SINGLE)
    third = np.flatnonzero(kind == 4)
    grand_female = rng.random(len(third)) < 0.7
    grand = _block(
        fam[third], 8, rng.choice((PARENT, PARENT_IN_LAW), len(third)), grand_female,
        np.clip(head_age[third] + rng.uniform(19, 30, len(third)), 50, 95), WIDOWED,
    )  # fmt: skip
    rows = {key: np.concatenate([block[key] for block in (head, wife, child, grand)]) for key in head}
    sorted_rows = np.lexsort((rows["seat"], rows["hh"]))
    rows = {key: value[sorted_rows] for key, value in rows.items()}
    total = len(rows["hh"])
    born = (today - 1 - rows.pop("age") * 365.25 - rng.random(total) * 0.9).astype(np.int32)
    name = names.draw(rng, rows["female"], calendar(born)[0])
    second_twin = _twins(rng, rows, born, name)
    mother = _mothers(rng, rows, born, name)
    village = world.families.village[rows["hh"]]
    birthplace = world.region.nik_prefix(village)
    elsewhere = rng.random(total)
    birthplace = np.where(elsewhere < 0.06, 331600 + rng.integers(1, 17, total), birthplace)
    birthplace = np.where(
        (elsewhere > 0.96) | world.families.outside[rows["hh"]], rng.choice(region.NEIGHBOURS, total), birthplace
    )
    birthplace[second_twin] = birthplace[second_twin - 1]
    nik = world.nik_numbers.issue(birthplace * 1_000_000 + ddmmyy(born, rows["female"]))
    rows.pop("seat")
    return world.persons.append(total, **rows, born=born, nik=nik, name=name, mother=mother, status=ALIVE)


def _block(hh, seat, rel, female, age, marital) -> dict[str, np.ndarray]:
    """Rows of one role; `seat` orders the members within their family."""
    n = len(hh)
    values = {"hh": hh, "seat": seat, "rel": rel, "female": female, "age": age, "marital": marital}
    return {key: np.broadcast_to(value, n).copy() for key, value in values.items()}


def _twins(rng, rows, born, name) -> np.ndarray:
    """Make twins of some successive children, with one birth date and similar names; return the second of each pair."""
    second = np.flatnonzero((rows["rel"][1:] == CHILD) & (rows["rel"][:-1] == CHILD)
                            & (rows["hh"][1:] == rows["hh"][:-1])) + 1  # fmt: skip
    second = second[rng.random(len(second)) < _TWINS]
    second = second[np.diff(second, prepend=-9) > 1]
    born[second] = born[second - 1]
    same_sex = rng.random(len(second)) < 0.6
    rows["female"][second] = np.where(same_sex, rows["female"][second - 1], rows["female"][second])
    alike = second[rows["female"][second] == rows["female"][second - 1]]
    fresh = names.draw(rng, rows["female"][alike], calendar(born[alike])[0])
    name[alike] = name[alike - 1]
    name[alike, 0] = np.where(fresh[:, 0] == name[alike, 0], name[alike, 0] + 1, fresh[:, 0])
    return second


def _mothers(rng, rows, born, name) -> np.ndarray:
    """The mother's name of everybody: for children that of the woman of the house, for all others an invented one."""
    mother = names.draw(rng, np.ones(len(born), bool), calendar(born)[0] - 25)
    woman = np.full(rows["hh"].max() + 1, -1)
    for rel in (HEAD, WIFE):
        at = np.flatnonzero((rows["rel"] == rel) & rows["female"])
        woman[rows["hh"][at]] = at
    child = np.flatnonzero((rows["rel"] == CHILD) & (woman[rows["hh"]] >= 0))
    mother[child] = name[woman[rows["hh"][child]]]
    return mother
