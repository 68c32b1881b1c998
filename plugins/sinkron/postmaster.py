"""Whether the embedded server is alive, judged by `postmaster.pid`, the file in which it keeps its process number."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
from psycopg import pq

# How long a living server may take to answer: it may be starting, recovering after a crash, or on a slow machine.
WAIT_SECONDS = 120.0
# The file in which Linux lists the shared memory segments of the system.
SEGMENTS = Path("/proc/sysvipc/shm")


class PostgresError(RuntimeError):
    """The embedded server could not be created, started or stopped."""


def answering(folder: Path) -> int | None:
    """The port of the server in this folder, once it answers; None when no server is alive there, or it has ended.

    Raises PostgresError when a living server does not answer for WAIT_SECONDS.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while found := living(folder):
        pid, port = found
        # A ping, not a login: a server that refuses a password, or has no connection left, answers too.
        answer = pq.PGconn.ping(f"host=127.0.0.1 port={port} user=postgres connect_timeout=3".encode())
        if answer == pq.Ping.OK:
            return port
        if time.monotonic() > deadline:
            raise PostgresError(
                f"the embedded server lives (process {pid}, port {port}) and did not answer within {WAIT_SECONDS:.0f}"
                f" s; expected it to; see {folder / 'log'}, and start again when the machine is less busy"
            )
        time.sleep(0.2)
    return None


def living(folder: Path) -> tuple[int, int] | None:
    """Process id and port of the server in this folder; None also when another program has this process id now."""
    try:
        lines = _file(folder).read_text().splitlines()
        pid, port = int(lines[0]), int(lines[3])
        command = psutil.Process(pid).cmdline()
    except (FileNotFoundError, IndexError, ValueError, psutil.Error):
        return None
    return (pid, port) if str(folder / "data") in command else None


def forget_dead(folder: Path) -> None:
    """Remove the `postmaster.pid` of a dead server, because Postgres would not start while the file exists.

    Postgres treats any process with the number in that file as the running server: a zombie of the old server, or an
    unrelated process (in a container, process numbers start again). The file is removed only when no process is
    attached to the old server's shared memory; Postgres checks that too. Raises PostgresError when one stays attached.
    """
    if not SEGMENTS.exists() or not _file(folder).exists():
        return
    memory = _file(folder).read_text().splitlines()[6:7]
    deadline = time.monotonic() + WAIT_SECONDS
    while memory and _attached(memory[0].split()[-1]):
        if time.monotonic() > deadline:
            raise PostgresError(
                f"the embedded server in {folder / 'data'} died and processes of it still run; expected them to end"
                " with it; end those that `ps` shows as `postgres:`"
            )
        time.sleep(0.2)
    _file(folder).unlink()


def _file(folder: Path) -> Path:
    return folder / "data" / "postmaster.pid"


def _attached(segment: str) -> bool:
    """Whether a process is attached to the segment of this id (columns 2 and 7)."""
    rows = [line.split() for line in SEGMENTS.read_text().splitlines()[1:]]
    return any(row[1] == segment and row[6] != "0" for row in rows)
