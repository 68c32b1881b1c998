"""What the dbt project promises about itself, read from its manifest: no database is asked."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sinkron import contract, publish

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "dbt_project"
KEY_TEST = "kunci"
# Rows set aside at landing are no part of staging: these two account for every landed row, so they read them there.
READ_LANDED_ROWS = {"rilis_tautan", "rilis_neraca"}
REGISTRIES = {"dtsen", "dtjateng", "simnakis"}
# A record can have the same finding in two rows of its delivery.
WITHOUT_KEY = {"rilis_masalah"}
# Where the digits of a kabupaten may not stand: they are a setting (and reference data, synthetic data and tests).
CODE = ("connectors", "dags", "dbt_project", "expectations", "linkage", "plugins")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The parsed project."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOST", "PORT", "USER", "DBNAME", "CONNECT_TIMEOUT"):
            patch.setenv(f"SINKRON_DBT_{name}", "5432")
        patch.setenv("DBT_ENV_SECRET_SANDI", "x")
        from dbt.cli.main import dbtRunner

        target = str(tmp_path_factory.mktemp("dbt"))
        parsed = dbtRunner().invoke([
            "--quiet", "--log-level", "none", "--log-level-file", "none", "parse", "--project-dir", str(PROJECT),
            "--profiles-dir", str(PROJECT), "--target-path", target, "--no-partial-parse",
        ])  # fmt: skip
    assert parsed.success, parsed.exception
    return parsed.result


@pytest.fixture(scope="module")
def models(manifest: Any) -> dict[str, Any]:
    """Models by name."""
    found = {node.name: node for node in manifest.nodes.values() if node.resource_type == "model"}
    assert len(found) > 20
    return found


def test_every_model_has_a_description_that_ends_with_its_grain(models: dict[str, Any]):
    wrong = [name for name, node in models.items() if not re.search(r"\bsatu baris per [^.;]+\.$", node.description)]
    assert wrong == [], "say what one row is: '…; satu baris per <grain>.' in the model's yml"


def test_the_planner_is_told_of_every_released_table_that_a_model_reads(models: dict[str, Any]):
    read = {table for node in models.values() for source, table in node.sources if source == "rilis"} - {"rilis"}
    assert read == set(publish.READ_BACK), "publish.READ_BACK: the tables of rilis that the next month reads"


def test_a_released_model_has_the_indexes_of_its_contract(models: dict[str, Any]):
    """The table becomes a partition with them: attaching makes what is missing, and what is more only costs."""
    expected = {table.name: sorted(table.indexes) for table in contract.released(contract.load())}
    found = {
        node.alias: sorted(column for index in node.config.get("indexes", []) for column in index["columns"])
        for node in models.values()
        if node.schema == "release"
    }
    assert {name: found.get(name) for name in expected} == expected


def test_a_model_and_its_yml_share_stem_and_folder(models: dict[str, Any]):
    expected = {name: f"sinkron://{Path(node.original_file_path).with_suffix('.yml')}" for name, node in models.items()}
    assert {name: node.patch_path for name, node in models.items()} == expected


def test_every_key_is_guarded_once(manifest: Any, models: dict[str, Any]):
    """By a test of the model, or where its yml says: a later model, or the release gate with the table's contract."""
    tested = {
        manifest.nodes[node.attached_node].name
        for node in manifest.nodes.values()
        if node.resource_type == "test" and node.test_metadata.name == KEY_TEST
    }
    contracts = {p.name.removesuffix(".odcs.yml"): p for p in (PROJECT / "contracts").glob("*.odcs.yml")}
    wrong = []
    for name, node in models.items():
        guard = node.config.meta.get("kunci_dijaga")
        if guard == "gerbang_rilis":
            # The gate reads the key from the contract, and checks that of every released table.
            guarded = any(c.get("primaryKey") for c in _columns(contracts[node.alias]))
        elif guard is not None:
            later = models[guard]
            guarded = _reads(models, later, node) and (later.name in tested or "kunci_dijaga" in later.config.meta)
        else:
            guarded = name in tested or name in WITHOUT_KEY
        if not guarded or (guard is not None and name in tested):
            wrong.append(name)
    assert wrong == [], "give the model a key test (kunci), or say who guards it: meta.kunci_dijaga"


