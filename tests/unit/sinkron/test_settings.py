"""Where files come in and go out is a connection's word, else a folder of ours (contracts/sources.md, Connections)."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinkron import settings as settings_module
from sinkron.settings import SettingsError


def load(tmp_path: Path, **values: str):
    return settings_module.load({"SINKRON_HOME": str(tmp_path), "SINKRON_ENV_FILE": str(tmp_path / "env")} | values)


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


@pytest.mark.parametrize(("connection", "said"), [
    ('{"conn_type": "sftp", "host": "h", "extra": {"path": "/p"}}', "siks_ng_outbox is of type sftp; expected fs"),
    ('{"conn_type": "fs"}', "AIRFLOW_CONN_SIKS_NG_OUTBOX cannot be read"),
])  # fmt: skip
def test_an_outbox_that_cannot_be_written_so_is_said_and_not_replaced(tmp_path, connection, said):
    with pytest.raises(SettingsError, match=said):
        load(tmp_path, AIRFLOW_CONN_SIKS_NG_OUTBOX=connection).outbox  # noqa: B018
