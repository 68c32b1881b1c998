"""A delivery twice, in another order, corrected, and for a month that is past (rules.md, "Running unattended")."""

from __future__ import annotations

import json
import shutil

import psycopg
import pytest
from bulan_uji import JULY, JUNE, MAY, Bulan, Pabrik, edit

from sinkron import roles
from sinkron.line import REQUIRED
from sinkron.steps import extract, land

FIRST, SECOND = f"{JULY}/1", f"{JULY}/2"


def counted(bulan: Bulan) -> tuple[int, int, int]:
    """How many deliveries of registries, candidates and decisions the ledger holds; feeds are read beside them."""
    return bulan.rows(
        "select (select count(*) from buku.kiriman where sumber = any(%s)) as kiriman,"
        " (select count(*) from rilis.rilis) as rilis, (select count(*) from keputusan.putusan) as putusan",
        list(REQUIRED),
    )[0]


def test_the_same_deliveries_again_make_nothing_new(pabrik: Pabrik, juli: Bulan):
    bulan = pabrik.copy(juli, "sama")
    assert counted(bulan) == (6, 2, 2)
    for approve in ("none", "publish"):
        code, line = bulan.run(JULY, approve)
        assert (code, line["revisi"], line["status"]) == (0, 1, "terbit")
    assert counted(bulan) == (6, 2, 2)

    # An export that cannot be written is a fault, and the month stays published; the next run makes it good.
    exports = bulan.settings.outbox / "ekspor"
    made = (exports / JULY / "1" / "datapackage.json").read_bytes()
    shutil.rmtree(exports)
    exports.write_text("")
    with pytest.raises(FileExistsError):
        bulan.run(JULY)
    assert bulan.seen() == juli.seen()
    exports.unlink()
    assert bulan.run(JULY)[0] == 0
    assert (exports / JULY / "1" / "datapackage.json").read_bytes() == made

    # The same rows backwards, as another revision.
    inbox = bulan.settings.inbox / "dtsen" / JULY
    shutil.copytree(inbox / "rev-1", inbox / "rev-2")
    manifest = json.loads((inbox / "rev-2" / "manifest.json").read_text())
    (inbox / "rev-2" / "manifest.json").write_text(json.dumps({**manifest, "revisi": 2}))
    for name in ("keluarga", "anggota", "kepesertaan"):
        edit(inbox / "rev-2", f"{name}.csv", lambda rows: rows[::-1])
    code, line = bulan.run(JULY, "publish")
    assert (code, line["revisi"], line["status"]) == (0, 1, "terbit")
    assert line["kiriman"][0] == {"sumber": "dtsen", "status": "sama", "kode": None}
    assert bulan.deliveries("dtsen", JULY) == [(1, "diterima", None), (2, "sama", None)]
    assert bulan.report(f"dtsen/{JULY}/rev-2")["status"] == "sama"
    assert counted(bulan) == (7, 2, 2)
    for id_rilis in (f"{JUNE}/1", FIRST):
        assert bulan.tables(id_rilis) == juli.tables(id_rilis)
    assert bulan.seen() == juli.seen()


def test_a_good_read_after_a_bad_one_counts_again(pabrik: Pabrik, juli: Bulan):
    bulan = pabrik.copy(juli, "buruk_lalu_baik")
    # Simnakis, whose reads carry no month, gives June's families once more.
    bulan.pass_to(JUNE)
    code, line = bulan.run(JULY, "publish")
    assert (code, line["kiriman"][2]) == (
        4, {"sumber": "simnakis", "status": "ditolak", "kode": "sama_dengan_bulan_lalu"},
    )  # fmt: skip
    bulan.pass_to(JULY)
    code, line = bulan.run(JULY, "publish")
    assert (code, line["revisi"], line["kiriman"][2]) == (
        0, 1, {"sumber": "simnakis", "status": "diterima", "kode": None},
    )  # fmt: skip
    assert bulan.seen() == juli.seen()


