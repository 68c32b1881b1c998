"""What fails in dbt is named with its SQLSTATE; which delivery stands in for a missing one."""

from __future__ import annotations

import pytest
from dbt.task.runnable import GraphRunnableTask

from connectors.interface import Extracted
from sinkron import database, dbt, deliveries, ledger, month
from sinkron import settings as settings_module
from sinkron.settings import Settings
from sinkron.steps import compose, land


@pytest.mark.parametrize("noted", [True, False])
def test_a_failing_model_is_named_with_its_class_of_error(gudang: Settings, noted: bool, monkeypatch):
    """Also where dbt stops before it noted the failure, for --fail-fast races with the thread that failed."""
    if not noted:
        note = GraphRunnableTask._handle_result
        monkeypatch.setattr(
            GraphRunnableTask, "_handle_result",
            lambda task, result: None if result.status == "error" else note(task, result),
        )  # fmt: skip
    with database.connect(gudang) as connection:
        connection.execute("alter table pendaratan.dtsen_keluarga drop column alamat")
        connection.execute(
            "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode)"
            " values ('2026-06/1', '2026-06', 1, 'kandidat', 'a', 'b')"
        )
    with ledger.step(gudang, "stage", "2026-06", lock="kandidat") as run:
        candidate = ledger.require_candidate(gudang, "2026-06")
        with pytest.raises(dbt.BuildError) as caught:
            dbt.build(run, candidate, "models/staging/dtsen")
    said = str(caught.value)
    assert "model.sinkron.stg_dtsen__keluarga (error, SQLSTATE 42703)" in said
    assert "alamat" not in said and "LINE" not in said


def test_a_source_without_revisions_counts_by_what_it_said_last(gudang: Settings):
    """Accepted, then something else, then the first again: judged anew where something else was accepted meanwhile."""

    def read(connection, content: str, then: str | None = None) -> tuple[str, str]:
        digest = content * 64
        id_kiriman = deliveries.store(connection, Extracted("simnakis", "2026-06", 0, (), digest, {}))
        found = deliveries.newest(connection, "simnakis", "2026-06")
        assert found["id_kiriman"] == id_kiriman
        if then:
            connection.execute(
                "update buku.kiriman set status = 'digantikan' where status = 'diterima' and %s = 'diterima'", [then]
            )
            connection.execute(
                "update buku.kiriman set status = %s, kode = case when %s = 'ditolak' then 'kosong' end"
                " where id_kiriman = %s",
                [then, then, id_kiriman],
            )
        return found["sha256"][0], found["status"]

    with database.connect(gudang) as connection:
        assert read(connection, "a", then="diterima") == ("a", "disimpan")
        assert read(connection, "a") == ("a", "diterima")
        assert read(connection, "b", then="ditolak") == ("b", "disimpan")
        assert read(connection, "a") == ("a", "diterima")
        assert read(connection, "b", then="ditolak") == ("b", "disimpan")
        assert read(connection, "c", then="diterima") == ("c", "disimpan")
        # Rows of `a` that were quarantined and came back with `c`: they are pointed at and must stay.
        connection.execute("update buku.kiriman set sha256_isi = sha256")
        connection.execute(
            "insert into pendaratan.karantina (id_kiriman, berkas, nomor_baris, id_sumber, kode)"
            " select id_kiriman, 'keluarga', 1, 'x', 'wajib_kosong' from buku.kiriman where sha256 like 'a%'"
        )
        connection.execute(
            "insert into pendaratan.pemulihan (id_kiriman, berkas, nomor_baris, id_kiriman_karantina,"
            " nomor_baris_karantina) select c.id_kiriman, 'keluarga', 1, a.id_kiriman, 1"
            " from buku.kiriman as a inner join buku.kiriman as c on a.sha256 like 'a%' and c.sha256 like 'c%'"
        )
    # What it said before c counts again, as often as it changes its mind.
    for content in ("a", "c", "a"):
        with database.connect(gudang) as connection:
            assert read(connection, content) == (content, "digantikan")
        assert land.run(gudang, "2026-06", "simnakis")["status"] == "diterima"
        with database.connect(gudang) as connection:
            rows = connection.execute("select left(sha256, 1) as isi, status from buku.kiriman order by 1").fetchall()
        other = "c" if content == "a" else "a"
        assert {row["isi"]: row["status"] for row in rows} == {
            content: "diterima", other: "digantikan", "b": "ditolak",
        }  # fmt: skip


