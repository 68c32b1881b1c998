"""Complaints, applications and field verifications: what they are about by the truth, and how they go on."""

import datetime as dt
import json

import pyarrow.parquet as pq
import pytest

import sandbox
from sandbox import applications, complaints, course

UPHELD = {"mampu", "meninggal", "salah_tetangga", "dua_aduan", "hanya_pkh", "asn", "desa_lain", "lewat_batas"}


@pytest.fixture(scope="module")
def changes(built):
    """All changes of each feed, in the order in which they arrive."""
    return {
        name: [
            body
            for path in sorted((built.directory / "umpan" / name).glob("*.json"))
            for body in json.loads(path.read_text("utf-8"))
        ]
        for name in ("aduan", "pengajuan", "verifikasi")
    }


def newest(bodies):
    """The highest version of each id, as the contract says."""
    best = {}
    for body in bodies:
        key = (body.get("versi", 0), body["diubah"])
        if body["id"] not in best or key > best[body["id"]][0]:
            best[body["id"]] = (key, body)
    return {name: body for name, (_, body) in best.items()}


def test_a_month_brings_tens_of_complaints_and_about_ten_upheld(built):
    for periode in ("2026-06", "2026-07", "2026-08"):
        [(complaints_, upheld)] = built.sql(
            "select count(*), count(*) filter (hasil_benar = 'nonaktif') from kasus where jenis = 'aduan'", periode
        )
        assert 20 <= complaints_ <= 30, periode
        assert 8 <= upheld <= 12, periode
    at_scale_one = sum(max(1, kind.monthly) + bool(kind.twin) for kind in complaints.KINDS)
    assert 35 <= at_scale_one <= 60


def test_every_hard_case_is_met(built):
    met = {
        number
        for periode in ("2026-06", "2026-07")
        for (number,) in built.sql("select nomor from kasus where nomor is not null", periode)
    }
    assert met == {25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 56, 57}
    kinds = {kind for (kind,) in built.sql("select kasus from kasus where jenis = 'pengajuan'", "2026-07")}
    assert kinds == {kind.name for kind in applications.KINDS}


def test_upheld_ones_are_on_a_programme_of_the_national_list(built):
    rows = built.sql(
        """select kasus, program, p.programs from kasus k left join
          (select id_benar as id_rumah_tangga, list(distinct program) as programs from kepesertaan
           join rekaman on grain = 'rumah_tangga' and sumber = 'dtsen' and id_sumber = id_keluarga
           where status in ('AKTIF', 'BEKU') group by 1) p using (id_rumah_tangga)
        where hasil_benar = 'nonaktif' and jenis = 'aduan'"""
    )
    assert {kind for kind, *_ in rows} >= UPHELD
    for kind, ends, held in rows:
        assert ends, kind
        assert set(ends) <= set(held or []), kind
    assert {tuple(ends) for kind, ends, _ in rows if kind == "hanya_pkh"} == {("PKH",)}
    assert {tuple(ends) for kind, ends, _ in rows if kind == "meninggal"} == {("PBI_JK",)}


def test_the_reported_dead_are_dead_and_still_on_the_list(built):
    for periode in ("2026-06", "2026-07"):
        [(status, listed)] = built.sql(
            """select i.status, list(keberadaan) from kasus join individu i using (id_orang)
            join rekaman r on r.grain = 'individu' and r.sumber = 'dtsen' and r.id_benar = id_orang
            join anggota on id_anggota = id_sumber where kasus = 'meninggal' and jenis = 'aduan' group by all""",
            periode,
        )
        assert status == "meninggal"
        assert "2" not in listed


def test_the_well_off_are_better_off_than_most_on_their_programmes(built):
    wealth = built.sql(
        """select kasus, kesejahteraan from kasus join rumah_tangga using (id_rumah_tangga)
        where jenis = 'aduan' and hasil_benar = 'nonaktif' and kasus not in ('meninggal', 'tidak_ditemukan')"""
    )
    assert min(value for kind, value in wealth if kind in ("mampu", "desa_lain")) >= 7
    [(usual,)] = built.sql(
        """select quantile_cont(kesejahteraan, 0.75) from rumah_tangga where id_rumah_tangga in
          (select id_benar from rekaman join kepesertaan on id_sumber = id_keluarga
           where grain = 'rumah_tangga' and program in ('PKH', 'SEMBAKO') and status = 'AKTIF')"""
    )
    others = [value for kind, value in wealth if kind not in ("salah_tetangga", "hanya_pkh")]
    assert min(others) > usual


