"""Questions to Dukcapil in batches and in order, and what may be kept of answers, however strange they are."""

from __future__ import annotations

import json
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import duckdb
import gangguan as g
import pytest
from proksi import Proksi

from connectors.core.authentication import Problem
from connectors.core.client import Answer, Client
from connectors.dukcapil.connector import PATIENCE, Batch, load_check, verify
from connectors.interface import Connection, SourceUnavailable

CHECK = load_check()
NIK = "331608140380{:04d}"


def questions(count: int) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(
        "create table tanya (nomor bigint, nik varchar, nama varchar, tanggal_lahir date, jenis_kelamin varchar)"
    )
    con.execute(f"insert into tanya select i, '331608140380' || lpad(i::varchar, 4, '0'), 'WARGA \"' || i || '\"',"
                f" if(i % 2 = 0, null, date '1980-03-14'), 'L' from range(1, {count + 1}) t (i)")  # fmt: skip
    return con


class Service:
    """Answers as the script says: a function of the rows asked, giving a body, a status or an error."""

    def __init__(self, script: Any):
        self.script, self.asked = script, []
        self.connection, self.source = SimpleNamespace(conn_id="dukcapil_api"), CHECK

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        assert (method, path, headers) == ("POST", "/v1/verifikasi", {"Content-Type": "application/json"})
        self.asked.append(json.loads(body)["data"])
        said = self.script(self.asked[-1])
        if isinstance(said, Exception):
            raise said
        status, content = said if isinstance(said, tuple) else (200, said)
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        return Answer(raw, {}, status)


def padan(rows: list[dict]) -> dict[str, Any]:
    return {"data": [{"ref": row["ref"], "hasil": "padan"} for row in rows]}


def ask(script: Any, count: int = 3, most: int = 100, batas: int | None = None) -> tuple[Service, list[Batch], list]:
    """(service, batches, verdicts of all batches) after asking `count` persons."""
    con, service, batches, verdicts = questions(count), Service(script), [], []
    check = CHECK.model_copy(update={"akses": CHECK.akses.model_copy(update={"batas": batas})}) if batas else CHECK
    with con:
        for batch in verify(service, check, con, most):
            batches.append(batch)
            verdicts += con.sql("select * from jawab order by nomor").fetchall()
    return service, batches, verdicts


def test_batches_of_a_thousand_in_order_and_no_more_requests_than_allowed():
    service, batches, verdicts = ask(padan, 2500)
    assert [len(rows) for rows in service.asked] == [1000, 1000, 500]
    assert [row["ref"] for rows in service.asked for row in rows] == [str(i) for i in range(1, 2501)]
    assert service.asked[0][:2] == [
        {"ref": "1", "nik": NIK.format(1), "nama": 'WARGA "1"', "tanggal_lahir": "1980-03-14", "jenis_kelamin": "L"},
        {"ref": "2", "nik": NIK.format(2), "nama": 'WARGA "2"', "tanggal_lahir": None, "jenis_kelamin": "L"},
    ]
    assert batches == [Batch(1000, 1000), Batch(1000, 1000), Batch(500, 500)]
    assert verdicts == [(i, "padan", None, None) for i in range(1, 2501)]
    service, batches, _ = ask(padan, 2500, most=2)
    assert [len(rows) for rows in service.asked] == [1000, 1000]
    assert ask(padan, 0)[1] == []


