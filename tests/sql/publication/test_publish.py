"""Publishing, publishing again, what it refuses, and rolling back."""

from __future__ import annotations

import json

import pytest
from rilis_uji import decide, make_candidate, make_tables, release, rows

from sinkron import contract, database, export, month, publish, questions, release_page
from sinkron import settings as settings_module
from sinkron.outcomes import GateHeld, NotReady, Rejected, Undecided
from sinkron.partitions import partition_name
from sinkron.steps import audit, compose
from sinkron.steps import list as list_step


def pointer(settings):
    return rows(settings, "select id_rilis from rilis.penunjuk")[0]["id_rilis"]


def statuses(settings):
    return {row["id_rilis"]: row["status"] for row in rows(settings, "select id_rilis, status from rilis.rilis")}


def test_a_candidate_becomes_what_readers_see(katalog):
    result = release(katalog, "2026-06/1", households=5)
    assert result["status"] == "terbit" and result["aktif"] is True
    assert result["baris"] == {
        "asal_usul": 0,
        "individu": 5,
        "kandidat_verifikasi": 5,
        "karantina": 5,
        "kasus": 5,
        "kepesertaan": 5,
        "masalah": 5,
        "neraca": 1,
        "perubahan": 5,
        "ringkasan_desa": 4,
        "ringkasan_kabupaten": 1,
        "rumah_tangga": 5,
        "tautan": 30,
    }
    seen = rows(katalog, "select count(*) as n, min(periode) as periode from publikasi.individu")[0]
    assert seen == {"n": 5, "periode": "2026-06"}
    assert rows(katalog, "select to_regclass('release.individu') as sisa")[0]["sisa"] is None
    listed = rows(katalog, "select status, aktif, penyetuju from publikasi.rilis")
    assert listed == [{"status": "terbit", "aktif": True, "penyetuju": "uji-verifikator"}]


def test_the_file_for_those_who_poll(katalog):
    result = release(katalog, "2026-06/1")
    path = katalog.outbox / "rilis" / "2026-06" / "1" / "rilis.json"
    document = json.loads(path.read_text())
    assert (document["periode"], document["revisi"], document["sha256"]) == ("2026-06", 1, result["sha256"])
    assert {name: table["baris"] for name, table in document["tabel"].items()} == result["baris"]
    assert [p.name for p in path.parent.iterdir()] == ["rilis.json"]


def test_a_second_run_changes_nothing_and_makes_the_file_good(katalog):
    first = release(katalog, "2026-06/1")
    path = katalog.outbox / "rilis" / "2026-06" / "1" / "rilis.json"
    before = path.read_bytes()
    path.unlink()
    state = rows(katalog, "select * from rilis.penunjuk"), rows(katalog, "select * from rilis.rilis")
    assert publish.publish(katalog, "2026-06") == first
    assert path.read_bytes() == before
    assert (rows(katalog, "select * from rilis.penunjuk"), rows(katalog, "select * from rilis.rilis")) == state


def test_without_a_decision_nothing_is_published(katalog):
    make_candidate(katalog, "2026-06/1")
    with pytest.raises(Undecided):
        publish.publish(katalog, "2026-06")
    assert pointer(katalog) is None and statuses(katalog) == {"2026-06/1": "kandidat"}


def test_a_rejected_candidate_is_never_published(katalog):
    decide(katalog, "2026-06/1", make_candidate(katalog, "2026-06/1"), "tolak")
    for _ in range(2):
        with pytest.raises(Rejected):
            publish.publish(katalog, "2026-06")
    assert pointer(katalog) is None


@pytest.mark.parametrize("verdict", [None, "gagal", "galat"])
def test_without_a_passing_verdict_nothing_is_published(katalog, verdict):
    decide(katalog, "2026-06/1", make_candidate(katalog, "2026-06/1"))
    with database.connect(katalog) as connection:
        if verdict:
            connection.execute("update audit.putusan_gerbang set putusan = %s", [verdict])
        else:
            connection.execute("delete from audit.putusan_gerbang")
    with pytest.raises(GateHeld):
        publish.publish(katalog, "2026-06")
    assert pointer(katalog) is None


def test_a_held_candidate_and_a_month_without_one(katalog):
    decide(katalog, "2026-06/1", make_candidate(katalog, "2026-06/1"))
    with database.connect(katalog) as connection:
        connection.execute("update rilis.rilis set status = 'ditahan'")
    with pytest.raises(GateHeld):
        publish.publish(katalog, "2026-06")
    with pytest.raises(NotReady):
        publish.publish(katalog, "2026-07")


