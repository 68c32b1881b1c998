"""The step verify: what a candidate froze stays, what could not be asked waits, a kill loses nothing that was said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from dukcapil_uji import Dukcapil
from mendarat import JULI, JUNI, Bulan, Orang, kk, nik

from sinkron import catalogue, database, failpoint, publish
from sinkron import settings as settings_module
from sinkron.settings import ROOT, Settings
from sinkron.steps import compose, stage, verify

PATHS = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "plugins")))}
RUN = f"from sinkron import settings; from sinkron.steps import verify; verify.run(settings.load(), '{JUNI}')"


@pytest.fixture
def dukcapil() -> Iterator[Dukcapil]:
    fake = Dukcapil()
    yield fake
    fake.close()


@pytest.fixture
def kosong(gudang: Settings) -> Settings:
    """A warehouse with its catalogue, in which nothing has landed."""
    catalogue.ensure(gudang)
    return gudang


def connected(settings: Settings, dukcapil: Dukcapil) -> Settings:
    return settings_module.load({**settings.values, **dukcapil.environment})


def orang(count: int, periode: str = JUNI) -> Bulan:
    """That many people, each alone."""
    bulan = Bulan(periode)
    for serial in range(1, count + 1):
        bulan.dtsen.keluarga(f"o{serial}", kk(serial), [Orang(f"o{serial}", f"WARGA {serial}", nik=nik(serial))])
    return bulan


def ledger(settings: Settings) -> list[tuple]:
    with database.connect(settings) as connection:
        rows = connection.execute("select nik, hasil from identitas.verdik_dukcapil order by id_verdik").fetchall()
    return [tuple(row.values()) for row in rows]


def used(settings: Settings) -> dict[str, str]:
    with database.connect(settings) as connection:
        rows = connection.execute("select nik, hasil from identitas.verdik_kandidat").fetchall()
    return {row["nik"]: row["hasil"] for row in rows}


def contradict(settings: Settings) -> None:
    """A later verdict on everybody, as another month's run would bring it."""
    with database.connect(settings) as connection:
        connection.execute(
            "insert into identitas.verdik_dukcapil (nik, sidik, hasil)"
            " select nik, sidik, 'nik_tidak_ditemukan' from identitas.verdik_dukcapil"
        )


def test_a_candidate_built_again_uses_the_verdicts_it_froze_and_new_ones_are_no_revision(
    gudang_baru, tmp_path, dukcapil
):
    with gudang_baru("beku", tmp_path) as warehouse:
        settings, juni, juli = connected(warehouse, dukcapil), orang(3), orang(3, JULI)
        juni.mendarat(settings)
        before = juni.bangun(settings)
        contradict(settings)
        assert juni.bangun(settings) == before
        assert set(used(settings).values()) == {"padan"} and len(dukcapil.asked) == 1
        juni.putuskan(settings, *before)
        assert compose.run(settings, JUNI)["sudah_terbit"] is True
        with database.connect(settings) as connection:
            assert publish.hash_tables(connection, f"{JUNI}/1") == before
        # The month after takes the newest, which are younger than the age at which it asks again.
        juli.mendarat(settings)
        juli.bangun(settings)
        assert set(used(settings).values()) == {"nik_tidak_ditemukan"} and len(dukcapil.asked) == 1


def test_without_a_connection_or_an_answer_the_month_goes_on_and_asks_again(kosong: Settings, dukcapil, caplog):
    settings = connected(kosong, dukcapil)
    orang(3).mendarat(kosong)
    assert compose.run(kosong, JUNI)["siap"]
    stage.run(kosong, JUNI)
    assert verify.run(kosong, JUNI) == {"dukcapil": "tidak_terhubung", "dipakai": 0, "verdik_sampai": 0}
    dukcapil.down = True
    caplog.set_level("DEBUG")
    assert verify.run(settings, JUNI) == {
        "perlu": 3, "ditanya": 0, "dijawab": 0, "dukcapil": "tidak_menjawab", "dipakai": 0, "verdik_sampai": 0,
    }  # fmt: skip
    said = [r.getMessage() for r in caplog.records if r.name == verify.__name__]
    assert len(said) == 1 and "answered 401" in said[0]
    assert "331608" not in caplog.text and "WARGA" not in caplog.text and "kunci-uji" not in caplog.text
    dukcapil.down = False
    dukcapil.says = {nik(2): None}
    assert verify.run(settings, JUNI) == {
        "perlu": 3, "ditanya": 3, "dijawab": 2, "dukcapil": "diperiksa", "dipakai": 2, "verdik_sampai": 2,
    }  # fmt: skip
    contradict(settings)
    for again in (settings, kosong):
        assert verify.run(again, JUNI) == {"dukcapil": "diperiksa", "dipakai": 2, "verdik_sampai": 2}
    assert used(settings) == {nik(1): "padan", nik(3): "padan"}
    assert len(dukcapil.asked) == 1


