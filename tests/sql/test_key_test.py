"""The dbt test of keys of several columns: how many rows repeat one."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
from jinja2 import Environment

from sinkron import postgres
from sinkron.settings import Settings

TEST = Path(__file__).parents[2] / "dbt_project/tests/generic/unik_bersama.sql"


def _failures(instalasi: Settings, rows: str) -> int:
    """What dbt would count as failures of key (a, b) over these rows."""
    body = re.search(r"{% test .*?%}(.*){% endtest %}", TEST.read_text(encoding="utf-8"), re.DOTALL)[1]
    told = {}
    query = (
        Environment(autoescape=False)
        .from_string(body)
        .render(config=lambda **given: told.update(given) or "", model=f"({rows}) as t (a, b)", kolom=["a", "b"])
    )
    with psycopg.connect(postgres.ensure_running(instalasi).superuser_url) as connection:
        return connection.execute(f"select {told['fail_calc']} from ({query}) as gagal").fetchone()[0]


def test_keys_that_occur_once_pass(instalasi: Settings) -> None:
    assert _failures(instalasi, "values ('x', 'y'), ('xy', null), (null, 'xy'), ('y', 'x')") == 0
    assert _failures(instalasi, "select 'x', 'y' where false") == 0


def test_each_row_that_repeats_a_key_is_counted(instalasi: Settings) -> None:
    assert _failures(instalasi, "values ('x', 'y'), ('x', 'y'), ('x', 'y'), ('x', null), ('x', null)") == 3
