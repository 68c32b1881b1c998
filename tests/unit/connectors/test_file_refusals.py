"""Files that are cut, hostile or not what they are called: refused with a code, or complete, never a part."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from deliveries import SOURCES, as_csv, dtsen, lines, rows
from forms import MAIN, as_parquet, as_xlsx, deliver, in_form, land, manifest_entry, sheet, table, write

from connectors.core.files import delimited, gzipped, limits, typed
from connectors.core.files.readers import READERS
from connectors.core.landing import workspace
from connectors.dtsen.connector import _facts
from connectors.interface import Refusal

ANGGOTA = SOURCES["dtsen"].entitas["anggota"]
KEPESERTAAN = SOURCES["dtsen"].entitas["kepesertaan"]


def read(folder: Path, name: str, body: bytes, entity=ANGGOTA) -> list[tuple]:
    """Rows of the raw table that the reader of that suffix makes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "berkas").write_bytes(body)
    con = workspace(folder / "kerja")
    with con:
        count = READERS["." + name.partition(".")[2]](
            con, folder / "berkas", entity, name, "mentah", folder / "kerja"
        ).baris
        content = con.execute("select * from mentah order by rowid").fetchall()
    assert count == len(content)
    assert [p.name for p in (folder / "kerja").iterdir() if p.is_file()] == []
    return content


