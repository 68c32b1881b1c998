"""Addresses of REST sources: schemes, IPv6, base_path, and what a URI escapes."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from connectors.interface import connection

SECRET = "p@s:s/w#r?d %41+&=[é"


def read(written: str | dict) -> object:
    return connection("uji_api", {"AIRFLOW_CONN_UJI_API": written if isinstance(written, str) else json.dumps(written)})


@pytest.mark.parametrize(
    ("written", "base_url"),
    [
        ({"conn_type": "http", "host": "::1", "port": 8101}, "http://[::1]:8101"),
        ({"conn_type": "http", "host": "[::1]", "port": 8101, "schema": "https"}, "https://[::1]:8101"),
        ({"conn_type": "http", "host": "http://[::1]:8101/di/"}, "http://[::1]:8101/di"),
        ({"conn_type": "http", "host": "fd00::7"}, "http://[fd00::7]"),
        ({"conn_type": "http", "host": "127.0.0.1:8101"}, "http://127.0.0.1:8101"),
        ("http://[::1]:8101/", "http://[::1]:8101"),
        ("http://a:b@[::1]:8101/https", "https://[::1]:8101"),
        ("http://a:b@%3A%3A1:8101/", "http://[::1]:8101"),
        ("http://https://a:b@[::1]:8101", "https://[::1]:8101"),
        ({"conn_type": "http", "host": "HTTPS://Contoh.id", "schema": "http"}, "https://contoh.id"),
        ({"conn_type": "http", "host": "contoh.id", "schema": "HTTPS"}, "https://contoh.id"),
        ({"conn_type": "https", "host": "contoh.id"}, "https://contoh.id"),
        ({"conn_type": "https", "host": "contoh.id", "schema": "http"}, "http://contoh.id"),
        ("https://contoh.id", "https://contoh.id"),
        ("https://a:b@contoh.id:8443/", "https://contoh.id:8443"),
        ("http://a:b@https%3A%2F%2Fcontoh.id%2Fgerbang/http?base_path=%2Fuji%2F", "https://contoh.id/gerbang/uji"),
        ("http://h/?base_path=a%2Fb", "http://h/a/b"),
        ({"conn_type": "http", "host": "h", "extra": {"base_path": "//a//b/"}}, "http://h/a/b"),
        ({"conn_type": "http", "host": "h", "extra": {"base_path": None}}, "http://h"),
        ({"conn_type": "http", "host": "h", "port": "8101", "extra": ""}, "http://h:8101"),
    ],
)
def test_addresses(written, base_url):
    assert read(written).base_url == base_url


def test_what_a_uri_escapes_comes_back_as_it_was():
    found = read(f"http://{quote(SECRET, safe='')}:{quote(SECRET, safe='')}@h:1/?base_path={quote('/a b', safe='')}")
    assert (found.login, found.password, found.base_url) == (SECRET, SECRET, "http://h:1/a b")
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    "written",
    [
        {"conn_type": "http", "host": "ftp://h", "password": SECRET}, {"conn_type": "http", "password": SECRET},
        {"conn_type": "http", "host": "", "password": SECRET}, {"conn_type": "http", "host": 7, "password": SECRET},
        {"conn_type": "http", "host": "h", "schema": "gopher", "password": SECRET},
        {"conn_type": "http", "host": "h", "port": "http", "password": SECRET},
        {"conn_type": "http", "host": "http://[h", "password": SECRET}, f"http://a:{SECRET}@h:1",
        f"http://a:{quote(SECRET)}@h:delapan",
    ],
)  # fmt: skip
def test_what_cannot_be_an_address_is_named_without_its_content(written):
    with pytest.raises(ValueError, match="AIRFLOW_CONN_UJI_API cannot be read") as caught:
        read(written)
    assert SECRET not in str(caught.value) and caught.value.__cause__ is None
