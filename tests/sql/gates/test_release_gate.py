"""Each named check of the release gate has a planted defect that it catches, alone or with the named others."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator

import pytest
from gudang import warehouse
from kandidat import BEFORE, RELEASE, build, candidate, restore

from expectations import checkpoint, release
from sinkron import database
from sinkron.settings import Settings

# check -> (what is planted, other checks that must fail with it)
PLANTS: dict[str, tuple[str, set[str]]] = {
    "kolom_wajib": ("update release.karantina set kode = null", set()),
    "kunci_lain": ("insert into release.asal_usul select * from release.asal_usul", set()),
    "kosakata_lain": ("update release.perubahan set jenis = 'hilang' where uid = 'r1'", set()),
    "satu_rilis": ("update release.masalah set id_rilis = '2026-06/1'", set()),
    "rumah_tangga_ada": (
        "truncate release.rumah_tangga",
        {"kecamatan_lengkap", "desil_ada", "individu_berumah", "kepesertaan_rujukan", "tautan_rujukan",
         "rumah_tangga_turun", "kecamatan_turun", "kandidat_rujukan"},
    ),
    "rumah_tangga_kunci": (
        "insert into release.rumah_tangga select * from release.rumah_tangga where uid_rumah_tangga = 'r1'", set(),
    ),
    "rumah_tangga_kosakata": ("update release.rumah_tangga set status = 'Aktif' where uid_rumah_tangga = 'r1'", set()),
    "rumah_tangga_wilayah": (
        "update release.rumah_tangga set kode_desa = '33.17.01.2001' where uid_rumah_tangga = 'r1'", set(),
    ),
    "kecamatan_lengkap": (
        "update release.rumah_tangga set kode_kecamatan = '33.16.02', kode_desa = '33.16.02.2001'"
        " where kode_kecamatan = '33.16.01'", {"kecamatan_turun"},
    ),
    "desil_rentang": ("update release.rumah_tangga set desil_nasional = 0 where uid_rumah_tangga = 'r1'", set()),
    # Whom DTSEN carries no more keeps the decile of the release before.
    "desil_ada": (
        "update release.rumah_tangga set desil_nasional = null where uid_rumah_tangga <> 'r1';"
        " update release.rumah_tangga set di_dtsen = false where uid_rumah_tangga = 'r1'", {"desil_pindah"},
    ),
    "rumah_tangga_kosong": (
        "update release.rumah_tangga set jumlah_anggota = 0, uid_kepala = null where uid_rumah_tangga = 'r1';"
        " update release.individu set keberadaan = 'pindah' where uid_rumah_tangga = 'r1'", set(),
    ),
    "individu_ada": (
        "truncate release.individu",
        {"jumlah_anggota", "kepala_anggota", "kepesertaan_rujukan", "tautan_rujukan", "individu_turun",
         "orang_hilang", "kandidat_rujukan"},
    ),
    "individu_kunci": (
        "insert into release.individu select * from release.individu where uid_individu = 'i1-4';"
        " update release.rumah_tangga set jumlah_anggota = 5 where uid_rumah_tangga = 'r1'", set(),
    ),
    "individu_kosakata": ("update release.individu set hubungan = 'KEPALA' where uid_individu = 'i1-1'", set()),
    "nik_bentuk": ("update release.individu set nik = '3.31601E+15' where uid_individu = 'i1-1'", set()),
    "nik_status": ("update release.individu set nik_status = 'rusak' where uid_individu = 'i1-1'", set()),
    "nik_tunggal": (
        "update release.individu set nik = (select nik from release.individu where uid_individu = 'i2-1')"
        " where uid_individu = 'i1-1'", set(),
    ),
    "orang_ganda": (
        "update release.individu set nama = 'ORANG KEA' where uid_individu like '%-3' and length(uid_individu) < 6",
        set(),
    ),
    "meninggal_selaras": ("update release.individu set tanggal_meninggal = '2026-07-01' where uid_individu = 'i1-2'",
                          set()),
    "tanggal_lahir_wajar": ("update release.individu set tanggal_lahir = '2026-08-01' where uid_individu = 'i1-1'",
                            set()),
    "individu_berumah": (
        "update release.individu set uid_rumah_tangga = 'r0' where uid_individu = 'i1-2';"
        " update release.rumah_tangga set jumlah_anggota = 3 where uid_rumah_tangga = 'r1'", set(),
    ),
    "jumlah_anggota": ("update release.rumah_tangga set jumlah_anggota = 5 where uid_rumah_tangga = 'r1'", set()),
    "kepala_anggota": ("update release.rumah_tangga set uid_kepala = 'i2-1' where uid_rumah_tangga = 'r1'", set()),
    "kepesertaan_ada": ("truncate release.kepesertaan", {"peserta_turun"}),
    "kepesertaan_kunci": (
        "insert into release.kepesertaan select * from release.kepesertaan where uid_individu = 'i1-1'", set(),
    ),
    "kepesertaan_kosakata": (
        "update release.kepesertaan set status_lokal = 'nonaktif' where uid_individu = 'i1-1'", set(),
    ),
    "kepesertaan_status": ("update release.kepesertaan set status = 'MUNDUR' where uid_individu = 'i1-1'", set()),
    "kepesertaan_rujukan": ("update release.kepesertaan set uid_individu = 'i0-1' where uid_individu = 'i1-1'", set()),
    "neraca_ada": ("truncate release.neraca", {"neraca_buku", "neraca_tautan", "karantina_tercatat"}),
    "neraca_tertutup": (
        "update release.neraca set diterbitkan = diterbitkan - 1 where berkas = 'kepesertaan'", set(),
    ),
    "neraca_buku": (
        "update release.neraca set dimuat = dimuat + 1, diterima = diterima + 1, diterbitkan = diterbitkan + 1"
        " where berkas = 'kepesertaan'", set(),
    ),
    "neraca_tautan": ("delete from release.tautan where id_sumber = 'i1-1'", set()),
    "tautan_rujukan": ("update release.tautan set uid = null where id_sumber = 'r1'", set()),
    "kandidat_rujukan": (
        # Nobody lives there, and nothing says that this is why.
        "update release.rumah_tangga set status = 'bubar', jumlah_anggota = 0, uid_kepala = null"
        " where uid_rumah_tangga = 'r301'; update release.individu set keberadaan = 'pindah'"
        " where uid_rumah_tangga = 'r301'", set(),
    ),
    "kandidat_alasan": ("update release.kandidat_verifikasi set skor = 61 where uid_rumah_tangga = 'r301'", set()),
    "kandidat_peringkat": (
        "update release.kandidat_verifikasi set peringkat = 1 where uid_rumah_tangga = 'r301'", set(),
    ),
    "karantina_tercatat": ("delete from release.karantina", set()),
    "karantina_wajar": (
        "insert into release.karantina (sumber, periode, id_kiriman, berkas, nomor_baris, kode, id_rilis)"
        f" select 'dtsen', '2026-07', 'kiriman-1', 'kepesertaan', n, 'wajib_kosong', '{RELEASE}'"
        " from generate_series(1, 200) as g (n);"
        " update release.neraca set diterima = diterima + 200, dikarantina = dikarantina + 200"
        " where berkas = 'kepesertaan';"
        " update buku.pendaratan set diterima = diterima + 200, dikarantina = dikarantina + 200"
        " where berkas = 'kepesertaan'", set(),
    ),
    "nik_samar": ("update release.individu set nik_samar = '331601**********' where uid_individu = 'i1-1'", set()),
    "no_kk_samar": (
        "update release.rumah_tangga set no_kk_samar = no_kk where uid_rumah_tangga = 'r1'", {"teks_tersamar"},
    ),
    "nama_samar": ("update release.individu set nama_samar = 'O*** Kadir' where uid_individu = 'i1-1'", set()),
    "teks_tersamar": (
        "update release.rumah_tangga set dusun = 'Krajan 3316010101900001' where uid_rumah_tangga = 'r1'", set(),
    ),
    "ringkasan_tersamar": ("update release.ringkasan_desa set jumlah = 3 where kelas = 'semua'", set()),
    "rumah_tangga_turun": (
        "insert into lalu.rumah_tangga (uid_rumah_tangga, kode_kecamatan, status, id_rilis)"
        f" select 'lama' || n, '33.16.' || lpad((n % 16 + 1)::text, 2, '0'), 'aktif', '{BEFORE}'"
        " from generate_series(1, 40) as g (n)", set(),
    ),
    "desil_pindah": ("update lalu.rumah_tangga set desil_nasional = 10", set()),
    "individu_turun": (
        f"insert into lalu.individu (uid_individu, id_rilis) select 'lama' || n, '{BEFORE}'"
        " from generate_series(1, 200) as g (n)", {"orang_hilang"},
    ),
    "orang_baru": ("delete from lalu.individu where uid_individu like 'i1_-1' or uid_individu like 'i2_-1'"
                   " or uid_individu like 'i3_-1'", set()),
    "orang_hilang": (
        f"insert into lalu.individu (uid_individu, id_rilis) select 'lama' || n, '{BEFORE}'"
        " from generate_series(1, 40) as g (n)", set(),
    ),
    "kecamatan_turun": (
        "insert into lalu.rumah_tangga (uid_rumah_tangga, kode_kecamatan, status, id_rilis)"
        f" select 'lama' || n, '33.16.01', 'aktif', '{BEFORE}' from generate_series(1, 21) as g (n)", set(),
    ),
    "peserta_turun": (
        "update release.kepesertaan set status = 'TIDAK_AKTIF' where program = 'PKH'"
        " and length(uid_rumah_tangga) = 3", set(),
    ),
}  # fmt: skip

WARNINGS = {
    "orang_ganda", "tanggal_lahir_wajar", "kepesertaan_ada", "karantina_wajar", "desil_pindah", "orang_baru",
    "orang_hilang", "peserta_turun",
}  # fmt: skip


@pytest.fixture(scope="module")
def dasar(instalasi: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One migrated warehouse with the right candidate for the whole module."""
    with warehouse(instalasi, "gerbang", tmp_path_factory.mktemp("gerbang"), with_catalogue=False) as settings:
        with database.connect(settings) as connection:
            build(connection)
        yield settings


