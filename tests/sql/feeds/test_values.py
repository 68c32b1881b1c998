"""What a change may hold: every change is kept or quarantined, hostile values land as text, nothing stops the feed."""

from __future__ import annotations

import datetime as dt

import pytest
from umpan_uji import FeedServer, aduan, at, land, one, pengajuan, rows, verifikasi

from connectors.core.feed import POSTGRES_TYPE
from connectors.interface import code_lists, load_feeds
from sinkron import feeds, period

TYPED = "select {} from kasus.aduan where id_sumber = 'AD-1'"
PROBLEMS = "select id_sumber, kolom, kode from pendaratan.masalah order by 1, 2"


def test_a_complaint_lands_typed(gudang):
    land(gudang, "aduan", [aduan(1)])
    assert rows(
        gudang,
        TYPED.format("versi, dibuat, diubah, kanal, terlapor_nik, terlapor_no_kk, terlapor_nama, terlapor_rt,"
                     " terlapor_rw, terlapor_kode_desa, program, alasan, bukti, status, perlu_periksa"),
    ) == [(
        1, dt.datetime(2026, 7, 1, 8, tzinfo=period.JAKARTA), dt.datetime(2026, 7, 1, 9, tzinfo=period.JAKARTA),
        "whatsapp", "3316084001900001", None, "Pak Uji", "003", "002", "33.16.08.2001", ["PKH", "SEMBAKO"], "MAMPU",
        [{"sha256": "ab" * 32, "url": "http://127.0.0.1:1/bukti"}], "diterima", [],
    )]  # fmt: skip
    assert rows(gudang, "select versi, kode_desa, rahasia from pelapor.aduan") == [(1, "33.16.08.2001", True)]
    assert rows(gudang, PROBLEMS) == []


def test_an_application_lands_typed(gudang):
    land(gudang, "pengajuan", [pengajuan(1)])
    (row,) = rows(
        gudang,
        "select jenis, pemohon_nama, anggota, lat::float, lon::float, akurasi_m::float, foto, berita_acara_nomor,"
        " berita_acara_tanggal, rujukan, perlu_periksa from kasus.pengajuan",
    )
    photo = {"sha256": "cd" * 32, "url": "http://127.0.0.1:1/foto"}
    assert row == (
        "baru", "Bu Uji", [{"id": "1", "nik": "3316084001900003", "nama": "Anak Uji"}], -7.01, 111.42, 10.0,
        [{**photo, "sisi": "depan"}, {**photo, "sisi": "samping"}], "BA/1", dt.date(2026, 6, 30), None, [],
    )  # fmt: skip


def test_a_verification_lands_typed_and_null_means_every_programme(gudang):
    land(gudang, "verifikasi", [verifikasi(1), verifikasi(2, tanggal="2026-07-31T23:30:00Z", program=[])])
    assert rows(gudang, "select rujukan, tanggal, hasil, program, foto->0->>'diambil' from kasus.verifikasi") == [
        ("AD-1", dt.date(2026, 7, 1), "mampu", None, "2026-07-01T10:00:00+07:00"),
        ("AD-1", dt.date(2026, 8, 1), "mampu", [], "2026-07-01T10:00:00+07:00"),
    ]


def test_changes_without_id_version_or_instant_are_quarantined_and_the_rest_lands(gudang):
    empty = [{"id": None}, {"id": " - "}, {"versi": None}, {"diubah": ""}]
    broken = [
        {"id": {"a": 1}}, {"id": "x" * 5000}, {"versi": "tiga"}, {"versi": 1.5}, {"versi": 10**12}, {"versi": -1},
        {"diubah": "kemarin"}, {"diubah": "2026-07-01T09:00:00"}, {"diubah": "2026-02-30T09:00:00+07:00"},
        {"diubah": "2026-07-01T09:00:00+99:00"}, {"diubah": 1782900000}, {"diubah": "infinity"},
    ]  # fmt: skip
    counts = land(gudang, "aduan", [aduan(1), *(aduan(2, **change) for change in empty + broken), aduan(3)])
    assert (counts["diterima"], counts["baru"], counts["dikarantina"]) == (18, 2, 16)
    assert rows(gudang, "select berkas, nomor_baris, kode from pendaratan.karantina order by 2") == [
        *(("aduan", n, "wajib_kosong") for n in range(2, 6)), *(("aduan", n, "bentuk_rusak") for n in range(6, 18)),
    ]  # fmt: skip
    assert rows(gudang, "select id_sumber from kasus.aduan order by 1") == [("AD-1",), ("AD-3",)]
    assert rows(gudang, "select dimuat, dikarantina from buku.pendaratan") == [(2, 16)]
    assert rows(gudang, "select sumber, periode::text, status from buku.kiriman") == [("aduan", "2026-07", "diterima")]


