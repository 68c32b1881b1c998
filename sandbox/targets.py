"""Find, by the truth, whom a month's cases can be about: each kind of case asks for one sort of family or person."""

import numpy as np

from sandbox import draws
from sandbox.state import ALIVE, DEAD, GONE, HEAD, first_day

_WELL_OFF = 0.93  # quantile of wealth among the families on a programme
_POOR, _NOT_POOR, _RICH = 3.5, 6.0, 7.0  # wealth, on the scale of a desil


class Targets:
    """The families and persons of a month that a case may be about, none of them twice.

    `taken`: families of earlier cases, kept by the caller from month to month.
    """

    def __init__(self, world, national, district, programmes, taken: set[int]):
        self.world, self.taken = world, taken
        p, h = world.persons, world.families
        self._living = (p.status == ALIVE) & ~h.outside[p.hh]
        age = (first_day(world.month) - p.born) / 365.25
        self._adult = self._living & (age > 18) & (p.nik > 0)
        self._head = np.full(h.size, -1)
        at = np.flatnonzero(self._living & (p.rel == HEAD) & (p.nik > 0) & (age > 18))
        self._head[p.hh[at]] = at
        self.national, self.district = national, district
        self.pkh, self.sembako, self.pbi = (self._active(programmes, n) for n in ("PKH", "SEMBAKO", "PBI_JK"))
        self._on = (self.pkh | self.sembako) & (self._head >= 0)
        self._known = np.zeros(h.size, bool)
        self._known[district.persons.hh[district.persons.carried]] = True
        self._officers: dict[int, np.ndarray] = {}

    def _active(self, programmes, name: str) -> np.ndarray:
        size = self.world.persons.size if name == "PBI_JK" else self.world.families.size
        active = np.zeros(size, bool)
        place = programmes.places[name].active
        active[: len(place)] = place
        return active

    def family(self, sort: str, rng: np.random.Generator, count: int = 1) -> list[tuple[int, int]]:
        """At most `count` (family, person) of a sort, marked as taken; fewer where the world has no more."""
        found = []
        for family, person in getattr(self, f"_{sort}")(rng):
            if len(found) == count:
                break
            if family not in self.taken:
                self.taken.add(family)
                found.append((family, person))
        return found

    def _heads(self, mask: np.ndarray, rng: np.random.Generator):
        chosen = rng.permutation(np.flatnonzero(mask & (self._head >= 0)))
        return ((int(family), int(self._head[family])) for family in chosen)

    def _wealth(self, among: np.ndarray, share: float) -> float:
        wealth = self.world.families.wealth[among]
        return float(np.quantile(wealth, share)) if len(wealth) else 0.0

    def _well_off(self, rng):
        return self._heads(self._on & (self.world.families.wealth >= self._wealth(self._on, _WELL_OFF)), rng)

    def _rich(self, rng):
        """Families that are rich by any measure and on a programme: mostly PBI_JK, which the richer half has too."""
        aided = self._on | self.pbi[np.maximum(self._head, 0)]
        return self._heads(aided & (self.world.families.wealth >= _RICH), rng)

    def _needy(self, rng):
        return self._heads(self._on & (self.world.families.wealth < self._wealth(self._on, 0.6)), rng)

    def _on_pkh(self, rng):
        also = self.pbi[np.maximum(self._head, 0)]
        return self._heads(self.pkh & also & (self.world.families.wealth >= self._wealth(self.pkh, 0.8)), rng)

    def _without_aid(self) -> np.ndarray:
        h = self.world.families
        return ~self.pkh & ~self.sembako & ~h.outside & (self._head >= 0) & ~self.pbi[np.maximum(self._head, 0)]

    def _poor(self, rng):
        return self._heads(self._without_aid() & (self.world.families.wealth <= _POOR), rng)

    def _not_poor(self, rng):
        return self._heads(self._without_aid() & (self.world.families.wealth >= _NOT_POOR), rng)

    def _listed(self, status: int) -> np.ndarray:
        """Persons with a place in PBI_JK whom the national list holds as living although they are dead or gone."""
        own, p = self.national.persons, self.world.persons
        return (p.status == status) & own.carried & (own.status == ALIVE) & self.pbi & (p.nik > 0)

    def _of_listed(self, persons: np.ndarray, rng):
        return ((int(self.national.persons.hh[person]), int(person)) for person in rng.permutation(persons))

    def _dead(self, rng):
        return self._of_listed(np.flatnonzero(self._listed(DEAD)), rng)

    def _gone(self, rng):
        return self._of_listed(np.flatnonzero(self._listed(GONE)), rng)

    def _gone_family(self, rng):
        """Heads whose family left altogether."""
        p = self.world.persons
        inhabited = np.zeros(self.world.families.size, bool)
        inhabited[p.hh[p.status == ALIVE]] = True
        left = self._listed(GONE) & (p.rel == HEAD) & ~inhabited[p.hh]
        return self._of_listed(np.flatnonzero(left), rng)

    def namesake(self, rng: np.random.Generator) -> tuple[int, int, int] | None:
        """(family, head, other head): two heads with one first name and sex in one village, of whom the first is on a
        programme and as well off as possible. None where there are none.
        """
        p, h = self.world.persons, self.world.families
        family = np.flatnonzero(self._head >= 0)
        head = self._head[family]
        key = (h.village[family].astype(np.int64) * 100_000 + p.name[head, 0]) * 2 + p.female[head]
        order = np.argsort(key, kind="stable")
        pair = np.flatnonzero(key[order][1:] == key[order][:-1])
        sides = np.concatenate([np.stack([order[pair], order[pair + 1]]), np.stack([order[pair + 1], order[pair]])], 1)
        sides = sides[:, self._on[family[sides[0]]]] if sides.size else sides
        for one, other in sides[:, np.argsort(-h.wealth[family[sides[0]]], kind="stable")].T:
            if int(family[one]) not in self.taken and int(family[other]) not in self.taken:
                self.taken |= {int(family[one]), int(family[other])}
                return int(family[one]), int(head[one]), int(head[other])
        return None

    def neighbour(self, family: int, rng: np.random.Generator, elsewhere: bool = False) -> int:
        """A grown person of the same village, of another family; `elsewhere`: of another village."""
        p, village = self.world.persons, self.world.families.village
        same = village[p.hh] == village[family]
        chosen = np.flatnonzero(self._adult & (p.hh != family) & (~same if elsewhere else same))
        if not len(chosen):
            chosen = np.flatnonzero(self._adult & (p.hh != family))
        return int(chosen[rng.integers(len(chosen))])

    def relative(self, family: int, person: int) -> int:
        """Another grown member of the family, the person itself where there is none."""
        at = np.flatnonzero(self._adult & (self.world.persons.hh == family))
        other = at[at != person]
        return int(other[0]) if len(other) else person

    def officer(self, family: int, visit: str) -> int:
        """One of the three officers of the family's kecamatan, grown persons of it who receive nothing."""
        kecamatan = int(self.world.region.kecamatan[self.world.families.village[family]])
        if kecamatan not in self._officers:
            p, h, where = self.world.persons, self.world.families, self.world.region
            inside = (where.kecamatan[h.village] == kecamatan)[p.hh] & (p.rel == HEAD) & self._adult
            fit = np.flatnonzero(inside & ~(self.pkh | self.sembako)[p.hh])
            fit = fit if len(fit) else np.flatnonzero(inside)
            order = np.argsort(draws.uniform(self.world.seed, "petugas", fit), kind="stable")
            self._officers[kecamatan] = fit[order[:3]]
        three = self._officers[kecamatan]
        fit = three[self.world.persons.hh[three] != family]
        return int(fit[draws.pick(len(fit), self.world.seed, f"petugas/{visit}", 0)[0]])

    def known_to_district(self, family: int) -> bool:
        """Whether Simnakis carries the family."""
        return bool(self._known[family])

    def inhabited(self, family: int) -> bool:
        """Whether anybody of the family lives and has not left."""
        return bool(((self.world.persons.hh == family) & (self.world.persons.status == ALIVE)).any())

    def programmes_of(self, family: int, person: int) -> list[str]:
        """The active programmes of the national list: the family's, and the person's own."""
        held = [("PKH", self.pkh[family]), ("SEMBAKO", self.sembako[family]), ("PBI_JK", self.pbi[person])]
        return [name for name, active in held if active]
