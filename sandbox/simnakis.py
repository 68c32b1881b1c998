"""The district's family rows (contracts/sources.md 3)."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from sandbox import draws, dwelling, faults, records, render, rows, truth
from sandbox.state import DEAD

ID_PERSON = "'SA' || lpad((record::bigint * 7877 + 5000011)::varchar, 11, '0')"
ID_FAMILY = "'SK' || lpad((hh::bigint * 7873 + 4000037)::varchar, 10, '0')"


def family_id(family: int) -> str:
    """What ID_FAMILY makes of a true family."""
    return f"SK{int(family) * 7873 + 4000037:010d}"


def write(con, registry, rates: faults.FaultRates, path: Path) -> list[pa.Table]:
    """Build the district's family rows of the world's month; returns the truth about them."""
    world, seed = registry.world, registry.world.seed
    rec = records.persons(registry, rates)
    fam = records.families(registry, rates, rec)
    free = ~world.families.anchor[rec["hh"]] & (rec["rel"] != 1)
    render.spoil(rec, (rates.empty_name,), free, seed, "simnakis/rusak", rec["record"])
    free = ~fam["anchor"] & ~fam["village_fault"]
    render.spoil(fam, (rates.unknown_village,), free, seed, "simnakis/desa", fam["hh"])
    render.register_people(con, world, rec, dead=rec["status"] == DEAD)
    jitter = [(draws.uniform(seed, f"rumah/{axis}", fam["dwelling"]) - 0.5) * 0.03 for axis in ("lat", "lon")]
    render.register_families(
        con, world, "simnakis", rates, fam, lat=np.round(world.region.lat[fam["village"]] + jitter[0], 6),
        lon=np.round(world.region.lon[fam["village"]] + jitter[1], 6),
        located=draws.uniform(seed, "koordinat", fam["hh"]) < 0.97,
        local=draws.uniform(seed, "program_daerah", fam["hh"]),
        second=draws.pick(36_000, seed, "jam", fam["hh"], fam["version"]) + 7 * 3600,
    )  # fmt: skip
    rows.save(path, con.sql(_sql(world.month // 12)).to_arrow_table())
    spoiled = {"person": ("", "nama_kosong"), "family": ("", "desa_tidak_dikenal")}
    return truth.of_records(con, "simnakis", rec, fam, (ID_PERSON, ID_FAMILY), spoiled)


def _sql(year: int) -> str:
    """Each family as JSON: (id, changed in seconds since 1970, body)."""
    words = (
        "list_value('kepala', 'suami', 'istri', 'anak', 'lainnya', 'lainnya', 'orang_tua', 'orang_tua', 'lainnya')[rel]"
    )
    condition = ", ".join(f"'{name}': {name}::varchar" for name in (*dwelling.HOUSING, "luas_lantai"))
    owned = [f"case when {n} = 1 then {{'nama': '{n}', 'jumlah': 1}} end" for n in dwelling.ASSETS]
    owned += [f"case when {n} > 0 then {{'nama': '{n}', 'jumlah': {n}}} end" for n in dwelling.LIVESTOCK]
    start = f"{year}-01-01"
    programmes = f"""list_filter([
      case when local < 0.012 then {{'program': 'RTLH', 'mulai': '{start}', 'selesai': null::varchar}} end,
      case when local between 0.01 and 0.02
        then {{'program': 'BEASISWA_DAERAH', 'mulai': '{start}', 'selesai': null}} end,
      case when local between 0.03 and 0.05 then {{'program': 'PBI_PEMDA', 'mulai': '{start}', 'selesai': null}} end,
      case when local between 0.06 and 0.064 then {{'program': 'RTLH', 'mulai': '{year - 2}-03-01',
        'selesai': '{year - 1}-12-31'}} end], lambda x: x is not null)"""
    return f"""
    with anggota as (
      select hh, first({render.NIK} order by ord) as nik_kepala, list({{
        'id': {ID_PERSON}, 'nik': {render.NIK}, 'nama': nama,
        'jenis_kelamin': case when perempuan then 'P' else 'L' end,
        'tanggal_lahir': strftime({render.DATE.format("born")}, '%Y-%m-%d'), 'hubungan': {words},
        'nama_ibu': nullif(mother, ''), 'status_hidup': case when dead then 'meninggal' else 'hidup' end,
        'tanggal_meninggal': case when dead then strftime({render.DATE.format("ended")}, '%Y-%m-%d') end
      }} order by ord) as isi from orang group by hh)
    select {ID_FAMILY} as id, updated::bigint * 86400 + second - 7 * 3600 as changed, to_json({{
      'id': {ID_FAMILY}, 'no_kk': kk::varchar, 'nik_kepala': nik_kepala, 'alamat': {render.ADDRESS}, 'dusun': dusun,
      'rt': {render.three_digits("rt")},
      'rw': {render.three_digits("rw")},
      'kode_desa': case when rusak = 1 then left(kode_desa, 8) || '.2999' else kode_desa end,
      'lat': case when located then lat end, 'lon': case when located then lon end,
      'status': case when members > 0 then 'aktif' when gone > 0 then 'pindah' else 'nonaktif' end,
      'kondisi_rumah': {{{condition}}}, 'aset': list_filter([{", ".join(owned)}], lambda x: x is not null),
      'program_daerah': {programmes},
      'diubah': strftime(to_timestamp(updated::bigint * 86400 + second) at time zone 'UTC', '%Y-%m-%dT%H:%M:%S+07:00'),
      'anggota': isi}})::varchar || ',' as body
    from rumah r join anggota using (hh) order by hh"""
