"""An installation of its own for a journey: warehouse, data folder, synthetic world, servers of the sources."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gudang
import psycopg
from psycopg.sql import SQL, Identifier

import sandbox
from sinkron import catalogue, database, month, postgres
from sinkron import settings as settings_module
from sinkron.settings import Settings

MAY, JUNE, JULY = "2026-05", "2026-06", "2026-07"
# Small, and still with families in each of the 16 kecamatan.
SCALE, SEED = 0.003, 7
# One key for all, so that the same deliveries give the same uids in every installation.
KEY = "5a" * 32


@dataclass
class Bulan:
    """One installation and its world; `run` is `make month` without the process."""

    settings: Settings
    folder: Path
    server: sandbox.server.Sandbox
    said: list[str] = field(default_factory=list)
    reads: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def world(self) -> Path:
        return self.folder / "dunia"

    def deliver(self, periode: str, revisi: int = 1) -> Path:
        """Put the DTSEN files of a month into the inbox and move the servers on to it."""
        return sandbox.deliver(self.world, self.settings.inbox, periode, revisi)

    def pass_to(self, periode: str) -> None:
        """Let the servers move on to a month for which DTSEN delivers nothing."""
        (self.world / "sekarang").write_text(periode)

    def run(self, periode: str, approve: str = "none", **environment: str) -> tuple[int, dict[str, Any]]:
        """Run the month; returns the exit code and the object of the last line."""
        settings = settings_module.load({**self.settings.values, **environment})
        return month.run(settings, periode, approve, self.said.append)

    def rows(self, query: str, *values: Any) -> list[tuple]:
        """Rows of a query as the owner."""
        with database.connect(self.settings) as connection:
            cursor = connection.execute(query, list(values))
            # Rows are dicts here: two columns of one name would be one.
            assert len({column.name for column in cursor.description}) == len(cursor.description), query
            return [tuple(row.values()) for row in cursor.fetchall()]

    def one(self, query: str, *values: Any) -> Any:
        """The only value of a query."""
        ((value,),) = self.rows(query, *values)
        return value

    def releases(self, periode: str) -> list[tuple[int, str]]:
        """Revisions of a month and their status."""
        return self.rows("select revisi, status from rilis.rilis where periode = %s order by revisi", periode)

    def tables(self, id_rilis: str) -> dict[str, dict[str, Any]]:
        """Rows and sha256 of each table of a release, as the ledger holds them."""
        return self.one("select tabel from rilis.rilis where id_rilis = %s", id_rilis)

    def seen(self, id_rilis: str | None = None, address: str | None = None) -> tuple[str, int]:
        """Which release a reader sees (the owner, if no address is given) and how many persons are in it.

        `id_rilis` asks for a release as `SET sinkron.rilis` does. Raises psycopg.Error when that is refused.
        """
        with psycopg.connect(address or self.settings.values["DATABASE_URL"]) as connection:
            if id_rilis:
                connection.execute("select set_config('sinkron.rilis', %s, false)", [id_rilis])
            rows = connection.execute(
                "select periode || '/' || revisi, count(*) from publikasi.individu group by 1"
            ).fetchall()
        assert len(rows) == 1, rows
        return rows[0]

    def deliveries(self, sumber: str, periode: str) -> list[tuple[int, str, str | None]]:
        """Source revision, status and code of a source's deliveries of a month, as they arrived."""
        return self.rows(
            "select revisi_sumber, status, kode from buku.kiriman where sumber = %s and periode = %s order by urutan",
            sumber,
            periode,
        )

    def report(self, name: str) -> dict[str, Any]:
        """A report to a sender, below the folder `laporan`."""
        return json.loads((self.settings.outbox / "laporan" / f"{name}.json").read_text())


def edit(folder: Path, file: str, change: Any) -> None:
    """Rewrite a delivered CSV: `change` gets its rows as dicts and returns rows; the manifest follows."""
    path = folder / file
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    changed = change([dict(row) for row in rows])
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, fieldnames=rows[0])
        writer.writeheader()
        writer.writerows(changed)
    body = path.read_bytes()
    facts = {"sha256": hashlib.sha256(body).hexdigest(), "ukuran": len(body), "baris": len(changed)}
    set_manifest(folder, file, **facts)


def set_manifest(folder: Path, file: str, **facts: Any) -> None:
    """Change what the manifest promises of one file."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for entry in manifest["berkas"]:
        if entry["nama"] == file:
            entry.update(facts)
    path.write_text(json.dumps(manifest))


class Pabrik:
    """Makes installations, and copies of them by Postgres templates; all of them stay until `close`."""

    def __init__(self, instalasi: Settings, world: Path, folder: Path):
        self.instalasi, self.world, self.folder = instalasi, world, folder
        self.postgres = postgres.ensure_running(instalasi)
        self.made: dict[str, Bulan] = {}

    def new(self, name: str) -> Bulan:
        """A migrated warehouse in which nothing has landed."""
        made = self._make(name, "template1", self.world, None)
        database.migrate(made.settings)
        catalogue.ensure(made.settings)
        return made

    def copy(self, of: Bulan, name: str) -> Bulan:
        """The same warehouse, data folder and present as another installation has now."""
        made = self._make(name, self._database(of.name), of.world, of.settings.home)
        catalogue.ensure(made.settings)
        return made

    def close(self) -> None:
        """Stop the servers and drop the databases."""
        for made in self.made.values():
            made.server.close()
            with self._superuser() as connection:
                connection.execute(
                    SQL("drop database if exists {} with (force)").format(Identifier(self._database(made.name)))
                )

    def _make(self, name: str, template: str, world: Path, home: Path | None) -> Bulan:
        folder = self.folder / name
        shutil.copytree(world, folder / "dunia")
        if home:
            shutil.copytree(home, folder / "run")
        (folder / "run" / "masuk").mkdir(parents=True, exist_ok=True)
        self._create(self._database(name), template)
        server = sandbox.serve(folder / "dunia")
        # Several pages even of a small world.
        server.most_rows = 100
        values = {
            **self.instalasi.values,
            "DATABASE_URL": self.postgres.url("gudang").rsplit("/", 1)[0] + f"/{self._database(name)}",
            "SINKRON_HOME": str(folder / "run"),
            "SINKRON_KUNCI": KEY,
            **sandbox.connections(server.url, folder / "run" / "masuk", folder / "run" / "keluar"),
        }
        made = Bulan(settings_module.load(values), folder, server)
        rows = server.rows
        server.rows = lambda source, periode: (made.reads.append((source, periode)), rows(source, periode))[1]
        self.made[name] = made
        return made

    def _create(self, name: str, template: str) -> None:
        with self._superuser() as connection:
            # A pool of some library may still hold a connection, and a template must have none.
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [template])
            gudang.create(connection, name, template)

    def _database(self, name: str) -> str:
        return f"bulan_{os.getpid()}_{name}"

    @contextmanager
    def _superuser(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.postgres.superuser_url, autocommit=True) as connection:
            yield connection


def month_in_child(values: dict[str, str], periode: str, approve: str) -> None:
    """Body of a process that a test kills: a month."""
    month.run(settings_module.load(values), periode, approve, lambda line: None)
