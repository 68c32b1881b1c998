"""What becomes of the rows of a DTSEN delivery: values, quarantine, twins, conservation."""

from __future__ import annotations

import random

import pytest
from deliveries import DELIVERY, as_csv, dtsen, lines, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.interface import report


def test_clean_delivery_is_loaded_whole(land_dtsen):
    landed = land_dtsen(dtsen(6, 2))
    assert {e: (f.diterima, f.dimuat, f.dikarantina) for e, f in landed.entitas.items()} == {
        "keluarga": (6, 6, 0), "anggota": (12, 12, 0), "kepesertaan": (12, 12, 0),
    }  # fmt: skip
    family = rows(landed, "keluarga")[0]
    assert (family["rt"], family["rw"], family["luas_lantai"], family["exclude"]) == ("001", "002", "36.5", "false")
    assert (family["kode_desa"], family["mentah"]) == ("33.16.08.2001", "")
    assert family["tanggal_pemutakhiran"] == "2026-05-17"
    person = rows(landed, "anggota")[0]
    assert (person["jenis_kelamin"], person["pbi_nas"], person["nomor_baris"]) == ("L", "true", "1")
    membership = rows(landed, "kepesertaan")[0]
    assert (membership["program"], membership["nominal"]) == ("PBI_JK", "42000.00")
    assert lines(landed.karantina) == [] and lines(landed.masalah) == []


def test_region_codes_with_and_without_dots_are_the_same_content(land_dtsen):
    dotted, plain = dtsen(), dtsen()
    for row in plain["keluarga"]:
        row["kode_kelurahan_desa"] = row["kode_kelurahan_desa"].replace(".", "")
    assert plain["keluarga"] != dotted["keluarga"]
    assert land_dtsen(plain).sha256_isi == land_dtsen(dotted).sha256_isi


@pytest.mark.parametrize(
    ("table", "field", "value", "canonical"),
    [
        ("keluarga", "desil_nasional", "0", ""),
        ("keluarga", "desil_nasional", " tidak tahu ", ""),
        ("keluarga", "jenis_lantai_terluas", "Marmer / Granit", "1"),
        ("keluarga", "jenis_lantai_terluas", "08", "8"),
        ("keluarga", "bahan_bakar_utama_memasak", "0", "0"),
        ("keluarga", "daya_terpasang", ">2200", "5"),
        ("keluarga", "rt", "7", "007"),
        ("keluarga", "kode_kelurahan_desa", "3316082001", "33.16.08.2001"),
        ("keluarga", "kode_kecamatan", "331608", "33.16.08"),
        ("keluarga", "kode_kecamatan", "33.16.08", "33.16.08"),
        ("keluarga", "kode_kecamatan", "3316080", "3316080"),
        ("keluarga", "luas_lantai", "36.25", "36.25"),
        ("keluarga", "jumlah_ternak_sapi", "2.0", "2"),
        ("anggota", "nama", "\u3000\u2009SITI AMINAH\u202f", "SITI AMINAH"),
        ("keluarga", "nomor_kartu_keluarga", "\u00a03316081501100001 ", "3316081501100001"),
        ("anggota", "jenis_kelamin", "perempuan", "P"),
        ("anggota", "nama", "  SITI  ", "SITI"),
        ("anggota", "pbi_nas", "ya", "true"),
        ("anggota", "pbi_nas", "1", "false"),
        ("kepesertaan", "program", "bpnt", "SEMBAKO"),
        ("kepesertaan", "program", "Bantuan Baru", "BANTUAN BARU"),
        ("kepesertaan", "status", "tidak aktif", "TIDAK_AKTIF"),
        ("kepesertaan", "nominal", "Rp 1.200.000,00", "1200000.00"),
    ],
)
def test_value_becomes_canonical(land_dtsen, table, field, value, canonical):
    tables = dtsen()
    tables[table][0][field] = value
    landed = land_dtsen(tables)
    assert rows(landed, table)[0][field] == canonical
    assert lines(landed.masalah) == []


@pytest.mark.parametrize(
    ("table", "field", "value", "kode"),
    [
        ("keluarga", "jenis_lantai_terluas", "99", "kode_tidak_dikenal"),
        ("keluarga", "luas_lantai", "luas", "nilai_tidak_terbaca"),
        ("keluarga", "rt", "R7", "nilai_tidak_terbaca"),
        ("keluarga", "jumlah_ternak_sapi", "99999", "nilai_tidak_terbaca"),
        ("anggota", "jenis_kelamin", "X", "kode_tidak_dikenal"),
        ("anggota", "tanggal_lahir", "1980-02-31", "tanggal_tidak_terbaca"),
        ("anggota", "tanggal_lahir", "31/12/1980", "tanggal_tidak_terbaca"),
        ("anggota", "tanggal_lahir", "00-00-0000", "tanggal_tidak_terbaca"),
    ],
)
def test_bad_value_is_null_with_its_raw_value_and_a_masalah(land_dtsen, table, field, value, kode):
    tables = dtsen()
    tables[table][0][field] = value
    landed = land_dtsen(tables)
    first = rows(landed, table)[0]
    assert (first[field], first["mentah"]) == ("", f'{{"{field}":"{value}"}}')
    id_sumber = tables[table][0]["id_keluarga" if table == "keluarga" else "id_anggota"]
    assert lines(landed.masalah) == [(table, "1", id_sumber, field, kode)]


