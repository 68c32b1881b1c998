"""Lists that stand in SQL and in Python, or in SQL and in a contract, because neither can read the other: one fact."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from expectations import release
from sinkron import contract, report

ROOT = Path(__file__).parents[3]
CONTRACTS = contract.load()
FINDINGS = {"mampu", "meninggal", "tidak_ditemukan"}
GRANTED = {"layak", "musdes", "diusulkan", "diterima_pusat"}


def lists(pattern: str, file: str) -> list[set[str]]:
    """The quoted words of each list that a pattern finds in a file; its one group holds the list."""
    text = (ROOT / file).read_text(encoding="utf-8")
    found = [set(re.findall(r"'(\w+)'", words)) for words in re.findall(pattern, text, re.DOTALL)]
    assert found, f"{pattern} is in {file} no more"
    return found


@pytest.mark.parametrize("table", ["individu", "rumah_tangga"])
def test_perubahan_masks_what_is_identified_and_leaves_out_what_is_internal(table: str):
    """It stands in the masked schema, and takes every column that it does not name."""
    model = "dbt_project/models/release/rilis_perubahan.sql"
    (masked,), (left_out,) = (lists(rf"set {name} = \[(.*?)\]", model) for name in ("pribadi", "tak_dibanding"))
    columns = {
        kind: {c.name for c in CONTRACTS[table].columns if c.classification == kind} for kind in ("penuh", "internal")
    }
    assert columns["penuh"] and columns["penuh"] <= masked
    # The village of a person is taken out in the model.
    assert columns["internal"] and columns["internal"] <= left_out | {"kode_desa"}


def test_states_of_a_deactivation():
    (moves,) = lists(r"insert into antrean.transisi.*?values(.*?);", "plugins/sinkron/migrations/0502_antrean.sql")
    assert set(report.STATES) == moves
    assert set(report.UNFINISHED) <= moves
    assert lists(r"macro keadaan_terkirim.*?\((.*?)\)\n", "dbt_project/macros/kasus.sql")[0] <= moves


def test_states_of_a_membership():
    (ranked,) = lists(r"macro status_kepesertaan\(\).*?array\[(.*?)\]", "dbt_project/macros/kolom.sql")
    assert set(release.MEMBERSHIP) == ranked
    codes = yaml.safe_load((ROOT / "connectors/core/kode.yml").read_text(encoding="utf-8"))
    assert ranked == set(codes["status_kepesertaan"])


@pytest.mark.parametrize(
    ("pattern", "file"),
    [
        (r"macro temuan\(\).*?\((.*?)\)\{% end", "dbt_project/macros/kasus.sql"),
        (r"v\.hasil not in \((.*?)\)", "plugins/sinkron/steps/list.py"),
        (r"v\.hasil in \((.*?)\)", "expectations/deactivations.py"),
    ],
)
def test_findings_that_can_end_a_programme(pattern: str, file: str):
    assert lists(pattern, file) == [FINDINGS]


@pytest.mark.parametrize(
    ("pattern", "file"),
    [
        (r"graduasi_mandiri' and kini\.status in \((.*?)\)", "dbt_project/models/casework/casework_bukti.sql"),
        (r"p\.status not in \((.*?)\)", "plugins/sinkron/steps/list.py"),
        (r"s\.status in \((.*?)\)", "plugins/sinkron/citizens.py"),
        (r"p\.status in \((.*?)\)", "expectations/deactivations.py"),
    ],
)
def test_states_of_an_application_that_was_granted(pattern: str, file: str):
    assert lists(pattern, file) == [GRANTED]
