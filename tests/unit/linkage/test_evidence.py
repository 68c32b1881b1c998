"""What exact rules leave: the household as evidence, numbers that cannot be the person's, and what guards hold."""

from __future__ import annotations

import json

import duckdb
import pytest
from dunia import DESA, World, kk, nik

from linkage import evidence, exact, model
from linkage.tables import create_inputs

PARENTS = (("SUPARMAN", "1970-03-14", "L"), ("KASIYATUN", "1975-08-20", "P"))


def family(world: World, source: str, no_kk: str, desa: str = DESA, parents: tuple = PARENTS) -> World:
    """A couple with good numbers, under one KK number."""
    world.family(f"{source}:K", no_kk, kode_desa=desa)
    for serial, (nama, lahir, jk) in enumerate(parents, start=1):
        world.person(f"{source}:{serial}", "K", nama, nik=nik(serial, lahir, jk), lahir=lahir, jk=jk)
    return world


def couple_in_both(kk_lain: int = 2, desa: str = DESA) -> World:
    return family(family(World(), "dtsen", kk(1)), "simnakis", kk(kk_lain), desa)


CHILD = {"lahir": "2008-11-02", "jk": "P", "nama_ibu": "KASIYATUN"}


def test_parents_who_are_matched_lend_their_child_evidence():
    world = couple_in_both(desa="33.16.15.2010")
    world.person("dtsen:3", "K", "WAGINAH", nik=nik(3, "2008-11-02", "P"), **CHILD)
    result = world.person("simnakis:3", "K", "WAGIANH", **CHILD).link()
    assert frozenset({"dtsen:3", "simnakis:3"}) in result.persons()
    assert result.rule("simnakis:3") == exact.MODEL_RULE


def test_without_the_parents_a_name_so_unlike_in_another_village_is_somebody_else():
    strangers = (("SUKARDI", "1966-01-05", "L"), ("TUMINEM", "1969-04-25", "P"))
    world = family(World(), "dtsen", kk(1))
    world.family("simnakis:K", kk(2), kode_desa="33.16.15.2010")
    for serial, (nama, lahir, jk) in enumerate(strangers, start=1):
        world.person(f"simnakis:{serial}", "K", nama, nik=nik(10 + serial, lahir, jk), lahir=lahir, jk=jk)
    child = CHILD | {"nama_ibu": None}
    world.person("dtsen:3", "K", "WAGINAH", nik=nik(3, "2008-11-02", "P"), **child)
    assert frozenset({"simnakis:3"}) in world.person("simnakis:3", "K", "WAGIANH", **child).link().persons()


@pytest.mark.parametrize(("stands_there", "alone"), [(True, True), (False, False)])
def test_who_stands_in_that_family_already_speaks_against_a_second_one(stands_there: bool, alone: bool):
    world = couple_in_both()
    world.person("dtsen:3", "K", "SITI AMINAH", nik=nik(3, "2008-11-02", "P"), **CHILD)
    if stands_there:
        world.person("simnakis:3", "K", "SITI AMINAH", nik=nik(3, "2008-11-02", "P"), **CHILD)
    other = CHILD | {"lahir": "2008-11-25", "nama_ibu": None}
    result = world.person("simnakis:4", "K", "SITI AMINATUN", **other).link()
    assert (frozenset({"simnakis:4"}) in result.persons()) == alone


def test_twins_are_held_even_where_one_registry_lists_only_one():
    world = couple_in_both()
    born = CHILD | {"lahir": "2015-06-02"}
    world.person("dtsen:3", "K", "DWI ANDINI", nik=nik(3, "2015-06-02", "P"), **born)
    world.person("dtsen:4", "K", "DWI ANDITA", nik=nik(4, "2015-06-02", "P"), **born)
    result = world.person("simnakis:3", "K", "DWI ANDIVA", **born).link()
    assert frozenset({"simnakis:3"}) in result.persons()
    assert result.counts["pasangan_ragu"] >= 1