def refused(folder: Path, name: str, body: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(folder, name, body)
    return caught.value


SMALL = table(dtsen(1, 2)["kepesertaan"])


def small(form: str) -> bytes:
    if form == "csv-berkutip":
        return "\r\n".join(",".join(f'"{v}"' for v in row) for row in SMALL).encode() + b"\r\n"
    return write(form, dtsen(1, 2)["kepesertaan"])


@pytest.mark.parametrize("form", ["csv.gz", "xlsx", "parquet"])
def test_a_form_that_can_tell_is_refused_when_cut_anywhere(tmp_path, form):
    body = small(form)
    whole = read(tmp_path, f"kepesertaan.{form}", body, KEPESERTAAN)
    assert len(whole) == 2
    # Each cut starts a process; the last bytes, where the indexes of the formats lie, are cut one by one.
    step = {"csv.gz": 1, "xlsx": 211, "parquet": 307}[form]
    cuts = sorted({*range(0, len(body), step), *range(max(0, len(body) - 5), len(body))})
    for cut in cuts:
        try:
            found = read(tmp_path, f"kepesertaan.{form}", body[:cut], KEPESERTAAN)
        except Refusal as refusal:
            assert refusal.kode in ("bentuk_tidak_terbaca", "kosong"), cut
        else:
            assert found == whole, cut


def test_csv_cut_at_every_byte_with_a_manifest_made_anew(tmp_path):
    """`baris` tells all but a last row cut in its last field, which is a whole row for everyone who reads it."""
    body = small("csv")
    whole = read(tmp_path, "kepesertaan.csv", body, KEPESERTAAN)
    last_field = len(body.rstrip().rpartition(b",")[2])
    for cut in range(len(body)):
        try:
            found = read(tmp_path, "kepesertaan.csv", body[:cut], KEPESERTAAN)
        except Refusal as refusal:
            assert refusal.kode in ("bentuk_tidak_terbaca", "kosong", "kolom_wajib_hilang"), cut
            continue
        if len(found) < len(whole):
            continue  # the count of the manifest refuses it
        assert found[0] == whole[0]
        lost = len(body.rstrip()) - cut
        if lost <= 0:
            assert found == whole, cut
        elif lost <= last_field:
            assert found[1][:-1] != whole[1][:-1] or found[1] == whole[1], cut
        else:
            assert found[1][-1] is True, f"bentuk_rusak expected at {cut}"


def test_quoted_csv_cut_at_every_byte(tmp_path):
    body = small("csv-berkutip")
    whole = read(tmp_path, "kepesertaan.csv", body, KEPESERTAAN)
    for cut in range(len(body)):
        try:
            found = read(tmp_path, "kepesertaan.csv", body[:cut], KEPESERTAAN)
        except Refusal:
            continue
        assert found[:-1] == whole[: max(0, len(found) - 1)], cut
        if len(found) == len(whole) and found != whole:
            # Cut behind the last comma: an empty last field, for everyone who reads it.
            assert found[-1][-1] is True or body[:cut].endswith(b","), cut


def test_csv_cut_inside_quotes_is_refused_also_among_broken_rows(tmp_path):
    head = b"id_keluarga,program,status\n"
    assert refused_kepesertaan(tmp_path, head + b'K1,PKH,AKTIF\nK2,PKH,"AKT') == "bentuk_tidak_terbaca"
    assert refused_kepesertaan(tmp_path, head + b'K1,PKH\nK2,PKH,"AKT') == "bentuk_tidak_terbaca"
    assert refused_kepesertaan(tmp_path, head + b'K1,PKH\nK2,"PKH,AKTIF\nK3,PKH,AKTIF\n') == "bentuk_tidak_terbaca"
    assert refused_kepesertaan(tmp_path, head + b'K1,"PKH"x,AKTIF\n') == "bentuk_tidak_terbaca"
    found = read(tmp_path, "kepesertaan.csv", head + b'K1,PKH\r\nK2,"PKH",AKTIF'.replace(b"\r", b""), KEPESERTAAN)
    assert [row[-1] for row in found] == [True, False]


def refused_kepesertaan(folder: Path, body: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        read(folder, "kepesertaan.csv", body, KEPESERTAAN)
    return caught.value.kode


def test_cut_file_with_the_manifest_as_it_was(tmp_path):
    files = in_form("csv.gz", dtsen())
    body, count = files["anggota.csv.gz"]
    entries = [manifest_entry(n, b, r) for n, (b, r) in files.items()]
    files["anggota.csv.gz"] = (body[:-9], count)
    with pytest.raises(Refusal) as caught:
        deliver(tmp_path, files, entries)
    assert caught.value.kode == "manifest_tidak_cocok"


PLAIN = as_csv(dtsen()["anggota"])


@pytest.mark.parametrize(
    "body",
    [
        PLAIN,
        gzip.compress(PLAIN) + b"sisa",
        gzip.compress(PLAIN) + b"\0" * 512,
        zlib.compress(PLAIN),
        gzip.compress(PLAIN)[:-8] + b"\0" * 8,
        gzip.compress(PLAIN) + gzip.compress(PLAIN)[:-1],
        b"",
    ],
)
def test_gzip_that_is_not_whole(tmp_path, body):
    assert refused(tmp_path, "anggota.csv.gz", body).kode == "bentuk_tidak_terbaca"


def test_gzip_of_gzip_and_bombs(tmp_path, monkeypatch):
    assert refused(tmp_path, "anggota.csv.gz", gzip.compress(gzip.compress(PLAIN))).kode == "bentuk_tidak_terbaca"
    bomb = gzip.compress(PLAIN + b" " * (40 << 20))
    assert "lebih besar" in refused(tmp_path, "anggota.csv.gz", bomb).pesan
    monkeypatch.setattr(gzipped, "UNPACKED_LIMIT", len(PLAIN) - 1)
    assert "lebih besar" in refused(tmp_path, "anggota.csv.gz", gzip.compress(PLAIN)).pesan
    monkeypatch.setattr(gzipped, "UNPACKED_LIMIT", len(PLAIN))
    monkeypatch.setattr(gzipped, "MEMBER_LIMIT", 1)
    assert refused(tmp_path, "anggota.csv.gz", gzip.compress(PLAIN) * 2).kode == "bentuk_tidak_terbaca"


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
    rows_ = SMALL
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


def xlsx_with(part: str, body: str | bytes) -> bytes:
    return as_xlsx(table(dtsen()["anggota"]), parts={part: body})


LAUGHS = '<!DOCTYPE a [<!ENTITY b "xx"><!ENTITY c "&b;&b;&b;">]>'
FAR = f'<worksheet xmlns="{MAIN}"><sheetData><row r="9"><c r="XFD9"><v>1</v></c></row></sheetData></worksheet>'


NUL = sheet(table(dtsen()["anggota"])).replace("WARGA 1<", "WARGA_x0000_1<")


def encrypted() -> bytes:
    body = bytearray(xlsx_with("a.xml", "<a/>"))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := body.find(signature, start)) >= 0:
            body[start + flags] |= 1
            start += 4
    return bytes(body)


def twice_the_same_part() -> bytes:
    out = io.BytesIO(xlsx_with("a.xml", "<a/>"))
    with pytest.warns(UserWarning), zipfile.ZipFile(out, "a") as container:
        container.writestr("xl/worksheets/sheet1.xml", sheet([["x"]]))
    return out.getvalue()


def wrong_checksum() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as container:
        inner = zipfile.ZipFile(io.BytesIO(as_xlsx(table(dtsen()["anggota"]))))
        for part in inner.namelist():
            container.writestr(part, inner.read(part))
    return out.getvalue().replace(b"WARGA 1<", b"WARGA 9<")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (PLAIN, "rusak"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "rusak"),
        (xlsx_with("xl/worksheets/sheet1.xml", LAUGHS + sheet([["&c;"]])), "DOCTYPE"),
        (xlsx_with("docProps/app.xml", LAUGHS + "<a/>"), "DOCTYPE"),
        (xlsx_with("docProps/app.xml", b"a" * ((1 << 20) - 4) + LAUGHS.encode()), "DOCTYPE"),
        (xlsx_with("bom.bin", b"\0" * (64 << 20)), "lebih besar"),
        (as_xlsx(table(dtsen()["anggota"]), parts={f"a/{i}.xml": "" for i in range(1_001)}), "lebih besar"),
        (xlsx_with("xl/worksheets/sheet1.xml", FAR), "lebih besar"),
        (xlsx_with("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row><c"), "rusak"),
        (xlsx_with("xl/workbook.xml", f'<workbook xmlns="{MAIN}"><sheets/></workbook>'), "bukan buku kerja"),
        (xlsx_with("xl/worksheets/sheet1.xml", NUL), "NUL"),
        (encrypted(), "rusak"),
        (twice_the_same_part(), "lebih besar"),
        (wrong_checksum(), "rusak"),
    ],
)
def test_hostile_workbooks(tmp_path, body, said):
    refusal = refused(tmp_path, "anggota.xlsx", body)
    assert refusal.kode == "bentuk_tidak_terbaca" and said in refusal.pesan


