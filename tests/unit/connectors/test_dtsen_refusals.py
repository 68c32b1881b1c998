"""Whole-delivery refusals of DTSEN: each code, its threshold, and no personal value in what is said."""

from __future__ import annotations

import json

import pytest
from deliveries import (
    DELIVERY,
    KABUPATEN,
    SOURCES,
    THRESHOLDS,
    as_csv,
    dtsen,
    inbox_connection,
    nik,
    reference,
    write_dtsen,
)

from connectors.dtsen import connector as dtsen_connector
from connectors.interface import NotYet, Refusal, SourceUnavailable, report


def refused(land_dtsen, tables, changes=None, **form) -> Refusal:
    with pytest.raises(Refusal) as caught:
        land_dtsen(tables, changes, **form)
    return caught.value


def many(field: str, value, count: int = 40, table: str = "anggota"):
    """A delivery of 150 families with `count` rows changed: value or a function of the row's position."""
    tables = dtsen(150, 2)
    for position, row in enumerate(tables[table][:count]):
        row[field] = value(position) if callable(value) else value
    return tables


@pytest.mark.parametrize(
    ("manifest", "kode"),
    [
        ({"periode": "2026-07"}, "bulan_salah"),
        ({"kabupaten": "33.18"}, "wilayah_salah"),
        ({"revisi": 2}, "manifest_tidak_cocok"),
        ({"sumber": "lain"}, "manifest_tidak_cocok"),
        ({"berkas": []}, "manifest_tidak_cocok"),
        ({"berkas": [{"nama": "../keluarga.csv", "sha256": "x", "ukuran": 1, "baris": 1}]}, "manifest_tidak_cocok"),
        ({"berkas": "x"}, "manifest_tidak_cocok"),
    ],
)
def test_manifest_that_does_not_fit(land_dtsen, manifest, kode):
    assert refused(land_dtsen, dtsen(), manifest=manifest).kode == kode


def test_bytes_or_rows_that_differ_from_the_manifest(tmp_path, store, land_dtsen):
    tables = dtsen()
    source = SOURCES["dtsen"]
    inbox = write_dtsen(tmp_path / "masuk", tables)
    (tmp_path / "masuk/dtsen/2026-06/rev-1/anggota.csv").write_bytes(as_csv(tables["anggota"][:-1]))
    extracted = dtsen_connector.extract(source, inbox, "2026-06", store, KABUPATEN)
    with pytest.raises(Refusal) as caught:
        dtsen_connector.land(source, extracted, store, reference(tmp_path / "acuan"), tmp_path / "kerja")
    assert caught.value.kode == "manifest_tidak_cocok"
    short = refused(land_dtsen, tables, bodies={"anggota": as_csv(tables["anggota"][:-1])})
    assert (short.kode, short.rincian) == ("manifest_tidak_cocok", {"baris": 11})


def test_missing_column_and_two_headers_for_one_field(land_dtsen):
    tables = dtsen()
    for row in tables["anggota"]:
        del row["nama"]
    missing = refused(land_dtsen, tables)
    assert missing.kode == "kolom_wajib_hilang" and "nama" in missing.pesan
    tables = dtsen()
    for row in tables["keluarga"]:
        row["No KK"] = "1"
    assert refused(land_dtsen, tables).kode == "bentuk_tidak_terbaca"


def test_unreadable_bytes(land_dtsen):
    body = as_csv(dtsen()["anggota"]).replace(b"WARGA 1,", b"WARGA \xe9,")
    wrong = refused(land_dtsen, dtsen(), bodies={"anggota": body})
    assert wrong.kode == "bentuk_tidak_terbaca" and "WARGA" not in str(wrong)


def test_empty_delivery(land_dtsen):
    tables = dtsen()
    header = as_csv(tables["kepesertaan"]).split(b"\r\n")[0] + b"\r\n"
    tables["kepesertaan"] = []
    assert refused(land_dtsen, tables, bodies={"kepesertaan": header}).kode == "kosong"
    assert refused(land_dtsen, tables, bodies={"kepesertaan": b"\n"}).kode == "kosong"


def test_damaged_numbers(land_dtsen):
    limit = "nomor_induk_kependudukan"
    assert refused(land_dtsen, many(limit, "3.31601E+15", 20)).kode == "nik_rusak_massal"
    assert refused(land_dtsen, many(limit, lambda i: f"3316080101{i + 60:02d}0000", 20)).kode == "nik_rusak_massal"
    assert refused(land_dtsen, many(limit, "331608010180060,0", 20)).kode == "nik_rusak_massal"
    assert refused(land_dtsen, many("nomor_kartu_keluarga", "3.31601E+15", 20, "keluarga")).kode == "nik_rusak_massal"
    assert land_dtsen(many(limit, "3.31601E+15", 19)).entitas["anggota"].dimuat == 300


