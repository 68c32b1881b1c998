"""A revision of a month: what only the replaced delivery said is gone with it, and ids stay."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from emas import Emas
from kasus import pasangan
from mendarat import JULI, JUNI, Bulan, Orang, kk, nik

from sinkron import database
from sinkron.settings import Settings


def bulan(periode: str, revisi: int, *, keliru: bool = False) -> Bulan:
    """A month; DTSEN's first July buries somebody who lives and lists a family that is not there."""
    hasil = Bulan(periode, revisi)
    ayah, ibu = pasangan("r-hidup", 1, 0)
    hasil.simnakis.keluarga("r-hidup", kk(1), [ayah, ibu])
    hasil.dtjateng.keluarga("r-hidup", kk(1), [ayah, ibu])
    mati = ayah.kata(keberadaan="2") if keliru else ayah
    hasil.dtsen.keluarga("r-hidup", kk(1), [mati, ibu], "2026-07-20" if periode == JULI else None)
    if periode == JULI:
        baru = Orang("r-baru", "SULASTRI BARU", "1990-02-05", "P", nik=nik(9, "1990-02-05", "P"))
        hasil.simnakis.keluarga("r-baru", kk(9), [baru], "2026-07-10")
    if keliru:
        hantu = Orang("r-hantu", "KASMIN HANTU", "1981-04-06", nik=nik(8, "1981-04-06"))
        hasil.dtsen.keluarga("r-hantu", kk(8), [hantu], "2026-07-20")
    return hasil


def test_what_only_the_replaced_delivery_said_is_gone(
    gudang_baru: Callable[[str, Path], AbstractContextManager[Settings]], tmp_path: Path
):
    with gudang_baru("revisi", tmp_path) as settings:
        bulan(JUNI, 1).terbitkan(settings)
        bulan(JULI, 1, keliru=True).terbitkan(settings)
        bulan(JULI, 2).terbitkan(settings)
        with database.connect(settings) as connection:
            emas = Emas(connection)

            def orang(record: str, revisi: int) -> list[dict]:
                return emas.rows(
                    "select status_hidup, keberadaan, uid_individu as uid from rilis.individu where id_rilis = %s"
                    " and uid_individu in (select uid from rilis.tautan where grain = 'individu' and id_sumber = %s)",
                    f"{JULI}/{revisi}", record,
                )  # fmt: skip

            assert [orang("r-hidup-ayah", revisi)[0]["status_hidup"] for revisi in (1, 2)] == ["meninggal", "hidup"]
            assert [len(orang("r-hantu", revisi)) for revisi in (1, 2)] == [1, 0]
            # Who was new in the month keeps the id of the first revision.
            assert orang("r-baru", 1) == orang("r-baru", 2)
            changes = emas.rows(
                "select grain, jenis, kolom, sebab from rilis.perubahan where id_rilis = %s", f"{JULI}/2"
            )
            assert {(r["grain"], r["kolom"]) for r in changes if r["jenis"] == "berubah"} == {
                ("individu", "status_hidup"), ("individu", "keberadaan"), ("rumah_tangga", "jumlah_anggota"),
                ("rumah_tangga", "uid_kepala"), ("rumah_tangga", "nama_kepala"),
            }  # fmt: skip
            assert [(r["grain"], r["jenis"], r["sebab"]) for r in changes if r["jenis"] != "berubah"] == [
                ("individu", "keluar", "kiriman direvisi"), ("rumah_tangga", "keluar", "kiriman direvisi"),
            ]  # fmt: skip
