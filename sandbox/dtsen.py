"""The files of the national list (contracts/sources.md 1), with the rows that a landing has to set aside."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from sandbox import draws, faults, records, render, truth
from sandbox.dwelling import ASSETS, LIVESTOCK
from sandbox.state import month_text

ID_FAMILY = "'K' || lpad((hh::bigint * 7919 + 1000003)::varchar, 10, '0')"
ID_PERSON = "'A' || lpad((record::bigint * 7907 + 1000033)::varchar, 11, '0')"
_EXCLUDED = ("ASN_TNI_POLRI", "KK_ASN", "PENSIUNAN", "UPAH_UMK", "PERANGKAT_DESA")


def write(con, registry, programmes, rates: faults.FaultRates, target: Path) -> list[pa.Table]:
    """Write the CSV files of the world's month into `target`; returns the truth about their records.

    `perbaikan.csv` holds the names that are missing in `anggota.csv`, for a corrected revision.
    """
    target.mkdir(parents=True, exist_ok=True)
    rec = records.persons(registry, rates)
    fam = records.families(registry, rates, rec)
    world, seed = registry.world, registry.world.seed
    free = ~world.families.anchor[rec["hh"]] & ~world.families.outside[rec["hh"]] & (rec["rel"] != 1)
    kinds = (rates.empty_name, rates.unknown_code, rates.id_twice_other, rates.id_twice_same, rates.orphan)
    render.spoil(rec, kinds, free, seed, "dtsen/rusak", rec["record"])
    free = ~fam["anchor"] & ~fam["outside"] & ~fam["village_fault"]
    kinds = (rates.unknown_village, rates.contradicting_village)
    render.spoil(fam, kinds, free, seed, "dtsen/desa", fam["hh"])
    _register(con, world, rates, rec, fam, programmes.rows(rec, fam))
    for name, query in (("keluarga", _family_sql()), ("anggota", _member_sql()), ("kepesertaan", _places_sql(world))):
        con.execute(f"copy ({query}) to '{target / name}.csv' (header, delimiter ',')")
    con.execute(f"""copy (select {ID_PERSON} as id_anggota, nama_asli as nama from orang
                    where rusak = 1 order by 1) to '{target / "perbaikan.csv"}' (header)""")
    spoiled = {
        "person": ("", "nama_kosong", "kode_tidak_dikenal", "id_ganda_isi_beda", "id_ganda_isi_sama", "tanpa_induk"),
        "family": ("", "desa_tidak_dikenal", "desa_bertentangan"),
    }
    return truth.of_records(con, "dtsen", rec, fam, (ID_PERSON, ID_FAMILY), spoiled)


def _register(con, world, rates, rec, fam, places) -> None:
    """Tables `orang`, `rumah` and `peserta`."""
    seed, person, receiver = world.seed, rec["person"], places.pop("receiver")
    flags = {}
    for flag, program in (("pbi", "PBI_JK"), ("pemda", "PBI_PEMDA")):
        flags[flag] = np.zeros(len(person), bool)
        flags[flag][receiver[(places["program"] == program) & (places["status"] == "AKTIF")]] = True
    render.register_people(
        con, world, rec, **flags, baru=rec["unnamed"], kerja=draws.uniform(seed, "kerja", person),
        sehat=draws.uniform(seed, "sehat", person), jauh=draws.uniform(seed, "merantau", person) < 0.04,
        evaluasi=draws.uniform(seed, "judol", person) < 0.0006,
    )  # fmt: skip
    contradicting = np.where(fam["rusak"] == 2, (fam["village"] + 5) % world.region.inside, fam["village"])
    exclude = draws.uniform(seed, "exclude", fam["hh"])
    render.register_families(
        con, world, "dtsen", rates, fam, nama_desa=world.region.name.take(pa.array(contradicting)),
        exclude=exclude < 0.005, pln=523_100_000_000 + fam["dwelling"].astype(np.int64) * 97 % 99_999_999,
        alasan=pa.array(_EXCLUDED).take(pa.array((exclude * 1e7).astype(np.int64) % len(_EXCLUDED))),
    )  # fmt: skip
    wrong = {"rusak": np.zeros(len(places["hh"]), np.int8)}
    render.spoil(wrong, (rates.unknown_code,), places["program"] == "PIP", seed, "dtsen/status", places["record"])
    status = np.where(wrong["rusak"] == 1, "BEKU", places["status"])
    con.register(
        "peserta", pa.table(places | {"status": status, "penerima": rec["nama_asli"].take(pa.array(receiver))})
    )


def _family_sql() -> str:
    return f"""
    select {ID_FAMILY.replace("hh", "r.hh")} as id_keluarga, r.kk::varchar as nomor_kartu_keluarga,
      o.nama as nama_kepala_keluarga, r.members as jumlah_anggota_keluarga, {render.ADDRESS} as alamat, r.dusun,
      {render.three_digits("rt")} as rt, {render.three_digits("rw")} as rw,
      case when r.rusak = 1 then r.kode_kecamatan || '.2999' else r.kode_desa end as kode_kelurahan_desa,
      case when r.rusak = 1 then 'TANPA NAMA' else upper(r.nama_desa) end as kelurahan_desa, r.kode_kecamatan,
      upper(r.kecamatan) as kecamatan, status_kepemilikan_rumah, luas_lantai, jenis_lantai_terluas,
      jenis_dinding_terluas, jenis_atap_terluas, sumber_air_minum_utama, sumber_penerangan_utama, daya_terpasang,
      case when sumber_penerangan_utama = 1 then pln::varchar end as id_pelanggan_pln, bahan_bakar_utama_memasak,
      fasilitas_bab, jenis_kloset, pembuangan_akhir_tinja, {", ".join(ASSETS)},
      {", ".join(LIVESTOCK)}, nullif(r.desil, 0) as desil_nasional,
      case when r.exclude then 'YA' else 'TIDAK' end as exclude, case when r.exclude then alasan end as alasan_exclude,
      {render.DATE.format("r.updated")} as tanggal_pemutakhiran
    from rumah r left join orang o on o.ord = r.first order by r.kode_desa, r.hh"""


def _member_sql() -> str:
    relation = "list_value(1, 2, 2, 3, 4, 5, 6, 6, 8)[rel]"
    return f"""
    select {ID_PERSON} as id_anggota,
      case when o.rusak = 5 then 'K9999999999' else {ID_FAMILY.replace("hh", "o.hh")} end as id_keluarga,
      {render.NIK} as nomor_induk_kependudukan, r.kk::varchar as nomor_kartu_keluarga,
      case when salinan = 2 and o.rusak = 3 then o.nama || ' SURYO' else o.nama end as nama,
      case when perempuan then 'P' else 'L' end as jenis_kelamin,
      case when kerja < 0.85 then 'BLORA' else 'KAB. ' || upper(r.kecamatan) end as tempat_lahir,
      {render.DATE.format("born")} as tanggal_lahir, nullif(mother, '') as nama_ibu_kandung,
      {relation} as status_hubungan_keluarga, marital as status_kawin,
      case when o.rusak = 2 then 9 when status = 1 then 2 when status = 2 then 4 when baru then 5
           when jauh and usia between 18 and 50 then 3 else 1 end as keberadaan,
      case when usia < 6 then null when usia < 17 then 'PELAJAR' when usia > 68 and kerja < 0.6 then 'TIDAK BEKERJA'
           else list_value('PETANI', 'BURUH TANI', 'MENGURUS RUMAH TANGGA', 'PEDAGANG', 'WIRASWASTA',
             'BURUH HARIAN LEPAS', 'KARYAWAN SWASTA', 'TUKANG', 'SOPIR', 'PETERNAK')[1 + (kerja * 10)::int % 10]
           end as pekerjaan,
      case when usia < 5 then null when usia < 7 then 1 when usia < 18 and kerja < 0.96 then 2 else 3 end
        as partisipasi_sekolah,
      case when sehat < 0.04 and usia > 40 then 'HIPERTENSI' when sehat < 0.06 and usia > 40 then 'DIABETES'
           when sehat < 0.065 then 'ASMA' else 'TIDAK ADA' end as penyakit_kronis,
      case when sehat > 0.988 then 'FISIK' when sehat > 0.984 then 'NETRA' else 'TIDAK ADA' end as disabilitas,
      case when pbi then 'YA' else 'TIDAK' end as pbi_nas, case when pemda then 'YA' else 'TIDAK' end as pbi_pemda,
      {render.DATE.format("o.updated")} as tanggal_pemutakhiran, case when evaluasi then 'JUDOL' end as catatan_evaluasi
    from orang o join rumah r using (hh), (values (1), (2)) s(salinan)
    where salinan = 1 or o.rusak in (3, 4) order by r.kode_desa, o.hh, o.ord, salinan"""


def _places_sql(world) -> str:
    periode, month = month_text(world.month), world.month
    quarter = f"{month // 12}-T{month % 12 // 3 + 1}"
    return f"""
    select {ID_FAMILY.replace("hh", "p.hh")} as id_keluarga,
      case when record >= 0 then {ID_PERSON} end as id_anggota, program,
      case when program in ('PBI_JK', 'PBI_PEMDA', 'BLT_DD') then '{periode}' else '{quarter}' end as periode_salur,
      status, payer as sumber_dana, amount as nominal, penerima as nama_penerima
    from peserta p join rumah r using (hh) order by r.kode_desa, p.hh, program, record"""
