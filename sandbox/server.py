"""DTJateng and Simnakis as servers on loopback (contracts/sources.md 2 and 3), one process, one port."""

import base64
import hmac
import json
import secrets
import socket
import threading
import time
from datetime import datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np

from sandbox.rows import Rows, rows_path

CLIENT_ID, CLIENT_SECRET, API_KEY = "sinkron-uji", "rahasia-uji-dtjateng", "kunci-uji-simnakis"
KABUPATEN = ("3316", "33.16")
_MOST_ROWS = 1000


class Problem(Exception):
    """An answer that is an error: status, code, text."""

    def __init__(self, status: int, code: str, text: str):
        super().__init__(text)
        self.status, self.code = status, code


class Sandbox(ThreadingHTTPServer):
    """A running server; `url` is its address, `close` ends it."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, directory: Path, port: int, token_seconds: int):
        super().__init__(("127.0.0.1", port), _Handler)
        self.directory, self.token_seconds = Path(directory), token_seconds
        self.tokens: dict[str, float] = {}
        self.rows = lru_cache(maxsize=8)(lambda source, periode: Rows(rows_path(self.directory, source, periode)))
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def start(self) -> "Sandbox":
        """Serve in a thread."""
        self._thread.start()
        return self

    def wait(self) -> None:
        """Serve until the process is told to stop."""
        self._thread.join()

    def close(self) -> None:
        """Stop serving and free the port."""
        self.shutdown()
        self.server_close()

    def month(self) -> str:
        """The month that the sources are in (the file `sekarang`)."""
        try:
            return (self.directory / "sekarang").read_text().strip()
        except FileNotFoundError:
            raise Problem(503, "belum_siap", "no month was delivered yet") from None


def serve(directory: Path | str, port: int = 0, token_seconds: int = 900) -> Sandbox:
    """Start serving a built folder on 127.0.0.1; port 0 takes a free one."""
    return Sandbox(Path(directory), port, token_seconds).start()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Sandbox

    def log_message(self, *args):
        """Say nothing: addresses can hold identifiers."""

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_POST(self):
        self._answer({"/oauth/token": self._token})

    def do_GET(self):
        self._answer({
            "/v1/rumah-tangga": self._households, "/api/keluarga": self._families,
            "/api/verifikasi-lapangan": self._verifications,
        })  # fmt: skip

    def _answer(self, routes):
        address = urlsplit(self.path)
        self.query = {name: values[-1] for name, values in parse_qs(address.query, keep_blank_values=True).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, extra = 200, {}
        try:
            if address.path in routes:
                answer = routes[address.path](body) if self.command == "POST" else routes[address.path]()
            elif self.command == "GET" and address.path.startswith("/api/keluarga/"):
                answer = self._family(unquote(address.path.removeprefix("/api/keluarga/")))
            else:
                raise Problem(404, "tidak_ditemukan", "no such address")
        except Problem as problem:
            status = problem.status
            answer = json.dumps({"galat": problem.code, "pesan": str(problem)}).encode()
            extra = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        self.send_response(status)
        for name, value in extra.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _token(self, body: bytes) -> bytes:
        form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") != "client_credentials":
            raise Problem(400, "unsupported_grant_type", "grant_type must be client_credentials")
        if not (_same(form.get("client_id"), CLIENT_ID) and _same(form.get("client_secret"), CLIENT_SECRET)):
            raise Problem(401, "invalid_client", "unknown client")
        token = secrets.token_urlsafe(24)
        self.server.tokens[token] = time.monotonic() + self.server.token_seconds
        return json.dumps(
            {"access_token": token, "token_type": "Bearer", "expires_in": self.server.token_seconds}
        ).encode()

    def _households(self) -> bytes:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if self.server.tokens.get(token, 0) < time.monotonic():
            raise Problem(401, "token_tidak_berlaku", "the token is unknown or has expired")
        if self.query.get("kabupaten") not in KABUPATEN:
            raise Problem(404, "kabupaten_tidak_ditemukan", "only 3316 is served here")
        periode = self.query.get("periode", "")
        if not periode or periode > self.server.month():
            raise Problem(404, "periode_belum_tersedia", "this month is not out yet")
        rows = self._rows("dtjateng", periode)
        size = self._number("ukuran", _MOST_ROWS, 1, _MOST_ROWS)
        start = _read_cursor(self.query.get("kursor"), periode)
        end = min(start + size, rows.count)
        following = json.dumps(_cursor(periode, end) if end < rows.count else None)
        return b'{"periode":"%s","jumlah":%d,"data":[%s],"kursor_berikutnya":%s}' % (
            periode.encode(), rows.count, rows.slice(start, end), following.encode(),
        )  # fmt: skip

    def _families(self) -> bytes:
        self._check_key()
        rows = self._rows("simnakis", self.server.month())
        page, size = self._number("halaman", 1, 1, 10**9), self._number("per_halaman", 500, 1, _MOST_ROWS)
        start = (page - 1) * size
        if "diubah_sejak" in self.query:
            since = _instant(self.query["diubah_sejak"])
            chosen = np.flatnonzero(rows.changed >= since)
            total = len(chosen)
            data = b",".join(rows.slice(int(at), int(at) + 1) for at in chosen[start : start + size])
        else:
            total, data = rows.count, rows.slice(start, start + size)
        meta = {"halaman": page, "per_halaman": size, "total": total, "total_halaman": -(-total // size)}
        return b'{"data":[%s],"meta":%s}' % (data, json.dumps(meta).encode())

    def _family(self, identifier: str) -> bytes:
        self._check_key()
        rows = self._rows("simnakis", self.server.month())
        at = rows.find(identifier)
        if at is None:
            raise Problem(404, "tidak_ditemukan", "no such family")
        return rows.slice(at, at + 1)

    def _verifications(self) -> bytes:
        self._check_key()
        return json.dumps({"data": [], "kursor": self.query.get("sejak") or "v0", "lagi": False}).encode()

    def _check_key(self) -> None:
        if not _same(self.headers.get("X-API-Key"), API_KEY):
            raise Problem(401, "kunci_tidak_sah", "X-API-Key is missing or wrong")

    def _rows(self, source: str, periode: str) -> Rows:
        try:
            return self.server.rows(source, periode)
        except FileNotFoundError:
            raise Problem(404, "periode_belum_tersedia", "this month was not built") from None

    def _number(self, name: str, default: int, least: int, most: int) -> int:
        try:
            value = int(self.query.get(name, default))
        except ValueError:
            raise Problem(400, "parameter_tidak_sah", f"{name} must be a whole number") from None
        if value < least:
            raise Problem(400, "parameter_tidak_sah", f"{name} must be {least} or more")
        return min(value, most)


def _same(given: str | None, secret: str) -> bool:
    return hmac.compare_digest((given or "").encode(), secret.encode())


def _cursor(periode: str, start: int) -> str:
    return base64.urlsafe_b64encode(f"{periode}/{start}".encode()).decode()


def _read_cursor(text: str | None, periode: str) -> int:
    if not text:
        return 0
    try:
        of, start = base64.urlsafe_b64decode(text).decode().split("/")
        if of == periode:
            return int(start)
    except ValueError:
        pass
    raise Problem(410, "kursor_kedaluwarsa", "this cursor is of no running read: begin again")


def _instant(text: str) -> float:
    try:
        return datetime.fromisoformat(text.replace(" ", "+")).timestamp()
    except ValueError:
        raise Problem(400, "parameter_tidak_sah", "diubah_sejak must be an instant with an offset") from None
