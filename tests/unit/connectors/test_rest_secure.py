"""Nothing a source or an environment does makes a read less safe: hosts, schemes, certificates, credentials, paths."""

from __future__ import annotations

import ast
import datetime as dt
import ipaddress
import json
import socket
import ssl
import threading
from pathlib import Path

import gangguan as g
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from deliveries import SOURCES, family, household
from lelah import FULL_TRIES, NOW, PAGES, Outcome, Reading, said
from proksi import Asked, Fault, Proksi, Script, always, on
from server import FakeServer

import connectors
from connectors.core import exchange
from connectors.core.client import Client
from connectors.core.paging import read_all
from connectors.interface import Connection, SourceUnavailable

pytestmark = pytest.mark.usefixtures("quiet")
CONNECTORS = Path(connectors.__file__).parent
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def final(outcome: Outcome, words: str, asked: int) -> None:
    assert isinstance(outcome.error, SourceUnavailable), outcome.error
    assert words in str(outcome.error)
    assert (outcome.waits, len(outcome.asked)) == ([], asked)


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{other}/dasar/v1/rumah-tangga", "http://localhost:{port}/dasar/x", "//127.0.0.1:{other}/x",
        "https://127.0.0.1:{port}/dasar/x", "http://169.254.169.254/latest/meta-data", "http://[::1]:{port}/x",
        "http://admin:sandi@127.0.0.1:{port}/dasar/x", "file:///etc/passwd", "http://2130706433:{port}/x",
        "http://127.0.0.1:{port}@127.0.0.1:{other}/x", "http://[salah",
    ],
)  # fmt: skip
@pytest.mark.parametrize("code", [301, 307])
def test_no_redirect_leads_to_another_host_or_scheme(tired, location, code):
    with Proksi(("127.0.0.1", 1)) as other:
        to = g.redirect(lambda line: location.format(other=other.port, port=line.proxy.port), code)
        final(tired(on({2: to})), tired.sumber, 2)
        assert other.asked == []


def test_a_redirect_on_the_same_host_is_followed_with_its_query_and_ends(tired):
    moved = g.redirect(lambda line: line.asked.target.replace("/dasar/", "/dasar//"))
    outcome = tired(on({1: moved}))
    assert outcome.asked[1].target == outcome.asked[0].target.replace("/dasar/", "/dasar//")
    endless = tired(always(g.redirect(lambda line: line.asked.target)))
    final(endless, "redirects more than 5 times", 5)
    final(tired(always(g.redirect(lambda line: ""))), "redirects more than 5 times", 5)


def token(fault: Fault) -> Script:
    """A fault of the token endpoint only."""
    return lambda asked: None if asked.data else fault


@pytest.mark.parametrize("code", [302, 303, 307, 308])
def test_the_secret_is_posted_to_no_other_host(tired_dtjateng, code):
    with Proksi(("127.0.0.1", 1)) as other:
        outcome = tired_dtjateng(token(g.redirect(lambda line: f"{other.url}/oauth/token", code)))
        final(outcome, "another host", 0)
        assert other.asked == [] and outcome.tokens == 1
    outcome = tired_dtjateng(token(g.redirect(lambda line: line.asked.target, 302)))
    final(outcome, "answered POST with redirect 302", 0)


@pytest.mark.parametrize("code", [400, 401, 403])
def test_a_refusal_of_the_token_endpoint_is_final(tired_dtjateng, code):
    outcome = tired_dtjateng(token(g.status(code, galat="invalid_client")))
    final(outcome, "check login and password of dtjateng_api", 0)
    assert outcome.tokens == 1 and f"answered {code} invalid_client" in str(outcome.error)


@pytest.mark.parametrize("value", [None, 7, "", "a\r\nX-Lain: b", "tökén", "x" * 100_000, {"a": 1}])
def test_a_token_that_no_header_can_carry_is_final_and_not_shown(tired_dtjateng, value):
    outcome = tired_dtjateng(token(g.answer({"access_token": value})))
    final(outcome, "no access_token that can be used", 0)
    assert len(str(outcome.error)) < 200


def test_a_tired_token_endpoint_is_borne_as_any_other(tired_dtjateng):
    faults = [g.status(503, "3"), g.status(500), g.HTML, g.reset_in_body]
    outcome = tired_dtjateng(lambda asked: None if asked.data else ([None, *faults, None][asked.number]))
    assert outcome.same_as(tired_dtjateng.clean) and outcome.waits == [3.0, 1.0, 2.0, 4.0]


def test_a_token_that_expires_is_bought_again_once_a_request(tired_dtjateng):
    expired = g.status(401, galat="token_kedaluwarsa")
    outcome = tired_dtjateng(on({2: expired}))
    assert outcome.same_as(tired_dtjateng.clean)
    assert (outcome.tokens, len(outcome.asked), outcome.waits) == (2, PAGES + 1, [])
    outcome = tired_dtjateng(lambda asked: expired if asked.data % 2 else None)
    assert outcome.same_as(tired_dtjateng.clean) and (outcome.tokens, len(outcome.asked)) == (1 + PAGES, 2 * PAGES)
    outcome = tired_dtjateng(lambda asked: expired if asked.data > 1 else None)
    final(outcome, "answered 401 token_kedaluwarsa", 3)
    assert outcome.tokens == 2


