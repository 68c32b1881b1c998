"""The national list as the district gets it: three CSV files and a manifest (contracts/sources.md 1)."""

import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from sandbox import draws, dwelling, faults, records, region
from sandbox.state import first_day, month_number, month_text

FILES = ("keluarga", "anggota", "kepesertaan")
ID_FAMILY = "'K' || lpad((hh::bigint * 7919 + 1000003)::varchar, 10, '0')"
ID_PERSON = "'A' || lpad((record::bigint * 7907 + 1000033)::varchar, 11, '0')"
NIK_SQL = "case when nik_fault = 4 then printf('%.5fE+15', nik / 1e15) when nik = 0 then null else nik::varchar end"
DATE = "(date '1970-01-01' + {}::int)"
ADDRESS = "'DK. ' || dusun || ' RT ' || lpad(rt::varchar, 2, '0') || ' RW ' || lpad(rw::varchar, 2, '0')"
_EXCLUDED = ("ASN_TNI_POLRI", "KK_ASN", "PENSIUNAN", "UPAH_UMK", "PERANGKAT_DESA")


def folder(directory: Path, periode: str) -> Path:
    """Where the files of a month wait until they are delivered."""
    return directory / "kiriman" / "dtsen" / periode


def write(
    con: duckdb.DuckDBPyConnection, registry, programmes, rates: faults.FaultRates, target: Path
) -> list[pa.Table]:
    """Write the CSV files of the world's month into `target`; returns the truth about their records."""
    target.mkdir(parents=True, exist_ok=True)
    rec = records.persons(registry, rates)
    fam = records.families(registry, rates, rec)
    world, rows = registry.world, programmes.rows(rec, fam)
    _spoil(rates, world, rec, fam, rows)
    _register(con, world, rates, rec, fam, rows)
    con.execute(f"create or replace temp table orang as {faults.with_variants('orang_asli')}")
    for name, query in (
        ("keluarga", _family_sql()),
        ("anggota", _member_sql(world)),
        ("kepesertaan", _membership_sql(world)),
    ):
        con.execute(f"copy ({query}) to '{target / name}.csv' (header, delimiter ',')")
    con.execute(f"""copy (select {ID_PERSON} as id_anggota, nama_asli as nama from orang
                    where rusak = 1 order by 1) to '{target / "perbaikan.csv"}' (header)""")
    con.execute("drop table orang")
    return _truth(con, rec, fam)