def test_the_wrongly_named_neighbour_is_another_person_of_that_name(built):
    [(same_name, same_village, other)] = built.sql(
        """select split_part(a.nama, ' ', 1) = split_part(b.nama, ' ', 1), x.kode_desa = y.kode_desa,
             a.id_orang <> b.id_orang
        from kasus join individu a using (id_orang) join individu b on b.id_orang = id_orang_disebut
        join rumah_tangga x on x.id_rumah_tangga = a.id_rumah_tangga
        join rumah_tangga y on y.id_rumah_tangga = b.id_rumah_tangga where nomor = 26 and jenis = 'aduan'"""
    )
    assert (same_name, same_village, other) == (True, True, True)


def test_a_case_goes_through_its_statuses_in_order(built, changes):
    kinds = dict(built.sql("select id, kasus from kasus where jenis = 'aduan' and rujukan is null"))
    paths = {kind.name: kind.path for kind in complaints.KINDS}
    by_case = {}
    for body in changes["aduan"]:
        by_case.setdefault(body["id"], {})[body["versi"]] = (body["status"], body["diubah"])
    assert set(kinds) <= set(by_case)
    for case, kind in kinds.items():
        steps = [by_case[case][version] for version in sorted(by_case[case])]
        assert tuple(status for status, _ in steps) == paths[kind][: len(steps)]
        instants = [dt.datetime.fromisoformat(text) for _, text in steps]
        assert instants == sorted(set(instants))
        # Everything of June is closed by the end of August.
        assert len(steps) == len(paths[kind])


def test_a_vague_complaint_has_a_name_and_a_place_only(built, changes):
    [(case,)] = built.sql("select id from kasus where nomor = 25")
    subject = newest(changes["aduan"])[case]["terlapor"]
    assert set(subject) == {"nama", "rt", "desa", "kecamatan"}
    assert subject["nama"].split(" ")[0] in ("PAK", "BU")


def test_complainants_are_people_of_the_world_in_the_village_or_not(built, changes):
    known = {nik for (nik,) in built.sql("select nik from individu", "2026-08")}
    now = newest(changes["aduan"])
    for body in now.values():
        assert body["pelapor"]["nik"] in known
        assert body["pelapor"]["rahasia"] is True
        assert len(body["pelapor"]["hp"]) == 12
    [(far,)] = built.sql("select id from kasus where nomor = 33")
    assert now[far]["pelapor"]["kode_desa"] != now[far]["terlapor"]["kode_desa"]


def test_repeats_come_from_the_same_one_and_doubles_from_another(built, changes):
    now = newest(changes["aduan"])
    for number, same in ((28, False), (31, True)):
        [(second, first)] = built.sql(f"select id, rujukan from kasus where nomor = {number} and rujukan is not null"
                                      " and jenis = 'aduan'")  # fmt: skip
        assert (now[second]["pelapor"]["nik"] == now[first]["pelapor"]["nik"]) is same
        assert now[second]["terlapor"]["nama"] == now[first]["terlapor"]["nama"]
        assert now[second]["status"] == ("diterima" if same else "selesai")
        assert built.sql(f"select count(*) from kasus where jenis = 'verifikasi' and rujukan = '{second}'") == [(0,)]


def test_visits_belong_to_their_cases_and_their_officers_to_nobody_else(built, changes):
    visits = newest(changes["verifikasi"])
    expected = dict(built.sql("select id, rujukan from kasus where jenis = 'verifikasi'"))
    assert {name: visits[name]["rujukan"] for name in expected} == expected
    family = dict(built.sql("select nik, id_rumah_tangga from individu where nik is not null"))
    for visit, kind, target in built.sql("select id, kasus, id_rumah_tangga from kasus where jenis = 'verifikasi'"):
        of_the_family = family[visits[visit]["petugas_nik"]] == target
        assert of_the_family is (kind == "petugas_kerabat"), kind
    results = {body["hasil"] for body in visits.values()}
    assert results == {"mampu", "layak", "tidak_ditemukan", "meninggal", "pindah", "tidak_dapat_diperiksa"}
    assert {body["jenis"] for body in visits.values()} == {"aduan", "pengajuan", "berkala"}


