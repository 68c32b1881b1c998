"""The dbt test of keys, of one column and of several: how many rows break one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg
from jinja2 import Environment

from sinkron import postgres
from sinkron.settings import Settings

TEST = Path(__file__).parents[2] / "dbt_project/tests/generic/kunci.sql"


def _failures(instalasi: Settings, rows: str, **key: Any) -> int:
    """What dbt would count as failures of a key over these rows (a, b)."""
    body = re.search(r"{% test .*?%}(.*){% endtest %}", TEST.read_text(encoding="utf-8"), re.DOTALL)[1]
    told = {}
    query = (
        Environment(autoescape=False)
        .from_string(body)
        .render(config=lambda **given: told.update(given) or "", model=f"({rows}) as t (a, b)", **key)
    )
    with psycopg.connect(postgres.ensure_running(instalasi).superuser_url) as connection:
        return connection.execute(f"select {told['fail_calc']} from ({query}) as gagal").fetchone()[0]


BOTH, FIRST = {"kolom": ["a", "b"]}, {"column_name": "a"}


def test_keys_that_occur_once_pass(instalasi: Settings) -> None:
    assert _failures(instalasi, "values ('x', 'y'), ('xy', null), (null, 'xy'), ('y', 'x')", **BOTH) == 0
    assert _failures(instalasi, "values ('x', 'y'), ('xy', null), ('y', 'y')", **FIRST) == 0
    for key in (BOTH, FIRST):
        assert _failures(instalasi, "select 'x', 'y' where false", **key) == 0


def test_each_row_that_repeats_a_key_is_counted(instalasi: Settings) -> None:
    assert _failures(instalasi, "values ('x', 'y'), ('x', 'y'), ('x', 'y'), ('x', null), ('x', null)", **BOTH) == 3
    assert _failures(instalasi, "values ('x', 'y'), ('x', 'z'), ('y', 'y'), ('x', null)", **FIRST) == 2


def test_each_row_without_its_one_key_is_counted(instalasi: Settings) -> None:
    assert _failures(instalasi, "values (null, 'y')", **FIRST) == 1
    assert _failures(instalasi, "values ('x', 'y'), (null, 'y'), (null, 'x'), ('x', null)", **FIRST) == 3
