"""From delivered bytes to ledger, code and report: what is refused whole, and what is just good enough to land."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from kiriman_uji import Pengirim, Tables, personal, tables

MAY, JUNE = "2026-05", "2026-06"
NIK, KK = "nomor_induk_kependudukan", "nomor_kartu_keluarga"
Change = Callable[[Tables], object]


@pytest.fixture(scope="module")
def may(pengirim: Pengirim) -> Pengirim:
    """May landed: the baseline by which June is judged."""
    assert pengirim.deliver(MAY, tables(pengirim.settings))["status"] == "diterima"
    return pengirim


def put(table: str, count: int, **values: object) -> Change:
    """The first rows of a table get these values (or what a function makes of the row's position)."""

    def change(rows: Tables) -> None:
        for position, row in enumerate(rows[table][:count]):
            row |= {k: str(v(position)) if callable(v) else str(v) for k, v in values.items()}

    return change


def keep(families: int) -> Change:
    """Only the first families, with all that is theirs."""
    return lambda rows: [table.__delitem__(slice(families, None)) for table in rows.values()]


def without(kecamatan: str) -> Change:
    """No family of a kecamatan."""

    def change(rows: Tables) -> None:
        gone = {r["id_keluarga"] for r in rows["keluarga"] if r["kode_kelurahan_desa"].startswith(kecamatan)}
        for name, table in rows.items():
            rows[name] = [row for row in table if row["id_keluarga"] not in gone]

    return change


def swap(rows: Tables) -> None:
    """NIK and No KK of all members in each other's column."""
    for row in rows["anggota"]:
        row[NIK], row[KK] = row[KK], row[NIK]


def turn(rows: Tables) -> None:
    """The rows backwards."""
    for table in rows.values():
        table.reverse()


def nothing(rows: Tables) -> None:
    """As it was last month."""


OUTSIDE = {"kode_kelurahan_desa": "33.18.01.2001", "kelurahan_desa": "Desa Lain"}
REFUSED = [
    ("swapped columns", swap, {}, "kolom_tertukar"),
    ("a kecamatan missing", without("33.16.08"), {}, "kecamatan_hilang"),
    ("another kabupaten by its manifest", nothing, {"manifest": {"kabupaten": "33.18"}}, "wilayah_salah"),
    ("another kabupaten by its rows", put("keluarga", 1600, **OUTSIDE), {}, "wilayah_salah"),
    ("2.1 % of another kabupaten", put("keluarga", 34, **OUTSIDE), {}, "wilayah_salah"),
    ("a manifest of another month", nothing, {"manifest": {"periode": MAY}}, "bulan_salah"),
    ("last month under a new label", nothing, {}, "sama_dengan_bulan_lalu"),
    ("last month in another container and order", turn, {"delimiter": ";"}, "sama_dengan_bulan_lalu"),
    ("NIK in E+15", put("anggota", 20, **{NIK: "3.31608E+15"}), {}, "nik_rusak_massal"),
    ("NIK ending 0000", put("anggota", 20, **{NIK: lambda n: f"3316080101{n + 10:02d}0000"}), {}, "nik_rusak_massal"),
    ("duplicate NIK", put("anggota", 20, **{NIK: lambda n: f"331608020180{9000 + n // 2}"}), {}, "nik_rusak_massal"),
    ("more than 10 % fewer rows", keep(1439), {}, "pembacaan_tidak_lengkap"),
    ("unknown desil", put("keluarga", 20, desil_nasional="11"), {}, "kode_tidak_dikenal"),
    ("no rows", keep(0), {}, "kosong"),
    ("a required column gone", lambda rows: [r.pop("nama") for r in rows["anggota"]], {}, "kolom_wajib_hilang"),
]  # fmt: skip
# The same just below the limit, or below the smallest number of rows for which a limit acts.
ACCEPTED = [
    ("1.9 % of another kabupaten", put("keluarga", 30, **OUTSIDE), 0),
    ("19 NIK in E+15", put("anggota", 19, **{NIK: "3.31608E+15"}), 0),
    ("19 NIK ending 0000", put("anggota", 19, **{NIK: lambda n: f"3316080101{n + 10:02d}0000"}), 0),
    ("18 duplicate NIK", put("anggota", 18, **{NIK: lambda n: f"331608020180{9000 + n // 2}"}), 0),
    ("10 % fewer rows", keep(1440), 0),
    ("19 unknown desil", put("keluarga", 19, desil_nasional="11"), 3 * 19),
]  # fmt: skip


def state(sender: Pengirim) -> list[tuple]:
    """What the line knows of accepted deliveries: ledger, rows, partitions."""
    return [
        *sender.rows("select id_kiriman, status, sha256_isi from buku.kiriman where status <> 'ditolak' order by 1"),
        *sender.rows("select id_kiriman, berkas, diterima, dimuat, dikarantina from buku.pendaratan order by 1, 2"),
        *sender.rows("select relname from pg_class where relname like 'dtsen%%\\_\\_%%' order by 1"),
    ]


@pytest.mark.parametrize(("change", "form", "kode"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_a_bad_delivery_is_refused_whole_and_told(may: Pengirim, change: Change, form: dict, kode: str):
    before = state(may)
    rows = tables(may.settings)
    change(rows)
    said, report = may.refused(JUNE, rows, **form)
    ledger = may.rows("select status, kode from buku.kiriman where periode = %s order by urutan desc limit 1", JUNE)
    assert ledger == [("ditolak", kode)]
    assert set(report) == {"status", "kode", "pesan", "baris", "dikarantina"}
    assert (report["status"], report["kode"], report["dikarantina"]) == ("ditolak", kode, {})
    assert len(report["pesan"]) > 20
    assert personal(said + json.dumps(report)) == []
    assert state(may) == before


@pytest.mark.parametrize(
    ("change", "held", "month"), [(*c[1:], n) for n, c in enumerate(ACCEPTED, 1)], ids=[c[0] for c in ACCEPTED]
)
def test_below_the_limit_it_lands(may: Pengirim, change: Change, held: int, month: int):
    """Each in a month of its own that is still to come: early is no reason to refuse."""
    rows = tables(may.settings)
    change(rows)
    # Against May, not against the case before it.
    with_all = tables(may.settings)
    with_all["keluarga"][-1]["desil_nasional"] = str(month)
    may.deliver(f"2027-{month:02d}", with_all)
    landed = may.deliver(f"2028-{month:02d}", rows)
    assert landed["status"] == "diterima"
    assert sum(landed["dikarantina"].values()) == held
    report = may.report(f"2028-{month:02d}")
    assert (report["status"], sum(report["dikarantina"].values())) == ("diterima", held)
    assert report["baris"] == sum(len(table) for table in rows.values())
    assert personal(json.dumps(report)) == []


def test_a_month_that_comes_late_is_its_own_and_leaves_the_newer(may: Pengirim):
    before = may.rows("select id_kiriman, status from buku.kiriman where periode = %s and status = 'diterima'", MAY)
    rows = tables(may.settings)
    rows["keluarga"][0]["desil_nasional"] = "3"
    assert may.deliver("2026-03", rows)["status"] == "diterima"
    assert may.rows("select id_kiriman, status from buku.kiriman where periode = %s and status = 'diterima'", MAY) == (
        before
    )
    # The same rows in another order and container, within the month: nothing new.
    turn(rows)
    assert may.deliver("2026-03", rows, delimiter="|")["status"] == "sama"
    assert may.report("2026-03")["status"] == "sama"
