"""Reproducible draws that need no stored state.

A draw is a hash of (seed, what it is for, which thing, which version of it), so a fault stays with its record
until the record is updated, and a world built twice is the same world.
"""

import hashlib

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def _splitmix(x: np.ndarray) -> np.ndarray:
    """The splitmix64 finaliser: a well mixed 64-bit value of each input."""
    with np.errstate(over="ignore"):
        x = x + _GOLDEN
        x = (x ^ (x >> np.uint64(30))) * _MIX_1
        x = (x ^ (x >> np.uint64(27))) * _MIX_2
    return x ^ (x >> np.uint64(31))


def bits(seed: int, purpose: str, *keys) -> np.ndarray:
    """64 random bits for each combination of `keys` (integer arrays or scalars, broadcast together)."""
    digest = hashlib.blake2b(f"{seed}/{purpose}".encode(), digest_size=8).digest()
    state = np.asarray(int.from_bytes(digest, "big"), dtype=np.uint64).reshape(1)
    for key in keys:
        state = _splitmix(state ^ np.asarray(key).astype(np.int64).astype(np.uint64))
    return _splitmix(state)


def uniform(seed: int, purpose: str, *keys) -> np.ndarray:
    """Uniform numbers in [0, 1), float64."""
    return (bits(seed, purpose, *keys) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def pick(n: int, seed: int, purpose: str, *keys) -> np.ndarray:
    """Integers in 0 .. n-1, int64."""
    return (bits(seed, purpose, *keys) % np.uint64(n)).astype(np.int64)


def generator(seed: int, purpose: str, *keys: int) -> np.random.Generator:
    """A numpy generator for draws made once, in order (the first population, a month's events)."""
    return np.random.Generator(np.random.PCG64(bits(seed, purpose, *keys)))


def smallest(count: int, eligible: np.ndarray, seed: int, purpose: str, *keys) -> np.ndarray:
    """The `count` positions of `eligible` (bool) with the lowest draw: the same ones while they stay eligible."""
    draw = np.where(eligible, uniform(seed, purpose, *keys), 2.0)
    count = min(count, int(eligible.sum()))
    return np.argsort(draw, kind="stable")[:count]