@pytest.mark.parametrize(
    "written",
    ["1980-01-02", "02-01-1980", "02/01/1980", "19800102", "29222", "29222.0", "1980-01-02 00:00:00"],
)
def test_date_forms_of_a_column(land_dtsen, written):
    tables = dtsen()
    for person in tables["anggota"]:
        person["tanggal_lahir"] = written
    landed = land_dtsen(tables)
    assert {r["tanggal_lahir"] for r in rows(landed, "anggota")} == {"1980-01-02"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("00001", "1900-01-01"), ("0059", "1900-02-28"), ("00061.0", "1900-03-01"), ("60000", "2064-04-08"),
        # Not a number of a day; a day that never was; beyond.
        ("0000", ""), ("0060", ""), ("60001", ""),
    ],
)  # fmt: skip
def test_excel_serials_from_1_to_60000(land_dtsen, written, read):
    tables = dtsen()
    for person in tables["anggota"]:
        person["tanggal_lahir"] = written
    landed = land_dtsen(tables)
    assert {r["tanggal_lahir"] for r in rows(landed, "anggota")} == {read}


def test_one_number_among_dates_is_no_excel_serial(land_dtsen):
    tables = dtsen()
    tables["anggota"][3]["tanggal_lahir"] = "29222"
    landed = land_dtsen(tables)
    assert rows(landed, "anggota")[3]["tanggal_lahir"] == ""
    assert [line[3:] for line in lines(landed.masalah)] == [("tanggal_lahir", "tanggal_tidak_terbaca")]


def quarantine_of(table: str, field: str, value: str):
    """Land a delivery with one changed field of the last family's rows."""
    tables = dtsen(7)
    tables[table][-1][field] = value
    return tables


def whole_family(kode: str) -> dict[tuple[str, str], int]:
    """Quarantined rows by entity when a family of two persons is held."""
    return {("keluarga", kode): 1, ("anggota", kode): 2, ("kepesertaan", kode): 2}


@pytest.mark.parametrize(
    ("table", "field", "value", "expected"),
    [
        ("keluarga", "kode_kelurahan_desa", "-", whole_family("wajib_kosong")),
        ("keluarga", "kode_kelurahan_desa", "33.16.08.2099", whole_family("wilayah_tidak_terpecahkan")),
        ("keluarga", "kelurahan_desa", "Gayam", whole_family("wilayah_bertentangan")),
        ("keluarga", "desil_nasional", "11", whole_family("kode_tidak_dikenal")),
        ("anggota", "nama", "-", {("anggota", "wajib_kosong"): 1, ("kepesertaan", "wajib_kosong"): 1}),
        ("anggota", "keberadaan", "9",
         {("anggota", "kode_tidak_dikenal"): 1, ("kepesertaan", "kode_tidak_dikenal"): 1}),
        ("anggota", "id_keluarga", "K999", {("anggota", "induk_tidak_ada"): 1, ("kepesertaan", "induk_tidak_ada"): 1}),
        ("kepesertaan", "status", "MUNGKIN", {("kepesertaan", "kode_tidak_dikenal"): 1}),
        ("kepesertaan", "status", "", {("kepesertaan", "wajib_kosong"): 1}),
        ("kepesertaan", "id_anggota", "A999", {("kepesertaan", "induk_tidak_ada"): 1}),
    ],
)  # fmt: skip
def test_quarantine_takes_the_row_and_what_hangs_on_it(land_dtsen, table, field, value, expected):
    landed = land_dtsen(quarantine_of(table, field, value))
    found: dict[tuple[str, str], int] = {}
    for berkas, _, _, kode in lines(landed.karantina):
        found[berkas, kode] = found.get((berkas, kode), 0) + 1
    assert found == expected
    for entitas, file in landed.entitas.items():
        held = sum(n for (berkas, _), n in expected.items() if berkas == entitas)
        assert (file.diterima, file.dikarantina) == (file.dimuat + held, held)
        assert len(rows(landed, entitas)) == file.dimuat


def test_equal_id_and_content_is_one_record_and_other_content_holds_both(land_dtsen):
    tables = dtsen()
    tables["anggota"].append(dict(tables["anggota"][0]))
    tables["anggota"].append({**tables["anggota"][1], "nama": "LAIN"})
    landed = land_dtsen(tables)
    fates = {r["nomor_baris"]: r["nasib"] for r in rows(landed, "anggota")}
    assert fates["1"] == "" and fates["13"] == "digabung"
    assert lines(landed.karantina) == [
        ("anggota", "14", "A2", "kunci_ganda"), ("anggota", "2", "A2", "kunci_ganda"),
        ("kepesertaan", "2", "K1", "kunci_ganda"),
    ]  # fmt: skip


