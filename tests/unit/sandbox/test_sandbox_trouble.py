"""Tired servers: what each mode does to who asks, and that a client that tries again gets the same data."""

import json
import re
import subprocess
import sys
import time
from email.utils import parsedate_to_datetime

import httpx
import pytest

import sandbox
from sandbox import trouble

ASK = {"kabupaten": "3316", "periode": "2026-06", "ukuran": 500}
KEY = {"X-API-Key": sandbox.API_KEY}
LOGIN = {"grant_type": "client_credentials", "client_id": sandbox.CLIENT_ID, "client_secret": sandbox.CLIENT_SECRET}


@pytest.fixture()
def tired(built):
    """Starts servers with modes on; gives a client of each."""
    started = []

    def start(*modes, **options):
        server = sandbox.serve(built.directory, trouble=sandbox.Trouble(modes, **options))
        client = httpx.Client(base_url=server.url, timeout=20)
        started.extend((client, server))
        return client

    yield start
    for one in started:
        one.close()


def login(client):
    return {"Authorization": f"Bearer {client.post('/oauth/token', data=LOGIN).json()['access_token']}"}


def page(client, **params):
    return client.get("/api/keluarga", params={"per_halaman": 50} | params, headers=KEY)


@pytest.mark.parametrize(
    ("mode", "status"), [("sibuk_429", 429), ("sibuk_503", 503), ("galat_500", 500), ("pindah_alamat", 302)]
)
def test_answers_in_place_of_data(tired, mode, status):
    client = tired(mode, every=3)
    answers = [page(client) for _ in range(6)]
    expected = {
        "galat_500": [200, 200, 500, 500, 200, 200], "pindah_alamat": [302] * 6,
    }.get(mode, [200, 200, status, 200, 200, status])  # fmt: skip
    assert [answer.status_code for answer in answers] == expected
    struck = next(answer for answer in answers if answer.status_code == status)
    if mode == "sibuk_429":
        assert struck.headers["Retry-After"] == "1"
    elif mode == "sibuk_503":
        assert 0 <= parsedate_to_datetime(struck.headers["Retry-After"]).timestamp() - time.time() + 1 <= 2
    elif mode == "pindah_alamat":
        assert struck.headers["Location"] == "http://lain.invalid/"
    if status not in (302,):
        assert set(struck.json()) == {"galat", "pesan"}


