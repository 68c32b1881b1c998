"""Which kabupaten an installation serves, and what the seeds must hold of it before a source is read."""

from __future__ import annotations

import pytest

from sinkron import cli, database, reference
from sinkron import settings as settings_module
from sinkron.settings import SettingsError

WILAYAH = "kode,nama\n11.09,KAB. UJI\n11.09.01,Dalam\n11.09.01.2001,Lamerem II\n11.09.02,Luar\n11.09.02.1001,Kota\n"
BPS = "kode_kecamatan,kode_bps\n11.09.01,1101030\n11.09.02,1101020\n"


def check(
    tmp_path, monkeypatch, wilayah: str = WILAYAH, bps: str = BPS, code: str = "11.09", nama: str = "Uji"
) -> None:
    seeds = tmp_path / "dbt_project" / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "wilayah.csv").write_text(wilayah, newline="")
    (seeds / "kecamatan_bps.csv").write_text(bps)
    monkeypatch.setattr(settings_module, "ROOT", tmp_path)
    reference.check_region(settings_module.load({"SINKRON_WILAYAH": code, "SINKRON_NAMA_WILAYAH": nama}))


def test_a_district_that_the_seeds_hold_is_served(tmp_path, monkeypatch):
    check(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("told", "seeds"),
    [
        ("SINKRON_WILAYAH must be", {"code": "1109"}),
        ("SINKRON_NAMA_WILAYAH is not set", {"nama": ""}),
        ("wilayah.csv does not hold any kecamatan", {"code": "11.10"}),
        ("wilayah.csv does not hold 11.09.02", {"wilayah": WILAYAH.replace("11.09.02.1001,Kota\n", "")}),
        ("kecamatan_bps.csv does not hold 11.09.01, 11.09.02", {"bps": "kode_kecamatan,kode_bps\n"}),
        ("kecamatan_bps.csv does not hold 11.09.02", {"bps": BPS.replace("11.09.02,1101020\n", "")}),
        ("wilayah.csv is not as expected", {"wilayah": "\ufeff" + WILAYAH}),
        ("wilayah.csv is not as expected", {"wilayah": WILAYAH.replace(",", ";")}),
        ("wilayah.csv is not as expected", {"wilayah": f"{WILAYAH}11.09.02.1002,Lain\r\n"}),
        ("wilayah.csv: '11.09.01.2001' stands there twice", {"wilayah": f"{WILAYAH}11.09.01.2001,Lain\n"}),
        ("kecamatan_bps.csv: '11.09.02 ' stands there twice or is no code", {"bps": f"{BPS}11.09.02 ,1101021\n"}),
    ],
)
def test_what_the_seeds_lack_of_it_is_named(tmp_path, monkeypatch, told, seeds):
    with pytest.raises(SettingsError, match=told):
        check(tmp_path, monkeypatch, **seeds)


@pytest.mark.parametrize("command", [["month", "2026-06"], ["migrate"], ["up"]])
def test_nothing_is_begun_for_a_district_that_the_seeds_do_not_hold(tmp_path, monkeypatch, capsys, command):
    monkeypatch.setenv("SINKRON_HOME", str(tmp_path))
    monkeypatch.setenv("SINKRON_ENV_FILE", str(tmp_path / "env"))
    monkeypatch.setenv("SINKRON_WILAYAH", "99.99")
    monkeypatch.setenv("SINKRON_NAMA_WILAYAH", "Antah")
    monkeypatch.setattr(database, "migrate", lambda settings: pytest.fail("begun"))
    assert cli.main(command) == 1
    assert "SettingsError: seed wilayah.csv does not hold any kecamatan" in capsys.readouterr().err


def test_a_setting_that_is_left_empty_is_the_default(tmp_path):
    empty = settings_module.load({"SINKRON_HOME": str(tmp_path), "SINKRON_WILAYAH": "", "SINKRON_NAMA_WILAYAH": ""})
    default = settings_module.load({"SINKRON_HOME": str(tmp_path)})
    assert (empty.kabupaten, empty.nama_kabupaten) == (default.kabupaten, default.nama_kabupaten)


@pytest.mark.parametrize(
    ("code", "nama", "sebutan"), [("", "", "Kabupaten Blora"), ("33.73", "Salatiga", "Kota Salatiga")]
)
def test_what_a_report_calls_the_district(tmp_path, code, nama, sebutan):
    found = settings_module.load({"SINKRON_HOME": str(tmp_path), "SINKRON_WILAYAH": code, "SINKRON_NAMA_WILAYAH": nama})
    assert found.sebutan == sebutan
