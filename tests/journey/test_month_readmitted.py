"""A person published, then quarantined, then delivered whole: one uid all the way, and a past that can be read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

from bulan_uji import JULY, JUNE, Bulan, Pabrik, edit
from kenari_uji import canaries

FIRST, SECOND = f"{JULY}/1", f"{JULY}/2"


def changed(records: dict[str, dict[str, str]]) -> Callable[[list[dict]], list[dict]]:
    """Rows of `anggota` with other values in these records."""
    return lambda rows: [{**row, **records.get(row["id_anggota"], {})} for row in rows]


def persons(bulan: Bulan, id_rilis: str, uids: list[str]) -> list[tuple]:
    return bulan.rows(
        "select uid_individu, di_dtsen, nama is not null as bernama from rilis.individu"
        " where id_rilis = %s and uid_individu = any(%s) order by 1",
        id_rilis,
        uids,
    )


def test_a_quarantined_person_keeps_the_uid_and_comes_back_with_a_past(pabrik: Pabrik, juni: Bulan):
    bulan = pabrik.copy(juni, "pulih")
    delivered = bulan.deliver(JULY)
    whole = delivered.with_name("rev-2")
    shutil.copytree(delivered, whole)
    manifest = json.loads((whole / "manifest.json").read_text())
    (whole / "manifest.json").write_text(json.dumps({**manifest, "revisi": 2}))

    # Two people whom only DTSEN knows; one of them comes back without a NIK, so only the record says who it is.
    present = (delivered / "anggota.csv").read_text()
    known = [
        row
        for row in bulan.rows(
            "select substr(rekaman_identitas, 7) as id, uid_individu from rilis.individu where id_rilis = %s"
            " and di_dtsen and not di_dtjateng and not di_simnakis and nik is not null and status_hidup = 'hidup'"
            " and keberadaan = 'tinggal_bersama' order by 1",
            f"{JUNE}/1",
        )
        if f"{row[0]}," in present
    ]
    (with_nik, uid_with), (without, uid_without) = known[:2]
    uids = sorted((uid_with, uid_without))
    edit(delivered, "anggota.csv", changed({with_nik: {"nama": "-"}, without: {"nama": "-"}}))
    edit(whole, "anggota.csv", changed({without: {"nomor_induk_kependudukan": ""}}))
    hidden = whole.rename(whole.with_name("menyusul"))

    assert bulan.run(JULY, "publish")[0] == 0, bulan.said
    held = bulan.rows(
        "select id_sumber, kode from rilis.karantina where id_rilis = %s and id_sumber = any(%s) order by 1",
        FIRST,
        [with_nik, without],
    )
    assert held == [(record, "wajib_kosong") for record in sorted((with_nik, without))]
    # Silence is no exit: both are still published, but not by DTSEN.
    assert persons(bulan, FIRST, uids) == [(uid, False, True) for uid in uids]
    assert bulan.one("select count(*) from audit.pemulihan") == 0

    hidden.rename(whole)
    assert bulan.run(JULY, "publish")[0] == 0, bulan.said
    assert persons(bulan, SECOND, uids) == [(uid, True, True) for uid in uids]
    past = bulan.rows(
        "select id_sumber, uid, kode, periode_karantina, revisi_karantina, periode, revisi from audit.pemulihan"
        " where id_sumber = any(%s) order by 1",
        [with_nik, without],
    )
    uid_of = {with_nik: uid_with, without: uid_without}
    assert past == [
        (record, uid_of[record], "wajib_kosong", JULY, 1, JULY, 2) for record in sorted((with_nik, without))
    ]
    assert bulan.one(
        "select count(*) from rilis.karantina where id_rilis = %s and id_sumber = any(%s)", SECOND, [with_nik, without]
    ) == 0  # fmt: skip
    assert (
        bulan.one("select count(*) from identitas.peristiwa where id_rilis = %s and uid = any(%s)", SECOND, uids) == 0
    )
    told = [line for line in bulan.said if line.startswith("  ~ dtsen menggantikan kiriman sebelumnya: ")]
    assert len(told) == 1 and "anggota +2 -0 ~0" in told[0]
    assert canaries(bulan.world).found("\n".join(bulan.said) + json.dumps(bulan.report(f"dtsen/{JULY}/rev-2"))) == set()
