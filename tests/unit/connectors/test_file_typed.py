"""Typed cells of workbooks and Parquet become exact text; numbers of persons as float are damaged."""

from __future__ import annotations

import datetime
import decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deliveries import dtsen, lines, rows
from forms import as_parquet, as_xlsx, deliver, parquet, people, table, with_anggota

from connectors.interface import Refusal

D, DT = datetime.date, datetime.datetime


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"tanggal_lahir": D(1980, 1, 2)}, {"tanggal_lahir": "1980-01-02"}),
        ({"tanggal_lahir": DT(1980, 1, 2, 13, 30)}, {"tanggal_lahir": "1980-01-02"}),
        ({"tanggal_lahir": 29222}, {"tanggal_lahir": "1980-01-02"}),
        ({"tanggal_lahir": 29222.0}, {"tanggal_lahir": "1980-01-02"}),
        ({"status_kawin": 2, "keberadaan": 1.0}, {"status_kawin": "2", "keberadaan": "1"}),
        ({"pbi_nas": True, "pbi_pemda": False}, {"pbi_nas": "true", "pbi_pemda": "false"}),
        ({"pekerjaan": 12.5, "tempat_lahir": 3316}, {"pekerjaan": "12.5", "tempat_lahir": "3316"}),
    ],
)
@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_typed_cells_are_converted_exactly(tmp_path, form, cells, expected):
    content = people(**cells)
    body = as_xlsx(content) if form == "xlsx" else parquet(*content)
    landed = deliver(tmp_path, with_anggota(body, f"anggota.{form}"))
    assert {k: rows(landed, "anggota")[11][k] for k in expected} == expected
    assert lines(landed.masalah) == []


def test_typed_cells_of_parquet(tmp_path):
    header, *content = people()
    columns = {h: pa.array(c) for h, c in zip(header, zip(*content, strict=True), strict=True)}
    count = len(content)
    columns |= {
        "nomor_induk_kependudukan": pa.array([3316080101800001 + i for i in range(count)], pa.int64()),
        "nomor_kartu_keluarga": pa.array([decimal.Decimal(3316081501100001)] * count, pa.decimal128(16, 0)),
        "jenis_kelamin": columns["jenis_kelamin"].dictionary_encode(),
        "tempat_lahir": pa.array([b"BLORA"] * count, pa.binary()),
        "nama_ibu_kandung": pa.array([0.5, 2.0, None, float("nan")] * (count // 4), pa.float32()),
        "tanggal_lahir": pa.array([DT(1979, 12, 31, 17)] * count, pa.timestamp("us", "UTC")),
        "pekerjaan": pa.array([decimal.Decimal("12.50")] * count, pa.decimal128(9, 2)),
        "tanggal_pemutakhiran": pa.array([DT(2026, 5, 17)] * count, pa.timestamp("ns")),
        "lampiran": pa.array([[1]] * count),
    }
    landed = deliver(tmp_path, with_anggota(as_parquet(columns), "anggota.parquet"))
    first, second, third, fourth = rows(landed, "anggota")[:4]
    assert (first["nomor_induk_kependudukan"], first["nomor_kartu_keluarga"]) == (
        "3316080101800001", "3316081501100001",
    )  # fmt: skip
    assert (first["jenis_kelamin"], first["tempat_lahir"], first["pekerjaan"]) == ("L", "BLORA", "12.5")
    assert [p["nama_ibu_kandung"] for p in (first, second, third, fourth)] == ["0.5", "2", "", ""]
    assert (first["tanggal_lahir"], first["tanggal_pemutakhiran"]) == ("1980-01-01", "2026-05-17")
    assert landed.ukuran["pemberitahuan"]["anggota"]["judul_tidak_dikenal"] == ("lampiran",)


@pytest.mark.parametrize("field", ["nomor_induk_kependudukan", "nomor_kartu_keluarga"])
@pytest.mark.parametrize("form", ["xlsx", "parquet"])
@pytest.mark.parametrize("number", [3316080101800001.0, 331608.0])
def test_numbers_of_persons_as_float_count_as_damaged(tmp_path, form, field, number):
    tables = dtsen(150, 2)
    for position, row in enumerate(tables["anggota"]):
        row[field] = number + position if position < 20 else row[field]
    content = table(tables["anggota"])
    body = as_xlsx(content)
    if form == "parquet":
        content = [
            content[0],
            *([v if h != field else float(v) for h, v in zip(content[0], r, strict=True)] for r in content[1:]),
        ]
        body = parquet(*content)
    with pytest.raises(Refusal) as caught:
        deliver(tmp_path, with_anggota(body, f"anggota.{form}", tables))
    assert caught.value.kode == "nik_rusak_massal"
    assert f"anggota.{field}: {20 if form == 'xlsx' else 300} dari 300" in caught.value.pesan


def test_a_single_damaged_number_keeps_its_digits_raw(tmp_path):
    content = people()
    place = content[0].index("nomor_induk_kependudukan")
    content[1][place] = 3316080101800001
    content[2][place] = 12
    landed = deliver(tmp_path, with_anggota(as_xlsx(content), "anggota.xlsx"))
    assert [r["nomor_induk_kependudukan"] for r in rows(landed, "anggota")[:2]] == [
        "3316080101800001.0",
        "1.200000E+01",
    ]


def test_nested_values_are_refused_in_a_declared_field_only(tmp_path):
    header, *content = people()
    columns = {h: pa.array(c) for h, c in zip(header, zip(*content, strict=True), strict=True)}
    columns["pekerjaan"] = pa.array([{"nama": "TANI"}] * len(content))
    with pytest.raises(Refusal, match="pekerjaan") as caught:
        deliver(tmp_path, with_anggota(as_parquet(columns), "anggota.parquet"))
    assert caught.value.kode == "bentuk_tidak_terbaca" and "TANI" not in caught.value.pesan


def test_two_equal_names_in_parquet_are_two_headers_of_one_field(tmp_path):
    header, *content = people(pekerjaan="TANI")
    columns = [pa.array(c) for c in zip(*content, strict=True)]
    out = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays([*columns, columns[0]], names=[*header, "ID Anggota"]), out)
    with pytest.raises(Refusal, match="dua judul kolom"):
        deliver(tmp_path / "a", with_anggota(out.getvalue().to_pybytes(), "anggota.parquet"))
    out = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays([*columns, columns[0]], names=[*header, header[0]]), out)
    with pytest.raises(Refusal, match="dua judul kolom"):
        deliver(tmp_path / "b", with_anggota(out.getvalue().to_pybytes(), "anggota.parquet"))
