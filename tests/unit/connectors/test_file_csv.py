"""CSV: dialects, encodings and bounds."""

from __future__ import annotations

import gzip

import duckdb
import pyarrow as pa
import pytest
from deliveries import as_csv, dtsen, lines, rows
from forms import as_parquet, as_xlsx, deliver, in_form, table
from reading import KEPESERTAAN, PLAIN, read, refused

from connectors.core.files import delimited, limits
from connectors.core.landing import workspace
from connectors.interface import Refusal


@pytest.mark.parametrize(
    "body",
    [
        PLAIN.decode().encode("utf-16"),
        PLAIN.decode().encode("utf-16-le"),
        PLAIN.decode().encode("utf-32"),
        PLAIN.replace(b"WARGA 1,", "WÁRGA 1,".encode("cp1252")),
        PLAIN.replace(b"WARGA 1,", b"WAR\0GA 1,"),
        PLAIN[:-40] + b"\0" * 40,
        PLAIN.replace(b"WARGA 1,", "WÁ".encode() + "Á".encode("cp1252") + b","),
        b"\r\n" + PLAIN,
        PLAIN.replace(b"id_anggota", b'"id_anggota'),
        b"a" * (1 << 20),
        b",".join(b"k%d" % i for i in range(100_000)) + b"\n",
        PLAIN.replace(b"WARGA 1,", b"x" * (5 << 20) + b","),
        PLAIN + b"x" * (5 << 20),
        b"PK\x03\x04" + PLAIN,
    ],
)  # fmt: skip
def test_bytes_that_are_no_csv_in_utf8(tmp_path, body):
    refusal = refused(tmp_path, "anggota.csv", body)
    assert refusal.kode in ("bentuk_tidak_terbaca", "kolom_wajib_hilang")
    assert "WARGA" not in refusal.pesan and len(refusal.pesan) < 200


def test_bytes_of_a_column_that_no_field_claims_are_utf8_too(tmp_path):
    header, line = b"id_anggota,id_keluarga,nama,lain\n", b"A1,K1,WARGA,x\n"
    body = header + line * (limits.HEADER_LIMIT // len(line) + 1)
    assert read(tmp_path, "anggota.csv", body)
    assert refused(tmp_path, "anggota.csv", body + b"A2,K1,WARGA,\xe9\n").kode == "bentuk_tidak_terbaca"
    assert refused(tmp_path, "anggota.csv", body + b"A2,K1,WARGA\nA3,K1,WARGA,\xe9\n").kode == "bentuk_tidak_terbaca"


def test_header_of_more_columns_than_a_delivery_has(tmp_path):
    extra = b",".join(b"k%d" % i for i in range(limits.COLUMN_LIMIT))
    assert "kolom" in refused(tmp_path, "anggota.csv", extra + b"," + PLAIN).pesan


def test_an_empty_file_in_any_form(tmp_path):
    for name, body in {"a.csv": b"", "b.csv": b"\xef\xbb\xbf", "c.csv": b"\r\n", "d.csv.gz": gzip.compress(b""),
                       "e.xlsx": as_xlsx([]), "f.xlsx": as_xlsx([["", ""]])}.items():  # fmt: skip
        assert refused(tmp_path, name, body).kode == "kosong"
    tables = {**dtsen(), "kepesertaan": []}
    header = table(dtsen()["kepesertaan"])[0]
    none = as_parquet({h: pa.array([], pa.string()) for h in header})
    for name, body in {"kepesertaan.xlsx": as_xlsx([header]), "kepesertaan.parquet": none}.items():
        files = {k: v for k, v in in_form("csv", tables).items() if not k.startswith("kepesertaan")}
        with pytest.raises(Refusal) as caught:
            deliver(tmp_path / name, {**files, name: (body, 0)})
        assert caught.value.kode == "kosong"


def test_dialects_of_csv(tmp_path):
    rows_ = table(dtsen(1, 2)["kepesertaan"])
    plain = read(tmp_path, "kepesertaan.csv", as_csv(dtsen(1, 2)["kepesertaan"]), KEPESERTAAN)
    for delimiter in ",;|\t":
        for ending in ("\r\n", "\n", "\r"):
            text = ending.join(delimiter.join(f'"{v}"' if i == 2 else v for i, v in enumerate(r)) for r in rows_)
            for tail in ("", ending, ending * 3):
                for bom in ("", "\ufeff"):
                    found = read(tmp_path, "kepesertaan.csv", (bom + text + tail).encode(), KEPESERTAAN)
                    assert found == plain


def test_a_delimiter_that_is_more_often_inside_the_titles(tmp_path):
    body = b'id_keluarga,"a;b;c;d;e",program,"f;g;h|i|j|k",status\nK1,x,PKH,y,AKTIF\n'
    assert read(tmp_path, "kepesertaan.csv", body, KEPESERTAAN)[0][0] == "K1"


def test_long_numbers_in_unknown_headers_are_not_told(tmp_path):
    tables = dtsen()
    for person in tables["anggota"]:
        person["Catatan 3316080101800001"] = "x"
    landed = deliver(tmp_path, in_form("csv", tables))
    assert landed.ukuran["pemberitahuan"]["anggota"]["judul_tidak_dikenal"] == ("catatan_#",)


def test_quoted_lines_that_look_like_rows_where_threads_meet(tmp_path):
    inner = "\n".join("K9,A9,PKH" for _ in range(40))
    body = "id_keluarga,nama_penerima,status\n".replace("status", "program,status") + "".join(
        f'K{i},"{inner if i % 500 == 7 else i}",PKH,AKTIF\n' for i in range(400_000)
    )
    (tmp_path / "besar").write_text(body)
    with workspace(tmp_path / "kerja") as con:
        con.execute("set threads = 8")
        told = delimited.read_csv(con, tmp_path / "besar", KEPESERTAAN, "b.csv", "mentah", tmp_path / "kerja")
        wrong = con.execute("select count(*) from mentah where id_keluarga <> 'K' || rowid").fetchone()[0]
    assert (told.baris, wrong) == (400_000, 0)


def test_damage_of_a_quoted_csv_is_held_by_the_row(tmp_path):
    body = as_csv(dtsen()["anggota"]).split(b"\r\n")
    body[2] = body[2].replace(b"WARGA 2", b'"WARGA\r\n2"') + b",sisa"
    files = {**in_form("csv", dtsen()), "anggota.csv": (b"\r\n".join(body), 12)}
    landed = deliver(tmp_path, files)
    assert [line[1] for line in lines(landed.karantina) if line[0] == "anggota"] == ["2"]
    assert len(rows(landed, "anggota")) == 11


def test_no_message_of_a_library_reaches_the_sender(tmp_path, monkeypatch):
    def fail(*_):
        raise duckdb.InvalidInputException("WARGA RAHASIA 3316080101800001")

    monkeypatch.setattr(delimited, "_load", fail)
    monkeypatch.setattr(delimited, "_reader", fail)
    refusal = refused(tmp_path, "anggota.csv", PLAIN)
    assert "RAHASIA" not in refusal.pesan and refusal.__cause__ is None and refusal.__suppress_context__
