"""The faults of the registries, each with a name and a rate.

A fault is drawn once for a version of a record and stays until the record is updated. Rates are those of the
measured set-up of the linkage work; they keep below the refusal thresholds of contracts/rules.md.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox import draws
from sandbox.state import calendar


@dataclass(frozen=True)
class FaultRates:
    """Shares of the records of a source, person records where nothing else is said."""

    nik_missing: float = 0.03
    nik_digit: float = 0.015  # one digit wrong
    nik_other: float = 0.005  # another member's
    nik_scientific: float = 0.0003
    nik_zeros: float = 0.0003  # ...0000 by a spreadsheet
    nik_no_40: float = 0.002  # of women: the day without + 40
    nik_temporary: float = 0.0005  # serial 9999
    nik_old: float = 0.03  # of those with one digit wrong: not a slip, but the number that the person had before
    name: float = 0.08
    born: float = 0.02
    mother: float = 0.05  # TIDAK TAHU and the like
    kk: float = 0.06  # of families: an old number or a misspelt one
    village: float = 0.01  # of families: a wrong village, code and name agreeing
    lost_zeros: float = 0.02  # of families: RT and RW as a spreadsheet left them
    duplicate: float = 0.01  # the person stands in the source twice, with two ids
    duplicate_keeps_nik: float = 0.5
    dead_marked: float = 0.15  # of the dead that the source believes alive: "ALM." before the name
    housing: float = 0.03  # of observed values: one step off
    # Rows that a landing has to set aside; of the rows of their table.
    empty_name: float = 0.0002
    unknown_village: float = 0.0001
    contradicting_village: float = 0.0001
    unknown_code: float = 0.0001
    id_twice_other: float = 0.00005
    id_twice_same: float = 0.0001
    orphan: float = 0.00005  # a member of a family that is not in the delivery
    no_kecamatan: float = 0.001  # DTJateng: a family without the code of its kecamatan


PRESETS = {"biasa": FaultRates()}

NIK_FAULTS = (
    "", "nik_kosong", "nik_satu_digit", "nik_anggota_lain", "nik_ilmiah", "nik_nol", "nik_tanpa_40", "nik_sementara",
    "nik_lama",
)  # fmt: skip
MISSING, DIGIT, OTHER, SCIENTIFIC, ZEROS, NO_40, TEMPORARY, OLD = range(1, 9)
NAME_FAULTS = (
    "", "nama_oe", "nama_dj", "nama_tj", "nama_y", "nama_gelar", "nama_singkat", "nama_rapat", "nama_terpotong",
    "nama_huruf", "nama_ketik", "nama_satu_kata", "nama_terbalik", "nama_alm",
)  # fmt: skip
_NAME_WEIGHT = np.array([10, 6, 4, 4, 10, 14, 8, 6, 12, 14, 8, 4])
ALM = 13
KK_FAULTS = ("", "kk_lama", "kk_salah_ketik")
BORN_FAULTS = ("", "tanggal_baku", "tanggal_tertukar", "tanggal_salah")


def person_nik(rates: FaultRates, seed: int, source: str, rec: dict) -> tuple[np.ndarray, np.ndarray]:
    """The NIK as the source holds it (0 for none; SCIENTIFIC is left to the writer) and its fault numbers."""
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
    return np.where(fault == MISSING, 0, nik), fault.astype(np.int8)


def old_niks(rates: FaultRates, seed: int, source: str, rec: dict, issued: np.ndarray) -> np.ndarray:
    """Which records carry a number that Dukcapil once gave their person and has replaced.

    Some of the numbers with one digit wrong, where they could have been issued and are nobody's: what is delivered
    stays what it is.
    """
    digit = np.flatnonzero(rec["nik_fault"] == DIGIT)
    nik = rec["nik"][digit]
    day, month, serial = nik // 10**8 % 100 - 40 * rec["female"][digit], nik // 10**6 % 100, nik % 10_000
    sound = (day >= 1) & (day <= 28) & (month >= 1) & (month <= 12) & (serial >= 1) & (serial < 9999)
    chosen = draws.uniform(seed, f"{source}/nik_lama", rec["record"][digit], rec["version"][digit]) < rates.nik_old
    at = digit[sound & chosen]
    wanted = np.append(np.sort(rec["nik"][at]), 0)
    # Millions were issued and a few are wanted: looked up the other way round it would sort them all.
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
    return np.choose(kind, (rec["born"], usual, swapped, wrong)).astype(np.int32), kind.astype(np.int8)


def name_kind(rates: FaultRates, seed: int, source: str, rec: dict) -> np.ndarray:
    """Which variant of its name a record holds (a position in NAME_FAULTS, 0 for the true name)."""
    key = (rec["record"], rec["version"])
    share = np.where(rec["duplicate"], min(1.0, rates.name * 4), rates.name)
    kind = (
        np.searchsorted(np.cumsum(_NAME_WEIGHT) / _NAME_WEIGHT.sum(), draws.uniform(seed, f"{source}/ragam", *key)) + 1
    )
    kind = np.where(draws.uniform(seed, f"{source}/nama", *key) < share, kind, 0)
    marked = rec["dead_unknown"] & (draws.uniform(seed, f"{source}/alm", *key) < rates.dead_marked)
    return np.where(marked, ALM, kind).astype(np.int8)


# What a name must hold for a variant of it; a name without it is keyed wrongly instead.
_ROOM = {
    1: "U", 2: "(^|[^D])J", 3: "C[^H]", 4: r"\bJ", 6: r"^(MUHAMMAD|ABDUL|SITI|A\w*MAD) |^NUR| \w\w+$",
    7: " ", 8: ".{6}",
    9: "H$|[AINT][DJKLMN]", 11: " ", 12: " ",
}  # fmt: skip
_KEYED = 10


def fit_names(kind: np.ndarray, name: pa.Array) -> None:
    """Change, in place, variants that a name has no room for into keying errors."""
    for number, pattern in _ROOM.items():
        at = np.flatnonzero(kind == number)
        room = pc.match_substring_regex(name.take(pa.array(at)), pattern).to_numpy(zero_copy_only=False)
        kind[at[~room]] = _KEYED


NAME_SQL = r"""
case vf
  when 0 then nama
  when 1 then regexp_replace(nama, 'U', 'OE')
  when 2 then regexp_replace(nama, '(^|[^D])J', '\1DJ')
  when 3 then regexp_replace(nama, 'C([^H])', 'TJ\1')
  when 4 then regexp_replace(nama, '\bJ', 'Y')
  when 5 then case when perempuan then list_value('HJ. ', 'IBU ', 'NY. ')[1 + (hx % 3)::int]
                   else list_value('H. ', 'BPK. ', 'DRS. ', 'MBAH ')[1 + (hx % 4)::int] end || nama
  when 6 then case
    when nama like 'MUHAMMAD %' then list_value('MUHAMAD', 'MOHAMMAD', 'MOH.', 'MOCH.', 'MUH.', 'M.')[1 + (hx % 6)::int]
      || substr(nama, 9)
    when nama like 'ABDUL %' then list_value('ABD.', 'ABDOEL')[1 + (hx % 2)::int] || substr(nama, 6)
    when nama like 'SITI %' then list_value('ST.', 'SITTI', 'STI')[1 + (hx % 3)::int] || substr(nama, 5)
    when nama like 'A%MAD %' then 'AKHMAD' || regexp_extract(nama, ' .*')
    when nama like 'NUR%' then 'NOER' || substr(nama, 4)
    else regexp_replace(nama, ' (\w)\w+$', ' \1') end
  when 7 then replace(nama, ' ', '')
  when 8 then left(nama, greatest(4, least(20, length(nama) - 3)))
  when 9 then case when nama like '%H' then left(nama, length(nama) - 1)
                   else regexp_replace(nama, '([AINT])([DJKLMN])', '\1\2\2') end
  when 11 then regexp_extract(nama, '^\S+')
  when 12 then regexp_replace(nama, '^(\S+) (.*)$', '\2 \1')
  when 13 then case when perempuan then 'ALMH. ' else 'ALM. ' end || nama
  else nama end
