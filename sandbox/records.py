"""The records that a registry holds this month, with faults: one row for each person or family that it delivers."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox import draws, faults, names
from sandbox.state import ALIVE, DEAD, GONE, RELATIVE


def persons(registry, rates: faults.FaultRates) -> dict:
    """Person records as columns, by family, head first. `record` is 2 x person, + 1 for a person's second record."""
    world, own, source = registry.world, registry.persons, registry.character.name
    carried = own.carried & (own.status == ALIVE)
    if source == "dtsen":
        carried = own.carried
    elif source == "simnakis":
        carried = own.carried & (own.status != GONE) | _whole_family_gone(own)
    first = np.flatnonzero(carried)
    twice = first[
        (draws.uniform(world.seed, f"{source}/ganda", first) < rates.duplicate)
        & (own.status[first] == ALIVE)
        & ~world.families.outside[own.hh[first]]
    ]
    person = np.concatenate([first, twice])
    duplicate = np.arange(len(person)) >= len(first)
    hh, rel = own.hh[person].copy(), own.rel[person].copy()
    elsewhere = duplicate & (draws.uniform(world.seed, f"{source}/ganda_mana", person) < 0.5)
    hh[elsewhere] = _next_family(registry, np.unique(hh[: len(first)]), hh[elsewhere])
    rel[duplicate] = np.where(elsewhere | (rel == 1), RELATIVE, rel)[duplicate]
    order = np.lexsort((duplicate, person, rel, hh))
    person, duplicate, hh, rel = person[order], duplicate[order], hh[order], rel[order]
    rec = {
        "person": person, "record": person * 2 + duplicate, "duplicate": duplicate, "hh": hh, "rel": rel,
        "female": world.persons.female[person], "born": world.persons.born[person], "nik": own.nik[person],
        "unnamed": own.unnamed[person], "status": own.status[person], "ended": own.ended[person],
        "marital": own.marital[person], "version": own.version[person], "updated": own.updated[person],
        "village": registry.families.village[hh],
        "dead_unknown": (world.persons.status[person] == DEAD) & (own.status[person] == ALIVE),
    }  # fmt: skip
    rec["true_born"] = rec["born"]
    rec["nik"], rec["nik_fault"] = faults.person_nik(rates, world.seed, source, rec)
    rec["nik_fault"][faults.old_niks(rates, world.seed, source, rec, world.persons.nik)] = faults.OLD
    rec["born"], rec["born_fault"] = faults.person_born(rates, world.seed, source, rec)
    rec["vf"] = faults.name_kind(rates, world.seed, source, rec)
    rec["vf"][rec["unnamed"]] = 0
    rec["hx"] = (draws.bits(world.seed, f"{source}/huruf", rec["record"], rec["version"]) >> np.uint64(8)).astype(
        np.int64
    )
    mother = pc.utf8_upper(names.text(own.mother[person]))
    real = pc.utf8_upper(names.text(own.name[person]))
    rec["nama_asli"] = real
    rec["nama"] = pc.if_else(pa.array(rec["unnamed"]), pc.binary_join_element_wise("BY. NY.", mother, " "), real)
    faults.fit_names(rec["vf"], rec["nama"])
    lost = draws.uniform(world.seed, f"{source}/ibu", rec["record"]) < rates.mother
    unknown = pa.array(["TIDAK TAHU", "-", "", "TIDAK TAHU"]).take(pa.array(rec["hx"] % 4))
    rec["mother"] = pc.if_else(pa.array(lost), unknown, mother)
    rec["mother_fault"] = lost
    return rec


def families(registry, rates: faults.FaultRates, person_rec: dict) -> dict:
    """Family records as columns, one for each family of a person record; `first`: the position of its first person."""
    world, own, source = registry.world, registry.families, registry.character.name
    hh, start = np.unique(person_rec["hh"], return_index=True)
    rec = {name: getattr(own, name)[hh] for name in
           ("kk", "kk_before", "village", "dusun", "rt", "rw", "dwelling", "version", "updated")}  # fmt: skip
    rec |= {"hh": hh, "anchor": world.families.anchor[hh], "outside": world.families.outside[hh],
            "wealth": world.families.wealth[hh], "desil": world.families.desil[hh], "first": start}  # fmt: skip
    rec["kk"], rec["kk_fault"] = faults.family_kk(rates, world.seed, source, rec)
    rec["village"], rec["village_fault"] = faults.family_village(rates, world.seed, source, rec, world.region)
    rec["zeros_fault"] = draws.uniform(world.seed, f"{source}/rt", hh, rec["version"]) < rates.lost_zeros
    alive = person_rec["status"] == ALIVE
    rec["members"] = np.add.reduceat(alive.astype(np.int16), start)
    rec["gone"] = np.add.reduceat((person_rec["status"] == GONE).astype(np.int16), start)
    return rec


def _whole_family_gone(own) -> np.ndarray:
    """Departed persons whose family left altogether (a family that moved is shown with its members)."""
    stays = np.zeros(own.hh.max() + 1, bool)
    stays[own.hh[own.carried & (own.status != GONE)]] = True
    return own.carried & (own.status == GONE) & ~stays[own.hh]


def _next_family(registry, present: np.ndarray, hh: np.ndarray) -> np.ndarray:
    """For each family the next one of its village that the registry holds."""
    inside = present[~registry.world.families.outside[present]]
    order = inside[np.argsort(registry.families.village[inside], kind="stable")]
    place = np.zeros(registry.families.size, np.int64)
    place[order] = np.arange(len(order))
    return order[(place[hh] + 1) % len(order)]