def test_what_is_no_change_at_all_is_quarantined(gudang):
    changes = ["teks", None, 7, True, [], [aduan(4)], {}, aduan(1)]
    assert land(gudang, "aduan", changes)["dikarantina"] == 7
    assert rows(gudang, "select nomor_baris, kode from pendaratan.karantina order by 1") == [
        *((n, "bentuk_rusak") for n in range(1, 7)), (7, "wajib_kosong"),
    ]  # fmt: skip


def test_unknown_codes_are_kept_as_delivered_and_marked(gudang):
    land(gudang, "aduan", [
        aduan(1, alasan="KAYA", status="melayang", kanal="Merpati"),
        aduan(2, alasan=" mampu ", status="Tidak Terbukti", kanal=None),
    ])  # fmt: skip
    assert rows(gudang, "select alasan, status, kanal, perlu_periksa from kasus.aduan order by urutan") == [
        ("KAYA", "melayang", "Merpati", ["KANAL_TIDAK_DIKENAL", "ALASAN_TIDAK_DIKENAL", "STATUS_TIDAK_DIKENAL"]),
        ("MAMPU", "tidak_terbukti", None, []),
    ]
    land(gudang, "pengajuan", [pengajuan(1, jenis="hibah", status="layak")])
    assert rows(gudang, "select jenis, perlu_periksa from kasus.pengajuan") == [("hibah", ["JENIS_TIDAK_DIKENAL"])]
    land(gudang, "verifikasi", [verifikasi(1, hasil="kaya", jenis="iseng", alasan="X")])
    assert rows(gudang, "select hasil, perlu_periksa from kasus.verifikasi") == [
        ("kaya", ["JENIS_TIDAK_DIKENAL", "HASIL_TIDAK_DIKENAL", "ALASAN_TIDAK_DIKENAL"])
    ]


def test_programmes_that_cannot_be_read_never_mean_all_of_them(gudang):
    cases = [
        (["bpnt", "KIS", "Bantuan Baru", "PKH", "pkh"], ["BANTUAN BARU", "PBI_JK", "PKH", "SEMBAKO"], False),
        ("PKH", ["PKH"], True),
        ({"PKH": True}, [], True),
        (5, ["5"], True),
        (["PKH", None, {"x": 1}], ["PKH"], True),
        ([["PKH"]], [], True),
        ([], [], False),
        (None, None, False),
        ("-", None, False),
    ]
    land(gudang, "verifikasi", [verifikasi(n, program=given) for n, (given, _, _) in enumerate(cases)])
    assert rows(gudang, "select program, perlu_periksa from kasus.verifikasi order by urutan") == [
        (read, ["PROGRAM_TIDAK_TERBACA"] if marked else []) for _, read, marked in cases
    ]


def test_hostile_text_lands_as_text(gudang):
    texts = [
        "'); drop table kasus.aduan; --", "{{ 7*7 }}{% raw %}", "=HYPERLINK(\"http://x\")", "%s %(data)s $1 \\ \\u0000",
        "<script>alert(1)</script>", "\x1b[2J\r\nPalsu: log", "a\x00b\x00",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ud83d",
        "\u202eterbalik", "{\"a\": null}",
    ]  # fmt: skip
    changes = [aduan(n, uraian=text, terlapor={"nama": text}) for n, text in enumerate(texts, start=1)]
    changes.append(aduan(99, uraian="x" * (1 << 20)))
    assert land(gudang, "aduan", changes)["baru"] == len(texts) + 1
    read = [text.replace("\x00", "").replace("\ud83d", "?") for text in texts]
    assert rows(gudang, "select terlapor_nama from kasus.aduan where id_sumber <> 'AD-99' order by urutan") == [
        (text,) for text in read
    ]
    assert one(gudang, "select length(uraian) from pelapor.aduan where id_sumber = 'AD-99'") == 1 << 20
    assert one(gudang, "select count(*) from pelapor.aduan") == len(texts) + 1


