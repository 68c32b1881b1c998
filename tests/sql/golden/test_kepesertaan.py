"""Memberships, overlaps, the balance to the row, and what open data hides."""

from __future__ import annotations

from emas import Emas
from mendarat import JULI, JUNI


def test_58_and_59_overlaps_are_reported_by_their_rule(emas: Emas):
    rumah = emas.rumah("dtsen:k58")["uid_rumah_tangga"]
    ayah, ibu, anak = (emas.orang(f"dtsen:k58-{s}")["uid_individu"] for s in ("ayah", "ibu", "anak1"))
    peserta = emas.peserta(rumah)
    told = {k: (v["status"], v["status_lokal"], v["aturan_tumpang_tindih"]) for k, v in peserta.items()}
    assert told == {
        ("PKH", None): ("AKTIF", "aktif", "blt_dd_bukan_pkh"),
        ("BLT_DD", None): ("AKTIF", "aktif", "blt_dd_bukan_pkh"),
        ("SEMBAKO", None): ("GRADUASI_MANDIRI", None, None),
        # The row decides over the flag; the flag adds only where there is no row.
        ("PBI_JK", ayah): ("TIDAK_AKTIF", None, None),
        ("PBI_JK", ibu): ("AKTIF", "aktif", "pbi_eksklusif"),
        ("PBI_PEMDA", ibu): ("AKTIF", "aktif", "pbi_eksklusif"),
    }
    assert not any(uid == anak for _, uid in peserta)
    assert {v["tumpang_tindih"] for v in peserta.values() if v["aturan_tumpang_tindih"] is None} == {False}
    assert (peserta["PKH", None]["sumber_dana"], peserta["BLT_DD", None]["sumber_dana"]) == ("PUSAT", "DESA")


def test_7_a_person_who_stands_twice_in_a_registry_and_is_paid_twice_is_reported(emas: Emas):
    found = emas.rows(
        "select periode_salur, aturan_tumpang_tindih as aturan, tumpang_tindih from rilis.kepesertaan"
        " where id_rilis = '2026-06/1' and program = 'PBI_JK' and uid_individu = %s order by periode_salur",
        emas.orang("dtsen:k07-putri")["uid_individu"],
    )
    assert emas.uid("individu", "dtsen:k07-lagi", JUNI) == emas.uid("individu", "dtsen:k07-putri", JUNI)
    twice = "pbi_jk_dua_kali"
    assert [tuple(r.values()) for r in found] == [("2026-06", twice, True), (None, twice, True)]
    # Two months of one record are one payment each.
    ayah = emas.peserta(emas.rumah("dtsen:k07")["uid_rumah_tangga"])[
        "PBI_JK", emas.orang("dtsen:k07-ayah")["uid_individu"]
    ]
    assert (ayah["tumpang_tindih"], ayah["aturan_tumpang_tindih"]) == (False, None)


def test_a_flag_adds_nothing_where_any_record_of_the_person_has_a_row(emas: Emas):
    for satu, lagi in (("dtsen:k07-kakak", "dtsen:k07-kakak2"), ("dtsen:k07-adik", "dtsen:k07-adik2")):
        uid = emas.orang(satu)["uid_individu"]
        assert emas.uid("individu", lagi, JUNI) == uid
        found = emas.rows(
            "select program, status from rilis.kepesertaan where id_rilis = '2026-06/1' and uid_individu = %s"
            " order by program",
            uid,
        )
        assert [tuple(r.values()) for r in found] == [("PBI_JK", "TIDAK_AKTIF"), ("PBI_PEMDA", "AKTIF")]


def test_50_aid_of_the_province_and_the_district_by_year_and_end(emas: Emas):
    rumah = emas.rumah("dtsen:k50-a")["uid_rumah_tangga"]
    ayah = emas.orang("dtsen:k50-a-ayah")["uid_individu"]
    found = emas.rows(
        "select program, uid_individu, sumber_dana, periode_salur, status, sumber from rilis.kepesertaan"
        " where uid_rumah_tangga = %s and id_rilis = '2026-06/1' order by program, sumber_dana",
        rumah,
    )
    assert [tuple(r.values()) for r in found] == [
        ("JAMBAN", None, "KABUPATEN", None, "TIDAK_AKTIF", ["simnakis"]),
        ("KJS", ayah, "PROVINSI", "2025", "TIDAK_AKTIF", ["dtjateng"]),
        # Of the dwelling, so of no person.
        ("RTLH", None, "KABUPATEN", None, "AKTIF", ["simnakis"]),
        ("RTLH", None, "PROVINSI", "2026", "AKTIF", ["dtjateng"]),
    ]


def test_every_received_row_is_in_the_balance(emas: Emas):
    for periode in (JUNI, JULI):
        neraca = emas.rows("select * from rilis.neraca where id_rilis = %s", f"{periode}/1")
        assert len(neraca) == 9
        for r in neraca:
            assert r["diterima"] == r["dimuat"] + r["dikarantina"]
            assert r["dimuat"] == r["diterbitkan"] + r["digabung"] + r["di_luar_lingkup"]
        buku = emas.rows(
            "select p.id_kiriman, p.berkas, p.diterima from buku.pendaratan as p join buku.susunan as s"
            " using (id_kiriman) where s.id_rilis = %s", f"{periode}/1",
        )  # fmt: skip
        assert {tuple(r.values()) for r in buku} == {(r["id_kiriman"], r["berkas"], r["diterima"]) for r in neraca}


