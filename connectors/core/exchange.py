"""One exchange with a REST source: a request, its redirects and one answer of limited size, within a time limit.

Rules: contracts/rules.md, "Files and values" (retries). There is no insecure fallback: no plain http instead of https,
no unchecked certificate, no second host. Errors name only kinds of errors, because texts of errors may hold values.
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import json
import logging
import os
import socket
import ssl
import zlib
from dataclasses import dataclass, field
from typing import Any

import httpx

from connectors.core.connection import Connection
from connectors.core.signals import SourceUnavailable

CONNECT_SECONDS, READ_SECONDS = 5.0, 30.0
# A source that sends a byte now and then never reaches READ_SECONDS.
EXCHANGE_SECONDS = 300.0
BODY_LIMIT = 128 << 20
REDIRECTS = 5
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, "the TLS certificate is not accepted"),
    (ssl.SSLError, "no TLS with this host"),
    (socket.gaierror, "the host name is not known"),
    (ConnectionRefusedError, "the connection is refused"),
)


class Failure(Exception):
    """An exchange failed and may succeed when it is repeated; the text holds no content."""


@dataclass(frozen=True)
class Received:
    """A whole answer. body: unpacked, at most BODY_LIMIT; not in the repr, because asyncio prints its results."""

    status: int
    headers: httpx.Headers
    body: bytes = field(repr=False)


class Exchange:
    """What one source and one connection share between requests; `close` ends it.

    Raises SourceUnavailable when the environment's proxy or certificates cannot be used.
    """

    def __init__(self, name: str, connection: Connection):
        self._name, self._connection = name, connection
        # httpx writes whole addresses, with their query, at level INFO, and httpcore headers at DEBUG.
        for logger in ("httpx", "httpcore"):
            logging.getLogger(logger).setLevel(logging.WARNING)
        try:
            trusted = _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
            self._http = httpx.AsyncClient(
                verify=trusted,
                timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
                # One request per connection: extra bytes after an answer are never read as the next answer, and a
                # connection that the source dropped between two pages costs no try.
                limits=httpx.Limits(max_keepalive_connections=0),
                # httpx itself would unpack every format that is installed, and each piece without a limit.
                headers={"Accept-Encoding": "gzip", "Connection": "close", "User-Agent": "sinkron"},
                # A proxy from the environment is for other hosts, never for this machine.
                transport=httpx.AsyncHTTPTransport(verify=trusted) if _is_own(connection.base_url) else None,
            )
        except (httpx.InvalidURL, ValueError, ImportError, OSError) as error:
            raise SourceUnavailable(
                f"{name}: no client for connection {connection.conn_id} ({type(error).__name__}); check its host and"
                " HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR of the environment."
            ) from None
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """Close the connections that are still open."""
        self._runner.run(self._http.aclose())
        self._runner.close()

    def make(self, method: str, path: str, params: Any = None, **options: Any) -> Received:
        """The answer to one request, whatever its status; redirects are followed on the same scheme, host and port.

        Raises Failure when another try makes sense, SourceUnavailable when none does.
        """
        try:
            url = httpx.URL(self._connection.base_url + path, params=params)
            return self._runner.run(self._within_budget(method, url, path, options))
        except TimeoutError:
            raise Failure(f"no whole answer within {EXCHANGE_SECONDS:g} s") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, ValueError) as error:
            raise self._final(path, f"cannot be asked for ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            raise Failure(_reason(error)) from None

    async def _within_budget(self, method: str, url: httpx.URL, path: str, options: dict[str, Any]) -> Received:
        async with asyncio.timeout(EXCHANGE_SECONDS):
            for _ in range(REDIRECTS):
                async with self._http.stream(method, url, **options) as response:
                    status = response.status_code
                    if status not in (301, 302, 303, 307, 308):
                        return Received(status, response.headers, await self._body(response, path))
                    target = url.join(response.headers.get("Location", ""))
                if _origin(target) != _origin(url) or target.userinfo:
                    raise self._final(path, "redirects to another host or scheme, which is not followed")
                if method != "GET" and status not in (307, 308):
                    raise self._final(path, f"answered {method} with redirect {status}, which is not followed")
                url = target
        raise self._final(path, f"redirects more than {REDIRECTS} times")

    async def _body(self, response: httpx.Response, path: str) -> bytes:
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise Failure("a packed answer that was not asked for")
        packed = zlib.decompressobj(wbits=31) if encoding.endswith("gzip") else None
        body = bytearray()
        try:
            async for piece in response.aiter_raw():
                # Unpacking stops one byte over the limit, because a few kilobytes can hold gigabytes.
                body += packed.decompress(piece, BODY_LIMIT + 1 - len(body)) if packed else piece
                if len(body) > BODY_LIMIT:
                    raise self._final(path, f"answered more than {BODY_LIMIT >> 20} MiB at once")
                if packed and packed.unused_data:
                    raise Failure("a packed answer with something behind its end")
        except zlib.error:
            raise Failure("a broken packed answer") from None
        if packed and not packed.eof:
            raise Failure("a packed answer that is cut off")
        return bytes(body)

    def _final(self, path: str, what: str) -> SourceUnavailable:
        return SourceUnavailable(
            f"{self._name}: {path} {what}; check the address in connection {self._connection.conn_id} and the source."
        )


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


@functools.lru_cache(maxsize=2)
def _trusted(cert_file: str | None, cert_dir: str | None) -> ssl.SSLContext:
    """The certificates that httpx trusts in this environment. Reading them takes longer than most exchanges."""
    return httpx.create_ssl_context()


def _is_own(base_url: str) -> bool:
    host = httpx.URL(base_url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(error: BaseException) -> str:
    """The kind of an error, and the kind of its cause when an operator can act on it."""
    below: BaseException | None = error
    while below is not None:
        for kind, words in _REASONS:
            if isinstance(below, kind):
                return f"{type(error).__name__}, {words}"
        group = isinstance(below, BaseExceptionGroup)
        below = below.exceptions[0] if group else below.__cause__ or below.__context__
    return type(error).__name__


def json_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object of a body, None when the body is no JSON object."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