def test_a_correction_after_publication_is_a_new_revision(pabrik: Pabrik, juli: Bulan):
    bulan = pabrik.copy(juli, "koreksi")
    before = bulan.seen()
    named = "select count(*) from pendaratan.dtsen_anggota where id_kiriman = any(%s) and nama is not null"
    assert before[0] == FIRST
    bulan.deliver(JULY, 2)
    code, line = bulan.run(JULY, "publish")
    assert (code, line["revisi"], line["status"]) == (0, 2, "terbit")
    assert bulan.deliveries("dtsen", JULY) == [(1, "digantikan", None), (2, "diterima", None)]
    assert bulan.releases(JULY) == [(1, "digantikan"), (2, "terbit")]
    first, second = (
        bulan.one(named, [row[0] for row in bulan.rows(
            "select id_kiriman from buku.kiriman where sumber = 'dtsen' and periode = %s and revisi_sumber = %s",
            JULY, revision,
        )])
        for revision in (1, 2)
    )  # fmt: skip
    assert second == first + 1
    assert bulan.seen()[0] == SECOND
    # The release before can be read again as it was, by the owner and by nobody who sees masked data.
    assert bulan.tables(FIRST) == juli.tables(FIRST)
    assert bulan.seen(FIRST) == before
    address = roles.create_login(bulan.settings, "uji_bulan_samar", "baca_samar", "rahasia-uji")
    assert bulan.seen(address=address) == bulan.seen()
    with pytest.raises(psycopg.Error, match=r"sinkron\.rilis"):
        bulan.seen(FIRST, address)


def test_an_older_month_uses_what_is_stored_and_leaves_the_pointer(pabrik: Pabrik, juli: Bulan):
    bulan = pabrik.copy(juli, "terlambat")
    before = bulan.seen()
    bulan.deliver(JUNE, 2)
    code, line = bulan.run(JUNE, "publish")
    assert (code, line["periode"], line["revisi"], line["status"]) == (0, JUNE, 2, "terbit")
    assert bulan.releases(JUNE) == [(1, "digantikan"), (2, "terbit")]
    assert bulan.seen() == before
    june = bulan.tables(f"{JUNE}/2")
    assert june["individu"] != juli.tables(f"{JUNE}/1")["individu"]
    assert bulan.seen(f"{JUNE}/2") == (f"{JUNE}/2", june["individu"]["baris"])
    # Only Simnakis serves now alone: its stored delivery of June is used, DTJateng is asked for June.
    assert {source for source, _ in bulan.reads} == {"dtjateng"}
    assert bulan.deliveries("simnakis", JUNE) == [(0, "diterima", None)]

    # A month that never landed has no Simnakis, and none is read for it.
    bulan.reads.clear()
    bulan.deliver(MAY)
    code, line = bulan.run(MAY, "publish")
    assert (code, line["revisi"]) == (4, None)
    assert [row["status"] for row in line["kiriman"]] == ["diterima", "diterima", None]
    assert bulan.reads and {source for source, _ in bulan.reads} == {"dtjateng"}
    assert bulan.seen() == before


def test_what_a_source_said_two_months_ago_takes_nothing_from_that_month(pabrik: Pabrik, juni: Bulan):
    bulan = pabrik.copy(juni, "lagi")
    said = bulan.server.rows
    landed = "select id_kiriman, count(*) as n from pendaratan.simnakis_anggota group by id_kiriman order by 1"
    before = bulan.rows(landed)
    for periode, told in ((JULY, JULY), ("2026-08", JUNE)):
        # A backup that was put back there: what it said for July is gone, and it says June's rows again.
        bulan.server.rows = lambda source, month, told=told: said(source, told if source == "simnakis" else month)
        bulan.pass_to(periode)
        for step in (extract, land):
            step.run(bulan.settings, periode, "simnakis")
    assert [accepted for _, accepted, _ in bulan.deliveries("simnakis", "2026-08")] == ["diterima"]
    after = bulan.rows(landed)
    assert after[:1] == before
    assert [(id_kiriman[:16], n) for id_kiriman, n in after[2:]] == [("simnakis-2026-08", before[0][1])]
