"""Who is spoken to over SFTP, with which proof, for how long, and what is said when that fails."""

from __future__ import annotations

import io
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import paramiko
import pytest
from sftp_uji import CLIENT_KEY, HOST_KEY, LOGIN, OTHER_KEY, PASSWORD, Penyaji, line

from connectors.core import sftp
from connectors.interface import Connection, SourceUnavailable, connection

RSA_KEY = paramiko.RSAKey.generate(2048)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Penyaji]:
    """A server with one file, and a user here who knows no host."""
    monkeypatch.setenv("HOME", str(tmp_path / "rumah"))
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "satu.txt").write_bytes(b"isi")
    with Penyaji(tmp_path / "server") as server:
        yield server


def names(reached: Connection, waits: list[float] | None = None) -> list[str]:
    """What stands in the server's folder."""
    wait = (waits if waits is not None else []).append
    return sorted(sftp.attempt(reached, lambda session: session.entries("/"), wait))


def pem(key: paramiko.PKey, password: str | None = None) -> str:
    text = io.StringIO()
    key.write_private_key(text, password=password) if password else key.write_private_key(text)
    return text.getvalue()


def refused(reached: Connection, told: str) -> str:
    """What is said of a connection that no other try can mend."""
    waits: list[float] = []
    with pytest.raises(SourceUnavailable, match=told) as caught:
        names(reached, waits)
    assert waits == [] and caught.value.__cause__ is None and PASSWORD not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("written", [
    "{key}", "[127.0.0.1]:{port} {key}", "{blob}", "{key} petugas@kantor", "lain {other}\n127.0.0.1 {key}\n",
])  # fmt: skip
def test_a_host_key_is_taken_as_it_stands_in_known_hosts(served, written):
    blob, port = HOST_KEY.get_base64(), served.port
    key = written.format(key=line(HOST_KEY), other=line(OTHER_KEY), blob=blob, port=port)
    assert names(served.connection(extra={"host_key": key})) == ["satu.txt"]


@pytest.mark.parametrize("hashed", [False, True])
@pytest.mark.parametrize("named", [False, True])
def test_a_file_of_known_hosts_serves_by_its_name_or_as_the_users_own(served, tmp_path, named, hashed):
    path = tmp_path / "kenal" if named else tmp_path / "rumah" / ".ssh" / "known_hosts"
    path.parent.mkdir(parents=True, exist_ok=True)
    host = f"[127.0.0.1]:{served.port}"
    path.write_text(f"# kantor\n{paramiko.HostKeys.hash_host(host) if hashed else host} {line(HOST_KEY)}\n")
    extra = {"host_key": None, "known_hosts": str(path) if named else None}
    assert names(served.connection(extra=extra)) == ["satu.txt"]


def test_a_host_with_several_keys_shows_the_one_that_is_known(served):
    # The library would ask for the other one first.
    served.key, served.more_keys = RSA_KEY, (HOST_KEY,)
    assert names(served.connection()) == ["satu.txt"]
    served.key, served.more_keys = HOST_KEY, (RSA_KEY,)
    assert names(served.connection()) == ["satu.txt"]


@pytest.mark.parametrize("extra", [
    {}, {"known_hosts": "/tidak/ada"}, {"no_host_key_check": True}, {"allow_host_key_change": True},
])  # fmt: skip
def test_a_host_that_nobody_knows_is_told_no_secret(served, extra):
    told = refused(served.connection(extra={"host_key": None, **extra}), "no host key is known for")
    assert f"[127.0.0.1]:{served.port}" in told and "extra.host_key" in told
    assert served.logins == []


@pytest.mark.parametrize("other", [OTHER_KEY, RSA_KEY])
@pytest.mark.parametrize("kept", ["host_key", "known_hosts"])
def test_a_host_whose_key_was_changed_is_told_no_secret(served, tmp_path, other, kept):
    (tmp_path / "kenal").write_text(f"[127.0.0.1]:{served.port} {line(other)}\n")
    extra = {"host_key": line(other)} if kept == "host_key" else {"host_key": None, "known_hosts": f"{tmp_path}/kenal"}
    refused(served.connection(extra=extra), "the server's host key is not the one that is known")
    assert served.logins == []
    # Nothing is added by itself.
    assert (tmp_path / "kenal").read_text().count("\n") == 1


@pytest.mark.parametrize("written", ["ssh-ed25519", "AAAA*", "ssh-ed25519 AAAAB"])
def test_a_host_key_that_is_none_is_told(served, written):
    refused(served.connection(extra={"host_key": written}), "extra.host_key cannot be read|is not the one")
    assert served.logins == []


def test_a_wrong_password_is_shown_once_and_nowhere_told(served, caplog):
    caplog.set_level(logging.DEBUG)
    refused(served.connection(password="salah-sekali"), "the login is refused; check login and password or key")
    assert served.logins == ["password"]
    said = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("paramiko.transport"))
    assert "salah-sekali" not in said and logging.getLogger("paramiko").level == logging.CRITICAL


@pytest.mark.parametrize("changes", [{"password": None}, {"login": None}, {"password": ""}])
def test_a_login_without_a_proof_is_not_tried(served, changes):
    refused(served.connection(**changes), "expected a login and one of the two")
    assert served.logins == []


