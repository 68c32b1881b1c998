"""A household without members stays for twelve releases; its dead stay for ever, where they last lived."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from kasus import pasangan
from mendarat import BLUNGUN, JUNI, Bulan, Orang, kk, nik

from expectations import checkpoint, contract, release
from sinkron import database, reference
from sinkron.settings import Settings

# The twelfth release that the household is in, and those after it.
KEDUA_BELAS, SESUDAH, KEMUDIAN = "2027-05", "2027-06", "2027-07"


def bulan(periode: str) -> Bulan:
    """A family that lives on; and in June a widower who has died, of whose family nothing is heard any more."""
    hasil = Bulan(periode)
    hasil.keluarga("a-tetap", kk(1), pasangan("a-tetap", 1, 0))
    if periode == JUNI:
        duda = Orang("a-habis", "KASMIN HABIS", "1941-04-06", nik=nik(8, "1941-04-06"))
        hasil.dtsen.keluarga("a-habis", kk(8), [duda.kata(keberadaan="2")])
        hasil.simnakis.keluarga("a-habis", kk(8), [duda.kata(status_hidup="meninggal")])
    return hasil


def test_a_household_that_ended_leaves_after_twelve_releases_and_its_dead_stay(
    gudang_baru: Callable[[str, Path], AbstractContextManager[Settings]], tmp_path: Path
):
    with gudang_baru("berakhir", tmp_path) as settings:
        for periode in (JUNI, KEDUA_BELAS, SESUDAH):
            bulan(periode).terbitkan(settings)
        terakhir = bulan(KEMUDIAN)
        terakhir.mendarat(settings)
        dibangun = terakhir.bangun(settings)
        tabel = contract.load(settings.seeds.parent / "contracts")
        ambang = reference.thresholds(settings, KEMUDIAN)
        candidate = release.Candidate(f"{KEMUDIAN}/1", settings.kabupaten, 16, tabel, 5, ambang, f"{SESUDAH}/1")
        verdict = checkpoint.run(database.owner_url(settings), release.gate(candidate))
        terakhir.putuskan(settings, *dibangun)
        with database.connect(settings) as connection:
            rows = connection.execute(
                "select i.periode, i.status_hidup, i.kode_desa, r.status from rilis.individu as i"
                " left join rilis.rumah_tangga as r using (id_rilis, uid_rumah_tangga)"
                " where i.nama = 'KASMIN HABIS' order by i.periode"
            ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        (JUNI, "meninggal", BLUNGUN, "bubar"), (KEDUA_BELAS, "meninggal", BLUNGUN, "bubar"),
        (SESUDAH, "meninggal", BLUNGUN, None), (KEMUDIAN, "meninggal", BLUNGUN, None),
    ]  # fmt: skip
    # So small a world fails other checks, but nobody is without a household.
    hasil = {check.name: check.hasil for check in verdict.checks}
    assert (hasil["individu_berumah"], hasil["jumlah_anggota"]) == ("lulus", "lulus")
