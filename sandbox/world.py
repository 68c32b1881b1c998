"""The true Blora: persons and families as they are, and what each month does to them."""

from dataclasses import dataclass, field

import numpy as np

from sandbox import draws, families, names
from sandbox.state import (
    ALIVE,
    CHILD,
    CHILD_IN_LAW,
    DEAD,
    DIVORCED,
    FAMILY,
    GONE,
    GRANDCHILD,
    HEAD,
    HUSBAND,
    MARRIED,
    PERSON,
    RELATIVE,
    SINGLE,
    WIDOWED,
    WIFE,
    Columns,
    Issuer,
    calendar,
    ddmmyy,
    first_day,
)


@dataclass(frozen=True)
class EventRates:
    """Shares a month. Those of deaths, births and changes of KK are from domain.md section 7."""

    death: float = 0.0007  # of persons
    birth: float = 0.0009  # of persons
    marriage: float = 0.0004  # couples, of persons
    bride_joins: float = 0.25  # of marriages: she enters his parents' KK instead of a new one
    stays_home: float = 0.4  # of new couples: they stay in the dwelling of a parent
    divorce: float = 0.0003  # of families
    move_inside: float = 0.001  # of families
    move_out: float = 0.0003  # of families
    leave: float = 0.003  # of grown children
    arrival: float = 0.0004  # families, of families
    new_kk: float = 0.0012  # of families: a new number for other reasons
    twins: float = 0.012  # of births
    desil_moves: float = 0.15  # of families, at a quarter


@dataclass
class Touched:
    """What a month changed: the persons and families whose registry records are now out of date."""

    persons: list[np.ndarray] = field(default_factory=list)
    families: list[np.ndarray] = field(default_factory=list)
    log: list[tuple[str, np.ndarray, np.ndarray]] = field(default_factory=list)

    def add(self, kind: str, persons: np.ndarray, families_: np.ndarray) -> None:
        """Note an event of persons, with the family that each of them is in afterwards, row by row."""
        self.persons.append(persons)
        self.families.append(families_)
        self.log.append((kind, persons, families_))