def test_a_private_key_opens_as_text_as_file_and_locked(served, tmp_path):
    (tmp_path / "kunci").write_text(pem(CLIENT_KEY, "buka"))
    for extra in (
        {"private_key": pem(CLIENT_KEY)},
        {"private_key": pem(CLIENT_KEY, "buka"), "private_key_passphrase": "buka"},
        {"key_file": str(tmp_path / "kunci"), "private_key_passphrase": "buka"},
    ):
        assert names(served.connection(password=None, extra=extra)) == ["satu.txt"]
    assert served.logins == ["publickey"] * 3


def test_a_key_that_is_refused_is_not_followed_by_the_password(served):
    refused(served.connection(extra={"private_key": pem(OTHER_KEY)}), "the login is refused")
    assert served.logins == ["publickey"]


@pytest.mark.parametrize("extra", [
    {"private_key": "-----BEGIN OPENSSH PRIVATE KEY-----\nrahasia\n-----END OPENSSH PRIVATE KEY-----"},
    {"private_key": pem(CLIENT_KEY, "buka")}, {"private_key": pem(CLIENT_KEY, "buka"), "private_key_passphrase": "x"},
    {"key_file": "/tidak/ada"},
])  # fmt: skip
def test_a_key_that_cannot_be_read_is_told_without_it(served, extra):
    told = refused(served.connection(extra=extra), "the private key cannot be read|extra.key_file cannot be read")
    assert "BEGIN" not in told and "rahasia" not in told and served.logins == []


def test_airflows_uri_form_says_the_same(served):
    written = (
        f"sftp://{LOGIN}:{quote(PASSWORD, safe='')}@127.0.0.1:{served.port}/"
        f"?path=%2F&host_key={quote(line(HOST_KEY), safe='')}"
    )
    reached = connection("dtsen_inbox", {"AIRFLOW_CONN_DTSEN_INBOX": written})
    assert reached == served.connection()
    assert names(reached) == ["satu.txt"]


def test_no_secret_stands_in_a_representation(served):
    reached = served.connection(extra={"private_key": pem(CLIENT_KEY), "private_key_passphrase": "buka-rahasia"})
    assert not [secret for secret in (PASSWORD, "BEGIN", "buka-rahasia") if secret in repr(reached)]
    assert (reached.host, reached.port, str(reached.path)) == ("127.0.0.1", served.port, "/")


@pytest.mark.parametrize("written", [
    '{"conn_type": "sftp", "extra": {"path": "/p"}}', '{"conn_type": "sftp", "host": "h"}',
    '{"conn_type": "sftp", "host": "h", "port": "ssh", "extra": {"path": "/p"}}', "sftp://h/",
])  # fmt: skip
def test_a_connection_without_host_or_path_is_told(written):
    with pytest.raises(ValueError, match="AIRFLOW_CONN_DTSEN_INBOX cannot be read"):
        connection("dtsen_inbox", {"AIRFLOW_CONN_DTSEN_INBOX": written})


def test_a_port_at_which_nobody_listens_is_tried_as_other_sources_are():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    written = Penyaji(Path())
    written.port = port
    waits: list[float] = []
    with pytest.raises(
        SourceUnavailable, match=r"not done after 5 tries, last: not reached \(ConnectionRefusedError\)"
    ):
        names(written.connection(), waits)
    assert waits == [1.0, 2.0, 4.0, 8.0]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are short."""
    monkeypatch.setattr(sftp, "READ_SECONDS", 0.4)
    monkeypatch.setattr(sftp, "EXCHANGE_SECONDS", 1.5)
    monkeypatch.setattr(sftp, "TRIES", 2)


def ends(reached: Connection, told: str, seconds: float) -> None:
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match=told):
        names(reached)
    assert time.monotonic() - began < seconds


def test_a_listener_that_says_nothing_is_not_waited_for(served, impatient):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        reached = served.connection(port=mute.getsockname()[1])
        ends(reached, r"not done after 2 tries, last: no session \(SSHException\)", 8)


def test_a_server_that_lets_in_and_then_says_nothing_is_not_waited_for(served, impatient, monkeypatch):
    monkeypatch.setattr(
        paramiko.ServerInterface, "check_channel_subsystem_request", lambda *_: threading.Event().wait(20)
    )
    ends(served.connection(), r"not done after 2 tries, last: no session", 8)


def test_an_answer_that_does_not_come_is_not_waited_for(served, impatient):
    served.before = lambda what, path: threading.Event().wait(3) and None
    ends(served.connection(), r"not done after 2 tries, last: /: TimeoutError", 4)


def test_all_of_it_together_has_an_end(served, monkeypatch):
    monkeypatch.setattr(sftp, "CLIENT_SECONDS", 1.0)
    slow: Callable[[str, str], None] = lambda what, path: time.sleep(0.2)  # noqa: E731
    served.before = slow

    def forever(session: sftp.Session) -> None:
        while True:
            session.entries("/")

    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match="all of it together took over"):
        sftp.attempt(served.connection(), forever, lambda seconds: None)
    assert 0.9 < time.monotonic() - began < 4
