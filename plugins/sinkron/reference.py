"""Reference data under version control (the dbt seeds), read by the Python side: thresholds, floors, regions."""

from __future__ import annotations

import csv
import re
from collections import Counter

from sinkron import period
from sinkron.settings import Settings, SettingsError


def _rows(settings: Settings, seed: str) -> list[dict[str, str]]:
    with (settings.seeds / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _in_force(settings: Settings, seed: str, periode: str) -> list[dict[str, str]]:
    day = period.reference_date(periode).isoformat()
    rows = sorted(_rows(settings, seed), key=lambda row: row["berlaku_dari"])
    return [row for row in rows if row["berlaku_dari"] <= day]


def thresholds(settings: Settings, periode: str) -> dict[str, tuple[float, int]]:
    """Thresholds in force on the last day of the month, from the dated seed `ambang`: name -> (value, minimum)."""
    rows = _in_force(settings, "ambang", periode)
    return {row["nama"]: (float(row["nilai"]), int(row["minimum_baris"])) for row in rows}


def absolute_floors(settings: Settings, periode: str) -> dict[str, int]:
    """Absolute floors of rows, `<sumber>.<entitas>` -> rows, from the seed `batas_mutlak` (empty by default)."""
    return {row["kunci"]: int(row["minimum"]) for row in _in_force(settings, "batas_mutlak", periode)}


def check_region(settings: Settings) -> None:
    """Raises SettingsError unless the seeds hold the settings' kabupaten; otherwise its sources would get the blame."""
    code = settings.kabupaten
    if not re.fullmatch(r"\d\d\.\d\d", code):
        raise SettingsError(
            f"SINKRON_WILAYAH must be a dotted Kemendagri code (NN.NN), got {code!r};"
            f" correct it in the environment or {settings.env_file}"
        )
    if not settings.nama_kabupaten:
        raise SettingsError(
            f"SINKRON_NAMA_WILAYAH is not set, expected the name of {code} as reports show it;"
            f" put it into the environment or {settings.env_file}"
        )
    codes = [c for c in _codes(settings, "wilayah", "kode") if c.startswith(f"{code}.")]
    kecamatan, villages = ({c for c in codes if c.count(".") == dots} for dots in (2, 3))
    for seed, known in (
        ("wilayah", {village[:8] for village in villages}),
        ("kecamatan_bps", set(_codes(settings, "kecamatan_bps", "kode_kecamatan"))),
    ):
        if not kecamatan or kecamatan - known:
            raise SettingsError(
                f"seed {seed}.csv does not hold {', '.join(sorted(kecamatan - known)) or 'any kecamatan'} of"
                f" SINKRON_WILAYAH {code}; add the district's rows (docs/runbooks/another-district.md)"
            )


def _codes(settings: Settings, seed: str, column: str) -> list[str]:
    """The codes of a seed. Raises SettingsError for a duplicate code, and for a file as spreadsheets write it."""
    rows = _rows(settings, seed)
    if (rows and column not in rows[0]) or b"\r" in (settings.seeds / f"{seed}.csv").read_bytes():
        raise SettingsError(
            f"seed {seed}.csv is not as expected: UTF-8 without BOM, commas, lines that end in LF, a column {column}"
        )
    codes = [row[column] for row in rows]
    if wrong := sorted(c for c, n in Counter(codes).items() if n > 1 or not re.fullmatch(r"[0-9.]+", c or "")):
        raise SettingsError(f"seed {seed}.csv: {', '.join(map(repr, wrong[:5]))} stands there twice or is no code")
    return codes


def count_kecamatan(settings: Settings) -> int:
    """How many kecamatan the kabupaten has, from the seed `wilayah`."""
    codes = {row["kode"] for row in _rows(settings, "wilayah")}
    return sum(code.startswith(f"{settings.kabupaten}.") and code.count(".") == 2 for code in codes)
