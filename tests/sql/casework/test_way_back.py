"""The month after: what was sent, refused, contested or withdrawn, and what the new deliveries show of it."""

from __future__ import annotations

from usulan_uji import Kasus

from sinkron import database, postgres, publish
from sinkron.settings import Settings
from sinkron.steps import decide
from tests.sql.deactivation.antrean_uji import without_guards

ALL = {("PKH", None), ("SEMBAKO", None)}


def everything(kunci: str) -> set[tuple]:
    return ALL | {("PBI_JK", f"{kunci}-ayah")}


def shown(kasus: Kasus, bukti: str) -> set[tuple]:
    return set(kasus.rows(
        "select u.program, p.tujuan, p.hasil, p.cara from casework.casework_pencocokan as p"
        " join kasus.usulan as u using (id_baris) where u.bukti = %s", bukti,
    ))  # fmt: skip


def test_36_what_was_sent_and_is_still_active(kasus_juli: Kasus):
    assert shown(kasus_juli, "VL-36") == {
        ("PKH", "dtjateng", "belum_tercermin", "masih_aktif"), ("PKH", "siks_ng", "belum_tercermin", "masih_aktif"),
        ("PKH", "simnakis", "tercermin", "dijawab"), ("SEMBAKO", "siks_ng", "belum_tercermin", "masih_aktif"),
        ("SEMBAKO", "dtjateng", "tercermin", "tidak_aktif"), ("SEMBAKO", "simnakis", "tercermin", "dijawab"),
        ("PBI_JK", "siks_ng", "belum_tercermin", "masih_aktif"), ("PBI_JK", "dtjateng", "tercermin", "tidak_aktif"),
        ("PBI_JK", "simnakis", "tercermin", "dijawab"),
    }  # fmt: skip
    # Its own row goes on; the later visit makes no second one.
    assert kasus_juli.usulan("k36", "bukti", "bulan_efektif", "id_baris is not null") == {
        (*u, "VL-36", "2026-07", True) for u in everything("k36")
    }
    assert kasus_juli.lokal("k36") == {
        ("PKH", "dtsen"): "belum_tercermin", ("PKH", "dtjateng"): "belum_tercermin",
        ("SEMBAKO", "dtsen"): "belum_tercermin", ("PBI_JK", "dtsen"): "belum_tercermin", ("PIP", "dtsen"): "aktif",
    }  # fmt: skip
    # The child's PIP goes on.
    assert kasus_juli.status("k36") == "aktif"


def test_37_what_was_refused_is_active_again_until_there_is_new_evidence(kasus_juli: Kasus):
    assert kasus_juli.usulan("hilang") == set()
    assert kasus_juli.lokal("hilang") == {
        ("PKH", "dtsen"): "ditolak_pusat", ("PKH", "dtjateng"): "ditolak_pusat", ("SEMBAKO", "dtsen"): "ditolak_pusat",
        ("PBI_JK", "dtsen"): "ditolak_pusat", ("PIP", "dtsen"): "aktif",
    }  # fmt: skip
    assert kasus_juli.status("hilang") == "aktif"
    assert kasus_juli.usulan("k37", "bukti", "bulan_efektif", "id_baris is null") == {
        (*u, "VL-37-lagi", "2026-09", True) for u in everything("k37")
    }


def test_a_new_proposal_after_a_refusal_is_another_row(kasus_juli: Kasus):
    """With the month of the refused one its id would be the same, and nothing would ever be sent."""
    assert kasus_juli.usulan("tabrak", "bukti", "bulan_efektif", "id_baris is null") == {
        ("PKH", None, "VL-tabrak-lagi", "2026-09", True)
    }


def test_a_row_follows_its_household_through_merges(kasus_juli: Kasus):
    assert kasus_juli.usulan("layak", "id_baris", "bukti") == {("PKH", None, "ab" * 32, "VL-gabung")}
    assert shown(kasus_juli, "VL-gabung") == {("PKH", "siks_ng", "belum_tercermin", "masih_aktif")}


def test_29_one_receiver_refuses_the_others_go_on(kasus_juli: Kasus):
    assert kasus_juli.usulan("k29", "bukti") == {("PKH", None, "VL-29")}
    assert kasus_juli.lokal("k29") == {
        ("PKH", "dtsen"): "ditolak_pusat", ("PKH", "dtjateng"): "belum_tercermin", ("SEMBAKO", "dtsen"): "aktif",
        ("PBI_JK", "dtsen"): "aktif", ("PIP", "dtsen"): "aktif",
    }  # fmt: skip


def test_37_what_the_ministry_refused_is_no_open_proposal_while_others_still_have_it(kasus_juli: Kasus):
    assert kasus_juli.usulan("beda", "bukti") == {("PKH", None, "VL-beda")}
    assert kasus_juli.lokal("beda") == {("PKH", "dtsen"): "ditolak_pusat"}
    assert kasus_juli.status("beda") == "aktif"