OTHER = NIK.format(7777)


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([{"ref": "1", "hasil": "padan"}], [(1, "padan", None, None)]),
        ([{"ref": 2, "hasil": "padan"}], [(2, "padan", None, None)]),
        ([{"ref": "1", "hasil": "padan"}] * 2, [(1, "padan", None, None)]),
        ([{"ref": "1", "hasil": "padan"}, {"ref": "1", "hasil": "meninggal"}], []),
        ([{"ref": "4", "hasil": "padan"}, {"ref": "01", "hasil": "padan"}, {"hasil": "padan"}], []),
        ([{"ref": "1", "hasil": "belum_rekam_ktp"}, {"ref": "2", "hasil": None}, {"ref": "3"}], []),
        ([{"ref": "1", "hasil": ["padan"]}, {"ref": ["1"], "hasil": "padan"}, 5, None, "x", []], []),
        ([{"ref": "1", "hasil": "padan", "nik_aktif": OTHER}], [(1, "padan", OTHER, None)]),
        ([{"ref": "1", "hasil": "padan", "nik_aktif": NIK.format(1)}], [(1, "padan", None, None)]),
        ([{"ref": "1", "hasil": "padan", "nik_aktif": "33160814"}], []),
        ([{"ref": "1", "hasil": "padan", "nik_aktif": {"nik": OTHER}}], []),
        ([{"ref": "1", "hasil": "meninggal", "tanggal_meninggal": "2026-02-30"}], [(1, "meninggal", None, None)]),
        ([{"ref": "1", "hasil": "padan", "tanggal_meninggal": "2026-02-03"}], [(1, "padan", None, None)]),
        ([{"ref": "1", "hasil": "padan", "nama": "LAIN\u0000", "alamat": "x"}], [(1, "padan", None, None)]),
    ],
)
def test_what_is_kept_of_an_answer(rows: list, kept: list):
    _, batches, verdicts = ask(lambda asked: {"data": rows})
    assert (verdicts, batches) == (kept, [Batch(3, len(kept))])


def test_a_death_keeps_its_day():
    _, _, verdicts = ask(lambda rows: {"data": [
        {"ref": "2", "hasil": "meninggal", "tanggal_meninggal": "2026-05-02"}
    ]})  # fmt: skip
    assert [(nomor, hasil, str(hari)) for nomor, hasil, _, hari in verdicts] == [(2, "meninggal", "2026-05-02")]


@pytest.mark.parametrize(
    "said", [b"", b"{}", b'{"data": NaN}', b'{"data": {"ref": "1"}}', b'{"data": "\\ud800"}', b"\xff",
             (422, {"galat": "tidak_valid"}), Problem("dukcapil", "/v1/verifikasi", 400, "terlalu_banyak")],
)  # fmt: skip
def test_a_batch_that_is_not_understood_leaves_the_others_alone(said):
    _, batches, verdicts = ask(lambda rows: said if rows[0]["ref"] == "3" else padan(rows), 6, batas=2)
    assert [b.dijawab for b in batches] == [2, 0, 2]
    assert [v[0] for v in verdicts] == [1, 2, 5, 6]


def test_a_service_that_says_nothing_readable_is_left_alone():
    with pytest.raises(SourceUnavailable, match=f"no readable verdict in {PATIENCE} requests"):
        ask(lambda rows: {"data": []}, 20, batas=2)


@pytest.mark.parametrize("said", [Problem("dukcapil", "/v1/verifikasi", 401, "kunci_salah"), (202, {})])
def test_a_refused_key_or_another_status_ends_the_asking_without_a_number(said):
    with pytest.raises(SourceUnavailable) as error:
        ask(lambda rows: said)
    assert "331608" not in str(error.value) and "WARGA" not in str(error.value)


def test_no_faster_than_ten_a_second_and_by_the_key():
    clock, con = [0.0], questions(6)
    asked = []
    check = CHECK.model_copy(update={"akses": CHECK.akses.model_copy(update={"batas": 1})})

    def script(seen: Any) -> Any:
        asked.append((clock[0], seen.headers["X-API-Key"]))
        return g.answer({"data": [{"ref": row["ref"], "hasil": "padan"} for row in json.loads(seen.body)["data"]]})

    with Proksi(("127.0.0.1", 1), script) as proxy:
        where = Connection("dukcapil_api", "http", proxy.url, None, None, "kunci-uji")
        sleep = lambda seconds: clock.__setitem__(0, clock[0] + seconds)  # noqa: E731
        with Client(check, where, sleep=sleep, clock=lambda: clock[0]) as client:
            assert sum(batch.dijawab for batch in verify(client, check, con, 10)) == 6
    assert {key for _, key in asked} == {"kunci-uji"}
    assert all(later - earlier >= 0.0999 for (earlier, _), (later, _) in pairwise(asked))