@pytest.mark.parametrize(
    ("names", "other", "together"),
    [
        # A slip of the pen, or cut short: in the other registry nobody stands beside her.
        (("WIDINAH", "WIFINAH"), [("WIDINAH", 3)], True),
        (("TITIK KHOLIFAH", "TITIK KHO"), [("TITIK KHOLIFAH", 3)], True),
        # There stand two: one of them has the other's number here.
        (("WIDINAH", "WIFINAH"), [("WIDINAH", 3), ("WIFINAH", 4)], False),
        # Nobody else knows the number, or the names are two names.
        (("WIDINAH", "WIFINAH"), [], False),
        (("WIDINAH", "WARTINAH"), [("WIDINAH", 3)], False),
    ],
)
def test_twice_under_one_number_is_one_person_where_another_registry_lists_nobody_beside(names, other, together):
    world = couple_in_both()
    for n, name in enumerate(names, start=3):
        world.person(f"dtsen:{n}", "K", name, nik=nik(3, "2008-11-02", "P"), **CHILD)
    for n, (name, serial) in enumerate(other, start=3):
        world.person(f"simnakis:{n}", "K", name, nik=nik(serial, "2008-11-02", "P"), **CHILD)
    persons = world.link().persons()
    assert any({"dtsen:3", "dtsen:4"} <= person for person in persons) == together


@pytest.mark.parametrize("serials", [(None, None), (3, None)])
@pytest.mark.parametrize(
    ("names", "other", "together"),
    [
        (("WIDINAH", "WIFINAH"), ["WIDINAH"], True),
        (("SITI NUR AISYAH", "SITI N AISYAH"), ["SITI NUR AISYAH"], True),
        # Nobody else lists her, or another registry lists both.
        (("WIDINAH", "WIFINAH"), [], False),
        (("WIDINAH", "WIFINAH"), ["WIDINAH", "WIFINAH"], False),
        # Two names of twins, not one with a slip of the pen.
        (("AHMAD HASAN", "AHMAD HUSEN"), ["AHMAD HASAN"], False),
        (("SITI NUR A", "SITI NUR I"), ["SITI NUR A"], False),
    ],
)
def test_twice_in_a_family_without_a_number_is_one_person_where_another_registry_lists_one(
    serials, names, other, together
):
    world = couple_in_both(kk_lain=1)
    for n, (name, serial) in enumerate(zip(names, serials, strict=True), start=3):
        known = nik(serial, "2008-11-02", "P") if serial else None
        world.person(f"dtsen:{n}", "K", name, nik=known, **CHILD)
    for n, name in enumerate(other, start=3):
        world.person(f"simnakis:{n}", "K", name, **CHILD)
    persons = world.link().persons()
    assert any({"dtsen:3", "dtsen:4"} <= person for person in persons) == together


@pytest.mark.parametrize("number", [3, None])
def test_twins_whom_one_registry_lists_both_stay_two_though_another_lists_one(number):
    """One number on both in the nation's, one of them in the province's: the district's knows both."""
    world = couple_in_both()
    family(world, "dtjateng", kk(2))
    known = nik(3, "2008-11-02", "P")
    for n, name in enumerate(("WIDINAH", "WIFINAH"), start=3):
        world.person(f"dtsen:{n}", "K", name, nik=known, **CHILD)
    world.person("dtjateng:3", "K", "WIDINAH", nik=known, **CHILD)
    world.person("simnakis:3", "K", "WIDINAH", nik=known if number else None, **CHILD)
    world.person("simnakis:4", "K", "WIFINAH", nik=nik(4, "2008-11-02", "P") if number else None, **CHILD)
    assert not any({"dtsen:3", "dtsen:4"} <= person for person in world.link().persons())


def test_a_newborn_without_a_name_under_its_twins_number_is_not_its_twin():
    world = couple_in_both()
    known = nik(3, "2008-11-02", "P")
    world.person("dtsen:3", "K", "WIDINAH", nik=known, **CHILD)
    world.person("dtsen:4", "K", "BY. NY. KASIYATUN", nik=known, **CHILD)
    world.person("simnakis:3", "K", "WIDINAH", nik=known, **CHILD)
    assert not any({"dtsen:3", "dtsen:4"} <= person for person in world.link().persons())


