"""The cursor feeds, spoken to as contracts/sources.md says."""

import json

import httpx
import pytest

import sandbox
from sandbox import feed

KEYS = {
    "/api/aduan": sandbox.BRATASENA_KEY, "/api/pengajuan": sandbox.BRATASENA_KEY,
    "/api/verifikasi-lapangan": sandbox.API_KEY,
}  # fmt: skip


@pytest.fixture()
def client(built):
    server = sandbox.serve(built.directory)
    with httpx.Client(base_url=server.url) as client:
        yield client
    server.close()


def read(client, path, since=None, limit=7):
    """Every change from a cursor on, the last cursor, and the sizes of the pages."""
    data, sizes = [], []
    while True:
        params = {"batas": limit} | ({"sejak": since} if since else {})
        page = client.get(path, params=params, headers={"X-API-Key": KEYS[path]}).json()
        assert set(page) == {"data", "kursor", "lagi"}
        data += page["data"]
        sizes.append(len(page["data"]))
        since = page["kursor"]
        if not page["lagi"]:
            return data, since, sizes


@pytest.mark.parametrize("path", KEYS)
def test_a_feed_is_read_whole_by_its_cursor_and_the_last_cursor_stands(client, path):
    data, cursor, sizes = read(client, path)
    assert set(sizes[:-1]) == {7} and 0 < sizes[-1] <= 7
    assert max(body["diubah"] for body in data) < "2026-09-01"
    again = client.get(path, params={"sejak": cursor}, headers={"X-API-Key": KEYS[path]}).json()
    assert again == {"data": [], "kursor": cursor, "lagi": False}
    assert read(client, path, limit=500)[0] == data


def test_changes_come_again_and_versions_out_of_order(client):
    data, *_ = read(client, "/api/aduan")
    keys = [(body["id"], body["versi"]) for body in data]
    assert 1.03 < len(keys) / len(set(keys)) < 1.3
    newest, overtaken = {}, 0
    for case, version in keys:
        overtaken += version < newest.get(case, 0)
        newest[case] = max(version, newest.get(case, 0))
    assert overtaken >= 3
    whole = {(body["id"], body["versi"]): json.dumps(body) for body in data}
    assert all(whole[key] == json.dumps(body) for key, body in zip(keys, data, strict=True))


def test_what_is_served_ends_with_the_present_month_and_goes_on_from_the_cursor(built, tmp_path):
    world = tmp_path / "dunia"
    sandbox.build(world, 0.02, 20260601, ["2026-06", "2026-07"])
    sandbox.deliver(world, tmp_path / "masuk", "2026-06")
    server = sandbox.serve(world)
    try:
        with httpx.Client(base_url=server.url) as client:
            june, cursor, _ = read(client, "/api/aduan")
            assert max(body["diubah"] for body in june) < "2026-07-01"
            assert min(body["dibuat"] for body in june) < "2026-06-01"
            assert read(client, "/api/aduan", cursor)[0] == []
            sandbox.deliver(world, tmp_path / "masuk", "2026-07")
            july, *_ = read(client, "/api/aduan", cursor)
            assert "2026-07-01" < max(body["diubah"] for body in july) < "2026-08-01"
            assert read(client, "/api/aduan")[0] == june + july
            # Some of June come once more, and cases of June go on.
            seen = {(body["id"], body["versi"]) for body in june}
            assert [body for body in july if (body["id"], body["versi"]) in seen]
            assert [b for b in july if b["id"].startswith("BRT-202606") and (b["id"], b["versi"]) not in seen]
    finally:
        server.close()


def test_a_cursor_of_another_world_or_feed_is_gone(client, built, tmp_path):
    _, complaints, _ = read(client, "/api/aduan")
    sandbox.build(tmp_path, 0.002, 5, ["2026-08"])
    page = feed.Feed(tmp_path, "aduan", "2026-08").page(None, 5)
    for path, cursor in (("/api/aduan", page[1]), ("/api/pengajuan", complaints), ("/api/aduan", "bukan")):
        answer = client.get(path, params={"sejak": cursor}, headers={"X-API-Key": KEYS[path]})
        assert (answer.status_code, answer.json()["galat"]) == (410, "kursor_kedaluwarsa"), path


def test_each_feed_wants_its_own_key(client):
    for path, key in KEYS.items():
        wrong = sandbox.API_KEY if key != sandbox.API_KEY else sandbox.BRATASENA_KEY
        for headers in ({}, {"X-API-Key": wrong}):
            answer = client.get(path, headers=headers)
            assert (answer.status_code, answer.json()["galat"]) == (401, "kunci_tidak_sah"), path
    answer = client.get("/api/aduan", params={"batas": "0"}, headers={"X-API-Key": sandbox.BRATASENA_KEY})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/api/aduan", {"id", "versi", "dibuat", "diubah", "kanal", "pelapor", "terlapor", "program", "alasan",
                        "uraian", "bukti", "status"}),
        ("/api/pengajuan", {"id", "versi", "jenis", "dibuat", "diubah", "pemohon", "anggota", "alamat", "kode_desa",
                            "koordinat", "foto", "program", "status", "berita_acara", "rujukan"}),
        ("/api/verifikasi-lapangan", {"id", "jenis", "rujukan", "id_keluarga", "nik", "petugas", "petugas_nik",
                                      "tanggal", "hasil", "alasan", "program", "koordinat", "foto", "catatan",
                                      "diubah"}),
    ],
)  # fmt: skip
def test_the_fields_are_those_of_the_contract(client, path, fields):
    data, *_ = read(client, path, limit=500)
    assert {frozenset(body) for body in data} == {frozenset(fields)}
