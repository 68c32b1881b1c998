"""Housing and assets of a family by DTSEN's names and codes (domain.md 1.3), from how well off it is."""

import numpy as np

from sandbox import draws

# name -> ((code, the wealth up to which a family has it), ...),
# the poorer end first. For assets 1 is ya and 2 is tidak.
_CODES = {
    "status_kepemilikan_rumah": ((3, 1.2), (2, 1.6), (1, 99)),
    "jenis_lantai_terluas": ((8, 2.0), (5, 2.6), (6, 5.0), (4, 6.5), (2, 10.0), (1, 99)),
    "jenis_dinding_terluas": ((6, 0.8), (4, 1.6), (3, 5.0), (1, 99)),
    "jenis_atap_terluas": ((3, 0.6), (4, 1.0), (2, 10.3), (1, 99)),
    "sumber_air_minum_utama": ((8, 0.5), (6, 1.2), (7, 1.8), (5, 4.5), (4, 6.5), (3, 8.5), (2, 99)),
    "sumber_penerangan_utama": ((4, -0.8), (2, 1.2), (1, 99)),
    "daya_terpasang": ((1, 3.5), (2, 6.5), (3, 9.0), (4, 10.8), (5, 99)),
    "bahan_bakar_utama_memasak": ((10, 2.8), (4, 9.5), (3, 10.5), (1, 99)),
    "fasilitas_bab": ((6, 0.6), (4, 1.0), (2, 2.2), (1, 99)),
    "jenis_kloset": ((4, 1.2), (3, 1.8), (2, 2.2), (1, 99)),
    "pembuangan_akhir_tinja": ((3, 0.9), (4, 2.2), (1, 99)),
    "aset_bergerak_lemari_es": ((2, 4.0), (1, 99)),
    "aset_bergerak_ac": ((2, 9.8), (1, 99)),
    "aset_bergerak_emas_perhiasan": ((2, 6.0), (1, 99)),
    "aset_bergerak_komputer_laptop_tablet": ((2, 7.5), (1, 99)),
    "aset_bergerak_sepeda_motor": ((2, 2.0), (1, 99)),
    "aset_bergerak_mobil": ((2, 8.8), (1, 99)),
    "aset_tidak_bergerak_lahan_lainnya": ((2, 6.5), (1, 99)),
    "aset_tidak_bergerak_rumah_lainnya": ((2, 10.0), (1, 99)),
}
HOUSING = tuple(name for name in _CODES if not name.startswith("aset_"))
ASSETS = tuple(name for name in _CODES if name.startswith("aset_"))
LIVESTOCK = ("jumlah_ternak_sapi", "jumlah_ternak_kambing_domba")


def observe(rate: float, seed: int, source: str, rec: dict) -> dict[str, np.ndarray]:
    """What a source noted of each family: an int column for each attribute; of the housing and asset codes a share of
    `rate` is one step off.
    """
    out = {}
    for name, steps in _CODES.items():
        codes = np.array([code for code, _ in steps], np.int8)
        edges = np.array([edge for _, edge in steps[:-1]])
        level = rec["wealth"] + 3.0 * (draws.uniform(seed, name, rec["dwelling"]) - 0.5)
        off = draws.uniform(seed, f"{source}/{name}", rec["hh"], rec["version"])
        at = np.searchsorted(edges, level, side="right")
        at = np.where(off < rate / 2, at - 1, np.where(off < rate, at + 1, at))
        out[name] = codes[np.clip(at, 0, len(codes) - 1)]
    for name, share, most in zip(LIVESTOCK, (0.22, 0.28), (4, 9), strict=True):
        some = draws.uniform(seed, name, rec["hh"]) < share
        out[name] = np.where(some, 1 + draws.pick(most, seed, name + "/n", rec["hh"]), 0).astype(np.int8)
    area = 20 + rec["wealth"] * 9 + draws.uniform(seed, "luas", rec["dwelling"]) * 40
    out["luas_lantai"] = np.round(area).astype(np.int16)
    return out
