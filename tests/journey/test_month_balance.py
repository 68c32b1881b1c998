"""Every row that a registry delivered is accounted for, counted here from the delivered files themselves."""

from __future__ import annotations

import csv
import json

import pytest
from bulan_uji import JULY, JUNE, Bulan


def delivered(bulan: Bulan, periode: str) -> dict[tuple[str, str], int]:
    """(source, entity) -> rows in the delivered files, and in the rows that the servers serve."""
    counts: dict[tuple[str, str], int] = {}
    for name in ("keluarga", "anggota", "kepesertaan"):
        path = bulan.settings.inbox / "dtsen" / periode / "rev-1" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            counts["dtsen", name] = sum(1 for _ in csv.reader(file)) - 1
    families = served(bulan, "dtjateng", periode)
    people = [person for family in families for person in family["anggota"]]
    counts["dtjateng", "rumah_tangga"] = len(families)
    counts["dtjateng", "anggota"] = len(people)
    counts["dtjateng", "bantuan"] = sum(len(row.get("bantuan") or []) for row in [*families, *people])
    families = served(bulan, "simnakis", periode)
    counts["simnakis", "keluarga"] = len(families)
    counts["simnakis", "anggota"] = sum(len(family["anggota"]) for family in families)
    counts["simnakis", "kepesertaan"] = sum(len(family["program_daerah"]) for family in families)
    return counts


def served(bulan: Bulan, source: str, periode: str) -> list[dict]:
    text = (bulan.world / "layanan" / source / f"{periode}.json").read_text()
    return json.loads(f"[{text.rstrip().removesuffix(',')}]")


@pytest.mark.parametrize("periode", [JUNE, JULY])
def test_every_delivered_row_is_received_and_has_one_fate(juli: Bulan, periode: str):
    expected = delivered(juli, periode)
    assert min(expected.values()) > 0
    balance = juli.rows(
        "select sumber, berkas, diterima, dimuat, dikarantina, diterbitkan, digabung, di_luar_lingkup from rilis.neraca"
        " where id_rilis = %s",
        f"{periode}/1",
    )
    assert {(row[0], row[1]): row[2] for row in balance} == expected
    for sumber, berkas, received, loaded, quarantined, published, merged, outside in balance:
        assert received == loaded + quarantined, (sumber, berkas)
        assert loaded == published + merged + outside, (sumber, berkas)
    assert sum(row[5] + row[6] for row in balance) > 0.9 * sum(expected.values())

    # `tautan` has each record of a registry's family and person once, with the fate that `neraca` counts.
    links = juli.rows(
        "select t.sumber, t.grain, count(*) as semua, count(distinct (t.id_kiriman, t.nomor_baris)) as berbeda,"
        " count(*) filter (where nasib = 'karantina') as karantina,"
        " count(*) filter (where nasib = 'digabung') as digabung,"
        " count(*) filter (where nasib = 'di_luar_lingkup') as luar, count(uid) as bertaut,"
        " count(*) filter (where (uid is null) <> (nasib in ('karantina', 'di_luar_lingkup'))) as salah"
        " from rilis.tautan as t where id_rilis = %s and sumber <> 'pengajuan' group by 1, 2",
        f"{periode}/1",
    )
    fates = {(row[0], "individu" if row[1] == "anggota" else "rumah_tangga"): row for row in balance if row[1] in (
        "anggota", "keluarga", "rumah_tangga"
    )}  # fmt: skip
    assert {(sumber, grain): count for sumber, grain, count, *_ in links} == {k: row[2] for k, row in fates.items()}
    for sumber, grain, count, distinct, quarantined, merged, outside, linked, wrong in links:
        balanced = fates[sumber, grain]
        assert distinct == count
        assert (quarantined, merged, outside) == (balanced[4], balanced[6], balanced[7]), (sumber, grain)
        assert (linked, wrong) == (balanced[5] + balanced[6], 0), (sumber, grain)
    quarantine = juli.rows(
        "select sumber, berkas, count(*) from rilis.karantina where id_rilis = %s group by 1, 2", f"{periode}/1"
    )
    assert {row[:2]: row[2] for row in quarantine} == {row[:2]: row[4] for row in balance if row[4]}


def test_every_link_leads_to_a_published_row(juli: Bulan):
    for grain in ("individu", "rumah_tangga"):
        lost = juli.one(
            f"select count(*) from rilis.tautan as t where id_rilis = %s and grain = %s and uid is not null and not"
            f" exists (select from rilis.{grain} as g where g.id_rilis = t.id_rilis and g.uid_{grain} = t.uid)",
            f"{JULY}/1",
            grain,
        )
        assert lost == 0, grain
