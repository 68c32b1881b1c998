"""A TCP proxy on loopback that does to answers what tired servers and networks do; faults are in tests/gangguan.py.

It speaks just enough HTTP/1.1 to know where a request ends. `script` decides by the request which fault, if any, its
answer meets; everything asked is kept in `asked`.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request. number: from 1, of all requests; data: from 1 of those that are not for a token, 0 for those."""

    number: int
    data: int
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {k: v[-1] for k, v in parse_qs(urlsplit(self.target).query, keep_blank_values=True).items()}


@dataclass(frozen=True)
class Reply:
    """The real server's answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class Closed(Exception):
    """Raised by a fault that has ended the connection."""


@dataclass
class Line:
    """One request and the socket that waits for its answer: what a fault gets."""

    proxy: Proksi
    socket: socket.socket
    asked: Asked

    def real(self) -> Reply:
        """Ask the real server."""
        upstream = http.client.HTTPConnection(*self.proxy.upstream, timeout=30)
        try:
            upstream.request(self.asked.method, self.asked.target, self.asked.body or None, self.asked.headers)
            answer = upstream.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            upstream.close()

    def write(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Answer; Content-Length is the body's unless `headers` has one, or says that it is chunked."""
        self.raw(head(status, headers, len(body)) + body)

    def raw(self, content: bytes) -> None:
        """Send bytes; a client that has gone ends the line."""
        try:
            self.socket.sendall(content)
        except OSError:
            raise Closed from None

    def end(self) -> None:
        """Close in order."""
        raise Closed

    def reset(self) -> None:
        """End the connection as a crashed host does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Closed


Fault = Callable[[Line], None]
Script = Callable[[Asked], Fault | None]


class Proksi:
    """In front of `upstream` (host, port) on a free port of `host`; a context manager.

    `refuse` closes the door until `open` or, given seconds, by itself.
    """

    def __init__(self, upstream: tuple[str, int], script: Script = lambda asked: None, host: str = "127.0.0.1"):
        self.upstream, self.script, self.host = upstream, script, host
        self.asked: list[Asked] = []
        self.stopped = threading.Event()
        self._port = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self._port}"

    @property
    def data(self) -> list[Asked]:
        """What was asked besides tokens."""
        return [asked for asked in self.asked if asked.data]

    def __enter__(self) -> Proksi:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.refuse()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive(), "a thread of the fault proxy did not end"

    def open(self) -> None:
        """Listen, always on the same port."""
        if self._listener is not None or self.stopped.is_set():
            return
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.create_server((self.host, self._port), family=family)
        self._port = self._listener.getsockname()[1]
        self._start(self._accept, self._listener)

    def refuse(self, seconds: float | None = None) -> None:
        """Refuse new connections."""
        listener, self._listener = self._listener, None
        if listener is not None:
            # Closing alone does not wake the thread that accepts.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        if seconds is not None:
            self._start(self._open_after, seconds)

    def _open_after(self, seconds: float) -> None:
        if not self.stopped.wait(seconds):
            self.open()

    def _start(self, target: Callable, *values: object) -> None:
        thread = threading.Thread(target=target, args=values, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(Closed, OSError), connection, connection.makefile("rb") as stream:
            while (asked := self._read(stream)) is not None:
                line = Line(self, connection, asked)
                fault = self.script(asked) or passed
                fault(line)
        with self._lock:
            self._open.discard(connection)

    def _read(self, stream) -> Asked | None:
        # A byte that begins TLS: nothing here speaks it, and its greeting has no end of line to wait for.
        if stream.peek(1)[:1] == b"\x16" or len(first := stream.readline().split()) != 3:
            return None
        headers = {}
        while (line := stream.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            headers[name.decode("latin-1")] = value.strip().decode("latin-1")
        body = stream.read(int({k.lower(): v for k, v in headers.items()}.get("content-length", 0)))
        method, target = first[0].decode("latin-1"), first[1].decode("latin-1")
        with self._lock:
            token = urlsplit(target).path.endswith("/oauth/token")
            data = 0 if token else len(self.data) + 1
            self.asked.append(Asked(len(self.asked) + 1, data, method, target, headers, body))
            return self.asked[-1]


def head(status: int, headers: dict[str, str], length: int) -> bytes:
    """Status line and headers of an answer."""
    if not {"content-length", "transfer-encoding"} & {name.lower() for name in headers}:
        headers = {**headers, "Content-Length": str(length)}
    lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, 'X')}", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def passed(line: Line) -> None:
    """No fault: the real answer, on a connection that stays."""
    reply = line.real()
    line.write(reply.status, {"Content-Type": "application/json"}, reply.body)


def on(faults: dict[int, Fault]) -> Script:
    """The fault of a data request by its number; others pass."""
    return lambda asked: faults.get(asked.data)


def always(fault: Fault) -> Script:
    """One fault for every data request; tokens pass."""
    return lambda asked: fault if asked.data else None
