"""What people decided is law: for good, in every month, with what contradicts it and with what is no more there."""

from __future__ import annotations

import pytest
from dunia import Result, World, kk, nik

from linkage.regroup import regroup

JULY, AUGUST, SEPTEMBER = "2026-07/1", "2026-08/1", "2026-09/1"


def people(*given: tuple[str, str, str | None], lahir: str = "1980-03-14") -> World:
    """Each in a family of his own: (record, name, NIK); the KK number has the record's place in the list."""
    world = World()
    for n, (record, nama, number) in enumerate(given, start=1):
        sumber, name = record.split(":")
        world.family(f"{sumber}:K{name}", kk(n)).person(record, f"K{name}", nama, nik=number, lahir=lahir)
    return world


def groups(result: Result) -> set[frozenset[str]]:
    return result.persons()


def together(*records: str) -> frozenset[str]:
    return frozenset(records)


def new_persons(result: Result) -> list[tuple]:
    return [row for row in result.tables["uid_baru"] if row[0] == "individu"]


TWO = (("dtsen:a", "SUPARMAN", nik(1)), ("simnakis:b", "SUPARMAN", nik(1)))
STRANGERS = (("dtsen:a", "SUPARMAN", nik(1)), ("simnakis:b", "KASIYATUN", nik(2)), ("dtjateng:c", "WAGINAH", nik(3)))


def test_different_parts_what_every_rule_links():
    assert groups(people(*TWO).link()) == {together("dtsen:a", "simnakis:b")}
    parted = people(*TWO).link(judged=[("simnakis:b", "dtsen:a", "beda")])
    assert groups(parted) == {together("dtsen:a"), together("simnakis:b")}
    assert parted.rule("dtsen:a") == parted.rule("simnakis:b") == "pertimbangan_beda"
    assert parted.counts["individu_dipertimbangkan"] == 1


def test_same_joins_what_no_rule_links_against_the_law_of_two_numbers():
    joined = people(*STRANGERS).link(judged=[("dtsen:a", "simnakis:b", "sama")])
    assert groups(joined) == {together("dtsen:a", "simnakis:b"), together("dtjateng:c")}
    assert joined.rule("dtsen:a") == joined.rule("simnakis:b") == "pertimbangan_sama"
    assert joined.rule("dtjateng:c") == "sendiri"


def test_unsure_changes_nothing():
    for world in (people(*TWO), people(*STRANGERS)):
        judged = world.link(judged=[("dtsen:a", "simnakis:b", "ragu")])
        assert groups(judged) == groups(world.link())
        assert judged.counts["individu_dipertimbangkan"] == 0


def test_who_is_not_judged_goes_with_the_better_pair():
    """A third record of that number: whose birth date and KK it shares is the one it stays with."""
    third = World().family("dtsen:K", kk(1)).person("dtsen:a", "K", "SUPARMAN", nik=nik(1))
    third.family("simnakis:K", kk(2)).person("simnakis:b", "K", "SUPARMAN", nik=nik(1))
    for number, mate in ((kk(1), "dtsen:a"), (kk(2), "simnakis:b")):
        world = World([*third.people], [*third.families])
        world.family("dtjateng:K", number).person("dtjateng:c", "K", "SUPARMAN", nik=nik(1))
        parted = world.link(judged=[("dtsen:a", "simnakis:b", "beda")])
        assert together("dtjateng:c", mate) in groups(parted)
        assert parted.rule("dtjateng:c") == "nik_sama"


@pytest.mark.parametrize("newest", [0, 1, 2])
def test_of_judgements_that_contradict_each_other_the_oldest_gives_way(newest: int):
    """a is b, b is c, a is not c: the last two said hold, the first is counted."""
    said = [("dtsen:a", "simnakis:b", "sama"), ("simnakis:b", "dtjateng:c", "sama"), ("dtsen:a", "dtjateng:c", "beda")]
    said = said[newest + 1 :] + said[: newest + 1]
    result = people(*STRANGERS).link(judged=said)
    expected = {
        0: {together("dtsen:a", "simnakis:b"), together("dtjateng:c")},
        1: {together("dtsen:a", "simnakis:b", "dtjateng:c")},
        2: {together("simnakis:b", "dtjateng:c"), together("dtsen:a")},
    }
    assert groups(result) == expected[newest]
    assert result.counts["pertimbangan_bertentangan"] == 1


