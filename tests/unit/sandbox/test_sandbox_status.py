"""Simnakis and Bratasena as receivers, spoken to as contracts/sinks.md 3 and 4 say."""

import penerima_uji as uji
import pytest

import sandbox

REF = uji.row_id("baris")
BERLAKU = "2026-08-01"


def families(penerima) -> list[dict]:
    return [
        family
        for page in (1, 2)
        for family in penerima.client.get(
            "/api/keluarga", params={"halaman": page, "per_halaman": 1000}, headers=uji.KEY
        ).json()["data"]
    ]


def family(penerima, name: str) -> dict:
    return penerima.client.get(f"/api/keluarga/{name}", headers=uji.KEY).json()


def put(penerima, name: str, status: str = "nonaktif", program=None, rujukan: str = REF, **more):
    content = {"status": status, "program": program, "rujukan": rujukan, "berlaku": BERLAKU} | more
    return penerima.client.put(f"/api/keluarga/{name}/status", json=content, headers=uji.KEY)


@pytest.fixture
def helped(penerima) -> dict:
    """A family with a running programme of the district."""
    return next(
        family for family in families(penerima)
        if family["status"] == "aktif" and any(place["selesai"] is None for place in family["program_daerah"])
    )  # fmt: skip


def test_a_family_is_inactive_from_then_on_until_it_is_taken_back(penerima, helped):
    before = families(penerima)
    assert put(penerima, helped["id"]).status_code == put(penerima, helped["id"]).status_code == 200
    after = family(penerima, helped["id"])
    assert after["status"] == "nonaktif"
    assert {place["selesai"] for place in after["program_daerah"]} <= {BERLAKU, "2025-12-31"}
    assert helped["diubah"] < after["diubah"] < helped["diubah"][:16] + ":61"
    assert [one for one, old in zip(families(penerima), before, strict=True) if one != old] == [after]
    assert put(penerima, helped["id"], "aktif").status_code == 200
    back = family(penerima, helped["id"])
    assert back | {"diubah": None} == helped | {"diubah": None} and back["diubah"] > after["diubah"]
    assert [(row.kind, row.verdict, row.bulan_efektif, row.no_kk) for row in sandbox.received(penerima.world)] == [
        ("new", "diterima", "2026-08", helped["no_kk"]), ("cancel", "diterima", "2026-08", helped["no_kk"]),
    ]  # fmt: skip
    assert sandbox.fate(penerima.world) == {(REF, "simnakis"): "dilaksanakan"}


def test_a_programme_ends_alone_and_another_row_stays_when_one_is_taken_back(penerima, helped):
    running = next(place["program"] for place in helped["program_daerah"] if place["selesai"] is None)
    put(penerima, helped["id"], program=["PKH"])
    assert family(penerima, helped["id"]) | {"diubah": None} == helped | {"diubah": None}
    put(penerima, helped["id"], program=[running], rujukan=uji.row_id("lain"))
    put(penerima, helped["id"], "aktif", program=["PKH"])
    after = family(penerima, helped["id"])
    assert after["status"] == "aktif"
    assert [p["selesai"] for p in after["program_daerah"] if p["program"] == running][-1] == BERLAKU
    listed = [row.program for row in sandbox.received(penerima.world)]
    assert listed == ["PKH", running, "PKH"]


def test_a_person_is_named_by_the_ids_of_the_family(penerima, helped):
    own = helped["anggota"][0]["id"]
    assert put(penerima, helped["id"], program=["PBI_JK"], anggota=[own]).status_code == 200
    assert family(penerima, helped["id"])["status"] == "aktif"
    strange = put(penerima, helped["id"], anggota=["SA1"])
    assert (strange.status_code, strange.json()["galat"]) == (400, "anggota_tidak_dikenal")


def test_an_unknown_family_a_wrong_key_and_a_wrong_body(penerima, helped):
    assert put(penerima, "SK0000000000").status_code == 404
    address = f"/api/keluarga/{helped['id']}/status"
    assert penerima.client.put(address, json={}).status_code == 401
    for wrong in ({"status": "mati"}, {"rujukan": "x"}, {"berlaku": "2026-08"}, {"program": []}):
        content = {"status": "nonaktif", "program": None, "rujukan": REF, "berlaku": BERLAKU} | wrong
        assert penerima.client.put(address, json=content, headers=uji.KEY).status_code == 400
    assert [v["kode"] for v in sandbox.violations(penerima.world)] == ["badan_tidak_sah"]
    assert sandbox.received(penerima.world) == []


def test_a_newer_state_is_said_once_or_always(penerima, helped):
    penerima.restart("keadaan_lebih_baru")
    assert [put(penerima, helped["id"]).status_code for _ in range(3)] == [409, 200, 200]
    penerima.restart("keadaan_bertentangan")
    assert [put(penerima, helped["id"], "aktif").status_code for _ in range(3)] == [409] * 3
    assert family(penerima, helped["id"])["status"] == "nonaktif"


def test_what_changed_since_is_asked_for(penerima, helped):
    def changed(since):
        params = {"diubah_sejak": since, "per_halaman": 1000}
        return [
            one["id"] for one in penerima.client.get("/api/keluarga", params=params, headers=uji.KEY).json()["data"]
        ]

    put(penerima, helped["id"])
    after = family(penerima, helped["id"])["diubah"]
    assert helped["id"] in changed(after)


def newest(penerima, feed: str) -> dict:
    changes = penerima.client.get(
        f"/api/{feed}", params={"batas": 1000}, headers={"X-API-Key": sandbox.BRATASENA_KEY}
    ).json()["data"]
    case = changes[0]["id"]
    return max((change for change in changes if change["id"] == case), key=lambda change: change["versi"])


@pytest.mark.parametrize("feed", ["aduan", "pengajuan"])
def test_the_outcome_of_a_case_is_told_by_its_newest_version(penerima, feed):
    case = newest(penerima, feed)
    content = {"versi": case["versi"], "hasil": "selesai", "pesan": "Sudah diperiksa petugas."}

    def tell(name=case["id"], key=sandbox.BRATASENA_KEY, **change):
        return penerima.client.put(f"/api/{feed}/{name}/hasil", json=content | change, headers={"X-API-Key": key})

    assert tell().status_code == tell().status_code == 200
    assert (tell(versi=case["versi"] + 1).status_code, tell(versi=0).status_code) == (409, 409)
    assert (tell("BRT-0").status_code, tell(key="salah").status_code, tell(hasil="entah").status_code) == (
        404, 401, 400,
    )  # fmt: skip
    private = tell(pesan="NIK 3316010101900001 dihapus")
    assert (private.status_code, private.json()["galat"]) == (400, "pesan_memuat_nomor")
    assert [(row.receiver, row.kind, row.id_baris, row.verdict) for row in sandbox.received(penerima.world)] == [
        ("bratasena", "outcome", case["id"], "selesai")
    ]
    assert {v["kode"] for v in sandbox.violations(penerima.world)} == {"badan_tidak_sah", "pesan_memuat_nomor"}