def test_a_newborn_under_its_mothers_name_is_found_when_it_has_its_own():
    world = couple_in_both()
    born = {"lahir": "2026-04-14", "jk": "P"}
    world.person("dtsen:3", "K", "BY. NY. KASIYATUN", **born)
    world.person("simnakis:3", "K", "WULAN SOLIKAH", nik=nik(3, "2026-04-14", "P"), nama_ibu="KASIYATUN", **born)
    assert frozenset({"dtsen:3", "simnakis:3"}) in world.link().persons()


def test_newborn_twins_without_a_name_are_left_to_a_person():
    world = couple_in_both()
    born = {"lahir": "2026-04-14", "jk": "P"}
    for number in (3, 4):
        world.person(f"dtsen:{number}", "K", "BY. NY. KASIYATUN", **born)
    world.person("simnakis:3", "K", "WULAN SOLIKAH", nik=nik(3, "2026-04-14", "P"), nama_ibu="KASIYATUN", **born)
    assert frozenset({"simnakis:3"}) in world.link().persons()


@pytest.mark.parametrize(("unknown", "persons"), [(True, 1), (False, 2)])
def test_a_number_that_dukcapil_does_not_know_holds_nobody_apart(unknown: bool, persons: int):
    world = couple_in_both()
    world.person("dtsen:3", "K", "WAGINAH", nik=nik(3, "2008-11-02", "P"), **CHILD)
    world.person("simnakis:3", "K", "WAGINAH", nik="3316990211080777", nik_ditolak=unknown, **CHILD)
    found = {who for who in world.link().persons() if who & {"dtsen:3", "simnakis:3"}}
    assert len(found) == persons


def test_a_number_borne_by_two_is_his_whose_birth_date_it_tells():
    world = couple_in_both()
    world.person("dtsen:3", "K", "WAGINAH", nik=nik(3, "2008-11-02", "P"), **CHILD)
    # A row was shifted: the daughter carries the number that only her brother's one record has.
    brother = nik(4, "2001-02-05")
    world.person("dtsen:4", "K", "SUTRISNO", nik=brother, lahir="2001-02-05", jk="L")
    world.person("simnakis:3", "K", "WAGINAH", nik=brother, **CHILD)
    result = world.link()
    assert {frozenset({"dtsen:3", "simnakis:3"}), frozenset({"dtsen:4"})} <= result.persons()


@pytest.mark.parametrize(("where", "persons"), [("day", 1), ("serial", 2)])
def test_twice_in_one_source_with_a_number_that_contradicts_itself(where: str, persons: int):
    """One digit off in the birth date that the number tells is a misspelling; in the serial it is another person."""
    world = couple_in_both()
    right = nik(3, "2008-11-02", "P")
    wrong = right[:6] + "5" + right[7:] if where == "day" else right[:-1] + "4"
    for source in ("dtsen", "simnakis"):
        world.person(f"{source}:3", "K", "WAGINAH", nik=right, **CHILD)
    world.person("simnakis:5", "K", "WAGINAH", nik=wrong, **CHILD)
    found = {who for who in world.link().persons() if who & {"dtsen:3", "simnakis:5"}}
    assert len(found) == persons


def test_what_attaches_to_a_misspelling_ends_with_the_right_number():
    """A record without NIK fits both, the misspelt one and the right one: they are one, so there is no tie."""
    world = couple_in_both()
    right = nik(3, "2008-11-02", "P")
    world.person("dtsen:3", "K", "WAGINAH", nik=right, **CHILD)
    world.person("simnakis:3", "K", "WAGINAH", nik=right[:9] + "9" + right[10:], **CHILD)
    family(world, "dtjateng", kk(1)).person("dtjateng:3", "K", "WAGINAH", **CHILD)
    result = world.link()
    assert frozenset({"dtsen:3", "simnakis:3", "dtjateng:3"}) in result.persons()
    assert result.counts["ragu"] == 0