def test_a_login_page_with_200(tired):
    client = tired("halaman_masuk", every=1)
    answer = page(client)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_connection_that_breaks_and_one_that_lies_about_the_length(tired):
    client = tired("putus", every=2)
    whole = page(client).content
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        page(client)
    assert page(client).content == whole
    client = tired("panjang_salah", every=1)
    with pytest.raises(httpx.RemoteProtocolError):
        page(client)
    assert page(client).content == whole[: len(whole) // 2]


def test_a_slow_body_is_whole(tired):
    client = tired("lambat", every=1, drip_seconds=0.6)
    started = time.monotonic()
    answer = page(client)
    assert len(answer.json()["data"]) == 50
    assert time.monotonic() - started >= 0.5


def test_a_token_dies_after_two_uses_and_a_fresh_one_lives(tired):
    client = tired("token_pendek")
    token = login(client)
    assert [client.get("/v1/rumah-tangga", params=ASK, headers=token).status_code for _ in range(4)] == [
        200, 200, 401, 401,
    ]  # fmt: skip
    assert client.get("/v1/rumah-tangga", params=ASK, headers=login(client)).status_code == 200


def households(client):
    """The pages of a read as (status, jumlah, ids, next cursor)."""
    token, cursor, pages = login(client), None, []
    for _ in range(12):
        answer = client.get(
            "/v1/rumah-tangga", params=ASK | ({"kursor": cursor} if cursor else {}), headers=token
        ).json()  # fmt: skip
        pages.append((answer.get("jumlah"), [row["id_rt"] for row in answer.get("data", [])], answer.get("galat")))
        if answer.get("galat") or (cursor := answer["kursor_berikutnya"]) is None:
            break
    return pages


def test_modes_of_a_whole_read_strike_once(tired):
    sound = households(tired())
    assert len(sound) > 3
    client = tired("jumlah_berubah")
    assert [total for total, *_ in households(client)] == [sound[0][0], sound[0][0] + 1] + [sound[0][0]] * (
        len(sound) - 2
    )
    assert households(client) == sound
    client = tired("halaman_berulang")
    assert households(client)[1] == sound[0]
    assert households(client) == sound
    client = tired("kursor_berputar")
    looped = households(client)
    assert looped[1] == looped[2] and len(looped) == len(sound) + 1
    assert households(client) == sound
    client = tired("kursor_kedaluwarsa")
    assert [error for *_, error in households(client)] == [None, "kursor_kedaluwarsa"]
    assert households(client) == sound


def test_simnakis_shifts_once_and_counts_wrongly_once(tired):
    def read(client):
        pages = [page(client, halaman=n, per_halaman=1000).json() for n in (1, 2, 3)]
        return [row["id"] for one in pages for row in one["data"]], pages[-1]["meta"]["total"]

    ids, total = read(tired())
    assert len(ids) == total > 2000
    client = tired("halaman_berulang", "jumlah_berubah")
    shifted, counted = read(client)
    assert shifted[1000:2000] == ids[:1000] and counted == total + 1
    assert read(client) == (ids, total)


def test_a_feed_loops_and_forgets_once(tired):
    def ask(since=None):
        return client.get("/api/aduan", params={"batas": 5} | ({"sejak": since} if since else {}),
                          headers={"X-API-Key": sandbox.BRATASENA_KEY})  # fmt: skip

    client = tired("kursor_berputar", "kursor_kedaluwarsa")
    first = ask().json()
    assert ask(first["kursor"]).status_code == 410
    looped = ask(first["kursor"]).json()
    assert (looped["kursor"], looped["lagi"]) == (first["kursor"], True)
    after = ask(first["kursor"]).json()
    assert after["data"] == looped["data"] and after["kursor"] != first["kursor"]


def test_modes_take_turns_so_that_a_second_try_gets_on(tired):
    often = [name for name, mode in trouble.MODES.items() if mode.often]
    client = tired(*often, every=2, drip_seconds=0.1)
    struck = []
    for number in range(2 * len(often) + 1):
        try:
            answer = page(client, halaman=1)
            struck.append(answer.status_code == 200 and answer.headers["Content-Length"] == str(len(answer.content))
                          and answer.headers["Content-Type"] == "application/json")  # fmt: skip
        except httpx.TransportError:
            struck.append(False)
        assert number == 0 or struck[-1] or struck[-2] or struck[max(0, number - 2)]
    assert struck.count(False) >= len(often) - 1  # a slow answer is a good one


def test_the_table_of_modes_says_what_can_be_survived():
    assert [name for name, mode in trouble.MODES.items() if not mode.recoverable] == ["pindah_alamat"]
    with pytest.raises(ValueError, match=r"trouble \['tidur'\] is unknown: expected some of \["):
        sandbox.Trouble(("tidur",))


def test_the_shell_switches_modes_on_and_explains_them(built, tmp_path):
    run = [sys.executable, "-m", "sandbox"]
    told = subprocess.run([*run, "modes"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^  kecamatan_hilang +a kecamatan is missing .* -> kecamatan_hilang$", told, re.MULTILINE)
    assert re.search(r"^  pindah_alamat .* -> the read fails$", told, re.MULTILINE)
    where = ["--dir", str(built.directory), "--periode", "2026-06", "--inbox", str(tmp_path)]
    told = subprocess.run([*run, "deliver", *where, "--bentuk", "csv.gz", "--rusak", "kolom_baru", "--perbaiki"],
                          capture_output=True, text=True, check=True).stdout  # fmt: skip
    assert [line[-5:] for line in told.splitlines()] == ["rev-1", "rev-2"]
    assert (tmp_path / "dtsen" / "2026-06" / "rev-2" / "anggota.csv.gz").exists()
    server = subprocess.Popen(
        [*run, "serve", "--dir", str(built.directory), "--ganggu", "halaman_masuk,sibuk_429"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        url = server.stdout.readline().split()[1]
        answers = [httpx.get(f"{url}/api/keluarga", headers=KEY) for _ in range(8)]
        assert [answers[3].headers["Content-Type"], answers[7].status_code] == ["text/html", 429]
    finally:
        server.kill()
        server.wait()


def test_connections_reach_every_source(built, tmp_path):

    made = sandbox.connections("http://127.0.0.1:8101", tmp_path / "masuk", tmp_path / "keluar")
    values = {name.removeprefix("AIRFLOW_CONN_"): json.loads(value) for name, value in made.items()}
    assert set(values) == {
        "DTSEN_INBOX", "DTJATENG_API", "SIMNAKIS_API", "BRATASENA_API", "DUKCAPIL_API", "SIKS_NG_OUTBOX",
    }  # fmt: skip
    assert values["DTSEN_INBOX"] == {"conn_type": "fs", "extra": {"path": str(tmp_path / "masuk")}}
    assert values["BRATASENA_API"]["password"] == sandbox.BRATASENA_KEY
    assert len({values[n]["password"] for n in ("SIMNAKIS_API", "BRATASENA_API", "DUKCAPIL_API")}) == 3
