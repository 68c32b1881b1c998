"""A source of cursor feeds on loopback that really pages, and changes of synthetic cases."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sinkron import database, feeds
from sinkron import settings as settings_module
from sinkron.settings import Settings

JULY = "2026-07"
KEY = "kunci-uji"
PATHS = {"aduan": "/api/aduan", "pengajuan": "/api/pengajuan", "verifikasi": "/api/verifikasi-lapangan"}
# Who complained or applied: may stand in schema `pelapor` and in the stored bytes, nowhere else.
CANARIES = ("3316019901990001", "KENARI PELAPOR", "0812-KENARI", "saya KENARI sendiri", "KENARI-LAIN")


class FeedServer:
    """Serves `data[path]` in pages of `size`; the cursor is the number of changes given, as text.

    hook(server, number, path, query) may answer a request itself; number counts all requests from 1.
    """

    def __init__(self, size: int = 2, **data: list[Any]):
        self.data = {PATHS[name]: list(changes) for name, changes in data.items()}
        self.size = size
        self.hook: Callable[..., Any] = lambda *_: None
        self.requests: list[tuple[str, dict[str, str]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    def __enter__(self) -> FeedServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def environment(self) -> dict[str, str]:
        """Connections of all three feeds to this server."""
        text = json.dumps({"conn_type": "http", "host": "127.0.0.1", "port": self._http.server_port, "password": KEY})
        return {"AIRFLOW_CONN_BRATASENA_API": text, "AIRFLOW_CONN_SIMNAKIS_API": text}

    def page(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        """The documented page behind the cursor of a query."""
        start = int(query.get("sejak", "0"))
        end = start + self.size
        return {"data": self.data[path][start:end], "kursor": str(min(end, len(self.data[path]))),
                "lagi": end < len(self.data[path])}  # fmt: skip

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query = {k: v[0] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        self.requests.append((parts.path, query))
        answer = self.hook(self, len(self.requests), parts.path, query)
        if answer is None and handler.headers.get("X-API-Key") != KEY:
            answer = 401, {"galat": "kunci_salah", "pesan": "x"}
        status, content = answer or (200, self.page(parts.path, query))
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def at(settings: Settings, server: FeedServer, **environment: str) -> Settings:
    """Settings whose feeds are served by a server."""
    return settings_module.load({**settings.values, **server.environment(), **environment})


def land(settings: Settings, nama: str, changes: list[Any], periode: str = JULY) -> dict[str, Any]:
    """Land changes as a feed delivers them from its start; returns the counts of the read."""
    with FeedServer(500, **{nama: changes}) as server:
        # Every list is a source of its own: no cursor of another one.
        execute(settings, "delete from kasus.kursor")
        return feeds.read(at(settings, server), nama, periode)


def rows(settings: Settings, query: str, *values: Any) -> list[tuple]:
    """Rows of a query as the owner."""
    with database.connect(settings) as connection:
        return [tuple(row.values()) for row in connection.execute(query, list(values)).fetchall()]


def one(settings: Settings, query: str, *values: Any) -> Any:
    """The only value of a query."""
    ((value,),) = rows(settings, query, *values)
    return value


def execute(settings: Settings, statement: str) -> None:
    """Run a statement as the owner."""
    with database.connect(settings) as connection:
        connection.execute(statement)


def aduan(number: int, versi: int = 1, **changes: Any) -> dict[str, Any]:
    """A change of a complaint about a synthetic neighbour, by a complainant who is all canaries."""
    return {
        "id": f"AD-{number}", "versi": versi, "dibuat": "2026-07-01T08:00:00+07:00",
        "diubah": _on_day(versi), "kanal": "whatsapp",
        "pelapor": {"nik": CANARIES[0], "nama": CANARIES[1], "hp": CANARIES[2], "kode_desa": "3316082001",
                    "rahasia": True, "alamat": CANARIES[4]},
        "terlapor": {"nik": "3316084001900001", "no_kk": None, "nama": "Pak Uji", "rt": "3", "rw": 2,
                     "desa": "Getas", "kecamatan": "Cepu", "kode_desa": "33.16.08.2001"},
        "program": ["PKH", "BPNT"], "alasan": "MAMPU", "uraian": CANARIES[3],
        "bukti": [{"sha256": "ab" * 32, "url": "http://127.0.0.1:1/bukti", "lain": CANARIES[4]}],
        "status": "diterima",
    } | changes  # fmt: skip


def pengajuan(number: int, versi: int = 1, **changes: Any) -> dict[str, Any]:
    """A change of an application."""
    photo = {"sha256": "cd" * 32, "url": "http://127.0.0.1:1/foto"}
    return {
        "id": f"PJ-{number}", "versi": versi, "jenis": "baru", "dibuat": "2026-07-01T08:00:00+07:00",
        "diubah": _on_day(versi),
        "pemohon": {"nik": "3316084001900002", "no_kk": "3316080101100002", "nama": "Bu Uji", "hp": CANARIES[2]},
        "anggota": [{"id": "1", "nik": "3316084001900003", "nama": "Anak Uji", "hp": CANARIES[2]}],
        "alamat": "Dk. Uji", "kode_desa": "33.16.08.2001",
        "koordinat": {"lat": -7.01, "lon": "111,42", "akurasi_m": 1e1},
        "foto": {"depan": photo, "samping": photo, "dalam": None}, "program": ["PKH"], "status": "diajukan",
        "berita_acara": {"nomor": "BA/1", "tanggal": "2026-06-30"}, "rujukan": None,
    } | changes  # fmt: skip


def _on_day(versi: Any) -> str:
    """A version changes on the day of July of its number; what is no number on the first."""
    return f"2026-07-{versi if versi in range(1, 32) else 1:02d}T09:00:00+07:00"


def verifikasi(number: int, hari: int = 1, **changes: Any) -> dict[str, Any]:
    """A change of a field verification."""
    return {
        "id": f"VL-{number}", "jenis": "aduan", "rujukan": "AD-1", "nik": "3316084001900001", "petugas": "petugas.uji",
        "tanggal": f"2026-07-{hari:02d}", "hasil": "mampu", "alasan": "MAMPU", "program": None,
        "koordinat": {"lat": -7.01, "lon": 111.42, "akurasi_m": 8},
        "foto": [{"sha256": "ef" * 32, "url": "http://127.0.0.1:1/foto", "diambil": "2026-07-01T10:00:00+07:00"}],
        "catatan": "rumah bagus", "diubah": f"2026-07-{hari:02d}T10:00:00+07:00",
    } | changes  # fmt: skip
