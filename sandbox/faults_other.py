"""Faults of the held-out model: numbers copied by row and by likeness, mistyped years, an old KK that stays."""

import numpy as np

from sandbox import draws
from sandbox.faults_rates import ALIKE, SHIFTED_FAMILY, SHIFTED_VILLAGE, SPOUSE, TWIN, OtherRates
from sandbox.state import HEAD, HUSBAND, WIFE, calendar

# Digits that are read for each other: 1 and 7, 0 and 8, 3 and 8, 5 and 6; 2, 4 and 9 stay.
_LOOKS = np.array([8, 7, 2, 8, 4, 6, 5, 1, 0, 9])
# Families of one village under successive numbers are a stretch of its list: about eight at any scale.
_STRETCH = 295 * 8
_KK_KEPT, _KK_ALIKE = 3, 4
_YEAR = 4


def numbers(
    rates: OtherRates, seed: int, source: str, rec: dict, nik: np.ndarray, fault: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """NIK and fault numbers where no other fault is; needs `village` in the records. A fault that has no number to
    copy is none."""
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
    """Birth dates with a mistyped year where no other fault is: its last two digits swapped where that is possible."""
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
    """KK numbers where no other fault is: the one before, kept until the family gets yet another; look-alike digits."""
    kept = draws.uniform(seed, f"{source}/kk_bertahan", rec["hh"], rec["kk"]) < rates.kk_kept
    kept &= (kind == 0) & (rec["kk_before"] != 0)
    alike = draws.uniform(seed, f"{source}/kk_mirip", rec["hh"], rec["version"]) < rates.kk_alike
    at = np.flatnonzero(alike & (kind == 0) & ~kept)
    kk, kind = np.where(kept, rec["kk_before"], kk), np.where(kept, _KK_KEPT, kind).astype(np.int8)
    kk[at] = _alike(kk[at], draws.pick(12, seed, f"{source}/kk_mirip_tempat", rec["hh"][at], rec["version"][at]))
    kind[at[kk[at] != rec["kk"][at]]] = _KK_ALIKE
    return kk, kind


def _alike(number: np.ndarray, start: np.ndarray) -> np.ndarray:
    """16-digit numbers with one of their last twelve digits, the first from `start` on that has one, as its like."""
    out, waiting = number.copy(), np.ones(len(number), bool)
    for step in range(12):
        power = 10 ** ((start + step) % 12)
        digit = number // power % 10
        here = waiting & (_LOOKS[digit] != digit)
        out[here] += ((_LOOKS[digit] - digit) * power)[here]
        waiting &= ~here
    return out


def _next_row(group: np.ndarray, around: bool = False) -> np.ndarray:
    """For each row the next of its group, as the rows stand; for the last itself, or `around` the first."""
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
    """Which rows stand in a shifted stretch of their village's list, and the next row of it."""
    village, stretch = rec["village"].astype(np.int64), rec["hh"].astype(np.int64) // _STRETCH
    chosen = draws.uniform(seed, f"{source}/nik_geser_desa", village, stretch) < rates.nik_shift_village
    return chosen, _next_row(village * 1_000_000 + stretch)


def _spouse(rec: dict) -> np.ndarray:
    """For each head the husband or wife, for these the head, as far as both stand in the list; else itself."""
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
    """For each person the next other one of its family who was born on the same day; itself where there is none."""
    group = rec["hh"].astype(np.int64) * 100_000 + (rec["true_born"] + 50_000)
    following = _next_row(group, around=True)
    return np.where(rec["person"][following] == rec["person"], np.arange(len(group)), following)