def test_a_visit_that_is_dated_before_its_complaint(built, changes):
    [(case,)] = built.sql("select id from kasus where kasus = 'urutan_tanggal' and jenis = 'aduan'")
    [visit] = [body for body in newest(changes["verifikasi"]).values() if body["rujukan"] == case]
    opened = newest(changes["aduan"])[case]["dibuat"]
    assert visit["tanggal"] < opened[:10] <= visit["diubah"][:10]


def test_applicants_are_poor_and_receive_nothing(built):
    rows = built.sql(
        """select k.kasus, desil, (select count(*) from kepesertaan join rekaman on id_sumber = id_keluarga
             and grain = 'rumah_tangga' and sumber = 'dtsen' where id_benar = k.id_rumah_tangga
             and program in ('PKH', 'SEMBAKO', 'PBI_JK') and status = 'AKTIF' and coalesce(id_anggota, '') in
               (select id_sumber from rekaman where id_benar = k.id_orang and grain = 'individu' union select ''))
        from kasus k join rumah_tangga using (id_rumah_tangga) where kasus in ('miskin', 'usulan_desa', 'tidak_miskin')
          and jenis = 'pengajuan'"""
    )
    assert {held for *_, held in rows} == {0}
    poor = [desil for kind, desil, _ in rows if kind != "tidak_miskin" and desil]
    assert poor and max(poor) <= 5
    assert min(desil for kind, desil, _ in rows if kind == "tidak_miskin" and desil) >= 5


def test_photos_and_places_of_applications(built, changes):
    now = newest(changes["pengajuan"])
    kinds = dict(built.sql("select id, kasus from kasus where jenis = 'pengajuan'"))
    shown = {}
    for case in kinds:
        body = now[case]
        assert set(body["foto"]) == {"depan", "samping", "dalam"}
        assert all(len(p["sha256"]) == 64 and ".invalid/" in p["url"] for p in body["foto"].values())
        shown.setdefault(body["foto"]["depan"]["sha256"], []).append(kinds[case])
        inside = -7.5 < body["koordinat"]["lat"] < -6.8 and 111.0 < body["koordinat"]["lon"] < 111.7
        assert inside is (kinds[case] != "lokasi_di_luar")
    [shared] = [cases for cases in shown.values() if len(cases) > 1]
    assert "foto_dipakai" in shared


def test_a_sanggah_names_what_it_contests_and_a_reapplication_does_not(built, changes):
    now = newest(changes["pengajuan"])
    rows = built.sql(
        "select id, kasus, rujukan from kasus where kasus in ('sanggah', 'sanggah_ditolak', 'mengajukan_lagi')"
        " and jenis = 'pengajuan'", "2026-07")  # fmt: skip
    assert len(rows) == 3
    for case, kind, contested in rows:
        assert contested.startswith("BRT-20260")
        assert now[case]["rujukan"] == (None if kind == "mengajukan_lagi" else contested)


def test_the_effective_month_follows_the_cut_off():
    def seconds(text):
        return int((dt.datetime.fromisoformat(text) - dt.datetime(1970, 1, 1)).total_seconds())

    assert course.effective_month(seconds("2026-06-17T23:59:59")) == "2026-07"
    assert course.effective_month(seconds("2026-06-18T00:00:00")) == "2026-08"
    assert course.effective_month(seconds("2026-12-18T00:00:00")) == "2027-02"


def test_after_the_cut_off_a_case_acts_one_month_later(built):
    assert built.sql("select bulan_efektif from kasus where nomor = 34 and jenis = 'aduan'") == [("2026-08",)]
    [(deaths,)] = built.sql("select count(*) from kasus where hasil_benar <> 'nonaktif' and bulan_efektif is not null")
    assert deaths == 0


def test_the_same_world_has_the_same_cases_whichever_months_are_asked_for(built, tmp_path):
    sandbox.build(tmp_path, 0.02, 20260601, ["2026-07"])
    for name in ("aduan", "pengajuan", "verifikasi"):
        for periode in ("2026-05", "2026-06", "2026-07"):
            part = f"umpan/{name}/{periode}.json"
            assert (tmp_path / part).read_bytes() == (built.directory / part).read_bytes(), part
    part = "kebenaran/2026-06/kasus.parquet"
    assert pq.read_table(tmp_path / part).equals(pq.read_table(built.directory / part))
