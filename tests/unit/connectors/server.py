"""A fake DTJateng and Simnakis on loopback that really page; faults are switched on by the test."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.interface import Connection

Response = tuple[int, dict[str, str], Any]


class FakeServer:
    """`rows` are served in pages of `size`. `hook(server, number, path, query)` may answer a request itself.

    number counts the data requests from 1. `requests` keeps (path, query) of everything asked.
    """

    def __init__(self, rows: list[dict[str, Any]], size: int, periode: str = "2026-06"):
        self.rows, self.size, self.periode = rows, size, periode
        self.hook: Callable[[FakeServer, int, str, dict[str, str]], Response | None] = lambda *_: None
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.tokens = 0
        self.valid_tokens: set[str] = set()
        self.data_requests = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server._answer(self, {})

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                server._answer(self, {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()})

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._http.server_port
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> FakeServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def connection(self, conn_id: str) -> Connection:
        """A connection to this server with the right credentials."""
        return Connection(conn_id, "http", f"http://127.0.0.1:{self.port}/dasar", None, "klien", "rahasia-uji")

    def _answer(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        parts = urlsplit(handler.path)
        path, query = parts.path.removeprefix("/dasar"), {k: v[0] for k, v in parse_qs(parts.query).items()}
        self.requests.append((path, query))
        status, headers, content = self._route(handler, path, query, form)
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        handler.send_response(status)
        for key, value in headers.items():
            handler.send_header(key, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _route(self, handler: Any, path: str, query: dict[str, str], form: dict[str, str]) -> Response:
        if path == "/oauth/token":
            if (form.get("client_id"), form.get("client_secret")) != ("klien", "rahasia-uji"):
                return 401, {}, {"galat": "klien_ditolak", "pesan": "x"}
            self.tokens += 1
            self.valid_tokens = {f"t{self.tokens}"}
            return 200, {}, {"access_token": f"t{self.tokens}", "token_type": "Bearer", "expires_in": 900}
        self.data_requests += 1
        if (own := self.hook(self, self.data_requests, path, query)) is not None:
            return own
        if path == "/v1/rumah-tangga":
            if handler.headers.get("Authorization", "").removeprefix("Bearer ") not in self.valid_tokens:
                return 401, {}, {"galat": "token_kedaluwarsa", "pesan": "x"}
            return 200, {}, self.cursor_page(int(query.get("kursor", "0")))
        if handler.headers.get("X-API-Key") != "rahasia-uji":
            return 401, {}, {"galat": "kunci_salah", "pesan": "x"}
        return 200, {}, self.numbered_page(int(query["halaman"]))

    def cursor_page(self, start: int) -> dict[str, Any]:
        """The documented page that begins at row `start`."""
        following = start + self.size
        return {
            "periode": self.periode, "jumlah": len(self.rows), "data": self.rows[start:following],
            "kursor_berikutnya": str(following) if following < len(self.rows) else None,
        }  # fmt: skip

    def numbered_page(self, number: int) -> dict[str, Any]:
        """The documented page of that number."""
        start = (number - 1) * self.size
        pages = -(-len(self.rows) // self.size)
        meta = {"halaman": number, "per_halaman": self.size, "total": len(self.rows), "total_halaman": pages}
        return {"data": self.rows[start : start + self.size], "meta": meta}
