"""Which family records are one household, and in which one each person lives."""

from __future__ import annotations

from dunia import Result, World, kk, nik

OLD, NEW = kk(1), kk(2, "2026-06-02")
# (name, birth date, sex, serial of the NIK)
FAMILY = (("SUPARMAN", "1970-03-14", "L", 1), ("KASIYATUN", "1975-08-20", "P", 2), ("WAGINAH", "2001-02-05", "P", 3))


def members(world: World, record: str, who: tuple[int, ...], **more: object) -> World:
    """Put these people of FAMILY into a family; a source's record of a person is always `sumber:<index>`."""
    source, house = record.split(":")
    for i in who:
        nama, lahir, jk, serial = FAMILY[i]
        world.person(f"{source}:{i}", house, nama, nik=nik(serial, lahir, jk), lahir=lahir, jk=jk, **more)
    return world


def world(*families: tuple[str, str | None, str, tuple[int, ...]]) -> World:
    """Families (`sumber:id`, No KK, own date, members)."""
    made = World()
    for record, no_kk, tanggal, who in families:
        members(made.family(record, no_kk, tanggal), record, who)
    return made


def test_one_kk_number_is_one_household_in_all_registries():
    result = world(
        ("dtsen:K", OLD, "2026-05-01", (0, 1, 2)), ("dtjateng:J", OLD, "2026-05-02", (0, 1)),
        ("simnakis:S", OLD, "2026-05-03", (0, 1, 2)),
    ).link()  # fmt: skip
    assert len({result.family(f) for f in ("dtsen:K", "dtjateng:J", "simnakis:S")}) == 1
    assert len({row[1] for row in result.tables["tempat"]}) == 1


def test_a_mistyped_kk_number_that_another_family_has_joins_nobody():
    """The province wrote the neighbours' number: its record belongs to the people that it lists."""
    result = world(
        ("dtsen:K", OLD, "2026-05-01", (0, 1)), ("simnakis:S", OLD, "2026-05-03", (0, 1)),
        ("dtjateng:J", NEW, "2026-05-02", (0, 1)), ("dtsen:L", NEW, "2026-05-01", (2,)),
        ("simnakis:T", NEW, "2026-05-03", (2,)),
    ).link()  # fmt: skip
    assert result.family("dtsen:K") == result.family("simnakis:S") == result.family("dtjateng:J")
    assert result.family("dtsen:L") == result.family("simnakis:T") != result.family("dtsen:K")
    assert {result.home(r) for r in ("dtsen:0", "dtsen:1")} == {result.family("dtsen:K")}
    assert result.home("dtsen:2") == result.family("dtsen:L")


def test_one_kk_number_with_different_people_who_stand_nowhere_else_is_one_household():
    """One registry knows the parents, the other the child: nothing says that the number is mistyped."""
    result = world(("dtsen:K", OLD, "2026-05-01", (0, 1)), ("simnakis:S", OLD, "2026-05-03", (2,))).link()
    assert result.family("dtsen:K") == result.family("simnakis:S")


def test_a_record_without_a_kk_number_shows_nobody_elsewhere():
    """Who also stands in a family whose number is missing is not under another number."""
    result = world(
        ("dtsen:K", OLD, "2026-05-01", (0,)), ("dtjateng:J", OLD, "2026-05-02", (1,)),
        ("simnakis:S", None, "2026-05-03", (0,)),
    ).link()  # fmt: skip
    assert result.family("dtsen:K") == result.family("dtjateng:J")


def test_a_new_kk_number_in_one_registry_is_the_same_household():
    """The head died, the widow has a new KK that only Simnakis knows: most people are the same."""
    result = world(("dtsen:K", OLD, "2026-02-01", (0, 1, 2)), ("simnakis:S", NEW, "2026-06-10", (1, 2))).link()
    assert result.family("dtsen:K") == result.family("simnakis:S")
    assert {result.home(r) for r in ("dtsen:0", "dtsen:1", "dtsen:2")} == {result.family("dtsen:K")}


def test_a_split_that_one_registry_lists_is_two_households():
    """The daughter married: Simnakis lists two families, DTSEN still one."""
    result = world(
        ("dtsen:K", OLD, "2026-02-01", (0, 1, 2)), ("simnakis:S", OLD, "2026-06-10", (0, 1)),
        ("simnakis:T", NEW, "2026-06-10", (2,)),
    ).link()  # fmt: skip
    assert result.family("dtsen:K") == result.family("simnakis:S") != result.family("simnakis:T")
    assert result.home("dtsen:2") == result.family("simnakis:T")
    assert result.home("dtsen:0") == result.family("dtsen:K")


def test_after_a_divorce_nobody_is_counted_twice():
    """The husband keeps the KK, wife and child have a new one: each person in exactly one household."""
    result = world(
        ("dtsen:K", OLD, "2026-02-01", (0, 1, 2)), ("simnakis:S", OLD, "2026-06-10", (0,)),
        ("simnakis:T", NEW, "2026-06-10", (1, 2)),
    ).link()  # fmt: skip
    assert len(result.tables["tempat"]) == 3
    assert result.home("dtsen:0") == result.family("dtsen:K")
    assert result.home("dtsen:1") == result.home("dtsen:2") == result.family("simnakis:T") != result.family("dtsen:K")


