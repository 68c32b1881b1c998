"""Numbers that Dukcapil replaced: which records they join, and which not."""

from __future__ import annotations

import pytest
from dunia import World, kk, nik

LAMA, AKTIF = nik(1), nik(2)


def two_numbers(nama: str = "SUTRISNO", lahir: str = "1980-03-14") -> World:
    """One person under an old number in DTSEN and an active one in Simnakis, nothing else in common."""
    world = World().family("dtsen:a", kk(1)).person("dtsen:a1", "a", "SUTRISNO", LAMA)
    return world.family("simnakis:b", kk(2), kode_desa="33.16.15.2010").person("simnakis:b1", "b", nama, AKTIF, lahir)


def test_two_numbers_are_one_person_only_when_dukcapil_says_which_is_active():
    assert len(two_numbers().link().persons()) == 2
    linked = two_numbers().link(aliases=[(LAMA, AKTIF, True)])
    assert linked.persons() == {frozenset({"dtsen:a1", "simnakis:b1"})}
    assert (linked.rule("dtsen:a1"), linked.rule("simnakis:b1")) == ("nik_aktif", "nik_sama")
    assert linked.tables["alias"] == [(linked.uid("dtsen:a1"), int(LAMA), int(AKTIF))]


@pytest.mark.parametrize(("nama", "lahir"), [("NGATINI", "1980-03-14"), ("SUTRISNO", "1955-01-09")])
def test_somebody_elses_active_number_is_no_evidence(nama: str, lahir: str):
    linked = two_numbers(nama, lahir).link(aliases=[(LAMA, AKTIF, True)])
    assert (len(linked.persons()), linked.tables["alias"]) == (2, [])


def test_a_chain_ends_at_its_last_number_and_a_circle_nowhere():
    middle = nik(3)
    chain = two_numbers().link(aliases=[(LAMA, middle, True), (middle, AKTIF, True)])
    assert len(chain.persons()) == 1 and chain.tables["alias"] == [(chain.uid("dtsen:a1"), int(LAMA), int(AKTIF))]
    circle = two_numbers().link(aliases=[(LAMA, AKTIF, True), (AKTIF, LAMA, True)])
    assert (len(circle.persons()), circle.tables["alias"]) == (2, [])


def test_without_a_record_of_the_active_number_dukcapil_must_have_found_the_person():
    alone = World().family("dtsen:a", kk(1)).person("dtsen:a1", "a", "SUTRISNO", LAMA)
    assert alone.link(aliases=[(LAMA, AKTIF, False)]).tables["alias"] == []
    found = alone.link(aliases=[(LAMA, AKTIF, True)])
    assert found.tables["alias"] == [(found.uid("dtsen:a1"), int(LAMA), int(AKTIF))]


def test_two_people_who_gave_up_numbers_for_one_do_not_become_one():
    world = World().family("dtsen:a", kk(1)).person("dtsen:a1", "a", "SUTRISNO", LAMA)
    world.family("dtsen:b", kk(2)).person("dtsen:b1", "b", "NGATINI", nik(3), jk="P")
    linked = world.link(aliases=[(LAMA, AKTIF, True), (nik(3), AKTIF, True)])
    assert len(linked.persons()) == 2
    assert linked.tables["alias"] == [(linked.uid("dtsen:a1"), int(LAMA), int(AKTIF))]
