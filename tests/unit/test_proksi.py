"""The fault proxy itself: what it lets pass is the server's, what it spoils is spoiled on the line, and it ends."""

from __future__ import annotations

import errno
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gangguan as g
import pytest
from proksi import Proksi, always, on

BODY = b'{"data":["' + b"x" * 2000 + b'"]}'


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, int]]:
    """Answers everything with BODY, and tells in a header what was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(202 if sent else 200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made.server_address
    made.shutdown()
    made.server_close()
    thread.join()


def raw(proxy: Proksi, most: int = 1 << 20) -> bytes:
    """Everything that comes back for one request, to the end of the connection; b"!" at a reset."""
    got = b""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as connection:
        connection.sendall(b"GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            connection.shutdown(socket.SHUT_WR)
            while len(got) < most and (piece := connection.recv(65536)):
                got += piece
        except OSError as error:
            # A reset may be here before we have said that we are done.
            if error.errno not in (errno.ECONNRESET, errno.ENOTCONN):
                raise
            got += b"!"
    return got


def test_without_a_fault_it_is_the_server_on_one_connection(server):
    with Proksi(server) as proxy:
        connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=5)
        for method, body, status in (("GET", None, 200), ("POST", b"\x00isi\r\n\r\n", 202), ("GET", None, 200)):
            connection.request(method, "/oauth/token" if body else "/a?b=1&c=", body)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (status, BODY)
        connection.close()
    assert [(a.number, a.data, a.method, a.path, a.body) for a in proxy.asked] == [
        (1, 1, "GET", "/a", b""), (2, 0, "POST", "/oauth/token", b"\x00isi\r\n\r\n"), (3, 2, "GET", "/a", b""),
    ]  # fmt: skip
    assert proxy.asked[0].query == {"b": "1", "c": ""}


@pytest.mark.parametrize(
    ("fault", "begins", "ends"),
    [
        (g.status(429, "7"), b"HTTP/1.1 429 ", b'{"galat": "sibuk", "pesan": "%s"}' % g.CANARY.encode()),
        (g.reset_at_once, b"!", b"!"),
        (g.reset_in_head, b"HTTP/1.1 200 OK\r\nContent-Type:!", b"!"),
        (g.reset_in_body, b"HTTP/1.1 200 OK\r\n", b"x!"),
        (g.taken_then_reset, b"!", b"!"),
        (g.length(7), b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2020\r\n", b'"]}'),
        (g.truncated, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1006\r\n", b"xxx"),
        (g.chunked(cut=False), b"HTTP/1.1 200 OK\r\n", b'x"]}\r\n0\r\n\r\n'),
        (g.chunked(cut=True), b"HTTP/1.1 200 OK\r\n", b'x"]'),
        (g.redirect(lambda line: "http://lain/"), b"HTTP/1.1 302 Found\r\nLocation: http://lain/\r\n", b"0001"),
    ],
)
def test_a_fault_is_on_the_line(server, fault, begins, ends):
    with Proksi(server, always(fault)) as proxy:
        got = raw(proxy)
    assert got.startswith(begins) and got.endswith(ends), got[:200]


def test_bombs_and_drips_go_on_until_they_are_left(server):
    with Proksi(server, on({1: g.bomb, 2: g.packed_bomb, 3: g.drip(0.01)})) as proxy:
        assert len(raw(proxy, most=3 << 20)) >= 3 << 20
        assert len(raw(proxy, most=10_000)) >= 10_000
        assert raw(proxy, most=150).startswith(b"HTTP/1.1 200 OK")


def test_a_closed_door_refuses_and_opens_on_the_same_port(server):
    with Proksi(server) as proxy:
        port = proxy.port
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            raw(proxy)
        proxy.open()
        assert proxy.port == port and raw(proxy).endswith(BODY)


def test_it_ends_whatever_it_is_doing_and_leaves_no_thread(server):
    before = threading.active_count()
    with Proksi(server, on({1: g.silent, 2: g.drip(5)})) as proxy:
        lines = [socket.create_connection(("127.0.0.1", proxy.port)) for _ in range(2)]
        for line in lines:
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert lines[0] is line or line.recv(10)
            # The proxy numbers requests as it reads them: the first before the second is sent.
            deadline = time.monotonic() + 10
            while not proxy.asked and time.monotonic() < deadline:
                time.sleep(0.01)
        proxy.refuse(60)
    # The server behind it ends its own threads when it sees that nobody listens any more.
    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before
    for line in lines:
        line.close()
