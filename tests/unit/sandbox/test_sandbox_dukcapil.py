"""Dukcapil's verdicts, by the truth of the month."""

import json
import time

import httpx
import pytest

import sandbox
from sandbox.dukcapil import Register, alike

KEY = {"X-API-Key": sandbox.DUKCAPIL_KEY}


@pytest.fixture(scope="module")
def server(built):
    running = sandbox.serve(built.directory)
    yield running
    running.close()


@pytest.fixture(scope="module")
def register(built):
    return Register(built.directory, "2026-08")


def people(built, condition, limit=5):
    """Truth of some persons as a request's rows."""
    rows = built.sql(
        f"""select nik, nama, tanggal_lahir::varchar, jenis_kelamin, tanggal_akhir::varchar
        from individu join rumah_tangga using (id_rumah_tangga)
        where nik is not null and not nik_ganda and {condition} order by nik limit {limit}""", "2026-08")  # fmt: skip
    assert rows
    names = ("nik", "nama", "tanggal_lahir", "jenis_kelamin")
    return [(dict(zip(names, row, strict=False)) | {"ref": f"r{at}"}, row[4]) for at, row in enumerate(rows)]


def test_each_verdict_by_the_truth(built, register):
    living = people(built, "status = 'hidup' and not luar_kabupaten")
    for asked, _ in living:
        assert register.verdict(asked) == {"ref": asked["ref"], "hasil": "padan"}
        assert register.verdict(asked | {"nama": "QQWX ZZVK"})["hasil"] == "padan_nama_beda"
        assert register.verdict(asked | {"tanggal_lahir": "1901-01-01"})["hasil"] == "tidak_padan_tgl_lahir"
        assert register.verdict(asked | {"nik": "9999990101010001"})["hasil"] == "nik_tidak_ditemukan"
        assert register.verdict(asked | {"nik": None})["hasil"] == "nik_tidak_ditemukan"
    for asked, ended in people(built, "status = 'meninggal'"):
        assert register.verdict(asked) == {"ref": asked["ref"], "hasil": "meninggal", "tanggal_meninggal": ended}
        # Somebody else's number says nothing of a death.
        assert register.verdict(asked | {"nama": "QQWX ZZVK"})["hasil"] == "padan_nama_beda"
    for condition in ("status = 'pindah'", "luar_kabupaten and status = 'hidup'"):
        for asked, _ in people(built, condition):
            assert register.verdict(asked)["hasil"] == "pindah_luar_kab"


def test_what_is_not_asked_is_not_compared(built, register):
    [(asked, _)] = people(built, "status = 'hidup' and not luar_kabupaten", 1)
    assert register.verdict({"ref": "x", "nik": asked["nik"]}) == {"ref": "x", "hasil": "padan"}


def test_a_number_of_two_people(built, register):
    [(nik, nama, lahir)] = built.sql(
        "select nik, nama, tanggal_lahir::varchar from individu where nik_ganda", "2026-08")  # fmt: skip
    assert register.verdict({"ref": "x", "nik": nik, "nama": nama, "tanggal_lahir": lahir})["hasil"] == "nik_ganda"


def test_an_old_number_that_a_registry_still_carries(built, register):
    rows = built.sql(
        """select nik_lama, i.nik, i.nama, i.tanggal_lahir::varchar, r.sumber, r.galat from rekaman r
        join individu i on i.id_orang = r.id_benar where nik_lama is not null""", "2026-08")  # fmt: skip
    assert len(rows) >= 3
    carried = {nik for (nik,) in built.sql("select nomor_induk_kependudukan from anggota", "2026-08")}
    for old, active, name, born, source, faults in rows:
        asked = {"ref": "x", "nik": old, "nama": name, "tanggal_lahir": born}
        assert register.verdict(asked)["nik_aktif"] == active != old
        assert "nik_lama" in faults and "nik_satu_digit" not in faults
        if source == "dtsen":
            assert old in carried


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("ALM. SUPARMAN", "SUPARMAN"), ("SOEKARMIN", "SUKARMIN"), ("DJOKO PRASETYO", "JOKO PRASETYO"),
        ("MOH. ARIFIN", "MUHAMMAD ARIFIN"), ("HJ. SITI AMINAH", "SITI AMINAH"), ("SITIAMINAH", "SITI AMINAH"),
        ("AMINAH SITI", "SITI AMINAH"), ("SITI NUR KHASA", "SITI NUR KHASANAH"), ("SITI", "SITI AMINAH"),
        ("SITI A", "SITI AMINAH"), ("SUPARNAM", "SUPARMAN"), ("YATMI", "JATMI"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_are_alike(asked, known):
    assert alike(asked, known)


@pytest.mark.parametrize(("asked", "known"), [("SUKIMAN", "WAGIYEM"), ("BUDI SANTOSO", "SITI AMINAH")])
def test_other_names_are_not(asked, known):
    assert not alike(asked, known)


def test_names_as_registries_hold_them_are_seldom_called_different(built, register):
    rows = built.sql(
        """select i.nik, a.nama from anggota a join rekaman r on id_sumber = id_anggota
        join individu i on i.id_orang = r.id_benar where i.nik is not null and a.nama <> '-'
          and a.nama not like 'BY. NY.%' and not nik_ganda 
          and not list_contains(galat, 'id_ganda_isi_beda')""")  # fmt: skip
    other = sum(register.verdict({"ref": "x", "nik": nik, "nama": name})["hasil"] == "padan_nama_beda"
                for nik, name in rows)  # fmt: skip
    assert other / len(rows) < 0.002


def test_a_request_over_http_with_its_key_and_at_most_a_thousand_rows(server, built):
    [(asked, _)] = people(built, "status = 'hidup' and not luar_kabupaten", 1)
    with httpx.Client(base_url=server.url, headers=KEY) as client:
        answer = client.post("/v1/verifikasi", json={"data": [asked] * 1000})
        assert answer.status_code == 200
        assert answer.json()["data"] == [{"ref": "r0", "hasil": "padan"}] * 1000
        answer = client.post("/v1/verifikasi", json={"data": [asked] * 1001})
        assert (answer.status_code, answer.json()["galat"]) == (400, "terlalu_banyak")
        for body in (b"", b"[]", b'{"data": 1}', b'{"data": [1]}'):
            answer = client.post("/v1/verifikasi", content=body)
            assert (answer.status_code, answer.json()["galat"]) == (400, "permintaan_tidak_sah"), body
        answer = client.post("/v1/verifikasi", json={"data": []}, headers={"X-API-Key": sandbox.API_KEY})
        assert answer.status_code == 401


def test_the_eleventh_request_of_a_second_waits(built):
    server = sandbox.serve(built.directory)
    try:
        with httpx.Client(base_url=server.url, headers=KEY) as client:
            client.post("/v1/verifikasi", json={"data": [{"ref": "x"}]})  # the register is read once
            time.sleep(1.1)
            answers = [client.post("/v1/verifikasi", content=json.dumps({"data": []})) for _ in range(11)]
            assert [a.status_code for a in answers] == [200] * 10 + [429]
            assert answers[-1].headers["Retry-After"] == "1"
            time.sleep(1.1)
            assert client.post("/v1/verifikasi", json={"data": []}).json() == {"data": []}
    finally:
        server.close()