def test_different_of_two_reaches_all_that_is_the_same_as_them():
    """a is b; b is not c: a is not c either, though a and c have one number."""
    world = people(
        ("dtsen:a", "SUPARMAN", nik(1)), ("simnakis:b", "KASIYATUN", nik(2)), ("dtjateng:c", "SUPARMAN", nik(1))
    )
    result = world.link(judged=[("dtsen:a", "simnakis:b", "sama"), ("simnakis:b", "dtjateng:c", "beda")])
    assert groups(result) == {together("dtsen:a", "simnakis:b"), together("dtjateng:c")}


def test_a_record_that_nobody_delivers_is_counted_and_ignored():
    result = people(*TWO).link(judged=[("dtsen:a", "dtjateng:x", "beda"), ("dtsen:y", "dtjateng:x", "sama")])
    assert groups(result) == groups(people(*TWO).link())
    assert result.counts["pertimbangan"] == result.counts["pertimbangan_tak_dikenal"] == 2


def test_a_judgement_gives_the_same_whatever_the_order_and_the_threads():
    judged = [("dtsen:a", "simnakis:b", "beda"), ("simnakis:b", "dtjateng:c", "sama")]
    first = people(*TWO, STRANGERS[2]).link(judged=judged)
    for shuffle, threads in ((1, 1), (2, 2), (3, 4)):
        again = people(*TWO, STRANGERS[2]).link(judged=judged, shuffle=shuffle, threads=threads)
        assert again.tables == first.tables


def test_the_family_of_one_number_is_two_households_and_those_of_two_are_one():
    world = World().family("dtsen:K", kk(1)).family("simnakis:L", kk(1)).family("dtjateng:M", kk(2))
    for record, home in (("dtsen:a", "K"), ("simnakis:b", "L"), ("dtjateng:c", "M")):
        world.person(record, home, f"WARGA {home}", nik=nik(ord(home)))
    plain = world.link()
    assert plain.family("dtsen:K") == plain.family("simnakis:L") != plain.family("dtjateng:M")
    judged = world.link(judged=[
        ("dtsen:K", "simnakis:L", "beda", "rumah_tangga"), ("dtjateng:M", "simnakis:L", "sama", "rumah_tangga"),
    ])  # fmt: skip
    assert judged.family("dtjateng:M") == judged.family("simnakis:L") != judged.family("dtsen:K")
    assert judged.home("simnakis:b") == judged.home("dtjateng:c") != judged.home("dtsen:a")


def test_an_emptied_family_is_not_put_where_a_person_said_it_does_not_belong():
    """All people of an old KK live elsewhere by newer records: it follows them, unless somebody said it is another."""
    world = World().family("simnakis:L", kk(2), "2026-06-01").family("dtsen:K", kk(1), "2026-01-01")
    world.person("dtsen:a", "K", "SUPARMAN", nik=nik(1)).person("simnakis:a", "L", "SUPARMAN", nik=nik(1))
    world.person("simnakis:b", "L", "KASIYATUN", nik=nik(2)).person("simnakis:c", "L", "WAGINAH", nik=nik(3))
    assert world.link().family("dtsen:K") == world.link().family("simnakis:L")
    judged = world.link(judged=[("dtsen:K", "simnakis:L", "beda", "rumah_tangga")])
    assert judged.family("dtsen:K") != judged.family("simnakis:L")


# --- ids ---


