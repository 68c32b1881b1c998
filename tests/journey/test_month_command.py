"""`python -m sinkron month` and `make month`, in processes of their own, over a warehouse in which nothing is yet."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
from bulan_uji import JULY, JUNE, Bulan, Pabrik
from kenari_uji import canaries

from sinkron import explanation, training
from sinkron.outcomes import NotReady
from sinkron.settings import ROOT, SettingsError

READY = ROOT / ".venv" / "ready"


def call(bulan: Bulan, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command with this installation in its environment, and nothing else of ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SINKRON_", "AIRFLOW", "DATABASE_URL", "APPROVE"))}
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **bulan.settings.values}, capture_output=True, text=True, timeout=600,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def bulan(pabrik: Pabrik) -> Bulan:
    return pabrik.new("perintah")


def test_two_months_by_command_end_as_they_do_elsewhere(bulan: Bulan, juli: Bulan):
    """Also: the same deliveries and key on an empty warehouse give the same tables, to the hash."""
    accepted = [{"sumber": s, "status": "diterima", "kode": None} for s in ("dtsen", "dtjateng", "simnakis")]
    said = ""
    for month in (JUNE, JULY):
        bulan.deliver(month)
        ended = call(bulan, *_month(month, "publish"))
        assert ended.returncode == 0, ended.stderr
        last = ended.stdout.splitlines()[-1]
        assert json.loads(last) == {
            "periode": month, "revisi": 1, "status": "terbit", "kiriman": accepted, "dikirim": 0,
        }  # fmt: skip
        for step in (
            "extract dtsen",
            "land simnakis",
            "compose",
            "stage",
            "verify",
            "link",
            "golden",
            "audit",
            "publish",
        ):
            assert f"  {step} " in ended.stderr, step
        said += ended.stdout + ended.stderr
    for id_rilis in (f"{JUNE}/1", f"{JULY}/1"):
        assert bulan.tables(id_rilis) == juli.tables(id_rilis)
    assert bulan.seen() == juli.seen()
    assert canaries(bulan.world).found(said) == set()


def test_a_month_that_is_not_delivered_ends_with_four(bulan: Bulan):
    ended = call(bulan, sys.executable, "-m", "sinkron", "month", "2026-08")
    assert ended.returncode == 4, ended.stderr
    last = json.loads(ended.stdout.splitlines()[-1])
    assert (last["periode"], last["revisi"], last["status"], last["dikirim"]) == ("2026-08", None, None, 0)
    # Simnakis serves what is now: the same rows as for July. The other two know of no such month.
    assert [(row["status"], row["kode"]) for row in last["kiriman"]] == [
        (None, None),
        (None, None),
        ("ditolak", "sama_dengan_bulan_lalu"),
    ]


def test_a_word_that_is_no_month_is_refused_with_what_was_expected(bulan: Bulan):
    ended = call(bulan, sys.executable, "-m", "sinkron", "month", "2026-13")
    assert ended.returncode not in (0, 3, 4, 5)
    assert "2026-13" in ended.stderr and "Traceback" not in ended.stderr


def _month(month: str, approve: str) -> list[str]:
    """Through the Makefile where it would not first install anything: it is the documented way."""
    installed = READY.exists() and READY.stat().st_mtime >= max(
        (ROOT / name).stat().st_mtime for name in ("requirements.txt", "pyproject.toml")
    )
    if month == JULY and installed and shutil.which("make"):
        return ["make", "--no-print-directory", "month", f"PERIODE={month}", f"APPROVE={approve}"]
    return [sys.executable, "-m", "sinkron", "month", month, "--approve", approve]


def test_a_model_trained_on_the_month_is_the_same_each_time_and_names_nobody(juli: Bulan, tmp_path):
    assert training.run(juli.settings, tmp_path / "m-a.json") == f"{JULY}/1"
    training.run(juli.settings, tmp_path / "m-b.json")
    first, second = ((tmp_path / f"{name}.json").read_text() for name in ("m-a", "m-b"))
    assert first.replace("m-a", "m-b") == second
    names = [c["output_column_name"] for c in json.loads(first)["comparisons"]]
    assert names == ["nama", "lahir", "ibu", "nik", "rumah"]
    assert canaries(juli.world).found(first) == set()


def test_without_a_month_there_is_nothing_to_train_on(pabrik: Pabrik, tmp_path):
    with pytest.raises(NotReady, match="belum ada bulan yang dibangun"):
        training.run(pabrik.new("tanpa_bulan").settings, tmp_path / "model.json")


def test_two_records_of_the_month_are_explained_without_anybodys_value(juli: Bulan):
    pair = juli.rows(
        "select a.sumber || ':' || a.id_sumber as a, b.sumber || ':' || b.id_sumber as b from rilis.tautan as a"
        " inner join rilis.tautan as b using (id_rilis, uid, grain) where id_rilis = %s and grain = 'individu'"
        " and a.aturan = 'nik_sama' and b.aturan = 'nik_sama' and a.sumber < b.sumber order by 1, 2 limit 1",
        f"{JULY}/1",
    )[0]
    lines = explanation.run(juli.settings, *pair)
    assert lines[-1].split()[-2:] == ["satu", "orang"]
    assert any(line.split() == ["aturan", "pasti", "nik_sama"] for line in lines)
    assert any("nik: sama" in line and float(line.split()[1]) > 5 for line in lines)
    assert canaries(juli.world).found("\n".join(lines)) == set()
    stranger = juli.rows(
        "select sumber || ':' || id_sumber from rilis.tautan where id_rilis = %s and grain = 'individu'"
        " and nasib = 'karantina' order by 1 limit 1",
        f"{JULY}/1",
    )[0][0]
    with pytest.raises(SettingsError, match=f"{JULY}/1: no person record of '{stranger.partition(':')[0]}'"):
        explanation.run(juli.settings, pair[0], stranger)
    with pytest.raises(SettingsError, match="B: expected <sumber>:<id_sumber>"):
        explanation.run(juli.settings, pair[0], "dtsen")


def test_a_model_goes_into_a_json_file_that_is_named(juli: Bulan, tmp_path):
    for name in ("", "model.txt"):
        with pytest.raises(SettingsError, match=r"FILE: got .*, expected the model's new file"):
            training.run(juli.settings, tmp_path / name)
