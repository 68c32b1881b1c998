"""Inbox and outbox on an SFTP server (docs/decisions/0015): mirror the inbox before a read, send the outbox afterwards.

When a connection is a folder, which is the default, this module does nothing.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sinkron.settings import Settings

if TYPE_CHECKING:
    from connectors.interface import Connection

OUTBOX = "siks_ng_outbox"
# Files of the outbox that are sent as soon as they are there, in this order: first the files that somebody waits for.
# `siks-ng` is not included: its receiver (receivers.SiksNg) sends it and has to know the result. Files directly in
# `ekspor` are not included either: they are for a person at this machine, and may hold names (make review-export).
SENT = ("laporan/*/**/*", "rilis/*/*/*", "ekspor/????-??/*/**/*")
# Sent after the other files of its folder: when this file is there, the folder is complete.
LAST = "datapackage.json"


def fetch(settings: Settings, conn_id: str, below: str) -> None:
    """Bring `<inbox>/<below>` up to date where the connection is on a server. Raises SourceUnavailable."""
    if server := settings.on_server(conn_id):
        mirrored(settings, server, below)


def mirrored(settings: Settings, reached: Connection, below: str) -> Connection:
    """For `sftp`, a connection to the local mirror, with `<below>` up to date; any other connection as it is.

    Raises SourceUnavailable.
    """
    if reached.conn_type != "sftp":
        return reached
    from connectors.core import mirror

    here = settings.mirrors / reached.conn_id
    mirror.fetch(reached, below, here)
    return dataclasses.replace(reached, conn_type="fs", path=here)


def send(settings: Settings) -> dict[str, Any]:
    """Send what is new or changed in the outbox to its server, if it is on one; {} when there was nothing.

    `keluar_terkirim`: how many files were sent. `keluar_tertunda`: why others were not. The step does not fail because
    of them; the next step that writes to the outbox tries again.
    """
    server = settings.on_server(OUTBOX)
    if server is None:
        return {}
    settings.mirrors.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.mirrors / f"{OUTBOX}.kunci").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _send(settings.outbox, server, settings.mirrors / f"{OUTBOX}.json")


def _send(outbox: Path, server: Connection, record: Path) -> dict[str, Any]:
    from connectors.interface import SourceUnavailable

    where = f"{server.host}:{server.port}:{server.path}"
    known, sent = _read(record, where), 0
    found = {name: facts for name, facts in _outgoing(outbox).items() if known.get(name) != facts}
    if not found:
        return {}

    def note(name: str) -> None:
        nonlocal sent
        known[name], sent = found[name], sent + 1
        beside = record.with_suffix(".tmp")
        beside.write_text(json.dumps({"tujuan": where, "terkirim": known}), encoding="utf-8")
        beside.replace(record)

    from connectors.core import mirror

    waits = {}
    try:
        mirror.send(server, outbox, sorted(found, key=lambda name: name.endswith(LAST)), note)
    except SourceUnavailable as why:
        waits = {"keluar_tertunda": str(why)}
    except OSError as error:
        waits = {
            "keluar_tertunda": f"a file of the outbox cannot be read, or {record.name} not be written"
            f" ({error.strerror}); a file that is being written anew goes with the next step, else check both folders"
        }
    return {"keluar_terkirim": sent, **waits}


def _outgoing(outbox: Path) -> dict[str, list[int]]:
    """The files to send, in order: path below the outbox -> size and time, which show whether a file has changed."""
    found: dict[str, list[int]] = {}
    for pattern in SENT:
        for path in sorted(outbox.glob(pattern)):
            name = path.relative_to(outbox)
            hidden = path.suffix == ".tmp" or any(part.startswith(".") for part in name.parts)
            if not hidden and path.is_file():
                facts = path.stat()
                found[name.as_posix()] = [facts.st_size, facts.st_mtime_ns]
    return found


def _read(record: Path, where: str) -> dict[str, list[int]]:
    """The files that were sent to that server, by our own record; without a record everything is sent again."""
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return content["terkirim"] if content["tujuan"] == where else {}