def test_35_what_is_gone_is_reflected_and_who_asks_again_has_a_past(kasus_juli: Kasus):
    assert ("PKH", "siks_ng", "tercermin", "tidak_aktif") in shown(kasus_juli, "VL-35")
    assert ("PKH", "dtjateng", "tercermin", "tidak_aktif") in shown(kasus_juli, "VL-35")
    assert kasus_juli.lokal("k35")["PKH", "dtsen"] == "tercermin"
    assert kasus_juli.kasus("pengajuan/PJ-35")["kasus_sebelumnya"] == "aduan/AD-35"


def test_a_family_that_a_complete_delivery_does_not_have_is_reflected_and_counted_apart(kasus_juli: Kasus):
    assert {row[1:] for row in shown(kasus_juli, "VL-pergi")} == {
        ("dtjateng", "tercermin", "keluarga_hilang"), ("siks_ng", "tercermin", "keluarga_hilang"),
        ("simnakis", "tercermin", "dijawab"),
    }  # fmt: skip


def test_what_is_not_due_is_not_judged(kasus_juli: Kasus):
    """Sent and acknowledged, but from August on."""
    assert shown(kasus_juli, "VL-berkala") == set()
    assert kasus_juli.usulan("berkala", "bulan_efektif") == {(*u, "2026-08") for u in ALL}
    assert kasus_juli.lokal("berkala")["PKH", "dtsen"] == "nonaktif_diusulkan"


def test_27_withdrawn_before_it_was_sent_ends_it_after_that_nothing_reverses(kasus_juli: Kasus):
    assert kasus_juli.usulan("k27-cabut") == set()
    assert kasus_juli.lokal("k27-cabut")["PKH", "dtsen"] == "aktif"
    assert kasus_juli.usulan("k27-kirim", "bukti") == {(*u, "VL-27-kirim") for u in everything("k27-kirim")}


def test_an_approved_row_stays_though_the_membership_has_ended(kasus_juli: Kasus):
    assert kasus_juli.usulan("k34-18", "bulan_efektif", "id_baris is not null") == {("PKH", None, "2026-08", True)}


def test_an_objection_holds_while_open_and_ends_what_it_contests_when_upheld(kasus_juli: Kasus):
    found = kasus_juli.rows(
        "select s.rujukan, s.keadaan, s.tanggal::text, array_agg(u.program order by u.program)"
        " from casework.casework_sanggah as s join kasus.usulan as u using (id_baris) group by 1, 2, 3 order by 1"
    )
    assert found == [
        ("PJ-sanggah", "dikabulkan", "2026-07-12", ["PBI_JK", "PKH", "SEMBAKO"]),
        ("PJ-sanggah-buka", "terbuka", "2026-07-12", ["PBI_JK", "PKH", "SEMBAKO"]),
        ("PJ-sanggah-tolak", "ditolak", "2026-07-12", ["PBI_JK", "PKH", "SEMBAKO"]),
    ]
    # It had been sent; that it is still active is no finding against its receivers.
    assert kasus_juli.usulan("sanggah") == shown(kasus_juli, "VL-sanggah") == set()
    assert set(kasus_juli.lokal("sanggah").values()) == {"aktif"}
    assert kasus_juli.usulan("sanggah-buka") == everything("sanggah-buka")


def test_a_family_of_which_everything_is_proposed_to_end_is_told_so(kasus_juli: Kasus):
    assert kasus_juli.status("mati-sendiri") == "nonaktif_diusulkan"
    # The child's PIP goes on; nobody of a family is left.
    assert (kasus_juli.status("k30"), kasus_juli.status("dukcapil")) == ("aktif", "bubar")


def test_cases_are_released_without_who_complained(kasus_juli: Kasus):
    columns = [name for (name,) in kasus_juli.rows(
        "select column_name from information_schema.columns where table_schema = 'release' and table_name = 'kasus'"
        " order by ordinal_position"
    )]  # fmt: skip
    assert columns == [
        "id_kasus", "jenis", "sumber", "id_sumber", "versi", "uid_rumah_tangga", "uid_individu", "program", "status",
        "status_resolusi", "id_pemeriksaan", "kasus_sebelumnya", "perlu_periksa", "dibuka", "tenggat", "ditutup",
        "kode_desa", "id_rilis",
    ]  # fmt: skip
    assert kasus_juli.rows("select jenis, status, ditutup::text from release.kasus where id_kasus = 'aduan/AD-27'") == [
        ("aduan", "dicabut", "2026-06-20 08:00:00+07")
    ]
    assert kasus_juli.rows("select kode_desa from release.kasus where id_kasus = 'aduan/AD-36'") == [("33.16.08.2001",)]


def test_a_case_is_known_as_of_an_instant(kasus_juli: Kasus):
    def status(instant: str) -> list[tuple]:
        return kasus_juli.rows(
            "select versi, status, ditutup is not null, tenggat::text from kasus.keadaan_kasus(%s)"
            " where id_kasus = 'aduan/AD-27-cabut'", instant,
        )  # fmt: skip

    assert status("2026-06-20T08:00:00+07:00") == []
    assert status("2026-07-01T00:00:00+07:00") == [(1, "terbukti", False, "2026-08-01")]
    assert status("infinity") == [(2, "dicabut", True, None)]


