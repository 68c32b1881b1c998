"""Records that are like an attached record, and not like the one that has the number."""

from __future__ import annotations

from dunia import World, kk, nik


def hop(world: World, number: str, registered: str, without: str, desa: str) -> World:
    """Under a number and KK of its own in `registered`; without one, under the KK 9, in the same village in `without`.

    Each is `<sumber>:<id>`; name and birth date are the same.
    """
    world.family(f"{registered}K", kk(int(number)), kode_desa=desa).person(
        registered, f"{registered}K".partition(":")[2], "SRI LESTARI", nik=nik(int(number))
    )
    return world.family(f"{without}K", kk(9), kode_desa=desa).person(
        without, f"{without}K".partition(":")[2], "SRI LESTARI"
    )


def test_who_is_like_an_attached_record_only_is_attached_with_it():
    """The number is known by the village, the third record by its KK alone."""
    world = hop(World(), "1", "dtsen:A", "dtjateng:B", "33.16.08.2001")
    world.family("simnakis:S", kk(9), kode_desa="33.16.01.2003").person("simnakis:C", "S", "SRI LISTIARI")
    linked = world.link()
    assert linked.persons() == {frozenset({"dtsen:A", "dtjateng:B", "simnakis:C"})}
    assert (linked.rule("dtjateng:B"), linked.rule("simnakis:C")) == ("nama_lahir_desa", "kk_lahir_nama")


def test_who_is_like_records_attached_to_two_people_is_left_to_a_person():
    world = hop(World(), "1", "dtsen:A", "dtjateng:B", "33.16.08.2001")
    hop(world, "2", "simnakis:P", "dtsen:Q", "33.16.15.2010")
    world.family("simnakis:S", kk(9), kode_desa="33.16.01.2003").person("simnakis:C", "S", "SRI LISTIARI")
    linked = world.link()
    assert linked.persons() == {
        frozenset({"dtsen:A", "dtjateng:B"}), frozenset({"simnakis:P", "dtsen:Q"}), frozenset({"simnakis:C"}),
    }  # fmt: skip
    assert linked.counts["ragu"] == 1
    assert {row[-1] for row in linked.tables["tinjauan"]} == {"cocok dengan dua orang"}


def test_a_source_that_lists_the_person_already_means_another():
    world = hop(World(), "1", "dtsen:A", "dtjateng:B", "33.16.08.2001")
    world.family("simnakis:K", kk(1)).person("simnakis:A", "K", "SRI LESTARI", nik=nik(1))
    world.family("simnakis:S", kk(9), kode_desa="33.16.01.2003").person("simnakis:C", "S", "SRI LISTIARI")
    assert world.link().persons() == {frozenset({"dtsen:A", "dtjateng:B", "simnakis:A"}), frozenset({"simnakis:C"})}


def test_a_name_cut_short_does_not_join_the_names_of_two_twins():
    born = {"lahir": "2015-06-02", "jk": "P", "nama_ibu": "WAGINAH"}
    world = World()
    for source in ("dtsen", "dtjateng", "simnakis"):
        world.family(f"{source}:K", kk(1))
    world.person("dtsen:A", "K", "SRI LESTARI", nik=nik(1, "2015-06-02", "P"), **born)
    world.person("dtjateng:B", "K", "SRI", **born).person("simnakis:C", "K", "SRI WAHYUNI", **born)
    assert world.link().persons() == {frozenset({"dtsen:A", "dtjateng:B"}), frozenset({"simnakis:C"})}


def test_a_pair_that_a_guard_held_for_twins_is_asked_about():
    """Whether the third is the twin who stands beside the number is not settled by a record in between."""
    born = {"lahir": "2015-06-02", "nama_ibu": "MARTINI"}
    world = World().family("simnakis:S", None).family("dtsen:K", kk(1)).family("dtjateng:K", kk(1))
    world.person("simnakis:A", "S", "AHMAD HASAN", nik=nik(1, "2015-06-02"), **born)
    world.person("simnakis:T", "S", "AHMAD HUSEN", **born)
    world.person("dtsen:B", "K", "AHMAD HASAN", **born).person("dtjateng:C", "K", "AHMD HASAN", **born)
    linked = world.link()
    assert linked.persons() == {
        frozenset({"simnakis:A", "dtsen:B"}), frozenset({"simnakis:T"}), frozenset({"dtjateng:C"}),
    }  # fmt: skip
    asked = {(row[0:4], row[-1]) for row in linked.tables["tinjauan"]}
    assert (("dtjateng", "C", "simnakis", "A"), "kembar") in asked


def test_two_of_one_source_that_are_like_the_same_attached_record_are_two_people():
    world = hop(World(), "1", "dtsen:A", "dtjateng:B", "33.16.08.2001")
    world.family("simnakis:S", kk(9), kode_desa="33.16.01.2003")
    world.person("simnakis:C", "S", "S LESTARI").person("simnakis:D", "S", "SRI L")
    assert world.link().persons() == {
        frozenset({"dtsen:A", "dtjateng:B"}), frozenset({"simnakis:C"}), frozenset({"simnakis:D"}),
    }  # fmt: skip
