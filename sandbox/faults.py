"""The faults of the registries: numbers, birth dates, KK and villages as a record holds them, each with its name.

A fault is drawn once for a version of a record and stays until the record is updated. How often each comes and how
the truth file names it is in `sandbox.faults_rates`, what happens to names in `sandbox.faults_names`, what only the
held-out model does in `sandbox.faults_other`.
"""

import numpy as np

from sandbox import draws, faults_other
from sandbox.faults_names import fit_names, name_kind, with_variants
from sandbox.faults_rates import (
    BORN_FAULTS,
    DIGIT,
    KK_FAULTS,
    MISSING,
    NAME_FAULTS,
    NIK_FAULTS,
    NO_40,
    OLD,
    OTHER,
    PRESETS,
    TEMPORARY,
    ZEROS,
    FaultRates,
    OtherRates,
)
from sandbox.state import calendar

__all__ = [
    "BORN_FAULTS", "KK_FAULTS", "NAME_FAULTS", "NIK_FAULTS", "OLD", "PRESETS", "FaultRates", "family_kk",
    "family_village", "fit_names", "name_kind", "old_niks", "person_born", "person_nik", "with_variants",
]  # fmt: skip


def person_nik(rates: FaultRates, seed: int, source: str, rec: dict) -> tuple[np.ndarray, np.ndarray]:
    """The NIK as the source holds it (0 for none) and its fault, a position in NIK_FAULTS.

    A number with the fault SCIENTIFIC is unchanged here; the writer of the source spoils it (`render.NIK`).
    """
    nik, female = rec["nik"].copy(), rec["female"]
    edges = np.cumsum([
        rates.nik_missing, rates.nik_digit, rates.nik_other, rates.nik_scientific, rates.nik_zeros,
        rates.nik_no_40, rates.nik_temporary,
    ])  # fmt: skip
    u = draws.uniform(seed, f"{source}/nik", rec["record"], rec["version"])
    fault = np.searchsorted(edges, u, side="right") + 1
    missing = rates.nik_missing + rec["duplicate"] * (1 - rates.duplicate_keeps_nik)
    lost = draws.uniform(seed, f"{source}/nik_ganda", rec["record"], rec["version"]) < missing
    fault = np.where(rec["duplicate"] & lost, MISSING, np.where(fault > len(edges), 0, fault))
    fault[(nik == 0) | ((fault == NO_40) & ~female)] = 0
    other = _neighbour(rec["hh"])
    fault[(fault == OTHER) & (nik[other] == 0) | ((fault == OTHER) & (other == np.arange(len(nik))))] = 0
    nik = np.where(fault == OTHER, nik[other], nik)
    nik = np.where(fault == DIGIT, _wrong_digit(nik, seed, source + "/nik", rec["record"], rec["version"]), nik)
    nik = np.where(fault == ZEROS, nik // 10_000 * 10_000, nik)
    nik = np.where(fault == NO_40, nik - 40 * 10**8, nik)
    nik = np.where(fault == TEMPORARY, nik // 10_000 * 10_000 + 9999, nik)
    nik = np.where(fault == MISSING, 0, nik)
    if isinstance(rates, OtherRates):
        nik, fault = faults_other.numbers(rates, seed, source, rec, nik, fault)
    return nik, fault.astype(np.int8)


def old_niks(rates: FaultRates, seed: int, source: str, rec: dict, issued: np.ndarray) -> np.ndarray:
    """Which records carry a number that Dukcapil once gave their person and has replaced.

    They are some of the numbers with one digit wrong, if such a number could have been issued and is nobody's. So the
    delivered numbers stay what they are; only their explanation changes.
    """
    digit = np.flatnonzero(rec["nik_fault"] == DIGIT)
    nik = rec["nik"][digit]
    day, month, serial = nik // 10**8 % 100 - 40 * rec["female"][digit], nik // 10**6 % 100, nik % 10_000
    sound = (day >= 1) & (day <= 28) & (month >= 1) & (month <= 12) & (serial >= 1) & (serial < 9999)
    chosen = draws.uniform(seed, f"{source}/nik_lama", rec["record"][digit], rec["version"][digit]) < rates.nik_old
    at = digit[sound & chosen]
    wanted = np.append(np.sort(rec["nik"][at]), 0)
    # Millions of numbers were issued and few are wanted. Looking up the wanted ones among the issued would sort all.
    somebodys = issued[wanted[np.searchsorted(wanted[:-1], issued)] == issued]
    return at[~np.isin(rec["nik"][at], somebodys)]


def _neighbour(hh: np.ndarray) -> np.ndarray:
    """For each record another one of its family (itself when it is alone)."""
    order = np.argsort(hh, kind="stable")
    ordered = hh[order]
    same_next = np.append(ordered[1:] == ordered[:-1], False)
    same_before = np.insert(ordered[1:] == ordered[:-1], 0, False)
    position = np.arange(len(hh))
    chosen = np.where(same_before, position - 1, np.where(same_next, position + 1, position))
    out = np.empty(len(hh), np.int64)
    out[order] = order[chosen]
    return out


def _wrong_digit(number: np.ndarray, seed: int, purpose: str, *keys) -> np.ndarray:
    """16-digit numbers with one of their last twelve digits changed."""
    power = 10 ** draws.pick(12, seed, purpose + "/tempat", *keys)
    digit = number // power % 10
    other = (digit + 1 + draws.pick(9, seed, purpose + "/angka", *keys)) % 10
    return number + (other - digit) * power


def person_born(rates: FaultRates, seed: int, source: str, rec: dict) -> tuple[np.ndarray, np.ndarray]:
    """The birth date as the source holds it (days since 1970-01-01) and its fault numbers."""
    key = (rec["record"], rec["version"])
    u = draws.uniform(seed, f"{source}/lahir", *key) / rates.born if rates.born else np.ones(len(rec["born"]))
    year, month, day = calendar(rec["born"])
    kind = np.where(u < 0.35, 1, np.where(u < 0.7, 2, np.where(u < 1, 3, 0)))
    kind = np.where((kind == 2) & ((day > 12) | (day == month)), 3, kind)
    kind = np.where((kind == 1) & (year > 2005), 3, kind)
    january = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    december = (year - 1969).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64) - 1
    july = january + 181 + (december - january == 365)
    usual = np.stack([january, december, july])[draws.pick(3, seed, f"{source}/lahir_baku", *key), np.arange(len(u))]
    first = ((year - 1970) * 12 + np.clip(day, 1, 12) - 1).astype("datetime64[M]").astype("datetime64[D]")
    swapped = first.astype(np.int64) + month - 1
    shift = np.array([-3653, -365, -31, -1, 1, 10, 365, 3652])[draws.pick(8, seed, f"{source}/lahir_geser", *key)]
    wrong = rec["born"] + np.where(year > 2014, -np.abs(shift), shift)
    born = np.choose(kind, (rec["born"], usual, swapped, wrong))
    if isinstance(rates, OtherRates):
        born, kind = faults_other.years(rates, seed, source, rec, born, kind)
    return born.astype(np.int32), kind.astype(np.int8)


def family_kk(rates: FaultRates, seed: int, source: str, rec: dict) -> tuple[np.ndarray, np.ndarray]:
    """The KK number as the source holds it and its fault, a position in KK_FAULTS: half are old, half are misspelt."""
    key = (rec["hh"], rec["version"])
    u = draws.uniform(seed, f"{source}/kk", *key)
    kind = np.where(u < rates.kk / 2, 1, np.where(u < rates.kk, 2, 0)).astype(np.int8)
    wrong = _wrong_digit(rec["kk"], seed, f"{source}/kk", *key)
    kk = np.choose(kind, (rec["kk"], rec["kk_before"], wrong))
    if isinstance(rates, OtherRates):
        kk, kind = faults_other.families(rates, seed, source, rec, kk, kind)
    return kk, kind


def family_village(rates: FaultRates, seed: int, source: str, rec: dict, region) -> tuple[np.ndarray, np.ndarray]:
    """The village as the source holds it and whether it is wrong; a wrong one is mostly in the same kecamatan."""
    key = (rec["hh"], rec["version"])
    wrong = (draws.uniform(seed, f"{source}/desa", *key) < rates.village) & ~rec["anchor"] & ~rec["outside"]
    kecamatan = region.kecamatan[: region.inside]
    start = np.searchsorted(kecamatan, np.arange(1, 17))
    size = np.bincount(kecamatan, minlength=17)[1:]
    own = np.maximum(region.kecamatan[rec["village"]].astype(int) - 1, 0)
    near = start[own] + (rec["village"] - start[own] + 1 + draws.pick(7, seed, f"{source}/desa_mana", *key)) % size[own]
    far = draws.pick(region.inside, seed, f"{source}/desa_jauh", *key)
    other = np.where(draws.uniform(seed, f"{source}/desa_beda", *key) < 0.8, near, far)
    wrong &= other != rec["village"]
    return np.where(wrong, other, rec["village"]).astype(np.int16), wrong
