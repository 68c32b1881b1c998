"""The columns that persons and families are made of, and numbers (NIK, KK) that are issued once."""

import numpy as np

HEAD, HUSBAND, WIFE, CHILD, CHILD_IN_LAW, GRANDCHILD, PARENT, PARENT_IN_LAW, RELATIVE = range(1, 10)  # SIAK codes
ALIVE, DEAD, GONE = 0, 1, 2
SINGLE, MARRIED, DIVORCED, WIDOWED = 1, 2, 3, 4

PERSON = {  # one row a true person
    "hh": np.int32,  # family, a row number
    "rel": np.int8,
    "female": np.bool_,
    "born": np.int32,  # days since 1970-01-01
    "nik": np.int64,  # 0: none yet
    "name": (np.int16, 3),
    "mother": (np.int16, 3),
    "unnamed": np.bool_,  # a newborn, known as the child of its mother
    "status": np.int8,
    "ended": np.int32,  # day of death or departure
    "marital": np.int8,
    "nik_month": np.int32,  # when a newborn gets its NIK and name
    "gave_birth": np.int32,  # month of the last birth
}
FAMILY = {  # one row a true family (KK)
    "kk": np.int64,
    "kk_before": np.int64,
    "village": np.int16,
    "dusun": np.int16,
    "rt": np.int8,
    "rw": np.int8,
    "dwelling": np.int32,
    "wealth": np.float32,  # on the scale of a desil
    "desil": np.int8,  # 0: none
    "anchor": np.bool_,  # keeps its kecamatan inhabited at any scale: never leaves
    "outside": np.bool_,  # of another kabupaten, in a delivery by mistake
}


class Columns:
    """Named numpy columns of one length that grow together."""

    def __init__(self, kinds: dict):
        self.kinds = kinds
        self.size = 0
        for name, kind in kinds.items():
            dtype, width = kind if isinstance(kind, tuple) else (kind, None)
            setattr(self, name, np.zeros((0, width) if width else 0, dtype))

    def append(self, n: int, **values) -> np.ndarray:
        """Add `n` rows, zero where no value is given; their row numbers are returned."""
        for name in self.kinds:
            old = getattr(self, name)
            new = np.zeros((n, *old.shape[1:]), old.dtype)
            if name in values:
                new[...] = values[name]
            setattr(self, name, np.concatenate([old, new]))
        self.size += n
        return np.arange(self.size - n, self.size)


class Issuer:
    """Issues 16-digit numbers: a 12-digit prefix and a serial from 0001, no number twice."""

    def __init__(self):
        self._prefix = np.empty(0, np.int64)
        self._count = np.empty(0, np.int64)

    def issue(self, prefix: np.ndarray) -> np.ndarray:
        """One number for each prefix; equal prefixes get adjacent serials in the order given (twins)."""
        unique, inverse, count = np.unique(prefix, return_inverse=True, return_counts=True)
        order = np.argsort(inverse, kind="stable")
        first = np.cumsum(count) - count
        rank = np.empty(len(prefix), np.int64)
        rank[order] = np.arange(len(prefix)) - first[inverse[order]]
        everything = np.union1d(self._prefix, unique)
        before = np.zeros(len(everything), np.int64)
        before[np.searchsorted(everything, self._prefix)] = self._count
        at = np.searchsorted(everything, unique)
        number = prefix * 10_000 + before[at][inverse] + rank + 1
        before[at] += count
        self._prefix, self._count = everything, before
        return number


def calendar(days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Year, month, day of days since 1970-01-01."""
    date = np.asarray(days).astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    year = month.astype("datetime64[Y]")
    return (
        year.astype(np.int64) + 1970,
        (month - year.astype("datetime64[M]")).astype(np.int64) + 1,
        (date - month.astype("datetime64[D]")).astype(np.int64) + 1,
    )


def ddmmyy(days: np.ndarray, female: np.ndarray | None = None) -> np.ndarray:
    """The six date digits of a KK, or of a NIK when `female` is given (women: day + 40)."""
    year, month, day = calendar(days)
    day = day if female is None else day + 40 * female
    return day * 10_000 + month * 100 + year % 100


def month_number(periode: str) -> int:
    """YYYY-MM as a running number of months."""
    year, month = periode.split("-")
    return int(year) * 12 + int(month) - 1


def month_text(number: int) -> str:
    """The YYYY-MM of a running number of months."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def first_day(number: int) -> int:
    """The first day of a month, in days since 1970-01-01."""
    return int(np.datetime64(month_text(number), "M").astype("datetime64[D]").astype(np.int64))
