"""DTJateng and Simnakis over a server that really pages: totals, restarts, tokens, waits, and landing."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from deliveries import KABUPATEN, SOURCES, family, household, lines, reference, rows
from server import FakeServer

from connectors.core.client import Client, Problem
from connectors.core.paging import read_all
from connectors.dtjateng import connector as dtjateng
from connectors.interface import Connection, NotYet, Refusal, SourceUnavailable
from connectors.simnakis import connector as simnakis

CONNECTORS = {"dtjateng": dtjateng, "simnakis": simnakis}


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """Seconds that the client would have slept."""
    slept: list[float] = []
    monkeypatch.setattr("connectors.core.client.time.sleep", slept.append)
    return slept


def read(server: FakeServer, sumber: str, store, slept: list[float]):
    """A whole read as the connector makes it, without real pauses."""
    source = SOURCES[sumber]
    with Client(source, server.connection(source.koneksi), sleep=slept.append) as client:
        return read_all(client, source, "2026-06", {"kabupaten": "3316"}, store)


def land(sumber: str, extracted, store, folder, **changes):
    rules = reference(folder / "acuan", **changes)
    return CONNECTORS[sumber].land(SOURCES[sumber], extracted, store, rules, folder / "kerja")


def test_dtjateng_three_pages_with_a_short_last_one(tmp_path, store):
    with FakeServer([household(i) for i in range(1, 26)], 10) as server:
        connection = server.connection("dtjateng_api")
        extracted = dtjateng.extract(SOURCES["dtjateng"], connection, "2026-06", store, KABUPATEN)
    assert extracted.keterangan == {"baris": 25, "jumlah_sumber": 25, "halaman": 3, "ulang": 0}
    assert [len(json.loads(store.verified(f).read_bytes())["data"]) for f in extracted.berkas] == [10, 10, 5]
    first = next(query for path, query in server.requests if path == "/v1/rumah-tangga")
    assert first == {"kabupaten": "3316", "periode": "2026-06", "ukuran": "1000"}
    landed = land("dtjateng", extracted, store, tmp_path)
    assert {e: (f.diterima, f.dimuat) for e, f in landed.entitas.items()} == {
        "rumah_tangga": (25, 25), "anggota": (50, 50), "bantuan": (25, 25),
    }  # fmt: skip
    assert [r["id_rt"] for r in rows(landed, "rumah_tangga")] == [f"JT-{i}" for i in range(1, 26)]
    house = rows(landed, "rumah_tangga")[0]
    assert (house["kode_desa"], house["daya_terpasang"], house["jenis_lantai_terluas"]) == ("33.16.15.2001", "2", "8")
    assert (house["fasilitas_bab"], house["rt"], house["pembaruan"]) == ("1", "003", "2026-06-11")
    person = rows(landed, "anggota")[1]
    assert (person["tanggal_lahir"], person["hubungan"], person["nama_ibu"]) == ("1990-12-31", "3", "")
    assert rows(landed, "bantuan")[0]["program"] == "PIP"


def test_simnakis_three_pages_with_a_short_last_one(tmp_path, store):
    with FakeServer([family(i) for i in range(1, 26)], 10) as server:
        connection = server.connection("simnakis_api")
        extracted = simnakis.extract(SOURCES["simnakis"], connection, "2026-06", store, KABUPATEN)
    assert (extracted.keterangan["baris"], extracted.keterangan["halaman"]) == (25, 3)
    landed = land("simnakis", extracted, store, tmp_path)
    assert {e: (f.diterima, f.dimuat) for e, f in landed.entitas.items()} == {
        "keluarga": (25, 25), "anggota": (25, 25), "kepesertaan": (25, 25),
    }  # fmt: skip
    house = rows(landed, "keluarga")[0]
    assert (house["kode_desa"], house["jenis_lantai_terluas"]) == ("33.16.15.2001", "8")
    assert house["diubah"] == "2026-06-20 03:00:00+00"
    assert (house["aset_bergerak_sepeda_motor"], house["aset_bergerak_mobil"]) == ("1", "2")
    assert (house["jumlah_ternak_sapi"], house["aset_bergerak_ac"]) == ("2", "")


def test_simnakis_keeps_the_newest_of_a_family_that_shifted(tmp_path, store, waits):
    data = [family(i) for i in range(1, 26)]
    moved = family(1, alamat="Baru", diubah="2026-06-21T00:00:00+07:00")
    with FakeServer(data, 10) as server:
        # Family 1 changed during the read and turns up again on the last page; the source still has 25.
        server.hook = lambda s, n, p, q: (
            (200, {}, {**s.numbered_page(3), "data": [*s.rows[20:], moved]}) if q["halaman"] == "3" else None
        )
        extracted = read(server, "simnakis", store, waits)
    assert extracted.keterangan == {"baris": 26, "jumlah_sumber": 25, "halaman": 3, "ulang": 0}
    families = rows(land("simnakis", extracted, store, tmp_path), "keluarga")
    assert len(families) == 25
    assert [r["alamat"] for r in families if r["id"] == "S1"] == ["Baru"]


@pytest.mark.parametrize("fault", ["jumlah", "ulang", "410", "kurang"])
def test_an_inconsistent_cursor_read_starts_again(store, waits, fault):
    def hook(server, number, path, query):
        if number != 2:
            return None
        page = server.cursor_page(10)
        if fault == "410":
            return 410, {}, {"galat": "kursor_kedaluwarsa", "pesan": "x"}
        changed = {"jumlah": {"jumlah": 26}, "ulang": {"data": server.rows[:10]}, "kurang": {"data": []}}
        page |= changed[fault]
        return 200, {}, page

    with FakeServer([household(i) for i in range(1, 26)], 10) as server:
        server.hook = hook
        extracted = read(server, "dtjateng", store, waits)
    assert (extracted.keterangan["ulang"], extracted.keterangan["baris"], len(extracted.berkas)) == (1, 25, 3)


def test_a_read_that_never_agrees_is_refused_after_three_restarts(store, waits):
    with FakeServer([household(1)] * 4, 2) as server, pytest.raises(Refusal) as caught:
        read(server, "dtjateng", store, waits)
    assert caught.value.kode == "pembacaan_tidak_lengkap"
    assert server.data_requests == 4 * 2
    with FakeServer([family(1)] * 4, 2) as server, pytest.raises(Refusal):
        read(server, "simnakis", store, waits)


def test_empty_pages_are_part_of_a_read(tmp_path, store, waits):
    data = [household(i) for i in range(1, 3)]

    def hook(server, number, path, query):
        page = {"periode": "2026-06", "jumlah": 2, "data": [], "kursor_berikutnya": "b"}
        second, last = {**page, "data": data, "kursor_berikutnya": "c"}, {**page, "kursor_berikutnya": None}
        return 200, {}, {None: page, "b": second, "c": last}[query.get("kursor")]

    with FakeServer(data, 10) as server:
        server.hook = hook
        server.valid_tokens = {"t1"}
        extracted = read(server, "dtjateng", store, waits)
    assert (extracted.keterangan["baris"], extracted.keterangan["halaman"]) == (2, 3)
    assert land("dtjateng", extracted, store, tmp_path).entitas["rumah_tangga"].dimuat == 2


def test_a_token_that_expires_in_mid_read_is_bought_again_once(store, waits):
    with FakeServer([household(i) for i in range(1, 26)], 10) as server:
        server.hook = lambda s, n, p, q: s.valid_tokens.clear() if n == 2 else None
        assert read(server, "dtjateng", store, waits).keterangan["baris"] == 25
        assert (server.tokens, server.data_requests, waits) == (2, 4, [])
        server.hook = lambda s, n, p, q: (401, {}, {"galat": "token_kedaluwarsa", "pesan": "x"})
        before = server.data_requests
        with pytest.raises(SourceUnavailable):
            read(server, "dtjateng", store, waits)
        assert server.data_requests - before == 2


def test_wrong_credentials_are_final_and_never_shown(store, waits):
    with FakeServer([household(1)], 10) as server:
        right = server.connection("dtjateng_api")
        wrong = Connection("dtjateng_api", "http", right.base_url, None, "klien", "salah-sekali")
        source = SOURCES["dtjateng"]
        with pytest.raises(SourceUnavailable) as caught, Client(source, wrong, sleep=waits.append) as client:
            read_all(client, source, "2026-06", {}, store)
    assert waits == [] and len(server.requests) == 1
    assert "salah-sekali" not in str(caught.value) and "dtjateng_api" in str(caught.value)
    assert "salah-sekali" not in repr(wrong)


def test_retry_after_is_obeyed_and_is_no_try(store, waits):
    date = "Sun, 01 Jan 2023 00:00:30 GMT"
    answers = [(429, {"Retry-After": "7"}), (503, {"Retry-After": "600"}), (429, {"Retry-After": date})]
    with FakeServer([family(1)], 10) as server:
        server.hook = lambda s, n, p, q: (*answers[n - 1], {"galat": "x"}) if n <= 3 else None
        source = SOURCES["simnakis"]
        with Client(
            source, server.connection("simnakis_api"), sleep=waits.append, now=lambda: datetime(2023, 1, 1, tzinfo=UTC)
        ) as client:
            assert read_all(client, source, "2026-06", {}, store).keterangan["baris"] == 1
    assert waits == [7.0, 120.0, 30.0]


def test_failures_are_tried_five_times_with_growing_pauses(store, waits):
    with FakeServer([family(1)], 10) as server:
        server.hook = lambda *_: (200, {}, b"<html>masuk dulu</html>")
        with pytest.raises(SourceUnavailable) as caught:
            read(server, "simnakis", store, waits)
    assert (server.data_requests, waits) == (5, [1.0, 2.0, 4.0, 8.0])
    assert "masuk dulu" not in str(caught.value)


def test_endless_retry_after_ends(store, waits):
    with FakeServer([family(1)], 10) as server:
        server.hook = lambda *_: (429, {"Retry-After": "120"}, {"galat": "x"})
        with pytest.raises(SourceUnavailable):
            read(server, "simnakis", store, waits)
    assert waits.count(120.0) == 5 and len(waits) == 9


def test_month_that_is_not_out_and_month_that_is_another(store, waits):
    with FakeServer([household(1)], 10) as server:
        server.hook = lambda *_: (404, {}, {"galat": "periode_belum_tersedia", "pesan": "x"})
        with pytest.raises(NotYet):
            read(server, "dtjateng", store, waits)
    with FakeServer([household(1)], 10, periode="2026-05") as server, pytest.raises(Refusal) as caught:
        read(server, "dtjateng", store, waits)
    assert caught.value.kode == "bulan_salah"


def test_redirect_to_another_host_is_not_followed(waits):
    with FakeServer([], 10) as server:
        server.hook = lambda s, n, p, q: (302, {"Location": f"http://localhost:{s.port}/lain"}, {})
        source = SOURCES["simnakis"]
        with (
            Client(source, server.connection("simnakis_api"), sleep=waits.append) as client,
            pytest.raises(SourceUnavailable, match="redirects"),
        ):
            client.get("/api/keluarga", {})
    assert server.data_requests == 1


def test_final_status_carries_the_code_of_the_source_only(waits):
    with FakeServer([], 10) as server:
        server.hook = lambda *_: (400, {}, {"galat": "Nama Orang 3316", "pesan": "WARGA"})
        with (
            Client(SOURCES["simnakis"], server.connection("simnakis_api"), sleep=waits.append) as client,
            pytest.raises(Problem) as caught,
        ):
            client.get("/api/keluarga", {"rahasia": "WARGA"})
    assert (caught.value.status, caught.value.galat) == (400, "") and "WARGA" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "kode"),
    [
        ({"nama_desa": " - "}, "wajib_kosong"),
        ({"id_rt": None}, "wajib_kosong"),
        ({"nama_desa": "Antah"}, "wilayah_tidak_terpecahkan"),
        ({"kode_kecamatan_bps": "3316999"}, "wilayah_tidak_terpecahkan"),
        ({"nama_desa": "Nglengkir", "kode_kecamatan_bps": "3316090"}, "wilayah_bertentangan"),
    ],
)
def test_dtjateng_quarantine(tmp_path, store, waits, change, kode):
    data = [household(i) for i in range(1, 6)]
    data[4] = household(5, **change)
    with FakeServer(data, 2) as server:
        extracted = read(server, "dtjateng", store, waits)
    landed = land("dtjateng", extracted, store, tmp_path)
    assert [(f.diterima, f.dikarantina) for f in landed.entitas.values()] == [(5, 1), (10, 2), (5, 1)]
    assert {line[3] for line in lines(landed.karantina)} == {kode}


def test_dtjateng_without_kecamatan_is_loaded_and_another_kabupaten_is_out_of_scope(tmp_path, store, waits):
    data = [household(i) for i in range(1, 6)]
    data[3] = household(4, kode_kecamatan_bps=None)
    data[4] = household(5, kode_kecamatan_bps="3318010")
    with FakeServer(data, 2) as server:
        extracted = read(server, "dtjateng", store, waits)
    landed = land("dtjateng", extracted, store, tmp_path)
    houses = rows(landed, "rumah_tangga")
    assert [(h["kode_desa"], h["nasib"]) for h in houses[3:]] == [("", ""), ("", "di_luar_lingkup")]
    assert [r["nasib"] for r in rows(landed, "anggota")].count("di_luar_lingkup") == 2


def test_outside_java_bps_numbers_the_kabupaten_in_another_way(tmp_path, store, waits):
    """Kemendagri's 11.09 is 1101 for BPS, whose 1109 is another kabupaten."""
    wilayah, bps = tmp_path / "wilayah.csv", tmp_path / "bps.csv"
    wilayah.write_text("kode,nama\n11.09.01,Dalam\n11.09.01.2001,Blungun\n11.09.01.2002,Gayam\n")
    bps.write_text("kode_kecamatan,kode_bps\n11.09.01,1101021\n11.01.02,1107020\n")
    codes = ["1101021", 1101021, "1101999", "1109010", "1107020"]
    data = [household(i, kode_kecamatan_bps=code) for i, code in enumerate(codes, start=1)]
    with FakeServer(data, 2) as server:
        extracted = read(server, "dtjateng", store, waits)
    own = {"kabupaten": "11.09", "wilayah": wilayah, "kecamatan_bps": bps}
    landed = land("dtjateng", extracted, store, tmp_path, **own)
    assert [(h["kode_desa"], h["nasib"]) for h in rows(landed, "rumah_tangga")] == [
        ("11.09.01.2002", ""), ("11.09.01.2001", ""), ("", "di_luar_lingkup"), ("", "di_luar_lingkup"),
    ]  # fmt: skip
    assert {line[3] for line in lines(landed.karantina)} == {"wilayah_tidak_terpecahkan"}


def test_an_array_that_is_none_is_refused_not_lost(tmp_path, store, waits):
    data = [household(1), household(2, anggota="WARGA")]
    with FakeServer(data, 2) as server:
        extracted = read(server, "dtjateng", store, waits)
    with pytest.raises(Refusal) as caught:
        land("dtjateng", extracted, store, tmp_path)
    assert caught.value.kode == "bentuk_tidak_terbaca" and "WARGA" not in str(caught.value)


def test_nul_and_odd_characters_reach_no_row_file(tmp_path, store, waits):
    data = [household(1, alamat='Dk.\u0000 \u2013 "Lor",\n\\.'), household(2)]
    with FakeServer(data, 2) as server:
        extracted = read(server, "dtjateng", store, waits)
    landed = land("dtjateng", extracted, store, tmp_path)
    assert rows(landed, "rumah_tangga")[0]["alamat"] == 'Dk. \u2013 "Lor",\n\\.'