def test_duplicate_numbers_absolute_at_first_then_against_the_baseline(land_dtsen):
    tables = many("nomor_induk_kependudukan", lambda i: nik(9000 + i // 2), 20)
    assert refused(land_dtsen, tables).kode == "nik_rusak_massal"
    landed = land_dtsen(tables, {"nik_ganda_lalu": 0.065})
    assert landed.ukuran["nik_ganda"] == pytest.approx(20 / 300)
    assert refused(land_dtsen, tables, {"nik_ganda_lalu": 0.06}).kode == "nik_rusak_massal"


def test_swapped_columns(land_dtsen):
    tables = dtsen(60)
    for row in tables["anggota"]:
        number, card = row["nomor_induk_kependudukan"], row["nomor_kartu_keluarga"]
        row["nomor_induk_kependudukan"], row["nomor_kartu_keluarga"] = card, number
    assert refused(land_dtsen, tables).kode == "kolom_tertukar"


def test_swapped_names(land_dtsen):
    """Names in the column of the NIK and the reverse: no card number tells, and every row would load with a null."""
    tables = dtsen(60)
    for row in tables["anggota"]:
        row["nama"], row["nomor_induk_kependudukan"] = row["nomor_induk_kependudukan"], row["nama"]
    swapped = refused(land_dtsen, tables)
    assert swapped.kode == "kolom_tertukar" and "kolom nama dan nomor_induk_kependudukan" in swapped.pesan


def test_regions(land_dtsen):
    outside = many("kode_kelurahan_desa", "33.18.01.2001", 20, "keluarga")
    assert refused(land_dtsen, outside).kode == "wilayah_salah"
    assert land_dtsen(many("kode_kelurahan_desa", "33.18.01.2001", 19, "keluarga")).entitas["keluarga"].dikarantina == 0
    gone = dtsen(6)
    for row in gone["keluarga"]:
        row |= {"kode_kelurahan_desa": "33.16.08.2001", "kelurahan_desa": "Blungun"}
    missing = refused(land_dtsen, gone)
    assert missing.kode == "kecamatan_hilang" and "33.16.15" in missing.pesan


def test_a_kecamatan_in_the_other_code_system(land_dtsen):
    tables = dtsen(150)
    for row in tables["keluarga"]:
        if row["kode_kelurahan_desa"].startswith("33.16.15"):
            row["kode_kelurahan_desa"] = "33.16.08.20" + row["kode_kelurahan_desa"][-2:]
        else:
            row |= {"kode_kelurahan_desa": "33.16.15.2001", "kelurahan_desa": "Blungun"}
    shifted = refused(land_dtsen, tables)
    assert shifted.kode == "wilayah_salah" and "BPS" in shifted.pesan


def test_a_kecamatan_under_the_code_of_another_is_shifted_not_gone(land_dtsen):
    """All of Bogorejo came under Jepon's code, and Jepon's own rows too: by the code half of them agree."""
    tables = dtsen(150)
    for row in tables["keluarga"]:
        if row["kode_kelurahan_desa"].startswith("33.16.15"):
            row["kode_kelurahan_desa"] = "33.16.08.20" + row["kode_kelurahan_desa"][-2:]
    shifted = refused(land_dtsen, tables)
    assert shifted.kode == "wilayah_salah" and "33.16.15" in shifted.pesan


def test_unknown_eligibility_codes(land_dtsen):
    assert refused(land_dtsen, many("desil_nasional", "11", 20, "keluarga")).kode == "kode_tidak_dikenal"
    assert land_dtsen(many("desil_nasional", "11", 19, "keluarga")).ukuran["karantina"]["kode_tidak_dikenal"] == 19 * 5


def test_fewer_rows_than_last_time(land_dtsen):
    tables = dtsen(150)
    assert refused(land_dtsen, tables, {"baris_lalu": {"keluarga": 170}}).kode == "pembacaan_tidak_lengkap"
    assert land_dtsen(tables, {"baris_lalu": {"keluarga": 160}}).entitas["keluarga"].dimuat == 150
    floor = {"batas_mutlak": {"dtsen.keluarga": 151}}
    assert refused(land_dtsen, tables, floor).kode == "pembacaan_tidak_lengkap"


def test_the_same_rows_as_last_month(land_dtsen):
    before = land_dtsen(dtsen())
    again = refused(land_dtsen, dtsen(), {"sha256_isi_bulan_lalu": before.sha256_isi})
    assert again.kode == "sama_dengan_bulan_lalu"
    assert report(again, DELIVERY)["baris"] == 30


def test_a_seed_without_the_threshold_is_an_error(land_dtsen):
    less = {k: v for k, v in THRESHOLDS.items() if k != "baris_turun"}
    with pytest.raises(ValueError, match="baris_turun"):
        land_dtsen(dtsen(), {"ambang": less})


def test_extract_waits_for_the_manifest_and_takes_the_newest_revision(tmp_path, store):
    source, inbox = SOURCES["dtsen"], inbox_connection(tmp_path)
    with pytest.raises(NotYet):
        dtsen_connector.extract(source, inbox, "2026-06", store, KABUPATEN)
    write_dtsen(tmp_path, dtsen(), revisi=2)
    write_dtsen(tmp_path, dtsen(), revisi=10)
    (tmp_path / "dtsen/2026-06/rev-11").mkdir()
    extracted = dtsen_connector.extract(source, inbox, "2026-06", store, KABUPATEN)
    assert extracted.revisi == 10
    assert [f.nama for f in extracted.berkas] == ["manifest.json", "keluarga.csv", "anggota.csv", "kepesertaan.csv"]
    assert extracted.keterangan["baris"] == 30
    assert dtsen_connector.extract(source, inbox, "2026-06", store, KABUPATEN) == extracted
    with pytest.raises(SourceUnavailable):
        dtsen_connector.extract(source, inbox_connection(tmp_path / "tiada"), "2026-06", store, KABUPATEN)


@pytest.mark.parametrize("names", [("rev-1", "rev-02"), ("rev-1", "rev-02", "rev-2")])
def test_a_revision_with_zeros_before_its_number_is_read_and_the_agreed_spelling_goes_before(tmp_path, store, names):
    source, folder = SOURCES["dtsen"], tmp_path / "dtsen" / "2026-06"
    for name in names:
        tables = dtsen()
        tables["anggota"][0]["nama"] = name.upper()
        write_dtsen(tmp_path, tables, revisi=99)
        (folder / "rev-99").rename(folder / name)
    extracted = dtsen_connector.extract(source, inbox_connection(tmp_path), "2026-06", store, KABUPATEN)
    assert extracted.revisi == 2
    people = next(file for file in extracted.berkas if file.nama == "anggota.csv")
    assert names[-1].upper() in store.verified(people).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("written", "known"),
    [("2026-03-31", "2026-03-31"), ("", None), ("31/03/2026", None), ("2026-02-30", None), (20260331, None)],
)
def test_since_when_the_deciles_hold_is_a_date_or_not_known(tmp_path, store, written, known):
    write_dtsen(tmp_path, dtsen(), manifest={"desil_per": written})
    extracted = dtsen_connector.extract(SOURCES["dtsen"], inbox_connection(tmp_path), "2026-06", store, KABUPATEN)
    assert extracted.keterangan.get("desil_per") == known


@pytest.mark.parametrize(("written", "noticed"), [("31/03/2026", True), ("2026-03-31", False), ("", False)])
def test_deciles_of_no_known_day_are_told(land_dtsen, written, noticed):
    told = land_dtsen(dtsen(), manifest={"desil_per": written}).ukuran["pemberitahuan"]
    assert told.get("manifest.json") == ({"kode_tidak_dikenal": {"desil_per": {"": 1}}} if noticed else None)


def test_a_stored_file_that_was_damaged_is_whole_again_after_the_next_extract(tmp_path, store):
    write_dtsen(tmp_path, dtsen())
    source, inbox = SOURCES["dtsen"], inbox_connection(tmp_path)
    file = dtsen_connector.extract(source, inbox, "2026-06", store, KABUPATEN).berkas[1]
    path = store.path(file.sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))
    with pytest.raises(ValueError, match="extract again"):
        store.verified(file)
    dtsen_connector.extract(source, inbox, "2026-06", store, KABUPATEN)
    assert store.verified(file) == path


