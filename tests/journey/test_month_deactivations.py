"""The way out and back over HTTP and folders: killed at every place, a receiver away for nine days, four months."""

from __future__ import annotations

import csv
import json
import signal
from collections import Counter
from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest
from bulan_uji import JULY, JUNE, SCALE, SEED, Bulan, Pabrik, month_in_child

import sandbox
from connectors.core import client
from sinkron import database, failpoint, month
from sinkron import settings as settings_module
from sinkron.settings import Settings
from sinkron.steps import reconcile

SECONDS = 240
MONTHS = ["2026-06", "2026-07", "2026-08", "2026-09"]
ITEMS = "select id_baris, tujuan, status, kode_tolak from antrean.baris order by 1, 2"
PROPOSALS = """
    select id_baris, program, kode_alasan, bulan_efektif::text as bulan, bukti, array(
        select tujuan from antrean.baris as b where b.id_baris = u.id_baris order by tujuan
    ) as tujuan from kasus.usulan as u order by id_baris
"""
OPEN = "select count(*) as n from antrean.kiriman where status in ('siap', 'terkirim')"


def push(settings: Settings) -> int:
    """The month's list decided, sent and reconciled, as `make month` ends; rows that receivers took."""
    return month._deactivate(settings, JULY, "yes", lambda line: None, False)


def push_in_child(values: dict[str, str]) -> None:
    """Body of a process that a test kills: the last steps of a month."""
    push(settings_module.load(values))


def answered(bulan: Bulan, periode: str = JULY) -> None:
    """Receivers answer what they have, and it is read, until nothing more comes."""
    for _ in range(3):
        sandbox.answer_uploads(bulan.world, bulan.settings.inbox, bulan.settings.outbox)
        reconcile.run(bulan.settings, periode)


def took(bulan: Bulan) -> Counter:
    """How often each receiver took each row, by kind."""
    return Counter((r.receiver, r.id_baris, r.kind, r.bulan_efektif) for r in sandbox.received(bulan.world))


def news(bulan: Bulan) -> set[tuple[str, str]]:
    """(receiver, id_baris) of everything that was taken as new."""
    return {(r.receiver, r.id_baris) for r in sandbox.received(bulan.world) if r.kind == "new"}


@pytest.fixture(scope="module")
def tenang(pabrik: Pabrik, juli: Bulan) -> Bulan:
    """July's list sent and answered, undisturbed; only read."""
    made = pabrik.copy(juli, "keluar_tenang")
    sent = push(made.settings)
    answered(made)
    assert sent == len(news(made)) > 0
    assert made.rows(OPEN) == [(0,)]
    return made


def kill_at(processes, name: str, target, *arguments) -> None:
    """Run a process that is to die at this place, and see that it does."""
    process = processes.Process(target=target, args=arguments)
    process.start()
    process.join(SECONDS)
    assert process.exitcode == -signal.SIGKILL, (name, process.exitcode)


def test_killed_at_every_place_nothing_is_lost_and_nothing_doubled(
    pabrik: Pabrik, juni: Bulan, juli: Bulan, tenang: Bulan, processes
):
    bulan = pabrik.copy(juni, "keluar_dibunuh")
    bulan.deliver(JULY)
    killed = []
    for name in (name for name in failpoint.DEACTIVATION if name.startswith("decide.")):
        kill_at(processes, name, month_in_child, _with(bulan, name), JULY, "publish")
        killed.append(name)
        assert bulan.seen()[0] == f"{JUNE}/1"
    code, line = bulan.run(JULY, "publish")
    assert (code, line["status"], line["dikirim"]) == (0, "terbit", 0), bulan.said
    assert bulan.tables(f"{JULY}/1") == juli.tables(f"{JULY}/1")
    assert bulan.rows(PROPOSALS) == tenang.rows(PROPOSALS)
    for name in failpoint.DEACTIVATION[len(killed) :]:
        sandbox.answer_uploads(bulan.world, bulan.settings.inbox, bulan.settings.outbox)
        kill_at(processes, name, push_in_child, _with(bulan, name))
        killed.append(name)
    assert tuple(killed) == failpoint.DEACTIVATION

    push(bulan.settings)
    answered(bulan)
    assert bulan.rows(OPEN) == [(0,)]
    assert bulan.rows(ITEMS) == tenang.rows(ITEMS)
    assert took(bulan) == took(tenang)
    assert {count for key, count in took(bulan).items() if key[0] in ("dtjateng", "siks_ng")} == {1}
    assert sandbox.fate(bulan.world) == sandbox.fate(tenang.world)
    assert sandbox.violations(bulan.world) == []
    assert bulan.rows("select kode, count(*) as n from antrean.alarm group by 1") == []


