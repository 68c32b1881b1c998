"""The province as a receiver, spoken to as contracts/sinks.md says: what it takes, refuses, records and does."""

import hashlib
import json

import httpx
import penerima_uji as uji
import pytest

import sandbox
from sandbox import answers


def codes(penerima) -> set[str]:
    return {violation["kode"] for violation in sandbox.violations(penerima.world)}


def test_a_batch_is_taken_once_and_kept_as_it_came(penerima):
    content = uji.body(uji.made_up(3))
    first, again = penerima.send(content), penerima.send(content)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json() and set(first.json()) == {"id_kiriman"}
    digest = hashlib.sha256(content).hexdigest()
    assert (penerima.world / "penerima" / "isi" / digest).read_bytes() == content
    rows = sandbox.received(penerima.world)
    assert [(row.receiver, row.kind, row.bulan_efektif, row.program, row.key) for row in rows] == [
        ("dtjateng", "new", "2026-07", "PKH", digest)
    ] * 3
    assert [row.id_baris for row in rows] == sorted(row["id_baris"] for row in uji.made_up(3))
    assert {(row.no_kk, row.nik, row.verdict) for row in rows} == {("3316010101010001", "3316010101900001", None)}
    assert codes(penerima) == set()


def test_a_key_is_the_sha256_of_its_body(penerima):
    content = uji.body(uji.made_up(1))
    wrong = penerima.send(content, key="0" * 64)
    assert (wrong.status_code, wrong.json()["galat"]) == (400, "kunci_tidak_sah")
    assert penerima.client.post("/v1/penonaktifan", content=content).status_code == 400
    assert sandbox.received(penerima.world) == []
    assert penerima.send(content).status_code == 202
    other = penerima.send(uji.body(uji.made_up(2)), key=hashlib.sha256(content).hexdigest())
    assert (other.status_code, other.json()["galat"]) == (409, "kunci_sama_isi_beda")
    assert len(sandbox.received(penerima.world)) == 1
    assert codes(penerima) == {"kunci_bukan_sha256", "kunci_sama_isi_beda"}


def test_a_row_that_comes_new_in_two_bodies_is_a_violation(penerima):
    rows = uji.made_up(3)
    penerima.send(uji.body(rows[:1]))
    answer = penerima.send(uji.body(rows))
    assert answer.status_code == 422
    assert [(row["id_baris"], row["kode"]) for row in answer.json()["rincian"]] == [
        (rows[0]["id_baris"], "baris_dua_kali")
    ]
    assert [row.id_baris for row in sandbox.received(penerima.world)] == [rows[0]["id_baris"]]
    [violation] = sandbox.violations(penerima.world)
    assert (violation["receiver"], violation["kode"], violation["id_baris"]) == (
        "dtjateng", "baris_dua_kali", rows[0]["id_baris"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id_baris": "g" * 64}, "id_baris_tidak_sah"),
        ({"program": ""}, "bidang_tidak_sah"),
        ({"bukti": None}, "bidang_tidak_sah"),
        ({"nik": 3316010101900001}, "bidang_tidak_sah"),
        ({"uid": "x"}, "bidang_tidak_sah"),
        ({"no_kk": None, "nik": None}, "tanpa_nomor"),
        ({"no_kk": "", "nik": ""}, "tanpa_nomor"),
        ({"tanggal_verifikasi": "10-06-2026"}, "tanggal_tidak_sah"),
    ],
)
def test_an_invalid_row_keeps_its_whole_batch_out(penerima, change, code):
    rows = uji.made_up(3)
    broken = [rows[0] | change, *rows[1:]]
    answer = penerima.send(uji.body(broken))
    assert (answer.status_code, answer.json()["galat"]) == (422, "tidak_valid")
    [named] = answer.json()["rincian"]
    assert (named["id_baris"], named["kode"]) == (broken[0]["id_baris"], code)
    assert sandbox.received(penerima.world) == []
    assert penerima.send(uji.body(rows[1:])).status_code == 202


