"""Deaths that did not stand: what was sent for them is taken back, once, and only a later death proposes again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from dunia_uji import JULI, JUNI, kunjungan
from gudang import warehouse

from sinkron import database, decisions
from sinkron.settings import Settings
from sinkron.steps import list as list_step
from sinkron.steps import push, reconcile
from tests.sql.deactivation.penerima_palsu import Penerima, install
from tests.sql.feeds.umpan_uji import land
from tests.sql.golden.dukcapil_uji import Dukcapil
from tests.sql.golden.mendarat import Bulan, Orang, kk, nik

AGUSTUS = "2026-08"
# Alone, and of a family; one who stays dead; one whose row is held; one whom officers saw, dead and then alive.
SERIAL = {"sendiri": 1, "berdua": 2, "tetap": 3, "ditahan": 4, "dilihat": 5}
DEAD = {"hasil": "meninggal", "tanggal_meninggal": "2026-05-30"}


def registries(periode: str) -> Bulan:
    """The same people in every month; of one the district's registry says that he is dead."""
    bulan = Bulan(periode)
    for kunci, n in SERIAL.items():
        satu = Orang(kunci, f"SUPARMAN {kunci.upper()}", "1970-03-14", "L", "kepala", nik(n, "1970-03-14"))
        anggota = [satu]
        if kunci != "sendiri":
            anggota.append(Orang(f"{kunci}-ibu", f"KASIYATUN {kunci.upper()}", "1975-08-20", "P", "istri",
                                 nik(n, "1975-08-20", "P")))  # fmt: skip
        bulan.dtsen.keluarga(kunci, kk(n), anggota)
        bulan.dtjateng.keluarga(kunci, kk(n), anggota)
        if kunci == "dilihat":
            anggota = [satu.kata(status_hidup="meninggal", tanggal_meninggal="2026-03-01"), *anggota[1:]]
        bulan.simnakis.keluarga(kunci, kk(n), anggota)
        bulan.dtsen.program(kunci, "PKH")
        bulan.dtsen.program(kunci, "PBI_JK", kunci)
    return bulan


def visit(hasil: str, hari: str) -> dict:
    """A periodic visit to the one whom officers saw."""
    return kunjungan(hasil, "mati", hari, jenis="berkala", rujukan=None, nik=nik(SERIAL["dilihat"], "1970-03-14"),
                     hasil=hasil, alasan=None)  # fmt: skip


class Dunia:
    """A warehouse with its Dukcapil and receivers, month after month."""

    def __init__(self, settings: Settings, dukcapil: Dukcapil, receivers: dict[str, Penerima]):
        self.settings, self.dukcapil, self.receivers = settings, dukcapil, receivers

    def says(self, **verdicts: dict) -> None:
        """From now on Dukcapil says this of people, and nothing of whom officers saw; everybody else is in order."""
        said = {"dilihat": None} | verdicts
        self.dukcapil.says = {nik(SERIAL[kunci], "1970-03-14"): verdict for kunci, verdict in said.items()}

    def agree(self, periode: str) -> None:
        """Let both approvers agree to the list of a month, and send it."""
        sha256 = list_step.run(self.settings, periode)["sha256"]
        for place, who in ((1, "uji-verifikator"), (2, "uji-kepala")):
            decisions.record(
                self.settings, f"{periode}/1", "push", place, sha256, "setuju", who, True, dt.datetime.now(dt.UTC)
            )
        push.run(self.settings, periode)

    def rows(self, query: str, *values: object) -> list[tuple]:
        """Rows of a query of the owner."""
        with database.connect(self.settings) as connection:
            return [tuple(row.values()) for row in connection.execute(query, list(values)).fetchall()]

    def items(self, periode: str) -> dict[tuple[str, str], set[str]]:
        """(person, programme) -> states at the receivers, of the rows that this month proposed first."""
        return {
            (kunci, program): set(states)
            for kunci, program, states in self.rows(
                "select t.id_sumber, u.program, array_agg(b.status) from kasus.usulan as u"
                " join antrean.baris as b using (id_baris) join identitas.tautan as t on t.id_rilis = '2026-06/1'"
                " and t.grain = 'rumah_tangga' and t.sumber = 'dtsen' and t.uid = u.uid_rumah_tangga"
                " where u.id_rilis = %s group by t.id_sumber, u.program", f"{periode}/1",
            )
        }  # fmt: skip


