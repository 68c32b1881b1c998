"""`<outbox>/rilis/<periode>/<revisi>/rilis.json`: what a release holds, for OPDs that poll (contracts/sinks.md 5)."""

from __future__ import annotations

import json
import os

import psycopg

from sinkron.failpoint import failpoint
from sinkron.settings import Settings


def write_release_files(settings: Settings, connection: psycopg.Connection) -> list[str]:
    """Write the file of every release that was ever published and whose file is missing or out of date.

    The content comes from the ledger, so after a run that was killed after its commit the next run writes the file.
    Each file is replaced in one rename. Returns the ids of the releases whose file was written.
    """
    written = []
    for row in connection.execute(
        "select id_rilis, periode::text as periode, revisi, status, sha256, tabel, diterbitkan from rilis.rilis"
        " where diterbitkan is not null order by id_rilis"
    ).fetchall():
        id_rilis = row.pop("id_rilis")
        instant = row.pop("diterbitkan").isoformat()
        content = json.dumps({**row, "diterbitkan": instant}, indent=2, sort_keys=True) + "\n"
        path = settings.outbox / "rilis" / row["periode"] / str(row["revisi"]) / "rilis.json"
        if path.exists() and path.read_text(encoding="utf-8") == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.tmp")
        with temporary.open("w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        failpoint(settings, "publish.asset_written")
        temporary.replace(path)
        failpoint(settings, "publish.asset_renamed")
        written.append(id_rilis)
    return written