def test_a_workbook_that_asks_for_all_memory(tmp_path):
    """Two cells at the ends of a sheet: a library that keeps the whole sheet needs 20 GiB for it."""
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>'
    body = xlsx_with(
        "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    )
    assert refused(tmp_path, "anggota.xlsx", body).kode == "bentuk_tidak_terbaca"


def test_hostile_parquet(tmp_path):
    columns = {h: pa.array([v] * 3) for h, v in zip(*table(dtsen()["anggota"])[:2], strict=True)}
    bombs = {
        "lebih besar": {**columns, "nama": pa.array(["x" * (5 << 20)] * 3)},
        "NUL": {**columns, "nama": pa.array(["A\0B"] * 3)},
        "rusak": {**columns, "nama": pa.array([b"W\xe9"] * 3, pa.binary())},
    }
    for said, content in bombs.items():
        assert said in refused(tmp_path, "anggota.parquet", as_parquet(content)).pesan
    many = 30_000_000
    long = as_parquet({h: pa.repeat(v, many).dictionary_encode() for h, v in [("id_anggota", "A"), ("nama", "B")]})
    assert len(long) < 1 << 20
    assert "lebih besar" in refused(tmp_path, "anggota.parquet", long).pesan
    wide = as_parquet({f"k{i}": pa.array(["x"]) for i in range(limits.COLUMN_LIMIT + 1)})
    assert "lebih besar" in refused(tmp_path, "anggota.parquet", wide).pesan
    assert refused(tmp_path, "anggota.parquet", b"PAR1" + b"\0" * 200 + b"PAR1").kode == "bentuk_tidak_terbaca"


def test_a_reading_process_that_hangs_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(typed, "WALL_LIMIT", 0.05)
    assert refused(tmp_path, "anggota.xlsx", write("xlsx", dtsen()["anggota"])).kode == "bentuk_tidak_terbaca"


def test_a_reading_process_that_cannot_start_is_no_fault_of_the_sender(tmp_path, monkeypatch):
    monkeypatch.setattr(typed, "ROOT", tmp_path)
    monkeypatch.setattr(typed.sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="did not start"):
        read(tmp_path, "anggota.xlsx", write("xlsx", dtsen()["anggota"]))


@pytest.mark.parametrize(
    "change",
    [
        {"baris": True}, {"baris": "12"}, {"baris": 12.0}, {"baris": -1}, {"baris": None}, {"baris": 10**400},
        {"ukuran": str(len(PLAIN))}, {"ukuran": float(len(PLAIN))}, {"sha256": None},
        {"nama": "../anggota.csv"}, {"nama": "/etc/anggota.csv"}, {"nama": "sub/anggota.csv"}, {"nama": "anggota"},
        {"nama": "anggota.csv\0"}, {"nama": "C:anggota.csv"}, {"nama": "Anggota.csv"}, {"nama": "anggota.xls"},
        {"nama": "anggota.csv.zip"}, {"nama": ["anggota.csv"]}, {"nama": "CON"}, {"nama": "\ud800"},
    ],
)  # fmt: skip
def test_manifest_entries_that_are_none(tmp_path, change):
    files = in_form("csv", dtsen())
    entries = [manifest_entry(n, b, r) for n, (b, r) in files.items()]
    entries[1] |= change
    with pytest.raises(Refusal) as caught:
        deliver(tmp_path, files, entries)
    assert caught.value.kode == "manifest_tidak_cocok"


def test_one_entity_in_two_forms_or_spellings(tmp_path):
    for second, body in {"anggota.xlsx": write("xlsx", dtsen()["anggota"]), "ANGGOTA.CSV": PLAIN}.items():
        with pytest.raises(Refusal, match="ganda") as caught:
            deliver(tmp_path / second, {**in_form("csv", dtsen()), second: (body, 12)})
        assert caught.value.kode == "manifest_tidak_cocok"


def test_a_revision_that_is_true_is_no_number(tmp_path):
    for revision in (True, 1.0, "1"):
        with pytest.raises(Refusal) as caught:
            deliver(tmp_path / str(revision), in_form("csv", dtsen()), revisi=revision)
        assert caught.value.kode == "manifest_tidak_cocok"


def test_facts_of_the_manifest_are_text_that_postgres_can_hold(tmp_path):
    deliver(tmp_path, in_form("csv", dtsen()), versi_dtsen="2026\0-T2\ud800", berkas=None)
    text = (tmp_path / "masuk/dtsen/2026-06/rev-1/manifest.json").read_text()
    assert _facts(json.loads(text)) == {"versi_dtsen": "2026-T2", "baris": 30}


def test_files_outside_the_manifest_and_links_are_not_read(tmp_path):
    files = in_form("csv", dtsen())
    landed = deliver(
        tmp_path / "a", {**files, "lampiran.csv": (b"x", 1)}, [manifest_entry(n, *f) for n, f in files.items()]
    )
    assert landed.entitas["anggota"].diterima == 12
    place = tmp_path / "a/masuk/dtsen/2026-06/rev-1/anggota.csv"
    place.rename(tmp_path / "anggota.csv")
    place.symlink_to(tmp_path / "anggota.csv")
    with pytest.raises(Refusal, match="tidak ada di folder"):
        land(tmp_path / "a")


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
