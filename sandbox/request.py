"""A request to one of the servers, and the credentials that it must bring."""

import hmac
import time
from dataclasses import dataclass

from sandbox.problem import Problem


@dataclass(frozen=True)
class Request:
    """A request as it came; `query` has the last value of each name."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number of the query, cut to `most`. Raises Problem 400 if it is not a number or is below `least`."""
        try:
            value = int(self.query.get(name, default))
        except ValueError:
            raise Problem(400, "parameter_tidak_sah", f"{name} must be a whole number") from None
        if value < least:
            raise Problem(400, "parameter_tidak_sah", f"{name} must be {least} or more")
        return min(value, most)

    def check_key(self, key: str) -> None:
        """Raise Problem 401 without the right X-API-Key."""
        if not same(self.headers.get("X-API-Key"), key):
            raise Problem(401, "kunci_tidak_sah", "X-API-Key is missing or wrong")

    def check_token(self, server) -> None:
        """Raise Problem 401 without a token of DTJateng that is still valid."""
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if server.tokens.get(token, 0) < time.monotonic() or server.trouble.wears_out(token):
            raise Problem(
                401, "token_tidak_berlaku", "the token is unknown or has expired", {"WWW-Authenticate": "Bearer"}
            )


def same(given: str | None, secret: str) -> bool:
    """Whether a credential is the right one."""
    return hmac.compare_digest((given or "").encode(), secret.encode())
