"""Invented names in the manner of Blora: single Javanese names of the old, compound names of the young."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

_FILE = Path(__file__).parent / "kata.yml"


def words(pool: str) -> list[str]:
    """The words of a pool of `kata.yml`."""
    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))[pool].split()


def _word_list() -> tuple[list[str], dict[tuple[str, str], tuple[int, int]]]:
    """All words in one list (0 = no word) and the range of each pool in it."""
    all_words, ranges = [""], {}
    for sex in ("L", "P"):
        old = [stem + ending for ending in words(f"akhiran_{sex.lower()}") for stem in words("batang")]
        first, second = words(f"depan_{sex.lower()}"), words(f"belakang_{sex.lower()}")
        for pool, members in (("old", old), ("first", first), ("second", second)):
            ranges[sex, pool] = (len(all_words), len(all_words) + len(members))
            all_words += members
    return all_words, ranges


_WORDS, _RANGES = _word_list()
_ARROW = pa.array([None, *_WORDS[1:]], pa.string())


def _from_pool(rng: np.random.Generator, sex: str, pool: str, n: int) -> np.ndarray:
    """Word numbers from a pool, the common ones several times as often as the rare (like real first names)."""
    start, end = _RANGES[sex, pool]
    size = end - start
    shuffled = np.random.default_rng(size).permutation(size)  # common is not alphabetical
    return (shuffled[(rng.random(n) ** 1.5 * size).astype(np.int64)] + start).astype(np.int16)


def draw(rng: np.random.Generator, female: np.ndarray, birth_year: np.ndarray) -> np.ndarray:
    """Names as an (n, 3) int16 array of word numbers, 0 for an absent word."""
    n = len(female)
    out = np.zeros((n, 3), np.int16)
    for sex, mask in (("L", ~female), ("P", female)):
        idx = np.flatnonzero(mask)
        year = birth_year[idx]
        old = rng.random(len(idx)) < np.clip((1998 - year) / 40.0, 0.0, 0.92)
        single = rng.random(len(idx)) < np.where(old, 0.72, 0.06)
        third = rng.random(len(idx)) < np.where(old, 0.0, np.clip((year - 1985) / 60.0, 0.03, 0.5))
        out[idx, 0] = np.where(old, _from_pool(rng, sex, "old", len(idx)), _from_pool(rng, sex, "first", len(idx)))
        out[idx, 1] = np.where(single, 0, _from_pool(rng, sex, "second", len(idx)))
        out[idx, 2] = np.where(single | ~third, 0, _from_pool(rng, sex, "second", len(idx)))
    out[:, 2] = np.where(out[:, 2] == out[:, 1], 0, out[:, 2])
    return out


def text(numbers: np.ndarray) -> pa.Array:
    """The names of an (n, 3) array of word numbers as strings in title case."""
    parts = [_ARROW.take(pa.array(numbers[:, i], pa.int16())) for i in range(3)]
    return pc.binary_join_element_wise(*parts, " ", null_handling="skip")
