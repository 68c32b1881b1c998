"""What a manifest may not say, and what beside it is not read."""

from __future__ import annotations

import json

import pytest
from deliveries import dtsen
from forms import deliver, in_form, land, manifest_entry, write
from reading import PLAIN

from connectors.dtsen.connector import _facts
from connectors.interface import Refusal


def test_cut_file_with_the_manifest_as_it_was(tmp_path):
    files = in_form("csv.gz", dtsen())
    body, count = files["anggota.csv.gz"]
    entries = [manifest_entry(n, b, r) for n, (b, r) in files.items()]
    files["anggota.csv.gz"] = (body[:-9], count)
    with pytest.raises(Refusal) as caught:
        deliver(tmp_path, files, entries)
    assert caught.value.kode == "manifest_tidak_cocok"


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