def deliver(directory: Path, inbox: Path, periode: str, revision: int = 1) -> Path:
    """Put a month's files into `<inbox>/dtsen/<periode>/rev-<n>/`, manifest last; returns the folder.

    From revision 2 on, members whose name was missing have it (that is what a corrected delivery is for).
    Raises FileNotFoundError when the month was not built.
    """
    source = folder(directory, periode)
    if not (source / "perbaikan.csv").exists():
        raise FileNotFoundError(f"month {periode} is not built in {directory}: run `python -m sandbox build` with it")
    target = inbox / "dtsen" / periode / f"rev-{revision}"
    target.mkdir(parents=True, exist_ok=True)
    (target / "manifest.json").unlink(missing_ok=True)
    entries = []
    for name in FILES:
        path = target / f"{name}.csv"
        if name == "anggota" and revision > 1:
            _correct(source, path)
        else:
            shutil.copyfile(source / path.name, path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        lines = duckdb.sql(f"select count(*) from read_csv('{path}', all_varchar = true, header = true)").fetchall()
        entries.append({"nama": path.name, "sha256": digest, "ukuran": path.stat().st_size, "baris": lines[0][0]})
    month = month_number(periode)
    quarter_end = np.datetime64(month_text(month // 3 * 3), "D") - 1
    manifest = {
        "sumber": "dtsen", "periode": periode, "revisi": revision,
        "dibuat": f"{month_text(month + 1)}-03T09:12:00+07:00", "kabupaten": "33.16",
        "versi_dtsen": _version(month), "desil_per": str(quarter_end), "berkas": entries, "sintetis": True,
    }  # fmt: skip
    waiting = target / "manifest.json.tulis"
    waiting.write_text(json.dumps(manifest, indent=1))
    waiting.rename(target / "manifest.json")
    return target


def _version(month: int) -> str:
    """The quarterly version in force: what July carries was ranked at the end of the second quarter."""
    quarter = month // 3 - 1
    return f"{quarter // 4}-T{quarter % 4 + 1}"


def _correct(source: Path, path: Path) -> None:
    duckdb.sql(f"""
        copy (select a.* replace (coalesce(p.nama, a.nama) as nama)
              from read_csv('{source / "anggota.csv"}', all_varchar = true, header = true) a
              left join read_csv('{source / "perbaikan.csv"}', all_varchar = true, header = true) p using (id_anggota)
              ) to '{path}' (header, delimiter ',')""")


def _spoil(rates: faults.FaultRates, world, rec: dict, fam: dict, rows: dict) -> None:
    """Mark the few rows that a landing has to set aside: column `rusak`, 0 for the others."""
    seed, n = world.seed, len(rec["hh"])
    free = ~world.families.anchor[rec["hh"]] & ~world.families.outside[rec["hh"]] & (rec["rel"] != 1)
    rec["rusak"] = np.zeros(n, np.int8)
    for kind, rate in enumerate(
        (rates.empty_name, rates.unknown_code, rates.id_twice_other, rates.id_twice_same, rates.orphan), start=1
    ):
        chosen = draws.smallest(_some(rate, n), free & (rec["rusak"] == 0), seed, f"dtsen/rusak/{kind}", rec["record"])
        rec["rusak"][chosen] = kind
    n = len(fam["hh"])
    free = ~fam["anchor"] & ~fam["outside"] & ~fam["village_fault"]
    fam["rusak"] = np.zeros(n, np.int8)
    for kind, rate in enumerate((rates.unknown_village, rates.contradicting_village), start=1):
        chosen = draws.smallest(_some(rate, n), free & (fam["rusak"] == 0), seed, f"dtsen/desa/{kind}", fam["hh"])
        fam["rusak"][chosen] = kind
    pupil = np.flatnonzero(rows["program"] == "PIP")
    order = np.argsort(draws.uniform(seed, "dtsen/status", rows["record"][pupil]), kind="stable")
    unknown = pupil[order[: _some(rates.unknown_code, len(rows["hh"]))]]
    rows["status"] = rows["status"].astype("U20")
    rows["status"][unknown] = "BEKU"


def _some(rate: float, n: int) -> int:
    """How many rows a small rate is: at least one, so that each kind is met at any scale."""
    return max(1, round(rate * n)) if rate else 0


def _register(con, world, rates, rec, fam, rows) -> None:
    seed = world.seed
    where = world.region
    month = world.month
    work = draws.uniform(seed, "kerja", rec["person"])
    person = {
        key: rec[key] for key in ("person", "record", "hh", "rel", "nik", "nik_fault", "born", "status", "marital",
                                  "updated", "vf", "hx", "nama", "nama_asli", "mother", "rusak")
    }  # fmt: skip
    person |= {
        "perempuan": rec["female"], "usia": ((first_day(month) - rec["true_born"]) / 365.25).astype(np.int16),
        "kerja": work, "sehat": draws.uniform(seed, "sehat", rec["person"]),
        "jauh": draws.uniform(seed, "merantau", rec["person"]) < 0.04, "ord": np.arange(len(rec["hh"])),
        "baru": rec["unnamed"], "evaluasi": draws.uniform(seed, "judol", rec["person"]) < 0.0006,
        "pbi": np.zeros(len(rec["hh"]), bool), "pemda": np.zeros(len(rec["hh"]), bool),
    }  # fmt: skip
    active = rows["status"] == "AKTIF"
    for flag, program in (("pbi", "PBI_JK"), ("pemda", "PBI_PEMDA")):
        person[flag][rows["receiver"][(rows["program"] == program) & active]] = True
    con.register("orang_asli", pa.table(person))
    family = {key: fam[key] for key in
              ("hh", "kk", "rt", "rw", "updated", "desil", "members", "first", "rusak", "zeros_fault", "outside")}  # fmt: skip
    village = pa.array(fam["village"])
    other = pa.array(np.where(fam["rusak"] == 2, (fam["village"] + 5) % where.inside, fam["village"]))
    exclude = draws.uniform(seed, "exclude", fam["hh"])
    family |= {
        "kode_desa": where.code.take(village), "desa": where.name.take(other),
        "kode_kecamatan": where.kecamatan_code.take(village), "kecamatan": where.kecamatan_name.take(village),
        "dusun": region.DUSUN.take(pa.array((fam["dusun"] * 7 + fam["village"] * 3) % len(region.DUSUN))),
        "exclude": exclude < 0.005, "pln": 523_100_000_000 + fam["dwelling"].astype(np.int64) * 97 % 99_999_999,
        "alasan": pa.array(_EXCLUDED).take(pa.array((exclude * 1e7).astype(np.int64) % len(_EXCLUDED))),
    }  # fmt: skip
    family |= dwelling.observe(rates.housing, seed, "dtsen", fam)
    con.register("rumah", pa.table(family))
    receiver = pa.array(rows.pop("receiver"))
    con.register("peserta", pa.table(rows | {"penerima": rec["nama_asli"].take(receiver)}))


def _family_sql() -> str:
    rt, rw = (
        f"case when r.zeros_fault then r.{x}::varchar else lpad(r.{x}::varchar, 3, '0') end" for x in ("rt", "rw")
    )
    return f"""
    select {ID_FAMILY.replace("hh", "r.hh")} as id_keluarga, r.kk::varchar as nomor_kartu_keluarga,
      o.nama as nama_kepala_keluarga, r.members as jumlah_anggota_keluarga, {ADDRESS} as alamat, r.dusun,
      {rt} as rt, {rw} as rw,
      case when r.rusak = 1 then r.kode_kecamatan || '.2999' else r.kode_desa end as kode_kelurahan_desa,
      case when r.rusak = 1 then 'TANPA NAMA' else upper(r.desa) end as kelurahan_desa, r.kode_kecamatan,
      upper(r.kecamatan) as kecamatan, status_kepemilikan_rumah, luas_lantai, jenis_lantai_terluas,
      jenis_dinding_terluas, jenis_atap_terluas, sumber_air_minum_utama, sumber_penerangan_utama, daya_terpasang,
      case when sumber_penerangan_utama = 1 then pln::varchar end as id_pelanggan_pln, bahan_bakar_utama_memasak,
      fasilitas_bab, jenis_kloset, pembuangan_akhir_tinja, {", ".join(dwelling.ASSETS)},
      {", ".join(dwelling.LIVESTOCK)}, nullif(r.desil, 0) as desil_nasional,
      case when r.exclude then 'YA' else 'TIDAK' end as exclude, case when r.exclude then alasan end as alasan_exclude,
      {DATE.format("r.updated")} as tanggal_pemutakhiran
    from rumah r left join orang o on o.ord = r.first order by r.kode_desa, r.hh"""


def _member_sql(world) -> str:
    relation = "list_value(1, 2, 2, 3, 4, 5, 6, 6, 8)[rel]"
    return f"""
    select {ID_PERSON} as id_anggota,
      case when o.rusak = 5 then 'K9999999999' else {ID_FAMILY.replace("hh", "o.hh")} end as id_keluarga,
      {NIK_SQL} as nomor_induk_kependudukan, r.kk::varchar as nomor_kartu_keluarga,
      case when o.rusak = 1 then '-' when salinan = 2 and o.rusak = 3 then o.nama || ' ' || 'SURYO' else o.nama end as nama,
      case when perempuan then 'P' else 'L' end as jenis_kelamin,
      case when kerja < 0.85 then 'BLORA' else 'KAB. ' || upper(r.kecamatan) end as tempat_lahir,
      {DATE.format("born")} as tanggal_lahir, nullif(mother, '') as nama_ibu_kandung,
      {relation} as status_hubungan_keluarga, marital as status_kawin,
      case when o.rusak = 2 then 9 when status = 1 then 2 when status = 2 then 4 when baru then 5
           when jauh and usia between 18 and 50 then 3 else 1 end as keberadaan,
      case when usia < 6 then null when usia < 17 then 'PELAJAR' when usia > 68 and kerja < 0.6 then 'TIDAK BEKERJA'
           else list_value('PETANI', 'BURUH TANI', 'MENGURUS RUMAH TANGGA', 'PEDAGANG', 'WIRASWASTA', 'BURUH HARIAN LEPAS',
             'KARYAWAN SWASTA', 'TUKANG', 'SOPIR', 'PETERNAK')[1 + (kerja * 10)::int % 10] end as pekerjaan,
      case when usia < 5 then null when usia < 7 then 1 when usia < 18 and kerja < 0.96 then 2 else 3 end
        as partisipasi_sekolah,
      case when sehat < 0.04 and usia > 40 then 'HIPERTENSI' when sehat < 0.06 and usia > 40 then 'DIABETES'
           when sehat < 0.065 then 'ASMA' else 'TIDAK ADA' end as penyakit_kronis,
      case when sehat > 0.988 then 'FISIK' when sehat > 0.984 then 'NETRA' else 'TIDAK ADA' end as disabilitas,
      case when pbi then 'YA' else 'TIDAK' end as pbi_nas, case when pemda then 'YA' else 'TIDAK' end as pbi_pemda,
      {DATE.format("o.updated")} as tanggal_pemutakhiran, case when evaluasi then 'JUDOL' end as catatan_evaluasi
    from orang o join rumah r using (hh), (values (1), (2)) s(salinan)
    where salinan = 1 or o.rusak in (3, 4) order by r.kode_desa, o.hh, o.ord, salinan"""


def _membership_sql(world) -> str:
    periode, month = month_text(world.month), world.month
    quarter = f"{month // 12}-T{month % 12 // 3 + 1}"
    return f"""
    select {ID_FAMILY.replace("hh", "p.hh")} as id_keluarga,
      case when record >= 0 then {ID_PERSON} end as id_anggota, program,
      case when program in ('PBI_JK', 'PBI_PEMDA', 'BLT_DD') then '{periode}' else '{quarter}' end as periode_salur,
      status, payer as sumber_dana, amount as nominal, penerima as nama_penerima
    from peserta p join rumah r using (hh) order by r.kode_desa, p.hh, program, record"""


def _truth(con, rec: dict, fam: dict) -> list[pa.Table]:
    spoiled = {
        "person": ("", "nama_kosong", "kode_tidak_dikenal", "id_ganda_isi_beda", "id_ganda_isi_sama", "tanpa_induk"),
        "family": ("", "desa_tidak_dikenal", "desa_bertentangan"),
    }  # fmt: skip
    return truth(con, "dtsen", rec, fam, (ID_PERSON, ID_FAMILY), spoiled)


def truth(con, source: str, rec: dict, fam: dict, ids: tuple[str, str], spoiled: dict) -> list[pa.Table]:
    """(sumber, grain, id_sumber, id_benar, galat) of every person and family record of a source."""
    labels = {
        "nik": faults.NIK_FAULTS, "born": faults.BORN_FAULTS, "nama": faults.NAME_FAULTS, "ganda": ("", "ganda"),
        "ibu": ("", "ibu_tidak_diketahui"), "rusak": spoiled["person"],
    }  # fmt: skip
    parts = {"nik": rec["nik_fault"], "born": rec["born_fault"], "nama": rec["vf"], "ganda": rec["duplicate"],
             "ibu": rec["mother_fault"], "rusak": rec["rusak"]}  # fmt: skip
    con.register("rekaman_orang", pa.table({
        "record": rec["record"], "id_benar": rec["person"], "galat": records.fault_names(parts, labels),
    }))  # fmt: skip
    labels = {"kk": faults.KK_FAULTS, "desa": ("", "desa_salah"), "nol": ("", "nol_hilang"),
              "luar": ("", "luar_kabupaten"), "rusak": spoiled["family"]}  # fmt: skip
    parts = {"kk": fam["kk_fault"], "desa": fam["village_fault"], "nol": fam["zeros_fault"], "luar": fam["outside"],
             "rusak": fam["rusak"]}  # fmt: skip
    con.register("rekaman_rumah", pa.table({
        "hh": fam["hh"], "id_benar": fam["hh"].astype(np.int64), "galat": records.fault_names(parts, labels),
    }))  # fmt: skip
    tables = [
        con.sql(
            f"select '{source}' as sumber, '{grain}' as grain, {key} as id_sumber, id_benar, galat from {name}"
        ).to_arrow_table()
        for grain, key, name in (("individu", ids[0], "rekaman_orang"), ("rumah_tangga", ids[1], "rekaman_rumah"))
    ]
    con.unregister("rekaman_orang")
    con.unregister("rekaman_rumah")
    return tables
