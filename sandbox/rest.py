"""What the two REST sources serve, built once a month: the JSON of each row in one file, beside its offsets.

A page of any size is then a slice of the file.
"""

import os
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from sandbox import draws, dtsen, dwelling, faults, records, region
from sandbox.state import ALIVE, DEAD, first_day

_COMMON_PERSON = (
    "person",
    "record",
    "hh",
    "rel",
    "nik",
    "nik_fault",
    "born",
    "status",
    "ended",
    "vf",
    "hx",
    "nama",
    "mother",
)


class Rows:
    """The rows of one read: bytes of `{...},{...},` and where each begins."""

    def __init__(self, path: Path):
        """Open what `save` wrote; raises FileNotFoundError when the month was not built."""
        self._path = path
        index = np.load(path.with_suffix(".npz"))
        self.offsets, self.order, self.ids = index["offsets"], index["order"], index["ids"]
        self.changed = index["changed"] if "changed" in index else None
        self.count = len(self.offsets) - 1
        self._file = path.open("rb")

    def slice(self, start: int, end: int) -> bytes:
        """Rows start .. end-1 joined by commas, without brackets."""
        start, end = min(start, self.count), min(end, self.count)
        if start >= end:
            return b""
        size = int(self.offsets[end] - self.offsets[start])
        return os.pread(self._file.fileno(), size, int(self.offsets[start]))[:-1]

    def find(self, identifier: str) -> int | None:
        """The row with this id, None when there is none."""
        at = int(np.searchsorted(self.ids, identifier.encode()))
        if at < self.count and self.ids[at] == identifier.encode():
            return int(self.order[at])
        return None