def test_one_changed_cell_after_the_decision_stops_the_publish(katalog):
    decide(katalog, "2026-06/1", make_candidate(katalog, "2026-06/1"))
    with database.connect(katalog) as connection:
        connection.execute("update release.kepesertaan set program = 'PIP' where uid_individu = 'in3'")
    with pytest.raises(publish.CandidateChanged, match="changed: kepesertaan"):
        publish.publish(katalog, "2026-06")
    assert pointer(katalog) is None


@pytest.mark.parametrize(
    "change",
    [
        "update release.kepesertaan set program = 'PIP' where uid_individu = 'in3'",
        "delete from release.kepesertaan where uid_individu = 'in3'",
        "insert into release.kepesertaan select * from release.kepesertaan limit 1",
        "create temp table satu on commit drop as select * from release.kepesertaan limit 1;"
        " delete from release.kepesertaan where ctid in (select ctid from release.kepesertaan limit 1);"
        " insert into release.kepesertaan select * from satu",
        "truncate release.kepesertaan",
    ],
)
def test_whatever_touches_a_row_breaks_the_seal_of_its_table(katalog, change):
    make_candidate(katalog, "2026-06/1")
    with database.connect(katalog) as connection:
        before = publish.seal_tables(connection)
        connection.commit()
        assert publish.seal_tables(connection) == before
        connection.execute(change)
        after = publish.seal_tables(connection)
    assert {name for name in before if before[name] != after[name]} == {"kepesertaan"}


def test_a_candidate_whose_seals_hold_is_not_hashed_again(katalog, monkeypatch):
    decide(katalog, "2026-06/1", make_candidate(katalog, "2026-06/1"))
    monkeypatch.setattr(publish, "hash_tables", lambda *_: pytest.fail("hashed again"))
    publish.publish(katalog, "2026-06")
    assert pointer(katalog) == "2026-06/1"


@pytest.mark.parametrize(
    "change",
    [
        "alter table release.individu alter column revisi type bigint",
        "alter table release.individu drop column nik_status",
        "alter table release.individu add column tambahan text",
        "drop table release.neraca",
    ],
)
def test_a_candidate_unlike_its_contract_stops_the_publish(katalog, change):
    decide(katalog, "2026-06/1", make_candidate(katalog, "2026-06/1"))
    with database.connect(katalog) as connection:
        connection.execute(change)
    with pytest.raises(publish.ContractBroken, match=r"release\.(individu|neraca)"):
        publish.publish(katalog, "2026-06")
    assert pointer(katalog) is None


@pytest.mark.parametrize(
    "change", ["update release.neraca set diterima = 7", "update release.individu set id_rilis = '2026-05/1'"]
)
def test_rows_of_another_release_or_a_broken_balance_cannot_be_attached(katalog, change):
    decide(katalog, "2026-06/1", make_candidate(katalog, "2026-06/1", change=change))
    with pytest.raises(database.DatabaseError, match="23514"):
        publish.publish(katalog, "2026-06")
    assert pointer(katalog) is None and statuses(katalog) == {"2026-06/1": "kandidat"}


def test_the_hash_is_of_content_alone(katalog):
    with database.connect(katalog) as connection:
        make_tables(connection, "2026-06/1", 50)
        tables, sha256 = publish.hash_tables(connection, "2026-06/1")
        connection.execute("create table release.salin as select * from release.individu order by random()")
        connection.execute("truncate release.individu")
        connection.execute("insert into release.individu select * from release.salin")
        connection.execute("drop table release.salin")
        connection.execute("set datestyle = 'SQL, DMY'")
        assert publish.hash_tables(connection, "2026-06/1") == (tables, sha256)
        make_tables(connection, "2026-06/2", 50)
        assert publish.hash_tables(connection, "2026-06/2") == (tables, sha256)
        connection.execute("update release.individu set nik = null where uid_individu = 'in7'")
        changed, other = publish.hash_tables(connection, "2026-06/2")
        assert other != sha256
        assert {name for name in tables if tables[name] != changed[name]} == {"individu"}


def test_the_hash_of_a_release_is_that_of_its_candidate(katalog):
    result = release(katalog, "2026-06/1")
    with database.connect(katalog) as connection:
        assert publish.hash_tables(connection, "2026-06/1")[1] == result["sha256"]