@pytest.fixture
def bersih(dasar: Settings) -> Settings:
    """The right candidate, before anything is planted."""
    with database.connect(dasar) as connection:
        restore(connection)
    return dasar


def judge(settings: Settings, plant: str = "", before: str | None = BEFORE):
    """Plant, run the release gate, return its verdict."""
    with database.connect(settings) as connection:
        connection.execute(plant)
    return checkpoint.run(database.owner_url(settings), release.gate(candidate(before)))


def failing(verdict) -> set[str]:
    return {check.name for check in verdict.failed}


def test_a_right_candidate_passes_every_check(bersih: Settings):
    verdict = judge(bersih)
    assert (verdict.putusan, failing(verdict)) == ("lulus", set())
    assert verdict.dinilai == verdict.diharapkan == len(PLANTS)


def test_every_check_has_a_plant():
    assert set(PLANTS) == {measure.name for measure in release.gate(candidate()).measures}
    critical = {m.name for m in release.gate(candidate()).measures if m.keparahan == "kritis"}
    assert critical == set(PLANTS) - WARNINGS


@pytest.mark.parametrize("name", PLANTS)
def test_the_planted_defect_is_caught(bersih: Settings, name: str):
    plant, others = PLANTS[name]
    verdict = judge(bersih, plant)
    assert failing(verdict) == {name} | others
    assert all(check.hasil == "gagal" for check in verdict.failed)
    assert verdict.putusan == ("peringatan" if failing(verdict) <= WARNINGS else "gagal")


