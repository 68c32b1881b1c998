"""What `make month` and its siblings say where nobody foresaw an error."""

from __future__ import annotations

import pytest

from connectors.interface import connection
from sinkron import cli, outcomes

NIK = "3316080101800001"


def test_an_error_nobody_foresaw_is_told_by_its_place_and_not_by_what_it_quotes(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("SINKRON_HOME", str(tmp_path))
    monkeypatch.setattr(cli.period, "parse", lambda text: {}[NIK])
    assert cli.main(["reconcile", "2026-06"]) == 1
    told = capsys.readouterr().err
    assert NIK not in told
    assert told.splitlines()[-1].startswith("KeyError at tests/unit/sinkron/test_cli.py:")


def test_an_error_of_ours_is_told_in_its_own_words(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("SINKRON_HOME", str(tmp_path))
    assert cli.main(["reconcile", "2026-13"]) == 1
    assert "PeriodError: " in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["unknown"])


@pytest.mark.parametrize(("environ", "told"), [({}, "is not set"), ({"AIRFLOW_CONN_DTJATENG": "{"}, "cannot be read")])
def test_a_connection_that_is_missing_or_none_is_told_in_words(environ, told):
    with pytest.raises((KeyError, ValueError)) as caught:
        connection("dtjateng", environ)
    assert f": AIRFLOW_CONN_DTJATENG {told}" in outcomes.words(caught.value)
