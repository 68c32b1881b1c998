"""Own ids for ever: who carries an id on, what a merge and a split leave behind, and how new ids are made."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from dunia import DESA, KEY, World, kk, nik
from test_households import FAMILY, NEW, OLD, members, world

JULY = "2026-07/1"
FULL = ("dtsen:K", OLD, "2026-05-01", (0, 1, 2))
KNOWN = {"dtsen:K": {"no_kk": OLD}, "dtsen:0": {"kepala": True, "umur": 56}}


def founded(prefix: str, message: str) -> str:
    """The id that a founder gives, by Python's own HMAC."""
    return prefix + hmac.new(KEY, message.encode(), hashlib.sha256).hexdigest()[:24]


def test_new_ids_are_keyed_hashes_of_what_founded_them():
    result = world(FULL, ("simnakis:S", OLD, "2026-05-02", (0, 1, 2))).link()
    assert result.uid("simnakis:0") == founded("i", "individu|dtsen|0|2026-06")
    assert result.uid("dtsen:1") == founded("i", "individu|dtsen|1|2026-06")
    assert result.family("simnakis:S") == founded("k", "rumah_tangga|dtsen|K|2026-06")
    assert ("individu", result.uid("dtsen:1"), "dtsen", "1") in result.tables["uid_baru"]


def test_a_revision_after_a_withdrawn_one_finds_the_same_ids_again():
    before = world(FULL).link()
    grown = world(FULL, ("simnakis:S", NEW, "2026-06-10", ())).person("simnakis:B", "S", "BAYU", nik(7))
    first, again = (grown.link(before, KNOWN, f"2026-07/{n}") for n in (1, 2))
    assert first.uid("simnakis:B") not in {before.uid(f"dtsen:{i}") for i in range(3)}
    assert again.tables == first.tables


def test_who_founded_an_id_that_others_carry_on_gets_another_in_a_revision():
    def three(parted: bool) -> World:
        made = World()
        for record, number in (("dtsen:1", 9 if parted else 1), ("dtjateng:2", 1), ("simnakis:3", 1)):
            made.family(f"{record.split(':')[0]}:K", kk(number))
            name = "PONIJAN" if number == 9 else "SUPARMAN"
            made.person(record, "K", name, nik(number, f"19{70 + number}-03-14"), f"19{70 + number}-03-14")
        return made

    before = three(parted=False).link()
    result = three(parted=True).link(before, {}, "2026-06/2")
    assert result.uid("dtjateng:2") == result.uid("simnakis:3") == before.uid("dtsen:1")
    assert result.uid("dtsen:1") == founded("i", "individu|dtsen|1|2026-06/2")


def test_a_month_that_is_built_after_a_later_one_takes_the_ids_that_it_gave():
    before = world(FULL).link(id_rilis="2026-05/1")
    grown = world(FULL, ("simnakis:S", NEW, "2026-06-10", ())).person("simnakis:B", "S", "BAYU", nik(7))
    july = grown.link(before, KNOWN, JULY)
    fields = ("grain", "uid", "sumber", "id_sumber")
    later = [dict(zip(fields, row, strict=True)) for row in july.tables["uid_baru"]]
    assert later
    june = grown.link(before, KNOWN, "2026-06/1", more={"kelak_uid": later})
    assert june.tables["tautan"] == july.tables["tautan"]
    # Not where somebody of this line has it.
    taken = [row | {"uid": before.uid("dtsen:1")} for row in later]
    june = grown.link(before, KNOWN, "2026-06/1", more={"kelak_uid": taken})
    assert june.uid("simnakis:B") == founded("i", "individu|simnakis|B|2026-06")


def test_all_ids_stay_when_nothing_changes():
    before = world(FULL).link()
    result = world(FULL).link(before, KNOWN, JULY)
    assert result.tables["tautan"] == before.tables["tautan"]
    assert (result.tables["uid_baru"], result.tables["digantikan"], result.tables["peristiwa"]) == ([], [], [])


