"""The ODCS contracts are well formed and say what contracts/published.md promises where it matters most."""

from __future__ import annotations

import re

import pytest
import yaml

from sinkron import contract

CONTRACTS = contract.load()
LOGICAL = {
    "text": "string",
    "date": "date",
    "timestamptz": "timestamp",
    "boolean": "boolean",
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "numeric": "number",
    "double precision": "number",
    "text[]": "array",
    "jsonb": "object",
}
ONLY_IDENTIFIED = {
    "rumah_tangga": {"no_kk", "nama_kepala", "alamat", "lat", "lon", "no_kk_lain"},
    "individu": {"nik", "nama", "tanggal_lahir", "tanggal_meninggal", "nik_lain"},
    "kepesertaan": set(),
    "riwayat_rumah_tangga": {"no_kk", "nama_kepala", "alamat", "lat", "lon", "no_kk_lain"},
    "riwayat_individu": {"nik", "nama", "tanggal_lahir", "tanggal_meninggal", "nik_lain"},
    "perubahan": set(),
    "neraca": set(),
    "kiriman": set(),
    "rilis": set(),
    "ringkasan_desa": set(),
    "ringkasan_kabupaten": set(),
}


@pytest.mark.parametrize("path", sorted(contract.FOLDER.glob("*.odcs.yml")), ids=lambda path: path.name)
def test_form(path):
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert re.fullmatch(r"v3\.\d+\.\d+", document["apiVersion"])
    assert {"kind", "id", "name", "version", "status", "schema"} <= document.keys()
    table = document["schema"][0]
    assert path.name == f"{table['name']}.odcs.yml"
    for entry in table["properties"]:
        assert LOGICAL[entry["physicalType"]] == entry["logicalType"], entry["name"]
        assert len(entry["description"]) > 3
        assert entry.get("primaryKey", False) == ("primaryKeyPosition" in entry)
        assert entry["physicalType"] != "text[]" or entry["items"]["physicalType"] == "text"


@pytest.mark.parametrize("name", CONTRACTS)
def test_meaning(name):
    table = CONTRACTS[name]
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    assert [column.key for column in table.key] == list(range(1, len(table.key) + 1))
    assert set(table.indexes) <= set(names)
    assert (table.base is None) is ("id_rilis" in names)
    assert not {"id_rilis", "revisi"} & set(table.hashed) or table.base
    assert name in ("individu", "rumah_tangga") or not any(column.asal for column in table.columns)


def test_what_stands_only_in_publikasi_penuh():
    assert {name for name, table in CONTRACTS.items() if table.identified} == {
        "tautan",
        "asal_usul",
        "kandidat_verifikasi",
        "karantina",
        "kasus",
        "masalah",
    }
    for name, only in ONLY_IDENTIFIED.items():
        masked = {column.name for column in CONTRACTS[name].visible("publikasi")}
        full = {column.name for column in CONTRACTS[name].visible("publikasi_penuh")}
        assert full - masked == only, name


@pytest.mark.parametrize("table", ["individu", "rumah_tangga"])
def test_a_history_has_the_columns_of_its_table_behind_its_own_and_its_area(table):
    history, origin = CONTRACTS[f"riwayat_{table}"], CONTRACTS[table]
    times = ["berlaku_dari", "berlaku_sampai", "diketahui_dari", "diketahui_sampai"]
    for schema in ("publikasi", "publikasi_penuh"):
        shown = [(c.name, c.type, c.description) for c in history.visible(schema)]
        assert [name for name, _, _ in shown[:4]] == times
        assert shown[4:] == [(c.name, c.type, c.description) for c in origin.visible(schema)]
    assert {c.name for c in history.columns} & {
        c.name for c in origin.columns if c.classification == "internal"
    } == set()
    assert history.area == origin.area == "kode_desa"
    assert [c.name for c in history.key] == [f"uid_{table}", "berlaku_dari", "diketahui_dari"]


def test_a_history_of_what_is_not_released_is_refused(tmp_path):
    text = (contract.FOLDER / "riwayat_individu.odcs.yml").read_text(encoding="utf-8")
    (tmp_path / "riwayat_individu.odcs.yml").write_text(text, encoding="utf-8")
    with pytest.raises(contract.ContractError, match=r"turunan must name a released table.*'individu'"):
        contract.load(tmp_path)


def test_a_contract_that_is_wrong_says_where(tmp_path):
    with pytest.raises(contract.ContractError, match=r"no \*\.odcs\.yml"):
        contract.load(tmp_path)
    text = (contract.FOLDER / "neraca.odcs.yml").read_text(encoding="utf-8")
    for old, new, expected in (
        ("kind: DataContract", "kind: Lain", "expected kind DataContract"),
        ("value: terbuka", "value: entah", "wilayah must be"),
        ("classification: internal", "classification: rahasia", "classification must be"),
        ("name: id_rilis", "name: lain", "internal column id_rilis"),
    ):
        (tmp_path / "neraca.odcs.yml").write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(contract.ContractError, match=expected):
            contract.load(tmp_path)
