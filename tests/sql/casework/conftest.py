"""One warehouse for all tests of this folder: June's cases proposed, sent and answered, then July."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dunia_uji import JULI, JUNI, ayah, juli, juni, registries
from gudang import warehouse
from usulan_uji import SENT, Kasus, move

from sinkron import database, publish
from sinkron.settings import Settings
from sinkron.steps import compose, decide, golden, link, stage, verify
from tests.sql.feeds.umpan_uji import land
from tests.sql.golden.dukcapil_uji import Dukcapil
from tests.sql.golden.mendarat import Bulan


@pytest.fixture(scope="session")
def gudang_kasus(instalasi: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A migrated warehouse of its own, with a Dukcapil that knows of one death."""
    fake = Dukcapil()
    fake.says = {ayah("dukcapil"): {"hasil": "meninggal", "tanggal_meninggal": "2026-05-30"}}
    with warehouse(instalasi, "kasus", tmp_path_factory.mktemp("kasus"), **fake.environment) as settings:
        yield settings
    fake.close()


def build(settings: Settings, periode: str) -> Bulan:
    """Land a month and build its candidate."""
    bulan = registries(periode)
    bulan.mendarat(settings)
    assert compose.run(settings, periode)["siap"]
    for step in (stage, verify, link, golden, decide):
        step.run(settings, periode)
    return bulan


@pytest.fixture(scope="session")
def juni_terbit(gudang_kasus: Settings) -> str:
    """June built and published; returns the schema that keeps what its casework layer made."""
    for umpan, perubahan in juni().items():
        land(gudang_kasus, umpan, perubahan, JUNI)
    bulan = build(gudang_kasus, JUNI)
    with database.connect(gudang_kasus) as connection:
        connection.execute("create schema casework_juni")
        tables = connection.execute("select tablename from pg_tables where schemaname = 'casework'").fetchall()
        for table in (row["tablename"] for row in tables):
            connection.execute(f"create table casework_juni.{table} as table casework.{table}")
        sums = publish.hash_tables(connection, f"{JUNI}/1")
    bulan.putuskan(gudang_kasus, *sums)
    return "casework_juni"


@pytest.fixture(scope="session")
def kasus_juni(gudang_kasus: Settings, juni_terbit: str) -> Iterator[Kasus]:
    """What June's casework layer made."""
    with database.connect(gudang_kasus, autocommit=True) as connection:
        yield Kasus(connection, JUNI, juni_terbit)


@pytest.fixture(scope="session")
def kasus_juli(gudang_kasus: Settings, juni_terbit: str) -> Iterator[Kasus]:
    """July's candidate, after receivers and citizens have answered to June's proposals."""
    answers(gudang_kasus)
    for umpan, perubahan in juli().items():
        land(gudang_kasus, umpan, perubahan, JULI)
    build(gudang_kasus, JULI)
    with database.connect(gudang_kasus, autocommit=True) as connection:
        yield Kasus(connection, JULI, "casework")


def answers(settings: Settings) -> None:
    """What became of June's proposals at their receivers before July was built."""
    for bukti in ("VL-36", "VL-35", "VL-27-kirim", "VL-pergi", "VL-mati-sendiri", "VL-berkala", "VL-sanggah"):
        move(settings, bukti, *SENT)
    for bukti in ("VL-37", "VL-hilang-2", "VL-tabrak"):
        move(settings, bukti, *SENT[:2], "ditolak")
    move(settings, "VL-34-18", "disetujui")
    for program in ("BEDAH_WARUNG", "BEASISWA"):
        move(settings, "VL-pemda", *SENT, program=program)
    merged(settings)
    # Accepted by the province, refused by the ministry: one programme of several, and all that a family has.
    for bukti in ("VL-29", "VL-beda"):
        move(settings, bukti, *SENT)
        move(settings, bukti, "ditolak", tujuan="siks_ng")


def merged(settings: Settings) -> None:
    """A row that was sent for a household which has since become, over two merges, that of `layak`."""
    with database.connect(settings) as connection:
        connection.execute(
            "insert into identitas.rumah_tangga (uid, id_rilis_awal, sumber_awal, id_awal, digantikan_oleh)"
            " select n.uid, '2026-06/1', 'dtsen', n.uid, case n.uid when 'r-dua' then t.uid end"
            " from identitas.tautan as t cross join (values ('r-dua'), ('r-satu')) as n (uid)"
            " where t.id_rilis = '2026-06/1' and t.grain = 'rumah_tangga' and t.sumber = 'dtsen'"
            " and t.id_sumber = 'layak'"
        )
        connection.execute("update identitas.rumah_tangga set digantikan_oleh = 'r-dua' where uid = 'r-satu'")
        connection.execute(
            "insert into identitas.peristiwa (id_rilis, grain, jenis, uid, uid_terkait, sebab)"
            " select '2026-06/1', 'rumah_tangga', 'gabung', uid, digantikan_oleh, 'uji' from identitas.rumah_tangga"
            " where uid in ('r-satu', 'r-dua')"
        )
        connection.execute(
            "insert into kasus.usulan (id_baris, uid_rumah_tangga, program, kode_alasan, bulan_efektif, bukti,"
            " tanggal_verifikasi, asal, petugas, id_rilis) values (repeat('ab', 32), 'r-satu', 'PKH', 'MAMPU',"
            " '2026-07', 'VL-gabung', '2026-06-10', 'berkala', 'petugas.uji', '2026-06/1')"
        )
        connection.execute("insert into antrean.baris (id_baris, tujuan) values (repeat('ab', 32), 'siks_ng')")
    move(settings, "VL-gabung", *SENT)