def test_a_merge_undone_and_redone_restores_the_same_ids():
    """Two persons of one month, merged by a number the next, parted by a person, and joined by another one."""
    apart = (("dtsen:a", "SUPARMAN", nik(1)), ("simnakis:b", "SUPARMIN", nik(2)))
    first = people(*apart, lahir="1970-03-14").link(id_rilis="2026-06/1")
    a, b = first.uid("dtsen:a"), first.uid("simnakis:b")
    assert a != b
    wrong = people(apart[0], ("simnakis:b", "SUPARMIN", nik(1)), lahir="1970-03-14")
    merged = wrong.link(first, id_rilis=JULY)
    heir, gone = merged.uid("dtsen:a"), ({a, b} - {merged.uid("dtsen:a")}).pop()
    assert merged.uid("simnakis:b") == heir and merged.tables["digantikan"] == [("individu", gone, heir)]
    judged = [("dtsen:a", "simnakis:b", "beda")]
    undone = wrong.link(merged, id_rilis=AUGUST, judged=judged)
    assert (undone.uid("dtsen:a"), undone.uid("simnakis:b")) == (a, b)
    assert undone.events("individu") == {("pisah", gone, heir)}
    assert new_persons(undone) == [] and undone.tables["digantikan"] == []
    # Running the month after with nothing new changes nothing.
    still = wrong.link(undone, id_rilis=SEPTEMBER, judged=judged)
    assert (still.uid("dtsen:a"), still.uid("simnakis:b"), still.tables["peristiwa"]) == (a, b, [])
    again = wrong.link(undone, id_rilis=SEPTEMBER, judged=[*judged, ("dtsen:a", "simnakis:b", "sama")])
    assert again.uid("dtsen:a") == again.uid("simnakis:b") == heir
    assert again.tables["digantikan"] == [("individu", gone, heir)]


def test_the_part_with_fewer_and_less_trusted_records_gets_the_id_that_was_its_own():
    """The id that carries on was of one Simnakis record, the absorbed one of two others: each gets its own back."""
    first = people(("simnakis:a", "SUPARMAN", nik(1))).link(id_rilis="2026-05/1")
    more = people(
        ("simnakis:a", "SUPARMAN", nik(1)), ("dtsen:b", "KASIYATUN", nik(2)), ("dtjateng:c", "KASIYATUN", nik(2))
    )
    second = more.link(first, id_rilis="2026-06/1")
    a, b = second.uid("simnakis:a"), second.uid("dtsen:b")
    merged = more.link(second, id_rilis=JULY, judged=[("simnakis:a", "dtsen:b", "sama")])
    assert merged.uid("dtjateng:c") == merged.uid("dtsen:b") == a
    undone = more.link(merged, id_rilis=AUGUST, judged=[("simnakis:a", "dtsen:b", "beda")])
    assert (undone.uid("simnakis:a"), undone.uid("dtsen:b"), undone.uid("dtjateng:c")) == (a, b, b)
    assert undone.events("individu") == {("pisah", b, a)}


def test_an_id_that_was_merged_twice_comes_back_from_the_end_of_the_chain():
    world = people(*STRANGERS)
    months = ["2026-06/1", JULY, AUGUST, SEPTEMBER]
    result = world.link(id_rilis=months[0])
    own = {record: result.uid(record) for record, *_ in STRANGERS}
    said = [("simnakis:b", "dtjateng:c", "sama"), ("dtsen:a", "simnakis:b", "sama")]
    for n in (1, 2):
        result = world.link(result, id_rilis=months[n], judged=said[:n])
    assert len(groups(result)) == 1
    result = world.link(result, id_rilis=months[3], judged=[
        (a, b, "beda") for a, b in (("simnakis:b", "dtjateng:c"), ("dtsen:a", "simnakis:b"), ("dtsen:a", "dtjateng:c"))
    ])  # fmt: skip
    assert {record: result.uid(record) for record in own} == own
    assert new_persons(result) == []


