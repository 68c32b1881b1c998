"""Damaged deliveries: each mode does what its sentence says and nothing else."""

import collections
import csv
import hashlib
import json

import pytest

import sandbox
from sandbox import damage

CODES = {
    "manifest_tidak_cocok", "kolom_wajib_hilang", "kode_tidak_dikenal", "wilayah_salah", "bulan_salah",
    "nik_rusak_massal", "kecamatan_hilang", "kosong", "sama_dengan_bulan_lalu", "kolom_tertukar",
    "bentuk_tidak_terbaca", None,
}  # fmt: skip
NIK = "nomor_induk_kependudukan"


def rows(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sound(built):
    return built.inbox / "dtsen" / "2026-07" / "rev-1"


@pytest.fixture()
def broken(built, tmp_path):
    """Delivers July with a mode; returns the folder and its manifest."""

    def deliver(mode):
        folder = sandbox.deliver(built.directory, tmp_path, "2026-07", damage=mode)
        return folder, json.loads((folder / "manifest.json").read_text())

    return deliver


def differing(folder, sound):
    return {
        name for name in ("keluarga", "anggota", "kepesertaan")
        if (folder / f"{name}.csv").read_bytes() != (sound / f"{name}.csv").read_bytes()
    }  # fmt: skip


def agrees(folder, manifest):
    """Whether the manifest describes the bytes that lie there."""
    return all(
        hashlib.sha256((folder / e["nama"]).read_bytes()).hexdigest() == e["sha256"]
        and (folder / e["nama"]).stat().st_size == e["ukuran"]
        for e in manifest["berkas"]
    )


def test_every_mode_has_a_sentence_a_code_of_the_rules_and_a_delivery(broken, sound):
    assert {mode.code for mode in damage.MODES.values()} == CODES
    original = json.loads((sound / "manifest.json").read_text())
    for name, mode in damage.MODES.items():
        assert mode.sentence
        folder, manifest = broken(name)
        assert differing(folder, sound) or manifest != original, name
        assert agrees(folder, manifest) is (name not in ("terpotong", "sha256_salah")), name


def test_a_truncated_file_is_shorter_than_its_manifest_says(broken, sound):
    folder, manifest = broken("terpotong")
    assert differing(folder, sound) == {"anggota"}
    [size] = [e["ukuran"] for e in manifest["berkas"] if e["nama"] == "anggota.csv"]
    assert (folder / "anggota.csv").stat().st_size == size * 2 // 3


def test_only_the_manifest_is_wrong(broken, sound):
    original = json.loads((sound / "manifest.json").read_text())
    for name, field in (("sha256_salah", "sha256"), ("baris_salah", "baris")):
        folder, manifest = broken(name)
        assert differing(folder, sound) == set()
        assert {k: v for k, v in manifest["berkas"][0].items() if k != field} == {
            k: v for k, v in original["berkas"][0].items() if k != field
        }
        assert manifest["berkas"][0][field] != original["berkas"][0][field]
    folder, manifest = broken("bulan_salah")
    assert (folder.parent.name, manifest["periode"], differing(folder, sound)) == ("2026-07", "2026-08", set())


def test_a_kecamatan_is_missing_with_its_people_and_nothing_else(broken, sound):
    folder, manifest = broken("kecamatan_hilang")
    left = {row["kode_kelurahan_desa"][:8] for row in rows(folder, "keluarga")}
    before = {row["kode_kelurahan_desa"][:8] for row in rows(sound, "keluarga")}
    assert before - left == {"33.16.08"} and left < before
    lost = {row["id_keluarga"] for row in rows(sound, "keluarga")} - {
        r["id_keluarga"] for r in rows(folder, "keluarga")
    }
    for name in ("anggota", "kepesertaan"):
        expected = [row for row in rows(sound, name) if row["id_keluarga"] not in lost]
        assert rows(folder, name) == expected
    assert [e["baris"] for e in manifest["berkas"]] == [
        len(rows(folder, n)) for n in ("keluarga", "anggota", "kepesertaan")
    ]


def test_another_kabupaten_and_last_month(broken, built, sound):
    folder, manifest = broken("kabupaten_lain")
    assert manifest["kabupaten"] == "33.17"
    assert not [row for row in rows(folder, "keluarga") if row["kode_kelurahan_desa"].startswith("33.16.")]
    folder, manifest = broken("sama_bulan_lalu")
    assert manifest["periode"] == "2026-07"
    assert differing(folder, built.inbox / "dtsen" / "2026-06" / "rev-1") == set()


@pytest.mark.parametrize(("mode", "sign"), [("nik_ilmiah", "E+15"), ("nik_nol", "0000")])
def test_damaged_nik_are_more_than_the_limit(broken, sound, mode, sign):
    def count(folder):
        return sum(sign in row[NIK][-4:] for row in rows(folder, "anggota"))

    folder, _ = broken(mode)
    share = count(folder) / len(rows(folder, "anggota"))
    assert count(folder) >= 30 + count(sound) - 2 and 0.003 < share < 0.02
    assert differing(folder, sound) == {"anggota"}


def test_columns_swapped_missing_and_new(broken, sound):
    before = rows(sound, "anggota")
    swapped = rows(broken("kolom_tertukar")[0], "anggota")
    assert [(r[NIK], r["nomor_kartu_keluarga"]) for r in swapped] == [
        (r["nomor_kartu_keluarga"], r[NIK]) for r in before
    ]
    without = rows(broken("kolom_hilang")[0], "anggota")
    assert without == [{k: v for k, v in row.items() if k != "nama"} for row in before]
    more = rows(broken("kolom_baru")[0], "keluarga")
    assert more == [row | {"kolom_baru": "1"} for row in rows(sound, "keluarga")]


def test_unknown_codes_above_and_below_the_limit(broken, sound):
    total = len(rows(sound, "kepesertaan"))
    counts = {}
    for mode in ("kode_banyak", "kode_sedikit"):
        counts[mode] = sum(row["status"] == "DITUNDA" for row in rows(broken(mode)[0], "kepesertaan"))
    assert counts["kode_banyak"] >= 30 and counts["kode_banyak"] / total > 0.002
    assert counts["kode_sedikit"] == 3 and 3 / total < 0.002


def test_ids_twice_with_other_content(broken, sound):
    def doubled(folder):
        return {
            i for i, n in collections.Counter(row["id_anggota"] for row in rows(folder, "anggota")).items() if n > 1
        }

    assert len(doubled(broken("id_ganda")[0]) - doubled(sound)) == 3


def test_empty_header_only_and_utf_16(broken, sound):
    folder, manifest = broken("kosong")
    assert (folder / "kepesertaan.csv").read_bytes() == b""
    assert (manifest["berkas"][2]["ukuran"], manifest["berkas"][2]["baris"]) == (0, 0)
    folder, manifest = broken("hanya_judul")
    assert (folder / "keluarga.csv").read_bytes() == (sound / "keluarga.csv").read_bytes().splitlines(keepends=True)[0]
    assert manifest["berkas"][0]["baris"] == 0
    folder, manifest = broken("utf_16")
    assert (folder / "keluarga.csv").read_bytes().decode("utf-16") == (sound / "keluarga.csv").read_text("utf-8")
    assert manifest["berkas"][0]["baris"] == len(rows(sound, "keluarga"))


def test_damage_in_other_forms_and_a_sound_revision_after_it(built, tmp_path, sound):
    first = sandbox.deliver(built.directory, tmp_path, "2026-07", form="xlsx", damage="kolom_hilang")
    assert {path.suffix for path in first.iterdir()} == {".xlsx", ".json"}
    second = sandbox.deliver(built.directory, tmp_path, "2026-07", revisi=2)
    assert json.loads((second / "manifest.json").read_text())["revisi"] == 2
    assert differing(second, sound) == {"anggota"}
    for mode, form, said in (("utf_16", "parquet", "plain CSV"), ("hilang", "csv", "unknown")):
        with pytest.raises(ValueError, match=said):
            sandbox.deliver(built.directory, tmp_path, "2026-07", form=form, damage=mode)