@pytest.mark.parametrize("name", ["S. LESTARI", "SRI L.", "LESTARI SRI"])
def test_initials_and_reordered_names_are_forms_of_a_name(name: str):
    world = couple_in_both()
    world.person("dtsen:3", "K", "SRI LESTARI", nik=nik(3, "2008-11-02", "P"), **CHILD)
    assert frozenset({"dtsen:3", "simnakis:3"}) in world.person("simnakis:3", "K", name, **CHILD).link().persons()


@pytest.mark.parametrize(("desa", "pairs"), [("33.16.15.2010", 1), ("33.15.15.2010", 0)])
def test_the_day_and_serial_of_a_number_make_candidates_within_a_district_only(desa: str, pairs: int):
    # Strangers who share them are as many as there are districts: the pairs would grow with the square of these.
    world = World()
    world.family("dtsen:K", kk(1)).family("simnakis:K", kk(2), kode_desa=desa)
    number = nik(1, "1970-03-14", "L")
    world.person("dtsen:1", "K", "SUPARMAN", nik=number, lahir="1970-03-14", jk="L")
    world.person("simnakis:1", "K", "SUPARMAN HADI", nik="3361" + number[4:], lahir="1970-03-14", jk="L")
    assert world.link().counts["calon_nik_dekat_2"] == pairs


def test_a_blocking_rule_that_explodes_stops_the_run():
    con = duckdb.connect()
    create_inputs(con)
    con.execute("create table rekaman_rid as select range as rid from range(200)")
    con.execute("""
        create or replace table rekaman as
        select rid, null::bigint as nik, 1 as bentuk, 2 as bentuk_ibu, date '1980-03-14' as tanggal_lahir,
            false as lahir_baku, 'L' as jenis_kelamin, '33.16.08.2001' as kode_desa
        from rekaman_rid
    """)
    con.execute("create table bebas as select rid, rid as fid, rid as klaster from rekaman_rid")
    con.execute("create table tetangga (fid bigint, fid_lain bigint)")
    con.execute("create table rekaman_keluarga as select rid, rid as fid, rid as klaster from rekaman_rid")
    con.execute("""
        create table bentuk_nama as
        select 1 as bentuk, 'SAMA' as nama_baku, ['SAMA'] as kata, false as singkat, 'SAMA' as nama_urut,
            'SAMA' as nama_rapat
    """)
    con.execute("create macro seinisial(a, b) as false")
    with pytest.raises(exact.PairExplosion, match=r"blocking rule nama_lahir made 19900 pairs of 200 records"):
        evidence.find_candidates(con)


def test_the_stored_model_compares_what_the_code_says():
    """Else a changed comparison would silently keep the weights of the old one: `make train` makes them anew."""
    stored = json.loads(model.MODEL.read_text("utf-8"))["comparisons"]
    declared = [comparison.get_comparison("duckdb").as_dict() for comparison in model.comparisons()]
    assert [
        (c["output_column_name"], [level["sql_condition"] for level in c["comparison_levels"]]) for c in stored
    ] == [(c["output_column_name"], [level["sql_condition"] for level in c["comparison_levels"]]) for c in declared]
    for comparison in stored:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for name in ("m_probability", "u_probability"):
            assert sum(level[name] for level in levels) == pytest.approx(1)


def test_a_twins_number_on_a_record_goes_by_the_name_that_is_nearer():
    """A registry wrote one twin's NIK on both: everything but the name agrees with the wrong one."""
    world = couple_in_both()
    born = {"lahir": "2015-06-02", "jk": "P", "nama_ibu": "KASIYATUN"}
    for serial, nama in ((3, "RINA"), (4, "RINI")):
        world.person(f"dtsen:{serial}", "K", nama, nik=nik(serial, "2015-06-02", "P"), **born)
    result = world.person("simnakis:4", "K", "RINI", nik=nik(3, "2015-06-02", "P"), **born).link()
    assert result.counts["nik_kembar"] == 1
    assert frozenset({"dtsen:3"}) in result.persons()