def test_a_newborn_keeps_its_id_when_it_gets_a_nik():
    def born(**number: str) -> World:
        made = world(FULL).family("simnakis:S", OLD, "2026-05-02")
        members(made, "simnakis:S", (0, 1, 2))
        return made.person("simnakis:B", "S", "BAYU", lahir="2026-05-20", **number)

    before = born().link()
    result = born(nik=nik(1, "2026-05-20")).link(before, KNOWN, JULY)
    assert result.uid("simnakis:B") == before.uid("simnakis:B")
    assert result.tables["peristiwa"] == []


@pytest.mark.parametrize(("nama", "lahir", "anew", "same"), [
    ("ARSY SANTOSO", "2026-05-18", 1, True),
    ("ARSY SANTOSO", "2026-05-19", 1, False),
    ("BAYU SANTOSO", "2026-05-18", 1, False),
    # Two of that name, or a date that stands for none, say nothing.
    ("ARSY SANTOSO", "2026-05-18", 2, False),
    ("ARSY SANTOSO", "2025-12-31", 1, False),
])  # fmt: skip
def test_a_newborn_without_a_number_is_known_again_when_it_is_entered_anew(
    nama: str, lahir: str, anew: int, same: bool
):
    def world() -> World:
        return World().family("dtsen:k", kk(1)).person("dtsen:ayah", "k", "SANTOSO", nik(1))

    of_june = "2025-12-31" if lahir == "2025-12-31" else "2026-05-18"
    known = {
        "dtsen:k": {"no_kk": kk(1)}, "dtsen:ayah": {"nik": nik(1), "nama": "SANTOSO", "tanggal_lahir": "1980-03-14"},
        "dtsen:anak": {"nama": "ARSY SANTOSO", "tanggal_lahir": of_june, "umur": 0},
    }  # fmt: skip
    before = world().person("dtsen:anak", "k", "ARSY SANTOSO", None, of_june).link()
    july = world()
    for n in range(anew):
        july.person(f"dtsen:lagi{n}", "k", nama, nik(7 + n, lahir), lahir)
    after = july.link(before, known, "2026-07/1")
    assert (before.uid("dtsen:anak") in {after.uid(f"dtsen:lagi{n}") for n in range(anew)}) is same


def test_the_dead_keep_their_ids():
    before = world(FULL).link()
    dead = members(world(("dtsen:K", OLD, "2026-06-01", (1, 2))), "dtsen:K", (0,), hadir=False)
    result = dead.link(before, KNOWN, JULY)
    assert {result.uid(f"dtsen:{i}") for i in range(3)} == {before.uid(f"dtsen:{i}") for i in range(3)}
    assert result.family("dtsen:K") == before.family("dtsen:K")


def test_a_person_is_known_again_by_nik_under_a_new_record():
    before = world(FULL).link()
    known = KNOWN | {f"dtsen:{i}": {"nik": nik(FAMILY[i][3], *FAMILY[i][1:3])} for i in range(3)}
    result = world(("simnakis:S", NEW, "2026-06-10", (0, 1, 2))).link(before, known, JULY)
    assert [result.uid(f"simnakis:{i}") for i in range(3)] == [before.uid(f"dtsen:{i}") for i in range(3)]
    assert result.family("simnakis:S") == before.family("dtsen:K")


@pytest.mark.parametrize(
    ("nama", "lahir", "jk", "same"),
    [
        ("GILANG PERMADI", "2003-04-15", "L", False), ("SUNARTO SARIPAH", "1984-09-19", "P", False),
        ("HJ. SARIPAH", "1959-09-19", "P", True), ("SARIFAH", "1959-10-19", "P", True), ("SARIPAH", None, "P", True),
    ],
)  # fmt: skip
def test_a_number_brings_back_nobody_who_is_somebody_else(nama: str, lahir: str | None, jk: str, same: bool):
    number = nik(1, "1959-09-19", "P")
    woman = {"nik": number, "nama": "SARIPAH", "tanggal_lahir": "1959-09-19"}
    before = World().family("dtsen:K", kk(1)).person("dtsen:A", "K", "SARIPAH", number, "1959-09-19", "P").link()
    again = World().family("simnakis:S", kk(2)).person("simnakis:B", "S", nama, number, lahir, jk)
    result = again.link(before, {"dtsen:A": woman}, JULY)
    assert (result.uid("simnakis:B") == before.uid("dtsen:A")) == same