def test_manifest_that_is_no_json_is_stored_and_refused(tmp_path, store):
    inbox = write_dtsen(tmp_path / "masuk", dtsen())
    (tmp_path / "masuk/dtsen/2026-06/rev-1/manifest.json").write_text("{")
    extracted = dtsen_connector.extract(SOURCES["dtsen"], inbox, "2026-06", store, KABUPATEN)
    with pytest.raises(Refusal) as caught:
        dtsen_connector.land(SOURCES["dtsen"], extracted, store, reference(tmp_path / "acuan"), tmp_path / "kerja")
    assert caught.value.kode == "bentuk_tidak_terbaca"


def test_no_personal_value_in_refusal_report_quarantine_or_problems(land_dtsen):
    canary, number = "KENARI RAHASIA", "3316081212120001"
    tables = many("nomor_induk_kependudukan", number, 60)
    for row in tables["anggota"]:
        row |= {"nama": canary, "tanggal_lahir": "1971-02-30"}
    refusal = refused(land_dtsen, tables)
    said = str(refusal) + json.dumps(refusal.rincian) + json.dumps(report(refusal, DELIVERY))
    tables = many("jenis_kelamin", canary, 3)
    tables["keluarga"][0]["desil_nasional"] = number
    landed = land_dtsen(tables)
    said += landed.karantina.read_text() + landed.masalah.read_text() + json.dumps(report(landed, DELIVERY))
    said += json.dumps(landed.ukuran, default=str)
    assert not any(secret in said for secret in (canary, number, "1971-02-30"))
