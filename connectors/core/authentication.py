"""How we authenticate at a REST source: strategies by the name that `source.yml` declares."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from connectors.core.connection import Connection
from connectors.core.signals import SourceUnavailable

if TYPE_CHECKING:
    from connectors.core.client import Client

# Values that a header transports unchanged: blanks around a value are lost on the way, blanks within it are not. A
# bearer token has no blanks.
KEY, TOKEN = re.compile(r"(?! )[\x20-\x7e]{1,8192}(?<! )"), re.compile(r"[\x21-\x7e]{1,8192}")


class Problem(Exception):
    """An answer with a final status. status: HTTP status; galat: the source's error code, "" when it gave none."""

    def __init__(self, source: str, path: str, status: int, galat: str):
        super().__init__(f"{source}: {path} answered {status} {galat or 'without an error code'}.")
        self.status, self.galat = status, galat


class Authentication(Protocol):
    """Puts the credential on a request; `renew` returns whether another try with a fresh credential makes sense."""

    def headers(self) -> dict[str, str]: ...

    def renew(self) -> bool: ...


class ApiKey:
    """`X-API-Key`: the connection's password as header."""

    def __init__(self, client: Client):
        self._client = client

    def headers(self) -> dict[str, str]:
        """The key header; raises SourceUnavailable if the connection has no key, or one that no header can carry."""
        connection = self._client.connection
        key = _secret(connection, "password")
        if not KEY.fullmatch(key):
            raise SourceUnavailable(
                f"Connection {connection.conn_id}: its password has blanks around it, control characters such as line"
                " ends, or letters beyond ASCII, which no header can carry; write the key as the source gave it."
            )
        return {"X-API-Key": key}

    def renew(self) -> bool:
        """A key does not expire."""
        return False


class OAuthClientCredentials:
    """OAuth 2.0 client credentials: login and password of the connection are exchanged for a bearer token."""

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
            path = self._client.source.akses.jalur_token
            try:
                token = self._client.ask("POST", path, data=form).content.get("access_token")
            except Problem as problem:
                raise SourceUnavailable(
                    f"{problem} The token was refused; check login and password of {self._client.connection.conn_id}."
                ) from None
            if not isinstance(token, str) or not TOKEN.fullmatch(token):
                raise SourceUnavailable(f"{self._client.source.nama}: {path} gave no access_token that can be used.")
            self._token = token
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        """Forget the token, so that the next request fetches a new one."""
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
