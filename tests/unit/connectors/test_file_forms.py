"""A delivery in every form a sender may choose: the same rows, typed cells exact, what is not read told."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from deliveries import as_csv, dtsen, lines, rows
from forms import (
    FORMS,
    MAIN,
    OFFICE,
    PACKAGE,
    as_xlsx,
    deliver,
    in_form,
    people,
    with_anggota,
    write,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.interface import Refusal


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_rows(tmp_path, form):
    tables = dtsen()
    tables["keluarga"][0]["alamat"] = 'Dk. "Uji"; Lor|1, <RT> & 2\nRW 3'
    tables["keluarga"][1]["alamat"] = "Ds. Ngawèn ✓ 𝔻"
    plain = deliver(tmp_path / "asal", in_form("csv", tables))
    landed = deliver(tmp_path / form, in_form(form, tables))
    assert landed.sha256_isi == plain.sha256_isi
    for entitas, file in landed.entitas.items():
        assert file.path.read_bytes() == plain.entitas[entitas].path.read_bytes()
    left = {p.name for p in (tmp_path / form / "kerja").iterdir()}
    assert left == {p.name for p in (tmp_path / "asal/kerja").iterdir()}


def test_forms_may_be_mixed_and_named_in_any_case(tmp_path):
    tables = dtsen()
    files = {
        "KELUARGA.XLSX": (write("xlsx", tables["keluarga"]), 6),
        "Anggota.Parquet": (write("parquet", tables["anggota"]), 12),
        "kepesertaan.CSV.gz": (write("csv.gz", tables["kepesertaan"]), 12),
    }
    plain = deliver(tmp_path / "csv", in_form("csv", tables))
    assert deliver(tmp_path / "campur", files).sha256_isi == plain.sha256_isi


def test_workbook_first_sheet_saved_values_blank_rows_and_surplus_cells(tmp_path):
    header, *content = people(pekerjaan=("1+1", "TANI"))
    content[3].append("terlepas")
    written = [None, header, *content[:6], [""] * len(header), None, *content[6:]]
    body = as_xlsx(written, [["lain"]], [["rahasia"]], states=("visible", "hidden", "veryHidden"),
                   parts={"xl/vbaProject.bin": b"x", "xl/externalLinks/externalLink1.xml": "<a/>"})  # fmt: skip
    landed = deliver(tmp_path, with_anggota(body, "anggota.xlsx"))
    assert {r["pekerjaan"] for r in rows(landed, "anggota")} == {"TANI"}
    assert landed.entitas["anggota"].diterima == 12
    held = [line[:2] + line[3:] for line in lines(landed.karantina) if line[0] == "anggota"]
    assert held == [("anggota", "4", "bentuk_rusak")]
    assert landed.ukuran["pemberitahuan"]["anggota"]["diabaikan"] == {
        "makro": 1, "tautan_luar": 1, "lembar_lain": 2, "lembar_tersembunyi": 2,
    }  # fmt: skip


def test_shared_strings_and_rich_text(tmp_path):
    plain = as_csv(dtsen()["anggota"]).decode().splitlines()
    content = [line.split(",") for line in plain]
    shared = "".join(f"<si><r><t>{v[:1]}</t></r><r><t>{v[1:]}</t></r></si>" for line in content for v in line)
    width = len(content[0])
    cells = "".join(
        "<row>" + "".join(f'<c t="s"><v>{n * width + i}</v></c>' for i in range(width)) + "</row>"
        for n in range(len(content))
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate([("sharedStrings", "sharedStrings.xml"),
                                            ("worksheet", "worksheets/sheet1.xml")])
    )  # fmt: skip
    body = as_xlsx([[]], parts={
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"/>',
    })  # fmt: skip
    same = deliver(tmp_path / "csv", in_form("csv", dtsen()))
    assert deliver(tmp_path / "x", with_anggota(body, "anggota.xlsx")).sha256_isi == same.sha256_isi


def test_gzip_of_several_members(tmp_path):
    plain = as_csv(dtsen()["anggota"])
    body = b"".join(gzip.compress(plain[i : i + 100]) for i in range(0, len(plain), 100)) + gzip.compress(b"")
    same = deliver(tmp_path / "csv", in_form("csv", dtsen()))
    assert deliver(tmp_path / "gz", with_anggota(body, "anggota.csv.gz")).sha256_isi == same.sha256_isi


def test_every_alias_of_the_rules_is_accepted(tmp_path):
    aliases = {
        "keluarga": {"nokk": "nomor_kartu_keluarga", "no_kk": "nomor_kartu_keluarga", "desil": "desil_nasional",
                     "nama_anggota_keluarga": "nama_kepala_keluarga", "nama_krt": "nama_kepala_keluarga",
                     "id_dtks": "id_keluarga", "idbdt": "id_keluarga", "kode_desa": "kode_kelurahan_desa",
                     "desa": "kelurahan_desa"},
        "anggota": {"nik": "nomor_induk_kependudukan", "nokk": "nomor_kartu_keluarga", "nama_art": "nama",
                    "no_kk": "nomor_kartu_keluarga", "tgl_lahir": "tanggal_lahir", "jenkel": "jenis_kelamin",
                    "jnskel": "jenis_kelamin", "id_jenis_kelamin": "jenis_kelamin", "tmp_lahir": "tempat_lahir",
                    "nm_ibu_kandung": "nama_ibu_kandung", "hub_krt": "status_hubungan_keluarga",
                    "id_hubungan_keluarga": "status_hubungan_keluarga", "id_keberadaan_individu": "keberadaan",
                    "id_dtks": "id_keluarga", "idbdt": "id_keluarga", "idsemesta": "id_anggota",
                    "id_individu": "id_anggota", "id_art": "id_anggota"},
        "kepesertaan": {"id_dtks": "id_keluarga", "idbdt": "id_keluarga", "idsemesta": "id_anggota",
                        "id_individu": "id_anggota", "id_art": "id_anggota"},
    }  # fmt: skip
    tables = dtsen()
    for person in tables["anggota"]:
        person |= {"tempat_lahir": "BLORA", "nama_ibu_kandung": "IBU UJI"}
    same = deliver(tmp_path / "asal", in_form("csv", tables)).sha256_isi
    for turn in range(3):
        renamed = {}
        for entitas, written in tables.items():
            by_field: dict[str, list[str]] = {}
            for alias, field in aliases[entitas].items():
                by_field.setdefault(field, []).append(alias)
            names = {f: a[turn % len(a)].upper().replace("_", " ") for f, a in by_field.items()}
            renamed[entitas] = [{names.get(k, k): v for k, v in row.items()} for row in written]
        landed = deliver(tmp_path / f"alias-{turn}", in_form("csv", renamed))
        assert landed.sha256_isi == same
        assert [n["judul_tidak_dikenal"] for n in landed.ukuran["pemberitahuan"].values()] == [(), (), ()]
    other = [{**{k: v for k, v in r.items() if k != "nama"}, "nama_krt": r["nama"]} for r in tables["anggota"]]
    with pytest.raises(Refusal) as caught:
        deliver(tmp_path / "salah", in_form("csv", {**tables, "anggota": other}))
    assert caught.value.kode == "kolom_wajib_hilang"


# XML cannot hold control characters, and a bare carriage return is not kept in it.
LETTER = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs"), include_characters="\n\t", exclude_characters="\ufffe\uffff"
)
VALUE = st.one_of(
    st.sampled_from(
        ["", "-", '"', '""', "a,b;c|d\te", " x ", "=1+1", "0012", "1,5", "_x0041_", "#N/A", "'x", "\u200f"]
    ),
    st.text(LETTER, max_size=12),
)
HEADER = st.sampled_from([str, str.upper, str.title, lambda h: h.replace("_", " "), lambda h: f" {h} "])


# Each example starts six processes: a failing one is shown as it was found.
@settings(max_examples=5, deadline=None, phases=[Phase.reuse, Phase.generate],
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(data=st.data())
def test_a_generated_table_reads_back_the_same_in_every_form(tmp_path_factory, data):
    tables = dtsen(4, 1)
    for family in tables["keluarga"]:
        family |= {"alamat": data.draw(VALUE), "dusun": data.draw(VALUE), "luas_lantai": data.draw(VALUE)}
    for person in tables["anggota"]:
        person["pekerjaan"] = data.draw(VALUE)
    style = data.draw(HEADER)
    tables = {e: [{style(k): v for k, v in r.items()} for r in table] for e, table in tables.items()}
    dialects = [
        {f"{e}.csv": (as_csv(r, delimiter, bom).replace(b"\r\n", ending), len(r)) for e, r in tables.items()}
        for delimiter, bom, ending in [
            (
                data.draw(st.sampled_from(",;|\t")),
                data.draw(st.booleans()),
                data.draw(st.sampled_from([b"\n", b"\r\n"])),
            )
        ]
    ]
    landed = [
        deliver(Path(tmp_path_factory.mktemp("bentuk")), files)
        for files in [*dialects, *(in_form(form, tables) for form in FORMS)]
    ]
    first = landed[0]
    for other in landed[1:]:
        assert other.sha256_isi == first.sha256_isi
        for entitas, file in other.entitas.items():
            assert file.path.read_bytes() == first.entitas[entitas].path.read_bytes()
        assert other.masalah.read_bytes() == first.masalah.read_bytes()
