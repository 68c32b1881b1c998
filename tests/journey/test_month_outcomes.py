"""The exit codes of a month without a scheduler, and what readers see meanwhile (rules.md, "Running unattended")."""

from __future__ import annotations

from bulan_uji import JULY, JUNE, Bulan, Pabrik, set_manifest

from sinkron import database
from sinkron.steps import audit, land

FIRST = f"{JUNE}/1"


def codes(line: dict) -> dict[str, tuple]:
    return {row["sumber"]: (row["status"], row["kode"]) for row in line["kiriman"]}


def test_a_month_waits_for_what_is_missing_or_refused_and_then_for_a_person(pabrik: Pabrik, juni: Bulan):
    bulan = pabrik.copy(juni, "menunggu")
    before = bulan.seen()
    assert before[0] == FIRST

    bulan.pass_to(JULY)
    code, line = bulan.run(JULY, "yes")
    assert (code, line["revisi"], line["status"]) == (4, None, None)
    accepted = ("diterima", None)
    assert codes(line) == {"dtsen": (None, None), "dtjateng": accepted, "simnakis": accepted}

    delivered = bulan.deliver(JULY)
    set_manifest(delivered, "anggota.csv", sha256="0" * 64)
    code, line = bulan.run(JULY, "yes")
    assert (code, line["revisi"]) == (4, None)
    assert codes(line)["dtsen"] == ("ditolak", "manifest_tidak_cocok")
    report = bulan.report(f"dtsen/{JULY}/rev-1")
    assert set(report) == {"status", "kode", "pesan", "baris", "dikarantina"}
    assert (report["status"], report["kode"]) == ("ditolak", "manifest_tidak_cocok")
    assert "anggota.csv" in report["pesan"]
    # Nothing of it was loaded, June is as it was.
    assert bulan.one("select count(*) from pendaratan.dtsen_anggota where id_kiriman like %s", f"dtsen-{JULY}%") == 0
    assert bulan.deliveries("dtsen", JUNE) == [(1, "diterima", None)]
    assert (bulan.tables(FIRST), bulan.seen()) == (juni.tables(FIRST), before)

    bulan.deliver(JULY, 2)
    code, line = bulan.run(JULY)
    assert (code, line["revisi"], line["status"]) == (5, 1, "kandidat")
    assert bulan.deliveries("dtsen", JULY) == [(1, "ditolak", "manifest_tidak_cocok"), (2, "diterima", None)]
    assert bulan.report(f"dtsen/{JULY}/rev-2")["status"] == "diterima"
    assert bulan.seen() == before
    assert bulan.one("select count(*) from keputusan.putusan where id_rilis = %s", f"{JULY}/1") == 0
    waiting = bulan.tables(f"{JULY}/1")

    code, line = bulan.run(JULY, "publish")
    assert line == {
        "periode": JULY,
        "revisi": 1,
        "status": "terbit",
        "kiriman": [{"sumber": s, "status": "diterima", "kode": None} for s in ("dtsen", "dtjateng", "simnakis")],
        "dikirim": 0,
    }
    assert code == 0
    assert bulan.tables(f"{JULY}/1") == waiting
    assert bulan.seen() == (f"{JULY}/1", waiting["individu"]["baris"])
    decided = bulan.rows(
        "select jenis, jawaban, oleh, otomatis from keputusan.putusan where id_rilis = %s", f"{JULY}/1"
    )
    assert decided == [("publish", "setuju", "uji-verifikator", True)]