def test_an_older_month_takes_what_came_before_it_and_never_what_came_after(gudang: Settings):
    accepted = [("dtsen", "2026-03"), ("dtsen", "2026-04"), ("dtsen", "2026-07"), ("simnakis", "2026-05"),
                ("simnakis", "2026-07"), ("dtjateng", "2026-06"), ("dtjateng", "2026-07")]  # fmt: skip
    with database.connect(gudang) as connection:
        for sumber, periode in accepted:
            connection.execute(
                "insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, sha256_isi, status)"
                " values (%(id)s, %(sumber)s, %(periode)s, 1, %(id)s, %(id)s, 'diterima')",
                {"id": f"{sumber}-{periode}", "sumber": sumber, "periode": periode},
            )
        chosen, missing = compose._choose(connection, "2026-06", frozenset({"dtsen", "simnakis"}))
        assert missing == []
        assert {s: (row["id_kiriman"], row["lama"]) for s, row in chosen.items()} == {
            "dtsen": ("dtsen-2026-04", True), "dtjateng": ("dtjateng-2026-06", False),
            "simnakis": ("simnakis-2026-05", True),
        }  # fmt: skip
        assert compose._choose(connection, "2026-06", frozenset({"dtsen"}))[1] == ["simnakis"]
        # Nothing is earlier than the first.
        assert compose._choose(connection, "2026-02", frozenset({"dtsen", "simnakis", "dtjateng"}))[1] == [
            "dtsen", "dtjateng", "simnakis",
        ]  # fmt: skip


def test_a_month_is_published_of_what_its_sources_say_now(gudang: Settings):
    """Rows taken back: an open candidate of them is withdrawn; a release of them is followed by one without."""
    with database.connect(gudang) as connection:
        for sumber, isi in (("dtsen", "baru"), ("dtjateng", "isi"), ("simnakis", "isi")):
            connection.execute(
                "insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, sha256_isi, status)"
                " values (%(s)s, %(s)s, '2026-06', 1, %(s)s, %(isi)s, 'diterima')",
                {"s": sumber, "isi": isi},
            )
    assert compose.run(gudang, "2026-06")["id_rilis"] == "2026-06/1"

    def says(isi: str, status: str | None = None) -> dict:
        with database.connect(gudang) as connection:
            if status:
                connection.execute("update rilis.rilis set status = 'digantikan' where status = 'terbit'")
                connection.execute(
                    "update rilis.rilis set status = %s, sha256 = 'a', diterbitkan = now() where status = 'kandidat'",
                    [status],
                )
            connection.execute("update buku.kiriman set sha256_isi = %s where sumber = 'dtsen'", [isi])
        return compose.run(gudang, "2026-06")

    def stand() -> list[tuple[int, str]]:
        with database.connect(gudang) as connection:
            rows = connection.execute("select revisi, status from rilis.rilis order by 1").fetchall()
        return [(row["revisi"], row["status"]) for row in rows]

    assert says("lain", "terbit")["id_rilis"] == "2026-06/2"
    assert says("baru")["sudah_terbit"] is True
    assert stand() == [(1, "terbit"), (2, "ditarik")]
    assert month.summary(gudang, "2026-06")["revisi"] == 1
    assert says("lain")["id_rilis"] == "2026-06/3"
    assert says("baru", "terbit")["id_rilis"] == "2026-06/4"
    assert stand() == [(1, "digantikan"), (2, "ditarik"), (3, "terbit"), (4, "kandidat")]


def test_dbt_connects_as_the_address_says(gudang: Settings):
    """The server of the tests has no TLS: whoever insists on it does not get in, dbt neither."""

    def connects(parameters: str) -> bool:
        address = {"DATABASE_URL": f"{gudang.values['DATABASE_URL']}?{parameters}"}
        with dbt._environment(settings_module.load({**gudang.values, **address}), {}):
            return dbt._invoke(gudang.home / "dbt", "show", "--inline", "select 1").success

    assert connects("sslmode=disable&connect_timeout=9")
    assert not connects("sslmode=require")