def test_a_person_merge_keeps_the_older_id():
    """Two records without evidence become one person when both get one NIK: the id of the older release stays."""
    first = world(FULL).link(id_rilis="2026-05/1")
    apart = world(FULL).family("simnakis:S", kk(9)).person("simnakis:B", "S", "SUPARMAN", lahir=None)
    before = apart.link(first, KNOWN, "2026-06/1")
    assert before.uid("simnakis:B") != before.uid("dtsen:0")
    together = world(FULL).family("simnakis:S", kk(9))
    together.person("simnakis:B", "S", "SUPARMAN", nik=nik(1, "1970-03-14"), lahir="1970-03-14")
    known = KNOWN | {"simnakis:B": {"awal": "2026-06/1"}, "dtsen:0": {"awal": "2026-05/1"}}
    result = together.link(before, known, JULY)
    assert result.uid("simnakis:B") == result.uid("dtsen:0") == before.uid("dtsen:0")
    assert result.tables["digantikan"] == [("individu", before.uid("simnakis:B"), before.uid("dtsen:0"))]
    assert ("gabung", before.uid("simnakis:B"), before.uid("dtsen:0")) in result.events("individu")


def test_the_part_with_the_same_kk_number_carries_the_household_on():
    """One member stays on the old KK, two leave to a new one: the number decides before the head count."""
    before = world(FULL).link()
    parted = world(("dtsen:K", OLD, "2026-06-01", (0,)), ("dtsen:L", NEW, "2026-06-01", (1, 2)))
    result = parted.link(before, KNOWN, JULY)
    assert result.family("dtsen:K") == before.family("dtsen:K")
    assert result.events("rumah_tangga") == {("pecah", result.family("dtsen:L"), before.family("dtsen:K"))}


def test_the_part_with_more_of_the_members_carries_it_on_without_the_number():
    before = world(FULL).link()
    parted = world(("dtsen:A", kk(8), "2026-06-01", (0,)), ("dtsen:L", NEW, "2026-06-01", (1, 2)))
    result = parted.link(before, KNOWN, JULY)
    assert result.family("dtsen:L") == before.family("dtsen:K")


@pytest.mark.parametrize(
    ("rt_of_the_wife", "expected"), [("001", "dtsen:L"), ("009", "dtsen:A")], ids=["old address", "older head"]
)
def test_the_old_address_then_the_older_head_decide(rt_of_the_wife: str, expected: str):
    """Two parts of one member each, both with new numbers: the husband (the head) and his wife."""
    before = world(("dtsen:K", OLD, "2026-05-01", (0, 1))).link()
    parted = members(World().family("dtsen:A", kk(8), "2026-06-01", rt="009"), "dtsen:A", (0,))
    parted.family("dtsen:L", NEW, "2026-06-01", rt=rt_of_the_wife)
    members(parted, "dtsen:L", (1,))
    known = {
        "dtsen:K": {"no_kk": OLD, "kode_desa": DESA},
        "dtsen:0": {"nik": nik(1, "1970-03-14"), "kepala": True, "umur": 56},
        "dtsen:1": {"nik": nik(2, "1975-08-20", "P"), "umur": 50},
    }  # fmt: skip
    result = parted.link(before, known, JULY)
    assert result.family(expected) == before.family("dtsen:K")
    assert len([e for e in result.events("rumah_tangga") if e[0] == "pecah"]) == 1


def test_a_household_whose_people_all_moved_stays_with_their_records():
    """Dukcapil says that the wife moved away; a record of her husband bears the number of hers: both go on."""
    couple = world(
        ("dtsen:K", kk(8), "2026-01-01", (0, 2)), ("simnakis:S", OLD, "2026-05-01", (0, 2)),
        ("dtjateng:J", OLD, "2026-03-01", ()),
    )  # fmt: skip
    members(couple, "dtjateng:J", (1,), hadir=False)
    before = couple.link()
    assert before.family("dtjateng:J") != before.family("simnakis:S")
    known = {"dtjateng:J": {"no_kk": OLD}, "simnakis:S": {"no_kk": kk(8)}, "dtjateng:1": {"hadir": False}}
    result = couple.link(before, known, JULY)
    assert result.tables["tempat"] == before.tables["tempat"]
    assert result.tables["peristiwa"] == []


