"""Where a proposal goes, and under which numbers and name its receiver finds the family."""

from __future__ import annotations

from dunia_uji import ayah, no_kk
from usulan_uji import Kasus

from connectors.interface import code_lists
from tests.sql.golden.mendarat import nik


def sent(kasus: Kasus, keluarga: str, program: str) -> dict[str, tuple]:
    found = kasus.rows(
        "select tujuan, no_kk, nik, nama, keluarga from casework_juni.casework_penerima"
        " where uid_rumah_tangga = %s and program = %s",
        kasus.uid(f"dtsen:{keluarga}"), program,
    )  # fmt: skip
    return {row[0]: row[1:] for row in found}


def test_which_programme_goes_where(kasus_juni: Kasus):
    assert set(sent(kasus_juni, "pemda", "PKH")) == {"dtjateng", "siks_ng", "simnakis"}
    # Nobody declared it: who pays decides.
    assert set(sent(kasus_juni, "pemda", "BEDAH_WARUNG")) == {"simnakis"}


def test_what_was_sent_gets_no_further_receivers_when_its_membership_ends(kasus_juli: Kasus):
    """Who pays is not known of a membership that is gone: unknown payers are told to all three."""
    items = kasus_juli.rows(
        "select u.program, b.tujuan from antrean.baris as b join kasus.usulan as u using (id_baris)"
        " where u.bukti = 'VL-pemda' and u.program in ('BEDAH_WARUNG', 'BEASISWA') order by 1, 2"
    )
    assert items == [("BEASISWA", "simnakis"), ("BEDAH_WARUNG", "simnakis")]
    told = kasus_juli.rows(
        "select tujuan from casework.casework_penerima where uid_rumah_tangga = %s and program = 'BEDAH_WARUNG'",
        kasus_juli.uid("dtsen:pemda"),
    )
    assert told == [("simnakis",)]


def test_a_family_goes_by_its_head_and_a_person_by_its_own_name(kasus_juni: Kasus):
    kk, satu = no_kk("k36"), ayah("k36")
    assert sent(kasus_juni, "k36", "PKH") == {
        "dtjateng": (kk, satu, "SUPARMAN K36", []), "siks_ng": (kk, satu, "SUPARMAN K36", []),
        "simnakis": (kk, satu, "SUPARMAN K36", [{"id": "k36"}]),
    }  # fmt: skip
    assert sent(kasus_juni, "k36", "PBI_JK")["simnakis"][3] == [{"id": "k36", "anggota": ["k36-ayah"]}]


def test_each_receiver_reads_its_own_numbers(kasus_juni: Kasus):
    """DTJateng has another KK and another head, Simnakis does not know the family."""
    assert sent(kasus_juni, "beda", "PKH") == {
        "dtjateng": ("3316080101130777", nik(52, "1975-08-20", "P"), "YATUN", []),
        "siks_ng": (no_kk("beda"), ayah("beda"), "SUPARMAN BEDA", []),
        "simnakis": ("3316080101130777", ayah("beda"), "SUPARMAN BEDA", []),
    }


def test_every_reason_that_a_feed_accepts_has_its_meaning(kasus_juni: Kasus):
    known = {kode for (kode,) in kasus_juni.rows("select kode from staging.alasan")}
    assert set(code_lists()["alasan_tidak_layak"].values()) <= known