class World:
    """The state at the end of `month` (a running number); `step` moves it on."""

    def __init__(self, region, seed: int, month: int, persons: int, rates: EventRates | None = None):
        self.region, self.seed, self.month = region, seed, month
        self.rates = rates or EventRates()
        self.persons, self.families = Columns(PERSON), Columns(FAMILY)
        self.nik_numbers, self.kk_numbers = Issuer(), Issuer()
        rng = draws.generator(seed, "penduduk")
        today = first_day(month + 1)
        count = max(48, int(np.ceil(persons / families.MEAN_SIZE)))
        families.settle(self, rng, count, today, floor=3)
        if missing := persons - self.persons.size:
            families.settle(self, rng, max(8, int(missing / families.MEAN_SIZE * 1.05)), today)
        families.settle(self, rng, max(2, count // 1000), today, outside=True)

    def step(self) -> Touched:
        """Let a month pass."""
        self.month += 1
        rng = draws.generator(self.seed, "bulan", self.month)
        touched = Touched()
        for event in (
            self._name_newborns, self._deaths, self._births, self._marriages, self._divorces, self._moves,
            self._departures, self._arrivals, self._new_numbers,
        ):  # fmt: skip
            event(rng, touched)
        if self.month % 12 in (0, 3, 6, 9):
            self._rank_again(rng)
        return touched

    # -- shared looks at the state

    def _living(self) -> np.ndarray:
        p = self.persons
        return (p.status == ALIVE) & ~self.families.outside[p.hh]

    def _free(self) -> np.ndarray:
        """Living persons whose family may lose them (an anchor keeps its kecamatan inhabited)."""
        return self._living() & ~self.families.anchor[self.persons.hh]

    def _age(self) -> np.ndarray:
        return (first_day(self.month) - self.persons.born) / 365.25

    def _holder(self, roles: tuple[int, ...], living: np.ndarray) -> np.ndarray:
        """For each family the living person in one of these roles, -1 where there is none."""
        at = np.flatnonzero(living & np.isin(self.persons.rel, roles))
        holder = np.full(self.families.size, -1)
        holder[self.persons.hh[at]] = at
        return holder

    def _members(self, fam: np.ndarray) -> np.ndarray:
        chosen = np.zeros(self.families.size, bool)
        chosen[fam] = True
        return np.flatnonzero(chosen[self.persons.hh] & (self.persons.status == ALIVE))

    def _register(self, fam: np.ndarray, rng: np.random.Generator) -> None:
        """Give families a new KK number, registered this month where they live."""
        h = self.families
        day = first_day(self.month) + rng.integers(0, 28, len(fam))
        h.kk_before[fam] = h.kk[fam]
        h.kk[fam] = self.kk_numbers.issue(self.region.nik_prefix(h.village[fam]) * 1_000_000 + ddmmyy(day))

    # -- events

    def _name_newborns(self, rng, touched) -> None:
        p = self.persons
        due = np.flatnonzero(p.unnamed & (p.nik_month <= self.month) & (p.status == ALIVE))
        village = self.families.village[p.hh[due]]
        prefix = self.region.nik_prefix(village) * 1_000_000 + ddmmyy(p.born[due], p.female[due])
        p.nik[due] = self.nik_numbers.issue(prefix)
        p.unnamed[due] = False
        touched.add("nik_terbit", due, p.hh[due])

    def _deaths(self, rng, touched) -> None:
        p, free, age = self.persons, self._free(), self._age()
        hazard = np.exp((age - 75) / 11) + np.where(age < 1, 0.15, 0.005)
        hazard *= self.rates.death * free.sum() / hazard[free].sum()
        dead = np.flatnonzero(free & (rng.random(p.size) < hazard))
        p.status[dead] = DEAD
        p.ended[dead] = np.maximum(first_day(self.month) + rng.integers(0, 28, len(dead)), p.born[dead])
        touched.add("meninggal", dead, p.hh[dead])
        spouse = self._holder((HUSBAND, WIFE), self._living())
        head = self._holder((HEAD,), self._living())
        lost_partner = dead[np.isin(p.rel[dead], (HUSBAND, WIFE)) & (head[p.hh[dead]] >= 0)]
        p.marital[head[p.hh[lost_partner]]] = WIDOWED
        bereft = np.unique(p.hh[dead[p.rel[dead] == HEAD]])
        widow = spouse[bereft]
        p.marital[widow[widow >= 0]] = WIDOWED
        p.rel[widow[widow >= 0]] = HEAD
        others = self._members(bereft[widow < 0])
        if len(others):
            oldest = others[np.lexsort((p.born[others], p.hh[others]))]
            heir = oldest[np.diff(p.hh[oldest], prepend=-1) != 0]
            siblings = others[(p.rel[others] == CHILD) & ~np.isin(others, heir)]
            p.rel[siblings] = RELATIVE
            p.rel[heir] = HEAD
        left = self._members(bereft)
        self._register(np.unique(p.hh[left]), rng)
        touched.add("ganti_kepala", left, p.hh[left])

    def _births(self, rng, touched) -> None:
        p, living, age = self.persons, self._living(), self._age()
        able = living & p.female & np.isin(p.rel, (WIFE, CHILD_IN_LAW)) & (age > 18) & (age < 42)
        able &= p.gave_birth < self.month - 11
        chance = min(0.05, self.rates.birth * living.sum() / max(1, able.sum()))
        mother = np.flatnonzero(able & (rng.random(p.size) < chance))
        mother = np.repeat(mother, 1 + (rng.random(len(mother)) < self.rates.twins))
        n = len(mother)
        p.gave_birth[mother] = self.month
        born = first_day(self.month) + rng.integers(0, 28, n)
        twin = np.flatnonzero(np.diff(mother, prepend=-1) == 0)
        born[twin] = born[twin - 1]
        female = rng.random(n) < 0.49
        child = p.append(
            n, hh=p.hh[mother], rel=np.where(p.rel[mother] == WIFE, CHILD, GRANDCHILD), female=female, born=born,
            name=names.draw(rng, female, calendar(born)[0]), mother=p.name[mother], unnamed=True, marital=SINGLE,
            nik_month=self.month + rng.integers(1, 4, n),
        )  # fmt: skip
        touched.add("lahir", child, p.hh[child])

    def _marriages(self, rng, touched) -> None:
        p, h, age = self.persons, self.families, self._age()
        free = self._living() & (p.rel == CHILD) & (p.marital == SINGLE)
        men = np.flatnonzero(free & ~p.female & (age > 19) & (age < 38))
        women = np.flatnonzero(free & p.female & (age > 17) & (age < 34))
        couples = min(rng.binomial(self._living().sum(), self.rates.marriage), len(men), len(women))
        groom, bride = rng.choice(men, couples, replace=False), rng.choice(women, couples, replace=False)
        near = [
            np.argsort(self.region.kecamatan[h.village[p.hh[x]]] + rng.normal(0, 1.5, couples)) for x in (groom, bride)
        ]
        groom, bride = groom[near[0]], bride[near[1]]
        apart = p.hh[groom] != p.hh[bride]
        groom, bride = groom[apart], bride[apart]
        p.marital[groom] = p.marital[bride] = MARRIED
        joins = rng.random(len(groom)) < self.rates.bride_joins
        p.rel[bride[joins]] = CHILD_IN_LAW
        p.hh[bride[joins]] = p.hh[groom[joins]]
        both = np.concatenate([groom[joins], bride[joins]])
        touched.add("kawin_ikut", both, p.hh[both])
        groom, bride = groom[~joins], bride[~joins]
        at_hers = rng.random(len(groom)) < 0.4
        home = np.where(at_hers, p.hh[bride], p.hh[groom])
        new = self._new_family(rng, home, rng.random(len(groom)) < self.rates.stays_home)
        p.hh[groom] = p.hh[bride] = new
        p.rel[groom], p.rel[bride] = HEAD, WIFE
        both = np.concatenate([groom, bride])
        touched.add("kawin_pecah_kk", both, p.hh[both])

    def _new_family(self, rng, like: np.ndarray, same_dwelling: np.ndarray) -> np.ndarray:
        """Add families with a new KK in the villages of the families `like`, some of them in the same dwelling."""
        h, n = self.families, len(like)
        new = h.append(
            n, village=h.village[like], dusun=np.where(same_dwelling, h.dusun[like], rng.integers(0, 5, n)),
            rt=np.where(same_dwelling, h.rt[like], rng.integers(1, 12, n)),
            rw=np.where(same_dwelling, h.rw[like], rng.integers(1, 6, n)),
            dwelling=np.where(same_dwelling, h.dwelling[like], np.arange(h.size, h.size + n)),
            wealth=np.clip(h.wealth[like] + rng.normal(0, 1, n), 0.3, 10.7), desil=0, kk=h.kk[like],
        )  # fmt: skip
        self._register(new, rng)
        return new

    def _divorces(self, rng, touched) -> None:
        p, h, living = self.persons, self.families, self._living()
        head, wife = self._holder((HEAD,), living), self._holder((WIFE,), living)
        couple = (head >= 0) & (wife >= 0) & ~h.anchor & (rng.random(h.size) < self.rates.divorce)
        fam = np.flatnonzero(couple)
        husband, wife = head[fam], wife[fam]
        p.marital[husband] = p.marital[wife] = DIVORCED
        new = self._new_family(rng, fam, np.zeros(len(fam), bool))
        target = np.full(h.size, -1)
        target[fam] = new
        members = self._members(fam)
        age = self._age()
        goes = members[(p.rel[members] == CHILD) & (age[members] < 17)]
        p.rel[wife] = HEAD
        gone = np.concatenate([wife, goes])
        p.hh[gone] = target[p.hh[gone]]
        changed = np.concatenate([husband, gone])
        touched.add("cerai", changed, p.hh[changed])

    def _moves(self, rng, touched) -> None:
        p, h = self.persons, self.families
        fam = np.flatnonzero(~h.anchor & ~h.outside & (rng.random(h.size) < self.rates.move_inside))
        fam = np.intersect1d(fam, p.hh[self._living()])
        old = self.region.kecamatan[h.village[fam]]
        target = rng.choice(self.region.inside, len(fam), p=self.region.weight[: self.region.inside]
                            / self.region.weight[: self.region.inside].sum())  # fmt: skip
        h.village[fam] = target
        h.dusun[fam], h.rt[fam], h.rw[fam] = rng.integers((0, 1, 1), (5, 12, 6), (len(fam), 3)).T
        h.dwelling[fam] = h.size + 1_000_000 * (self.month % 1200) + np.arange(len(fam))
        self._register(fam[old != self.region.kecamatan[target]], rng)
        members = self._members(fam)
        touched.add("pindah_dalam", members, p.hh[members])

    def _departures(self, rng, touched) -> None:
        p, h, age, free = self.persons, self.families, self._age(), self._free()
        whole = rng.random(h.size) < self.rates.move_out
        grown = free & (p.rel == CHILD) & (age > 18) & (age < 32)
        gone = np.flatnonzero((free & whole[p.hh]) | (grown & (rng.random(p.size) < self.rates.leave)))
        p.status[gone] = GONE
        p.ended[gone] = first_day(self.month) + rng.integers(0, 28, len(gone))
        touched.add("pindah_keluar", gone, p.hh[gone])

    def _arrivals(self, rng, touched) -> None:
        count = rng.binomial(self.families.size, self.rates.arrival)
        if count:
            _, came = families.settle(self, rng, count, first_day(self.month))
            touched.add("datang", came, self.persons.hh[came])

    def _new_numbers(self, rng, touched) -> None:
        p, h = self.persons, self.families
        fam = np.flatnonzero(~h.outside & (rng.random(h.size) < self.rates.new_kk))
        fam = np.intersect1d(fam, p.hh[self._living()])
        self._register(fam, rng)
        members = self._members(fam)
        touched.add("ganti_kk", members, p.hh[members])

    def _rank_again(self, rng) -> None:
        """A quarter's new desil: some families move a step or two, those without one get one."""
        h = self.families
        moves = rng.random(h.size) < self.rates.desil_moves
        stride = rng.choice((-2, -1, 1, 2), h.size, p=(0.08, 0.42, 0.42, 0.08))
        ranked = h.desil > 0
        h.desil[ranked & moves] = np.clip(h.desil + stride, 1, 10)[ranked & moves]
        fresh = ~ranked & (rng.random(h.size) < 0.5)
        h.desil[fresh] = np.clip(np.round(h.wealth[fresh]), 1, 10)
