"""What a registry believes: whom it covers, how late it hears of events, and its copy of each person and family.

A registry holds each record as it was when the record was last updated. An event makes the records that it touches out
of date; each registry hears of the event after its own lag and then copies the present state.
"""

from dataclasses import dataclass

import numpy as np

from sandbox import draws
from sandbox.state import ALIVE, FAMILY, PERSON, Columns, first_day

_NEVER = 2**30
_COPIED_PERSON = ("hh", "rel", "nik", "name", "mother", "unnamed", "status", "ended", "marital")
_COPIED_FAMILY = ("kk", "kk_before", "village", "dusun", "rt", "rw", "dwelling")
_RECORD = {"carried": np.bool_, "version": np.int32, "updated": np.int32, "due": np.int32}
_KEEPS_ENDED = 6  # months that a record of a dead or departed person stays


@dataclass(frozen=True)
class Character:
    """How a registry behaves."""

    name: str
    covers_family: float  # share of the families of the national list that it carries
    covers_person: float  # share of their members
    covers_other: float  # share of the families that the national list does not have
    lag: tuple[float, ...]  # chance to hear of an event in its own month, one later, two later, ...
    routine: float  # share of its families that it looks at again in a month without any event
    oldest: int  # age in days of its oldest record at the beginning


DTSEN = Character("dtsen", 1.0, 1.0, 0.0, (0.0, 0.4, 0.35, 0.25), 0.01, 1000)
DTJATENG = Character("dtjateng", 0.92, 0.98, 0.45, (0.0, 0.6, 0.4), 0.015, 700)
SIMNAKIS = Character("simnakis", 0.88, 0.98, 0.35, (0.75, 0.2, 0.05), 0.03, 400)


