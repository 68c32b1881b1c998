"""Tables that are written once and then only read are left alone by autovacuum, which would read each once more."""

from __future__ import annotations

from emas import Emas

TABLES = """
    select n.nspname || '.' || c.relname as nama, 'autovacuum_enabled=off' = any(coalesce(c.reloptions, '{}')) as diam,
        c.reltuples >= 0 as dihitung
    from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid
    where c.relkind = 'r' and n.nspname = any(%s) and c.relpersistence = %s
"""


def test_what_a_build_makes(emas: Emas):
    schemas = ["intermediate", "golden", "casework"]
    found = emas.rows(TABLES, schemas, "u")
    assert {row["nama"].split(".")[0] for row in found} == set(schemas)
    # They were counted for the planner when they were made.
    assert [row for row in found if not (row["diam"] and row["dihitung"])] == []


def test_what_readers_see_is_vacuumed_as_usual(emas: Emas):
    found = emas.rows(TABLES, ["rilis", "identitas", "kasus", "buku"], "p")
    assert len(found) > 20
    assert [row["nama"] for row in found if row["diam"]] == []
