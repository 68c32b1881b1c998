"""Tired servers: what `serve --ganggu` and `Sandbox.trouble` can switch on, and how often it strikes.

Every n-th request of data is disturbed, by one mode at a time in turn, so that a client that tries again gets on.
Modes of a whole read strike once for each address.
"""

import socket
import struct
import threading
import time
from dataclasses import dataclass
from email.utils import formatdate

from sandbox.problem import Problem

TOKEN_USES = 2
LOGIN_PAGE = b"<!DOCTYPE html><html><body><form action='/login'>Silakan masuk</form></body></html>"
ELSEWHERE = "http://lain.invalid"


@dataclass(frozen=True)
class Mode:
    """What a mode does; `recoverable`: a client by contracts/rules.md ends with the same data as without it."""

    sentence: str
    recoverable: bool
    often: bool = False  # strikes a request now and then, else it is part of what an address answers


MODES = {
    "token_pendek": Mode("a token dies after two uses, whatever expires_in said", True),
    "sibuk_429": Mode("429 with Retry-After in seconds", True, True),
    "sibuk_503": Mode("503 with Retry-After as a date", True, True),
    "galat_500": Mode("500 twice in succession", True, True),
    "putus": Mode("the connection is reset in mid-body", True, True),
    "lambat": Mode("the body drips over some seconds", True, True),
    "panjang_salah": Mode("Content-Length is larger, then smaller, than the body", True, True),
    "halaman_masuk": Mode("a login page in HTML with 200", True, True),
    "jumlah_berubah": Mode("the total is another one in mid-read, once", True),
    "halaman_berulang": Mode("a page comes again in place of the next, once", True),
    "kursor_berputar": Mode("a cursor leads back to itself, once", True),
    "kursor_kedaluwarsa": Mode("410 for a good cursor, once", True),
    "pindah_alamat": Mode("every answer is a redirect to another host", False),
}  # fmt: skip


class Trouble:
    """The modes that are on; `every`: how often one of them strikes; `drip_seconds`: how long a slow body takes.

    Raises ValueError for a mode that is none.
    """

    def __init__(self, modes: tuple[str, ...] = (), every: int = 4, drip_seconds: float = 3.0):
        if unknown := sorted(set(modes) - set(MODES)):
            raise ValueError(f"trouble {unknown} is unknown: expected some of {sorted(MODES)}")
        self.modes, self.every, self.drip_seconds = tuple(modes), every, drip_seconds
        self._often = [mode for mode in modes if MODES[mode].often]
        self._lock = threading.Lock()
        self._count, self._struck, self._owed = 0, set(), 0
        self._uses: dict[str, int] = {}
        self._short = False

    def next(self) -> str | None:
        """The mode that strikes this request, None for none."""
        with self._lock:
            if "pindah_alamat" in self.modes:
                return "pindah_alamat"
            if self._owed:
                self._owed -= 1
                return "galat_500"
            self._count += 1
            if not self._often or self._count % self.every:
                return None
            mode = self._often[(self._count // self.every - 1) % len(self._often)]
            self._owed = 1 if mode == "galat_500" else 0
            return mode

    def once(self, mode: str, address: str) -> bool:
        """Whether a mode of a whole read strikes now, at this address for the first time."""
        with self._lock:
            if mode not in self.modes or (mode, address) in self._struck:
                return False
            self._struck.add((mode, address))
            return True

    def wears_out(self, token: str) -> bool:
        """Count a use of a token; whether it was one too many."""
        with self._lock:
            self._uses[token] = self._uses.get(token, 0) + 1
            return "token_pendek" in self.modes and self._uses[token] > TOKEN_USES

    def instead(self, mode: str | None) -> tuple[int, dict[str, str], bytes] | None:
        """The (status, headers, body) that stands in place of the answer; None where the answer itself is given."""
        if mode == "halaman_masuk":
            return 200, {"Content-Type": "text/html"}, LOGIN_PAGE
        if mode == "pindah_alamat":
            return 302, {"Location": f"{ELSEWHERE}/"}, b""
        if mode == "sibuk_429":
            raise Problem(429, "terlalu_sering", "try again later", {"Retry-After": "1"})
        if mode == "sibuk_503":
            later = formatdate(time.time() + 1, usegmt=True)
            raise Problem(503, "sedang_sibuk", "try again later", {"Retry-After": later})
        if mode == "galat_500":
            raise Problem(500, "galat_dalam", "the server failed")
        return None

    def length(self, mode: str | None, body: bytes) -> int:
        """The Content-Length that is told."""
        if mode != "panjang_salah":
            return len(body)
        with self._lock:
            self._short = not self._short
            return len(body) + 100 if self._short else max(1, len(body) // 2)

    def write(self, mode: str | None, connection: socket.socket, body: bytes) -> bool:
        """Send a body; returns whether the connection can serve another request."""
        if mode == "putus":
            connection.sendall(body[: len(body) // 2])
            # Without lingering, closing sends a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            return False
        if mode == "lambat":
            step = max(1, len(body) // 20)
            for start in range(0, len(body), step):
                time.sleep(self.drip_seconds / 20)
                connection.sendall(body[start : start + step])
            return True
        connection.sendall(body)
        return mode != "panjang_salah"