def test_an_old_verdict_is_asked_again_and_another_name_makes_another_question(kosong: Settings, dukcapil):
    settings = connected(kosong, dukcapil)
    # Every month asks again, February too.
    for periode in (JUNI, "2027-01", "2027-02"):
        bulan, expected = orang(2, periode), [nik(1), nik(2)]
        dukcapil.asked.clear()
        bulan.mendarat(kosong)
        assert compose.run(settings, bulan.periode)["siap"]
        stage.run(settings, bulan.periode)
        verify.run(settings, bulan.periode)
        assert dukcapil.numbers == expected
    dukcapil.asked.clear()
    lain = Bulan(JULI)
    lain.dtsen.keluarga("o1", kk(1), [Orang("o1", "WARGA LAIN", nik=nik(1)), Orang("o2", "WARGA 2", nik=nik(2))])
    lain.mendarat(kosong)
    assert compose.run(settings, JULI)["siap"]
    stage.run(settings, JULI)
    verify.run(settings, JULI)
    # What is not known goes first; what a later month was told counts for that month only.
    assert dukcapil.asked == [[
        {"ref": ref, "nik": nik(serial), "nama": nama, "tanggal_lahir": "1980-03-14", "jenis_kelamin": "L"}
        for ref, serial, nama in (("1", 1, "WARGA LAIN"), ("2", 2, "WARGA 2"))
    ]]  # fmt: skip


def test_a_number_that_one_source_wrote_on_somebody_else_is_asked_for_its_bearer(kosong: Settings, dukcapil):
    """Spouses whose numbers one of three sources swapped; a number that two people bear alike is not asked."""
    settings, bulan = connected(kosong, dukcapil), Bulan(JUNI)
    suami = Orang("suami", "SUKIMAN", "1970-05-17", nik=nik(1, "1970-05-17"))
    istri = Orang("istri", "NGATINI", "1975-08-09", "P", nik=nik(2, "1975-08-09", "P"))
    for sumber in (bulan.dtsen, bulan.simnakis):
        sumber.keluarga("k1", kk(1), [suami, istri])
    bulan.dtjateng.keluarga("k1", kk(1), [suami.kata(nik=istri.nik), istri.kata(nik=suami.nik)])
    # Borne with equal right, and with less by one whom nobody knows under another number.
    bulan.dtsen.keluarga("k2", kk(2), [Orang("a", "PARJO", nik=nik(3)), Orang("c", "LASMIN", nik=nik(4))])
    bulan.simnakis.keluarga(
        "k3", kk(3), [Orang("b", "SUTRISNO", nik=nik(3)), Orang("d", "WAGIMAN", "1991-11-02", nik=nik(4))]
    )
    bulan.mendarat(settings)
    assert compose.run(settings, JUNI)["siap"]
    stage.run(settings, JUNI)
    verify.run(settings, JUNI)
    asked = {(q["nik"], q["nama"]) for batch in dukcapil.asked for q in batch}
    assert asked == {(suami.nik, "SUKIMAN"), (istri.nik, "NGATINI")}
    assert used(settings) == {suami.nik: "padan", istri.nik: "padan"}


