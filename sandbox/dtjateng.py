"""The province's household rows (contracts/sources.md 2)."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from sandbox import draws, faults, records, render, rows, truth
from sandbox.state import ALIVE

ID_PERSON = "'JI-' || lpad((record::bigint * 7901 + 3000017)::varchar, 11, '0')"
ID_FAMILY = "'JT-' || lpad((hh::bigint * 7883 + 2000003)::varchar, 10, '0')"


def write(con, registry, programmes, rates: faults.FaultRates, path: Path) -> list[pa.Table]:
    """Build the province's household rows of the world's month; returns the truth about them."""
    world, seed = registry.world, registry.world.seed
    rec = records.persons(registry, rates)
    fam = records.families(registry, rates, rec)
    free = ~world.families.anchor[rec["hh"]] & (rec["rel"] != 1)
    render.spoil(rec, (rates.empty_name,), free, seed, "dtjateng/rusak", rec["record"])
    kinds = (rates.unknown_village, rates.no_kecamatan)
    render.spoil(fam, kinds, ~fam["anchor"] & ~fam["village_fault"], seed, "dtjateng/desa", fam["hh"])
    held = {name.lower(): _held(programmes, name, rec) for name in ("PBI_JK", "SEMBAKO", "PKH")}
    render.register_people(
        con, world, rec, **held, head=np.diff(rec["hh"], prepend=-1) != 0,
        kjs=draws.uniform(seed, "KJS", rec["person"]) < 0.004,
    )  # fmt: skip
    rank = np.clip(np.round(fam["wealth"] + 2 * (draws.uniform(seed, "peringkat", fam["hh"]) - 0.5)), 1, 10)
    ranked = draws.uniform(seed, "peringkat/ada", fam["hh"]) > 0.03
    render.register_families(con, world, "dtjateng", rates, fam, peringkat=np.where(ranked, rank, 0).astype(np.int8))
    rows.save(path, con.sql(_sql(world.month // 12)).to_arrow_table())
    spoiled = {"person": ("", "nama_kosong"), "family": ("", "desa_tidak_dikenal", "tanpa_kecamatan")}
    return truth.of_records(con, "dtjateng", rec, fam, (ID_PERSON, ID_FAMILY), spoiled)


def _sql(year: int) -> str:
    """Each household as JSON: (id, body)."""

    def aid(program, payer):
        return f"{{'program': '{program}', 'tahun': {year}, 'sumber_dana': '{payer}'}}"

    return f"""
    with anggota as (
      select hh, sum((usia between 7 and 18 and hx % 40 = 0)::int) as putus, list({{
        'id_ind': {ID_PERSON}, 'nik': {render.NIK}, 'nama': nama, 'jk': case when perempuan then 'P' else 'L' end,
        'tgl_lahir': strftime({render.DATE.format("born")}, '%d-%m-%Y'), 'shdk': rel, 'nama_ibu': nullif(mother, ''),
        'pekerjaan': case when usia between 7 and 16 then 'PELAJAR' when usia >= 17 then
          list_value('PETANI', 'BURUH', 'MENGURUS RUMAH TANGGA', 'WIRASWASTA')[1 + (hx % 4)::int] end,
        'bantuan': list_filter([case when pbi_jk then {aid("PBI_JK", "PUSAT")} end,
          case when head and sembako then {aid("SEMBAKO", "PUSAT")} end,
          case when head and pkh then {aid("PKH", "PUSAT")} end,
          case when kjs then {aid("KJS", "PROVINSI")} end], lambda x: x is not null)
      }} order by ord) as isi from orang group by hh)
    select {ID_FAMILY} as id, to_json({{
      'id_rt': {ID_FAMILY}, 'no_kk': kk::varchar,
      'alamat': dusun || ' RT.' || lpad(rt::varchar, 3, '0') || '/RW.' || lpad(rw::varchar, 3, '0'), 'dusun': dusun,
      'rt': {render.three_digits("rt")},
      'rw': {render.three_digits("rw")},
      'kode_kecamatan_bps': case when rusak < 2 then kecamatan_bps end,
      'nama_desa': case when rusak = 1 then 'DESA LAMA' else upper(desa) end,
      'peringkat_provinsi': nullif(peringkat, 0),
      'indikator': {{'listrik_va': daya_terpasang, 'kepemilikan_rumah': status_kepemilikan_rumah,
        'lantai': jenis_lantai_terluas, 'dinding': jenis_dinding_terluas, 'atap': jenis_atap_terluas,
        'jamban': fasilitas_bab, 'air_minum': sumber_air_minum_utama, 'anak_putus_sekolah': putus}},
      'pembaruan': strftime({render.DATE.format("updated")}, '%Y-%m-%d'), 'anggota': isi}})::varchar || ',' as body
    from rumah r join anggota using (hh) order by kecamatan_bps, hh"""


def _held(programmes, name: str, rec: dict) -> np.ndarray:
    """Whether the person (PBI_JK) or family of each record held a place of the programme a month ago.

    The province hears of memberships a month later than the national list; in the first month it knows those of now.
    """
    place = programmes.before.get(name)
    at = rec["person"] if name == "PBI_JK" else rec["hh"]
    if place is None or not len(place):
        place = programmes.places[name].active
    held = np.zeros(int(at.max()) + 1, bool)
    size = min(len(held), len(place))
    held[:size] = place[:size]
    return held[at] & (rec["status"] == ALIVE) & ~rec["duplicate"]
