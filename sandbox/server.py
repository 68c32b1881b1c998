"""DTJateng, Simnakis, Bratasena and Dukcapil as servers on loopback, in one process and on one port.

They follow contracts/sources.md and, as receivers, contracts/sinks.md.
"""

import json
import socket
import sys
import threading
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sandbox import answers, dukcapil, receivers
from sandbox.feed import Feed
from sandbox.problem import Problem
from sandbox.receipts import Receipts
from sandbox.request import Request
from sandbox.rows import Rows, rows_path
from sandbox.trouble import Trouble
from sandbox.uploads import Operator


class Sandbox(ThreadingHTTPServer):
    """A running server; `url` is its address, `close` ends it, `trouble` may be replaced while it runs.

    `most_rows` is the most rows of a page. `answer_seconds` is a pause before a registry answers, for the time that a
    real one takes to ask its database; by default there is none.
    """

    daemon_threads = True
    most_rows = 1000
    answer_seconds = 0.0
    request_queue_size = 64

    def __init__(self, directory: Path, port: int, token_seconds: int, trouble: Trouble):
        super().__init__(("127.0.0.1", port), _Handler)
        self.directory, self.token_seconds, self.trouble = Path(directory), token_seconds, trouble
        self.tokens: dict[str, float] = {}
        self.rows = lru_cache(maxsize=8)(lambda source, periode: Rows(rows_path(self.directory, source, periode)))
        self.feed = lru_cache(maxsize=8)(lambda name, periode: Feed(self.directory, name, periode))
        self.register = lru_cache(maxsize=2)(lambda periode: dukcapil.Register(self.directory, periode))
        self.rate = dukcapil.Rate()
        self.receipts, self.operator = Receipts(self.directory), None
        self.patched: dict[tuple[str, str], tuple] = {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def start(self, inbox: Path | None, outbox: Path | None) -> "Sandbox":
        """Serve in a thread, and operate SIKS-NG in another where both folders are known."""
        self._thread.start()
        if inbox and outbox:
            self.operator = Operator(self.directory, inbox, outbox, lambda: self.trouble)
        return self

    def wait(self) -> None:
        """Serve until the process is told to stop."""
        self._thread.join()

    def close(self) -> None:
        """Stop serving and free the port."""
        if self.operator:
            self.operator.close()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """Stay silent about a client that went away; report anything else as usual."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def month(self) -> str:
        """The month that the sources are in (the file `sekarang`)."""
        try:
            return (self.directory / "sekarang").read_text().strip()
        except FileNotFoundError:
            raise Problem(503, "belum_siap", "no month was delivered yet") from None


def serve(
    directory: Path | str,
    port: int = 0,
    token_seconds: int = 900,
    trouble: Trouble | None = None,
    inbox: Path | str | None = None,
    outbox: Path | str | None = None,
) -> Sandbox:
    """Start serving a built folder on 127.0.0.1; port 0 takes a free one.

    With `inbox` and `outbox` what appears for SIKS-NG is uploaded and answered as well.
    """
    folders = (Path(inbox) if inbox else None, Path(outbox) if outbox else None)
    return Sandbox(Path(directory), port, token_seconds, trouble or Trouble()).start(*folders)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Sandbox

    def log_message(self, *args):
        """Say nothing: addresses can hold identifiers."""

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self):
        self._answer()

    def do_POST(self):
        self._answer()

    def do_PUT(self):
        self._answer()

    def _answer(self):
        address = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(address.query, keep_blank_values=True).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, address.path, query, self.headers, body)
        trouble = self.server.trouble
        # Requests for a token are never disturbed: only a client that can log in is able to try again.
        mode = None if address.path == "/oauth/token" else trouble.next()
        status, headers = 200, {"Content-Type": "application/json"}
        try:
            if instead := trouble.instead(mode):
                status, headers, answer = instead
            elif receive := receivers.route(request):
                trouble.refuses()
                status, answer = receive(self.server, request)
                if request.method != "GET" and trouble.once("balasan_hilang", request.path):
                    mode = "putus"
            else:
                answer = answers.route(request)(self.server, request)
        except Problem as problem:
            status, headers = problem.status, headers | problem.headers
            answer = json.dumps({"galat": problem.code, "pesan": str(problem)}).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(trouble.length(mode, answer)))
        self.end_headers()
        self.wfile.flush()
        if not trouble.write(mode, self.connection, answer):
            self.close_connection = True
