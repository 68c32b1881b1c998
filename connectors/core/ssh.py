"""Authentication of both sides of an SSH connection: the host by known host keys, us by a password or a key.

Rules: contracts/sources.md, "Connections"; the settings in `extra` have the names that Airflow gives them. There is no
insecure fallback: no unknown host key, no agent, no key that was not named, no password when a key is named. No error
shows keys or passwords.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paramiko

from connectors.core.connection import Connection
from connectors.core.signals import SourceUnavailable

PORT = 22
RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")


def signatures(blob: bytes) -> tuple[str, ...]:
    """The names of the signature algorithms with which a host proves that it has a key."""
    kind = paramiko.Message(blob).get_text()
    return RSA_SIGNATURES if kind == "ssh-rsa" else (kind,)


def known_keys(connection: Connection) -> set[bytes]:
    """The known public keys of the host: from `host_key`, else `known_hosts`, else the known hosts of our user."""
    if lines := connection.extra.get("host_key"):
        # Host and kind may come before the key; a key of any kind begins with AAAA.
        texts = [word for word in str(lines).split() if word.startswith("AAAA")]
        with contextlib.suppress(binascii.Error):
            if texts:
                return {base64.b64decode(text, validate=True) for text in texts}
        raise final(connection, "extra.host_key cannot be read; expected `ssh-ed25519 AAAA…` as in known_hosts")
    path = Path(connection.extra.get("known_hosts") or "~/.ssh/known_hosts").expanduser()
    name = connection.host if (connection.port or PORT) == PORT else f"[{connection.host}]:{connection.port}"
    try:
        found = paramiko.HostKeys(str(path)).lookup(name) or {}
    except FileNotFoundError:
        found = {}
    except (OSError, ValueError, paramiko.hostkeys.InvalidHostKey) as error:
        raise final(connection, f"the file of known hosts cannot be read ({type(error).__name__})") from None
    if not found:
        raise final(
            connection,
            f"no host key is known for {name}; put the one that its owner confirms into extra.host_key or the file of"
            " known hosts",
        )
    return {key.asbytes() for key in found.values()}


def login_of(connection: Connection) -> Callable[[paramiko.Transport], Any]:
    """How to log in: with the private key if one is named, else with the password."""
    login, password, extra = connection.login, connection.password, connection.extra
    if login and (extra.get("private_key") or extra.get("key_file")):
        key = _private_key(connection)
        return lambda transport: transport.auth_publickey(login, key)
    if login and password:
        return lambda transport: transport.auth_password(login, password, fallback=False)
    raise final(connection, "login, or password and private key, are missing; expected a login and one of the two")


def _private_key(connection: Connection) -> paramiko.PKey:
    extra, passphrase = connection.extra, connection.extra.get("private_key_passphrase")
    try:
        text = extra.get("private_key") or Path(extra["key_file"]).expanduser().read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise final(connection, f"extra.key_file cannot be read ({type(error).__name__})") from None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with contextlib.suppress(paramiko.SSHException, ValueError, TypeError):
            return kind.from_private_key(io.StringIO(text), passphrase)
    raise final(
        connection,
        "the private key cannot be read; expected Ed25519, ECDSA or RSA in OpenSSH or PEM form, and, where it is"
        " locked, extra.private_key_passphrase",
    )


def final(connection: Connection, what: str) -> SourceUnavailable:
    """The error for a problem that another try does not change."""
    return SourceUnavailable(f"connection {connection.conn_id} (SFTP): {what}.")