@pytest.mark.parametrize(
    ("plant", "check"),
    [
        ("set uid_rumah_tangga = 'r0'", "kandidat_rujukan"), ("set uid_individu = 'i0-1'", "kandidat_rujukan"),
        ("set uid_rumah_tangga = null, id_kasus = 'pengajuan/0'", "kandidat_rujukan"),
        ("set alasan = '{MOBIL}'", "kandidat_alasan"), ("set alasan = '{}'", "kandidat_alasan"),
        # A reason of the other direction, and a weight that is not in force yet.
        ("set alasan = '{PENGAJUAN_LAYAK_TANPA_REGISTRI}', skor = 100", "kandidat_alasan"),
        ("set skor = 90", "kandidat_alasan"), ("set peringkat = 3", "kandidat_peringkat"),
    ],
)  # fmt: skip
def test_a_work_list_that_names_nobody_or_cannot_say_why_is_held(bersih: Settings, plant: str, check: str):
    verdict = judge(bersih, f"update release.kandidat_verifikasi {plant} where uid_rumah_tangga = 'r301'")
    assert failing(verdict) == {check}
    twice = "insert into release.kandidat_verifikasi select * from release.kandidat_verifikasi where arah = 'masuk'"
    assert failing(judge(bersih, twice)) == {check, "kunci_lain", "kandidat_peringkat"}


