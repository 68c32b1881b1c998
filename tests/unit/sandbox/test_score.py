"""The scores of an evaluation on tables small enough to count by hand."""

import duckdb
import pytest

from sandbox import score


def table(con, name, columns, rows):
    """A table of these rows, made even where there is none."""
    con.execute(f"create table {name} ({columns})")
    for row in rows:
        con.execute(f"insert into {name} values ({', '.join('?' * len(row))})", row)


@pytest.fixture
def month():
    """Four persons: 1 lost a record to 2, whose own other record has no uid; 3 and 4 are right."""
    con = duckdb.connect()
    table(con, "benar", "rekaman varchar, orang bigint, galat varchar[]", [
        ("a1", 1, []), ("a2", 1, []), ("a3", 1, ["nama_ketik"]), ("b1", 2, []), ("b2", 2, ["nik_kosong", "kk_lama"]),
        ("c1", 3, []), ("d1", 4, []), ("d2", 4, []),
    ])  # fmt: skip
    table(con, "tautan", "rekaman varchar, uid varchar", [
        ("a1", "x"), ("a2", "x"), ("a3", "y"), ("b1", "y"), ("c1", "z"), ("d1", "w"), ("d2", "w"),
    ])  # fmt: skip
    return con


def test_pairs_clusters_and_merged_persons_are_counted(month):
    found = score.persons(month, "tautan", "benar")
    # True pairs 3 + 1 + 0 + 1; claimed x, y, w; right x, w. Right clusters z and w, of 5 claimed and 4 true.
    assert {k: found[k] for k in ("rekaman", "orang", "pasangan", "pasangan_uid", "pasangan_benar", "uid")} == {
        "rekaman": 8, "orang": 4, "pasangan": 5, "pasangan_uid": 3, "pasangan_benar": 2, "uid": 5,
    }  # fmt: skip
    assert found["presisi"] == pytest.approx(2 / 3)
    assert found["recall"] == pytest.approx(2 / 5)
    assert found["f1"] == pytest.approx(1 / 2)
    assert found["f1_klaster"] == pytest.approx(2 * (2 / 5) * (2 / 4) / (2 / 5 + 2 / 4))
    assert (found["orang_tergabung"], found["uid_campur"]) == (2, 1)


def test_records_without_uid_are_clusters_of_their_own_and_cost_recall(month):
    month.execute("delete from tautan")
    found = score.persons(month, "tautan", "benar")
    assert (found["uid"], found["pasangan_uid"], found["presisi"], found["recall"], found["f1"]) == (8, 0, 1.0, 0.0, 0)
    assert found["tepat"] == 1  # person 3, who has one record


def test_links_of_records_outside_the_truth_do_not_count(month):
    month.execute("insert into tautan values ('tak_dinilai', 'x'), ('tak_dinilai_2', 'x')")
    assert score.persons(month, "tautan", "benar")["pasangan_uid"] == 3


def test_a_month_without_records_is_no_perfect_month(month):
    month.execute("delete from benar")
    with pytest.raises(ValueError, match="benar has no record"):
        score.persons(month, "tautan", "benar")


def test_errors_are_named_by_the_faults_of_the_stray_record(month):
    assert score.errors(month, "tautan", "benar") == [
        {"jenis": "salah_gabung", "galat": "nama_ketik", "jumlah": 1, "contoh": ["orang 1 a3 pada orang 2"]},
        {"jenis": "tautan_hilang", "galat": "kk_lama + nik_kosong", "jumlah": 1, "contoh": ["orang 2 b2"]},
        {"jenis": "tautan_hilang", "galat": "nama_ketik", "jumlah": 1, "contoh": ["orang 1 a3"]},
    ]


def test_of_many_errors_of_a_kind_three_are_shown():
    con = duckdb.connect()
    table(con, "benar", "rekaman varchar, orang bigint, galat varchar[]", [
        (f"r{n}", 1, []) for n in range(6)
    ])  # fmt: skip
    table(con, "tautan", "rekaman varchar, uid varchar", [("r0", "x"), ("r1", "x")])
    assert score.errors(con, "tautan", "benar") == [{
        "jenis": "tautan_hilang", "galat": "tanpa galat", "jumlah": 4,
        "contoh": ["orang 1 r2", "orang 1 r3", "orang 1 r4"],
    }]  # fmt: skip


def test_the_id_of_a_person_is_the_one_of_most_records(month):
    score.person_ids(month, "tautan", "benar", "kini")
    # Person 2 has one record with a uid, which it shares.
    assert month.sql("from kini order by benar").fetchall() == [(1, "x"), (2, "y"), (3, "z"), (4, "w")]
    month.execute("insert into tautan values ('b2', 'b')")
    score.person_ids(month, "tautan", "benar", "kini")
    # As many under either: both are its ids.
    assert month.sql("select uid from kini where benar = 2 order by 1").fetchall() == [("b",), ("y",)]


def test_an_event_tells_of_a_change_only_when_it_names_both_ids():
    con = duckdb.connect()
    for name, rows in (
        ("dulu", [(1, "x"), (2, "y"), (3, "z"), (4, "w"), (5, "p"), (6, "s"), (9, "gone")]),
        ("kini", [(1, "x"), (2, "q"), (3, "v"), (4, "u"), (5, "r"), (6, "o"), (6, "s"), (8, "new")]),
    ):
        table(con, name, "benar bigint, uid varchar", rows)
    table(con, "peristiwa", "uid varchar, uid_terkait varchar", [("q", "y"), ("w", "u"), ("v", None), ("r", "x")])
    # 2 by its new id, 4 by its old one; 3 only has a new id, 5 has one of somebody else's; 6 has two, one of before.
    assert score.stability(con, "dulu", "kini", "peristiwa") == {
        "berlanjut": 6, "tetap": 2, "bagian": 1 / 3, "tanpa_peristiwa": 2,
    }  # fmt: skip
