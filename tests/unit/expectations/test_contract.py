"""What the release gate takes from the contracts of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations import contract
from sinkron import contract as published

CONTRACTS = Path(__file__).parents[3] / "dbt_project" / "contracts"


def test_released_tables_are_read_and_ledger_views_are_left_out():
    tables = {table.nama: table for table in contract.load(CONTRACTS)}
    assert {"rumah_tangga", "individu", "kepesertaan", "tautan", "neraca"} <= set(tables)
    assert "rilis" not in tables and "kiriman" not in tables
    assert tables["rumah_tangga"].key == ("uid_rumah_tangga",)
    assert tables["kepesertaan"].key == (
        "uid_rumah_tangga", "uid_individu", "program", "sumber_dana", "periode_salur",
    )  # fmt: skip


def test_every_readable_text_is_searched_for_numbers_but_never_an_id():
    tables = {table.nama: table for table in contract.load(CONTRACTS)}
    assert {"dusun", "rt", "rw", "id_pelanggan_pln", "alasan_exclude"} <= set(tables["rumah_tangga"].free_text)
    assert {"sebelum", "sesudah"} <= set(tables["perubahan"].free_text)
    for table in tables.values():
        assert not [name for name in table.free_text if name.startswith("uid") or name == "id_kiriman"]
    assert tables["tautan"].free_text == ()


def test_vocabulary_allows_null_only_where_the_contract_does():
    table = next(table for table in contract.load(CONTRACTS) if table.nama == "individu")
    condition = table.outside_vocabulary()
    assert "(jenis_kelamin is null or jenis_kelamin in ('L', 'P'))" in condition
    assert "status_hidup in ('hidup', 'meninggal', 'tidak_diketahui')" in condition
    assert "status_hidup is null" not in condition


@pytest.mark.parametrize(
    ("line", "got"), [("", "None"), ("      - {property: skema, value: tersamar}\n", "'tersamar'")]
)
def test_a_contract_that_does_not_say_who_reads_it_is_refused(tmp_path: Path, line: str, got: str):
    text = (CONTRACTS / "individu.odcs.yml").read_text(encoding="utf-8")
    (tmp_path / "individu.odcs.yml").write_text(text.replace("      - {property: skema, value: samar}\n", line))
    said = rf"individu\.odcs\.yml: property skema must be samar or penuh, got {got}"
    with pytest.raises(ValueError, match=said):
        contract.load(tmp_path)
    with pytest.raises(ValueError, match=said):
        published.load(tmp_path)


def test_a_folder_without_contracts_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="no contract"):
        contract.load(tmp_path)
