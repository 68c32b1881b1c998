"""The 16 kecamatan and 295 villages, their codes in two systems, where they lie and how many live there."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from sandbox import draws, names

# Kemendagri number -> (BPS code of the kecamatan, rough population in thousands, latitude, longitude).
# Codes: domain.md 2.4. Population and position are rough: they only spread people plausibly.
KECAMATAN = {
    1: ("3316010", 44, -7.22, 111.23),
    2: ("3316020", 74, -7.19, 111.38),
    3: ("3316030", 39, -7.26, 111.45),
    4: ("3316040", 54, -7.20, 111.53),
    5: ("3316050", 75, -7.15, 111.59),
    6: ("3316060", 26, -7.10, 111.56),
    7: ("3316070", 38, -7.03, 111.53),
    8: ("3316090", 60, -7.02, 111.47),
    9: ("3316100", 93, -6.97, 111.42),
    10: ("3316120", 47, -6.95, 111.35),
    11: ("3316110", 61, -7.06, 111.36),
    12: ("3316140", 58, -6.99, 111.27),
    13: ("3316150", 64, -7.03, 111.19),
    14: ("3316160", 61, -6.92, 111.20),
    15: ("3316080", 25, -6.95, 111.51),
    16: ("3316130", 35, -6.90, 111.32),
}
# Villages beyond the border, for the few rows that a delivery carries of another kabupaten.
OUTSIDE = (
    ("33.17.01.2003", "Pelemsari", "33.17.01", "Sumber"),
    ("33.15.12.2006", "Tambakselo", "33.15.12", "Wirosari"),
    ("35.22.15.2010", "Padangan", "35.22.15", "Padangan"),
)
NEIGHBOURS = np.array([331501, 331512, 331701, 331805, 352109, 352215, 352310])  # foreign NIK prefixes
DUSUN = pa.array([name.upper() for name in names.words("dusun")])


@dataclass(frozen=True)
class Region:
    """Villages as parallel arrays; the last len(OUTSIDE) of them lie outside the district."""

    code: pa.Array  # 33.16.08.2001
    name: pa.Array
    kecamatan: np.ndarray  # 1..16, 0 outside
    kecamatan_code: pa.Array
    kecamatan_name: pa.Array
    kecamatan_bps: pa.Array
    lat: np.ndarray
    lon: np.ndarray
    weight: np.ndarray  # share of the people of its kecamatan
    inside: int

    def nik_prefix(self, village: np.ndarray) -> np.ndarray:
        """The six region digits that a number issued in this village begins with."""
        return 331600 + self.kecamatan[village].astype(np.int64)


def load(seed: int) -> Region:
    """Read the villages beside this file (Kemendagri codes, data/wilayah_blora.csv of the project's brief)."""
    with (Path(__file__).parent / "wilayah_blora.csv").open(newline="", encoding="utf-8") as file:
        rows = [(row["kode"], row["nama"]) for row in csv.DictReader(file)]
    kecamatan_names = {int(kode[6:8]): nama for kode, nama in rows if len(kode) == 8}
    villages = [(kode, nama) for kode, nama in rows if len(kode) == 13]
    number = np.array([int(kode[6:8]) for kode, _ in villages])
    n = len(villages)
    centre = np.array([KECAMATAN[k][2:4] for k in number])
    spread = np.stack([draws.uniform(seed, f"desa/{axis}", np.arange(n)) for axis in ("lat", "lon")], axis=1)
    place = centre + (spread - 0.5) * 0.07
    weight = 0.4 + draws.uniform(seed, "desa/penduduk", np.arange(n)) ** 2
    outside = len(OUTSIDE)
    return Region(
        code=pa.array([kode for kode, _ in villages] + [row[0] for row in OUTSIDE]),
        name=pa.array([nama for _, nama in villages] + [row[1] for row in OUTSIDE]),
        kecamatan=np.concatenate([number, np.zeros(outside, int)]).astype(np.int8),
        kecamatan_code=pa.array([kode[:8] for kode, _ in villages] + [row[2] for row in OUTSIDE]),
        kecamatan_name=pa.array([kecamatan_names[k] for k in number] + [row[3] for row in OUTSIDE]),
        kecamatan_bps=pa.array([KECAMATAN[k][0] for k in number] + [None] * outside),
        lat=np.concatenate([place[:, 0], np.full(outside, -6.85)]),
        lon=np.concatenate([place[:, 1], np.full(outside, 111.45)]),
        weight=np.concatenate([weight, np.zeros(outside)]),
        inside=n,
    )


def villages_for(region: Region, rng: np.random.Generator, count: int, floor: int) -> np.ndarray:
    """A village for each of `count` families, by population; every kecamatan gets at least `floor` families."""
    population = np.array([KECAMATAN[k][1] for k in sorted(KECAMATAN)], float)
    share = np.full(len(population), floor)
    share += np.floor((count - share.sum()) * population / population.sum()).astype(int)
    share[8] += count - share.sum()  # what rounding leaves lives in the town of Blora
    out = []
    for number, families in enumerate(share, start=1):
        own = np.flatnonzero(region.kecamatan == number)
        out.append(rng.choice(own, size=families, p=region.weight[own] / region.weight[own].sum()))
    return np.concatenate(out).astype(np.int16)