def test_wrong_types_become_null_with_a_problem_and_lose_no_row(gudang):
    deep: list = []
    for _ in range(200):
        deep = [deep]
    land(gudang, "aduan", [
        aduan(1, terlapor="Pak Min RT 3", pelapor=["x"], bukti="foto.jpg", dibuat="tadi", status=deep),
        aduan(2, terlapor={"nama": {"x": 1}, "rt": "RT tiga", "rw": "0012", "kode_desa": "Getas",
                           "nik": 3316084001900001},
              pelapor={"rahasia": "mungkin"}, bukti=[{"sha256": "ab"}, "x", None, {"sha256": {"y": 1}}], uraian=[1]),
    ])  # fmt: skip
    assert rows(gudang, PROBLEMS) == [
        ("AD-1", "bukti", "nilai_tidak_terbaca"), ("AD-1", "dibuat", "nilai_tidak_terbaca"),
        ("AD-1", "pelapor", "nilai_tidak_terbaca"), ("AD-1", "status", "nilai_tidak_terbaca"),
        ("AD-1", "terlapor", "nilai_tidak_terbaca"),
        ("AD-2", "bukti", "nilai_tidak_terbaca"), ("AD-2", "rahasia", "nilai_tidak_terbaca"),
        ("AD-2", "terlapor_kode_desa", "nilai_tidak_terbaca"), ("AD-2", "terlapor_nama", "nilai_tidak_terbaca"),
        ("AD-2", "terlapor_rt", "nilai_tidak_terbaca"), ("AD-2", "uraian", "nilai_tidak_terbaca"),
    ]  # fmt: skip
    kept = "select terlapor_nik, terlapor_nama, terlapor_rw, bukti, status from kasus.aduan order by 1"
    assert rows(gudang, kept) == [
        ("3316084001900001", None, "012", [{"sha256": "ab"}, {}], "diterima"), (None, None, None, None, None),
    ]  # fmt: skip
    land(gudang, "pengajuan", [
        pengajuan(1, koordinat={"lat": 95, "lon": "timur", "akurasi_m": "1e999"}, foto=[1],
                  berita_acara={"tanggal": "30/6"})
    ])  # fmt: skip
    assert rows(gudang, "select kolom from pendaratan.masalah where id_sumber = 'PJ-1' order by 1") == [
        ("akurasi_m",), ("berita_acara_tanggal",), ("foto",), ("lat",), ("lon",),
    ]  # fmt: skip


def test_photos_and_evidence_keep_their_address_and_are_never_fetched(gudang):
    with FeedServer(10) as server:
        base = f"http://127.0.0.1:{server._http.server_port}/foto"
        photo = {"sha256": "ab" * 32, "url": base}
        server.data = {
            "/api/aduan": [aduan(1, bukti=[photo])], "/api/pengajuan": [pengajuan(1, foto={"depan": photo})],
            "/api/verifikasi-lapangan": [verifikasi(1, foto=[photo])],
        }  # fmt: skip
        assert feeds.read_all(at(gudang, server), lambda line: None)
        assert sorted(path for path, _ in server.requests) == sorted(server.data)
    assert one(gudang, "select foto->0->>'url' from kasus.pengajuan") == base


def test_the_same_version_with_other_content_is_kept_too(gudang):
    land(gudang, "aduan", [aduan(1), aduan(1), aduan(1, status="diverifikasi", diubah="2026-07-01T10:00:00+07:00")])
    assert one(gudang, "select count(*) from kasus.aduan") == 2
    assert rows(gudang, "select status from kasus.kasus") == [("diverifikasi",)]


@pytest.mark.parametrize("name", ["aduan", "pengajuan", "verifikasi"])
def test_the_tables_are_those_that_feed_yml_declares(gudang, name):
    feed = load_feeds()[name]
    columns = """
        select attname::text, format_type(atttypid, atttypmod), attnotnull,
            col_description(attrelid, attnum) from pg_attribute
        where attrelid = to_regclass(%s) and attnum > 0 order by attnum
    """
    types = {"timestamp with time zone": "timestamptz"}
    for schema, declared in (("kasus", feed.open), ("pelapor", feed.closed)):
        own = {"urutan", "id_kiriman", "nomor_baris", "perlu_periksa", "sidik"}
        own |= set(feed.required) if schema == "pelapor" else set()
        found = rows(gudang, columns, f"{schema}.{name}")
        assert bool(found) == bool(declared)
        assert [(n, types.get(t, t), r, c) for n, t, r, c in found if n not in own] == [
            (c.nama, POSTGRES_TYPE[c.tipe], c.wajib, c.arti) for c in declared if c.nama not in own
        ]


def test_a_change_of_a_code_list_lands_nothing_twice(gudang, monkeypatch):
    land(gudang, "aduan", [aduan(1, alasan="BARU")])
    lists = dict(code_lists())
    monkeypatch.setattr("connectors.interface.code_lists", lambda: {**lists, "alasan_tidak_layak": {"baru": "BARU"}})
    # The same change on another page, in a later month.
    counts = land(gudang, "aduan", [aduan(1, alasan="BARU"), aduan(2)], "2026-08")
    assert (counts["diterima"], counts["baru"]) == (2, 1)