def test_a_household_merge_undone_gives_both_ids_back():
    world = World().family("dtsen:K", kk(1)).family("simnakis:L", kk(2))
    for record, home in (("dtsen:a", "K"), ("simnakis:b", "L")):
        world.person(record, home, f"WARGA {home}", nik=nik(ord(home)))
    known = {"dtsen:K": {"no_kk": kk(1)}, "simnakis:L": {"no_kk": kk(2)}}
    first = world.link()
    k, lain = first.family("dtsen:K"), first.family("simnakis:L")
    merged = world.link(first, known, JULY, judged=[("dtsen:K", "simnakis:L", "sama", "rumah_tangga")])
    heir = merged.family("dtsen:K")
    assert merged.family("simnakis:L") == heir
    undone = world.link(merged, {"dtsen:K": {"no_kk": kk(1)}}, AUGUST,
                        judged=[("dtsen:K", "simnakis:L", "beda", "rumah_tangga")])  # fmt: skip
    assert (undone.family("dtsen:K"), undone.family("simnakis:L")) == (k, lain)
    assert undone.events("rumah_tangga") == {("pisah", ({k, lain} - {heir}).pop(), heir)}


def test_a_record_that_is_gone_hands_its_id_to_the_one_a_person_named():
    first = people(("dtsen:a", "SUPARMAN", nik(1)), ("simnakis:b", "KASIYATUN", nik(2))).link()
    july = people(("dtjateng:c", "WAGINAH", nik(3)), ("simnakis:b", "KASIYATUN", nik(2)))
    judged = [("dtsen:a", "dtjateng:c", "sama")]
    result = july.link(first, id_rilis=JULY, judged=judged)
    assert result.uid("dtjateng:c") == first.uid("dtsen:a")
    assert result.counts["pertimbangan_tak_dikenal"] == 0
    assert july.link(first, id_rilis=JULY).uid("dtjateng:c") != first.uid("dtsen:a")


def test_by_a_number_alone_nobody_takes_the_id_of_a_person_who_is_another():
    first = people(("dtsen:a", "SUPARMAN", nik(1))).link()
    july, known = people(("dtjateng:c", "SUPARMAN", nik(1))), {"dtsen:a": {"nik": nik(1)}}
    assert july.link(first, known, JULY).uid("dtjateng:c") == first.uid("dtsen:a")
    judged = july.link(first, known, JULY, judged=[("dtsen:a", "dtjateng:c", "beda")])
    assert judged.uid("dtjateng:c") != first.uid("dtsen:a")


def test_a_named_record_decides_which_family_carries_a_household_on():
    """The family record is gone; its number went to the child, a person says that the parents' new record goes on."""
    old = World().family("dtsen:K", kk(1)).person("dtsen:a", "K", "SUPARMAN", nik=nik(1))
    old.person("dtsen:c", "K", "WAGINAH", nik=nik(3))
    first = old.link()
    new = World().family("simnakis:L", kk(2)).person("simnakis:a", "L", "SUPARMAN", nik=nik(1))
    new.family("simnakis:M", kk(1)).person("simnakis:c", "M", "WAGINAH", nik=nik(3))
    known = {"dtsen:K": {"no_kk": kk(1)}, "dtsen:a": {"nik": nik(1)}, "dtsen:c": {"nik": nik(3)}}
    assert new.link(first, known, JULY).family("simnakis:M") == first.family("dtsen:K")
    judged = new.link(first, known, JULY, judged=[("dtsen:K", "simnakis:L", "sama", "rumah_tangga")])
    assert judged.family("simnakis:L") == first.family("dtsen:K") != judged.family("simnakis:M")


def gone(first: Result) -> dict[str, list[dict]]:
    """The past of a household that moved away more than a year ago: its people are published as moved, it is not."""
    house = {"uid": first.family("dtsen:Ka"), "no_kk": kk(1), "kode_desa": "33.16.08.2001", "rt": "001", "rw": "002"}
    person = {"uid": first.uid("dtsen:a"), "uid_rumah_tangga": house["uid"], "nik": nik(1), "awal": "2026-06/1",
              "umur": 40, "kepala": True, "hadir": False, "nama": None, "tanggal_lahir": None}  # fmt: skip
    return {"lalu_rumah_lama": [{**house, "awal": "2026-06/1"}], "lalu_individu": [person]}