def test_a_key_that_is_refused_is_final(tired_simnakis):
    final(tired_simnakis(on({2: g.status(401, galat="kunci_salah")})), "answered 401 kunci_salah", 2)


@pytest.mark.parametrize("key", ["", None, "kunci-ü", " kunci", "kunci ", "kunci\n", "kun\nci", "kun\tci"])
def test_a_key_that_cannot_be_sent_is_named_by_its_connection_only(key):
    with Proksi(("127.0.0.1", 1)) as proxy:
        where = Connection("simnakis_api", "http", proxy.url, None, None, key)
        with Client(SOURCES["simnakis"], where) as client, pytest.raises(SourceUnavailable) as caught:
            client.get("/api/keluarga", {})
        assert proxy.asked == []
    assert "simnakis_api" in str(caught.value) and "kunci" not in str(caught.value)


def test_a_key_with_a_blank_within_is_sent_as_it_is():
    with FakeServer([], 10) as server, Proksi(("127.0.0.1", server.port), always(g.answer({}))) as proxy:
        where = Connection("simnakis_api", "http", f"{proxy.url}/dasar", None, None, "kunci uji  2026")
        with Client(SOURCES["simnakis"], where) as client:
            client.get("/api/keluarga", {})
        assert proxy.data[0].headers["X-API-Key"] == "kunci uji  2026"


def test_every_request_goes_to_a_declared_path_whatever_the_rows_say(store):
    """Photos and evidence stay where they are: an address in a row is a text."""
    with Proksi(("127.0.0.1", 1)) as elsewhere:
        lures = {"foto": [{"sha256": "0" * 64, "url": f"{elsewhere.url}/f.jpg"}], "bukti": f"{elsewhere.url}/b",
                 "alamat": f"{elsewhere.url}/a", "next": f"{elsewhere.url}/n"}  # fmt: skip
        for sumber, made in (("dtjateng", household), ("simnakis", family)):
            access = SOURCES[sumber].akses
            with FakeServer([made(i, **lures) for i in range(1, 26)], 10) as server:
                links = g.change(lambda page: page | {"url": f"{elsewhere.url}/x", "links": {"next": elsewhere.url}})
                outcome = Reading(sumber, server, store)(lambda asked: links if asked.data else None)  # noqa: B023
            assert outcome.extracted.keterangan["baris"] == 25
            declared = {f"/dasar{path}" for path in (access.jalur, access.jalur_token) if path}
            assert {asked.path for asked in outcome.proxy.asked} == declared
        assert elsewhere.asked == []


def test_one_module_a_protocol_speaks_to_the_network_and_it_switches_nothing_off():
    """Also: every path that a connector asks for is a declared one."""
    speaks = {"httpx", "requests", "urllib3", "aiohttp", "http", "socket", "ssl", "ftplib", "smtplib", "asyncio"}
    found, ssh, paths = set(), set(), set()
    for file in CONNECTORS.rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
                if {name.split(".")[0] for name in names} & speaks or "urllib.request" in names:
                    found.add(file.name)
                if "paramiko" in names:
                    ssh.add(file.name)
            if isinstance(node, ast.keyword):
                assert node.arg not in ("cert", "check_hostname", "verify_mode", "trust_env"), file
                assert node.arg != "verify" or ast.unparse(node.value) == "trusted", file
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("CERT_NONE", "_create_unverified_context"), file
                # What would ask for no host key, or for keys that no connection names.
                assert node.attr not in ("SSHClient", "Agent", "AutoAddPolicy", "WarningPolicy"), file
            asks = ("client.get", "client.send", "client.ask", "self._client.ask")
            if isinstance(node, ast.Call) and ast.unparse(node.func) in asks:
                paths.add(ast.unparse(node.args[0 if node.func.attr == "get" else 1]))
    assert found == {"exchange.py", "sftp.py"} and ssh == {"sftp.py", "ssh.py"}
    assert paths == {"access.jalur", "feed.akses.jalur", "path"}
    assert "path = self._client.source.akses.jalur_token" in (CONNECTORS / "core/authentication.py").read_text()


def test_what_is_trusted_is_checked_against_the_hosts_name():
    trusted = exchange._trusted(None, None)
    assert (trusted.verify_mode, trusted.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_proxy_of_the_environment_is_used_for_others_and_never_for_this_machine(tired_simnakis, monkeypatch):
    page = json.dumps(tired_simnakis.server.numbered_page(1) | {"meta": {"total": 10, "total_halaman": 1}}).encode()
    with Proksi(("127.0.0.1", 1), always(g.answer(page))) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert tired_simnakis(lambda asked: None).same_as(tired_simnakis.clean)
        assert proxy.asked == []
        outcome = tired_simnakis.through(proxy, "http://simnakis.invalid")
        assert outcome.extracted.keterangan["baris"] == 10
        assert proxy.asked[0].target.startswith("http://simnakis.invalid/dasar/api/keluarga?")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "gopher://x"])
