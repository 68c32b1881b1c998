"""What each address answers: DTJateng, Simnakis, Bratasena and Dukcapil (contracts/sources.md 2 to 6)."""

import base64
import json
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs, unquote

import numpy as np

from sandbox import dukcapil, effects, receivers
from sandbox.credentials import API_KEY, BRATASENA_KEY, CLIENT_ID, CLIENT_SECRET, DUKCAPIL_KEY
from sandbox.problem import Problem
from sandbox.request import Request, same


def route(request: Request) -> Callable:
    """The function that answers a request. Raises Problem 404 for an unknown address."""
    if found := _ROUTES.get((request.method, request.path)):
        return found
    if request.method == "GET" and request.path.startswith("/api/keluarga/"):
        return _family
    raise Problem(404, "tidak_ditemukan", "no such address")


def _token(server, request: Request) -> bytes:
    form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    if form.get("grant_type") != "client_credentials":
        raise Problem(400, "unsupported_grant_type", "grant_type must be client_credentials")
    if not (same(form.get("client_id"), CLIENT_ID) and same(form.get("client_secret"), CLIENT_SECRET)):
        raise Problem(401, "invalid_client", "unknown client")
    token = secrets.token_urlsafe(24)
    server.tokens[token] = time.monotonic() + server.token_seconds
    return json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": server.token_seconds}).encode()


def _households(server, request: Request) -> bytes:
    request.check_token(server)
    if request.query.get("kabupaten") not in receivers.KABUPATEN:
        raise Problem(404, "kabupaten_tidak_ditemukan", "only 3316 is served here")
    periode = request.query.get("periode", "")
    if not periode or periode > server.month():
        raise Problem(404, "periode_belum_tersedia", "this month is not out yet")
    rows = _rows(server, "dtjateng", periode)
    size = request.number("ukuran", server.most_rows, 1, server.most_rows)
    cursor, once = request.query.get("kursor"), server.trouble.once
    start, total = _read_cursor(cursor, periode), rows.count
    end = min(start + size, rows.count)
    following = _cursor(periode, end) if end < rows.count else None
    if start:
        if once("kursor_kedaluwarsa", request.path):
            raise Problem(410, "kursor_kedaluwarsa", "this cursor is of no running read: begin again")
        if once("jumlah_berubah", request.path):
            total += 1
        elif once("halaman_berulang", request.path):
            start, end = max(0, start - size), start
        elif once("kursor_berputar", request.path):
            following = cursor
    return b'{"periode":"%s","jumlah":%d,"data":[%s],"kursor_berikutnya":%s}' % (
        periode.encode(), total, rows.slice(start, end), json.dumps(following).encode(),
    )  # fmt: skip


def _families(server, request: Request) -> bytes:
    request.check_key(API_KEY)
    rows, once = _rows(server, "simnakis", server.month()), server.trouble.once
    page, size = request.number("halaman", 1, 1, 10**9), request.number("per_halaman", 500, 1, server.most_rows)
    start = (page - 1) * size
    if "diubah_sejak" in request.query:
        since = _instant(request.query["diubah_sejak"])
        chosen = np.flatnonzero(rows.changed >= since)
        total = len(chosen)
        data = b",".join(rows.slice(int(at), int(at) + 1) for at in chosen[start : start + size])
    else:
        total = rows.count
        last = start + size >= total
        if page > 1 and not last and once("halaman_berulang", request.path):
            start -= size
        data = rows.slice(start, start + size)
        total += last and once("jumlah_berubah", request.path)
    meta = {"halaman": page, "per_halaman": size, "total": total, "total_halaman": -(-total // size)}
    return b'{"data":[%s],"meta":%s}' % (data, json.dumps(meta).encode())


def _family(server, request: Request) -> bytes:
    request.check_key(API_KEY)
    rows = _rows(server, "simnakis", server.month())
    at = rows.find(unquote(request.path.removeprefix("/api/keluarga/")))
    if at is None:
        raise Problem(404, "tidak_ditemukan", "no such family")
    return rows.slice(at, at + 1)


def _changes(name: str, key: str) -> Callable:
    def answer(server, request: Request) -> bytes:
        request.check_key(key)
        since, once = request.query.get("sejak"), server.trouble.once
        most = request.number("batas", 500, 1, server.most_rows)
        data, cursor, more = server.feed(name, server.month()).page(since, most)
        if since and once("kursor_kedaluwarsa", request.path):
            raise Problem(410, "kursor_kedaluwarsa", "this cursor is of no running feed: begin again without one")
        if since and data and once("kursor_berputar", request.path):
            cursor, more = since, True
        return json.dumps({"data": data, "kursor": cursor, "lagi": more}, ensure_ascii=False).encode()

    return answer


def _identities(server, request: Request) -> bytes:
    request.check_key(DUKCAPIL_KEY)
    if not server.rate.admit():
        raise Problem(429, "terlalu_sering", f"at most {dukcapil.PER_SECOND} requests a second", {"Retry-After": "1"})
    return dukcapil.answer(server.register(server.month()), request.body)


_ROUTES = {
    ("POST", "/oauth/token"): _token,
    ("GET", "/v1/rumah-tangga"): _households,
    ("GET", "/api/keluarga"): _families,
    ("GET", "/api/verifikasi-lapangan"): _changes("verifikasi", API_KEY),
    ("GET", "/api/aduan"): _changes("aduan", BRATASENA_KEY),
    ("GET", "/api/pengajuan"): _changes("pengajuan", BRATASENA_KEY),
    ("POST", "/v1/verifikasi"): _identities,
}


def _rows(server, source: str, periode: str):
    time.sleep(server.answer_seconds)
    try:
        rows = server.rows(source, periode)
    except FileNotFoundError:
        raise Problem(404, "periode_belum_tersedia", "this month was not built") from None
    with server.receipts.reading() as state:
        # The rows are patched anew only if something was received since.
        version, made = server.patched.get((source, periode), (0, rows))
        if version != state.version:
            made = effects.patched(rows, source, periode, state)
            server.patched[source, periode] = (state.version, made)
        return made


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
