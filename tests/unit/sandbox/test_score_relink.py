"""Kept months that are linked again: on the past that the matcher itself made, beside NIK alone."""

import json

import duckdb
import pytest

from linkage.tables import INPUT, create_inputs
from sandbox import evaluate, evaluate_inputs, evaluate_relink, evaluate_report, evaluate_rivals

MONTHS = ("2026-06", "2026-07")
NIK = {1: "3316081403800001", 2: "3316085503820002", 3: "3316081012550003"}
# A record: source, id, family, rank, NIK of whom, KK, name, born, sex.
SITI = ("SITI AMINAH", "1982-03-15", "P")
JUNE = [
    ("dtsen", "A1", "K1", 1, 1, "SUKIMAN", "1980-03-14", "L"),
    ("dtsen", "A2", "K1", 1, 2, *SITI),
    ("dtjateng", "J1", "R1", 2, 1, "SUKIMAN", "1980-03-14", "L"),
    ("dtjateng", "J2", "R1", 2, 2, *SITI),
    ("dtsen", "A3", "K3", 1, 3, "NGATINI", "1955-12-10", "P"),
]
# In July nothing but the record's own id tells that A2 is who it was, and A3 is gone.
JULY = [
    ("dtsen", "A1", "K1", 1, 1, "SUKIMAN", "1980-03-14", "L"),
    ("dtsen", "A2", "K1", 1, None, "MURNI", None, "P"),
    ("dtjateng", "J1", "R1", 2, 1, "SUKIMAN", "1980-03-14", "L"),
    ("dtjateng", "J2", "R1", 2, 2, *SITI),
]
PERSON = {"A1": 1, "J1": 1, "A2": 2, "J2": 2, "A3": 3}
KK = {"K1": "3316080905120001", "R1": "3316080905120001", "K3": "3316080905120003"}


@pytest.fixture
def kept(tmp_path):
    """Two kept months of a run whose published ids are `lalu-…`; its release of June merged persons 1 and 3."""
    for periode, rows in zip(MONTHS, (JUNE, JULY), strict=True):
        folder = evaluate_inputs.folder(tmp_path, periode)
        folder.mkdir(parents=True)
        con = duckdb.connect()
        create_inputs(con)
        for sumber, ident, family, rank, nik, nama, lahir, kelamin in rows:
            con.execute(
                "insert into rekaman values (?, ?, ?, ?, ?, ?, ?, ?, false, ?, null, '33.16.08.2001',"
                " '2026-05-01', true, false)",
                [sumber, ident, family, rank, NIK.get(nik), KK[family], nama, lahir, kelamin],
            )
        con.execute("""
            insert into keluarga
            select distinct sumber, id_keluarga, prioritas, no_kk, date '2012-05-09', kode_desa, '001', '002', tanggal
            from rekaman
        """)
        if periode == MONTHS[1]:
            con.executemany(
                "insert into lalu_tautan values (?, ?, ?)",
                [(r[0], r[1], "lalu-2" if PERSON[r[1]] == 2 else "lalu-1") for r in JUNE],
            )
            con.execute(f"""
                insert into lalu_individu values
                ('lalu-1', 'lalu-k', '{NIK[1]}', '2026-06/1', 46, true, true, null, null),
                ('lalu-2', 'lalu-k', '{NIK[2]}', '2026-06/1', 44, false, true, null, null)""")
            con.execute(
                f"insert into lalu_rumah_tangga values ('lalu-k', '{KK['K1']}', '33.16.08.2001', '001', '002',"
                " '2026-06/1')"
            )
        for table in INPUT:
            con.execute(f"copy {table} to '{folder / table}.parquet'")
        truth = [(f"{r[0]}:{r[1]}", PERSON[r[1]], 30 if PERSON[r[1]] == 3 else 10) for r in rows]
        con.execute("create table benar (rekaman varchar, orang bigint, rumah bigint, hadir boolean, galat varchar[])")
        con.executemany("insert into benar values (?, ?, ?, true, [])", truth)
        con.execute(f"copy benar to '{folder}/benar.parquet'")
        con.execute(f"""
            copy (from (values (1, 10, true), (2, 10, true), (3, 30, true)) t (orang, rumah, hidup))
            to '{folder}/orang.parquet'""")
    return tmp_path


def relinked(home):
    """Record to uid in each month."""
    found = []
    for periode in MONTHS:
        evaluate_relink.link_month(home, periode)
        path = evaluate_inputs.folder(home, periode) / "ulang_tautan.parquet"
        found.append(dict(duckdb.connect().execute(f"from '{path}'").fetchall()))
    return found


def test_a_record_keeps_the_id_that_this_matcher_gave_it(kept):
    june, july = relinked(kept)
    assert len(set(june.values())) == 3
    assert june["dtsen:A1"] == june["dtjateng:J1"] != june["dtsen:A3"]
    assert july == {record: june[record] for record in july}
    assert not {uid for uid in july.values() if uid.startswith("lalu")}


def test_what_was_kept_is_scored_month_by_month(kept):
    for periode in MONTHS:
        evaluate_relink.link_month(kept, periode)
    rival = {"presisi": 1.0, "recall": 0.5, "f1": 0.6, "f1_klaster": 0.7, "orang_tergabung": 0, "rekaman": 4}
    found = evaluate.scores(kept, evaluate_relink.OUTCOME, {"NIK sama saja": rival})
    june, july = (found[periode] for periode in MONTHS)
    assert (june["individu"]["f1"], june["individu"]["orang"], july["individu"]["f1"]) == (1.0, 3, 1.0)
    assert (june["rumah_tangga"]["emas"], june["rumah_tangga"]["tepat"]) == (2, 2)
    assert july["uid_individu"] == {"berlanjut": 2, "tetap": 2, "bagian": 1.0, "tanpa_peristiwa": 0}
    assert july["uid_rumah_tangga"] == {"berlanjut": 1, "tetap": 1, "bagian": 1.0, "tanpa_peristiwa": 0}
    assert july["galat"] == []
    assert july["padanan"]["individu"] == 2
    text = "\n".join(evaluate_report.lines("judul", found))
    assert "2026-07 individu               2         2   1.00000" in text
    assert "2026-07 NIK sama saja          4   1.00000   0.50000" in text
    assert not [value for value in (*NIK.values(), *KK.values(), "SUKIMAN", "AMINAH") if value in text]
    assert not [value for value in (*NIK.values(), *KK.values(), "SUKIMAN") if value in json.dumps(found)]


def test_nik_alone_joins_what_has_one_number_and_leaves_the_rest(kept):
    con = duckdb.connect()
    con.execute(f"create view rekaman as from '{evaluate_inputs.folder(kept, MONTHS[1])}/rekaman.parquet'")
    evaluate_rivals.nik_alone(con, "nik_saja")
    assert sorted(con.sql("select rekaman, right(uid, 1) from nik_saja").fetchall()) == [
        ("dtjateng:J1", "1"), ("dtjateng:J2", "2"), ("dtsen:A1", "1"),
    ]  # fmt: skip


def test_splink_is_left_out_where_there_are_too_many_records(kept, monkeypatch):
    con = duckdb.connect()
    con.execute(f"create view rekaman as from '{evaluate_inputs.folder(kept, MONTHS[0])}/rekaman.parquet'")
    monkeypatch.setattr(evaluate_rivals, "MOST_RECORDS", 4)
    assert evaluate_rivals.splink_alone(con, "splink_saja") is False


def test_a_folder_without_a_kept_month_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="run it first"):
        evaluate.again(tmp_path)
