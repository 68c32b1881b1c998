"""Whatever is tried with a deactivation, the database holds it to the way (migrations 0500 to 0502)."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json

import pytest
from antrean_uji import APPROVERS, JULY, JUNE, OFFICER, RECEIVERS, RELEASE, Antrean, row_id, without_guards

from sinkron import database, outbox
from sinkron.database import DatabaseError

STATES = (
    "diusulkan", "disetujui", "dikirim", "diakui", "ditolak", "tercermin", "belum_tercermin", "muncul_kembali",
    "dibatalkan", "tidak_berlaku",
)  # fmt: skip
# Written out once more: what the table of transitions allows is what a row may do, and nothing besides.
LEGAL = {
    "diusulkan": {"disetujui", "dibatalkan"},
    "disetujui": {"dikirim", "ditolak", "tidak_berlaku", "dibatalkan"},
    "dikirim": {"diakui", "ditolak", "tercermin", "belum_tercermin", "dibatalkan"},
    "diakui": {"ditolak", "tercermin", "belum_tercermin", "dibatalkan"},
    "belum_tercermin": {"diakui", "tercermin", "ditolak", "dibatalkan"},
    "tercermin": {"muncul_kembali", "ditolak", "dibatalkan"},
    "muncul_kembali": {"tercermin", "ditolak", "dibatalkan"},
    "ditolak": {"diakui"},
    "dibatalkan": set(),
    "tidak_berlaku": set(),
}
MOVE = "update antrean.baris set status = %s where id_baris = %s and tujuan = %s"


def refused(antrean: Antrean, statement: str, *values, match: str) -> None:
    """The statement raises, and says why in words without the row."""
    with pytest.raises(DatabaseError, match=match):
        antrean.do(statement, *values)


def state(antrean: Antrean, number: int, status: str, tujuan: str = "dtjateng") -> None:
    """Put an item into a state whatever stands against it."""
    with without_guards(antrean.superuser, antrean.settings) as connection:
        connection.execute(MOVE, [status, row_id(number), tujuan])


def sent(antrean: Antrean, *numbers: int, tujuan: str = "dtjateng") -> int:
    """Approve and store a body for one receiver; returns its number. Nothing was tried yet."""
    for number in numbers:
        antrean.propose(number, (tujuan,))
    antrean.approve()
    with database.connect(antrean.settings) as connection:
        assert outbox.authorise(connection) == len(numbers)
    body = json.dumps(sorted(numbers)).encode()
    with database.connect(antrean.settings) as connection:
        number = connection.execute(
            "insert into antrean.kiriman (tujuan, jenis, bulan_efektif, nomor_sk, isi, kunci)"
            " values (%s, 'penonaktifan', %s, 'SK/7', %s, %s) returning id_kiriman",
            [tujuan, JULY, body, hashlib.sha256(body).hexdigest()],
        ).fetchone()["id_kiriman"]
        for n in numbers:
            connection.execute(
                "insert into antrean.isi (id_kiriman, id_baris, tujuan, jenis) values (%s, %s, %s, 'penonaktifan')",
                [number, row_id(n), tujuan],
            )
    return number


@pytest.mark.parametrize("tujuan", RECEIVERS)
def test_only_the_written_transitions_are_possible(antrean: Antrean, tujuan: str):
    antrean.propose(1, (tujuan,))
    table = antrean.rows("select dari, ke from antrean.transisi")
    assert {(a, b) for a in LEGAL for b in LEGAL[a]} == set(table)
    for before, after in itertools.permutations(STATES, 2):
        state(antrean, 1, before, tujuan)
        if after not in LEGAL[before]:
            refused(antrean, MOVE, after, row_id(1), tujuan, match="bukan perpindahan yang sah")
        elif before == "ditolak" and tujuan != "siks_ng":
            refused(antrean, MOVE, after, row_id(1), tujuan, match="hanya SIKS-NG")
        elif after not in ("disetujui", "dikirim"):
            antrean.do(MOVE, after, row_id(1), tujuan)
            assert antrean.rows("select dari, ke from antrean.riwayat order by urutan desc limit 1") == [
                (before, after)
            ]


def test_an_item_begins_as_proposed_keeps_its_key_and_its_content(antrean: Antrean):
    antrean.propose(1, ("dtjateng",))
    refused(
        antrean, "insert into antrean.baris (id_baris, tujuan, status) values (%s, 'simnakis', 'disetujui')", row_id(1),
        match="baris baru berkeadaan diusulkan",
    )  # fmt: skip
    refused(antrean, "update antrean.baris set tujuan = 'siks_ng'", match="kunci tidak diubah")
    antrean.do("update antrean.baris set no_kk = '3316080101100002'")
    antrean.approve()
    antrean.do("update antrean.baris set status = 'disetujui'")
    refused(antrean, "update antrean.baris set no_kk = '3316080101100003'", match="tidak diubah")
    refused(antrean, "update antrean.baris set keluarga = '[{}]'", match="tidak diubah")


def test_nothing_is_approved_without_a_list_that_all_agreed_to(antrean: Antrean):
    antrean.propose(1, ("dtjateng",))
    way = (MOVE, "disetujui", row_id(1), "dtjateng")
    refused(antrean, *way, match="tidak ada daftar yang disahkan")
    antrean.list()
    refused(antrean, *way, match="tidak ada daftar yang disahkan")
    antrean.answer(1)
    refused(antrean, *way, match="tidak ada daftar yang disahkan")
    antrean.answer(2)
    antrean.do(*way)
    assert antrean.states() == {(1, "dtjateng"): "disetujui"}


def test_a_rejected_list_approves_nothing(antrean: Antrean):
    antrean.propose(1, ("dtjateng",))
    antrean.list()
    antrean.answer(1)
    antrean.answer(2, "siapa saja", jawaban="tolak")
    refused(antrean, MOVE, "disetujui", row_id(1), "dtjateng", match="tidak ada daftar yang disahkan")


def test_who_may_approve(antrean: Antrean):
    antrean.propose(1)
    sha256 = antrean.list()
    for place, who, why in (
        (2, None, "belum setuju"),
        (3, None, "tidak ada penyetuju ke-3"),
        (4, "uji-verifikator", "tidak ada penyetuju ke-4"),
        (0, "uji-verifikator", "tidak ada penyetuju ke-0"),
        (1, "uji-kepala", "bukan penyetuju ke-1"),
        (1, "siapa saja", "bukan penyetuju ke-1"),
    ):
        with pytest.raises(DatabaseError, match=why):
            antrean.answer(place, who)
    antrean.approvers(satu=OFFICER)
    with pytest.raises(DatabaseError, match="petugas verifikasi"):
        antrean.answer(1, OFFICER)
    antrean.approvers(dua=APPROVERS[1])
    antrean.answer(1)
    with pytest.raises(DatabaseError, match="dua kali"):
        antrean.answer(2, APPROVERS[1])
    # Configured once, and no longer.
    antrean.approvers(dua="uji-pengganti")
    with pytest.raises(DatabaseError, match="bukan penyetuju ke-2"):
        antrean.answer(2)
    assert antrean.rows("select keputusan.disahkan(%s)", sha256) == [(False,)]
    antrean.answer(2, "uji-pengganti")
    assert antrean.rows("select keputusan.disahkan(%s)", sha256) == [(True,)]


def test_beyond_a_cap_a_third_has_to_agree(antrean: Antrean):
    for number in range(1, 31):
        antrean.propose(number, ("dtjateng",))
    sha256 = antrean.list()
    assert antrean.rows("select melebihi_batas from antrean.daftar") == [(True,)]
    antrean.answer(1)
    antrean.answer(2)
    refused(antrean, MOVE, "disetujui", row_id(1), "dtjateng", match="tidak ada daftar yang disahkan")
    antrean.answer(3)
    assert antrean.rows("select keputusan.disahkan(%s)", sha256) == [(True,)]
    with database.connect(antrean.settings) as connection:
        assert outbox.authorise(connection) == 30


def test_the_caps_count_what_was_approved_earlier_in_the_month(antrean: Antrean):
    """By the village of the family, which a receiver may not know, and each family once."""
    here, other = {"kode_desa": "33.16.01.2001"}, {"kode_desa": "33.16.02.2001"}
    again = {"uid_rumah_tangga": "rt1", "uid_individu": "in1", "program": "PBI_JK"}

    def listed(number: int, **changes) -> tuple:
        antrean.propose(number, ("dtjateng",), **changes)
        sha256 = antrean.list()
        made = "select ringkasan, melebihi_batas from antrean.daftar where sha256 = %s"
        ((facts, beyond),) = antrean.rows(made, sha256)
        warned = antrean.rows("select periksa from audit.hasil_periksa where sha256 = %s and hasil <> 'lulus'", sha256)
        return facts["keluarga"], facts["terbanyak_sedesa"], beyond, [name for (name,) in warned]

    def agree(places: int) -> None:
        for place in range(1, places + 1):
            antrean.answer(place, **({"nomor_sk": "SK/7"} if place == 2 else {}))

    for number in range(1, 5):
        antrean.propose(number, ("dtjateng",), **here)
    assert listed(5, **here) == (5, 5, False, [])
    agree(2)
    assert listed(6, **again, **here) == (5, 5, False, [])
    agree(2)
    assert listed(7, **here) == (6, 6, True, ["dalam_batas_sedesa"])
    agree(3)
    # A village in which nothing more is asked for is nobody's question now.
    assert listed(8, **other) == (7, 1, False, [])
    agree(2)
    for number in range(9, 22):
        antrean.propose(number, ("dtjateng",))
    assert listed(22) == (21, 2, True, ["dalam_batas_sebulan"])


def test_an_answer_is_to_this_list_after_it_was_made_and_judged(antrean: Antrean):
    antrean.propose(1)
    sha256 = antrean.list()
    with pytest.raises(DatabaseError, match="lebih tua"):
        antrean.answer(1, pada=dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))
    with pytest.raises(DatabaseError, match="tidak ada daftar"):
        antrean.answer(1, sha256="0" * 64)
    antrean.release("2026-07/1")
    refused(
        antrean,
        "insert into keputusan.putusan (id_rilis, jenis, urutan, sha256, jawaban, oleh, otomatis, pada)"
        " values ('2026-07/1', 'push', 1, %s, 'setuju', 'uji-verifikator', false, now())",
        sha256, match="tidak ada daftar",
    )  # fmt: skip
    antrean.do("update audit.putusan_gerbang set putusan = 'gagal' where gerbang = 'daftar'")
    with pytest.raises(DatabaseError, match="gerbang daftar belum meluluskan"):
        antrean.answer(1)
    antrean.do("delete from audit.putusan_gerbang")
    with pytest.raises(DatabaseError, match="gerbang daftar belum meluluskan"):
        antrean.answer(1, sha256=sha256)


def test_a_list_is_its_bytes(antrean: Antrean):
    antrean.propose(1)
    sha256 = antrean.approve()
    antrean.propose(2)
    ((content, count),) = antrean.rows("select isi, jumlah from antrean.daftar")
    copy = "insert into antrean.daftar (sha256, periode, id_rilis, isi, jumlah, melebihi_batas, ringkasan)"
    other = content.replace('"MAMPU"', '"MAMPV"')
    for statement, values, why in (
        ("update antrean.daftar set isi = %s", [other], "hanya dapat ditambah"),
        ("delete from antrean.daftar_baris", [], "hanya dapat ditambah"),
        ("update antrean.daftar_baris set id_baris = %s", [row_id(2)], "hanya dapat ditambah"),
        ("truncate antrean.daftar cascade", [], "hanya dapat ditambah"),
        ("insert into antrean.daftar_baris values (%s, %s, 'dtjateng', '{}')", [sha256, row_id(2)], "dari isi daftar"),
        # Another content under the sha256 that was decided on, and a row more or less than it says.
        (f"{copy} values (%s, %s, %s, %s, %s, false, '{{}}')", [sha256, JUNE, RELEASE, other, count], "daftar"),
        (f"{copy} values (%s, %s, %s, %s, %s, false, '{{}}')", [_sha256(other), JUNE, RELEASE, other, count + 1],
         "jumlah menyebut"),
        (f"{copy} values (%s, %s, %s, %s, %s, false, '{{}}')", [_sha256(other), JUNE, RELEASE, other, count - 1],
         "jumlah menyebut"),
    ):  # fmt: skip
        refused(antrean, statement, *values, match=why)
    # The list with one byte changed is another list, which nobody agreed to.
    antrean.do(f"{copy} values (%s, %s, %s, %s, %s, false, '{{}}')", _sha256(other), JUNE, RELEASE, other, count)
    assert antrean.rows("select keputusan.disahkan(%s)", _sha256(other)) == [(None,)]
    refused(antrean, MOVE, "disetujui", row_id(2), "dtjateng", match="tidak ada daftar yang disahkan")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "change", ["no_kk = '3316080101100009'", "nik = '3316084001900009'", "nama = 'ORANG LAIN'", "kode_desa = 'x'",
               "keluarga = '[{\"id\": \"SMN-9\"}]'"],
)  # fmt: skip
def test_a_row_that_changed_after_it_was_decided_on_waits_for_another_list(antrean: Antrean, change: str):
    antrean.propose(1, ("dtjateng",))
    antrean.propose(2, ("dtjateng",))
    antrean.approve()
    antrean.do(f"update antrean.baris set {change} where id_baris = %s", row_id(1))
    refused(antrean, MOVE, "disetujui", row_id(1), "dtjateng", match="tidak ada daftar yang disahkan")
    refused(
        antrean, f"update antrean.baris set status = 'disetujui', {change} where id_baris = %s", row_id(2),
        match="tidak diubah",
    )  # fmt: skip
    with database.connect(antrean.settings) as connection:
        assert outbox.authorise(connection) == 1
    assert antrean.states() == {(1, "dtjateng"): "diusulkan", (2, "dtjateng"): "disetujui"}
    sha256 = antrean.list()
    assert antrean.rows("select id_baris from antrean.daftar_baris where sha256 = %s", sha256) == [(row_id(1),)]


def test_a_withdrawn_release_or_a_lost_ground_approves_nothing(antrean: Antrean):
    antrean.propose(1, ("dtjateng",))
    antrean.approve()
    antrean.do("delete from kasus.usulan_rilis")
    refused(antrean, MOVE, "disetujui", row_id(1), "dtjateng", match="tidak ada daftar yang disahkan")
    antrean.do("insert into kasus.usulan_rilis values (%s, %s)", RELEASE, row_id(1))
    antrean.do("update rilis.rilis set status = 'ditarik'")
    refused(antrean, MOVE, "disetujui", row_id(1), "dtjateng", match="tidak ada daftar yang disahkan")


def _hold(antrean: Antrean, kind: str, number: int) -> None:
    if kind == "tahanan":
        antrean.hold(number)
    elif kind == "pembatalan":
        antrean.do(
            "insert into kasus.pembatalan (id_baris, alasan, bukti) values (%s, 'KELIRU', 'uji')", row_id(number)
        )
    else:
        antrean.objection(number, kind)
        if kind == "layak":
            # What was found worthy stays so on its way to the ministry.
            antrean.objection(number, "diusulkan")


HOLDS = ("tahanan", "pembatalan", "diajukan", "verifikasi_lapangan", "layak")


@pytest.mark.parametrize("kind", HOLDS)
def test_a_held_row_is_neither_approved_nor_put_into_a_body_nor_sent(antrean: Antrean, kind: str):
    antrean.propose(1, ("dtjateng",))
    antrean.approve()
    _hold(antrean, kind, 1)
    refused(antrean, MOVE, "disetujui", row_id(1), "dtjateng", match="ditahan")
    # Approved before it was held: in no body; in a body before it was held: not sent.
    state(antrean, 1, "disetujui")
    body = b"[1]"
    antrean.do(
        "insert into antrean.kiriman (tujuan, jenis, bulan_efektif, nomor_sk, isi, kunci)"
        " values ('dtjateng', 'penonaktifan', %s, 'SK', %s, %s)", JULY, body, hashlib.sha256(body).hexdigest(),
    )  # fmt: skip
    enter = "insert into antrean.isi select id_kiriman, %s, 'dtjateng', 'penonaktifan' from antrean.kiriman"
    refused(antrean, enter, row_id(1), match="ditahan")
    with without_guards(antrean.superuser, antrean.settings) as connection:
        connection.execute(enter, [row_id(1)])
    refused(antrean, "update antrean.kiriman set percobaan = 1", match="ditahan, susun ulang")
    # Announced before: it may be there already, and only the same bytes tell.
    with without_guards(antrean.superuser, antrean.settings) as connection:
        connection.execute("update antrean.kiriman set percobaan = 1")
    antrean.do("update antrean.kiriman set percobaan = 2")


def test_an_objection_that_is_over_holds_nothing(antrean: Antrean):
    antrean.propose(1, ("dtjateng",))
    antrean.approve()
    for status in ("diajukan", "layak", "ditolak_pusat"):
        antrean.objection(1, status)
    antrean.do(MOVE, "disetujui", row_id(1), "dtjateng")
    for status in ("tidak_layak", "dicabut"):
        antrean.objection(1, "diajukan")
        assert antrean.rows("select sebab from kasus.tahanan_terbuka") == [("sanggah",)]
        antrean.objection(1, status)
    assert antrean.rows("select sebab from kasus.tahanan_terbuka") == []


def test_a_row_is_in_one_body_until_that_body_is_known_not_to_be_taken(antrean: Antrean):
    number = sent(antrean, 1, 2)
    other = b"[2]"
    antrean.do(
        "insert into antrean.kiriman (tujuan, jenis, bulan_efektif, nomor_sk, isi, kunci)"
        " values ('dtjateng', 'penonaktifan', %s, 'SK', %s, %s)", JULY, other, hashlib.sha256(other).hexdigest(),
    )  # fmt: skip
    again = "insert into antrean.isi select max(id_kiriman), %s, 'dtjateng', 'penonaktifan' from antrean.kiriman"
    refused(antrean, again, row_id(2), match="sekali_dikirim")
    antrean.do("update antrean.kiriman set percobaan = 1 where id_kiriman = %s", number)
    loose = "update antrean.isi set lepas = true where id_kiriman = %s"
    refused(antrean, loose, number, match="mungkin sudah diterima")
    antrean.do("update antrean.kiriman set status = 'terkirim', rujukan = 'K' where id_kiriman = %s", number)
    refused(antrean, loose, number, match="mungkin sudah diterima")
    for status in ("siap", "dipecah"):
        refused(
            antrean, "update antrean.kiriman set status = %s where id_kiriman = %s", status, number,
            match="bukan perpindahan yang sah",
        )  # fmt: skip
    refused(antrean, "delete from antrean.isi", match="tidak dihapus")
    refused(antrean, "update antrean.isi set id_baris = %s", row_id(1), match="hanya lepas")
    refused(antrean, again, row_id(2), match="sekali_dikirim")
    antrean.do(MOVE, "dikirim", row_id(1), "dtjateng")
    refused(antrean, again, row_id(1), match="yang dikirim hanya yang disetujui")


def test_a_body_is_what_it_was_when_it_was_stored(antrean: Antrean):
    number = sent(antrean, 1)
    for change in ("isi = 'x'", "nomor_sk = 'lain'", "bulan_efektif = '2026-08'", "tujuan = 'siks_ng'",
                   "jenis = 'pembatalan'"):  # fmt: skip
        refused(antrean, f"update antrean.kiriman set {change}", match="isi yang tersimpan tidak diubah")
    refused(antrean, "update antrean.kiriman set kunci = %s", "0" * 64, match="kiriman_check")
    refused(antrean, "update antrean.kiriman set status = 'terkirim', rujukan = 'K'", match="terkirim_setelah_dicoba")
    refused(antrean, "update antrean.kiriman set status = 'terkirim', percobaan = 1", match="terkirim_dengan_rujukan")
    antrean.do("update antrean.kiriman set percobaan = 2")
    refused(antrean, "update antrean.kiriman set percobaan = 0", match="hanya bertambah")
    refused(antrean, MOVE, "dikirim", row_id(1), "dtjateng", match="tidak ada kiriman yang diterima")
    refused(antrean, "delete from antrean.kiriman", match="tidak dihapus")
    refused(
        antrean,
        "insert into antrean.kiriman (tujuan, jenis, bulan_efektif, nomor_sk, isi, kunci)"
        " select tujuan, jenis, bulan_efektif, nomor_sk, isi, kunci from antrean.kiriman where id_kiriman = %s",
        number, match="sekali_disimpan",
    )  # fmt: skip


def test_nothing_is_taken_back_without_a_reason_that_is_written_down(antrean: Antrean):
    number = sent(antrean, 1)
    antrean.do("update antrean.kiriman set percobaan = 1, status = 'terkirim', rujukan = 'K'")
    antrean.do(MOVE, "dikirim", row_id(1), "dtjateng")
    back = "insert into antrean.isi values (%s, %s, 'dtjateng', 'pembatalan', false)"
    refused(antrean, back, number, row_id(1), match="tidak ada pembatalan")


@pytest.mark.parametrize(
    "table", ["kasus.usulan", "kasus.pembatalan", "antrean.riwayat", "antrean.daftar", "antrean.daftar_baris"]
)
def test_what_is_history_only_grows(antrean: Antrean, table: str):
    for statement in (f"update {table} set id_baris = id_baris", f"delete from {table}", f"truncate {table} cascade"):
        refused(antrean, statement.replace("daftar set id_baris = id_baris", "daftar set isi = isi"),
                match="hanya dapat ditambah")  # fmt: skip


def test_items_bodies_and_holds_are_not_removed(antrean: Antrean):
    sent(antrean, 1)
    antrean.hold(1)
    for table in ("antrean.baris", "antrean.kiriman", "antrean.isi", "kasus.tahanan"):
        refused(antrean, f"truncate {table} cascade", match="hanya dapat ditambah")
    refused(antrean, "delete from antrean.baris", match="tidak dihapus")
    refused(antrean, "delete from kasus.tahanan", match="hanya sampai")
    antrean.lift(1)
    refused(antrean, "update kasus.tahanan set sampai = null", match="hanya sampai")
    refused(antrean, "update kasus.tahanan set alasan = 'lain'", match="hanya sampai")
