"""What an accepted delivery changes: rows against the one it replaces, records back from quarantine, new notices."""

from __future__ import annotations

import json

import pytest
from kiriman_uji import Pengirim, personal, tables

from sinkron import month, transport

JUNE, JULY, SEPTEMBER = "2026-06", "2026-07", "2026-09"
FAMILIES = 320


@pytest.fixture(scope="module")
def sender(pengirim: Pengirim) -> Pengirim:
    """June rev-1 landed with two persons and one family quarantined, and with a header that nobody knows."""
    rows = tables(pengirim.settings, FAMILIES)
    rows["anggota"][0]["nama"] = "-"
    rows["anggota"][1]["keberadaan"] = "77"
    rows["keluarga"][2]["kode_kelurahan_desa"] = "33.16.99.2001"
    for row in rows["anggota"]:
        row["warna_rumah"] = "x"
    pengirim.deliver(JUNE, rows)
    return pengirim


@pytest.fixture(scope="module")
def revised(sender: Pengirim) -> dict:
    """June rev-2: all repaired but one, two families less, one more, three decile changes. Counts of step land."""
    rows = tables(sender.settings, FAMILIES)
    rows["anggota"][1]["keberadaan"] = "88"
    more = tables(sender.settings, 1, offset=9000)
    for name, table in rows.items():
        table[:] = table[:-2] + more[name]
    for row in rows["keluarga"][10:13]:
        row["desil_nasional"] = "4"
    return sender.deliver(JUNE, rows)


def test_the_planner_knows_the_rows_and_autovacuum_leaves_them_alone(revised: dict, sender: Pengirim):
    landed = sender.rows(
        "select c.reltuples > 0, c.reloptions from pg_inherits as i inner join pg_class as c on i.inhrelid = c.oid"
        " where i.inhparent::regclass::text like 'pendaratan.dtsen_%%'"
    )
    assert landed == [(True, ["autovacuum_enabled=off"])] * 6


def test_a_revision_is_compared_by_key_and_content(sender: Pengirim, revised: dict):
    # Loaded before: 319 families (one was quarantined, its member and membership with it), 317 persons.
    assert revised["selisih"] == {
        "keluarga": {"ditambah": 2, "dihapus": 2, "diubah": 3, "tetap": 314},
        "anggota": {"ditambah": 3, "dihapus": 2, "diubah": 0, "tetap": 315},
        "kepesertaan": {"ditambah": 2, "dihapus": 2, "diubah": 0, "tetap": 317},
    }
    ledger = sender.rows("select berkas, ditambah, dihapus, diubah, tetap from buku.selisih order by berkas")
    assert ledger == [(name, *counts.values()) for name, counts in sorted(revised["selisih"].items())]
    old, new = sender.rows(
        "select b.revisi_sumber as lama, a.revisi_sumber as baru from buku.selisih as s"
        " join buku.kiriman as a on a.id_kiriman = s.id_kiriman"
        " join buku.kiriman as b on b.id_kiriman = s.id_kiriman_lama limit 1"
    )[0]
    assert (old, new) == (1, 2)
    said = sender.report(JUNE)["pesan"]
    assert "Dibanding rev-1: keluarga +2 -2 ~3, anggota +3 -2 ~0, kepesertaan +2 -2 ~0" in said
    lines: list[str] = []
    month._tell("dtsen", revised, lines.append)
    assert lines[0] == (
        "  ~ dtsen menggantikan kiriman sebelumnya: keluarga +2 -2 ~3, anggota +3 -2 ~0, kepesertaan +2 -2 ~0"
    )


def test_a_repaired_row_is_loaded_and_its_past_is_known(sender: Pengirim, revised: dict):
    assert revised["dipulihkan"] == 3
    past = (
        "select berkas, id_sumber, kode, revisi_karantina, nomor_baris_karantina, revisi, nomor_baris, uid"
        " from audit.pemulihan where periode = %s order by 1, 2"
    )
    assert sender.rows(past, JUNE) == [
        ("anggota", "A1", "wajib_kosong", 1, 1, 2, 1, None),
        ("anggota", "A3", "wilayah_tidak_terpecahkan", 1, 3, 2, 3, None),
        ("keluarga", "K3", "wilayah_tidak_terpecahkan", 1, 3, 2, 3, None),
    ]
    # A2 was quarantined twice and comes back a month later: both rows of its past lead there.
    rows = tables(sender.settings, FAMILIES)
    assert sender.deliver(JULY, rows)["dipulihkan"] == 2
    assert sender.rows(past, JULY) == [
        ("anggota", "A2", "kode_tidak_dikenal", revision, 2, 3, 2, None) for revision in (1, 2)
    ]
    # Once back is back: a further revision tells nothing again, and an older month heals no later one.
    rows["keluarga"][5]["desil_nasional"] = "5"
    assert sender.deliver(JULY, rows)["dipulihkan"] == 0
    rows["anggota"][7]["nama"] = "-"
    sender.deliver("2026-08", rows)
    assert sender.deliver(JUNE, tables(sender.settings, FAMILIES))["dipulihkan"] == 0
    assert sender.rows("select count(*) from pendaratan.pemulihan") == [(5,)]