def test_16_a_family_of_no_known_village_is_quarantined_with_its_members_and_aid(emas: Emas):
    assert emas.rumah("dtjateng:k16-tahu")["kode_desa"] == "33.16.08.2002"
    # In July only the release before knows the village.
    assert emas.rumah("dtjateng:k16-lalu", JULI)["kode_desa"] == "33.16.08.2002"
    # Its number is another one here, or none: known by its members, by its own record.
    assert emas.rumah("dtjateng:k16-anggota1")["kode_desa"] == "33.16.08.2001"
    assert emas.rumah("dtjateng:k16-sendiri", JULI)["kode_desa"] == "33.16.08.2001"
    assert emas.uid("rumah_tangga", "dtjateng:k16-anggota2", JUNI) is None
    assert emas.uid("rumah_tangga", "dtjateng:k16-gelap", JUNI) is None
    held = emas.rows(
        "select berkas, kode from rilis.karantina where id_rilis = '2026-06/1' and sumber = 'dtjateng' order by berkas"
    )
    assert [tuple(r.values()) for r in held] == [
        ("anggota", "wilayah_tidak_terpecahkan"), ("anggota", "wilayah_tidak_terpecahkan"),
        ("anggota", "wilayah_tidak_terpecahkan"), ("anggota", "wilayah_tidak_terpecahkan"),
        ("bantuan", "wilayah_tidak_terpecahkan"), ("rumah_tangga", "wilayah_tidak_terpecahkan"),
        ("rumah_tangga", "wilayah_tidak_terpecahkan"),
    ]  # fmt: skip


def test_what_was_set_aside_at_landing_has_its_place_in_tautan(emas: Emas):
    found = emas.rows(
        "select id_sumber, nasib, uid is not null as bertaut, aturan from rilis.tautan"
        " where id_rilis = '2026-06/1' and sumber = 'dtsen' and (nasib in ('karantina', 'di_luar_lingkup')"
        " or aturan = 'kembar_dalam_kiriman') order by id_sumber"
    )
    assert [tuple(r.values()) for r in found] == [
        ("jauh", "di_luar_lingkup", False, None),
        ("k17", "digabung", True, "kembar_dalam_kiriman"),
        ("tanpa-nama", "karantina", False, None),
    ]


def test_open_data_hides_small_cells_and_one_more_that_would_tell(emas: Emas):
    found = emas.rows(
        "select ukuran, kelas, jumlah, disamarkan from rilis.ringkasan_desa"
        " where id_rilis = '2026-06/1' and kode_desa = '33.16.01.2001' and ukuran like 'rumah%%' order by 1, 2"
    )
    assert [tuple(r.values()) for r in found] == [
        # One other village has a small total: alone it could be told from the district's, so a second is hidden.
        ("rumah_tangga", "semua", None, True),
        ("rumah_tangga_menurut_desil", "1", None, True),
        ("rumah_tangga_menurut_desil", "2", None, True),
    ]
    assert emas.rows(
        "select count(*) as n from rilis.ringkasan_desa where jumlah < 5 or (jumlah is null) <> disamarkan"
    ) == [{"n": 0}]
    besar = emas.rows(
        "select jumlah from rilis.ringkasan_desa where id_rilis = '2026-06/1' and kode_desa = '33.16.08.2001'"
        " and ukuran = 'rumah_tangga'"
    )
    assert besar[0]["jumlah"] > 20
    desil = emas.rows(
        "select jumlah from rilis.ringkasan_kabupaten where id_rilis = '2026-06/1'"
        " and ukuran = 'rumah_tangga_menurut_desil' and kelas = 'tanpa_desil'"
    )
    assert desil[0]["jumlah"] > 5


def test_no_difference_of_open_data_tells_a_hidden_cell(emas: Emas):
    for periode in (JUNI, JULI):
        cells = {
            (r["kode_desa"], r["ukuran"], r["kelas"]): r["jumlah"]
            for t in ("ringkasan_desa", "ringkasan_kabupaten")
            for r in emas.rows(
                f"select kode_desa, ukuran, kelas, jumlah from rilis.{t}"
                " where id_rilis = %s and ukuran not like '%%_bps'",
                f"{periode}/1",
            )
        }
        sums: dict[tuple, list] = {}
        for (desa, ukuran, kelas), jumlah in cells.items():
            if desa is not None:
                sums.setdefault((None, ukuran, kelas), []).append(jumlah)
            if "_menurut_" in ukuran:
                sums.setdefault((desa, ukuran.partition("_menurut_")[0], "semua", ukuran), []).append(jumlah)
        for total, classes in sums.items():
            hidden = classes.count(None)
            if cells[total[:3]] is None:
                assert hidden, total
            elif hidden:
                # Not one cell, no small number, and not one each: a class that nobody is in has no row.
                rest = cells[total[:3]] - sum(filter(None, classes))
                assert hidden > 1 and rest >= 5 and rest > hidden, (total, rest, hidden)
