"""Sessions with an SFTP server: only with a known host, with bounded waits, retries, and errors without content.

The rule for retries is in contracts/rules.md, "Files and values". An error names the connection, what was asked and the
kind of error; it never quotes texts of the server, names with long numbers or credentials.

Import this module only where a connection is `sftp`, because the SSH library takes 0.3 s to import.
"""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, TypeVar

import paramiko

from connectors.core.client import CLIENT_SECONDS, FIRST_PAUSE_SECONDS, TRIES, Sleep
from connectors.core.connection import Connection
from connectors.core.exchange import CONNECT_SECONDS, EXCHANGE_SECONDS, READ_SECONDS
from connectors.core.files.limits import UNPACKED_LIMIT
from connectors.core.signals import SourceUnavailable
from connectors.core.ssh import PORT, final, known_keys, login_of, signatures

# Bytes per request, and open requests at once: every server answers 32 KiB, and OpenSSH's sftp sends 64 ahead.
BLOCK, AHEAD = 32 << 10, 64
# Maximum bytes of a file name: it has to fit into a local folder, also with the additions of a temporary name.
NAME_LIMIT = 200
Result = TypeVar("Result")


class Failure(Exception):
    """A request failed and may succeed when it is repeated. The text holds no content of files or of the server."""


@dataclass(frozen=True)
class Entry:
    """What a server says about a file or folder: size in bytes, mtime in seconds since 1970; both are 0 for a folder.

    Two equal entries of a file count as the same content.
    """

    is_folder: bool
    size: int
    mtime: int


def attempt(connection: Connection, work: Callable[[Session], Result], sleep: Sleep = time.sleep) -> Result:
    """Open a session and return the result of `work` on it; when the connection fails, begin again with a new session.

    `work` is then called again from its start, so it has to continue where it stopped. Raises SourceUnavailable after
    the last try, or at once for errors that another try does not change: an unknown host key, a refused login, a
    missing right.
    """
    # At levels INFO and ERROR paramiko logs names of files and texts of the server.
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    until, pause, what = time.monotonic() + CLIENT_SECONDS, FIRST_PAUSE_SECONDS, ""
    for tried in range(TRIES):
        if tried:
            sleep(pause)
            pause *= 2
        try:
            with _session(connection, until - time.monotonic()) as session:
                return work(session)
        except Failure as failure:
            what = str(failure)
        if time.monotonic() > until:
            raise final(connection, f"all of it together took over {CLIENT_SECONDS / 3600:g} h")
    raise final(connection, f"not done after {TRIES} tries, last: {what}; check the server and the network")


class Session:
    """An open session. All paths are paths on the server.

    Every method raises Failure for errors after which `attempt` tries again, and SourceUnavailable for all others.
    """

    def __init__(self, connection: Connection, client: paramiko.SFTPClient):
        self._connection, self._client = connection, client

    def entry(self, path: str, follow_links: bool = False) -> Entry | None:
        """The entry at a path; None if there is none, if it is neither file nor folder (such as a link), and if it is a
        file that is too large to be read (UNPACKED_LIMIT).
        """
        with self._asking(path):
            try:
                return _entry(self._client.stat(path) if follow_links else self._client.lstat(path))
            except FileNotFoundError:
                return None

    def entries(self, folder: str) -> dict[str, Entry]:
        """The files and folders in a folder, by name; empty if there is no such folder.

        The result leaves out links, hidden names, names that are a path, too long or not printable, and files that are
        too large to be read (UNPACKED_LIMIT).
        """
        with self._asking(folder):
            try:
                listed = self._client.listdir_attr(folder)
            except FileNotFoundError:
                return {}
        found = {attributes.filename: _entry(attributes) for attributes in listed}
        return {name: entry for name, entry in sorted(found.items()) if entry is not None and _is_plain(name)}

    def read(self, path: str, size: int) -> Iterator[bytes]:
        """The first `size` bytes of a file, fewer if it is shorter or no longer there."""
        with self._asking(path):
            try:
                file = self._client.open(path, "rb")
            except FileNotFoundError:
                return
        for first in range(0, size, BLOCK * AHEAD):
            asked = [(at, min(BLOCK, size - at)) for at in range(first, min(first + BLOCK * AHEAD, size), BLOCK)]
            got = bytearray()
            with self._asking(path):
                for (_, length), block in zip(asked, file.readv(asked), strict=False):
                    got += block
                    if len(block) < length:
                        # A short block is the end of the file. Waiting for the blocks after it would take long.
                        break
            yield bytes(got)
            if len(got) < sum(length for _, length in asked):
                break
        with self._asking(path):
            file.close()

    def write(self, path: str, content: IO[bytes]) -> None:
        """Write a file, replacing an existing one, and check by its size that all of it arrived."""
        size = 0
        with self._asking(path):
            file = self._client.open(path, "wb")
            file.set_pipelined(True)
        while block := content.read(BLOCK):
            size += len(block)
            with self._asking(path):
                file.write(block)
        with self._asking(path):
            file.close()
        if (there := self.entry(path)) is None or there.size != size:
            raise Failure("a file arrived cut")

    def rename(self, path: str, target: str) -> None:
        """Move a file or folder, replacing a file that is at `target`, in one step.

        If the server lacks posix-rename, the file at `target` is removed first, so there are two steps.
        """
        with self._asking(target):
            try:
                self._client.posix_rename(path, target)
            except OSError as error:
                # paramiko sets no errno for an answer that only says "failed" or "unsupported".
                if error.errno is not None or isinstance(error, TimeoutError):
                    raise
                there = self.entry(target)
                if there is not None and not there.is_folder:
                    self._client.remove(target)
                self._client.rename(path, target)

    def make_folders(self, path: str) -> None:
        """Make a folder, and the missing ones above it, unless it is there."""
        if self.entry(path, follow_links=True) is None:
            above, _, _ = path.rpartition("/")
            if above:
                self.make_folders(above)
            with self._asking(path):
                self._client.mkdir(path)

    def remove_folder(self, path: str) -> None:
        """Remove a folder that holds only files, if it is there."""
        if self.entry(path) is not None:
            with self._asking(path):
                for name in self._client.listdir(path):
                    self._client.remove(f"{path}/{name}")
                self._client.rmdir(path)

    @contextlib.contextmanager
    def _asking(self, path: str) -> Iterator[None]:
        """Turn every error of a request into Failure or, if another try changes nothing, into SourceUnavailable."""
        try:
            yield
        except (Failure, SourceUnavailable):
            raise
        except PermissionError:
            raise final(self._connection, f"{shown(path)}: permission denied; check the rights of its login") from None
        except UnicodeDecodeError:
            raise final(self._connection, f"{shown(path)}: a name in it is not UTF-8; have it renamed") from None
        except Exception as error:
            raise Failure(f"{shown(path)}: {type(error).__name__}") from None


