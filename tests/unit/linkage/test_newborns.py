"""Newborns before they have a name, a number, or both."""

from __future__ import annotations

from dunia import TOGETHER, World, kk, nik, pair


def test_a_newborn_without_a_name_is_not_found_by_its_mothers():
    names = ("BY. NY. SRI LESTARI", "BAYI NY SITI AMINAH")
    assert len(pair(*names, a={"lahir": "2026-06-01"}, b={"lahir": "2026-06-01"}).link().persons()) == 2


def test_a_newborn_without_a_name_is_found_by_its_mother_and_birth_date_under_another_kk():
    """A twin beside it in one of the registries leaves open which of the two it is."""

    def born(*other: str) -> World:
        name, child = "BY. NY. SRI LESTARI", {"lahir": "2026-06-01", "nama_ibu": "SRI LESTARI"}
        world = World().family("dtsen:K", kk(1)).person("dtsen:A", "K", name, **child)
        for record in other:
            world.person(record, "K", name, **child)
        return world.family("simnakis:S", kk(2)).person("simnakis:B", "S", name, **child)

    assert born().link().persons() == {TOGETHER}
    assert len(born("dtsen:A2").link().persons()) == 3


def test_a_newborn_that_has_its_number_before_its_name_is_one_person():
    """The very same record in two registries; twins, each with a number of its own, stay two."""
    born = {"lahir": "2026-06-01"}
    number, other = nik(1, "2026-06-01"), nik(2, "2026-06-01")
    name = "BY. NY. SRI LESTARI"
    one = pair(name, name, a=born | {"nik": number}, b=born | {"nik": number})
    assert (one.link().persons(), one.link().rule("simnakis:B")) == ({TOGETHER}, "nik_sama")
    named = pair(name, "AHMAD ZAKI", a=born | {"nik": number}, b=born | {"nik": number})
    assert named.link().persons() == {TOGETHER}
    assert len(pair(name, name, a=born | {"nik": number}, b=born | {"nik": other}).link().persons()) == 2
    assert (
        len(pair(name, name, a=born | {"nik": number}, b={"lahir": "2024-01-01", "nik": number}).link().persons()) == 2
    )


def test_two_without_name_and_birth_date_under_one_number_are_left_to_a_person():
    """A mother's children may all carry one number, and without name and date nothing else tells them apart."""
    child = {"nik": nik(1, "2026-06-01"), "nama_ibu": "SRI LESTARI"}
    name = "BY. NY. SRI LESTARI"
    for other in (None, "2024-01-01"):
        linked = pair(name, name, a=child | {"lahir": None}, b=child | {"lahir": other}).link()
        assert len(linked.persons()) == 2
        assert {row[-1] for row in linked.tables["tinjauan"]} == {"tanpa nama"}
