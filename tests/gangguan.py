"""Faults for tests/proksi.py: each is a function of the line, or makes one."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Callable
from typing import Any

from proksi import Closed, Fault, Line, head

JSON = {"Content-Type": "application/json"}
PACKED = {**JSON, "Content-Encoding": "gzip"}
# Stands in every body that a fault makes up: it may be in no message and no log.
CANARY = "WARGA-RAHASIA-3316080101800001"


def status(code: int, retry_after: str | None = None, galat: str = "sibuk") -> Fault:
    """An error as the contract writes it."""
    wait = {} if retry_after is None else {"Retry-After": retry_after}
    body = json.dumps({"galat": galat, "pesan": CANARY}).encode()
    return lambda line: line.write(code, {**JSON, **wait}, body)


def answer(content: Any, code: int = 200, **headers: str) -> Fault:
    """These bytes, or this JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return lambda line: line.write(code, {**JSON, **headers}, body)


HTML = answer(f"<html>Masuk dahulu, {CANARY}</html>".encode())


def change(how: Callable[[dict[str, Any]], Any]) -> Fault:
    """The real JSON after `how`: it changes the object, or returns another."""

    def fault(line: Line) -> None:
        content = json.loads(line.real().body)
        line.write(200, JSON, json.dumps(how(content) or content).encode())

    return fault


def redirect(location: Callable[[Line], str], code: int = 302) -> Fault:
    """Elsewhere."""
    return lambda line: line.write(code, {"Location": location(line)}, CANARY.encode())


def refused(line: Line) -> None:
    """The connection is reset and the next ones are refused until the proxy opens again."""
    line.proxy.refuse()
    line.reset()


def reset_at_once(line: Line) -> None:
    line.reset()


def reset_in_head(line: Line) -> None:
    line.raw(head(200, JSON, 100)[:30])
    time.sleep(0.05)
    line.reset()


def reset_in_body(line: Line) -> None:
    body = line.real().body
    line.raw(head(200, JSON, len(body)) + body[: len(body) // 2])
    # A reset overtakes what was sent just before it.
    time.sleep(0.05)
    line.reset()


def taken_then_reset(line: Line) -> None:
    """The source has done it; its answer is lost."""
    line.real()
    line.reset()


def silent(line: Line) -> None:
    """Takes the request and says nothing."""
    line.proxy.stopped.wait(60)
    line.end()


def drip(pause: float, of: str = "body") -> Fault:
    """The real answer, a byte at a time; `of` head: from its first byte on."""

    def fault(line: Line) -> None:
        body = line.real().body
        start = head(200, JSON, len(body))
        if of == "body":
            line.raw(start)
        for byte in body if of == "body" else start + body:
            line.raw(bytes([byte]))
            if line.proxy.stopped.wait(pause):
                raise Closed

    return fault


def length(more: int) -> Fault:
    """Content-Length says so many bytes more than there are; then the connection ends."""

    def fault(line: Line) -> None:
        body = line.real().body
        line.raw(head(200, JSON, len(body) + more) + body)
        if more > 0:
            line.end()

    return fault


def truncated(line: Line) -> None:
    """Half the JSON, with the length of that half."""
    body = line.real().body
    line.write(200, JSON, body[: len(body) // 2])


def chunked(cut: bool) -> Fault:
    """The real answer in chunks, cut off in the last one if asked."""

    def fault(line: Line) -> None:
        body = line.real().body
        line.raw(head(200, {**JSON, "Transfer-Encoding": "chunked"}, 0))
        for at in range(0, len(body), 700):
            piece = body[at : at + 700]
            if cut and at + 700 >= len(body):
                line.raw(b"%x\r\n%b" % (len(piece), piece[:-1]))
                line.end()
            line.raw(b"%x\r\n%b\r\n" % (len(piece), piece))
        line.raw(b"0\r\n\r\n")

    return fault


def packed(how: Callable[[bytes], bytes] = lambda body: body, encoding: str = "gzip") -> Fault:
    """The real answer as gzip, its packed bytes after `how`."""
    return lambda line: line.write(200, {**JSON, "Content-Encoding": encoding}, how(gzip.compress(line.real().body)))


def bomb(line: Line) -> None:
    """JSON that never ends."""
    line.raw(head(200, {**JSON, "Transfer-Encoding": "chunked"}, 0))
    piece = b'{"data":["' + CANARY.encode() * 2000
    while True:
        line.raw(b"%x\r\n%b\r\n" % (len(piece), piece))


def packed_bomb(line: Line) -> None:
    """Blanks that never end, a thousandth of their size on the line."""
    pack = zlib.compressobj(9, wbits=31)
    line.raw(head(200, {**PACKED, "Transfer-Encoding": "chunked"}, 0))
    while True:
        if piece := pack.compress(b" " * (1 << 20)):
            line.raw(b"%x\r\n%b\r\n" % (len(piece), piece))
