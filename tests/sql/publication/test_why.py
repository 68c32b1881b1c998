"""`publikasi_penuh.mengapa`: why one cell of the release that a connection sees says what it says."""

from __future__ import annotations

import datetime as dt

import psycopg
import pytest
from gudang import warehouse
from masuk_uji import logins
from rilis_uji import decide, make_candidate, release, rows

from sinkron import publish

LOST = {"sumber": "dtsen", "id_sumber": "D1", "nilai": "NAMA LAIN", "tanggal": "2026-06-11"}
EXCEPTION = (
    "insert into release.asal_usul (periode, revisi, grain, uid, kolom, nilai, sumber, id_sumber, id_kiriman,"
    " tanggal, aturan, kalah, kode_desa, id_rilis) values ('2026-06', 1, 'individu', 'in1', 'nama', 'NAMA 1',"
    " 'simnakis', 'S1', 'simnakis-1', '2026-05-02', 'terbaru',"
    """ '[{"sumber": "dtsen", "id_sumber": "D1", "nilai": "NAMA LAIN", "tanggal": "2026-06-11"}]',"""
    " '33.16.08.2002', '2026-06/1')"
)
QUESTION = (
    "select periode, nilai, sumber, id_sumber, id_kiriman, tanggal, aturan, kalah from publikasi_penuh.mengapa(%s, %s)"
)


@pytest.fixture(scope="module")
def masuk(instalasi, tmp_path_factory):
    """Logins in front of two months of eight households."""
    with warehouse(instalasi, "mengapa", tmp_path_factory.mktemp("mengapa")) as settings:
        decide(settings, "2026-06/1", make_candidate(settings, "2026-06/1", 8, EXCEPTION))
        publish.publish(settings, "2026-06")
        release(settings, "2026-07/1", 8)
        with logins(instalasi, settings) as login:
            yield login


@pytest.fixture
def penuh(masuk):
    """A reader of identified data."""
    with masuk("baca_penuh") as connection:
        connection.execute("set sinkron.tujuan = 'uji asal-usul'")
        yield connection


def test_the_value_its_record_its_rule_and_what_lost(penuh):
    june, day = dt.date(2026, 6, 11), dt.date(2026, 5, 2)
    penuh.execute("set sinkron.rilis = '2026-06/1'")
    assert penuh.execute(QUESTION, ["in1", "nama"]).fetchall() == [
        ("2026-06", "NAMA 1", "simnakis", "S1", "simnakis-1", day, "terbaru", [LOST])
    ]
    penuh.execute("reset sinkron.rilis")
    assert penuh.execute(QUESTION, ["in1", "nama"]).fetchall() == [
        ("2026-07", "NAMA 1", "dtsen", "D1", "dtsen-1", june, "utama", [])
    ]
    assert penuh.execute(QUESTION, ["rt2", "alamat"]).fetchall() == [
        ("2026-07", "Jalan 2", "simnakis", "S2", "simnakis-1", june, "utama", [])
    ]


def test_an_empty_cell_is_said_to_be_empty(penuh):
    assert penuh.execute(QUESTION, ["in1", "tanggal_meninggal"]).fetchall() == [
        ("2026-07", None, None, None, None, None, "kosong", [])
    ]


@pytest.mark.parametrize("uid", ["in3316084001000999", None, "rt999"])
def test_an_unknown_uid_is_refused_and_not_repeated(penuh, uid):
    with pytest.raises(psycopg.errors.NoDataFound, match="Tidak ada orang atau rumah tangga") as refused:
        penuh.execute(QUESTION, [uid, "nama"])
    assert not uid or uid not in str(refused.value)


@pytest.mark.parametrize("column", ["3316084001000001", "nik_samar", "alamat", None])
def test_a_column_without_an_origin_is_refused_with_those_that_have_one(penuh, column):
    with pytest.raises(psycopg.errors.UndefinedColumn, match="Kolom itu tidak ada pada tabel individu") as refused:
        penuh.execute(QUESTION, ["in1", column])
    assert "nik, nama, jenis_kelamin" in refused.value.diag.message_hint
    assert column in ("nik_samar", "alamat", None) or column not in str(refused.value)


def test_another_area_is_as_unknown_as_nobody(penuh, masuk):
    inside = masuk("baca_penuh", ("33.16.09",))
    inside.execute("set sinkron.tujuan = 'uji wilayah'")
    assert inside.execute(QUESTION, ["in2", "nama"]).fetchone()[1] == "NAMA 2"
    for column in ("nama", "tanggal_meninggal"):
        with pytest.raises(psycopg.errors.NoDataFound):
            inside.execute(QUESTION, ["in1", column])


@pytest.mark.parametrize("arguments", [("in1", "nama"), ("in1", "x"), ("tidak ada", "nama")])
def test_it_asks_for_the_purpose_and_logs_the_read(penuh, arguments):
    logged: list[str] = []
    penuh.add_notice_handler(lambda notice: logged.append(notice.message_primary))
    penuh.execute("set client_min_messages = log")
    penuh.execute(QUESTION, ["in1", "nama"])
    assert sum("sinkron.baca" in line and '"tabel" : "asal_usul"' in line for line in logged) == 1
    penuh.execute("reset sinkron.tujuan")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"SET sinkron\.tujuan"):
        penuh.execute(QUESTION, arguments)


@pytest.mark.parametrize("role", ["baca_ringkasan", "baca_samar", "auditor"])
def test_only_readers_of_identified_data_and_the_owner_may_ask(katalog_terbit, masuk_sekali, role):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        masuk_sekali(role).execute(QUESTION, ["in1", "nama"])
    assert rows(katalog_terbit, QUESTION, ["in1", "nama"])[0]["nilai"] == "NAMA 1"