def test_a_proxy_that_cannot_be_used_is_told_and_is_no_reason_to_go_without(tired_simnakis, monkeypatch, proxy):
    monkeypatch.setenv("ALL_PROXY", proxy)
    with Proksi(("127.0.0.1", 1)) as none:
        outcome = tired_simnakis.through(none, "http://simnakis.invalid")
    final(outcome, "HTTP_PROXY", 0)
    assert tired_simnakis(lambda asked: None).same_as(tired_simnakis.clean)


def test_a_host_that_no_one_knows_is_told(tired_simnakis):
    with Proksi(("127.0.0.1", 1)) as none:
        outcome = tired_simnakis.through(none, "http://simnakis.invalid")
    assert isinstance(outcome.error, SourceUnavailable) and outcome.waits == FULL_TRIES
    assert "the host name is not known" in str(outcome.error)
    outcome = tired_simnakis.through(none, f"http://{'a' * 80}.id")
    assert isinstance(outcome.error, SourceUnavailable)


def test_ipv6_loopback_is_read_and_needs_no_proxy(tired, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with Proksi(("127.0.0.1", tired.server.port), host="::1") as proxy:
        assert proxy.url.startswith("http://[::1]:")
        assert tired.through(proxy, proxy.url).same_as(tired.clean)


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> dict[str, Path]:
    """A certificate for 127.0.0.1 and one for another host, each its own authority; files with key and certificate."""
    folder = tmp_path_factory.mktemp("sertifikat")
    return {name: _certificate(folder / f"{name}.pem", name) for name in ("127.0.0.1", "127.0.0.9")}


def _certificate(path: Path, address: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "uji")])
    now = dt.datetime.now(dt.UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(now - dt.timedelta(1)).not_valid_after(now + dt.timedelta(1))
        .add_extension(alternative, False).add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


class TlsServer:
    """Answers every request with one page over TLS; `plain` counts connections that did not begin with TLS."""

    def __init__(self, certificate: Path, page: bytes):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.page, self.answered, self.plain = page, 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(10)
            with connection:
                self.plain += connection.recv(1, socket.MSG_PEEK) != b"\x16"
                try:
                    with self.context.wrap_socket(connection, server_side=True) as secure:
                        secure.recv(65536)
                        self.answered += 1
                        length = f"Content-Length: {len(self.page)}\r\n\r\n".encode()
                        secure.sendall(b"HTTP/1.1 200 OK\r\n" + length + self.page)
                except OSError:
                    continue


def test_a_certificate_that_is_not_accepted_ends_the_read_and_nothing_is_sent(authority, store, monkeypatch):
    page = json.dumps({"data": [family(1)], "meta": {"total": 1, "total_halaman": 1}}).encode()
    for trusted, shown in ((None, "127.0.0.1"), ("127.0.0.9", "127.0.0.9"), ("127.0.0.9", "127.0.0.1")):
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(authority[trusted]))
        with TlsServer(authority[shown], page) as server:
            waits, error = read_tls(server, store)
        assert "the TLS certificate is not accepted" in str(error) and said(str(error)) == []
        assert (waits, server.answered, server.plain) == (FULL_TRIES, 0, 0)
    # The control: what is trusted is read.
    monkeypatch.setenv("SSL_CERT_FILE", str(authority["127.0.0.1"]))
    with TlsServer(authority["127.0.0.1"], page) as server:
        assert read_tls(server, store) == ([], None)
        assert (server.answered, server.plain) == (1, 0)


def read_tls(server: TlsServer, store) -> tuple[list[float], Exception | None]:
    waits: list[float] = []
    source = SOURCES["simnakis"]
    where = Connection("simnakis_api", "http", server.url, None, None, "rahasia-uji")
    with Client(source, where, sleep=waits.append, now=lambda: NOW) as client:
        try:
            read_all(client, source, "2026-06", {}, store)
        except SourceUnavailable as error:
            return waits, error
    return waits, None


def test_https_to_a_host_that_has_none_does_not_fall_back_to_http(tired_simnakis):
    asked: list[Asked] = []
    with Proksi(("127.0.0.1", tired_simnakis.server.port), lambda a: asked.append(a)) as proxy:
        outcome = tired_simnakis.through(proxy, proxy.url.replace("http:", "https:"))
    assert isinstance(outcome.error, SourceUnavailable) and outcome.waits == FULL_TRIES
    assert asked == []


def test_certificates_of_the_environment_that_are_not_there_are_told(monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "tidak-ada.pem"))
    where = Connection("simnakis_api", "http", "https://127.0.0.1:9", None, None, "rahasia-uji")
    with pytest.raises(SourceUnavailable, match="SSL_CERT_FILE"):
        Client(SOURCES["simnakis"], where)
