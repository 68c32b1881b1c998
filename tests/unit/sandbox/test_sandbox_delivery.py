"""DTSEN's delivery: what a landing relies on."""

import hashlib
import json

import pytest

import sandbox

KEPESERTAAN = "id_keluarga,id_anggota,program,periode_salur,status,sumber_dana,nominal,nama_penerima"


def test_the_manifest_describes_exactly_the_files(built):
    folder = built.inbox / "dtsen" / "2026-07" / "rev-1"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert {key: manifest[key] for key in ("sumber", "periode", "revisi", "kabupaten", "versi_dtsen", "desil_per")} == {
        "sumber": "dtsen", "periode": "2026-07", "revisi": 1, "kabupaten": "33.16", "versi_dtsen": "2026-T2",
        "desil_per": "2026-06-30",
    }  # fmt: skip
    assert {entry["nama"] for entry in manifest["berkas"]} == {"keluarga.csv", "anggota.csv", "kepesertaan.csv"}
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json",
        "keluarga.csv",
        "anggota.csv",
        "kepesertaan.csv",
    }
    for entry in manifest["berkas"]:
        content = (folder / entry["nama"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert len(content) == entry["ukuran"]
        assert content.count(b"\n") - 1 == entry["baris"]


def test_the_columns_are_those_of_the_contract(built):
    folder = built.inbox / "dtsen" / "2026-06" / "rev-1"
    assert (folder / "kepesertaan.csv").read_text().splitlines()[0] == KEPESERTAAN
    head = (folder / "keluarga.csv").read_text().splitlines()[0].split(",")
    assert (len(head), head[0], head[-1]) == (39, "id_keluarga", "tanggal_pemutakhiran")
    head = (folder / "anggota.csv").read_text().splitlines()[0].split(",")
    assert (len(head), head[0], head[-1]) == (20, "id_anggota", "catatan_evaluasi")


def test_a_revision_corrects_the_missing_names_and_nothing_else(built, tmp_path):
    first = (built.inbox / "dtsen" / "2026-06" / "rev-1" / "anggota.csv").read_text().splitlines()
    folder = sandbox.deliver(built.directory, tmp_path, "2026-06", revisi=2)
    second = (folder / "anggota.csv").read_text().splitlines()
    assert folder.name == "rev-2"
    changed = [(a, b) for a, b in zip(first, second, strict=True) if a != b]
    assert len(changed) == sum(line.split(",")[4] == "-" for line in first) > 0
    for before, after in changed:
        old, new = before.split(","), after.split(",")
        assert old[4] == "-" != new[4]
        assert old[:4] + old[5:] == new[:4] + new[5:]


def test_a_month_that_was_not_built_is_said(built, tmp_path):
    with pytest.raises(FileNotFoundError, match="2027-01 is not built"):
        sandbox.deliver(built.directory, tmp_path, "2027-01")


def test_an_earlier_month_delivered_again_does_not_turn_the_clock_back(built, tmp_path):
    sandbox.deliver(built.directory, tmp_path, "2026-06")
    assert (built.directory / "sekarang").read_text() == "2026-08"