def test_old_neighbours_of_one_name_and_a_default_birth_date_stay_two():
    """Hard case 61, with numbers that nobody knows: neighbouring serials, one village and RT, two KK."""
    world = World().family("dtsen:K", kk(1)).family("simnakis:S", kk(2))
    old = {"lahir": "1950-12-31", "nik_ditolak": True, "nama_ibu": "SITI"}
    world.person("dtsen:A", "K", "KASMIN", nik=nik(1, "1950-12-31"), **old)
    result = world.person("simnakis:B", "S", "KASMIN", nik=nik(2, "1950-12-31"), **old).link()
    assert len(result.persons()) == 2


@pytest.mark.parametrize(("known", "alone"), [(False, True), (True, False)])
def test_neighbouring_serials_that_nobody_knows_are_twins_and_one_beside_a_known_one_is_a_slip(
    known: bool, alone: bool
):
    """Each registry lists one child; Dukcapil knows none of the two numbers, or one."""
    world = couple_in_both()
    born = CHILD | {"lahir": "2015-06-02"}
    world.person("dtsen:3", "K", "SITI AMINAH", nik=nik(3, "2015-06-02", "P"), nik_ditolak=not known, **born)
    world.person("simnakis:3", "K", "SITI AMINATU", nik=nik(4, "2015-06-02", "P"), nik_ditolak=True, **born)
    assert (frozenset({"simnakis:3"}) in world.link().persons()) == alone


@pytest.mark.parametrize(("hadir", "alone"), [(False, True), (True, False)])
def test_a_child_named_after_one_who_died_is_not_the_dead_one(hadir: bool, alone: bool):
    world = couple_in_both()
    # Among so many others the name is rare enough to make the model sure.
    world.family("dtjateng:Z", kk(9))
    for number in range(400):
        name = f"SUMI{number:03}".translate(str.maketrans("0123456789", "ABDEGKLNRT"))
        world.person(
            f"dtjateng:{number}", "Z", name, lahir=f"{1930 + number % 67}-{number // 67 + 1:02}-{11 + number % 17}"
        )
    world.person(
        "dtsen:3", "K", "SITI AMINAH", nik=nik(3, "2008-12-20", "P"), hadir=hadir, **CHILD | {"lahir": "2008-12-20"}
    )
    world.person("simnakis:3", "K", "SITI AMINAH", **CHILD | {"lahir": "2009-01-10"})
    assert (frozenset({"simnakis:3"}) in world.link().persons()) == alone


@pytest.mark.parametrize(("nama", "persons"), [("WIDIANTO", 1), ("HARYANTO", 2)])
def test_born_on_one_day_to_one_mother_a_mistyped_name_is_one_name(nama: str, persons: int):
    """Two letters wrong in a short name; an only child as far as any registry knows."""
    world = couple_in_both()
    world.person("dtsen:3", "K", "WIDNANOT", nik=nik(3, "2008-11-02"), lahir="2008-11-02", nama_ibu="KASIYATUN")
    result = world.person("simnakis:3", "K", nama, lahir="2008-11-02", nama_ibu="KASIYATUN").link()
    children = [p for p in result.persons() if p <= {"dtsen:3", "simnakis:3"}]
    assert len(children) == persons


@pytest.mark.parametrize(("serial", "persons"), [(None, 1), (77, 2)])
def test_one_full_name_and_mother_in_one_house_outweigh_a_mistyped_birth_date(serial: int | None, persons: int):
    """But not another good number."""
    world = couple_in_both()
    world.person("dtsen:3", "K", "YUSUF SUBEKTI", nik=nik(3, "2008-11-02"), lahir="2008-11-02", nama_ibu="KASIYATUN")
    number = nik(serial, "2005-02-17") if serial else None
    world.person("simnakis:3", "K", "YUSUF SUBEKTI", nik=number, lahir="2005-02-17", nama_ibu="KASIYATUN")
    children = [p for p in world.link().persons() if p <= {"dtsen:3", "simnakis:3"}]
    assert len(children) == persons
