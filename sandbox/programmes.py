"""Who receives what: each programme has a fixed number of places, filled from the poorer end and changing slowly."""

from dataclasses import dataclass

import numpy as np

from sandbox import draws
from sandbox.state import ALIVE, CHILD, GRANDCHILD, first_day

# Places at SCALE 1 (issue 2; April to June 2025).
PLACES = {"PBI_JK": 390_945, "SEMBAKO": 65_017, "PKH": 40_502}
_TURNOVER, _QUARTER_TURNOVER = 0.002, 0.04
_NOISE = {"PBI_JK": 6.0, "SEMBAKO": 2.5, "PKH": 2.0}  # in desil: how far a list strays from the ranking
_REMEMBERED = 3  # months that a stopped membership stays in the delivery
STOPPED = ("TIDAK_AKTIF", "EXCLUDE", "GRADUASI_ALAMIAH", "GRADUASI_MANDIRI")


@dataclass
class Places:
    """One programme's holders, by row number of the true person or family."""

    active: np.ndarray
    stopped: np.ndarray  # month in which the membership ended, 0: never


class Programmes:
    """The memberships of the national list, and the small local programmes."""

    def __init__(self, registry, scale: float):
        self.registry, self.scale = registry, scale
        self.places = {name: Places(np.zeros(0, bool), np.zeros(0, np.int32)) for name in PLACES}
        self.before: dict[str, np.ndarray] = {}

    def update(self) -> None:
        """Move the memberships on to the world's month: some end, and their places are filled again."""
        world, own = self.registry.world, self.registry.persons
        self.before = {name: place.active.copy() for name, place in self.places.items()}
        person = own.carried & (own.status == ALIVE) & ~world.families.outside[world.persons.hh]
        family = np.zeros(world.families.size, bool)
        family[own.hh[person]] = True
        for name, place in self.places.items():
            eligible, hh = (person, own.hh) if name == "PBI_JK" else (family, np.arange(len(family)))
            self._fill(name, place, eligible, world.families.desil[hh])

    def _fill(self, name: str, place: Places, eligible: np.ndarray, desil: np.ndarray) -> None:
        world, n = self.registry.world, len(eligible)
        seed, month = world.seed, world.month
        grown = n - len(place.active)
        place.active = np.concatenate([place.active, np.zeros(grown, bool)])
        place.stopped = np.concatenate([place.stopped, np.zeros(grown, np.int32)])
        row = np.arange(n)
        turnover = _QUARTER_TURNOVER if month % 3 == 0 else _TURNOVER
        ends = place.active & (~eligible | (draws.uniform(seed, f"{name}/berhenti", row, month) < turnover))
        places = min(round(PLACES[name] * self.scale), int(eligible.sum()))
        score = np.where(desil == 0, 7, desil) + _NOISE[name] * draws.uniform(seed, f"{name}/urut", row)
        if name == "PKH":
            score = score - 3 * self.places["SEMBAKO"].active
        stays = place.active & ~ends
        if (surplus := int(stays.sum()) - places) > 0:
            worst = np.argsort(np.where(stays, -score, 99), kind="stable")[:surplus]
            ends[worst], stays[worst] = True, False
        free = eligible & ~stays & ~ends
        chosen = np.argsort(np.where(free, score, 99), kind="stable")[: max(0, places - int(stays.sum()))]
        chosen = chosen[free[chosen]]
        place.active = stays
        place.active[chosen] = True
        short = places - int(place.active.sum())
        if short > 0:  # a small list: somebody who was to leave stays
            place.active[np.flatnonzero(ends & eligible)[:short]] = True
        place.stopped[ends & ~place.active] = month
        place.stopped[place.active] = 0

    def rows(self, rec: dict, fam: dict) -> dict[str, np.ndarray]:
        """DTSEN's `kepesertaan` as columns: hh (family), record (-1 for family programmes), receiver (the position of a
        person record in `rec`), program, status, payer, amount.
        """
        world, month = self.registry.world, self.registry.world.month
        seed = world.seed
        inside = ~world.families.outside[rec["hh"]]
        living = (rec["status"] == ALIVE) & ~rec["duplicate"] & inside
        age = (first_day(month) - rec["true_born"]) / 365.25
        desil = world.families.desil[rec["hh"]]
        out: list[tuple] = []

        def add(program, at, record, receiver, status, payer, amount):
            out.append((at, record, receiver, np.full(len(at), program), np.broadcast_to(status, len(at)),
                        np.full(len(at), payer), np.full(len(at), amount)))  # fmt: skip

        def persons(program, mask, status, payer, amount):
            at = np.flatnonzero(mask)
            add(program, rec["hh"][at], rec["record"][at], at, status, payer, amount)

        def families(program, mask, status, payer, amount):
            at = np.flatnonzero(mask)
            first = fam["first"][at]
            second = np.minimum(first + 1, len(rec["hh"]) - 1)
            receiver = np.where((rec["hh"][second] == fam["hh"][at]) & (rec["rel"][second] == 3), second, first)
            add(program, fam["hh"][at], np.full(len(at), -1), receiver, status, payer, amount)

        pbi = self.places["PBI_JK"]
        persons("PBI_JK", living & pbi.active[rec["person"]], "AKTIF", "PUSAT", 42_000)
        recent = (pbi.stopped > month - _REMEMBERED) & ~pbi.active
        persons("PBI_JK", recent[rec["person"]] & ~rec["duplicate"] & inside, "TIDAK_AKTIF", "PUSAT", 42_000)
        for name, amount in (("SEMBAKO", 600_000), ("PKH", 750_000)):
            place = self.places[name]
            families(name, place.active[fam["hh"]], "AKTIF", "PUSAT", amount)
            stopped = ((place.stopped > month - _REMEMBERED) & ~place.active)[fam["hh"]]
            why = np.array(STOPPED)[draws.pick(4, seed, f"{name}/sebab", fam["hh"][stopped])]
            families(name, stopped, why, "PUSAT", amount)
        pupil = living & np.isin(rec["rel"], (CHILD, GRANDCHILD)) & (age > 6.5) & (age < 18) & (desil > 0) & (desil < 5)
        persons("PIP", pupil & (draws.uniform(seed, "PIP", rec["person"]) < 0.35), "AKTIF", "PUSAT", 450_000)
        local = living & ~pbi.active[rec["person"]] & (draws.uniform(seed, "PBI_PEMDA", rec["person"]) < 0.08)
        persons("PBI_PEMDA", local, "AKTIF", "KABUPATEN", 42_000)
        poorest = ~fam["outside"] & (fam["desil"] > 0) & (fam["desil"] < 4) & (fam["members"] > 0)
        blt = poorest & ~self.places["PKH"].active[fam["hh"]]
        families("BLT_DD", blt & (draws.uniform(seed, "BLT_DD", fam["hh"]) < 0.06), "AKTIF", "DESA", 300_000)
        columns = ("hh", "record", "receiver", "program", "status", "payer", "amount")
        return {name: np.concatenate(part) for name, part in zip(columns, zip(*out, strict=True), strict=True)}
