"""The deployment files without docker: shape of the compose file, its commands, its variables, the image's recipe."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import sandbox
from sinkron import airflow_setup, database, postgres, services
from sinkron import settings as settings_module
from sinkron.settings import Settings

ROOT = Path(__file__).parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
AIRFLOW_SERVICES = ("api-server", "scheduler", "dag-processor")

TEXTS = {"type": "array", "items": {"type": "string"}}
DURATION = {"type": "string", "pattern": r"^\d+(ms|s|m|h)$"}
CONDITION = {
    "type": "object",
    "required": ["condition"],
    "additionalProperties": False,
    "properties": {
        "condition": {"enum": ["service_started", "service_healthy", "service_completed_successfully"]},
    },
}
# What the Compose Specification says of the keys that we use; any other key, or a misspelt one, is an error.
SERVICE = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "build": {"type": "string"},
        "image": {"type": "string", "pattern": r"^[a-z0-9./-]+(:[a-z0-9.-]+)?$"},
        "command": TEXTS,
        "env_file": {"type": "string"},
        "environment": {"type": "object", "additionalProperties": {"type": "string"}},
        "volumes": {"type": "array", "items": {"type": "string", "pattern": r"^[^:]+(:-[a-z]+\})?:/[^:]+(:ro)?$"}},
        "ports": {"type": "array", "items": {"type": "string", "pattern": r"^127\.0\.0\.1:\$\{\w+:-\d+\}:\d+$"}},
        "configs": {
            "type": "array",
            "items": {"type": "object", "required": ["source", "target"], "additionalProperties": {"type": "string"}},
        },
        "depends_on": {"type": "object", "additionalProperties": CONDITION},
        "healthcheck": {
            "type": "object",
            "required": ["test"],
            "additionalProperties": False,
            "properties": {
                "test": {**TEXTS, "contains": {"const": "CMD"}},
                "interval": DURATION, "timeout": DURATION, "start_period": DURATION,
                "retries": {"type": "integer", "minimum": 1},
            },
        },
        "network_mode": {"type": "string", "pattern": "^service:[a-z-]+$"},
        "profiles": TEXTS,
        "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
        "shm_size": {"type": "string", "pattern": r"^\d+[kmg]b?$"},
        "stop_grace_period": DURATION,
        "ulimits": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
}  # fmt: skip
SCHEMA = {
    "type": "object",
    "required": ["services"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        "services": {"type": "object", "additionalProperties": SERVICE},
        "volumes": {"type": "object", "additionalProperties": {"type": "null"}},
        "configs": {
            "type": "object",
            "additionalProperties": {
                "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False,
                "properties": {"content": {"type": "string"}, "file": {"type": "string"}},
            },
        },
    },
}  # fmt: skip


def service(name: str) -> dict[str, Any]:
    return COMPOSE["services"][name]


def answers(*command: str) -> str:
    """Run a command of this environment; its output. Fails the test when it does not end with 0."""
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, cwd=ROOT, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def example_names() -> set[str]:
    """Variables that .env.example explains."""
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))


def test_compose_file_has_the_shape_of_the_specification():
    jsonschema.validate(COMPOSE, SCHEMA)


def test_compose_refers_only_to_what_it_declares():
    for name, declared in COMPOSE["services"].items():
        assert set(declared.get("depends_on", {})) <= set(COMPOSE["services"]), name
        for config in declared.get("configs", []):
            assert config["source"] in COMPOSE["configs"], name
        for volume in declared.get("volumes", []):
            source = re.sub(r"^\$\{\w+:-(\w+)\}", r"\1", volume).split(":")[0]
            assert source in COMPOSE["volumes"], (name, volume)
        assert declared.get("network_mode", "service:scheduler").removeprefix("service:") in COMPOSE["services"]


def test_the_whole_line_has_its_services_and_the_sandbox_is_a_profile():
    assert set(COMPOSE["services"]) == {"postgres", "migrate", "sandbox", *AIRFLOW_SERVICES}
    assert service("postgres")["image"] == "postgres:17"
    assert service("sandbox")["profiles"] == ["sandbox"]
    assert not [name for name in COMPOSE["services"] if name != "sandbox" and service(name).get("profiles")]
    for name in AIRFLOW_SERVICES:
        assert service(name)["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        mounted = [volume.rsplit(":", 1)[1] for volume in service(name)["volumes"]]
        assert {"/var/lib/sinkron/masuk", "/var/lib/sinkron/keluar"} <= set(mounted)


@pytest.mark.parametrize("name", AIRFLOW_SERVICES)
def test_airflow_services_run_the_commands_that_make_up_runs_and_answer_help(name: str):
    program, *arguments = service(name)["command"]
    assert (program, tuple(arguments)) == ("airflow", services.COMMANDS[name])
    said = answers("airflow", arguments[0], "--help")
    assert f"Usage: airflow {arguments[0]}" in said
    for option in arguments[1:]:
        assert option in said


def test_migration_and_health_checks_answer_help():
    shell = service("migrate")["command"]
    assert shell[:2] == ["sh", "-c"]
    first, second = shell[2].split(" && ")
    assert first == "python -m sinkron migrate" and "usage:" in answers("sinkron", "migrate", "--help")
    assert second == "airflow db migrate" and "Usage:" in answers("airflow", "db", "migrate", "--help")
    check = service("scheduler")["healthcheck"]["test"]
    said = answers(*check[1:4], "--help")
    assert "--job-type" in said and "--local" in said


def test_sandbox_commands_answer_with_every_option_that_is_used():
    steps = service("sandbox")["command"][2].removesuffix("\n").split(" && ")
    assert [shlex.split(step.removeprefix("exec "))[:4] for step in steps] == [
        ["python", "-m", "sandbox", "build"],
        ["python", "-m", "sandbox", "deliver"],
        ["python", "-m", "sandbox", "serve"],
    ]
    for step in steps:
        arguments = shlex.split(step.removeprefix("exec "))[3:]
        said = answers("sandbox", arguments[0], "--help")
        assert [option for option in arguments if option.startswith("--") and option not in said] == []


def test_postgres_knows_every_setting_and_logs_no_rows(instalasi: Settings):
    given = dict(option.split("=") for option in service("postgres")["command"][2::2])
    with database.connect(instalasi) as connection:
        known = connection.execute("select name from pg_settings where name = any(%s)", [list(given)]).fetchall()
    assert {row["name"] for row in known} == set(given)
    assert given["log_error_verbosity"] == "terse" and given["log_min_error_statement"] == "panic"


def test_texts_are_ordered_as_on_the_embedded_server(instalasi: Settings):
    options = service("postgres")["environment"]["POSTGRES_INITDB_ARGS"].split()
    asked = dict(option.removeprefix("--").split("=") for option in options)
    with database.connect(instalasi) as connection:
        embedded = connection.execute(
            "select datcollate, datctype, pg_encoding_to_char(encoding) as pengodean from pg_database"
            " where datname = current_database()"
        ).fetchone()
    assert (asked["lc-collate"], asked["locale"], asked["encoding"]) == tuple(embedded.values())


def test_readers_are_kept_from_what_a_server_allows_everybody():
    (place,) = [c["target"] for c in service("postgres")["configs"] if c["source"] == "server_rights"]
    assert (ROOT / COMPOSE["configs"]["server_rights"]["file"]).samefile(postgres.RIGHTS)
    content = COMPOSE["configs"]["databases"]["content"]
    for name in ("", *postgres.DATABASES):
        assert (f"\\connect {name}\n" if name else "") + f"\\i {place}\n" in content
    assert content.count(f"\\i {place}\n") == 1 + len(postgres.DATABASES)
    given = dict(option.split("=") for option in service("postgres")["command"][2::2])
    assert given["reserved_connections"] == postgres.CONFIGURATION["reserved_connections"]


def test_databases_of_the_first_start_are_those_of_the_addresses():
    content = COMPOSE["configs"]["databases"]["content"]
    environment = service("migrate")["environment"]
    for name, address in (
        ("gudang", environment["DATABASE_URL"]),
        ("airflow", environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]),
    ):
        owner = re.search(r"//(\w+):", address)[1]
        assert address.endswith(f"@postgres:5432/{name}")
        assert f"create database {name} owner {owner};" in content
        assert f"create role {owner} login" in content


def test_airflow_is_configured_as_make_up_configures_it(instalasi: Settings):
    """The two ways of running do not drift apart: every option of `make up` stands here too, or is named here."""
    settings = settings_module.load({**instalasi.values, "AIRFLOW_DATABASE_URL": "postgresql://x:y@127.0.0.1/z"})
    by_make = {name for name in airflow_setup.environment(settings) if name.startswith("AIRFLOW__")}
    by_compose = {name for name in service("scheduler")["environment"] if name.startswith("AIRFLOW__")}
    only_make = {
        "AIRFLOW__CORE__FERNET_KEY",  # by _CMD, from the same variable
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES",  # shares two cores with everything else
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL",  # the image's DAGs do not change
    }
    assert by_make - by_compose == only_make
    assert by_compose - by_make == {"AIRFLOW__CORE__FERNET_KEY_CMD"}


def test_fernet_key_is_made_from_the_one_variable():
    command = shlex.split(service("scheduler")["environment"]["AIRFLOW__CORE__FERNET_KEY_CMD"])
    key = bytes(range(32))
    environment = {**os.environ, "SINKRON_AIRFLOW_FERNET": key.hex()}
    done = subprocess.run([sys.executable, *command[1:]], env=environment, capture_output=True, text=True, check=True)
    assert base64.urlsafe_b64decode(done.stdout.strip()) == key


def test_every_variable_that_is_read_is_explained_and_every_explained_one_is_read():
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    read = set(re.findall(r"\$\{(\w+)", text)) | {"SINKRON_AIRFLOW_FERNET"}
    for path in (ROOT / "plugins" / "sinkron").rglob("*.py"):
        source = path.read_text("utf-8")
        read |= set(re.findall(r"(?:values|environ|process)(?:\.get\(|\[)\"([A-Z][A-Z_]+)\"", source))
        read |= set(re.findall(r"\"(SINKRON_[A-Z_]*[A-Z])\"", source))
    # Set by us for child processes, never by a person.
    read -= {name for name in read if name.startswith(("SINKRON_DBT_", "AIRFLOW_HOME"))}
    read |= {f"SINKRON_SANDI_{role}" for role in ("BACA_RINGKASAN", "BACA_SAMAR", "BACA_PENUH")}
    for path in (
        p for kind in ("source", "feed", "check", "target") for p in (ROOT / "connectors").glob(f"*/{kind}.yml")
    ):
        read.add(f"AIRFLOW_CONN_{yaml.safe_load(path.read_text('utf-8'))['koneksi'].upper()}")
    assert read - example_names() == set()
    assert example_names() - read == set()


def test_example_sets_nothing_and_its_sandbox_connections_are_those_of_the_sandbox(tmp_path: Path):
    path = ROOT / ".env.example"
    assert settings_module.read_env_file(path) == {}
    shown = tmp_path / "env"
    shown.write_text(re.sub(r"^#(AIRFLOW_CONN_)", r"\1", path.read_text("utf-8"), flags=re.MULTILINE))
    values = {name: json.loads(value) for name, value in settings_module.read_env_file(shown).items()}
    province, district = values["AIRFLOW_CONN_DTJATENG_API"], values["AIRFLOW_CONN_SIMNAKIS_API"]
    assert (province["login"], province["password"]) == (sandbox.CLIENT_ID, sandbox.CLIENT_SECRET)
    assert district["password"] == sandbox.API_KEY
    port = re.search(r"serve --port (\d+)", service("sandbox")["command"][2])[1]
    assert {province["port"], district["port"]} == {int(port)}


def test_image_copies_only_named_sources_and_runs_as_a_user():
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY")]
    assert copied and "." not in copied
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert {"connectors", "dags", "dbt_project", "expectations", "linkage", "plugins"} <= set(copied)
    assert lines[0].startswith("#") and "FROM python:3.11-slim" in lines
    assert [line.split()[1] for line in lines if line.startswith("USER")] == ["sinkron"]
    assert any("--require-hashes" in line for line in lines)
