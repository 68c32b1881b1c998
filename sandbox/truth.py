"""Write the truth, for those who measure: who everybody is, what happened, whose each record is, and its faults."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sandbox import draws, faults, names

_TWICE = 0.00003
_STATUS = pa.array(["hidup", "meninggal", "pindah"])


def write_world(target: Path, world, touched) -> dict:
    """Write who everyone really is (`individu`, `rumah_tangga`) and what happened this month (`peristiwa`)."""
    p, h, where = world.persons, world.families, world.region
    village = pa.array(h.village)
    days = pa.array(p.born, pa.int32()).cast(pa.date32())
    ended = pa.array(p.ended, pa.int32(), mask=p.status == 0).cast(pa.date32())
    pq.write_table(pa.table({
        "id_orang": pa.array(range(p.size), pa.int64()), "id_rumah_tangga": p.hh.astype("int64"),
        "nik": pa.array(p.nik, pa.int64(), mask=p.nik == 0).cast(pa.string()),
        "nama": pc.utf8_upper(names.text(p.name)), "nama_ibu": pc.utf8_upper(names.text(p.mother)),
        "jenis_kelamin": pa.array(["L", "P"]).take(pa.array(p.female.astype("int8"))), "tanggal_lahir": days,
        "hubungan": p.rel, "status": _STATUS.take(pa.array(p.status)), "tanggal_akhir": ended,
        "nik_ganda": _given_twice(world),
    }), target / "individu.parquet")  # fmt: skip
    pq.write_table(pa.table({
        "id_rumah_tangga": pa.array(range(h.size), pa.int64()), "no_kk": pa.array(h.kk).cast(pa.string()),
        "no_kk_sebelum": pa.array(h.kk_before, mask=h.kk_before == 0).cast(pa.string()),
        "kode_desa": where.code.take(village), "dusun": h.dusun, "rt": h.rt, "rw": h.rw, "hunian": h.dwelling,
        "desil": pa.array(h.desil, mask=h.desil == 0), "luar_kabupaten": h.outside,
        "kesejahteraan": h.wealth,  # how well off it is, on the scale of a desil
    }), target / "rumah_tangga.parquet")  # fmt: skip
    events = [
        pa.table({"jenis": pa.array([kind] * len(who), pa.string()), "id_orang": who.astype("int64"),
                  "id_rumah_tangga": families.astype("int64")})
        for kind, who, families in touched.log
    ]  # fmt: skip
    pq.write_table(pa.concat_tables(events), target / "peristiwa.parquet")
    return {"orang": p.size, "rumah_tangga": h.size}


def _given_twice(world) -> np.ndarray:
    """Living persons whose NIK somebody in another district has too, as Dukcapil knows and no registry shows."""
    p = world.persons
    fit = (p.status == 0) & (p.nik > 0)
    twice = np.zeros(p.size, bool)
    twice[draws.smallest(max(1, round(_TWICE * p.size)), fit, world.seed, "nik_ganda", p.nik)] = True
    return twice


def of_records(con, source: str, rec: dict, fam: dict, ids: tuple[str, str], spoiled: dict) -> list[pa.Table]:
    """The truth about each person and family record of a source: (sumber, grain, id_sumber, id_benar, galat, nik_lama).

    `nik_lama` is the NIK of the record, if it is one that the person had before and that Dukcapil has replaced. `ids`
    is SQL for the id of a person and of a family; `spoiled` names the faults in the column `rusak` of both.
    """
    labels = {
        "nik": faults.NIK_FAULTS, "born": faults.BORN_FAULTS, "nama": faults.NAME_FAULTS, "ganda": ("", "ganda"),
        "ibu": ("", "ibu_tidak_diketahui"), "rusak": spoiled["person"],
    }  # fmt: skip
    parts = {"nik": rec["nik_fault"], "born": rec["born_fault"], "nama": rec["vf"], "ganda": rec["duplicate"],
             "ibu": rec["mother_fault"], "rusak": rec["rusak"]}  # fmt: skip
    con.register("rekaman_orang", pa.table({
        "record": rec["record"], "id_benar": rec["person"], "galat": _fault_names(parts, labels),
        "nik_lama": pa.array(rec["nik"], mask=rec["nik_fault"] != faults.OLD).cast(pa.string()),
    }))  # fmt: skip
    labels = {"kk": faults.KK_FAULTS, "desa": ("", "desa_salah"), "nol": ("", "nol_hilang"),
              "luar": ("", "luar_kabupaten"), "rusak": spoiled["family"]}  # fmt: skip
    parts = {"kk": fam["kk_fault"], "desa": fam["village_fault"], "nol": fam["zeros_fault"], "luar": fam["outside"],
             "rusak": fam["rusak"]}  # fmt: skip
    con.register("rekaman_rumah", pa.table({
        "hh": fam["hh"], "id_benar": fam["hh"].astype(np.int64), "galat": _fault_names(parts, labels),
        "nik_lama": pa.nulls(len(fam["hh"]), pa.string()),
    }))  # fmt: skip
    tables = [
        con.sql(
            f"select '{source}' as sumber, '{grain}' as grain, {key} as id_sumber, id_benar, galat, nik_lama"
            f" from {name}"
        ).to_arrow_table()
        for grain, key, name in (("individu", ids[0], "rekaman_orang"), ("rumah_tangga", ids[1], "rekaman_rumah"))
    ]
    con.unregister("rekaman_orang")
    con.unregister("rekaman_rumah")
    return tables


def _fault_names(parts: dict[str, np.ndarray], labels: dict[str, tuple[str, ...]]) -> pa.Array:
    """The faults of each record as a list: `parts` are fault numbers (or bools), `labels` their names."""
    n = len(next(iter(parts.values())))
    at, which = [], []
    for name, values in parts.items():
        rows = np.flatnonzero(values)
        words = pa.array(labels[name])
        at.append(rows)
        which.append(words.take(pa.array(values[rows].astype(np.int64))))
    rows = np.concatenate(at)
    order = np.argsort(rows, kind="stable")
    offsets = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(rows, minlength=n), out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), pa.concat_arrays(which).take(pa.array(order)))
