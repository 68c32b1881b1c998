"""Faults of the held-out model: numbers copied by row and by likeness, mistyped years, an old KK that stays."""

import numpy as np

from sandbox import draws
from sandbox.faults_rates import ALIKE, SHIFTED_FAMILY, SHIFTED_VILLAGE, SPOUSE, TWIN, OtherRates
from sandbox.state import HEAD, HUSBAND, WIFE, calendar

# By digit, the one for which it is misread: 1 and 7, 0 and 8, 5 and 6 for each other, 3 for 8; 2, 4 and 9 stay.
_LOOKS = np.array([8, 7, 2, 8, 4, 6, 5, 1, 0, 9])
# A stretch of a village's list is its families within so many successive family numbers: about eight at any scale.
_STRETCH = 295 * 8
_KK_KEPT, _KK_ALIKE = 3, 4
_YEAR = 4


def numbers(
    rates: OtherRates, seed: int, source: str, rec: dict, nik: np.ndarray, fault: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return NIK and fault numbers with the faults of this model added where there is no other; needs `village` in the
    records. Where there is no number to copy, the fault is left out.
    """
    nik, fault, own = nik.copy(), fault.astype(np.int8), rec["nik"]
    key = (rec["record"], rec["version"])
    position = np.arange(len(own))
    for kind, chosen, copied in (
        (SHIFTED_VILLAGE, *_village_rows(rates, seed, source, rec)),
        (SHIFTED_FAMILY, draws.uniform(seed, f"{source}/nik_geser", rec["hh"]) < rates.nik_shift_family,
         _next_row(rec["hh"], around=True)),
        (SPOUSE, draws.uniform(seed, f"{source}/nik_pasangan", *key) < rates.nik_spouse, _spouse(rec)),
        (TWIN, draws.uniform(seed, f"{source}/nik_kembar", *key) < rates.nik_twin, _twin(rec)),
    ):  # fmt: skip
        at = np.flatnonzero(chosen & (copied != position) & (fault == 0) & (own != 0) & (own[copied] != 0)
                            & (own[copied] != own))  # fmt: skip
        nik[at], fault[at] = own[copied[at]], kind
    alike = (draws.uniform(seed, f"{source}/nik_mirip", *key) < rates.nik_alike) & (fault == 0) & (own != 0)
    at = np.flatnonzero(alike)
    start = draws.pick(12, seed, f"{source}/nik_mirip_tempat", rec["record"][at], rec["version"][at])
    nik[at] = _alike(nik[at], start)
    fault[at[nik[at] != own[at]]] = ALIKE
    return nik, fault


def years(
    rates: OtherRates, seed: int, source: str, rec: dict, born: np.ndarray, kind: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return birth dates and faults with mistyped years added where there is no other fault.

    The last two digits of the year are swapped where that gives a likely year, else the year is one too early.
    """
    u = draws.uniform(seed, f"{source}/tahun", rec["record"], rec["version"])
    at = np.flatnonzero((u < rates.born_year) & (kind == 0))
    year, month, day = calendar(born[at])
    swapped = year // 100 * 100 + year % 10 * 10 + year // 10 % 10
    typed = np.where((swapped != year) & (swapped < 2015) & (swapped > 1915), swapped, year - 1)
    first = ((typed - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    born, kind = born.copy(), kind.copy()
    born[at], kind[at] = first + day - 1, _YEAR
    return born, kind


def families(
    rates: OtherRates, seed: int, source: str, rec: dict, kk: np.ndarray, kind: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return KK numbers and faults with those of this model added where there is no other: the number before the
    present one, which stays until the family gets yet another, or a digit that looks like the right one.
    """
    kept = draws.uniform(seed, f"{source}/kk_bertahan", rec["hh"], rec["kk"]) < rates.kk_kept
    kept &= (kind == 0) & (rec["kk_before"] != 0)
    alike = draws.uniform(seed, f"{source}/kk_mirip", rec["hh"], rec["version"]) < rates.kk_alike
    at = np.flatnonzero(alike & (kind == 0) & ~kept)
    kk, kind = np.where(kept, rec["kk_before"], kk), np.where(kept, _KK_KEPT, kind).astype(np.int8)
    kk[at] = _alike(kk[at], draws.pick(12, seed, f"{source}/kk_mirip_tempat", rec["hh"][at], rec["version"][at]))
    kind[at[kk[at] != rec["kk"][at]]] = _KK_ALIKE
    return kk, kind


def _alike(number: np.ndarray, start: np.ndarray) -> np.ndarray:
    """16-digit numbers with one of their last twelve digits misread: the first, from place `start` on, that can be."""
    out, waiting = number.copy(), np.ones(len(number), bool)
    for step in range(12):
        power = 10 ** ((start + step) % 12)
        digit = number // power % 10
        here = waiting & (_LOOKS[digit] != digit)
        out[here] += ((_LOOKS[digit] - digit) * power)[here]
        waiting &= ~here
    return out


def _next_row(group: np.ndarray, around: bool = False) -> np.ndarray:
    """For each row the next row of its group; for the last one itself or, with `around`, the first of the group."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    last = np.append(ordered[1:] != ordered[:-1], True)
    following = np.where(last, np.arange(len(group)), np.arange(len(group)) + 1)
    if around:
        first = np.flatnonzero(np.insert(last[:-1], 0, True))
        following[last] = first
    out = np.empty(len(group), np.int64)
    out[order] = order[following]
    return out


def _village_rows(rates: OtherRates, seed: int, source: str, rec: dict) -> tuple[np.ndarray, np.ndarray]:
    """Which rows are in a shifted stretch of their village's list, and for each row the next one of its stretch."""
    village, stretch = rec["village"].astype(np.int64), rec["hh"].astype(np.int64) // _STRETCH
    chosen = draws.uniform(seed, f"{source}/nik_geser_desa", village, stretch) < rates.nik_shift_village
    return chosen, _next_row(village * 1_000_000 + stretch)


def _spouse(rec: dict) -> np.ndarray:
    """For each head the husband or wife, for each of these the head, if both are in the list; else the row itself."""
    out = np.arange(len(rec["hh"]))
    holder = {}
    for name, roles in (("head", (HEAD,)), ("spouse", (HUSBAND, WIFE))):
        at = np.flatnonzero(np.isin(rec["rel"], roles) & ~rec["duplicate"])
        holder[name] = np.full(int(rec["hh"].max()) + 1, -1)
        holder[name][rec["hh"][at]] = at
    for roles, partner in (((HEAD,), "spouse"), ((HUSBAND, WIFE), "head")):
        at = np.flatnonzero(np.isin(rec["rel"], roles) & (holder[partner][rec["hh"]] >= 0))
        out[at] = holder[partner][rec["hh"][at]]
    return out


def _twin(rec: dict) -> np.ndarray:
    """For each row the next person of the family who was born on the same day; the row itself where there is none."""
    group = rec["hh"].astype(np.int64) * 100_000 + (rec["true_born"] + 50_000)
    following = _next_row(group, around=True)
    return np.where(rec["person"][following] == rec["person"], np.arange(len(group)), following)
