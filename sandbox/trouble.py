"""Unreliable servers: what `serve --ganggu` and `Sandbox.trouble` can switch on, and how often it happens.

Every n-th request for data is disturbed by one of the modes in turn, so that a client that tries again gets through.
Modes that concern a whole read act once for each address.
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
    """What a mode does. `recoverable`: a client that follows contracts/rules.md gets the same data as without it."""

    sentence: str
    recoverable: bool
    often: bool = False  # strikes a request now and then; otherwise it is a part of what an address answers


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
# What receivers do with what they are sent; a sender has to cope with it.
RECEIVING = {
    "penerima_mati": "receivers answer the first requests with 503",
    "balasan_hilang": "what a receiver took is not confirmed: the connection is reset, once for each address",
    "baris_tidak_sah": "422 for every batch that has one certain row",
    "ditolak_kemudian": "a receipt rejects a row that the one before it accepted",
    "baris_tak_dijawab": "the last receipt lacks a row",
    "baris_asing": "a receipt has a row twice, and one that nobody sent",
    "jawaban_bertahap": "the first answer of SIKS-NG has half of the rows",
    "keadaan_lebih_baru": "Simnakis answers a status with 409, once for each family",
    "keadaan_bertentangan": "Simnakis answers every status with 409",
}


class Trouble:
    """The modes that are on; `every`: how often one of them strikes; `drip_seconds`: how long a slow body takes.

    `down`: how many requests `penerima_mati` refuses. Raises ValueError for an unknown mode.
    """

    def __init__(self, modes: tuple[str, ...] = (), every: int = 4, drip_seconds: float = 3.0, down: int = 3):
        if unknown := sorted(set(modes) - set(MODES) - set(RECEIVING)):
            raise ValueError(f"trouble {unknown} is unknown: expected some of {sorted({*MODES, *RECEIVING})}")
        self.modes, self.every, self.drip_seconds = tuple(modes), every, drip_seconds
        self._often = [mode for mode in modes if mode in MODES and MODES[mode].often]
        self._lock = threading.Lock()
        self._count, self._struck, self._owed = 0, set(), 0
        self._uses: dict[str, int] = {}
        self._short = False
        self._down = down if "penerima_mati" in modes else 0
        self._held: dict[str, str] = {}

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

    def refuses(self) -> None:
        """Raise Problem 503 while the receivers are down."""
        with self._lock:
            if self._down:
                self._down -= 1
                raise Problem(503, "sedang_pemeliharaan", "try again later", {"Retry-After": "1"})

    def holds(self, mode: str, candidates: list[str]) -> str | None:
        """Which candidate a mode strikes: always the one that it met first of all, None when that is not among them."""
        with self._lock:
            if mode not in self.modes or not candidates:
                return None
            held = self._held.setdefault(mode, candidates[0])
            return held if held in candidates else None

    def wears_out(self, token: str) -> bool:
        """Count one use of a token; return whether it was one too many."""
        with self._lock:
            self._uses[token] = self._uses.get(token, 0) + 1
            return "token_pendek" in self.modes and self._uses[token] > TOKEN_USES

    def instead(self, mode: str | None) -> tuple[int, dict[str, str], bytes] | None:
        """The (status, headers, body) to send instead of the answer; None if the answer itself is sent."""
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
        """The Content-Length to send."""
        if mode != "panjang_salah":
            return len(body)
        with self._lock:
            self._short = not self._short
            return len(body) + 100 if self._short else max(1, len(body) // 2)

    def write(self, mode: str | None, connection: socket.socket, body: bytes) -> bool:
        """Send a body; returns whether the connection can serve another request."""
        if mode == "putus":
            connection.sendall(body[: len(body) // 2])
            # With a linger time of 0 seconds, closing sends a reset.
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