class Registry:
    """One registry's copies, row by row beside the true persons and families."""

    def __init__(self, character: Character, world, national: np.ndarray):
        """Begin as a faithful copy; `national`: the true persons that DTSEN carries."""
        self.character, self.world = character, world
        self.persons = Columns({name: PERSON[name] for name in _COPIED_PERSON} | _RECORD)
        self.families = Columns({name: FAMILY[name] for name in _COPIED_FAMILY} | _RECORD)
        self._grow()
        p, h = world.persons, world.families
        in_national = np.zeros(h.size, bool)
        in_national[p.hh[national]] = True
        family = self._draw("keluarga", np.arange(h.size)) < np.where(
            in_national, character.covers_family, character.covers_other
        )
        family = (family | h.anchor) & ~h.outside
        self.families.carried[:] = family
        if character is DTSEN:
            self.persons.carried[national] = True
            self.persons.carried |= h.outside[p.hh]
        else:
            member = self._draw("anggota", np.arange(p.size)) < character.covers_person
            self.persons.carried[:] = family[p.hh] & (member | h.anchor[p.hh])
        self._copy(np.arange(p.size), np.arange(h.size))
        today = first_day(world.month + 1)
        age = 1 + self._draw("usia", np.arange(h.size)) * character.oldest
        self.families.updated[:] = today - age
        self.persons.updated[:] = np.maximum(self.families.updated[p.hh], np.minimum(p.born + 30, today - 1))
        self.persons.version[:] = self.families.version[:] = world.month

    def hear(self, touched) -> None:
        """Schedule the updates that this month's events call for."""
        self._grow()
        month = self.world.month
        for persons, families in zip(touched.persons, touched.families, strict=True):
            wait = np.searchsorted(
                np.cumsum(self.character.lag)[:-1], self._draw("lambat", families, month), side="right"
            )
            np.minimum.at(self.persons.due, persons, month + wait)
            np.minimum.at(self.families.due, families, month + wait)
        held = np.zeros(self.families.size, bool)
        held[self.persons.hh[self.persons.carried]] = True
        turn = np.where(held, self._draw("rutin", np.arange(self.families.size), month), 1.0)
        # Even in a tiny world at least one family is looked at: two equal months would be refused as one sent twice.
        look = turn <= max(self.character.routine, turn.min())
        self.families.due[look] = month
        self.persons.due[look[self.persons.hh] & self.persons.carried] = month

    def update(self, living_quota: int | None = None) -> None:
        """Copy what is due by the end of the world's month.

        With `living_quota` the list has a fixed number of living persons: it takes in newcomers only as others leave.
        """
        p, h, month = self.persons, self.families, self.world.month
        due = p.due <= month
        known = np.flatnonzero(due & p.carried)
        self._refresh(known)
        newcomers = np.flatnonzero(due & ~p.carried & (self.world.persons.status == ALIVE))
        if living_quota is None:
            self._refresh(self._newcomers(newcomers))
        else:
            self._refresh(self._fill(newcomers, living_quota))
        ended = p.carried & (p.status != ALIVE) & (p.version + _KEEPS_ENDED < month)
        p.carried[ended] = False
        late = np.flatnonzero((h.due <= month) & (h.version > 0))
        self._copy(np.empty(0, int), late)
        self._date(h, late)
        h.due[late] = _NEVER

    def _newcomers(self, persons: np.ndarray) -> np.ndarray:
        """Those of these newly known persons whom the registry covers, because it has their family or by chance."""
        hh = self.world.persons.hh[persons]
        known = np.zeros(self.families.size, bool)
        known[self.persons.hh[self.persons.carried]] = True
        family = known[hh] | (self._draw("keluarga", hh) < self.character.covers_family * 0.9)
        member = self._draw("anggota", persons) < self.character.covers_person
        self.persons.due[persons] = _NEVER
        return persons[family & member]

    def _fill(self, newcomers: np.ndarray, quota: int) -> np.ndarray:
        """As many newcomers as bring the living persons of the list to `quota`, the youngest first; the rest wait.

        If there are too few newcomers, other people of the district who are not on the list fill it up.
        """
        p, world = self.persons, self.world
        inside = ~world.families.outside[world.persons.hh]
        missing = quota - int((p.carried & (p.status == ALIVE) & inside).sum())
        if missing > len(newcomers):
            alive = (world.persons.status == ALIVE) & inside & ~p.carried
            alive[newcomers] = False
            more = draws.smallest(
                missing - len(newcomers), alive, world.seed, "isi_dtsen", world.persons.hh, np.arange(p.size) * 0
            )
            newcomers = np.concatenate([newcomers, more])
        youngest = np.argsort(-world.persons.born[newcomers], kind="stable")
        return newcomers[youngest[: max(0, missing)]]

    def _refresh(self, persons: np.ndarray) -> None:
        """Bring these persons up to date, and the families that they now belong to."""
        families = np.unique(self.world.persons.hh[persons])
        self._copy(persons, families)
        self.persons.carried[persons] = True
        self.persons.due[persons] = _NEVER
        self._date(self.persons, persons)
        self._date(self.families, families)

    def _copy(self, persons: np.ndarray, families: np.ndarray) -> None:
        for name in _COPIED_PERSON:
            getattr(self.persons, name)[persons] = getattr(self.world.persons, name)[persons]
        for name in _COPIED_FAMILY:
            getattr(self.families, name)[families] = getattr(self.world.families, name)[families]

    def _date(self, table: Columns, rows: np.ndarray) -> None:
        month = self.world.month
        hh = rows if table is self.families else self.persons.hh[rows]
        table.version[rows] = month
        day = draws.pick(28, self.world.seed, f"{self.character.name}/tanggal", hh, month)
        table.updated[rows] = first_day(month) + day

    def _grow(self) -> None:
        for own, true in ((self.persons, self.world.persons), (self.families, self.world.families)):
            if true.size > own.size:
                own.append(true.size - own.size, due=_NEVER)

    def _draw(self, purpose: str, *keys) -> np.ndarray:
        return draws.uniform(self.world.seed, f"{self.character.name}/{purpose}", *keys)


def national_list(world, size: int) -> np.ndarray:
    """The true persons that DTSEN carries at the beginning: whole families, exactly `size` persons."""
    p, h = world.persons, world.families
    order = draws.uniform(world.seed, "daftar_nasional", np.arange(h.size))
    order = np.where(h.anchor, -1.0, np.where(h.outside, 9.0, order))
    inside = np.flatnonzero(~h.outside[p.hh] & (p.status == ALIVE))
    ranked = inside[np.lexsort((inside, order[p.hh[inside]]))]
    return ranked[:size]
