"""Make a separate installation below a folder, for measuring the line without touching the caller's installation."""

from __future__ import annotations

import shutil
from pathlib import Path

from sinkron import catalogue, database
from sinkron import settings as settings_module
from sinkron.settings import Settings


def make(home: Path) -> tuple[Settings, dict[str, str]]:
    """Empty the folder and migrate a warehouse there; return its settings and the environment they were read from."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    ours = ("SINKRON_", "AIRFLOW_", "DATABASE_URL")
    environment = {k: v for k, v in settings_module.load().values.items() if not k.startswith(ours)}
    environment |= {"SINKRON_HOME": str(home), "SINKRON_ENV_FILE": str(home / "env")}
    database.migrate(settings_module.load(environment))
    settings = settings_module.load(environment)
    catalogue.ensure(settings)
    return settings, environment