def test_a_household_that_returns_with_its_people_gets_its_id_back_also_under_another_number():
    first = people(("dtsen:a", "SUPARMAN", nik(1))).link()
    back = World().family("simnakis:B", kk(9, "2027-10-02")).person("simnakis:x", "B", "SUPARMAN", nik=nik(1))
    result = back.link(id_rilis="2027-11/1", more=gone(first))
    assert result.uid("simnakis:x") == first.uid("dtsen:a")
    assert result.family("simnakis:B") == first.family("dtsen:Ka")


def test_strangers_on_the_number_of_a_household_that_left_get_another_id():
    first = people(("dtsen:a", "SUPARMAN", nik(1))).link()
    reissued = World().family("simnakis:B", kk(1)).person("simnakis:x", "B", "MUSTOFA", nik=nik(7))
    assert reissued.link(id_rilis="2027-11/1", more=gone(first)).family("simnakis:B") != first.family("dtsen:Ka")


def test_who_moves_in_with_others_does_not_bring_the_old_household_along():
    first = people(("dtsen:a", "SUPARMAN", nik(1)), ("dtsen:b", "KASIYATUN", nik(2))).link()
    known = {"dtsen:a": {"nik": nik(1), "hadir": False}, "dtsen:b": {"nik": nik(2)},
             "dtsen:Ka": {"no_kk": kk(1), "awal": "2025-01/1"}, "dtsen:Kb": {"no_kk": kk(2)}}  # fmt: skip
    joined = World().family("dtsen:Kb", kk(2)).person("dtsen:b", "Kb", "KASIYATUN", nik=nik(2))
    joined.family("simnakis:Kb", kk(2)).person("simnakis:x", "Kb", "SUPARMAN", nik=nik(1))
    result = joined.link(first, known, JULY)
    assert result.uid("simnakis:x") == first.uid("dtsen:a")
    assert result.family("dtsen:Kb") == result.family("simnakis:Kb") == first.family("dtsen:Kb")
    assert result.events("rumah_tangga") == set()


# --- the queue ---


def question(row: tuple) -> tuple[str, str, str]:
    return f"{row[0]}:{row[1]}", f"{row[2]}:{row[3]}", row[7]


def doubtful() -> World:
    """One record that fits two people of one source equally."""
    world = World().family("dtsen:K", kk(1)).family("simnakis:S", kk(1))
    for record, serial in (("dtsen:a", 1), ("dtsen:b", 9000)):
        world.person(record, "K", "KASMIN", nik=nik(serial))
    return world.person("simnakis:c", "S", "KASMIN")


def test_a_record_that_fits_two_people_is_asked_about_once_for_each():
    result = doubtful().link()
    assert {question(row) for row in result.tables["tinjauan"]} == {
        ("dtsen:a", "simnakis:c", "cocok dengan dua orang"), ("dtsen:b", "simnakis:c", "cocok dengan dua orang"),
    }  # fmt: skip
    assert result.counts["ditanyakan"] == 2
    assert {row[4] for row in result.tables["tinjauan"]} == {result.uid("dtsen:a"), result.uid("dtsen:b")}


@pytest.mark.parametrize("putusan", ["ragu", "beda", "sama"])
def test_what_a_person_has_judged_is_not_asked_again(putusan: str):
    result = doubtful().link(judged=[("dtsen:a", "simnakis:c", putusan)])
    assert ("dtsen:a", "simnakis:c") not in {question(row)[:2] for row in result.tables["tinjauan"]}
    joined = together("dtsen:a", "simnakis:c") in groups(result)
    assert joined is (putusan == "sama")


def test_groups_are_named_by_their_least_member_and_take_apart_what_must_be():
    before = {1: 1, 2: 1, 3: 1, 4: 4, 5: 4}
    pairs = [(1, 2, 1), (2, 3, 2), (4, 5, 1)]
    assert regroup(before, [], [], pairs) == before
    assert regroup(before, [(3, 4)], [(1, 4)], pairs) == {1: 1, 2: 1, 3: 3, 4: 3, 5: 3}
    assert regroup(before, [], [(1, 3)], [(2, 3, 1), (1, 2, 2)]) == {1: 1, 2: 2, 3: 2, 4: 4, 5: 4}
