"""Reading a feed into the warehouse: cursor and rows together, repeats, kills, failures, and all feeds at once."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys

import pytest
from umpan_uji import JULY, FeedServer, aduan, at, execute, one, pengajuan, rows, verifikasi

from sinkron import cli, database, deliveries, failpoint, feeds, month, watch
from sinkron import settings as settings_module
from sinkron.outcomes import NotReady, SourceDown
from sinkron.settings import SettingsError

RUN = "from sinkron import feeds, settings; feeds.read(settings.load(), 'aduan', '2026-07')"
LANDED = "select id_sumber, versi from kasus.aduan order by 1, 2"
FIVE = [(f"AD-{n}", 1) for n in range(1, 6)]


@pytest.fixture
def server():
    """Five complaints in pages of two."""
    with FeedServer(2, aduan=[aduan(n) for n in range(1, 6)]) as made:
        yield made


def cursor(settings):
    return [kursor for (kursor,) in rows(settings, "select kursor from kasus.kursor where umpan = 'aduan'")]


def test_three_pages_land_with_their_cursor_ledger_and_balance(gudang, server):
    counts = feeds.read(at(gudang, server), "aduan", JULY)
    assert counts == {"halaman": 3, "diterima": 5, "baru": 5, "dikarantina": 0, "ulang": 0}
    assert rows(gudang, LANDED) == FIVE
    assert cursor(gudang) == ["5"]
    assert rows(gudang, "select sumber, periode::text, status from buku.kiriman") == [("aduan", JULY, "diterima")] * 3
    assert rows(
        gudang, "select berkas, p.diterima, dimuat, dikarantina from buku.pendaratan as p join buku.kiriman"
        " using (id_kiriman) order by urutan"
    ) == [("aduan", 2, 2, 0), ("aduan", 2, 2, 0), ("aduan", 1, 1, 0)]  # fmt: skip
    for (sha256,) in rows(gudang, "select sha256 from buku.berkas"):
        assert (gudang.landing / sha256[:2] / sha256).is_file()
    assert rows(gudang, "select langkah, sumber, hasil from buku.jalan") == [("feed", "aduan", "selesai")]


def test_the_next_read_goes_on_from_the_cursor_and_a_repeat_is_a_no_op(gudang, server):
    feeds.read(at(gudang, server), "aduan", JULY)
    assert feeds.read(at(gudang, server), "aduan", JULY)["diterima"] == 0
    assert server.requests[-1][1] == {"sejak": "5", "batas": "500"}
    assert one(gudang, "select count(*) from buku.kiriman") == 3
    # At least once: the source gives two old changes again, one of them with its keys in another order.
    old = dict(reversed(list(aduan(5).items())))
    server.hook = lambda *_: (200, {"data": [aduan(4), old, aduan(5, 2)], "kursor": "6", "lagi": False})
    counts = feeds.read(at(gudang, server), "aduan", "2026-08")
    assert (counts["diterima"], counts["baru"], cursor(gudang)) == (3, 1, ["6"])
    assert rows(gudang, LANDED) == [*FIVE, ("AD-5", 2)]
    assert one(gudang, "select count(*) from pelapor.aduan") == 6
    newest = "select diterima, dimuat from buku.pendaratan where id_kiriman like 'aduan-2026-08-%%'"
    assert rows(gudang, newest) == [(3, 3)]


def test_an_expired_cursor_in_mid_read_counts_nothing_twice(gudang, server):
    server.hook = lambda s, n, p, q: (410, {"galat": "kursor_kedaluwarsa"}) if n == 2 else None
    counts = feeds.read(at(gudang, server), "aduan", JULY)
    assert (counts["ulang"], counts["halaman"], counts["baru"]) == (1, 4, 5)
    assert rows(gudang, LANDED) == FIVE
    assert one(gudang, "select sum(diterima)::int from buku.pendaratan") == 5


@pytest.mark.parametrize(
    "broken",
    [
        (200, {"data": [aduan(9)], "lagi": False}),
        (200, {"data": [aduan(9)], "kursor": "2", "lagi": True}),
        (404, {"galat": "tidak_ada"}),
    ],
    ids=["no cursor", "looping cursor", "refused"],
)
def test_a_read_that_fails_keeps_what_landed_and_does_not_move_the_cursor(gudang, server, broken):
    server.hook = lambda s, n, p, q: broken if n == 2 else None
    with pytest.raises(SourceDown, match="umpan aduan tidak dapat dibaca: "):
        feeds.read(at(gudang, server), "aduan", JULY)
    assert (rows(gudang, LANDED), cursor(gudang)) == (FIVE[:2], ["2"])
    assert one(gudang, "select hasil from buku.jalan") == "gagal"
    server.hook = lambda *_: None
    assert feeds.read(at(gudang, server), "aduan", JULY)["baru"] == 3
    assert rows(gudang, LANDED) == FIVE


@pytest.mark.parametrize("name", failpoint.FEED)
def test_killed_anywhere_and_read_again(gudang, server, name):
    settings = at(gudang, server, SINKRON_FAILPOINT=f"{name}:kill")
    # The code of this tree, also where another one is installed.
    environ = {**os.environ, **settings.values, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", RUN], env=environ, capture_output=True, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-500:]
    landed = name == "feed.committed"
    assert cursor(gudang) == (["2"] if landed else [])
    assert rows(gudang, LANDED) == (FIVE[:2] if landed else [])
    counts = feeds.read(at(gudang, server), "aduan", JULY)
    assert (counts["baru"], cursor(gudang), rows(gudang, LANDED)) == (3 if landed else 5, ["5"], FIVE)
    assert one(gudang, "select sum(diterima)::int from buku.pendaratan") == 5


def test_all_feeds_are_read_by_command(gudang, capsys, monkeypatch):
    with FeedServer(500, aduan=[aduan(1)], pengajuan=[pengajuan(1)], verifikasi=[verifikasi(1)]) as server:
        for name, value in at(gudang, server).values.items():
            monkeypatch.setenv(name, value)
        assert cli.main(["feeds"]) == 0
        said = capsys.readouterr()
        assert said.out == ""
        assert [line.split()[1] for line in said.err.splitlines()] == ["aduan", "pengajuan", "verifikasi"]
        assert "diterima=1 baru=1" in said.err
        months = rows(gudang, "select distinct periode::text from buku.kiriman")
        assert months == rows(gudang, "select to_char(now() at time zone 'Asia/Jakarta', 'YYYY-MM')")
        server.hook = lambda s, n, p, q: (401, {"galat": "kunci_salah"}) if p == "/api/aduan" else None
        assert cli.main(["feeds"]) == 4
        said = capsys.readouterr().err.splitlines()
        assert "! feed aduan: SourceDown" in said[0] and "401 kunci_salah" in said[0]
        assert [line.split()[1] for line in said[1:]] == ["pengajuan", "verifikasi"]


def test_a_month_reads_what_is_configured_and_a_failing_feed_never_fails_it(gudang, server):
    said: list[str] = []
    server.hook = lambda s, n, p, q: (404, {"galat": "tidak_ada"}) if p != "/api/aduan" else None
    bratasena = {"AIRFLOW_CONN_BRATASENA_API": server.environment()["AIRFLOW_CONN_BRATASENA_API"]}
    settings = settings_module.load({**gudang.values, **bratasena, "AIRFLOW_CONN_SIMNAKIS_API": "{rusak"})
    with pytest.raises(SettingsError, match="AIRFLOW_CONN_DTSEN_INBOX is not set"):
        # No registry is configured here: the feeds came first and did not stop the month.
        month.run(settings, JULY, "none", said.append)
    assert rows(gudang, LANDED) == FIVE
    assert said[0] == "  feed aduan         halaman=3 diterima=5 baru=5 dikarantina=0 ulang=0"
    assert said[1].startswith("  ! feed pengajuan: SourceDown: umpan pengajuan tidak dapat dibaca: ")
    assert said[2].startswith("  ! feed verifikasi: Unreadable: AIRFLOW_CONN_SIMNAKIS_API cannot be read")


def test_a_feed_that_is_not_configured_is_left_out(gudang):
    said: list[str] = []
    assert feeds.read_all(gudang, said.append) and said == []
    with pytest.raises(NotReady, match="AIRFLOW_CONN_SIMNAKIS_API"):
        feeds.read(gudang, "verifikasi", JULY)
    assert one(gudang, "select count(*) from buku.jalan") == 0


def test_feeds_do_not_make_a_later_month_for_the_registries(gudang, server):
    feeds.read(at(gudang, server), "aduan", "2026-09")
    with database.connect(gudang) as connection:
        assert deliveries.landed_after(connection, "2026-07") is False
    assert watch.findings(gudang, dt.date(2026, 12, 1)) == []
    execute(
        gudang,
        "insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, status)"
        " values ('x', 'simnakis', '2026-08', 0, 'x', 'diterima')",
    )
    with database.connect(gudang) as connection:
        assert deliveries.landed_after(connection, "2026-07") is True
    assert {finding.periode for finding in watch.findings(gudang, dt.date(2026, 9, 20))} == {"2026-08"}
