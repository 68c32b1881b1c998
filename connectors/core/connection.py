"""Connections as Airflow writes them (`AIRFLOW_CONN_<ID>`, JSON or URI), read without Airflow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Connection:
    """One connection. base_url: `scheme://host:port<base_path>` for REST, else ""; path: folder for `fs` and `sftp`.

    host, port: of an SFTP server; extra: unchanged, it may hold keys.
    """

    conn_id: str
    conn_type: str
    base_url: str
    path: Path | None
    login: str | None = field(repr=False)
    password: str | None = field(repr=False)
    host: str = ""
    port: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


class NotConfigured(KeyError):
    """A connection is not set anywhere."""

    def __str__(self) -> str:
        return self.args[0]


class Unreadable(ValueError):
    """A connection is set but invalid."""


def connection(conn_id: str, environ: Mapping[str, str]) -> Connection:
    """The connection with that id in an environment, into which the caller has merged its `.env`.

    Raises NotConfigured when it is not set and Unreadable when it cannot be read; neither error shows its content.
    """
    name = f"AIRFLOW_CONN_{conn_id.upper()}"
    text = environ.get(name)
    if not text:
        raise NotConfigured(f"{name} is not set; put it into the environment or .env (README.md, Working with it).")
    try:
        values = _from_json(text) if text.lstrip().startswith("{") else _from_uri(text)
        return _build(conn_id, values)
    except (ValueError, TypeError, AttributeError):
        raise Unreadable(
            f"{name} cannot be read: expected Airflow's JSON or URI form with conn_type, host or extra.path."
        ) from None


def _from_json(text: str) -> dict[str, Any]:
    values = json.loads(text)
    if isinstance(values.get("extra"), str):
        values["extra"] = json.loads(values["extra"] or "{}")
    return values


def _from_uri(text: str) -> dict[str, Any]:
    """Airflow's URI: conn_type://login:password@host:port/schema?extras, each part percent-encoded.

    People write a host with a scheme as `conn_type://scheme://host:port`; Airflow escapes it. Without a scheme and a
    schema, the conn_type https is used as the scheme, because its author did not mean plain http.
    """
    kind, _, rest = text.partition("://")
    prefix = ""
    for scheme in ("http", "https"):
        if rest.startswith(f"{scheme}://"):
            prefix, rest = f"{scheme}://", rest[len(scheme) + 3 :]
    parts = urlsplit(f"//{rest}")
    extra = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "__extra__" in extra:
        extra = json.loads(extra["__extra__"])
    # `hostname` would lower-case an escaped address, so the raw host is unescaped as Airflow does it.
    host = parts.netloc.rpartition("@")[2]
    if parts.port is not None:
        host = host.rpartition(":")[0]
    return {
        "conn_type": kind.replace("-", "_"),
        "host": prefix + unquote(host),
        "port": parts.port,
        "schema": unquote(parts.path.lstrip("/")),
        "login": unquote(parts.username) if parts.username is not None else None,
        "password": unquote(parts.password) if parts.password is not None else None,
        "extra": extra,
    }


def _build(conn_id: str, values: dict[str, Any]) -> Connection:
    kind = values["conn_type"] if values.get("conn_type") else "http"
    extra = values.get("extra") or {}
    folder = extra.get("path")
    base_url = "" if kind in ("fs", "sftp") else _base_url(values, extra)
    if kind in ("fs", "sftp") and not folder:
        raise ValueError("no path")
    host, port = (values.get("host") or "").strip("[]"), values.get("port")
    if kind == "sftp" and not host:
        raise ValueError("no host")
    return Connection(
        conn_id=conn_id,
        conn_type=kind,
        base_url=base_url,
        path=Path(folder) if folder else None,
        login=values.get("login"),
        password=values.get("password"),
        host=host,
        port=int(port) if port else None,
        extra=extra,
    )


def _base_url(values: dict[str, Any], extra: dict[str, Any]) -> str:
    kind = "https" if values.get("conn_type") == "https" else "http"
    host, scheme, below = values.get("host") or "", (values.get("schema") or kind).lower(), ""
    port = values.get("port")
    if "://" in host:
        parts = urlsplit(host)
        scheme, below = parts.scheme, parts.path.rstrip("/")
        port = parts.port or port
        host = parts.hostname or ""
    if host.count(":") > 1 and not host.startswith("["):
        host = f"[{host}]"
    if not host or scheme not in ("http", "https"):
        raise ValueError("no host, or not http")
    base_path = "/".join(p for p in (extra.get("base_path") or "").split("/") if p)
    address = f"{scheme}://{host}" + (f":{int(port)}" if port else "") + below
    return f"{address}/{base_path}" if base_path else address
