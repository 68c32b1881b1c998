"""`make psql`: everybody on the machine may read what a process was started with."""

from __future__ import annotations

import os

import pytest
from psycopg.conninfo import conninfo_to_dict

from sinkron import cli


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u%40:s%2Frahasia@h:5433/gudang?sslmode=verify-full",
        "postgresql://u%40@h:5433/gudang?sslmode=verify-full&password=s/rahasia&sslpassword=k/rahasia",
    ],
)
def test_the_password_is_no_argument_of_the_client(monkeypatch: pytest.MonkeyPatch, address: str):
    started = []
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setattr(os, "execv", lambda *command: started.append((*command, dict(os.environ))))
    monkeypatch.setattr(os, "execve", lambda *command: started.append(command))
    cli.main(["psql", "--", "-c", "select 1"])
    ((program, arguments, environment),) = started
    assert environment["PGPASSWORD"] == "s/rahasia"
    assert arguments[0] == program and arguments[2:] == ["-c", "select 1"]
    assert conninfo_to_dict(arguments[1]) == {
        "user": "u@", "host": "h", "port": "5433", "dbname": "gudang", "sslmode": "verify-full",
    }  # fmt: skip
    assert "rahasia" not in " ".join(arguments)
    assert "PGPASSWORD" not in os.environ