def _with(bulan: Bulan, name: str) -> dict[str, str]:
    return {**bulan.settings.values, "SINKRON_FAILPOINT": f"{name}:kill"}


def test_a_receiver_that_is_away_for_nine_days_gets_everything_in_order(
    pabrik: Pabrik, juli: Bulan, tenang: Bulan, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client, "FIRST_PAUSE_SECONDS", 0.001)
    bulan = pabrik.copy(juli, "keluar_sembilan")
    nowhere = {"AIRFLOW_CONN_DTJATENG_API": json.dumps({"conn_type": "http", "host": "http://127.0.0.1:1"})}
    away = settings_module.load({**bulan.settings.values, **nowhere})
    push(away)
    for _ in range(9):
        sandbox.answer_uploads(bulan.world, bulan.settings.inbox, bulan.settings.outbox)
        counts = reconcile.run(away, JULY)
        assert set(counts["tidak_terjangkau"]) == {"dtjateng"} and "127.0.0.1" not in str(counts)
    states = (
        "select tujuan, status, count(*) as n from antrean.baris where tujuan {} 'dtjateng' group by 1, 2 order by 1, 2"
    )
    # The others went their way.
    assert bulan.rows(states.format("<>")) == tenang.rows(states.format("<>"))
    waiting = {status: count for _, status, count in bulan.rows(states.format("="))}
    assert waiting["disetujui"] == sum(tujuan == "dtjateng" for tujuan, _ in news(tenang))
    assert waiting.keys() <= {"disetujui", "dibatalkan"}
    tried = bulan.rows("select percobaan from antrean.kiriman where tujuan = 'dtjateng' order by id_kiriman")
    # Two of the queue are tried, for the first might be at fault itself; the others wait behind them.
    assert len(tried) > 2 and tried[:2] == [(11,), (11,)] and set(tried[2:]) == {(0,)}

    answered(bulan)
    assert bulan.rows(ITEMS) == tenang.rows(ITEMS)
    assert took(bulan) == took(tenang)
    stored = bulan.rows("select kunci from antrean.kiriman where tujuan = 'dtjateng' order by id_kiriman")
    came = [r.key for r in sandbox.received(bulan.world) if r.receiver == "dtjateng"]
    assert list(dict.fromkeys(came)) == [key for (key,) in stored]
    assert sandbox.violations(bulan.world) == []


# Of whom the receiver's last extract carries nobody: the dead are taken out of it without us.
GONE = """
    select u.id_baris, b.tujuan
    from kasus.usulan as u join antrean.baris as b using (id_baris)
    where not exists (
        select from rilis.tautan as t
        where t.id_rilis = %s and t.uid = coalesce(u.uid_individu, u.uid_rumah_tangga)
            and t.sumber = case b.tujuan when 'siks_ng' then 'dtsen' else b.tujuan end
    )
"""