def test_38_the_same_candidate_again_proposes_the_same(kasus_juli: Kasus, gudang_kasus: Settings):
    def state() -> tuple:
        with database.connect(gudang_kasus) as connection:
            tables, _ = publish.hash_tables(connection, "2026-07/1")
        ids = kasus_juli.rows("select id_rilis, id_baris from kasus.usulan_rilis order by 1, 2")
        return tables, ids, kasus_juli.rows("select count(*) from kasus.usulan")

    before = state()
    decide.run(gudang_kasus, "2026-07")
    assert state() == before


def test_an_older_month_built_again_leaves_what_receivers_carry_now(kasus_juli: Kasus, gudang_kasus: Settings):
    """They find the family by their newest delivery, and August's is here (contracts/sinks.md)."""
    waiting = (
        "from antrean.baris as b join kasus.usulan_rilis as s using (id_baris)"
        " where s.id_rilis = '2026-07/1' and b.tujuan = 'siks_ng' and b.status = 'diusulkan' and not exists ("
        "select from antrean.riwayat as r where r.id_baris = b.id_baris and r.ke <> 'diusulkan')"
    )
    with database.connect(gudang_kasus) as connection:
        connection.execute(
            "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode, sha256,"
            " diterbitkan) values ('2026-08/1', '2026-08', 1, 'terbit', 'uji', 'uji', 'uji', clock_timestamp())"
        )
        connection.execute(
            "update antrean.baris set no_kk = 'agustus'"
            f" where tujuan = 'siks_ng' and id_baris in (select b.id_baris {waiting})"
        )
    try:
        decide.run(gudang_kasus, "2026-07")
        assert set(kasus_juli.rows(f"select b.no_kk {waiting}")) == {("agustus",)}
    finally:
        with database.connect(gudang_kasus) as connection:
            connection.execute("delete from rilis.rilis where id_rilis = '2026-08/1'")
    # With no later month out it is July that says.
    decide.run(gudang_kasus, "2026-07")
    assert ("agustus",) not in kasus_juli.rows(f"select b.no_kk {waiting}")


def test_what_a_later_month_proposed_is_unknown_to_a_month_that_is_built_again(
    kasus_juli: Kasus, gudang_kasus: Settings, instalasi: Settings
):
    """Its complaint was answered in August, although the visit was in July (rules.md "Cases and deactivation")."""
    family = (
        "select uid_rumah_tangga, status_lokal from release.kepesertaan where program = 'PKH' and {}"
        " order by uid_rumah_tangga limit 1"
    )
    ((uid, _),) = kasus_juli.rows(family.format(
        "status_lokal = 'aktif' and uid_rumah_tangga not in (select uid_rumah_tangga from kasus.usulan)"
    ))  # fmt: skip
    with database.connect(gudang_kasus) as connection:
        connection.execute(
            "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode, sha256,"
            " diterbitkan) values ('2026-08/1', '2026-08', 1, 'terbit', 'uji', 'uji', 'uji', clock_timestamp())"
        )
        connection.execute(
            "insert into kasus.usulan (id_baris, uid_rumah_tangga, program, kode_alasan, bulan_efektif, bukti,"
            " tanggal_verifikasi, asal, petugas, id_rilis)"
            " values (%s, %s, 'PKH', 'MAMPU', '2026-09', 'VL-agustus', '2026-07-15', 'berkala', 'uji', '2026-08/1')",
            ["a" * 64, uid],
        )
        connection.execute("insert into antrean.baris (id_baris, tujuan) values (%s, 'siks_ng')", ["a" * 64])
        # A revision of July that is composed now knows that it was sent.
        connection.execute(
            "insert into antrean.riwayat (id_baris, tujuan, ke, pada)"
            " select %s, 'siks_ng', 'dikirim', dibuat from rilis.rilis where id_rilis = '2026-07/1'",
            ["a" * 64],
        )
    try:
        decide.run(gudang_kasus, "2026-07")
        assert kasus_juli.rows("select * from casework.casework_usulan where bukti = 'VL-agustus'") == []
        assert kasus_juli.rows(family.format(f"uid_rumah_tangga = '{uid}'")) == [(uid, "aktif")]
    finally:
        with without_guards(postgres.ensure_running(instalasi).superuser_url, gudang_kasus) as connection:
            for table in ("antrean.riwayat", "antrean.baris", "kasus.usulan"):
                connection.execute(f"delete from {table} where id_baris = %s", ["a" * 64])
            connection.execute("delete from rilis.rilis where id_rilis = '2026-08/1'")
    decide.run(gudang_kasus, "2026-07")


def test_a_delivery_of_an_earlier_month_judges_nothing(kasus_juli: Kasus, gudang_kasus: Settings):
    with database.connect(gudang_kasus) as connection:
        connection.execute("update buku.susunan set lama = true where id_rilis = '2026-07/1' and sumber = 'dtjateng'")
    decide.run(gudang_kasus, "2026-07")
    assert {row[1] for row in shown(kasus_juli, "VL-36")} == {"siks_ng", "simnakis"}
