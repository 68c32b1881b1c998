"""Receivers are declared strictly, and their connections are those of the sources that they also are."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from deliveries import SOURCES

from connectors.core.target import load_target
from connectors.interface import load_feeds, load_targets

TARGETS = load_targets()
FOLDER = Path(__file__).parents[3] / "connectors"


def test_the_receivers_of_the_contract_by_the_connections_of_the_sources():
    assert {t.nama: (t.koneksi, t.jenis, t.batas) for t in TARGETS.values()} == {
        "bratasena": ("bratasena_api", "rest", 1),
        "dtjateng": ("dtjateng_api", "rest", 500),
        "siks_ng": ("siks_ng_outbox", "berkas", None),
        "simnakis": ("simnakis_api", "rest", 1),
    }
    for nama in ("dtjateng", "simnakis"):
        source = SOURCES[nama]
        assert TARGETS[nama].koneksi == source.koneksi
        assert TARGETS[nama].akses.otentikasi == source.akses.otentikasi
        assert TARGETS[nama].akses.jalur_token == source.akses.jalur_token
    assert {f.koneksi for n, f in load_feeds().items() if n != "verifikasi"} == {TARGETS["bratasena"].koneksi}
    assert TARGETS["siks_ng"].koneksi_balasan == SOURCES["dtsen"].koneksi


@pytest.mark.parametrize(
    ("nama", "changes", "told"),
    [
        ("dtjateng", {"akses": None}, "every REST receiver has it"),
        ("dtjateng", {"akses": {"otentikasi": "oauth_client_credentials", "jalur": {}}}, "jalur_token"),
        ("dtjateng", {"akses": {"otentikasi": "tanpa", "jalur": {}}}, "akses.otentikasi"),
        ("dtjateng", {"batas": 0}, "batas"),
        ("dtjateng", {"batch": 1}, "batch"),
        ("dtjateng", {"nama": "lain"}, "its folder's name"),
        ("siks_ng", {"koneksi_balasan": None}, "every receiver of files has it"),
    ],
)
def test_a_declaration_that_does_not_hold_is_not_loaded(tmp_path, nama, changes, told):
    content = yaml.safe_load((FOLDER / nama / "target.yml").read_text("utf-8"))
    (tmp_path / nama).mkdir()
    path = tmp_path / nama / "target.yml"
    path.write_text(yaml.safe_dump({**content, **changes}), "utf-8")
    with pytest.raises(ValueError, match=told) as caught:
        load_target(path)
    assert f"{nama}/target.yml" in str(caught.value)