def test_what_is_said_of_a_number_is_never_said_of_whom_it_was_written_on_by_mistake(kosong: Settings, dukcapil):
    """Her own number is unknown, his is a dead man's: she takes over neither, though one source wrote his on her."""
    settings, bulan = connected(kosong, dukcapil), Bulan(JUNI)
    suami = Orang("suami", "SUKIMAN", "1970-05-17", nik=nik(1, "1970-05-17"))
    istri = Orang("istri", "NGATINI", "1975-08-09", "P", "istri", nik=nik(2, "1975-08-09", "P"))
    for sumber in (bulan.dtsen, bulan.simnakis):
        sumber.keluarga("k1", kk(1), [suami, istri])
    bulan.dtjateng.keluarga("k1", kk(1), [suami.kata(nik=istri.nik), istri.kata(nik=suami.nik)])
    dukcapil.says = {suami.nik: {"hasil": "meninggal"}, istri.nik: {"hasil": "nik_tidak_ditemukan"}}
    bulan.mendarat(settings)
    bulan.bangun(settings)
    with database.connect(settings) as connection:
        found = connection.execute(
            "select nama, nik, nik_status, status_hidup from release.individu order by nama"
        ).fetchall()
    assert [tuple(row.values()) for row in found] == [
        ("NGATINI", istri.nik, "tidak_padan", "hidup"), ("SUKIMAN", suami.nik, "padan", "meninggal"),
    ]  # fmt: skip


def test_nobody_dies_of_a_number_that_is_all_one_source_wrote_on_him(kosong: Settings, dukcapil):
    """A namesake of the village makes her seem known under another number; her record stands alone all the same."""
    settings, bulan = connected(kosong, dukcapil), Bulan(JUNI)
    suami = Orang("suami", "SUKIMAN", "1970-05-17", nik=nik(1, "1970-05-17"))
    for sumber in (bulan.dtsen, bulan.simnakis):
        sumber.keluarga("k1", kk(1), [suami])
    istri = Orang("istri", "NGATINI", "1975-08-09", "P", nik=suami.nik)
    bulan.dtjateng.keluarga("k1", kk(1), [istri])
    bulan.dtjateng.keluarga("k2", kk(2), [istri.kata(kunci="lain", nik=nik(2, "1975-08-09", "P"))])
    dukcapil.says = {suami.nik: {"hasil": "meninggal"}}
    bulan.mendarat(settings)
    bulan.bangun(settings)
    assert suami.nik in dukcapil.numbers
    with database.connect(settings) as connection:
        found = connection.execute("select nama, status_hidup from release.individu order by 1, 2").fetchall()
    assert [row["status_hidup"] for row in found if row["nama"] == "NGATINI"].count("meninggal") == 0
    assert [row["status_hidup"] for row in found if row["nama"] == "SUKIMAN"] == ["meninggal"]


def test_killed_anywhere_and_run_again_every_verdict_is_kept_once(kosong: Settings, dukcapil):
    settings = connected(kosong, dukcapil)
    orang(1100).mendarat(kosong)
    assert compose.run(kosong, JUNI)["siap"]
    stage.run(kosong, JUNI)
    for name, kept in zip(failpoint.VERIFY, (0, 1000, 1100), strict=True):
        environ = {**os.environ, **settings.values, **PATHS, "SINKRON_FAILPOINT": f"{name}:kill"}
        killed = subprocess.run([sys.executable, "-c", RUN], env=environ, capture_output=True, timeout=120)
        assert killed.returncode == -signal.SIGKILL, killed.stderr[-500:]
        assert (len(ledger(settings)), used(settings)) == (kept, {}), name
        assert "331608" not in (killed.stdout + killed.stderr).decode()
    assert verify.run(settings, JUNI)["dipakai"] == 1100
    assert sorted(ledger(settings)) == sorted((nik(serial), "padan") for serial in range(1, 1101))
    assert [path.name for path in settings.work.glob("verify-*")] == []


def test_verdicts_are_only_added(gudang: Settings):
    for statement in ("update identitas.verdik_dukcapil set hasil = 'padan'", "truncate identitas.verdik_dukcapil"):
        with (
            pytest.raises(database.DatabaseError, match="hanya dapat ditambah"),
            database.connect(gudang) as connection,
        ):
            connection.execute(statement)