def test_the_newest_month_stays_active_when_an_older_one_is_revised(katalog):
    release(katalog, "2026-06/1", 3)
    release(katalog, "2026-07/1", 4)
    late = release(katalog, "2026-06/2", 5)
    assert late["aktif"] is False and pointer(katalog) == "2026-07/1"
    assert statuses(katalog) == {"2026-06/1": "digantikan", "2026-07/1": "terbit", "2026-06/2": "terbit"}
    assert rows(katalog, "select count(*) as n from publikasi.rumah_tangga")[0]["n"] == 4
    newest = release(katalog, "2026-07/2", 6)
    assert newest["aktif"] is True and rows(katalog, "select count(*) as n from publikasi.individu")[0]["n"] == 6


def test_rollback_is_audited_and_the_withdrawn_content_stays_away(katalog):
    release(katalog, "2026-06/1", 3)
    bad = release(katalog, "2026-07/1", 4)
    for _ in range(2):  # again: no second withdrawal
        result = publish.rollback(katalog, "2026-06/1", "uji-kepala", "angka desa terbalik")
    assert result["id_rilis"] == pointer(katalog) == "2026-06/1"
    assert statuses(katalog) == {"2026-06/1": "terbit", "2026-07/1": "ditarik"}
    assert rows(katalog, "select dari, ke, oleh, alasan from audit.putar_balik") == [
        {"dari": "2026-07/1", "ke": "2026-06/1", "oleh": "uji-kepala", "alasan": "angka desa terbalik"}
    ]
    assert rows(katalog, "select count(*) as n from publikasi.individu")[0]["n"] == 3
    document = json.loads((katalog.outbox / "rilis" / "2026-07" / "1" / "rilis.json").read_text())
    assert document["status"] == "ditarik"
    assert make_candidate(katalog, "2026-07/2", 4) == bad["sha256"]
    with pytest.raises(Rejected, match="sudah ditarik"):
        publish.publish(katalog, "2026-07")


def test_a_candidate_that_was_withdrawn_unseen_is_not_what_is_published(katalog):
    """The source took its correction back, so the month's release is made of what counts again."""
    first = release(katalog, "2026-06/1", 3)
    make_candidate(katalog, "2026-06/2", 4)
    with database.connect(katalog) as connection:
        compose._withdraw_open(connection, "2026-06")
    assert statuses(katalog) == {"2026-06/1": "terbit", "2026-06/2": "ditarik"}
    assert publish.publish(katalog, "2026-06") == first
    told = month.summary(katalog, "2026-06")
    assert (told["revisi"], told["status"]) == (1, "terbit")
    # And corrects it again in the same way: nobody decided against that.
    again = release(katalog, "2026-06/3", 4)
    assert (again["id_rilis"], again["status"]) == (pointer(katalog), "terbit")


def test_after_a_rollback_a_month_has_the_one_release_that_readers_see(katalog):
    release(katalog, "2026-06/1", 3)
    release(katalog, "2026-07/1", 4)
    release(katalog, "2026-06/2", 5)
    publish.rollback(katalog, "2026-06/1", "uji-kepala", "angka desa terbalik")
    assert pointer(katalog) == "2026-06/1"
    assert statuses(katalog) == {"2026-06/1": "terbit", "2026-06/2": "digantikan", "2026-07/1": "ditarik"}
    with database.connect(katalog) as connection:
        assert list_step._released(connection, "2026-06") == "2026-06/1"
        assert audit._already_judged(connection, "2026-06")["id_rilis"] == "2026-06/1"
        # What comes next is compared with it.
        assert compose._candidate(connection, "2026-08", "s", "k", {})["id_sebelum"] == "2026-06/1"
    assert export.export(katalog, "2026-06")["id_rilis"] == "2026-06/1"
    assert publish.publish(katalog, "2026-06")["id_rilis"] == "2026-06/1"
    # The file for those who poll, of the one that lost its place too.
    document = json.loads((katalog.outbox / "rilis" / "2026-06" / "2" / "rilis.json").read_text())
    assert document["status"] == "digantikan"


def test_what_comes_after_a_rollback_over_months_is_compared_with_what_readers_see(katalog):
    for id_rilis in ("2026-06/1", "2026-07/1", "2026-08/1"):
        release(katalog, id_rilis)
    publish.rollback(katalog, "2026-06/1", "uji-kepala", "angka desa terbalik")
    with database.connect(katalog) as connection:
        before = [compose._candidate(connection, m, "s", "k", {})["id_sebelum"] for m in ("2026-09", "2026-06")]
    assert before == ["2026-06/1", "2026-06/1"]