def test_a_family_of_which_nobody_lives_may_stand_on_the_work_list_for_what_it_is_still_paid(bersih: Settings):
    verdict = judge(
        bersih,
        "update release.rumah_tangga set status = 'bubar', jumlah_anggota = 0, uid_kepala = null"
        " where uid_rumah_tangga = 'r300'; update release.individu set status_hidup = 'meninggal'"
        " where uid_rumah_tangga = 'r300'",
    )
    assert failing(verdict) == set()


DEAD, MOVED, AWAY = "status_hidup = 'meninggal'", "keberadaan = 'pindah'", "keberadaan = 'tidak_ditemukan'"


@pytest.mark.parametrize(
    ("person", "lived", "ended", "expected"),
    [
        (DEAD, "r0", "bubar", set()), (MOVED, "r0", "pindah", set()), (DEAD, "r0", None, set()),
        # Who lives there has a household; and the last one of the others was theirs, and has ended.
        (AWAY, "r0", "bubar", {"individu_berumah"}), (DEAD, "r0", "aktif", {"individu_berumah"}),
        (DEAD, "r1", "bubar", {"individu_berumah"}),
    ],
)  # fmt: skip
def test_the_dead_and_moved_outlast_the_household(
    bersih: Settings, person: str, lived: str, ended: str | None, expected: set[str]
):
    """A household without members is kept for twelve releases, its people for ever (rules.md "Golden")."""
    plant = (
        f"update release.individu set uid_rumah_tangga = 'r0', {person} where uid_individu = 'i1-2';"
        " update release.rumah_tangga set jumlah_anggota = 3 where uid_rumah_tangga = 'r1';"
        f" update lalu.individu set uid_rumah_tangga = '{lived}' where uid_individu = 'i1-2'"
    )
    if ended:
        columns = "uid_rumah_tangga, status, id_rilis"
        plant += f"; insert into lalu.rumah_tangga ({columns}) values ('r0', '{ended}', '{BEFORE}')"
    assert failing(judge(bersih, plant)) == expected


def test_the_first_release_is_judged_without_comparisons(bersih: Settings):
    verdict = judge(bersih, before=None)
    assert verdict.putusan == "lulus"
    assert verdict.diharapkan == len(PLANTS) - 7
    assert "orang_hilang" not in {check.name for check in verdict.checks}


def test_empty_tables_do_not_pass(bersih: Settings):
    tables = "rumah_tangga, release.individu, release.kepesertaan, release.tautan, release.neraca"
    verdict = judge(bersih, f"truncate release.{tables}", before=None)
    assert verdict.putusan == "gagal"
    assert {"rumah_tangga_ada", "individu_ada", "neraca_ada", "kepesertaan_ada"} <= failing(verdict)


def test_a_check_that_cannot_be_made_is_a_fault_and_the_others_are_still_judged(bersih: Settings):
    verdict = judge(bersih, "alter table release.individu drop column tanggal_meninggal")
    faults = {check.name for check in verdict.checks if check.hasil == "galat"}
    assert faults == {"meninggal_selaras"}
    assert verdict.putusan == "galat"
    assert verdict.dinilai == verdict.diharapkan - 1


def test_a_missing_table_is_a_fault_not_a_pass(bersih: Settings):
    verdict = judge(bersih, "drop table release.ringkasan_kabupaten", before=None)
    assert verdict.putusan == "galat"
    assert "ringkasan_tersamar" in failing(verdict)


