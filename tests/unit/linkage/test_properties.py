"""What holds in every world: exactly one id a record, one home a person, the law of two NIK, no chance anywhere."""

from __future__ import annotations

import duckdb
from dunia import World, kk, nik
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.cluster import components

NAMES = ("SUPARMAN", "SUPARMIN", "SITI NUR AISYAH", "ST NUR AISYAH", "HASAN", "HUSEN", "BY NY SITI", None)
BIRTHS = ("1980-03-14", "1980-12-31", "2015-06-02", None)
SERIALS = (None, 1, 2, 3, 9000)

person = st.tuples(
    st.sampled_from(["dtsen", "dtjateng", "simnakis"]), st.integers(0, 3), st.sampled_from(NAMES),
    st.sampled_from(SERIALS), st.sampled_from(BIRTHS), st.sampled_from(["L", "P", None]), st.booleans(),
    st.sampled_from([None, "WAGINAH", "TIDAK TAHU"]), st.booleans(),
)  # fmt: skip


def world_of(people: list[tuple]) -> World:
    """Four families a source (one without a No KK), with these people."""
    world = World()
    for source in ("dtsen", "dtjateng", "simnakis"):
        for house in range(4):
            world.family(f"{source}:{house}", kk(house) if house else None, f"2026-05-0{house + 1}")
    for number, (source, house, nama, serial, lahir, jk, hadir, ibu, ditolak) in enumerate(people):
        world.person(
            f"{source}:P{number}", str(house), nama, nik=serial and nik(serial), lahir=lahir, jk=jk, hadir=hadir,
            nama_ibu=ibu, nik_ditolak=ditolak and serial is not None,
        )  # fmt: skip
    return world


@settings(max_examples=10, deadline=None)
@given(st.lists(person, min_size=1, max_size=30), st.lists(person, min_size=1, max_size=30))
def test_every_record_has_one_id_and_every_person_one_home(june: list[tuple], july: list[tuple]):
    first = world_of(june)
    before = first.link()
    known = {f"{p['sumber']}:{p['id_sumber']}": {"nik": p["nik"]} for p in first.people}
    for made, result in ((first, before), (second := world_of(july), second.link(before, known, "2026-07/1"))):
        links = [row for row in result.tables["tautan"] if row[0] == "individu"]
        records = {(p["sumber"], p["id_sumber"]) for p in made.people}
        assert sorted((row[1], row[2]) for row in links) == sorted(records)
        uids = {row[3] for row in links}
        assert sorted(row[3] for row in links if row[5]) == sorted(uids)
        homes = [row[0] for row in result.tables["tempat"]]
        assert sorted(homes) == sorted(uids)
        families = [row for row in result.tables["tautan"] if row[0] == "rumah_tangga"]
        assert len(families) == len(made.families)
        houses = {row[3] for row in families}
        assert sorted(row[3] for row in families if row[5]) == sorted(houses)
        assert {row[1] for row in result.tables["tempat"]} <= houses
        _keeps_the_law(made, links)
    superseded = {row[1]: row[2] for row in result.tables["digantikan"]}
    assert not set(superseded) & {row[3] for row in result.tables["tautan"]}
    assert set(superseded.values()) <= {row[3] for row in result.tables["tautan"]}


def _keeps_the_law(world: World, links: list[tuple]) -> None:
    """No id holds two different NIK that are each carried by two records which agree on the person."""
    number = {(p["sumber"], p["id_sumber"]): p["nik"] for p in world.people}
    of_uid: dict[str, list[str]] = {}
    for row in links:
        if row[4] == "nik_sama":
            of_uid.setdefault(row[3], []).append(number[row[1], row[2]])
    assert all(len(set(numbers)) == 1 for numbers in of_uid.values())


@settings(max_examples=5, deadline=None)
@given(st.lists(person, min_size=1, max_size=30), st.integers(0, 1000))
def test_neither_threads_nor_the_order_of_rows_change_anything(people: list[tuple], seed: int):
    world = world_of(people)
    plain = world.link(threads=1)
    again = world.link(threads=2, shuffle=seed)
    assert (again.tables, again.counts) == (plain.tables, plain.counts)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)).filter(lambda e: e[0] != e[1]), max_size=40))
def test_components_are_those_of_a_union_find(edges: list[tuple[int, int]]):
    root = {n: n for e in edges for n in e}
    for _ in root:
        for a, b in edges:
            root[a] = root[b] = min(root[a], root[b])
    con = duckdb.connect()
    con.execute("create table sisi (a bigint, b bigint)")
    for edge in edges:
        con.execute("insert into sisi values (?, ?)", list(edge))
    components(con, "sisi", "hasil")
    assert dict(con.sql("select rid, label from hasil").fetchall()) == root
