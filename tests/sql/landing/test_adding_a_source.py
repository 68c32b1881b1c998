"""docs/adding_a_source.md does what it says: its blocks, written into a copy of the project, land a delivery."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kiriman_uji import Pengirim

from connectors import generate
from connectors.core.source import Source
from connectors.migrations import landing_migrations
from sinkron.database import MIGRATIONS
from sinkron.line import REQUIRED, optional_sources
from sinkron.settings import ROOT

PERIODE = "2026-06"
COPIED = ("connectors", "plugins", "expectations", "linkage", "dbt_project", "docs")
MIGRATION = "0101_pendaratan_baznas.sql"
LAND = f"""
import json, sys
from sinkron import database, line, settings
from sinkron.steps import extract, land
s = settings.load()
applied = database.migrate(s)
extract.run(s, "{PERIODE}", "baznas")
print(json.dumps([applied, line.optional_sources(), land.run(s, "{PERIODE}", "baznas")]))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project into which the files of the page were written."""
    copy = tmp_path_factory.mktemp("salinan")
    for name in COPIED:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "target", "logs"))
    written = re.findall(r"^```\w+\n# (connectors/\S+)\n(.*?)^```$", page(), re.DOTALL | re.MULTILINE)
    assert [path for path, _ in written] == ["connectors/baznas/source.yml", "connectors/baznas/connector.py"]
    for path, text in written:
        (copy / path).parent.mkdir(exist_ok=True)
        (copy / path).write_text(text, "utf-8")
    (copy / "connectors/baznas/__init__.py").touch()
    return copy


def page() -> str:
    return (ROOT / "docs/adding_a_source.md").read_text("utf-8")


def python(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python over the copy alone."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SINKRON_", "AIRFLOW", "DATABASE_URL"))}
    path = f"{project}{os.pathsep}{project / 'plugins'}"
    return subprocess.run(
        [sys.executable, *arguments], cwd=project, env={**kept, **environment, "PYTHONPATH": path},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def deliver(sender: Pengirim) -> None:
    """Two families a kecamatan under the headers of the page; one person has no name."""
    headers = re.findall(r"^```csv\n(.*?)\n```$", page(), re.MULTILINE)
    with (sender.settings.seeds / "wilayah.csv").open(encoding="utf-8", newline="") as file:
        villages = {row["kode"][:8]: row for row in csv.DictReader(file) if len(row["kode"]) == 13}
    homes = [v for kec, v in sorted(villages.items()) if kec.startswith(f"{sender.settings.kabupaten}.")] * 2
    folder = sender.settings.inbox / "baznas" / PERIODE
    folder.mkdir(parents=True, exist_ok=True)
    rows = {
        "keluarga": [f"B{n};;{home['kode']};{home['nama']};1;2;17-05-2026" for n, home in enumerate(homes)],
        "anggota": [f"O{n},B{n},,{'WARGA UJI' if n else '-'},P,1980-01-31" for n in range(len(homes))],
        "santunan": [f"B{n}|santunan lansia|Rp 300.000" for n in range(len(homes))],
    }
    for header, (name, lines) in zip(headers, rows.items(), strict=True):
        (folder / f"{name}.csv").write_text("\n".join([header, *lines]) + "\n", "utf-8")


def test_the_example_is_generated_migrated_and_landed(project: Path, pengirim: Pengirim):
    migrations = project / "plugins/sinkron/migrations"
    before = {path.name: path.read_bytes() for path in migrations.iterdir() if path.suffix == ".sql"}
    stale = python(project, "-m", "connectors.generate", "--check")
    assert (stale.returncode, MIGRATION in stale.stdout) == (1, True), stale.stderr
    assert python(project, "-m", "connectors.generate").returncode == 0
    assert python(project, "-m", "connectors.generate", "--check").returncode == 0
    # Nothing that an installed warehouse has applied was touched.
    after = {path.name: path.read_bytes() for path in migrations.iterdir() if path.suffix == ".sql"}
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {MIGRATION}
    assert "pendaratan.baznas_santunan" in (project / "docs/sources.md").read_text("utf-8")
    assert (project / "dbt_project/models/staging/baznas/_baznas__sources.yml").exists()

    # The warehouse of `pengirim` was migrated before the source existed.
    deliver(pengirim)
    inbox = {"conn_type": "fs", "extra": {"path": str(pengirim.settings.inbox)}}
    ended = python(project, "-c", LAND, **{**pengirim.settings.values, "AIRFLOW_CONN_BAZNAS_INBOX": json.dumps(inbox)})
    assert ended.returncode == 0, ended.stderr
    applied, optional, landed = json.loads(ended.stdout.splitlines()[-1])
    assert (applied, optional) == ([MIGRATION], ["baznas"])
    assert landed["status"] == "diterima"
    assert landed["diterima"] == {"keluarga": 32, "anggota": 32, "santunan": 32}
    assert landed["dikarantina"] == {"keluarga": 0, "anggota": 1, "santunan": 0}
    assert pengirim.rows(
        "select count(*) as baris, count(distinct left(kode_desa, 8)) as kecamatan, min(tanggal)::text as tanggal"
        " from pendaratan.baznas_keluarga"
    ) == [(32, 16, "2026-05-17")]
    assert pengirim.rows("select distinct program, nominal from pendaratan.baznas_santunan") == [
        ("SANTUNAN LANSIA", 300000)
    ]
    assert pengirim.rows("select count(*) from pendaratan.baznas_anggota where jenis_kelamin = 'P'") == [(31,)]


def test_a_column_that_a_declaration_gains_is_added_to_what_has_landed(project: Path, pengirim: Pengirim):
    def generated() -> set[str]:
        before = {path: path.read_bytes() for path in migrations.glob("*.sql")}
        ended = python(project, "-m", "connectors.generate")
        assert ended.returncode == 0, ended.stderr
        assert {path: path.read_bytes() for path in before} == before
        return {path.name for path in migrations.glob("*.sql")} - {path.name for path in before}

    def landed() -> list[str]:
        ended = python(project, "-c", LAND, **pengirim.settings.values, AIRFLOW_CONN_BAZNAS_INBOX=json.dumps(inbox))
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout.splitlines()[-1])[0]

    migrations, declared = project / "plugins/sinkron/migrations", project / "connectors/baznas/source.yml"
    inbox = {"conn_type": "fs", "extra": {"path": str(pengirim.settings.inbox)}}
    generated()
    deliver(pengirim)
    landed()
    text = declared.read_text("utf-8")
    column = """{nama: tanggal_salur, tipe: tanggal, arti: "Hari 'salur'"}"""
    declared.write_text(f"{text.rstrip()}\n      - {column}\n", "utf-8")
    assert generated() == {"0102_pendaratan_baznas.sql"}
    assert generated() == set()
    file = pengirim.settings.inbox / "baznas" / PERIODE / "santunan.csv"
    header, *rows = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([f"{header}|tanggal salur", *(f"{row}|05-06-2026" for row in rows)]) + "\n", "utf-8")
    assert landed() == ["0102_pendaratan_baznas.sql"]
    assert pengirim.rows(
        "select tanggal_salur::text, count(*) from pendaratan.baznas_santunan group by 1 order by 1"
    ) == [("2026-06-05", 32), (None, 32)]
    assert pengirim.rows(
        "select col_description('pendaratan.baznas_santunan'::regclass, attnum) from pg_attribute"
        " where attrelid = 'pendaratan.baznas_santunan'::regclass and attname = 'tanggal_salur'"
    ) == [("Hari 'salur'",)]
    # What stands is not taken away: rows lie in it.
    declared.write_text(text.replace("{nama: nominal, tipe: rupiah", "{nama: nominal, tipe: bulat"), "utf-8")
    refused = python(project, "-m", "connectors.generate")
    assert refused.returncode == 1
    assert "baznas_santunan: nominal, tanggal_salur stands in a migration" in refused.stderr


def test_numbers_of_migrations_stay_and_grow(tmp_path: Path):
    def sources(*names: str) -> dict[str, Source]:
        return {name: declared.get(name) or declared["dtsen"].model_copy(update={"nama": name}) for name in names}

    def written(*names: str) -> list[str]:
        for path, text in landing_migrations(sources(*names), tmp_path).items():
            path.write_text(text, "utf-8")
        return sorted(path.name for path in tmp_path.iterdir())

    declared = generate.load_sources()
    assert written(*declared) == ["0100_pendaratan.sql"]
    assert (tmp_path / "0100_pendaratan.sql").read_bytes() == (MIGRATIONS / "0100_pendaratan.sql").read_bytes()
    (tmp_path / "0104_lain.sql").touch()
    more = [*declared, "zakat", "baznas"]
    grown = ["0100_pendaratan.sql", "0104_lain.sql", "0105_pendaratan_zakat.sql", "0106_pendaratan_baznas.sql"]
    assert written(*more) == written(*more) == grown
    (tmp_path / "0199_akhir.sql").touch()
    with pytest.raises(ValueError, match="wakaf: no number is left"):
        written(*more, "wakaf")


def test_a_month_waits_for_the_sources_that_say_so():
    declared = generate.load_sources()
    assert set(REQUIRED) == {nama for nama, source in declared.items() if source.wajib}
    assert optional_sources() == tuple(sorted(set(declared) - set(REQUIRED)))


def test_no_model_lists_the_registries_by_hand():
    """docs/adding_a_source.md, 5: what carries a person follows from the macro `sumber`."""
    listing = [
        path.name
        for path in (ROOT / "dbt_project" / "models").rglob("*.sql")
        if {f"di_{nama}" for nama in REQUIRED} <= set(re.findall(r"\bdi_[a-z]+", path.read_text(encoding="utf-8")))
    ]
    assert listing == []
