"""What the writers of the three sources share: their tables in DuckDB, and SQL for values that all of them show."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox import draws, dwelling, faults, region
from sandbox.state import first_day

NIK = "case when nik_fault = 4 then printf('%.5fE+15', nik / 1e15) when nik = 0 then null else nik::varchar end"
DATE = "(date '1970-01-01' + {}::int)"
ADDRESS = "'DK. ' || dusun || ' RT ' || lpad(rt::varchar, 2, '0') || ' RW ' || lpad(rw::varchar, 2, '0')"
_PERSON = (
    "person", "record", "hh", "rel", "nik", "nik_fault", "born", "status", "ended", "marital", "updated", "vf", "hx",
    "nama", "nama_asli", "mother", "rusak",
)  # fmt: skip
_FAMILY = ("hh", "kk", "rt", "rw", "updated", "desil", "members", "gone", "first", "rusak", "zeros_fault")


def three_digits(column: str) -> str:
    """SQL: RT or RW of `rumah` (alias r) in three digits, or as a spreadsheet left it."""
    return f"case when r.zeros_fault then r.{column}::varchar else lpad(r.{column}::varchar, 3, '0') end"


def spoil(table: dict, kinds: tuple[float, ...], free: np.ndarray, seed: int, purpose: str, key: np.ndarray) -> None:
    """Give `table` a column `rusak`: n (from 1) for the `free` rows that the n-th rate in `kinds` picks, 0 for others.

    Each rate above 0 picks at least one row, so that each kind is met at any scale.
    """
    table["rusak"] = np.zeros(len(key), np.int8)
    for kind, rate in enumerate(kinds, start=1):
        count = max(1, round(rate * len(key))) if rate else 0
        chosen = draws.smallest(count, free & (table["rusak"] == 0), seed, f"{purpose}/{kind}", key)
        table["rusak"][chosen] = kind


def register_people(con, world, rec: dict, **more: np.ndarray) -> None:
    """Table `orang`: the person records with their name variants, `ord` in their order, and `more` columns."""
    columns = {key: rec[key] for key in _PERSON} | {"perempuan": rec["female"], "ord": np.arange(len(rec["hh"]))}
    columns["usia"] = ((first_day(world.month) - rec["true_born"]) / 365.25).astype(np.int16)
    empty = rec["rusak"] == 1
    columns["nama"] = pc.if_else(pa.array(empty), "-", rec["nama"])
    columns["vf"] = np.where(empty, 0, rec["vf"])
    con.register("orang_asli", pa.table(columns | more))
    con.execute(f"create or replace temp table orang as {faults.with_variants('orang_asli')}")
    con.unregister("orang_asli")


def register_families(con, world, source: str, rates: faults.FaultRates, fam: dict, **more) -> None:
    """Table `rumah`: the family records with their place, house and assets, and `more` columns."""
    where, village = world.region, pa.array(fam["village"])
    columns = {key: fam[key] for key in _FAMILY} | {
        "kode_desa": where.code.take(village), "desa": where.name.take(village),
        "kode_kecamatan": where.kecamatan_code.take(village), "kecamatan": where.kecamatan_name.take(village),
        "kecamatan_bps": where.kecamatan_bps.take(village),
        "dusun": region.DUSUN.take(pa.array((fam["dusun"] * 7 + fam["village"] * 3) % len(region.DUSUN))),
    }  # fmt: skip
    columns |= dwelling.observe(rates.housing, world.seed, source, fam)
    con.register("rumah", pa.table(columns | more))