def test_half_of_the_people_is_not_most_of_them():
    pair = world(("dtsen:K", OLD, "2026-02-01", (0, 1)), ("simnakis:S", NEW, "2026-06-10", (1,))).link()
    assert pair.family("dtsen:K") != pair.family("simnakis:S")


def test_the_newest_own_date_places_a_person():
    families = ("dtsen:K", OLD, "2026-02-01", (0, 1, 2)), ("dtjateng:J", kk(9), "2026-06-01", (2,))
    result = world(*families, ("simnakis:S", OLD, "2026-03-01", (0, 1, 2))).link()
    assert result.home("dtsen:2") == result.family("dtjateng:J") != result.home("dtsen:0")
    again = world(*families, ("simnakis:S", OLD, "2026-06-02", (0, 1, 2))).link()
    assert again.home("dtsen:2") == again.family("dtsen:K")


def test_a_kk_counts_from_its_registration_when_the_record_is_older():
    """A record of March carries a KK registered on 2 June: it is newer than a record of May."""
    result = world(("dtsen:K", OLD, "2026-05-01", (0, 1, 2)), ("simnakis:S", NEW, "2026-03-01", (2,))).link()
    assert result.home("dtsen:2") == result.family("simnakis:S") != result.home("dtsen:0")
    # The bride joins an older KK: the record's own date is what counts, not the number's age.
    bride = world(("dtsen:K", NEW, "2026-06-03", (0, 1, 2)), ("simnakis:S", OLD, "2026-06-20", (2,))).link()
    assert bride.home("dtsen:2") == bride.family("simnakis:S") != bride.home("dtsen:0")


def test_equal_dates_are_decided_by_precedence():
    result = world(("simnakis:S", kk(9), "2026-05-01", (2,)), ("dtsen:K", OLD, "2026-05-01", (0, 1, 2))).link()
    assert result.home("simnakis:2") == result.family("dtsen:K")


def test_a_record_that_says_dead_or_moved_places_nobody_whom_another_places():
    made = world(("dtsen:K", OLD, "2026-02-01", (0, 1, 2))).family("simnakis:S", kk(9), "2026-06-10")
    result = members(made, "simnakis:S", (2,), hadir=False).link()
    assert result.home("dtsen:2") == result.family("dtsen:K")
    alone = members(World().family("simnakis:S", kk(9)), "simnakis:S", (2,), hadir=False).link()
    assert alone.home("simnakis:2") == alone.family("simnakis:S")


def test_a_double_entry_without_a_number_places_nobody_whom_another_record_places():
    """Simnakis lists her twice: at home under her number, and with strangers, newer, by name and birth date alone."""

    def twice(number: str | None, at_home: str | None) -> Result:
        made = world(("dtsen:K", OLD, "2026-02-01", (0, 1, 2)), ("simnakis:S", OLD, "2026-03-01", (0, 1)))
        made.family("simnakis:T", kk(9), "2026-06-10")
        made.person("simnakis:9", "T", "SUTRISNO", nik=nik(9, "1960-01-02"), lahir="1960-01-02")
        nama, lahir, jk, _ = FAMILY[2]
        made.person("simnakis:2", "S", nama, nik=at_home, lahir=lahir, jk=jk, ibu="KASIYATUN")
        made.person("simnakis:2b", "T", nama, nik=number, lahir=lahir, jk=jk, ibu="KASIYATUN")
        result = made.link()
        assert result.uid("simnakis:2") == result.uid("simnakis:2b") == result.uid("dtsen:2")
        return result

    hers = nik(3, "2001-02-05", "P")
    double = twice(None, hers)
    assert double.home("dtsen:2") == double.home("dtsen:1") != double.home("simnakis:9")
    # Under her number it is the newest word of where she lives; so it is where no record at home has the number.
    assert twice(hers, hers).home("dtsen:2") == twice(hers, None).home("dtsen:2") != double.home("dtsen:1")


def test_an_old_kk_that_only_a_lagging_registry_carries_is_absorbed():
    """DTJateng still has the couple in two KK of before they married; both live in one now."""
    result = world(
        ("dtsen:K", NEW, "2026-06-10", (0, 1)), ("dtjateng:J", OLD, "2025-02-01", (0,)),
        ("dtjateng:L", kk(9), "2025-02-01", (1,)),
    ).link()  # fmt: skip
    assert {result.family(f) for f in ("dtsen:K", "dtjateng:J", "dtjateng:L")} == {result.home("dtsen:0")}
    assert result.counts["kk_lama_diserap"] == 2


def test_families_without_a_kk_number_are_not_one_household():
    result = world(("dtsen:K", None, "2026-05-01", (0,)), ("dtsen:L", None, "2026-05-01", (1,))).link()
    assert result.family("dtsen:K") != result.family("dtsen:L")