def test_the_page_for_operators_tells_the_time_of_the_office(katalog, monkeypatch):
    """Whatever the zone of the server, and named as in the warning of an earlier rejection."""
    release(katalog, "2026-06/1")
    with database.connect(katalog) as connection:
        connection.execute("update rilis.rilis set diterbitkan = '2026-07-31 20:30+00'")
    elsewhere = {"DATABASE_URL": f"{katalog.values['DATABASE_URL']}?options=-c%20timezone%3DUTC"}
    settings = settings_module.load({**katalog.values, **elsewhere})
    monkeypatch.setattr(release_page.settings_module, "load", lambda: settings)
    (_, (row,)), *_ = release_page.sections()
    assert (row["id_rilis"], row["diterbitkan"]) == ("2026-06/1", "2026-08-01 03:30 WIB")


def test_the_page_for_operators_tells_a_failed_check_once_as_the_gate_judged_it_last(katalog, monkeypatch):
    sha256 = release(katalog, "2026-06/1")["sha256"]
    with database.connect(katalog) as connection:
        for hasil, periksa in (("gagal", "a"), ("gagal", "a"), ("gagal", "b"), ("lulus", "b")):
            connection.execute(
                "insert into audit.hasil_periksa (gerbang, subjek, sha256, periksa, keparahan, kalimat, hasil)"
                " values ('rilis', '2026-06/1', %s, %s, 'peringatan', 'kalimat ' || %s, %s)",
                [sha256, periksa, periksa, hasil],
            )
    monkeypatch.setattr(release_page.settings_module, "load", lambda: katalog)
    assert [row["kalimat"] for row in release_page.sections()[1][1]] == ["kalimat a"]


def test_who_approves_is_told_of_a_delivery_of_an_earlier_month_and_what_the_changes_are_against(katalog):
    release(katalog, "2026-06/1")
    make_candidate(katalog, "2026-07/1")
    with database.connect(katalog) as connection:
        connection.execute("update rilis.rilis set id_sebelum = '2026-06/1' where id_rilis = '2026-07/1'")
        for sumber, bulan, lama in (("dtsen", "2026-06", True), ("simnakis", "2026-07", False)):
            connection.execute(
                "insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, status)"
                " values (%(id)s, %(sumber)s, %(bulan)s, 1, repeat('0', 64), 'diterima')",
                {"id": f"{sumber}-{bulan}", "sumber": sumber, "bulan": bulan},
            )
            connection.execute(
                "insert into buku.susunan (id_rilis, sumber, id_kiriman, lama) values ('2026-07/1', %s, %s, %s)",
                [sumber, f"{sumber}-{bulan}", lama],
            )
        body = questions.body(connection, questions.question(connection, "publish", "2026-07", 1))
    assert "**Perhatian:** dtsen memakai kiriman lama, dari 2026-06." in body and "simnakis" not in body
    assert "**Perubahan terhadap 2026-06/1:**" in body


def test_rollback_goes_only_to_older_published_releases(katalog):
    release(katalog, "2026-06/1", 3)
    release(katalog, "2026-07/1", 4)
    make_candidate(katalog, "2026-07/2", 5)
    publish.rollback(katalog, "2026-06/1", "uji", "uji")
    for target, why in (("2026-07/1", "ditarik"), ("2026-07/2", "kandidat"), ("2026-08/1", "tidak dikenal")):
        with pytest.raises(publish.RollbackRefused, match=f"rilis {target} .*{why}; yang dapat ditampilkan lagi"):
            publish.rollback(katalog, target, "uji", "uji")
    assert pointer(katalog) == "2026-06/1"


def test_every_published_table_has_partition_and_indexes(katalog):
    release(katalog, "2026-06/1")
    for table in contract.released(contract.load()):
        wanted = len(table.indexes) + bool(table.key)
        found = rows(
            katalog,
            "select count(*) as n from pg_index where indrelid = %s::regclass and indisvalid",
            [f"rilis.{partition_name(table.name, '2026-06/1')}"],
        )
        assert found[0]["n"] == wanted, table.name


def test_the_planner_knows_releases_over_all_their_partitions(katalog):
    release(katalog, "2026-06/1", households=5)
    # Whose rows policies hide, of that nobody is shown more than how many there are.
    known = rows(
        katalog,
        "select relname, reltuples::int as baris from pg_class where relnamespace = 'rilis'::regnamespace"
        " and relkind = 'p' and relname = any(%s) order by 1",
        [list(publish.READ_BACK)],
    )
    assert [tuple(row.values()) for row in known] == [
        ("asal_usul", 0), ("individu", 5), ("masalah", 5), ("rumah_tangga", 5), ("tautan", 30),
    ]  # fmt: skip