def test_what_is_missing_may_be_null_or_absent(penerima):
    first, second = uji.made_up(2)
    del first["nik"], first["nama"]
    assert penerima.send(uji.body([first, second | {"no_kk": None}])).status_code == 202
    assert {(row.no_kk, row.nik) for row in sandbox.received(penerima.world)} == {
        ("3316010101010001", None), (None, "3316010101900001"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"bukan json", "badan_tidak_sah"),
        (b"[]", "badan_tidak_sah"),
        (uji.body([]), "badan_tidak_sah"),
        (uji.body(uji.made_up(501)), "badan_tidak_sah"),
        (uji.body(uji.made_up(1), kabupaten="3317"), "badan_tidak_sah"),
        (uji.body(uji.made_up(1), nomor_sk=""), "badan_tidak_sah"),
        (uji.body(uji.made_up(1), bulan_efektif="2026-13"), "badan_tidak_sah"),
        (json.dumps(json.loads(uji.body([])) | {"data": [{"id_baris": 7}]}).encode(), "badan_tidak_sah"),
        (json.dumps(json.loads(uji.body([])) | {"data": sorted(uji.made_up(3), key=lambda r: r["id_baris"])[::-1]})
         .encode(), "baris_tidak_urut"),
    ],
)  # fmt: skip
def test_a_body_that_is_not_as_documented_is_refused(penerima, content, code):
    answer = penerima.send(content)
    assert (answer.status_code, answer.json()["galat"]) == (400, code)
    assert codes(penerima) == {code}
    assert sandbox.received(penerima.world) == []


def test_a_batch_of_500_is_taken_and_a_token_wanted(penerima):
    assert penerima.send(uji.body(uji.made_up(500))).status_code == 202
    penerima.client.headers["Authorization"] = "Bearer bukan"
    assert penerima.send(uji.body(uji.made_up(1), "2026-08")).status_code == 401
    assert penerima.client.get("/v1/penonaktifan/KRM-000001").status_code == 401
    assert len(sandbox.received(penerima.world)) == 500


def test_a_receipt_comes_in_two_parts_and_stands_after_a_restart(penerima):
    number = penerima.send(uji.body(uji.made_up(5))).json()["id_kiriman"]
    ids = sorted(row["id_baris"] for row in uji.made_up(5))
    assert penerima.poll(number) == ("diproses", {ids[0]: "ditolak", ids[1]: "diterima"})
    whole = ("selesai", {ids[0]: "ditolak"} | dict.fromkeys(ids[1:], "diterima"))
    assert penerima.poll(number) == whole
    penerima.restart()
    assert penerima.poll(number) == whole
    assert [(row.verdict, row.code) for row in sandbox.received(penerima.world)] == [
        ("ditolak", "DATA_TIDAK_SESUAI"), *[("diterima", None)] * 4,
    ]  # fmt: skip
    for path in ("penonaktifan/KRM-000009", f"pembatalan/{number}"):
        assert penerima.client.get(f"/v1/{path}").status_code == 404


def test_what_was_taken_is_in_what_is_served_from_its_month_on(penerima):
    households = penerima.on("SEMBAKO", 5)
    before = {periode: penerima.households(periode) for periode in uji.MONTHS}
    assert penerima.send(uji.body(uji.rows_of(households, "SEMBAKO"))).status_code == 202
    ids = sorted(households)
    expected = ["ditolak", "hilang", "dibatalkan_sepihak", "dilaksanakan", "dilaksanakan"]
    assert sandbox.fate(penerima.world) == {
        (name, "dtjateng"): fate for name, fate in zip(ids, expected, strict=True)
    }  # fmt: skip
    gone = {"2026-06": [], "2026-07": ids[2:], "2026-08": ids[3:], "2026-09": ids[3:]}
    for periode, names in gone.items():
        after = penerima.households(periode)
        changed = {household for household in after if after[household] != before[periode][household]}
        assert changed == {households[name]["id_rt"] for name in names}
        for household in changed:
            assert sorted([*uji.aids(after[household]), "SEMBAKO"]) == sorted(uji.aids(before[periode][household]))
        assert list(after) == list(before[periode])


def test_a_row_means_its_family_by_kk_or_by_any_members_nik(penerima):
    households = penerima.on("SEMBAKO", 6)
    rows = sorted(uji.rows_of(households, "SEMBAKO"), key=lambda row: row["id_baris"])
    rows[3]["no_kk"] = "9999999999999999"
    rows[4]["nik"] = None
    others = households[rows[5]["id_baris"]]["anggota"]
    rows[5] |= {"no_kk": None, "nik": next(m["nik"] for m in reversed(others) if m["nik"])}
    penerima.send(uji.body(rows))
    july = penerima.households("2026-07")
    assert ["SEMBAKO" in uji.aids(july[households[row["id_baris"]]["id_rt"]]) for row in rows] == [
        True, True, False, False, False, False,
    ]  # fmt: skip


