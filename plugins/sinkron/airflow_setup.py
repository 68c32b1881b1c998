"""Airflow's configuration as environment variables, computed from our settings; no airflow.cfg is ever edited."""

from __future__ import annotations

import base64
import json
import secrets
import socket
from pathlib import Path

from sinkron import postgres
from sinkron import settings as settings_module
from sinkron.settings import ROOT, Settings

# Users of the simple auth manager and their roles. A real installation configures a real auth manager instead.
USERS = {
    "pemilik": "admin", "uji-verifikator": "op", "uji-kepala": "op", "uji-pihak-ketiga": "op", "pelihat": "viewer",
}  # fmt: skip
SECRETS = {"SINKRON_AIRFLOW_FERNET": 32, "SINKRON_AIRFLOW_JWT": 32, "SINKRON_AIRFLOW_API": 32}


def environment(settings: Settings) -> dict[str, str]:
    """The complete environment of every Airflow process; makes secrets, passwords and port at the first call.

    Starts the embedded Postgres when `AIRFLOW_DATABASE_URL` is not set.
    """
    settings = settings_module.ensure_secrets(settings, SECRETS)
    values = settings.values
    base_url = f"http://127.0.0.1:{port(settings)}"
    log = settings.home / "log" / "airflow"
    options = {
        "core__dags_folder": dags_folder(settings),
        "core__plugins_folder": ROOT / "plugins",
        "core__load_examples": False,
        "core__executor": "LocalExecutor",
        # Three sources land at the same time and one slot is left for other tasks; a task that waits for a person
        # uses no slot.
        "core__parallelism": values.get("SINKRON_PARALELISME", "4"),
        "core__dags_are_paused_at_creation": False,
        "core__fernet_key": base64.urlsafe_b64encode(bytes.fromhex(values["SINKRON_AIRFLOW_FERNET"])).decode(),
        "core__simple_auth_manager_users": ",".join(f"{user}:{role}" for user, role in USERS.items()),
        "core__simple_auth_manager_passwords_file": password_file(settings),
        "core__execution_api_server_url": f"{base_url}/execution/",
        "api__host": "127.0.0.1",
        "api__port": port(settings),
        "api__base_url": base_url,
        "api__secret_key": values["SINKRON_AIRFLOW_API"],
        "api_auth__jwt_secret": values["SINKRON_AIRFLOW_JWT"],
        "database__sql_alchemy_conn": database_url(settings),
        "dag_processor__parsing_processes": 1,
        "dag_processor__refresh_interval": 10,
        "dag_processor__dag_version_inflation_check_level": "error",
        # A busy machine answers late, and Airflow runs a task a second time when its report is lost.
        "workers__execution_api_timeout": 30,
        "logging__base_log_folder": log,
        "logging__dag_processor_child_process_log_directory": log / "dag_processor",
        "logging__colored_console_log": False,
        "logging__file_task_handler_new_folder_permissions": "0o700",
        "logging__file_task_handler_new_file_permissions": "0o600",
        "usage_data_collection__enabled": False,
    }
    return {
        **values,
        "AIRFLOW_HOME": str(settings.airflow_home),
        "SINKRON_HOME": str(settings.home),
        "SINKRON_ENV_FILE": str(settings.env_file),
        **{f"AIRFLOW__{name.upper()}": str(value) for name, value in options.items()},
    }


def dags_folder(settings: Settings) -> Path:
    """The folder of the DAGs; `SINKRON_DAGS_FOLDER` moves it (tests)."""
    return Path(settings.values.get("SINKRON_DAGS_FOLDER") or ROOT / "dags")


def database_url(settings: Settings) -> str:
    """SQLAlchemy address of Airflow's own database: `AIRFLOW_DATABASE_URL`, or the embedded server."""
    url = settings.values.get("AIRFLOW_DATABASE_URL") or postgres.ensure_running(settings).url("airflow")
    return "postgresql+psycopg2://" + url.split("://", 1)[1]


def password_file(settings: Settings) -> Path:
    """The file from which the simple auth manager reads its passwords (JSON, 0600)."""
    return settings.airflow_home / "sandi.json"


def passwords(settings: Settings) -> dict[str, str]:
    """Password of every user, made once per installation."""
    path = password_file(settings)
    known = json.loads(path.read_text()) if path.exists() else {}
    if missing := {user: secrets.token_urlsafe(12) for user in USERS if user not in known}:
        known |= missing
        settings_module.write_private(path, json.dumps(known))
    return known


def port(settings: Settings) -> int:
    """The port of the UI: `SINKRON_PORT`, or a free one chosen at the first start and kept as long as it is free."""
    if fixed := settings.values.get("SINKRON_PORT"):
        return int(fixed)
    path = settings.airflow_home / "port"
    if path.exists():
        return int(path.read_text())
    return choose_port(settings)


def choose_port(settings: Settings) -> int:
    """Keep the port of the last start if nobody took it meanwhile, else take a free one; returns it."""
    if fixed := settings.values.get("SINKRON_PORT"):
        return int(fixed)
    path = settings.airflow_home / "port"
    for wanted in ([int(path.read_text())] if path.exists() else []) + [0]:
        with socket.socket() as probe:
            # Bind as uvicorn does: a port in TIME_WAIT counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            settings_module.write_private(path, str(probe.getsockname()[1]))
            break
    return int(path.read_text())
