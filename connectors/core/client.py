"""One HTTP client for every REST source: tries, Retry-After, tokens, budgets, and errors without content.

Rules: contracts/rules.md, "Files and values" (retries). An error names the source, the path, the status and the
source's own error code; never a body, a query value or a credential.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from connectors.core.authentication import AUTHENTICATION, Problem
from connectors.core.connection import Connection
from connectors.core.exchange import Exchange, Failure, Received, json_object
from connectors.core.signals import SourceUnavailable
from connectors.core.source import Source

if TYPE_CHECKING:
    from connectors.core.feed import Feed
    from connectors.core.target import Target

TRIES, FIRST_PAUSE_SECONDS = 5, 1.0
RETRY_AFTER_CEILING, RETRY_AFTER_TOTAL = 120.0, 600.0
# Statuses that are returned to the caller of `send`, which knows what each of them means (contracts/sinks.md).
ANSWERS_TO_SENT = (200, 202, 404, 409, 422)
# Limit for all requests of one client together: a whole read of 300 pages has about 50 s for each page.
CLIENT_SECONDS = 4 * 3600.0
Sleep = Callable[[float], None]
Documented = Callable[[dict[str, Any]], bool]
Parse = Callable[[bytes], dict[str, Any] | None]


@dataclass(frozen=True)
class Answer:
    """An answer with an accepted status. body: bytes as received; content: its JSON object."""

    body: bytes = field(repr=False)
    content: dict[str, Any] = field(repr=False)
    status: int = 200


class Client:
    """A client for one source, feed or receiver over one connection.

    Tests replace `sleep`, `now` and `clock` (seconds).
    """

    def __init__(
        self,
        source: Source | Feed | Target,
        connection: Connection,
        sleep: Sleep = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ):
        self.source, self.connection, self.sleep, self.now, self.clock = source, connection, sleep, now, clock
        self._waited = 0.0
        self._until = clock() + CLIENT_SECONDS
        self._next_request = clock()
        self._authentication = AUTHENTICATION[source.akses.otentikasi](self)
        self._exchange = Exchange(source.nama, connection)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._exchange.close()

    def get(
        self,
        path: str,
        params: Mapping[str, str | int],
        documented: Documented = lambda content: True,
        parse: Parse = json_object,
    ) -> Answer:
        """The JSON object at `path` below the base address; if `documented` rejects it, the try has failed.

        `parse` makes the object from the body, or None if it is no object. Raises Problem for a final status (4xx),
        SourceUnavailable after the last try.
        """
        return self._authenticated("GET", path, params=params, documented=documented, parse=parse)

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send these bytes as they are; return the answer, also when its status is 404, 409 or 422.

        The request is repeated, with the same bytes and headers, only when the connection fails or the answer is 429 or
        5xx. The source may have accepted the earlier request anyway, so the body or a header must carry something by
        which it recognises the repetition (`ref`, Idempotency-Key). Raises Problem for any other status or an error
        without JSON, and SourceUnavailable after the last try, or at once when a 200 or 202 is neither empty nor a JSON
        object.
        """
        return self._authenticated(method, path, sent=True, content=body, headers=headers)

    def _authenticated(self, method: str, path: str, **options: Any) -> Answer:
        own, renewed = options.pop("headers", {}), False
        while True:
            try:
                return self.ask(method, path, headers={**own, **self._authentication.headers()}, **options)
            except Problem as problem:
                if problem.status != 401 or renewed or not self._authentication.renew():
                    raise
                renewed = True

    def ask(
        self,
        method: str,
        path: str,
        documented: Documented = lambda content: True,
        parse: Parse = json_object,
        sent: bool = False,
        **options: Any,
    ) -> Answer:
        """One request with its tries. Raises as `get` or `send`, but does not handle credentials."""
        tried, pause = 0, FIRST_PAUSE_SECONDS
        while True:
            wait: float | None = None
            try:
                received = self._exchange_in_time(method, path, options)
                if received.status in (429, 503):
                    wait = self._retry_after(received)
                if received.status == 429 or received.status >= 500:
                    raise Failure(f"status {received.status}")
                return self._answer(received, path, documented, parse, sent)
            except Failure as failure:
                what = str(failure)
            if wait is not None and self._waited + wait <= RETRY_AFTER_TOTAL:
                # A wait that the source asks for does not count as a try.
                self._waited += wait
                self.sleep(wait)
                continue
            tried += 1
            if tried == TRIES:
                raise self._unavailable(f"{path} not read after {TRIES} tries, last: {what}")
            self.sleep(pause)
            pause *= 2

    def _exchange_in_time(self, method: str, path: str, options: dict[str, Any]) -> Received:
        """One exchange, not before the source's rate limit allows it and not after the client's time is over."""
        if self.clock() > self._until:
            raise self._unavailable(f"{path} not read: all requests together took over {CLIENT_SECONDS / 3600:g} h")
        if rate := self.source.akses.per_detik:
            if (early := self._next_request - self.clock()) > 0:
                self.sleep(early)
            self._next_request = max(self._next_request, self.clock()) + 1 / rate
        return self._exchange.make(method, path, **options)

    def _answer(self, received: Received, path: str, documented: Documented, parse: Parse, sent: bool) -> Answer:
        status, content = received.status, parse(received.body)
        if status not in (ANSWERS_TO_SENT if sent else (200,)) or (status >= 400 and content is None):
            raise Problem(self.source.nama, path, status, _error_code(content))
        if sent:
            if content is None and received.body:
                raise self._unavailable(f"{path} answered {status} without JSON, so what became of it is not known")
            return Answer(received.body, content or {}, status)
        if content is None or not documented(content):
            raise Failure(f"{status} without the documented JSON")
        return Answer(received.body, content, status)

    def _unavailable(self, what: str) -> SourceUnavailable:
        return SourceUnavailable(
            f"{self.source.nama}: {what}. Check connection {self.connection.conn_id} and the source, then run again."
        )

    def _retry_after(self, received: Received) -> float | None:
        """Seconds to wait, from 1 to the ceiling; None when the source does not say.

        "Now" or a date in the past counts as one second. A wait does not count as a try, so every wait must use some of
        RETRY_AFTER_TOTAL; otherwise a source could make us wait forever.
        """
        text = received.headers.get("Retry-After", "").strip()
        try:
            if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
                seconds = float(text)
            else:
                moment = parsedate_to_datetime(text)
                seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - self.now()).total_seconds()
        except (ValueError, OverflowError):
            return None
        return min(max(seconds, FIRST_PAUSE_SECONDS), RETRY_AFTER_CEILING)


def _error_code(content: dict[str, Any] | None) -> str:
    """The source's `galat`, only when it looks like a code, because text of a body must not be shown."""
    code = (content or {}).get("galat")
    return code if isinstance(code, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,40}", code) else ""
