"""One HTTP client for every REST source: time-outs, tries, Retry-After, tokens, and errors without content.

Rules: contracts/rules.md, "Files and values" (retries). An error names the source, the path, the status and the
source's own error code; never a body, a query value or a credential.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin, urlsplit

import httpx

from connectors.core.connection import Connection
from connectors.core.signals import SourceUnavailable
from connectors.core.source import Source

if TYPE_CHECKING:
    from connectors.core.feed import Feed

CONNECT_SECONDS, READ_SECONDS, TRIES, FIRST_PAUSE_SECONDS = 5.0, 30.0, 5, 1.0
RETRY_AFTER_CEILING, RETRY_AFTER_TOTAL = 120.0, 600.0
BODY_LIMIT = 128 << 20
REDIRECTS = 5
Sleep = Callable[[float], None]


class Problem(Exception):
    """An answer with a final status. status: HTTP status; galat: the source's error code, "" when it gave none."""

    def __init__(self, source: str, path: str, status: int, galat: str):
        super().__init__(f"{source}: {path} answered {status} {galat or 'without an error code'}.")
        self.status, self.galat = status, galat


class Authentication(Protocol):
    """What puts the credential on a request; `renew` answers whether another try with a fresh one makes sense."""

    def headers(self) -> dict[str, str]: ...

    def renew(self) -> bool: ...


@dataclass(frozen=True)
class Answer:
    """A 200 with the documented JSON. body: bytes as received."""

    body: bytes
    content: dict[str, Any]


class Client:
    """A client for one source or feed over one connection. `sleep` and `now` are given by tests."""

    def __init__(
        self,
        source: Source | Feed,
        connection: Connection,
        sleep: Sleep = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ):
        self.source, self.connection, self.sleep, self.now = source, connection, sleep, now
        # A proxy of the environment is for the outside, never for this machine.
        own = {f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")}
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        self._http = httpx.Client(timeout=timeout, follow_redirects=False, mounts=own)
        self._waited = 0.0
        strategy = AUTHENTICATION[source.akses.otentikasi]  # type: ignore[union-attr]
        self._authentication: Authentication = strategy(self)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, params: Mapping[str, str | int]) -> Answer:
        """The JSON object at `path` below the base address.

        Raises Problem for a final status (4xx), SourceUnavailable after the last try.
        """
        renewed = False
        while True:
            try:
                return self.ask("GET", path, params=params, headers=self._authentication.headers())
            except Problem as problem:
                if problem.status != 401 or renewed or not self._authentication.renew():
                    raise
                renewed = True

    def ask(self, method: str, path: str, **options: Any) -> Answer:
        """One request with its tries. Raises as `get`, but knows nothing of credentials."""
        what, tried, pause = "", 0, FIRST_PAUSE_SECONDS
        while True:
            wait: float | None = None
            try:
                status, headers, body = self._send(method, self.connection.base_url + path, path, options)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                what = type(error).__name__
            else:
                if status == 200:
                    if (content := _json_object(body)) is not None:
                        return Answer(body, content)
                    what = "200 without the documented JSON"
                elif status in (429, 503) or status >= 500:
                    what = f"status {status}"
                    wait = self._retry_after(headers) if status in (429, 503) else None
                else:
                    raise Problem(self.source.nama, path, status, _error_code(body))
            if wait is not None and self._waited + wait <= RETRY_AFTER_TOTAL:
                # What the source asks us to wait is not a try.
                self._waited += wait
                self.sleep(wait)
                continue
            tried += 1
            if tried == TRIES:
                raise SourceUnavailable(
                    f"{self.source.nama}: {path} not read after {TRIES} tries, last: {what}."
                    f" Check connection {self.connection.conn_id} and the source, then run again."
                )
            self.sleep(pause)
            pause *= 2

    def _send(self, method: str, url: str, path: str, options: dict[str, Any]) -> tuple[int, httpx.Headers, bytes]:
        for _ in range(REDIRECTS):
            with self._http.stream(method, url, **options) as response:
                if response.status_code not in (301, 302, 303, 307, 308):
                    return response.status_code, response.headers, self._body(response, path)
                target = urljoin(str(response.url), response.headers.get("Location", ""))
            if urlsplit(target)[:2] != urlsplit(url)[:2]:
                raise SourceUnavailable(
                    f"{self.source.nama}: {path} redirects to another host, which is not followed;"
                    f" check the address in connection {self.connection.conn_id}."
                )
            # The target already carries the query.
            url, options = target, {k: v for k, v in options.items() if k != "params"}
        raise SourceUnavailable(f"{self.source.nama}: {path} redirects more than {REDIRECTS} times.")

    def _body(self, response: httpx.Response, path: str) -> bytes:
        pieces, size = [], 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > BODY_LIMIT:
                limit = f"{BODY_LIMIT >> 20} MiB"
                raise SourceUnavailable(f"{self.source.nama}: {path} answered more than {limit} in one page.")
            pieces.append(piece)
        return b"".join(pieces)

    def _retry_after(self, headers: httpx.Headers) -> float | None:
        """Seconds to wait, at most the ceiling; None when the source does not say."""
        text = headers.get("Retry-After", "").strip()
        if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
            return min(float(text), RETRY_AFTER_CEILING)
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - self.now()).total_seconds()
        return min(max(seconds, 0.0), RETRY_AFTER_CEILING)


class ApiKey:
    """`X-API-Key`: the connection's password."""

    def __init__(self, client: Client):
        self._client = client

    def headers(self) -> dict[str, str]:
        """The key; ValueError when the connection has none."""
        return {"X-API-Key": _secret(self._client.connection, "password")}

    def renew(self) -> bool:
        """A key does not expire."""
        return False


class OAuthClientCredentials:
    """OAuth 2.0 client credentials: login and password of the connection buy a bearer token."""

    def __init__(self, client: Client):
        self._client = client
        self._token: str | None = None

    def headers(self) -> dict[str, str]:
        """The bearer header; fetches a token when there is none. 400 and 401 of the token endpoint are final."""
        if self._token is None:
            form = {
                "grant_type": "client_credentials",
                "client_id": _secret(self._client.connection, "login"),
                "client_secret": _secret(self._client.connection, "password"),
            }
            path = self._client.source.akses.jalur_token  # type: ignore[union-attr]
            try:
                token = self._client.ask("POST", path, data=form).content.get("access_token")
            except Problem as problem:
                raise SourceUnavailable(
                    f"{problem} The token was refused; check login and password of {self._client.connection.conn_id}."
                ) from None
            if not isinstance(token, str) or not token:
                raise SourceUnavailable(f"{self._client.source.nama}: {path} gave no access_token.")
            self._token = token
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        """Forget the token, so that the next request buys another."""
        self._token = None
        return True


AUTHENTICATION: dict[str, Callable[[Client], Authentication]] = {
    "api_key": ApiKey,
    "oauth_client_credentials": OAuthClientCredentials,
}


def _secret(connection: Connection, part: str) -> str:
    if not (value := getattr(connection, part)):
        variable = f"AIRFLOW_CONN_{connection.conn_id.upper()}"
        raise SourceUnavailable(f"Connection {connection.conn_id} has no {part}; set it in {variable}.")
    return value


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _error_code(body: bytes) -> str:
    """The source's `galat`, only when it looks like a code: text of a body goes nowhere."""
    code = (_json_object(body) or {}).get("galat")
    return code if isinstance(code, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,40}", code) else ""