def _right(fate: str | None, bulan_efektif: str, withdrawn: bool, gone: bool) -> str:
    """How a deactivation stands at the end of September by what its receiver truly did with it."""
    if fate is None:
        return "tidak_berlaku"
    if fate == "ditolak":
        return "ditolak"
    if withdrawn:
        return "dibatalkan"
    if bulan_efektif > MONTHS[-1]:
        return "diakui"
    if fate == "dibatalkan_sepihak" and gone:
        return "tercermin"
    if fate == "dibatalkan_sepihak":
        # Carried out for its month alone: June's was over before June's list was sent, September's is still to come.
        seen = {MONTHS[0]: "belum_tercermin", MONTHS[-1]: "tercermin"}
        return seen.get(bulan_efektif, "muncul_kembali")
    return {"dilaksanakan": "tercermin", "hilang": "tercermin" if gone else "belum_tercermin"}[fate]


@pytest.fixture(scope="module")
def cerita(instalasi: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bulan]:
    """Four months with everything sent and answered; only read."""
    folder = tmp_path_factory.mktemp("cerita")
    # A world in which every class of fate occurs at both.
    sandbox.build(folder / "asal", SCALE, SEED + 3, MONTHS)
    pabrik = Pabrik(instalasi, folder / "asal", folder)
    try:
        bulan = pabrik.new("keluar_cerita")
        _four_months(bulan)
        yield bulan
    finally:
        pabrik.close()


def _four_months(bulan: Bulan) -> None:
    known: set[tuple[str, str]] = set()
    for periode in MONTHS:
        bulan.deliver(periode)
        code, line = bulan.run(periode, "yes")
        assert (code, line["periode"], line["status"]) == (0, periode, "terbit"), bulan.said
        answered(bulan, periode)
        now = news(bulan)
        # The last line says what was sent in this run, and the receivers have exactly that.
        assert line["dikirim"] == len(now - known) > 0
        known = now
    assert {count for key, count in took(bulan).items() if key[0] in ("dtjateng", "siks_ng")} == {1}
    assert sandbox.violations(bulan.world) == []
    assert bulan.rows("select * from antrean.alarm") == []


def test_four_months_end_as_receivers_truly_did(cerita: Bulan):
    bulan = cerita
    fate = sandbox.fate(bulan.world)
    withdrawn = {id_baris for (id_baris,) in bulan.rows("select id_baris from kasus.pembatalan")}
    items = bulan.rows("select id_baris, tujuan, bulan_efektif, status from publikasi.penonaktifan order by 1, 2")
    gone = set(bulan.rows(GONE, f"{MONTHS[-1]}/1"))
    right = {
        (i, t): _right(fate.get((i, t)), month, i in withdrawn, (i, t) in gone) for i, t, month, _ in items
    }  # fmt: skip
    assert {(i, t): status for i, t, _, status in items} == right
    # Every class is among them, at both who answer late.
    for tujuan in ("dtjateng", "siks_ng"):
        classes = {status for (_, t), status in right.items() if t == tujuan}
        assert classes == {"ditolak", "dibatalkan", "diakui", "tercermin", "belum_tercermin", "muncul_kembali"}
    # What was taken back was told to whoever had it; what no receiver rejected is known by its reason.
    back = {key[:2] for key in took(bulan) if key[2] == "cancel"}
    assert back == {(t, i) for (i, t), status in right.items() if status == "dibatalkan"}
    rejected = bulan.rows(
        "select distinct tujuan, status, kode_tolak from publikasi.penonaktifan where kode_tolak is not null order by 1"
    )
    assert rejected == [("dtjateng", "ditolak", "DATA_TIDAK_SESUAI"), ("siks_ng", "ditolak", "NIK_TIDAK_PADAN")]
    # What was not done is known by name and age.
    report = bulan.settings.outbox / "laporan" / "penonaktifan" / f"{MONTHS[-1]}.csv"
    with report.open(encoding="utf-8", newline="") as file:
        standing = {(row["id_baris"], row["tujuan"]): row for row in csv.DictReader(file, delimiter=";")}
    still = ("diakui", "ditolak", "belum_tercermin", "muncul_kembali")
    assert {key: row["status"] for key, row in standing.items()} == {k: s for k, s in right.items() if s in still}
    ages = {row["bulan_efektif"]: row["umur_bulan"] for row in standing.values()}
    assert (ages["2026-06"], ages["2026-07"], ages["2026-10"]) == ("3", "2", "0")


