"""Connections, store, source.yml and what is generated from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from deliveries import SOURCES

from connectors import generate
from connectors.interface import Store, connection, load_source, load_sources

ROOT = Path(generate.__file__).parent.parent


@pytest.mark.parametrize(
    ("text", "base_url", "login", "password"),
    [
        ({"conn_type": "http", "schema": "http", "host": "127.0.0.1", "port": 8101, "login": "a", "password": "b/c",
          "extra": {"base_path": "/uji/"}}, "http://127.0.0.1:8101/uji", "a", "b/c"),
        ({"conn_type": "http", "host": "https://contoh.id", "port": 443, "extra": '{"base_path": "x"}'},
         "https://contoh.id:443/x", None, None),
        ({"conn_type": "http", "host": "http://127.0.0.1:9/di", "schema": "https"},
         "http://127.0.0.1:9/di", None, None),
        ("http://a%40b:c%2Fd@127.0.0.1:8101/?base_path=%2Fuji", "http://127.0.0.1:8101/uji", "a@b", "c/d"),
        ("http://127.0.0.1:8101/https", "https://127.0.0.1:8101", None, None),
        ("http://:kunci@http%3A%2F%2F127.0.0.1:8101", "http://127.0.0.1:8101", "", "kunci"),
        ("http://x:y@h:1/?__extra__=%7B%22base_path%22%3A%20%22z%22%7D", "http://h:1/z", "x", "y"),
    ],
)  # fmt: skip
def test_connection_forms(text, base_url, login, password):
    written = text if isinstance(text, str) else json.dumps(text)
    found = connection("uji_api", {"AIRFLOW_CONN_UJI_API": written})
    assert (found.base_url, found.login, found.password) == (base_url, login, password)


def test_the_folder_of_a_connection():
    written = json.dumps({"conn_type": "fs", "extra": {"path": "/data/b"}})
    assert connection("masuk", {"AIRFLOW_CONN_MASUK": written}).path == Path("/data/b")
    assert connection("masuk", {"AIRFLOW_CONN_MASUK": "fs:///?path=%2Fdata%2Fa"}).path == Path("/data/a")


def test_connection_errors_show_no_content():
    with pytest.raises(KeyError, match="AIRFLOW_CONN_X"):
        connection("x", {})
    for text in ('{"conn_type": "http", "password": "rahasia"', '{"conn_type": "fs", "password": "rahasia"}'):
        with pytest.raises(ValueError, match="AIRFLOW_CONN_X") as caught:
            connection("x", {"AIRFLOW_CONN_X": text})
        assert "rahasia" not in str(caught.value)


def test_store_keeps_bytes_once_and_read_only(tmp_path):
    store = Store(tmp_path / "s")
    first, again = store.put(b"isi", "a.csv"), store.put(b"isi", "b.csv")
    assert (first.sha256, first.ukuran) == (again.sha256, 3)
    path = store.verified(first)
    assert path.stat().st_mode & 0o777 == 0o400
    assert path.relative_to(store.root).parts == (first.sha256[:2], first.sha256)
    assert sorted(p.name for p in store.root.rglob("*") if p.is_file()) == [first.sha256]
    path.chmod(0o600)
    path.write_bytes(b"lain")
    with pytest.raises(ValueError, match="another sha256"):
        store.verified(first)


def test_sources_load_and_a_source_without_thresholds_does_not(tmp_path):
    assert list(load_sources()) == ["dtjateng", "dtsen", "simnakis"]
    assert SOURCES["dtsen"].columns_landed("kepesertaan")[:3] == ("nomor_baris", "nasib", "id_keluarga")
    content = yaml.safe_load((ROOT / "connectors/dtsen/source.yml").read_text())
    del content["ambang"]
    (tmp_path / "dtsen").mkdir()
    (tmp_path / "dtsen/source.yml").write_text(yaml.safe_dump(content))
    with pytest.raises(ValueError, match="ambang"):
        load_source(tmp_path / "dtsen/source.yml")


def test_generated_files_are_current_and_a_changed_one_is_noticed(tmp_path, capsys):
    assert generate.main(["--check"]) == 0
    (tmp_path / "connectors").symlink_to(ROOT / "connectors")
    assert generate.main(["--check"], tmp_path) == 1
    assert generate.main([], tmp_path) == 0
    assert generate.main(["--check"], tmp_path) == 0
    ddl = (tmp_path / "plugins/sinkron/migrations/0100_pendaratan.sql").read_text("utf-8")
    assert ddl.count("partition by list (id_kiriman)") == 9
    assert "desil_nasional smallint" in ddl and "mentah jsonb" in ddl
    (tmp_path / "docs/sources.md").write_text("lain")
    assert generate.main(["--check"], tmp_path) == 1
    capsys.readouterr()
