"""A step opens few connections, and what one transaction did never reaches the next."""

from __future__ import annotations

import psycopg2
import pytest

from sinkron import database, dbt, ledger
from sinkron.ledger import Fenced
from sinkron.settings import Settings


def _server_process(connection) -> int:
    return connection.execute("select pg_backend_pid() as pid").fetchone()["pid"]


def test_transactions_of_a_step_take_turns_on_one_connection(gudang: Settings):
    with ledger.step(gudang, "stage", "2026-06", lock="uji") as run:
        with run.transaction() as first:
            first.execute("create table buku.uji (n integer)")
            one = _server_process(first)
        with run.transaction() as second, run.transaction() as beside:
            assert (_server_process(second) == one, _server_process(beside) == one) == (True, False)
    assert (first.closed, beside.closed) == (True, True)


def test_a_failed_transaction_leaves_nothing_and_its_connection_is_not_used_again(gudang: Settings):
    with ledger.step(gudang, "stage", "2026-06", lock="uji") as run:
        with run.transaction() as good:
            good.execute("create table buku.uji (n integer)")
        with pytest.raises(ValueError, match="berhenti"), run.transaction() as failed:
            failed.execute("insert into buku.uji values (1)")
            failed.execute("set local work_mem = '1MB'")
            raise ValueError("berhenti")
        assert failed is good and failed.closed
        with run.transaction() as next_one:
            assert next_one.execute("select count(*) as n from buku.uji").fetchone()["n"] == 0
            next_one.execute("insert into buku.uji values (2)")
    with database.connect(gudang) as reader:
        assert reader.execute("select n from buku.uji").fetchall() == [{"n": 2}]


def test_a_run_that_was_overtaken_writes_nothing_on_a_connection_that_it_kept(gudang: Settings):
    with ledger.step(gudang, "stage", "2026-06", lock="uji") as run:
        with run.transaction() as kept:
            kept.execute("create table buku.uji (n integer)")
        with database.connect(gudang) as newer:
            newer.execute("update buku.token set token = token + 1 where kunci = 'uji'")
        with pytest.raises(Fenced, match="token 1, the ledger says 2"), run.transaction() as late:
            late.execute("insert into buku.uji values (1)")
    with database.connect(gudang) as reader:
        assert reader.execute("select count(*) as n from buku.uji").fetchone()["n"] == 0


def test_dbt_opens_a_connection_for_each_thread_and_not_for_each_model(gudang: Settings, monkeypatch):
    opened = []

    def connect(*arguments, **options):
        opened.append(real(*arguments, **options))
        return opened[-1]

    real = psycopg2.connect
    monkeypatch.setattr(psycopg2, "connect", connect)
    with database.connect(gudang) as connection:
        connection.execute(
            "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode)"
            " values ('2026-06/1', '2026-06', 1, 'kandidat', 'a', 'b')"
        )
    with ledger.step(gudang, "stage", "2026-06", lock="kandidat") as run:
        counts = dbt.build(run, ledger.require_candidate(gudang, "2026-06"), "seeds", "models/staging")
    # Two threads build; dbt itself looks at the schemas before.
    assert sum(counts.values()) > 10
    assert len(opened) <= 4
    assert all(connection.closed for connection in opened)
