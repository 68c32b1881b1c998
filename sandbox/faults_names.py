"""Names as registries hold them: which variant of its name a record has, and SQL that makes it from the true name."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox import draws
from sandbox.faults_rates import ALM, FaultRates, OtherRates

_NAME_WEIGHT = np.array([10, 6, 4, 4, 10, 14, 8, 6, 12, 14, 8, 4])
# The held-out variants, from number 14 on.
_INITIALS = 14
_OTHER_WEIGHT = np.array([16, 12, 14, 10, 8, 16, 14, 10])


def name_kind(rates: FaultRates, seed: int, source: str, rec: dict) -> np.ndarray:
    """Which variant of its name a record holds (a position in NAME_FAULTS, 0 for the true name)."""
    key = (rec["record"], rec["version"])
    share = np.where(rec["duplicate"], min(1.0, rates.name * 4), rates.name)
    kind = (
        np.searchsorted(np.cumsum(_NAME_WEIGHT) / _NAME_WEIGHT.sum(), draws.uniform(seed, f"{source}/ragam", *key)) + 1
    )
    kind = np.where(draws.uniform(seed, f"{source}/nama", *key) < share, kind, 0)
    if isinstance(rates, OtherRates):
        kind = _other_kind(rates, seed, source, rec)
    marked = rec["dead_unknown"] & (draws.uniform(seed, f"{source}/alm", *key) < rates.dead_marked)
    return np.where(marked, ALM, kind).astype(np.int8)


def _other_kind(rates: OtherRates, seed: int, source: str, rec: dict) -> np.ndarray:
    """The variants of the held-out model."""
    key = (rec["record"], rec["version"])
    share = np.where(rec["duplicate"], min(1.0, rates.name_other * 4), rates.name_other)
    edges = np.cumsum(_OTHER_WEIGHT) / _OTHER_WEIGHT.sum()
    kind = np.searchsorted(edges, draws.uniform(seed, f"{source}/ragam_lain", *key)) + _INITIALS
    return np.where(draws.uniform(seed, f"{source}/nama_lain", *key) < share, kind, 0)


# Variant -> the pattern that a name must match to have it. A name that does not match gets a keying error instead.
_ROOM = {
    1: "U", 2: "(^|[^D])J", 3: "C[^H]", 4: r"\bJ", 6: r"^(MUHAMMAD|ABDUL|SITI|A\w*MAD) |^NUR| \w\w+$",
    7: " ", 8: ".{6}",
    9: "H$|[AINT][DJKLMN]", 11: " ", 12: " ",
    14: " ", 15: " ", 16: " ", 17: r" \w{4}", 18: r" \w+$", 20: r"[FVZIE]|[DBG]\b", 21: " ",
}  # fmt: skip
_KEYED, _KEYBOARD = 10, 19


def fit_names(kind: np.ndarray, name: pa.Array) -> None:
    """Change, in place, variants that a name has no room for into keying errors."""
    for number, pattern in _ROOM.items():
        at = np.flatnonzero(kind == number)
        room = pc.match_substring_regex(name.take(pa.array(at)), pattern).to_numpy(zero_copy_only=False)
        kind[at[~room]] = _KEYED if number < _INITIALS else _KEYBOARD


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
  when 14 then regexp_replace(nama, ' (\w)\S*', case when hx % 2 = 0 then ' \1.' else ' \1' end, 'g')
  when 15 then regexp_replace(nama, '^(\w)\S*', case when hx % 2 = 0 then '\1.' else '\1' end)
  when 16 then regexp_replace(nama, '^(.*) (\S+)$', '\2 \1')
  when 17 then regexp_replace(nama, ' (\w{3})\w+', case when hx % 2 = 0 then ' \1.' else ' \1' end, 'g')
  when 18 then regexp_extract(nama, '^.* ') || left(regexp_extract(nama, '\S+$'), 1)
    || regexp_replace(substr(regexp_extract(nama, '\S+$'), 2), '[AIUEO]', '', 'g')
  when 19 then left(nama, huruf - 1) || translate(substr(nama, huruf, 1),
    'QWERTYUIOPASDFGHJKLZXCVBNM', 'WERTYUIOPOSDFGHJKLKXCVBNMN') || substr(nama, huruf + 1)
  when 20 then case when nama like '%F%' then replace(nama, 'F', 'P') when nama like '%V%' then replace(nama, 'V', 'F')
    when nama like '%Z%' then replace(nama, 'Z', 'S')
    when regexp_matches(nama, '[DBG]\b') then regexp_replace(regexp_replace(regexp_replace(
      nama, 'D\b', 'T', 'g'), 'B\b', 'P', 'g'), 'G\b', 'K', 'g')
    when nama like '%I%' then regexp_replace(nama, 'I', 'E') else regexp_replace(nama, 'E', 'I') end
  when 21 then regexp_replace(nama, ' ', '')
  else nama end
"""
# SQL for a keying error at position `tempat`: two different letters change places, or one is replaced by another.
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
      select *, {NAME_SQL} as ragam from (
        select *, 2 + (hx // 3 % greatest(1, length(nama) - 2))::int as tempat,
          case when substr(nama, tempat, 1) between 'A' and 'Z' then tempat else tempat + 1 end as huruf from {table}))
    """