def _columns(contract: Path) -> list[dict[str, Any]]:
    return yaml.safe_load(contract.read_text("utf-8"))["schema"][0]["properties"]


def _reads(models: dict[str, Any], later: Any, node: Any) -> bool:
    """Whether `later` is built from `node`, directly or through other models."""
    parents = [models[n.split(".")[-1]] for n in later.depends_on.nodes if n.startswith("model.")]
    return node in parents or any(_reads(models, parent, node) for parent in parents)


def test_staging_reads_sources_only_and_nothing_above_reads_landed_rows(manifest: Any, models: dict[str, Any]):
    wrong = []
    for name, node in models.items():
        sources = [manifest.sources[n] for n in node.depends_on.nodes if n.startswith("source.")]
        if "staging" in node.fqn:
            layered = len(sources) == len(node.depends_on.nodes) and node.config.materialized == "view"
        else:
            layered = name in READ_LANDED_ROWS or not any(s.source_name in REGISTRIES for s in sources)
        if not layered:
            wrong.append(name)
    assert wrong == [], "staging renames one source's table; what follows reads staging"


def test_the_work_list_leads_to_no_deactivation(models: dict[str, Any]):
    """What makes proposals, or is released beside it, reads none of what leads to the work list; nor does code."""
    list_of_visits = models["rilis_kandidat_verifikasi"]
    leads = {name for name in models if name.startswith("kandidat_")}
    assert len(leads) == 5 and all(_reads(models, list_of_visits, models[name]) for name in leads)
    assert all(_reads(models, list_of_visits, models[name]) for name in ("casework_usulan", "casework_kasus"))
    readers = {
        name for name, node in models.items()
        if any(_reads(models, node, models[lead]) for lead in [*leads, "rilis_kandidat_verifikasi"])
    }  # fmt: skip
    assert readers <= leads | {"rilis_kandidat_verifikasi"}
    code = [
        str(path.relative_to(ROOT))
        for folder in ("plugins", "dags", "connectors", "linkage")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".sql"} and re.search("kandidat_(verifikasi|temuan|keluar|masuk)", path.read_text())
    ]
    assert code == []


def test_a_reason_of_the_work_list_has_one_direction_and_a_bad_house_dtsen_s_own_labels():
    def seed(name: str) -> list[dict[str, str]]:
        with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    directions = {(row["kode"], row["arah"]) for row in seed("alasan_verifikasi")}
    assert {arah for _, arah in directions} == {"keluar", "masuk"}
    assert len(dict(directions)) == len(directions)
    # Online gambling is a mark for evaluation only (hard case 55).
    assert not [kode for kode, _ in directions if "JUDOL" in kode]
    bad = {(row["kolom"], row["label"]) for row in seed("rumah_buruk")}
    assert bad <= {(row["kolom"], row["label"]) for row in seed("kode")}
    text = (PROJECT / "models" / "release" / "kandidat" / "kandidat_masuk.sql").read_text("utf-8")
    assert {kolom for kolom, _ in bad} == set(re.findall(r"'([a-z_]+)'", text.split("kolom_buruk =")[1].split("]")[0]))


def test_the_digits_of_a_kabupaten_stand_in_settings_and_seeds_only():
    allowed = {ROOT / "plugins" / "sinkron" / "settings.py"}
    wrong = [
        str(path.relative_to(ROOT))
        for folder in CODE
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".sql", ".yml", ".yaml", ".json", ".md", ".csv"}
        and not {"seeds", "target"} & set(path.parts)
        and path not in allowed
        and re.search(r"(?<![0-9a-f])33\.?16", path.read_text("utf-8"))
    ]
    assert wrong == [], "another kabupaten is a setting: read it from sinkron.settings or a seed"