def test_notices_say_since_when(sender: Pengirim, revised: dict):
    seen = "select nama, kode, sejak, terakhir, jumlah from buku.pemberitahuan where jenis = %s and berkas = 'anggota'"
    assert sender.rows(seen, "judul_tidak_dikenal") == [("warna_rumah", None, JUNE, JUNE, None)]
    assert ("keberadaan", "77", JUNE, JUNE, 1) in sender.rows(seen, "kode_tidak_dikenal")
    assert ("keberadaan", "88", JUNE, JUNE, 1) in sender.rows(seen, "kode_tidak_dikenal")
    assert revised["pemberitahuan_baru"] == ["kode_tidak_dikenal anggota.keberadaan=88"]
    lines: list[str] = []
    month._tell("dtsen", revised, lines.append)
    assert lines[1] == "  ? dtsen baru kali ini: kode_tidak_dikenal anggota.keberadaan=88"
    absent = sender.rows(seen, "kolom_tidak_ada")
    assert ("tempat_lahir", None, JUNE) in [row[:3] for row in absent]


def test_a_column_that_slipped_shows_no_person(sender: Pengirim):
    rows = tables(sender.settings, FAMILIES)
    for position, row in enumerate(rows["anggota"]):
        # A column of names, of numbers, of common codes: only the last is told.
        row["jenis_kelamin"] = row["nama"]
        row["status_kawin"] = row["nomor_kartu_keluarga"]
        row["status_hubungan_keluarga"] = "SEPUPU" if position % 2 else "IPAR"
        row["33.16.08.01.01.80"] = "x"
    rows["anggota"][5]["status_hubungan_keluarga"] = "SUMIYATI"
    told = sender.deliver("2026-11", rows)
    noticed = sender.rows(
        "select nama, kode, jumlah from buku.pemberitahuan where jenis = 'kode_tidak_dikenal' and sejak = '2026-11'"
        " order by 1, 2"
    )
    assert noticed == [
        ("jenis_kelamin", None, 320), ("status_hubungan_keluarga", "IPAR", 160),
        ("status_hubungan_keluarga", "SEPUPU", 159), ("status_hubungan_keluarga", None, 1),
        ("status_kawin", None, 320),
    ]  # fmt: skip
    assert personal(json.dumps([noticed, told["pemberitahuan_baru"]])) == []
    assert "judul_tidak_dikenal anggota.(angka)" in told["pemberitahuan_baru"]


def test_a_load_that_dies_in_one_entity_counts_for_nothing_and_is_made_good(
    sender: Pengirim, revised: dict, monkeypatch
):
    """Entities are loaded in transactions of their own: what one of them left behind is replaced by the next run."""
    rows = tables(sender.settings, FAMILIES, offset=20000)
    copy_in = transport.copy_in

    def dies(connection, table, columns, path):
        if "kepesertaan" in path.name:
            raise OSError("the disk is full")
        return copy_in(connection, table, columns, path)

    monkeypatch.setattr(transport, "copy_in", dies)
    sender.write(SEPTEMBER, rows)
    with pytest.raises(OSError, match="disk"):
        sender.take(SEPTEMBER)
    assert sender.rows("select status from buku.kiriman where periode = %s", SEPTEMBER) == [("disimpan",)]

    monkeypatch.undo()
    landed = sender.take(SEPTEMBER)
    assert landed["diterima"] == {"keluarga": FAMILIES, "anggota": FAMILIES, "kepesertaan": FAMILIES}
    for entity in landed["diterima"]:
        counted = sender.rows(
            f"select count(*) from pendaratan.dtsen_{entity} where id_kiriman = %s", landed["id_kiriman"]
        )
        assert counted == [(FAMILIES,)]