def _truth(bulan: Bulan, name: str) -> list[dict]:
    parts = [bulan.world / "kebenaran" / periode / f"{name}.parquet" for periode in MONTHS]
    return [row for part in parts for row in pq.read_table(part).to_pylist()]


# Proposals with the case that they follow from and the true family or person, by most of its records.
PROPOSED = """
    with pemilik as (
        select distinct on (t.grain, t.uid) t.grain, t.uid, b.id_benar
        from rilis.tautan as t join benar as b using (grain, sumber, id_sumber)
        group by t.grain, t.uid, b.id_benar order by t.grain, t.uid, count(*) desc
    )
    select u.asal, u.id_kasus, u.program, coalesce(orang.id_benar, rumah.id_benar) as siapa, u.bulan_efektif::text
    from kasus.usulan as u
    left join pemilik as orang on orang.grain = 'individu' and orang.uid = u.uid_individu
    left join pemilik as rumah on rumah.grain = 'rumah_tangga' and rumah.uid = u.uid_rumah_tangga
        and u.uid_individu is null
"""
PERSONAL = ("PBI_JK", "PBI_PEMDA", "PIP", "KJS")


def test_what_is_deactivated_is_what_ought_to_be(cerita: Bulan):
    records = {(r["grain"], r["sumber"], r["id_sumber"], r["id_benar"]) for r in _truth(cerita, "rekaman")}
    with database.connect(cerita.settings) as connection:
        connection.execute("create temp table benar (grain text, sumber text, id_sumber text, id_benar bigint)")
        with connection.cursor().copy("copy benar from stdin") as copy:
            for record in records:
                copy.write_row(record)
        proposed = [tuple(row.values()) for row in connection.execute(PROPOSED)]
    cases = {case["id"]: case for case in _truth(cerita, "kasus") if case["jenis"] != "verifikasi"}
    died = {(who, program): month for asal, _, program, who, month in proposed if asal == "dukcapil"}
    made = {(case, program, who): month for asal, case, program, who, month in proposed if case in cases}

    upheld = {id_kasus: case for id_kasus, case in cases.items() if case["hasil_benar"] == "nonaktif"}
    missing = []
    for id_kasus, case in upheld.items():
        if not case["bulan_efektif"]:
            continue
        # Several complaints of one family are one investigation, and one of them carries its proposals.
        together = {i for i, c in upheld.items() if c["id_rumah_tangga"] == case["id_rumah_tangga"]}
        for program in case["program"]:
            who = case["id_orang"] if program in PERSONAL else case["id_rumah_tangga"]
            found = {made.get((i, program, who)) for i in together} - {None}
            earlier = died.get((who, program))
            if case["bulan_efektif"] not in found and not (earlier and earlier <= case["bulan_efektif"]):
                missing.append((id_kasus, case["kasus"], program, case["bulan_efektif"], found, earlier))
    assert missing == []
    # Nobody else: neither the one who was mistaken for another, nor anybody whose case ended otherwise.
    for id_kasus, program, who in made:
        case = cases[id_kasus]
        assert case["hasil_benar"] == "nonaktif", (id_kasus, case["kasus"], program)
        assert who == (case["id_orang"] if program in PERSONAL else case["id_rumah_tangga"]), (id_kasus, program)
    kinds = {cases[id_kasus]["kasus"] for id_kasus, _, _ in made}
    assert {
        "mampu",
        "meninggal",
        "dua_aduan",
        "asn",
        "desa_lain",
        "hanya_pkh",
        "lewat_batas",
        "graduasi_mandiri",
    } <= kinds
    assert {program for id_kasus, program, _ in made if cases[id_kasus]["kasus"] == "hanya_pkh"} == {"PKH"}