@pytest.mark.parametrize("number", [OLD, kk(8), None])
def test_a_household_of_the_dead_keeps_its_id_without_its_number(number: str | None):
    """Every month it was another household, and the ones before stayed beside it."""
    june, july = (members(World().family("dtsen:K", no_kk), "dtsen:K", (0, 1), hadir=False) for no_kk in (OLD, number))
    before = june.link()
    known = {"dtsen:K": {"no_kk": OLD}, "dtsen:0": {"hadir": False}, "dtsen:1": {"hadir": False}}
    result = july.link(before, known, JULY)
    assert result.family("dtsen:K") == before.family("dtsen:K")
    assert result.tables["peristiwa"] == []


def test_a_kk_number_without_its_people_carries_nothing_on():
    """The number was reissued to strangers: the old household is not theirs."""
    before = world(FULL).link()
    strangers = World().family("dtsen:Z", OLD, "2026-06-01").person("dtsen:ASING", "Z", "MUSTOFA", nik=nik(77))
    result = strangers.link(before, KNOWN, JULY)
    assert result.family("dtsen:Z") != before.family("dtsen:K")


@pytest.mark.parametrize(
    ("awal_of_the_daughter", "heir"),
    [("2026-01/1", "dtsen:2"), ("2026-06/1", "dtsen:0")],
    ids=["the older id", "of equal age: the one whose KK number goes on"],
)
def test_two_households_that_become_one_keep(awal_of_the_daughter: str, heir: str):
    before = world(("dtsen:K", OLD, "2026-05-01", (0, 1)), ("dtsen:L", kk(9), "2026-05-01", (2,))).link()
    known = {"dtsen:K": {"no_kk": OLD}, "dtsen:L": {"no_kk": kk(9), "awal": awal_of_the_daughter}}
    result = world(("dtsen:K", OLD, "2026-06-20", (0, 1, 2))).link(before, known, JULY)
    assert {row[1] for row in result.tables["tempat"]} == {before.home(heir)}
    merged = {before.family("dtsen:K"), before.family("dtsen:L")} - {before.home(heir)}
    assert result.events("rumah_tangga") == {("gabung", merged.pop(), before.home(heir))}


@pytest.mark.parametrize(("children", "merged"), [(0, False), (2, True)])
def test_who_moves_in_with_others_takes_along_nobody_whom_no_record_mentions(children: int, merged: bool):
    def parents(world: World) -> World:
        world.family("dtsen:tua", kk(1))
        world.person("dtsen:ayah", "tua", "SUPARMAN", nik(1, "1950-02-11"), "1950-02-11")
        return world.person("dtsen:ibu", "tua", "SUMIATI", nik(2, "1952-07-19", "P"), "1952-07-19", "P")

    def own(world: World, keluarga: str, prefix: str) -> World:
        world.person(f"dtsen:{prefix}-istri", keluarga, "LESTARI", nik(3, "1985-04-23", "P"), "1985-04-23", "P")
        for n in range(children):
            lahir = f"201{n}-03-14"
            world.person(
                f"dtsen:{prefix}-anak{n}", keluarga, f"BAYU {'AJI' if n else 'PUTRO'}", nik(5 + n, lahir), lahir
            )
        return world

    june = parents(World()).family("dtsen:muda", kk(2, "2014-09-02"))
    june.person("dtsen:suami", "muda", "HARYANTO", nik(4, "1983-12-05"), "1983-12-05")
    before = own(june, "muda", "lama").link()
    known = {
        "dtsen:tua": {"no_kk": kk(1)}, "dtsen:muda": {"no_kk": kk(2, "2014-09-02")},
        "dtsen:lama-istri": {"nik": nik(3, "1985-04-23", "P")},
        **{f"dtsen:lama-anak{n}": {"nik": nik(5 + n, f"201{n}-03-14")} for n in range(children)},
    }  # fmt: skip
    after = own(parents(World()), "tua", "baru").link(before, known, "2026-07/1")
    assert after.uid("dtsen:baru-istri") == before.uid("dtsen:lama-istri")
    assert after.home("dtsen:baru-istri") == after.family("dtsen:tua") == before.family("dtsen:tua")
    gone = ("gabung", before.family("dtsen:muda"), after.family("dtsen:tua"))
    assert (gone in after.events("rumah_tangga")) is merged
