"""dbt connects as everything else does: what the address says beside the place goes to its driver by libpq's names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sinkron import dbt
from sinkron import settings as settings_module
from sinkron.settings import ROOT, SettingsError

SESSION = {"sinkron.id_rilis": "2026-06/1", "work_mem": "256MB"}


def told(address: str) -> dict[str, str]:
    """What dbt finds in its environment beyond what is there anyway; all of it is gone afterwards."""
    before = dict(os.environ)
    with dbt._environment(settings_module.load({"DATABASE_URL": address}), SESSION) as name:
        found = {key: value for key, value in os.environ.items() if before.get(key) != value}
        assert name == found["SINKRON_DBT_DBNAME"]
    assert dict(os.environ) == before
    return found


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the one who runs the tests has set for libpq, but one: it comes back."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGSSLMODE", "prefer")


def test_how_the_server_is_proven_is_not_lost():
    found = told(
        "postgresql://u%40:s%2Fx@h:5433/gudang?sslmode=verify-full&sslrootcert=/etc/ca.pem&sslcert=/etc/a%20b.pem"
        "&sslkey=/etc/k.pem&target_session_attrs=read-write&connect_timeout=3"
    )
    options = found.pop("PGOPTIONS")
    assert found == {
        "SINKRON_DBT_HOST": "h", "SINKRON_DBT_PORT": "5433", "SINKRON_DBT_USER": "u@", "DBT_ENV_SECRET_SANDI": "s/x",
        "SINKRON_DBT_DBNAME": "gudang", "SINKRON_DBT_CONNECT_TIMEOUT": "3", "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/etc/ca.pem", "PGSSLCERT": "/etc/a b.pem", "PGSSLKEY": "/etc/k.pem",
        "PGTARGETSESSIONATTRS": "read-write", "PGCONNECT_TIMEOUT": "3",
    }  # fmt: skip
    assert options == "-c sinkron.id_rilis=2026-06/1 -c work_mem=256MB"
    # dbt gives its driver a time-out of its own.
    profile = (ROOT / "dbt_project" / "profiles.yml").read_text("utf-8")
    assert "connect_timeout: \"{{ env_var('SINKRON_DBT_CONNECT_TIMEOUT') | as_number }}\"" in profile


def test_settings_of_the_address_stand_before_ours():
    options = told("postgresql://u:s@h/gudang?options=-c%20statement_timeout%3D1h%20-c%20work_mem%3D1MB")["PGOPTIONS"]
    assert options.startswith("-c statement_timeout=1h -c work_mem=1MB -c sinkron.id_rilis=2026-06/1 ")
    assert options.rindex("work_mem=256MB") > options.index("work_mem=1MB")


@pytest.mark.parametrize(("address", "host", "port"), [
    ("postgresql:///gudang?host=/run/postgresql", "/run/postgresql", "5432"),
    ("postgresql://u:s@/gudang?host=h&port=5433", "h", "5433"),
    ("postgresql://u:s@[::1]:5433/gudang", "::1", "5433"),
])  # fmt: skip
def test_the_place_may_stand_among_the_parameters(address: str, host: str, port: str):
    found = told(address)
    assert (found["SINKRON_DBT_HOST"], found["SINKRON_DBT_PORT"]) == (host, port)
    assert found["SINKRON_DBT_CONNECT_TIMEOUT"] == "10" and "PGSSLMODE" not in found


@pytest.mark.parametrize(("address", "name"), [
    ("postgresql://u:s-rahasia@h/gudang?keepalives_idle=7", "keepalives_idle"),
    ("postgresql://u:s-rahasia@h/gudang?sslpassword=p-rahasia", "sslpassword"),
    ("postgresql://u:s-rahasia@h,i:5433/gudang", "port"),
])  # fmt: skip
def test_what_dbt_cannot_be_told_is_refused_by_name(address: str, name: str):
    with pytest.raises(SettingsError, match=f"DATABASE_URL: dbt cannot take its parameter {name}; ") as refused:
        told(address)
    assert "rahasia" not in str(refused.value)


def test_the_project_is_read_for_the_database_of_the_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    read = []

    def manifest(target: Path, database_name: str) -> None:
        read.append((target, database_name, os.environ["SINKRON_DBT_HOST"]))

    monkeypatch.setattr(dbt, "_manifest", manifest)
    dbt.prepare(settings_module.load({"DATABASE_URL": "postgresql://u:s@h/lain", "SINKRON_HOME": str(tmp_path)}))
    assert read == [(tmp_path / "dbt", "lain", "h")]
    assert "SINKRON_DBT_HOST" not in os.environ
