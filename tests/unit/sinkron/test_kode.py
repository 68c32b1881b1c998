"""docs/kode.md explains every code that readers meet, and none that is no more."""

from __future__ import annotations

import re
from pathlib import Path

from connectors.core.landing import PROBLEM
from connectors.interface import load_feeds
from linkage.exact import MODEL_RULE, RULES
from linkage.judgements import DIFFERENT_RULE, SAME_RULE
from sinkron import contract

ROOT = Path(__file__).parents[3]
MODELS = ROOT / "dbt_project/models"


def explained(section: str) -> set[str]:
    """Codes in the first column of a section's table."""
    text = (ROOT / "docs/kode.md").read_text(encoding="utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {code for row in rows for code in re.findall(r"`(\w+)`", row)}


def written(pattern: str, *files: str) -> set[str]:
    """What a pattern finds in files of the project."""
    return {code for file in files for code in re.findall(pattern, (ROOT / file).read_text(encoding="utf-8"))}


def test_codes_of_quarantine():
    core = [f"connectors/core/{name}.py" for name in ("canonical", "validate", "wilayah")]
    found = written(r"(?:then|kode =) '([a-z]+(?:_[a-z]+)+)'", *core, "plugins/sinkron/feed_rows.py")
    # A row of another district is not held: that is its fate (`nasib`).
    assert explained("Karantina") == found - {"di_luar_lingkup"}


def test_rules_of_links():
    of_links = written(r"(?:then|else) '([a-z_]+)'", "linkage/cluster.py", "linkage/run.py")
    of_rows = written(r"'(kembar_\w+)'", "dbt_project/models/release/rilis_tautan.sql")
    of_cases = written(r"not null then '(verifikasi|\w+_sama)'", "dbt_project/models/casework/casework_kasus.sql")
    assert explained("Tautan") == {*RULES, MODEL_RULE, SAME_RULE, DIFFERENT_RULE, *of_links, *of_rows, *of_cases}


def test_states_of_a_nik():
    (column,) = [column for column in contract.load()["individu"].columns if column.name == "nik_status"]
    assert explained("Keadaan NIK") == set(column.kosakata)


def test_codes_of_problems():
    of_models = written(r"'([A-Z]+(?:_[A-Z]+)+)'", "dbt_project/models/release/rilis_masalah.sql")
    assert explained("Masalah") == {*PROBLEM.values(), "nilai_tidak_terbaca", *of_models}


def test_codes_of_what_a_person_has_to_look_at():
    of_models = written(
        r"'([A-Z]+(?:_[A-Z]+)*)' end",
        "dbt_project/models/casework/casework_kasus.sql",
        "dbt_project/models/visits/casework_verifikasi.sql",
    ) | written(r"then '(BERTENTANGAN)'", "dbt_project/models/casework/casework_kasus.sql")
    of_feeds = {
        f"{column.nama.upper()}_TIDAK_{'DIKENAL' if column.tipe == 'kode' else 'TERBACA'}"
        for feed in load_feeds().values()
        for column in feed.kolom
        if column.tipe in ("kode", "program")
    }
    assert explained("Perlu periksa") == of_models | of_feeds
