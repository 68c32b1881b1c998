"""An SFTP server on loopback over a folder: what it was asked, and faults before any answer."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_SUCCEEDED,
    SFTP_OK,
    SFTP_OP_UNSUPPORTED,
    SFTP_PERMISSION_DENIED,
    SFTPAttributes,
    SFTPHandle,
    SFTPServer,
    SFTPServerInterface,
)

from connectors.interface import Connection, connection

LOGIN, PASSWORD = "petugas", "rahasia-sftp-uji"
# Once for all servers: nothing is learnt from new ones.
HOST_KEY, OTHER_KEY, CLIENT_KEY = (paramiko.ECDSAKey.generate() for _ in range(3))
WRITES = frozenset({"write", "rename", "posix_rename", "mkdir", "remove", "rmdir"})


def line(key: paramiko.PKey) -> str:
    """A public key as it stands in a file of known hosts, behind the host."""
    return f"{key.get_name()} {key.get_base64()}"


@dataclass
class Penyaji:
    """A server over `folder`. asked: (what, path) of every request; logins: the proofs that it was shown.

    `before` is called with each request before it is answered: it may change the folder, return a status instead of
    the answer, or `drop()` the connection. `listed` are names that a listing holds besides those that are there.
    """

    folder: Path
    before: Callable[[str, str], int | None] = lambda what, path: None
    read_only: bool = False
    posix_rename: bool = True
    key: paramiko.PKey = HOST_KEY
    more_keys: tuple[paramiko.PKey, ...] = ()
    listed: tuple[str, ...] = ()
    asked: list[tuple[str, str]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    def __enter__(self) -> Penyaji:
        self._transports: list[paramiko.Transport] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        self.drop()

    def drop(self) -> None:
        """Cut every connection, but not the one that is made meanwhile."""
        for transport in list(self._transports):
            transport.close()

    def _serve(self) -> None:
        while True:
            try:
                reached, _ = self._listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(reached)
            for key in (self.key, *self.more_keys):
                transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", SFTPServer, Berkas, served=self)
            self._transports.append(transport)
            try:
                transport.start_server(event=threading.Event(), server=Pintu(self))
            except (paramiko.SSHException, EOFError):
                continue

    def environment(self, conn_id: str, path: str = "/", **changes: object) -> dict[str, str]:
        """The connection as Airflow writes it, by the name of its variable."""
        extra = {"path": path, "host_key": line(self.key), **changes.pop("extra", {})}  # type: ignore[dict-item]
        written = {
            "conn_type": "sftp", "host": "127.0.0.1", "port": self.port, "login": LOGIN, "password": PASSWORD,
            **changes, "extra": {name: value for name, value in extra.items() if value is not None},
        }  # fmt: skip
        return {f"AIRFLOW_CONN_{conn_id.upper()}": json.dumps(written)}

    def connection(self, conn_id: str = "dtsen_inbox", path: str = "/", **changes: object) -> Connection:
        """The connection as a connector is given it."""
        return connection(conn_id, self.environment(conn_id, path, **changes))

    def paths(self, *kinds: str) -> list[str]:
        """Paths of the requests of these kinds, in order."""
        return [path for what, path in self.asked if what in kinds]


class Pintu(paramiko.ServerInterface):
    """Who may come in."""

    def __init__(self, served: Penyaji):
        self.served = served

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        self.served.logins.append("password")
        return AUTH_SUCCESSFUL if (username, password) == (LOGIN, PASSWORD) else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self.served.logins.append("publickey")
        known = key.asbytes() == CLIENT_KEY.asbytes()
        return AUTH_SUCCESSFUL if username == LOGIN and known else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class Berkas(SFTPServerInterface):
    """The folder, as the protocol sees it."""

    def __init__(self, server: Pintu, served: Penyaji):
        self.served = served

    def _asked(self, what: str, path: str) -> int | None:
        self.served.asked.append((what, path))
        if self.served.read_only and what in WRITES:
            return SFTP_PERMISSION_DENIED
        return self.served.before(what, path)

    def _do(self, what: str, path: str, work: Callable[[Path], object]) -> object:
        wrong = self._asked(what, path)
        if wrong is not None:
            return wrong
        try:
            made = work(self.served.folder / path.lstrip("/"))
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)
        return SFTP_OK if made is None else made

    def list_folder(self, path: str):
        def listing(folder: Path) -> list[SFTPAttributes]:
            found = [SFTPAttributes.from_stat(p.lstat(), p.name) for p in folder.iterdir()]
            return found + [SFTPAttributes.from_stat(Path(__file__).stat(), name) for name in self.served.listed]

        return self._do("list", path, listing)

    def stat(self, path: str):
        return self._do("stat", path, lambda p: SFTPAttributes.from_stat(p.stat()))

    def lstat(self, path: str):
        return self._do("lstat", path, lambda p: SFTPAttributes.from_stat(p.lstat()))

    def open(self, path: str, flags: int, attr: SFTPAttributes):
        writing = bool(flags & (os.O_WRONLY | os.O_RDWR))

        def opened(p: Path) -> SFTPHandle:
            handle = Pegangan(self, path, flags)
            handle.readfile = handle.writefile = os.fdopen(os.open(p, flags, 0o644), "wb" if writing else "rb")
            return handle

        return self._do("write" if writing else "open", path, opened)

    def remove(self, path: str):
        return self._do("remove", path, Path.unlink)

    def rmdir(self, path: str):
        return self._do("rmdir", path, Path.rmdir)

    def mkdir(self, path: str, attr: SFTPAttributes):
        return self._do("mkdir", path, Path.mkdir)

    def rename(self, oldpath: str, newpath: str):
        def renamed(p: Path) -> None:
            # As version 3 of the protocol has it: never in place of another.
            if p.exists():
                raise FileExistsError(17, "exists")
            (self.served.folder / oldpath.lstrip("/")).rename(p)

        return self._do("rename", newpath, renamed)

    def posix_rename(self, oldpath: str, newpath: str):
        if not self.served.posix_rename:
            return SFTP_OP_UNSUPPORTED

        def renamed(p: Path) -> None:
            (self.served.folder / oldpath.lstrip("/")).replace(p)

        return self._do("posix_rename", newpath, renamed)


class Pegangan(SFTPHandle):
    """An open file."""

    def __init__(self, asked: Berkas, path: str, flags: int):
        super().__init__(flags)
        self.asked, self.path = asked, path

    def read(self, offset: int, length: int):
        wrong = self.asked._asked("read", self.path)
        return super().read(offset, length) if wrong is None else wrong

    def write(self, offset: int, data: bytes):
        wrong = self.asked._asked("block", self.path)
        return super().write(offset, data) if wrong is None else wrong