def save(path: Path, rows: pa.Table) -> None:
    """Write a table (id, body, changed?) as Rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = rows["body"].combine_chunks().cast(pa.large_string())
    offsets = np.frombuffer(body.buffers()[1], np.int64)[body.offset : body.offset + len(body) + 1]
    with path.open("wb") as file:
        file.write(memoryview(body.buffers()[2])[offsets[0] : offsets[-1]])
    ids = np.array(rows["id"].to_numpy(zero_copy_only=False), dtype="S")
    order = np.argsort(ids, kind="stable")
    extra = {"changed": rows["changed"].to_numpy()} if "changed" in rows.column_names else {}
    np.savez(path.with_suffix(".npz"), offsets=offsets - offsets[0], order=order, ids=ids[order], **extra)


def _tables(con: duckdb.DuckDBPyConnection, registry, rates: faults.FaultRates, more_person: dict, more_family):
    """Register `orang` (with name variants) and `rumah` of a registry; returns the records."""
    world, source = registry.world, registry.character.name
    rec = records.persons(registry, rates)
    fam = records.families(registry, rates, rec)
    where = world.region
    free = ~world.families.anchor[rec["hh"]] & (rec["rel"] != 1)
    rec["rusak"] = np.zeros(len(rec["hh"]), np.int8)
    rec["rusak"][draws.smallest(max(1, round(rates.empty_name * len(free))), free, world.seed, f"{source}/rusak",
                                rec["record"])] = 1  # fmt: skip
    rec["nama"] = pa.compute.if_else(pa.array(rec["rusak"] == 1), "-", rec["nama"])
    rec["vf"][rec["rusak"] == 1] = 0
    person = {key: rec[key] for key in _COMMON_PERSON} | {"perempuan": rec["female"], "ord": np.arange(len(rec["hh"]))}
    person["usia"] = ((first_day(world.month) - rec["true_born"]) / 365.25).astype(np.int16)
    person |= {key: make(rec) for key, make in more_person.items()}
    con.register("orang_asli", pa.table(person))
    con.execute(f"create or replace temp table orang as {faults.with_variants('orang_asli')}")
    fam["rusak"] = np.zeros(len(fam["hh"]), np.int8)
    village = pa.array(fam["village"])
    family = {
        key: fam[key] for key in ("hh", "kk", "rt", "rw", "updated", "members", "gone", "zeros_fault", "dwelling")
    }
    family |= {
        "kode_desa": where.code.take(village), "desa": where.name.take(village),
        "kecamatan_bps": where.kecamatan_bps.take(village),
        "dusun": region.DUSUN.take(pa.array((fam["dusun"] * 7 + fam["village"] * 3) % len(region.DUSUN))),
    }  # fmt: skip
    family |= dwelling.observe(rates.housing, world.seed, source, fam)
    family |= more_family(world, fam)
    con.register("rumah", pa.table(family))
    return rec, fam


def dtjateng(con, registry, programmes, rates: faults.FaultRates, path: Path) -> list[pa.Table]:
    """Build the province's household rows of the world's month; returns the truth about them."""
    world = registry.world
    head_first = {"head": lambda rec: np.diff(rec["hh"], prepend=-1) != 0}
    held = {
        name: (lambda rec, name=name: _held(programmes, name, rec) & ~rec["duplicate"])
        for name in ("PBI_JK", "SEMBAKO", "PKH")
    }
    seed = world.seed
    more = head_first | held | {"kjs": lambda rec: draws.uniform(seed, "KJS", rec["person"]) < 0.004}

    def family_columns(world, fam):
        no_code = draws.uniform(seed, "dtjateng/tanpa_kecamatan", fam["hh"], fam["version"]) < rates.no_kecamatan
        no_code &= ~fam["anchor"]
        fam["rusak"][no_code] = 1
        rank = np.clip(np.round(fam["wealth"] + 2 * (draws.uniform(seed, "peringkat", fam["hh"]) - 0.5)), 1, 10)
        ranked = draws.uniform(seed, "peringkat/ada", fam["hh"]) > 0.03
        return {"peringkat": np.where(ranked, rank, 0).astype(np.int8), "tanpa_kode": no_code}

    rec, fam = _tables(con, registry, rates, more, family_columns)
    year = world.month // 12
    id_ind = "'JI-' || lpad((record::bigint * 7901 + 3000017)::varchar, 11, '0')"
    id_rt = "'JT-' || lpad((hh::bigint * 7883 + 2000003)::varchar, 10, '0')"

    def aid(program, payer):
        return f"{{'program': '{program}', 'tahun': {year}, 'sumber_dana': '{payer}'}}"

    query = f"""
    with anggota as (
      select hh, sum((usia between 7 and 18 and hx % 40 = 0)::int) as putus, list({{
        'id_ind': {id_ind}, 'nik': {dtsen.NIK_SQL}, 'nama': nama, 'jk': case when perempuan then 'P' else 'L' end,
        'tgl_lahir': strftime({dtsen.DATE.format("born")}, '%d-%m-%Y'), 'shdk': rel, 'nama_ibu': nullif(mother, ''),
        'pekerjaan': case when usia between 7 and 16 then 'PELAJAR' when usia >= 17 then
          list_value('PETANI', 'BURUH', 'MENGURUS RUMAH TANGGA', 'WIRASWASTA')[1 + (hx % 4)::int] end,
        'bantuan': list_filter([case when PBI_JK then {aid("PBI_JK", "PUSAT")} end,
          case when head and SEMBAKO then {aid("SEMBAKO", "PUSAT")} end, case when head and PKH then {aid("PKH", "PUSAT")} end,
          case when kjs then {aid("KJS", "PROVINSI")} end], lambda x: x is not null)
      }} order by ord) as isi from orang group by hh)
    select {id_rt} as id, to_json({{
      'id_rt': {id_rt}, 'no_kk': kk::varchar,
      'alamat': dusun || ' RT.' || lpad(rt::varchar, 3, '0') || '/RW.' || lpad(rw::varchar, 3, '0'), 'dusun': dusun,
      'rt': case when zeros_fault then rt::varchar else lpad(rt::varchar, 3, '0') end,
      'rw': case when zeros_fault then rw::varchar else lpad(rw::varchar, 3, '0') end,
      'kode_kecamatan_bps': case when not tanpa_kode then kecamatan_bps end, 'nama_desa': upper(desa),
      'peringkat_provinsi': nullif(peringkat, 0),
      'indikator': {{'listrik_va': daya_terpasang, 'kepemilikan_rumah': status_kepemilikan_rumah,
        'lantai': jenis_lantai_terluas, 'dinding': jenis_dinding_terluas, 'atap': jenis_atap_terluas,
        'jamban': fasilitas_bab, 'air_minum': sumber_air_minum_utama, 'anak_putus_sekolah': putus}},
      'pembaruan': strftime({dtsen.DATE.format("updated")}, '%Y-%m-%d'), 'anggota': isi}})::varchar || ',' as body
    from rumah join anggota using (hh) order by kecamatan_bps, hh"""
    save(path, con.sql(query).to_arrow_table())
    spoiled = {"person": ("", "nama_kosong"), "family": ("", "tanpa_kecamatan")}
    return dtsen.truth(con, "dtjateng", rec, fam, (id_ind, id_rt), spoiled)


def simnakis(con, registry, rates: faults.FaultRates, path: Path) -> list[pa.Table]:
    """Build the district's family rows of the world's month; returns the truth about them."""
    seed, month = registry.world.seed, registry.world.month

    def family_columns(world, fam):
        where, house = world.region, fam["dwelling"]
        true = world.region.kecamatan[fam["village"]] >= 0
        jitter = [(draws.uniform(seed, f"rumah/{axis}", house) - 0.5) * 0.03 for axis in ("lat", "lon")]
        local = draws.uniform(seed, "program_daerah", fam["hh"])
        return {
            "lat": np.round(where.lat[fam["village"]] + jitter[0], 6), "lon": np.round(where.lon[fam["village"]] + jitter[1], 6),
            "koordinat": true & (draws.uniform(seed, "koordinat", fam["hh"]) < 0.97), "lokal": local,
            "detik": draws.pick(36_000, seed, "jam", fam["hh"], fam["version"]) + 7 * 3600,
        }  # fmt: skip

    rec, fam = _tables(con, registry, rates, {"dead": lambda rec: rec["status"] == DEAD}, family_columns)
    id_person = "'SA' || lpad((record::bigint * 7877 + 5000011)::varchar, 11, '0')"
    id_family = "'SK' || lpad((hh::bigint * 7873 + 4000037)::varchar, 10, '0')"
    words = (
        "list_value('kepala', 'suami', 'istri', 'anak', 'lainnya', 'lainnya', 'orang_tua', 'orang_tua', 'lainnya')[rel]"
    )
    condition = ", ".join(f"'{name}': {name}::varchar" for name in (*dwelling.HOUSING, "luas_lantai"))
    owned = [f"case when {n} = 1 then {{'nama': '{n}', 'jumlah': 1}} end" for n in dwelling.ASSETS]
    owned += [f"case when {n} > 0 then {{'nama': '{n}', 'jumlah': {n}}} end" for n in dwelling.LIVESTOCK]
    start = f"{month // 12}-01-01"
    programmes = f"""list_filter([
      case when lokal < 0.012 then {{'program': 'RTLH', 'mulai': '{start}', 'selesai': null::varchar}} end,
      case when lokal between 0.01 and 0.02 then {{'program': 'BEASISWA_DAERAH', 'mulai': '{start}', 'selesai': null}} end,
      case when lokal between 0.03 and 0.05 then {{'program': 'PBI_PEMDA', 'mulai': '{start}', 'selesai': null}} end,
      case when lokal between 0.06 and 0.064 then {{'program': 'RTLH', 'mulai': '{month // 12 - 2}-03-01',
        'selesai': '{month // 12 - 1}-12-31'}} end], lambda x: x is not null)"""
    query = f"""
    with anggota as (
      select hh, first({dtsen.NIK_SQL} order by ord) as nik_kepala, list({{
        'id': {id_person}, 'nik': {dtsen.NIK_SQL}, 'nama': nama, 'jenis_kelamin': case when perempuan then 'P' else 'L' end,
        'tanggal_lahir': strftime({dtsen.DATE.format("born")}, '%Y-%m-%d'), 'hubungan': {words},
        'nama_ibu': nullif(mother, ''), 'status_hidup': case when dead then 'meninggal' else 'hidup' end,
        'tanggal_meninggal': case when dead then strftime({dtsen.DATE.format("ended")}, '%Y-%m-%d') end
      }} order by ord) as isi from orang group by hh)
    select {id_family} as id, updated::bigint * 86400 + detik - 7 * 3600 as changed, to_json({{
      'id': {id_family}, 'no_kk': kk::varchar, 'nik_kepala': nik_kepala, 'alamat': {dtsen.ADDRESS}, 'dusun': dusun,
      'rt': case when zeros_fault then rt::varchar else lpad(rt::varchar, 3, '0') end,
      'rw': case when zeros_fault then rw::varchar else lpad(rw::varchar, 3, '0') end, 'kode_desa': kode_desa,
      'lat': case when koordinat then lat end, 'lon': case when koordinat then lon end,
      'status': case when members > 0 then 'aktif' when gone > 0 then 'pindah' else 'nonaktif' end,
      'kondisi_rumah': {{{condition}}}, 'aset': list_filter([{", ".join(owned)}], lambda x: x is not null),
      'program_daerah': {programmes},
      'diubah': strftime(to_timestamp(updated::bigint * 86400 + detik) at time zone 'UTC', '%Y-%m-%dT%H:%M:%S+07:00'),
      'anggota': isi}})::varchar || ',' as body
    from rumah join anggota using (hh) order by hh"""
    save(path, con.sql(query).to_arrow_table())
    spoiled = {"person": ("", "nama_kosong"), "family": ("",)}
    return dtsen.truth(con, "simnakis", rec, fam, (id_person, id_family), spoiled)


def _held(programmes, name: str, rec: dict) -> np.ndarray:
    """Whether each record's person or family held a programme's place a month ago (the province hears later)."""
    place = programmes.before.get(name)
    at = rec["person"] if name == "PBI_JK" else rec["hh"]
    if place is None or not len(place):
        place = programmes.places[name].active
    held = np.zeros(int(at.max()) + 1, bool)
    size = min(len(held), len(place))
    held[:size] = place[:size]
    return held[at] & (rec["status"] == ALIVE)