def test_a_cell_is_small_by_the_limit_of_the_month(bersih: Settings):
    """The smallest cell that is shown counts twenty."""
    for limit, expected in ((20, set()), (21, {"ringkasan_tersamar"})):
        made = dataclasses.replace(candidate(None), sel_minimum=limit)
        assert failing(checkpoint.run(database.owner_url(bersih), release.gate(made))) == expected, limit


def test_a_small_count_never_trips_a_share(bersih: Settings):
    """19 of 19 quarantined rows stay below minimum_baris."""
    verdict = judge(
        bersih,
        "insert into release.karantina (sumber, periode, id_kiriman, berkas, nomor_baris, kode, id_rilis)"
        f" select 'lain', '2026-07', 'kiriman-1', 'kepesertaan', n, 'wajib_kosong', '{RELEASE}'"
        " from generate_series(1, 19) as g (n);"
        "update release.neraca set diterima = 19, dikarantina = 19, dimuat = 0, diterbitkan = 0, sumber = 'lain'"
        " where berkas = 'kepesertaan';"
        "update buku.pendaratan set diterima = 19, dikarantina = 19, dimuat = 0 where berkas = 'kepesertaan'",
    )
    assert verdict.putusan == "lulus"


def test_what_was_observed_is_shown_and_nothing_of_a_person(bersih: Settings):
    canary = "3316991701800042"
    verdict = judge(
        bersih,
        f"update release.individu set nik = '{canary}', nama = 'KENARI' where uid_individu in ('i1-1', 'i2-1');"
        f"update release.rumah_tangga set dusun = '{canary}' where uid_rumah_tangga in ('r1', 'r2', 'r3')",
    )
    seen = {check.name: (check.diamati, check.batas) for check in verdict.failed}
    assert seen == {
        "nik_tunggal": ("1 baris", "paling banyak 0 baris"),
        "teks_tersamar": ("3 baris", "paling banyak 0 baris"),
    }
    assert canary not in repr(verdict) and "KENARI" not in repr(verdict)


def test_step_audit_writes_the_verdict_and_holds_a_bad_candidate(bersih: Settings, monkeypatch: pytest.MonkeyPatch):
    from sinkron.outcomes import GateHeld
    from sinkron.steps import audit

    digest = hashlib.sha256(b"kandidat").hexdigest()
    monkeypatch.setattr(audit, "hash_tables", lambda connection, id_rilis: ({"x": 1}, digest))
    monkeypatch.setattr(audit, "seal_tables", lambda connection: {})
    with database.connect(bersih) as connection:
        connection.execute("update release.rumah_tangga set jumlah_anggota = 9 where uid_rumah_tangga = 'r1'")
    with pytest.raises(GateHeld, match=r"jumlah_anggota: .* \(1 baris, batas paling banyak 0 baris\)"):
        audit.run(bersih, "2026-07")
    assert state(bersih) == ("ditahan", digest, "gagal")

    with database.connect(bersih) as connection:
        restore(connection)
    result = audit.run(bersih, "2026-07")
    assert (result["putusan"], result["sha256"], result["id_rilis"]) == ("lulus", digest, RELEASE)
    assert result["periksa"]["lulus"] == result["periksa"]["diharapkan"] == len(PLANTS) - 7
    assert state(bersih) == ("kandidat", digest, "lulus")
    assert audit.run(bersih, "2026-07") == result
    with database.connect(bersih) as connection:
        rows = connection.execute(
            "select hasil, count(*) as n from audit.hasil_periksa where gerbang = 'rilis' group by 1 order by 1"
        ).fetchall()
    assert rows == [{"hasil": "gagal", "n": 1}, {"hasil": "lulus", "n": 3 * (len(PLANTS) - 7) - 1}]


def state(settings: Settings) -> tuple[str, str, str]:
    with database.connect(settings) as connection:
        row = connection.execute(
            "select r.status, r.sha256, g.putusan from rilis.rilis as r join audit.putusan_gerbang as g"
            " on g.gerbang = 'rilis' and g.subjek = r.id_rilis and g.sha256 = r.sha256 where r.id_rilis = %s",
            [RELEASE],
        ).fetchone()
    return row["status"], row["sha256"], row["putusan"]
