"""The servers of DTJateng and Simnakis, spoken to as contracts/sources.md says."""

import re
import time

import httpx
import pytest

import sandbox


@pytest.fixture(scope="module")
def server(built):
    running = sandbox.serve(built.directory)
    yield running
    running.close()


@pytest.fixture()
def client(server):
    with httpx.Client(base_url=server.url) as client:
        yield client


def _token(client) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "client_id": sandbox.CLIENT_ID, "client_secret": sandbox.CLIENT_SECRET}
    answer = client.post("/oauth/token", data=form).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 900)
    return {"Authorization": f"Bearer {answer['access_token']}"}


KEY = {"X-API-Key": sandbox.API_KEY}
ASK = {"kabupaten": "3316", "periode": "2026-06"}


def test_dtjateng_is_read_whole_by_cursor_with_a_short_last_page(client, built):
    token, rows, sizes, cursor, totals = _token(client), [], [], None, set()
    while True:
        page = client.get("/v1/rumah-tangga", params=ASK | {"ukuran": 1000} | ({"kursor": cursor} if cursor else {}),
                          headers=token).json()  # fmt: skip
        totals.add(page["jumlah"])
        rows += page["data"]
        sizes.append(len(page["data"]))
        if (cursor := page["kursor_berikutnya"]) is None:
            break
    assert len(sizes) == 3
    assert sizes[:2] == [1000, 1000]
    assert 0 < sizes[2] < 1000
    assert totals == {len(rows)}
    assert len({row["id_rt"] for row in rows}) == len(rows)
    [(expected,)] = built.sql("select count(*) from rekaman where sumber = 'dtjateng' and grain = 'rumah_tangga'")
    assert len(rows) == expected
    member = rows[0]["anggota"][0]
    assert set(member) == {"id_ind", "nik", "nama", "jk", "tgl_lahir", "shdk", "nama_ibu", "pekerjaan", "bantuan"}
    assert re.fullmatch(r"\d\d-\d\d-\d{4}", member["tgl_lahir"])
    assert {aid["program"] for row in rows for m in row["anggota"] for aid in m["bantuan"]} == {
        "PBI_JK", "SEMBAKO", "PKH", "KJS",
    }  # fmt: skip


def test_dtjateng_wants_a_token_that_is_alive(built):
    server = sandbox.serve(built.directory, token_seconds=0)
    try:
        with httpx.Client(base_url=server.url) as client:
            assert client.get("/v1/rumah-tangga", params=ASK).status_code == 401
            wrong = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
            assert client.post("/oauth/token", data=wrong).json()["galat"] == "invalid_client"
            form = wrong | {"client_id": sandbox.CLIENT_ID, "client_secret": sandbox.CLIENT_SECRET}
            token = client.post("/oauth/token", data=form).json()["access_token"]
            answer = client.get("/v1/rumah-tangga", params=ASK, headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code, set(answer.json())) == (401, {"galat", "pesan"})
    finally:
        server.close()


def test_dtjateng_answers_for_past_months_and_not_for_coming_ones(client):
    token = _token(client)
    for periode, status in (("2026-06", 200), ("2026-08", 200), ("2026-09", 404), ("2020-01", 404)):
        answer = client.get("/v1/rumah-tangga", params=ASK | {"periode": periode, "ukuran": 1}, headers=token)
        assert answer.status_code == status, periode
    assert answer.json()["galat"] == "periode_belum_tersedia"
    other = client.get("/v1/rumah-tangga", params=ASK | {"kursor": "bukan"}, headers=token)
    assert (other.status_code, other.json()["galat"]) == (410, "kursor_kedaluwarsa")


def test_simnakis_is_read_whole_by_page_number(client, built):
    rows, page = [], 1
    while data := (
        answer := client.get("/api/keluarga", params={"halaman": page, "per_halaman": 500}, headers=KEY).json()
    )["data"]:
        rows += data
        meta, page = answer["meta"], page + 1
    assert meta["total"] == len(rows) == len({row["id"] for row in rows})
    assert (meta["total_halaman"], len(rows) % 500 > 0) == (page - 1, True)
    assert answer["meta"]["halaman"] == meta["total_halaman"] + 1
    [(expected,)] = built.sql(
        "select count(*) from rekaman where sumber = 'simnakis' and grain = 'rumah_tangga'", "2026-08"
    )
    assert len(rows) == expected  # Simnakis has no period: it is in the newest delivered month
    assert {row["status"] for row in rows} == {"aktif", "nonaktif", "pindah"}
    dead = [m for row in rows for m in row["anggota"] if m["status_hidup"] == "meninggal"]
    assert dead
    assert all(m["tanggal_meninggal"] for m in dead)


def test_simnakis_gives_one_family_and_what_changed_since(client):
    [row] = client.get("/api/keluarga", params={"halaman": 7, "per_halaman": 1}, headers=KEY).json()["data"]
    assert client.get(f"/api/keluarga/{row['id']}", headers=KEY).json() == row
    assert client.get("/api/keluarga/tidak-ada", headers=KEY).status_code == 404
    since = "2026-08-01T00:00:00+07:00"
    changed = client.get("/api/keluarga", params={"diubah_sejak": since, "per_halaman": 1000}, headers=KEY).json()
    assert 0 < changed["meta"]["total"] == len(changed["data"])
    assert all(family["diubah"] >= since for family in changed["data"])


def test_simnakis_wants_its_key(client):
    for address in ("/api/keluarga", "/api/keluarga/SK1", "/api/verifikasi-lapangan"):
        answer = client.get(address, headers={"X-API-Key": "salah"})
        assert (answer.status_code, answer.json()["galat"]) == (401, "kunci_tidak_sah")


def test_registries_take_as_long_for_an_answer_as_is_asked(server, client, monkeypatch):
    monkeypatch.setattr(server, "answer_seconds", 0.3)
    for path, options in (("/v1/rumah-tangga", {"params": ASK, "headers": _token(client)}),
                          ("/api/keluarga", {"headers": KEY})):  # fmt: skip
        started = time.monotonic()
        assert client.get(path, **options).status_code == 200
        assert time.monotonic() - started >= 0.3