def shown(path: str) -> str:
    """A path for error texts: long numbers are masked, because a name may hold the number of a person."""
    return re.sub(r"\d{9,}", "…", path)


def _entry(attributes: paramiko.SFTPAttributes) -> Entry | None:
    mode, size = attributes.st_mode or 0, attributes.st_size or 0
    if stat.S_ISDIR(mode):
        return Entry(True, 0, 0)
    if stat.S_ISREG(mode) and size <= UNPACKED_LIMIT:
        return Entry(False, size, attributes.st_mtime or 0)
    return None


def _is_plain(name: str) -> bool:
    return name.isprintable() and "/" not in name and not name.startswith(".") and 0 < len(name.encode()) <= NAME_LIMIT


@contextlib.contextmanager
def _session(connection: Connection, seconds: float) -> Iterator[Session]:
    """A session with a known host. It is closed at the end, or by force after `seconds`. Raises Failure and
    SourceUnavailable as `attempt` says.
    """
    known = known_keys(connection)
    login = login_of(connection)
    try:
        reached = socket.create_connection((connection.host, connection.port or PORT), CONNECT_SECONDS)
    except OSError as error:
        raise Failure(f"not reached ({type(error).__name__})") from None
    with contextlib.closing(reached):
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # Without this option a write to a lost host waits as long as the whole session may take.
            reached.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(READ_SECONDS * 1000))
        try:
            transport = paramiko.Transport(reached)
        except paramiko.SSHException as error:
            raise Failure(f"no SSH ({type(error).__name__})") from None
        with contextlib.closing(transport):
            with _closed_after(transport, EXCHANGE_SECONDS):
                client = _open(connection, transport, known, login)
            with _closed_after(transport, seconds):
                yield Session(connection, client)


@contextlib.contextmanager
def _closed_after(transport: paramiko.Transport, seconds: float) -> Iterator[None]:
    """Close the transport by force if the block takes more than `seconds`.

    READ_SECONDS alone does not stop a server that sends a byte now and then, and some waits of the library are endless.
    """
    watch = threading.Timer(max(seconds, 0), transport.close)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _open(
    connection: Connection, transport: paramiko.Transport, known: set[bytes], login: Callable[[paramiko.Transport], Any]
) -> paramiko.SFTPClient:
    transport.banner_timeout = transport.auth_timeout = transport.channel_timeout = READ_SECONDS
    try:
        # Ask for the known kinds of host key first; otherwise the server may show another of its keys.
        kinds = [kind for blob in known for kind in signatures(blob)]
        options = transport.get_security_options()
        options.key_types = sorted(options.key_types, key=lambda kind: kind not in kinds)
        transport.start_client(timeout=READ_SECONDS)
        if transport.get_remote_server_key().asbytes() not in known:
            raise final(
                connection,
                "the server's host key is not the one that is known; if it was changed on purpose, have its owner"
                " confirm the new one and put it into extra.host_key or the file of known hosts",
            )
        login(transport)
        if not transport.is_authenticated():
            raise final(connection, "the server asks for more than one proof of login; expected password or key alone")
        channel = transport.open_session(timeout=READ_SECONDS)
        channel.settimeout(READ_SECONDS)
        channel.invoke_subsystem("sftp")
        return paramiko.SFTPClient(channel)
    except SourceUnavailable:
        raise
    except paramiko.AuthenticationException:
        raise final(connection, "the login is refused; check login and password or key") from None
    except Exception as error:
        raise Failure(f"no session ({type(error).__name__})") from None