"""
# A keying error at `tempat`: two different letters change places, or one letter is another.
KEYED_SQL = """
case when vf <> 10 then ragam
  when substr(nama, tempat, 1) <> substr(nama, tempat + 1, 1)
    and (hx % 2 = 0 or not substr(nama, tempat, 1) between 'A' and 'Z')
    then left(nama, tempat - 1) || substr(nama, tempat + 1, 1) || substr(nama, tempat, 1) || substr(nama, tempat + 2)
  else left(nama, tempat - 1) || chr(65 + (ascii(substr(nama, tempat, 1)) - 64 + (hx // 7) % 24)::int % 26)
    || substr(nama, tempat + 1) end
"""


def with_variants(table: str) -> str:
    """SQL: the rows of `table` with `nama` replaced by the variant that `vf` asks for (needs hx, perempuan)."""
    return f"""
    select * replace ({KEYED_SQL} as nama) from (
      select *, {NAME_SQL} as ragam, 2 + (hx // 3 % greatest(1, length(nama) - 2))::int as tempat from {table})
    """


def family_kk(rates: FaultRates, seed: int, source: str, rec: dict) -> tuple[np.ndarray, np.ndarray]:
    """The KK number as the source holds it and its fault numbers: half of them old, half misspelt."""
    key = (rec["hh"], rec["version"])
    u = draws.uniform(seed, f"{source}/kk", *key)
    kind = np.where(u < rates.kk / 2, 1, np.where(u < rates.kk, 2, 0)).astype(np.int8)
    wrong = _wrong_digit(rec["kk"], seed, f"{source}/kk", *key)
    return np.choose(kind, (rec["kk"], rec["kk_before"], wrong)), kind


def family_village(rates: FaultRates, seed: int, source: str, rec: dict, region) -> tuple[np.ndarray, np.ndarray]:
    """The village as the source holds it and whether it is wrong: mostly a neighbour in its kecamatan."""
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