def test_what_a_gate_holds_or_a_person_rejects_is_not_published(pabrik: Pabrik, juni: Bulan, monkeypatch):
    bulan = pabrik.copy(juni, "ditahan")
    before = bulan.seen()
    bulan.deliver(JULY)

    load, judge = land._load, audit.run

    def load_and_lose(connection, delivery, landed):
        load(connection, delivery, landed)
        connection.execute(f"delete from pendaratan.{delivery['sumber']}_anggota where nomor_baris = 1")

    with monkeypatch.context() as planted:
        planted.setattr(land, "_load", load_and_lose)
        code, line = bulan.run(JULY, "yes")
    assert (code, line["revisi"], codes(line)["dtsen"]) == (3, None, ("disimpan", None))
    failed = bulan.rows(
        "select distinct periksa from audit.hasil_periksa where gerbang = 'pendaratan' and hasil = 'gagal'"
        " and keparahan = 'kritis' and subjek like %s",
        f"dtsen-{JULY}%",
    )
    assert failed == [("anggota_dimuat",)]
    assert bulan.one("select count(*) from buku.kiriman where periode = %s and status = 'diterima'", JULY) == 0

    def lose_and_judge(settings, periode):
        with database.connect(settings) as connection:
            connection.execute(
                "create table hilang as select * from release.individu where uid_individu ="
                " (select min(uid_individu) from release.individu)"
            )
            connection.execute("delete from release.individu where uid_individu in (select uid_individu from hilang)")
        return judge(settings, periode)

    with monkeypatch.context() as planted:
        planted.setattr(audit, "run", lose_and_judge)
        code, line = bulan.run(JULY, "yes")
    assert (code, line["revisi"], line["status"]) == (3, 1, "ditahan")
    assert bulan.seen() == before
    # `yes` never answers for a critical check, and none was asked.
    assert bulan.one("select count(*) from keputusan.putusan where id_rilis like %s", f"{JULY}/%") == 0

    with database.connect(bulan.settings) as connection:
        connection.execute("insert into release.individu select * from hilang")
    code, line = bulan.run(JULY, "reject")
    assert (code, line["revisi"], line["status"]) == (5, 1, "kandidat")
    rejected = bulan.tables(f"{JULY}/1")
    # The first answer is final, and nothing changed: no second candidate.
    code, line = bulan.run(JULY, "publish")
    assert (code, line["revisi"], line["status"]) == (5, 1, "kandidat")
    assert bulan.releases(JULY) == [(1, "kandidat")]
    assert bulan.seen() == before

    bulan.deliver(JULY, 2)
    code, line = bulan.run(JULY, "publish")
    assert (code, line["revisi"], line["status"]) == (0, 2, "terbit")
    assert bulan.releases(JULY) == [(1, "ditarik"), (2, "terbit")]
    assert bulan.tables(f"{JULY}/2")["individu"] != rejected["individu"]
    # What was rejected left no trace: no merge of it stands, and as much is published as where it never was.
    other = pabrik.copy(juni, "acuan")
    other.deliver(JULY, 2)
    assert other.run(JULY, "publish")[0] == 0
    assert bulan.one("select count(*) from identitas.peristiwa where id_rilis = %s", f"{JULY}/1") == 0
    superseded = "select uid from identitas.individu where digantikan_oleh is not null order by uid"
    assert bulan.rows(superseded) == other.rows(superseded) != []
    counted = [
        {name: table["baris"] for name, table in where.tables(id_rilis).items()}
        for where, id_rilis in ((bulan, f"{JULY}/2"), (other, f"{JULY}/1"))
    ]
    assert counted[0] == counted[1]
    assert bulan.seen()[0] == f"{JULY}/2"
    answers = bulan.rows(
        "select id_rilis, jawaban from keputusan.putusan where id_rilis like %s order by 1", f"{JULY}/%"
    )
    assert answers == [(f"{JULY}/1", "tolak"), (f"{JULY}/2", "setuju")]


def test_an_allowed_old_delivery_builds_the_month_and_is_marked(pabrik: Pabrik, juni: Bulan):
    bulan = pabrik.copy(juni, "lama")
    bulan.pass_to(JULY)
    code, line = bulan.run(JULY, "publish", IZINKAN_LAMA="dtsen")
    assert (code, line["revisi"], line["status"]) == (0, 1, "terbit")
    composed = bulan.rows(
        "select sumber, periode, lama from buku.susunan join buku.kiriman using (id_kiriman, sumber)"
        " where id_rilis = %s order by 1",
        f"{JULY}/1",
    )
    assert composed == [("dtjateng", JULY, False), ("dtsen", JUNE, True), ("simnakis", JULY, False)]
    assert bulan.seen()[0] == f"{JULY}/1"
    # The same again is nothing new; without the permission the month is complete no more, but what is out stays.
    assert bulan.run(JULY, "publish", IZINKAN_LAMA="dtsen")[0] == 0
    assert bulan.run(JULY, "publish")[0] == 4
    assert bulan.releases(JULY) == [(1, "terbit")]

    bulan.deliver(JULY)
    code, line = bulan.run(JULY, "publish", IZINKAN_LAMA="dtsen")
    assert (code, line["revisi"]) == (0, 2)
    fresh = bulan.rows("select lama from buku.susunan where id_rilis = %s", f"{JULY}/2")
    assert fresh == [(False,)] * 3
    assert bulan.releases(JULY) == [(1, "digantikan"), (2, "terbit")]
