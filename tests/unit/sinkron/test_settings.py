"""What the environment, its file and connections say, and what holds where they are silent (contracts/sources.md)."""

from __future__ import annotations

import errno
import json
import os
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sinkron import airflow_setup
from sinkron import settings as settings_module
from sinkron.settings import SettingsError


def load(tmp_path: Path, **values: str):
    return settings_module.load({"SINKRON_HOME": str(tmp_path), "SINKRON_ENV_FILE": str(tmp_path / "env")} | values)


def test_the_environment_goes_before_the_env_file(tmp_path):
    (tmp_path / "env").write_text("SINKRON_PARALELISME=2\nIZINKAN_LAMA='simnakis'\n")
    found = load(tmp_path, SINKRON_PARALELISME="8")
    assert found.values["SINKRON_PARALELISME"] == "8"
    assert found.allowed_stale() == {"simnakis"}


def test_folders_are_ours_when_no_connection_says_otherwise(tmp_path):
    settings = load(tmp_path)
    assert (settings.inbox, settings.outbox) == (tmp_path / "masuk", tmp_path / "keluar")


def test_connections_move_inbox_and_outbox_and_what_lies_below(tmp_path):
    settings = load(
        tmp_path,
        AIRFLOW_CONN_DTSEN_INBOX='{"conn_type": "fs", "extra": {"path": "/srv/masuk"}}',
        AIRFLOW_CONN_SIKS_NG_OUTBOX="fs://?path=%2Fsrv%2Fkeluar",
    )
    assert (settings.inbox, settings.outbox) == (Path("/srv/masuk"), Path("/srv/keluar"))
    folders = settings.private_folders()
    assert (folders["masuk"], folders["keluar"], folders["ekspor"]) == (
        Path("/srv/masuk"), Path("/srv/keluar"), Path("/srv/keluar/ekspor"),
    )  # fmt: skip


SFTP = '{"conn_type": "sftp", "host": "h", "password": "rahasia-uji", "extra": {"path": "/p"}}'


def test_what_is_on_a_server_is_read_and_written_in_private_folders_of_ours(tmp_path):
    settings = load(tmp_path, AIRFLOW_CONN_DTSEN_INBOX=SFTP, AIRFLOW_CONN_SIKS_NG_OUTBOX="sftp://u:s@h?path=%2Fp")
    assert (settings.inbox, settings.outbox) == (tmp_path / "cermin" / "dtsen_inbox", tmp_path / "keluar")
    assert settings.private_folders()["cermin"] == tmp_path / "cermin"
    found = settings.on_server("dtsen_inbox")
    assert (found.host, found.path) == ("h", Path("/p")) and "rahasia-uji" not in repr(found)
    # A folder, or none at all, is on no server.
    assert load(tmp_path).on_server("dtsen_inbox") is None
    fs = '{"conn_type": "fs", "extra": {"path": "/srv/masuk"}}'
    assert load(tmp_path, AIRFLOW_CONN_DTSEN_INBOX=fs).on_server("dtsen_inbox") is None


@pytest.mark.parametrize(("connection", "said"), [
    ('{"conn_type": "s3", "host": "h", "extra": {"path": "/p"}}', "siks_ng_outbox is of type s3; expected fs or sftp"),
    ('{"conn_type": "sftp", "extra": {"path": "/p"}}', "AIRFLOW_CONN_SIKS_NG_OUTBOX cannot be read"),
    ('{"conn_type": "fs"}', "AIRFLOW_CONN_SIKS_NG_OUTBOX cannot be read"),
])  # fmt: skip
def test_an_outbox_that_cannot_be_written_so_is_said_and_not_replaced(tmp_path, connection, said):
    with pytest.raises(SettingsError, match=said):
        load(tmp_path, AIRFLOW_CONN_SIKS_NG_OUTBOX=connection).outbox  # noqa: B018


def test_of_two_first_starts_at_once_one_makes_the_secrets_and_both_have_them(tmp_path, monkeypatch):
    before, draw = load(tmp_path), secrets.token_hex

    def slow(size: int) -> str:
        time.sleep(0.1)
        return draw(size)

    monkeypatch.setattr(secrets, "token_hex", slow)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: settings_module.ensure_secrets(before, {"SATU": 8, "DUA": 8}), range(2)))
    values = [(settings.values["SATU"], settings.values["DUA"]) for settings in made]
    assert values[0] == values[1] and [len(value) for value in values[0]] == [16, 16]
    lines = (tmp_path / "env").read_text().splitlines()
    assert lines == [f"SATU={values[0][0]}", f"DUA={values[0][1]}"]
    assert load(tmp_path).values.items() >= {"SATU": values[0][0], "DUA": values[0][1]}.items()


def test_a_private_file_is_written_whole_or_stays_as_it_was(tmp_path, monkeypatch):
    settings = load(tmp_path)
    known = airflow_setup.passwords(settings)
    assert known.keys() == airflow_setup.USERS.keys()
    monkeypatch.setattr(airflow_setup, "USERS", {**airflow_setup.USERS, "lain": "viewer"})

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            airflow_setup.passwords(settings)
    path = airflow_setup.password_file(settings)
    assert json.loads(path.read_text()) == known and path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert airflow_setup.passwords(settings).items() > known.items()