def test_rows_of_a_later_batch_are_all_carried_out_when_each_fate_was_shown(penerima):
    households = penerima.on("SEMBAKO", 6)
    rows = sorted(uji.rows_of(households, "SEMBAKO"), key=lambda row: row["id_baris"])
    penerima.send(uji.body(rows[3:]))
    penerima.send(uji.body(rows[:3]))
    fates = sandbox.fate(penerima.world)
    assert [fates[row["id_baris"], "dtjateng"] for row in rows] == [
        *["dilaksanakan"] * 3, "ditolak", "hilang", "dibatalkan_sepihak",
    ]  # fmt: skip
    assert penerima.poll("KRM-000002")[0] == "diproses"
    assert set(penerima.poll("KRM-000002")[1].values()) == {"diterima"}


def test_rows_that_would_hide_each_other_are_carried_out(penerima):
    [(name, household)] = penerima.on("SEMBAKO", 1).items()
    twice = uji.rows_of({name: household, uji.row_id("lain"): household}, "SEMBAKO")
    penerima.send(uji.body([*twice, *uji.rows_of({uji.row_id("siapa"): household}, "KJS")]))
    assert sorted(sandbox.fate(penerima.world).values()) == ["dilaksanakan", "dilaksanakan", "ditolak"]


def test_a_cancellation_undoes_what_was_done(penerima):
    households = penerima.on("SEMBAKO", 4)
    before = penerima.households("2026-08")
    penerima.send(uji.body(uji.rows_of(households, "SEMBAKO")))
    done = sorted(households)[3]
    assert penerima.households("2026-08") != before
    stranger = uji.row_id("tidak pernah")
    content = uji.body([{"id_baris": name, "alasan": "SANGGAH_DITERIMA"} for name in (done, stranger)])
    answer = penerima.send(content, "pembatalan")
    assert (answer.status_code, penerima.send(content, "pembatalan").status_code) == (202, 200)
    assert penerima.households("2026-08") == before
    number = answer.json()["id_kiriman"]
    penerima.poll(number, "pembatalan")
    assert penerima.poll(number, "pembatalan") == ("selesai", {done: "diterima", stranger: "ditolak"})
    cancelled = [row for row in sandbox.received(penerima.world) if row.kind == "cancel"]
    assert {(row.id_baris, row.verdict) for row in cancelled} == {(done, "diterima"), (stranger, "ditolak")}
    assert codes(penerima) == {"batal_tanpa_baris"}
    again = penerima.send(uji.body([{"id_baris": done, "alasan": "lagi"}]), "pembatalan")
    assert (again.status_code, again.json()["rincian"][0]["kode"]) == (422, "dibatalkan_dua_kali")


def test_nothing_received_costs_nothing(penerima):
    rows = penerima.server.rows("dtjateng", "2026-07")
    assert answers._rows(penerima.server, "dtjateng", "2026-07") is rows
    assert not (penerima.world / "penerima").exists()
    assert sandbox.received(penerima.world) == sandbox.violations(penerima.world) == []
    assert sandbox.fate(penerima.world) == sandbox.tally(penerima.world) == {}


def test_a_record_that_was_cut_short_is_mended(penerima):
    rows = uji.made_up(2)
    penerima.send(uji.body(rows[:1]))
    with (penerima.world / "penerima" / "catatan.jsonl").open("ab") as file:
        file.write(b'{"jenis":"kiri')
    assert len(sandbox.received(penerima.world)) == 1
    penerima.restart()
    assert penerima.send(uji.body(rows[1:])).status_code == 202
    assert [row.id_baris for row in sandbox.received(penerima.world)] == [row["id_baris"] for row in rows]


def test_two_servers_of_one_world_know_of_each_other(penerima):
    other = sandbox.serve(penerima.world)
    try:
        content = uji.body(uji.made_up(2))
        number = penerima.send(content).json()["id_kiriman"]
        key = {"Idempotency-Key": hashlib.sha256(content).hexdigest()}
        with httpx.Client(base_url=other.url) as client:
            token = client.post("/oauth/token", data=uji.LOGIN).json()["access_token"]
            headers = key | {"Authorization": f"Bearer {token}"}
            answer = client.post("/v1/penonaktifan", content=content, headers=headers)
        assert (answer.status_code, answer.json()["id_kiriman"]) == (200, number)
    finally:
        other.close()
    assert sandbox.tally(penerima.world)["dtjateng"]["new"] == 2
