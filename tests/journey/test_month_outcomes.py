"""The exit codes of a month without a scheduler, and what readers see meanwhile (rules.md, "Running unattended")."""

from __future__ import annotations

from bulan_uji import JULY, JUNE, Bulan, Pabrik, set_manifest

from sinkron import database, questions
from sinkron.steps import audit, compose, land

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

    load, judge = land._load_rows, audit.run

    def load_and_lose(run, delivery, entity, file):
        load(run, delivery, entity, file)
        if entity == "anggota":
            with run.transaction() as connection:
                connection.execute(f"delete from pendaratan.{delivery['sumber']}_anggota where nomor_baris = 1")

    with monkeypatch.context() as planted:
        planted.setattr(land, "_load_rows", load_and_lose)
        code, line = bulan.run(JULY, "yes")
    assert (code, line["revisi"], codes(line)["dtsen"]) == (3, None, (None, None))
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

    # Built by other code they are asked about again, and the question says what was answered before.
    assert not [line for line in bulan.said if "pernah ditolak" in line]
    with monkeypatch.context() as changed:
        changed.setattr(compose, "code_fingerprint", lambda: "kode lain")
        code, line = bulan.run(JULY)
    assert (code, line["revisi"], line["status"]) == (5, 2, "kandidat")
    told = f"kiriman yang sama sudah pernah ditolak: rilis {JULY}/1, oleh uji-verifikator (otomatis) pada "
    warned = [line for line in bulan.said if told in line]
    assert len(warned) == 1
    with database.connect(bulan.settings) as connection:
        asked = questions.body(connection, questions.question(connection, "publish", JULY, 1))
    assert f"**Perhatian:** {warned[0].removeprefix('  ! ')}." in asked

    # Other deliveries are another matter.
    bulan.said.clear()
    bulan.deliver(JULY, 2)
    code, line = bulan.run(JULY, "publish")
    assert not [line for line in bulan.said if "pernah ditolak" in line]
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
