"""A fake Dukcapil on loopback: what it says of a number is written down by the test; everything asked is kept."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Dukcapil:
    """`says` maps a NIK to the fields of its answer, None to silence; every other number is `padan`.

    `down` answers 401 to everything: a service that is not tried again.
    """

    def __init__(self):
        self.says: dict[str, dict[str, Any] | None] = {}
        self.asked: list[list[dict[str, Any]]] = []
        self.down = False
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                rows = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
                body = b'{"galat": "tutup"}' if fake.down else json.dumps({"data": fake.answers(rows)}).encode()
                self.send_response(401 if fake.down else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    def answers(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The answers to the rows of one request, and a trace of having been asked."""
        self.asked.append(rows)
        said = [(row["ref"], self.says.get(row["nik"], {"hasil": "padan"})) for row in rows]
        return [{"ref": ref, **answer} for ref, answer in said if answer is not None]

    @property
    def numbers(self) -> list[str]:
        """Every number that was asked, in order."""
        return [row["nik"] for rows in self.asked for row in rows]

    @property
    def environment(self) -> dict[str, str]:
        """The connection to it."""
        return {"AIRFLOW_CONN_DUKCAPIL_API": json.dumps({
            "conn_type": "http", "host": f"http://127.0.0.1:{self._http.server_port}", "password": "kunci-uji"
        })}  # fmt: skip

    def close(self) -> None:
        """Stop answering."""
        self._http.shutdown()
        self._http.server_close()
