"""Which complaints and applications bring somebody onto the work list of visits, and that the list ends nothing."""

from __future__ import annotations

from dunia_uji import KELUARGA
from usulan_uji import Kasus

from sinkron import database, publish
from sinkron.settings import Settings

UPHELD = {"k57-kerabat", "k57-putus", "hilang-sehari", "bantah", "foto-a", "luar", "tanggal", "alasan"}


def listed(kasus: Kasus) -> dict[str, list[str]]:
    """Reasons of the families on the list, person and programme aside."""
    table = "release" if kasus.schema == "casework" else "rilis"
    found = kasus.rows(
        "select t.id_sumber, k.alasan"
        f" from {table}.kandidat_verifikasi as k join identitas.tautan as t on t.uid = k.uid_rumah_tangga"
        " and t.grain = 'rumah_tangga' and t.sumber = 'dtsen' and t.id_rilis = k.id_rilis"
        " where k.id_rilis = %s and k.uid_individu is null and k.program is null",
        kasus.id_rilis,
    )
    assert len(found) == len(dict(found))
    return dict(found)


def test_an_upheld_complaint_that_bore_no_proposal_is_visited_first_and_an_open_one_too(kasus_juni: Kasus):
    found = listed(kasus_juni)
    assert {kunci for kunci, alasan in found.items() if alasan == ["TETANGGA_TERBUKTI"]} == UPHELD | {"sanggah-awal"}
    assert {kunci for kunci, alasan in found.items() if alasan == ["ADUAN_TERBUKA"]} == {"nanti"}
    # Withdrawn, without ground and said again, answered by a visit, about nobody who receives: none of them.
    assert not {"k27", "k31", "layak", "tanpa-bantuan"} & set(found)


def test_what_is_proposed_to_end_is_not_visited_first_again(kasus_juni: Kasus, kasus_juli: Kasus):
    usulan = {kunci for kunci in KELUARGA if kasus_juni.usulan(kunci)}
    assert {"k26-benar", "k29", "k36", "mati"} <= usulan
    assert not usulan & set(listed(kasus_juni))
    # Nor a dead recipient whose programmes are on their way out.
    for kasus in (kasus_juni, kasus_juli):
        temuan = kasus.rows(f"select distinct alasan from {kasus.schema}.kandidat_temuan")
        assert ("TETANGGA_TERBUKTI",) in temuan and ("PENERIMA_MENINGGAL",) not in temuan
    assert kasus_juni.usulan("dukcapil") == {("PKH", None), ("PBI_JK", "dukcapil-satu")}


def test_an_upheld_objection_takes_the_complaint_off_the_list(kasus_juli: Kasus):
    found = listed(kasus_juli)
    assert {kunci for kunci, alasan in found.items() if alasan == ["TETANGGA_TERBUKTI"]} == UPHELD
    # Refused by the ministry: the complaint has borne its proposal, only new evidence makes another.
    assert not {"hilang", "sanggah"} & set(found)


def test_55_a_mark_of_online_gambling_is_no_reason(kasus_juni: Kasus):
    assert kasus_juni.kasus("aduan/AD-judol")["uid_rumah_tangga"] == kasus_juni.uid("dtsen:judol")
    assert "judol" not in listed(kasus_juni)


def test_a_worthy_application_of_people_in_no_registry_stands_on_the_list_by_its_case(kasus_juni: Kasus):
    found = kasus_juni.rows(
        "select id_kasus, uid_individu, program, skor, alasan, peringkat, kode_desa from rilis.kandidat_verifikasi"
        " where id_rilis = %s and uid_rumah_tangga is null",
        kasus_juni.id_rilis,
    )
    assert found == [
        ("pengajuan/PJ-baru", None, None, 100, ["PENGAJUAN_LAYAK_TANPA_REGISTRI"], 1, "33.16.08.2002")
    ]  # fmt: skip


def test_an_application_is_linked_to_whom_it_leads_and_decides_no_value(kasus_juni: Kasus):
    found = kasus_juni.rows(
        "select t.id_sumber, t.grain, t.uid, t.nasib, t.aturan, t.tanggal::text, p.versi, p.id_sumber as asal"
        " from rilis.tautan as t left join kasus.pengajuan as p using (id_kiriman, nomor_baris)"
        " where t.id_rilis = %s and t.sumber = 'pengajuan'",
        kasus_juni.id_rilis,
    )
    links = {row[:2]: row[2:] for row in found}
    assert len(links) == len(found) == 2 * len({number for number, _ in links})
    rumah, orang = kasus_juni.uid("dtsen:hidup"), kasus_juni.uid("dtsen:hidup-ayah", "individu")
    # As it stood at the end of the month: the change that withdrew it, at its place in its read.
    withdrawn = ("digabung", "nik_sama", "2026-06-14", 2, "PJ-cabut")
    assert links["PJ-cabut", "rumah_tangga"] == (rumah, *withdrawn)
    assert links["PJ-cabut", "individu"] == (orang, *withdrawn)
    # People in no registry stay a case.
    assert not {("PJ-baru", "individu"), ("PJ-baru", "rumah_tangga")} & set(links)


def test_when_a_feed_was_read_does_not_change_the_hash_of_the_links(gudang_kasus: Settings, kasus_juli: Kasus):
    def sums() -> str:
        return publish.hash_tables(connection, kasus_juli.id_rilis)[0]["tautan"]["sha256"]

    with database.connect(gudang_kasus) as connection:
        before = sums()
        connection.execute("update release.tautan set nomor_baris = 99 where id_sumber = 'PJ-35'")
        assert sums() == before
        connection.execute("update release.tautan set nomor_baris = 99 where id_sumber = 'k36' and sumber = 'dtsen'")
        assert sums() != before
        connection.rollback()
