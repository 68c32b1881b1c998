"""A folder of an SFTP server and its copy here: fetched before it is read, sent after it is written (decision 0015).

The copy of an inbox is read like any other folder. It never holds half of a file, or a delivery that changed during the
transfer. Nothing is written into an inbox.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from connectors.core.client import Sleep
from connectors.core.connection import Connection
from connectors.core.sftp import Entry, Session, attempt, shown
from connectors.core.signals import SourceUnavailable

MANIFEST = "manifest.json"
# The same limit as for a REST read that restarts because its source changed (contracts/sources.md, section 2).
ROUNDS = 3


def fetch(connection: Connection, below: str, mirror: Path, sleep: Sleep = time.sleep) -> None:
    """Make `<mirror>/<below>` equal to `<path>/<below>` on the server; only new or changed files are transferred.

    Files directly in it are taken one by one; a file that changes while it is read is left out until the next time. A
    folder in it is a delivery: it is taken whole, once its manifest is there. Links are never followed, also not in the
    path to it. Raises SourceUnavailable when it cannot be read completely, or `<path>` does not exist.
    """

    def work(session: Session) -> None:
        remote = connection.path
        found = session.entry(str(remote), follow_links=True)
        if found is None or not found.is_folder:
            raise SourceUnavailable(f"connection {connection.conn_id} (SFTP): its extra.path is no folder there.")
        for part in below.split("/"):
            remote /= part
            found = session.entry(str(remote))
            if found is None or not found.is_folder:
                _remove(mirror / below)
                return
        _folder(session, str(remote), mirror / below)

    try:
        _private(mirror)
        attempt(connection, work, sleep)
    except OSError as error:
        raise SourceUnavailable(
            f"connection {connection.conn_id} (SFTP): its mirror cannot be written ({error.strerror});"
            f" check the folder {mirror.parent.name} of the data folder."
        ) from None


def send(
    connection: Connection,
    root: Path,
    files: Iterable[str],
    sent: Callable[[str], None],
    sleep: Sleep = time.sleep,
) -> None:
    """Put files of `root` at the same place below `<path>`, one after the other; `sent` is called for each one there.

    Each file appears whole and replaces an existing one. Raises SourceUnavailable for the first file that cannot be put
    there, OSError when a file cannot be read here.
    """
    waiting = list(files)

    def work(session: Session) -> None:
        while waiting:
            target = connection.path / waiting[0]
            beside = target.with_name(f".{target.name}.tmp")
            session.make_folders(str(target.parent))
            with (root / waiting[0]).open("rb") as content:
                session.write(str(beside), content)
            session.rename(str(beside), str(target))
            sent(waiting.pop(0))

    attempt(connection, work, sleep)


def _folder(session: Session, remote: str, local: Path) -> None:
    _private(local)
    seen = session.entries(remote)
    _forget(local, seen)
    for name, entry in seen.items():
        if entry.is_folder:
            _delivery(session, f"{remote}/{name}", local / name)
        elif not _is_current(local / name, entry):
            _remove(local / name)
            _take(session, f"{remote}/{name}", local / name, entry)


def _delivery(session: Session, remote: str, local: Path) -> None:
    """Mirror the folder of one delivery. It is done when a second listing shows that the folder has not changed.

    Nothing is taken before the manifest is there. Until then files are still being written, and times are in whole
    seconds, so a change within the same second would not be noticed.
    """
    for _ in range(ROUNDS + 1):
        files = {name: entry for name, entry in session.entries(remote).items() if not entry.is_folder}
        if MANIFEST not in files:
            _remove(local)
            return
        _private(local)
        if all(_is_current(local / name, entry) for name, entry in files.items()):
            _forget(local, files)
            return
        _remove(local / MANIFEST)
        for name in sorted(files, key=lambda name: name == MANIFEST):
            if _is_current(local / name, files[name]):
                continue
            if not _take(session, f"{remote}/{name}", local / name, files[name]):
                break
    raise SourceUnavailable(
        f"{shown(remote)} changes while it is read ({ROUNDS} times); expected a delivery that is left alone once its"
        " manifest is written. Run again when its sender is done."
    )


def _take(session: Session, remote: str, local: Path, entry: Entry) -> bool:
    """Fetch a file; return False and leave no file when it is no longer the listed one."""
    temporary = local.with_name(f".{local.name}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for block in session.read(remote, entry.size):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
    if size != entry.size or session.entry(remote) != entry:
        temporary.unlink()
        return False
    os.utime(temporary, (entry.mtime, entry.mtime))
    _remove(local)
    temporary.replace(local)
    return True


def _is_current(local: Path, entry: Entry) -> bool:
    if not local.is_file():
        return False
    there = local.stat()
    return (there.st_size, int(there.st_mtime)) == (entry.size, entry.mtime)


def _forget(local: Path, seen: dict[str, Entry]) -> None:
    """Remove files that no longer exist on the server, have another kind there, or were left by a killed run."""
    for path in local.iterdir():
        if path.name not in seen or seen[path.name].is_folder != path.is_dir():
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _private(folder: Path) -> None:
    """Make a folder that only its owner can read, with its missing parents."""
    if not folder.is_dir():
        _private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