@pytest.fixture(scope="module")
def dunia(instalasi: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dunia]:
    """June, in which people are dead, with everything sent but one held row; July, in which some live, published."""
    fake = Dukcapil()
    with (
        pytest.MonkeyPatch.context() as patch,
        warehouse(instalasi, "hidup", tmp_path_factory.mktemp("hidup"), **fake.environment) as settings,
    ):
        settings.inbox.mkdir(parents=True, exist_ok=True)
        made = Dunia(settings, fake, install(patch, lambda tujuan, key, id_baris: None))
        made.says(sendiri=DEAD, berdua=DEAD, tetap=DEAD, ditahan=DEAD)
        land(settings, "verifikasi", [visit("meninggal", "2026-06-10")], JUNI)
        registries(JUNI).terbitkan(settings)
        with database.connect(settings) as connection:
            connection.execute(
                "insert into kasus.tahanan (id_baris, sebab, alasan, oleh) select u.id_baris, 'lain', 'uji', 'uji'"
                " from kasus.usulan as u join identitas.tautan as t on t.uid = u.uid_individu"
                " where t.sumber = 'dtsen' and t.id_sumber = 'ditahan' and t.id_rilis = '2026-06/1'"
            )
        made.agree(JUNI)
        assert made.items(JUNI)["sendiri", "PKH"] == {"dikirim", "diakui"}
        assert made.items(JUNI)["ditahan", "PBI_JK"] == {"diusulkan"}
        made.says(tetap=DEAD)
        land(settings, "verifikasi", [visit("meninggal", "2026-06-10"), visit("layak", "2026-07-08")], JULI)
        registries(JULI).terbitkan(settings)
        yield made
    fake.close()


@pytest.fixture(scope="module")
def juli(dunia: Dunia) -> Dunia:
    """What becomes of them once readers see July, however often it is looked at."""
    for _ in range(2):
        reconcile.run(dunia.settings, JULI)
    return dunia


@pytest.fixture(scope="module")
def agustus(juli: Dunia) -> Dunia:
    """August, published: one has died after all, of another Dukcapil says again what it had taken back."""
    for own in juli.receivers.values():
        for key, folder in own.folders.items():
            own.answer(key, folder.ids, "diterima", True)
    reconcile.run(juli.settings, JULI)
    juli.says(tetap=DEAD, sendiri=DEAD | {"tanggal_meninggal": "2026-08-05"}, berdua=DEAD)
    registries(AGUSTUS).terbitkan(juli.settings)
    reconcile.run(juli.settings, AGUSTUS)
    return juli


def test_45_who_was_dead_and_lives_is_taken_back_once(juli: Dunia):
    told = juli.rows("select alasan, bukti, count(*) from kasus.pembatalan group by alasan, bukti")
    # The two programmes of the one alone, and one each of the others.
    assert told == [("KEMATIAN_DIBATALKAN", "2026-07/1", 5)]
    for own in juli.receivers.values():
        assert own.breaches == []
        assert len(own.cancelled) == 4
    # Nothing was sent of what was held.
    assert juli.items(JUNI)["ditahan", "PBI_JK"] == {"dibatalkan"}
    # Simnakis answers at once; the others have yet to, and are not compared though the row is due.
    assert juli.items(JUNI)["dilihat", "PBI_JK"] == {"dikirim", "dibatalkan"}
    # Who stays dead goes on.
    assert juli.items(JUNI)["tetap", "PBI_JK"] == {"dikirim", "diakui"}


def test_the_month_that_finds_them_alive_says_so_in_its_tables(juli: Dunia):
    homes = dict(juli.rows(
        "select t.id_sumber, r.status from rilis.rumah_tangga as r join identitas.tautan as t"
        " on r.id_rilis = t.id_rilis and r.uid_rumah_tangga = t.uid and t.sumber = 'dtsen'"
        " where r.id_rilis = '2026-07/1'"
    ))  # fmt: skip
    assert homes == dict.fromkeys(SERIAL, "aktif")
    found = juli.rows(
        "select t.id_sumber, k.program, k.status_lokal from rilis.kepesertaan as k join identitas.tautan as t"
        " on k.id_rilis = t.id_rilis and k.uid_rumah_tangga = t.uid and t.sumber = 'dtsen'"
        " where k.id_rilis = '2026-07/1' and k.status_lokal <> 'aktif'"
    )
    assert found == [("tetap", "PBI_JK", "nonaktif_diusulkan")]
    assert juli.rows("select count(*) from kasus.pencocokan where id_rilis = '2026-07/1'") == [(0,)]


def test_only_a_death_after_that_proposes_again(agustus: Dunia):
    assert agustus.rows(
        "select u.program, u.bukti, u.bulan_efektif::text from kasus.usulan as u join kasus.usulan_rilis as r"
        " using (id_baris) where r.id_rilis = '2026-08/1' and u.id_rilis = r.id_rilis order by 1"
    ) == [(program, "dukcapil:2026-08-05", "2026-10") for program in ("PBI_JK", "PKH")]
    # The first ones are closed, and stay so.
    assert agustus.items(JUNI)["sendiri", "PKH"] == agustus.items(JUNI)["berdua", "PBI_JK"] == {"dibatalkan"}
    assert agustus.rows("select count(*) from kasus.pembatalan") == [(5,)]