def test_rows_of_another_kabupaten_are_out_of_scope_with_all_that_is_theirs(land_dtsen):
    tables = dtsen(8)
    tables["keluarga"][7]["kode_kelurahan_desa"] = "33.18.01.2001"
    landed = land_dtsen(tables)
    fates = [[r["nasib"] for r in rows(landed, e)] for e in landed.entitas]
    assert [f.count("di_luar_lingkup") for f in fates] == [1, 2, 2]
    assert lines(landed.karantina) == []


def test_bps_village_code_is_resolved_by_crosswalk_and_name(land_dtsen):
    tables = dtsen(6)
    tables["keluarga"][0] |= {"kode_kelurahan_desa": "3316090004", "kelurahan_desa": " semang i"}
    tables["keluarga"][1] |= {"kode_kelurahan_desa": "3316082002"}
    landed = land_dtsen(tables)
    assert [r["kode_desa"] for r in rows(landed, "keluarga")[:2]] == ["33.16.08.2002", "33.16.08.2002"]


def test_broken_rows_are_held_and_the_rest_is_loaded(land_dtsen):
    tables = dtsen(6)
    body = as_csv(tables["anggota"]).split(b"\r\n")
    body[3] = body[3] + b",x,y"
    body[5] = body[5].rpartition(b",")[0]
    landed = land_dtsen(tables, bodies={"anggota": b"\r\n".join(body)})
    held = [line for line in lines(landed.karantina) if line[0] == "anggota"]
    assert [(n, k) for _, n, _, k in held] == [("3", "bentuk_rusak"), ("5", "bentuk_rusak")]
    assert landed.entitas["anggota"].diterima == 12


def test_forms_of_csv_give_the_same_content(land_dtsen):
    tables = dtsen()
    tables["keluarga"][0]["alamat"] = 'Dk. "Uji"; Lor|1\nRT 2'
    plain = land_dtsen(tables)
    assert rows(plain, "keluarga")[0]["alamat"] == 'Dk. "Uji"; Lor|1\nRT 2'
    shuffled = {e: random.Random(1).sample(r, len(r)) for e, r in tables.items()}
    for form in ({"delimiter": ";"}, {"delimiter": "|", "bom": True}, {"delimiter": "\t"}):
        assert land_dtsen(shuffled, **form).sha256_isi == plain.sha256_isi
    tables["anggota"][0]["nama"] = "LAIN"
    assert land_dtsen(tables).sha256_isi != plain.sha256_isi


def test_header_aliases_and_notices(land_dtsen):
    tables = dtsen()
    for person in tables["anggota"]:
        person["NIK"] = person.pop("nomor_induk_kependudukan")
        person["Tgl Lahir"] = person.pop("tanggal_lahir")
        person["kolom_baru"] = "x"
    landed = land_dtsen(tables)
    assert rows(landed, "anggota")[0]["tanggal_lahir"] == "1980-01-01"
    notices = landed.ukuran["pemberitahuan"]["anggota"]
    assert notices["judul_tidak_dikenal"] == ("kolom_baru",)
    assert "pekerjaan" in notices["kolom_tidak_ada"]


CELL = st.sampled_from(
    ["", "-", "K1", "K2", "A1", "A2", "AKTIF", "1", "99", "33.16.08.2001", "33.18.01.2001", "x\ny", '"', "PKH"]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_row_ends_in_exactly_one_place(land_dtsen, data):
    tables = dtsen(6)
    for entitas in tables:
        for _ in range(data.draw(st.integers(0, 4))):
            row = dict(data.draw(st.sampled_from(tables[entitas][:4])))
            row[data.draw(st.sampled_from(list(row)))] = data.draw(CELL)
            tables[entitas].append(row)
    landed = land_dtsen(tables)
    held = lines(landed.karantina)
    for entitas, given_rows in tables.items():
        file = landed.entitas[entitas]
        loaded = [r["nomor_baris"] for r in rows(landed, entitas)]
        quarantined = [n for berkas, n, _, _ in held if berkas == entitas]
        assert sorted(map(int, loaded + quarantined)) == list(range(1, len(given_rows) + 1))
        assert (file.diterima, file.dimuat, file.dikarantina) == (len(given_rows), len(loaded), len(quarantined))


def test_report_counts_rows_and_reasons(land_dtsen):
    landed = land_dtsen(quarantine_of("anggota", "nama", "-"))
    text = report(landed, DELIVERY)
    assert (text["status"], text["kode"], text["baris"]) == ("diterima", None, 35)
    assert text["dikarantina"] == {"wajib_kosong": 2}
