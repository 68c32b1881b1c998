"""The course of a case: statuses on successive days, visits in between, and the month in which a verdict acts."""

from dataclasses import dataclass

import numpy as np

from sandbox.state import calendar, month_number, month_text

CUT_OFF = 17  # contracts/rules.md, "Cases and deactivation"
# Days since the status before: the least and the most.
_DAYS = {
    "diverifikasi": (0, 2), "ditugaskan": (1, 2), "diperiksa": (0, 0), "terbukti": (0, 2), "tidak_terbukti": (0, 2),
    "tidak_dapat_diperiksa": (1, 3), "selesai": (2, 9), "ditolak": (1, 3), "dicabut": (1, 6),
    "diajukan": (2, 6), "kurang_berkas": (1, 3), "verifikasi_lapangan": (1, 4), "layak": (1, 3),
    "tidak_layak": (1, 3), "musdes": (5, 12), "diusulkan": (2, 6), "diterima_pusat": (60, 120),
    "ditolak_pusat": (60, 120),
}  # fmt: skip
_SENDS_OUT = ("ditugaskan", "verifikasi_lapangan")


@dataclass(frozen=True)
class Course:
    """Instants (seconds since 1970 in Asia/Jakarta) of each status, and of the visits."""

    statuses: tuple[tuple[str, int], ...]
    visits: tuple[int, ...]


def draw(rng: np.random.Generator, path: tuple[str, ...], start: int, visits: int) -> Course:
    """Let a case begin on day `start` and take `path`; `visits` follow the status that sends an officer out."""
    day, last, statuses, visited = start, 0, [], []

    def at() -> int:
        # An instant in office hours, at least a minute after the step before.
        return max(day * 86_400 + 8 * 3600 + int(rng.integers(0, 8 * 3600)), last + 60)

    for position, status in enumerate(path):
        if position:
            least, most = _DAYS[status]
            day += int(rng.integers(least, most + 1))
        last = at()
        statuses.append((status, last))
        if status in _SENDS_OUT:
            for _ in range(visits):
                day += 1 + int(rng.integers(0, 3))
                last = at()
                visited.append(last)
    return Course(tuple(statuses), tuple(visited))


def effective_month(second: int) -> str:
    """The month in which a verdict acts: the next month if it falls on a day up to the cut-off, else the one after.

    `second` is in seconds since 1970 in Asia/Jakarta.
    """
    year, month, day = (int(part[0]) for part in calendar(np.array([second // 86_400])))
    return month_text(month_number(f"{year}-{month:02d}") + (1 if day <= CUT_OFF else 2))
