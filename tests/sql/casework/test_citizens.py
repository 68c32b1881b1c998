"""Who hears what became of a case (contracts/sinks.md 4), from the queue of June's proposals and July's answers."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest
from usulan_uji import Kasus

from connectors.bratasena import delivery
from connectors.interface import Unexpected
from sinkron import citizens, database, ledger, receivers
from sinkron.settings import Settings
from tests.sql.casework.dunia_uji import JULI, aduan, kunjungan
from tests.sql.feeds.umpan_uji import land


def heard(settings: Settings) -> dict[str, set[str]]:
    """What waits to be told or was told, by case."""
    with ledger.step(settings, "reconcile", JULI, lock="antrean") as run:
        citizens.tell(run)
    found: dict[str, set[str]] = {}
    with database.connect(settings) as connection:
        for row in connection.execute("select sumber, id_kasus, hasil from antrean.hasil_aduan").fetchall():
            found.setdefault(f"{row['sumber']}/{row['id_kasus']}", set()).add(row["hasil"])
    return found


@pytest.fixture(scope="module")
def terdengar(gudang_kasus: Settings, kasus_juli: Kasus) -> dict[str, set[str]]:
    """After June's proposals of 28 were sent, and those that an objection ended taken back."""
    with database.connect(gudang_kasus) as connection:
        # Sent and acknowledged, without the list, the bodies and the receipts that lead there.
        connection.execute("alter table antrean.baris disable trigger user")
        connection.execute(
            "update antrean.baris set status = 'diakui'"
            " where id_baris in (select id_baris from kasus.usulan where bukti = 'VL-28-a')"
        )
        connection.execute(
            "update antrean.baris set status = 'dibatalkan'"
            " where id_baris in (select id_baris from kasus.usulan where bukti = 'VL-sanggah')"
        )
        connection.execute("alter table antrean.baris enable trigger user")
    return heard(gudang_kasus)


def test_every_complaint_of_an_investigation_hears(terdengar: dict[str, set[str]]):
    assert terdengar.get("aduan/AD-28-a") == terdengar.get("aduan/AD-28-b") == {"ditindaklanjuti"}
    # What was not sent has no outcome yet.
    assert "aduan/AD-29" not in terdengar


def test_an_objection_hears_its_end_and_an_open_one_nothing(terdengar: dict[str, set[str]]):
    assert terdengar.get("pengajuan/PJ-sanggah") == {"ditindaklanjuti", "selesai"}
    assert terdengar.get("pengajuan/PJ-sanggah-tolak") == {"tidak_terbukti"}
    assert "pengajuan/PJ-sanggah-buka" not in terdengar
    assert set(citizens.OBJECTION) <= set(citizens.MESSAGES)


def test_nobody_hears_an_outcome_that_contradicts_what_was_seen(gudang_kasus: Settings, terdengar: dict[str, set[str]]):
    assert terdengar.get("aduan/AD-31") == {"tidak_terbukti"}
    assert "aduan/AD-balik" not in terdengar and "aduan/AD-layak" not in terdengar
    # Of August, not yet weighed by any release: it waits; once the visit is corrected, it is told.
    later = {"dibuat": "2026-08-05T08:00:00+07:00", "diubah": "2026-08-20T08:00:00+07:00"}
    land(gudang_kasus, "aduan", [aduan("baru", "nanti", "tidak_terbukti", **later)], JULI)
    land(gudang_kasus, "verifikasi", [kunjungan("baru", "nanti", "2026-08-10")], JULI)
    assert "aduan/AD-baru" not in heard(gudang_kasus)
    corrected = kunjungan("baru", "nanti", "2026-08-10", hasil="layak", diubah="2026-08-22T10:00:00+07:00")
    land(gudang_kasus, "verifikasi", [corrected], JULI)
    assert heard(gudang_kasus)["aduan/AD-baru"] == {"tidak_terbukti"}


@pytest.mark.usefixtures("terdengar")
def test_an_objection_has_no_end_while_a_receiver_has_not_given_the_row_back(gudang_kasus: Settings):
    def contested(status: str) -> None:
        with database.connect(gudang_kasus) as connection:
            connection.execute("delete from antrean.hasil_aduan where id_kasus = 'PJ-sanggah'")
            connection.execute("alter table antrean.baris disable trigger user")
            connection.execute(
                "update antrean.baris set status = %s where tujuan = 'siks_ng'"
                " and id_baris in (select id_baris from kasus.usulan where bukti = 'VL-sanggah')",
                [status],
            )
            connection.execute("alter table antrean.baris enable trigger user")

    # Reflected, and asked to be taken back: the family is still cut off there.
    contested("tercermin")
    assert heard(gudang_kasus)["pengajuan/PJ-sanggah"] == {"ditindaklanjuti"}
    contested("dibatalkan")
    assert heard(gudang_kasus)["pengajuan/PJ-sanggah"] == {"ditindaklanjuti", "selesai"}


@pytest.mark.usefixtures("terdengar")
def test_the_end_of_a_case_is_told_after_what_came_before(gudang_kasus: Settings, monkeypatch: pytest.MonkeyPatch):
    case, told, answers = "PJ-sanggah", [], {"ditindaklanjuti": Unexpected("500")}

    def report(client: None, sumber: str, id_kasus: str, versi: int, hasil: str, pesan: str) -> str:
        if id_kasus == case:
            told.append(hasil)
            if problem := answers.get(hasil):
                raise problem
        return "selesai"

    monkeypatch.setattr(receivers, "client_of", lambda *names: nullcontext())
    monkeypatch.setattr(delivery, "report_outcome", report)
    with database.connect(gudang_kasus) as connection:
        # Which of two outcomes of one run is written down first is nobody's order.
        connection.execute(
            "update antrean.hasil_aduan set dibuat = dibuat - interval '1 minute'"
            " where id_kasus = %s and hasil = 'selesai'",
            [case],
        )
    heard(gudang_kasus)
    assert told == ["ditindaklanjuti"], "what comes later waits for what Bratasena did not take"
    answers.clear()
    heard(gudang_kasus)
    assert told == ["ditindaklanjuti", "ditindaklanjuti", "selesai"]
    heard(gudang_kasus)
    assert len(told) == 3


def test_no_message_names_anybody(terdengar: dict[str, set[str]]):
    text = json.dumps([citizens.MESSAGES, citizens.OBJECTION])
    assert "SUPARMAN" not in text and not any(c.isdigit() for c in text)
