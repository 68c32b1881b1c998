"""Which records are one person: every rule, and the law that two different valid NIK are never merged."""

from __future__ import annotations

import duckdb
import pytest
from dunia import TOGETHER, World, kk, nik, pair

from linkage import exact
from linkage.run import link
from linkage.tables import create_inputs


@pytest.mark.parametrize(
    ("nama_a", "nama_b"),
    [
        ("SITI NUR AISYAH", "ST. NUR AISYAH"),
        ("MOCH. SOLEH", "MUHAMMAD SOLEH"),
        ("SOEPARMAN", "SUPARMAN, S.PD"),
        ("H. ABDUL RACHMAN", "ABD RAHMAN"),
        ("SRI WAHYUNI", "SRI"),
        # "Binti" is a given name too: only behind a name does it begin a father's.
        ("BINTI KHOLIFAH", "BINTI KHOLIFAH"),
        ("BINTI KHOLIFAH", "KHOLIFAH"),
        ("KHOLIFAH BINTI SUPARMAN", "KHOLIFAH"),
    ],
)
def test_one_nik_and_a_plausible_name_is_one_person(nama_a: str, nama_b: str):
    same = {"nik": nik(1)}
    result = pair(nama_a, nama_b, kk_b=kk(2), a=same, b=same).link()
    assert result.persons() == {TOGETHER}
    assert result.rule("dtsen:A") == "nik_sama"


@pytest.mark.parametrize(
    ("nama", "lagi"),
    [
        ("IDA MAHARANI", "IDA M"), ("TRI HAKIM PRATAMA", "TRI H P"), ("RIDWAN ARIFIN MUSTOFA", "RIDWAN A. M."),
        ("FAJAR RIYADI SUMARNO", "FAJARRIYADI SUMARNO"),
    ],
)  # fmt: skip
def test_entered_twice_under_one_nik_with_initials_or_without_a_blank_is_one_person(nama: str, lagi: str):
    same = {"nik": nik(1)}
    world = World().family("dtsen:K", kk(1)).family("simnakis:S", kk(1))
    world.person("dtsen:A", "K", nama, **same).person("dtsen:B", "K", lagi, **same)
    world.person("simnakis:C", "S", nama, **same)
    assert world.link().persons() == {frozenset({"dtsen:A", "dtsen:B", "simnakis:C"})}


def test_one_nik_on_two_different_people_merges_nobody():
    a, b = {"nik": nik(1)}, {"nik": nik(1), "lahir": "1952-11-02", "jk": "P"}
    result = pair("SUPARMAN", "KASIYATUN", kk_b=kk(2), a=a, b=b).link()
    assert len(result.persons()) == 2
    assert {result.rule("dtsen:A"), result.rule("simnakis:B")} == {"sendiri"}


def test_parent_and_child_of_one_name_under_one_nik_stay_two_people():
    a, b = {"nik": nik(1), "lahir": "1951-03-14"}, {"nik": nik(1), "lahir": "1978-09-02"}
    assert len(pair("WAGIMAN", "WAGINO", a=a, b=b).link().persons()) == 2


@pytest.mark.parametrize(
    ("lahir_a", "lahir_b"),
    [("1980-03-14", "1980-12-14"), ("1980-03-12", "1981-12-03"), ("1980-03-14", "1975-12-31"), ("1980-03-14", None)],
    ids=["month wrong", "day and month swapped", "default date", "missing"],
)
def test_one_nik_with_a_birth_date_that_is_wrong_in_one_part(lahir_a: str, lahir_b: str | None):
    a, b = {"nik": nik(1), "lahir": lahir_a}, {"nik": nik(1), "lahir": lahir_b}
    assert pair("SUPARMAN", "SUPARMAN", a=a, b=b).link().persons() == {TOGETHER}


def test_without_nik_the_family_birth_date_and_name_decide():
    result = pair("DEWI LESTARI", "DEWI LESTARI", a={"nik": nik(1, jk="P"), "jk": "P"}, b={"jk": "P"}).link()
    assert result.persons() == {TOGETHER}
    assert result.rule("simnakis:B") == "kk_lahir_nama"


def test_whose_name_begins_with_binti_is_known_by_it():
    result = pair("BINTI KHOLIFAH", "BINTI KHOLIFAH", a={"jk": "P"}, b={"jk": "P"}).link()
    assert result.persons() == {TOGETHER}


def test_without_nik_and_kk_the_village_birth_date_and_exact_name_decide():
    result = pair("DEWI LESTARI", "DEWI LESTARI", kk_b=kk(2), a={"nik": nik(1)}).link()
    assert (result.persons(), result.rule("simnakis:B")) == ({TOGETHER}, "nama_lahir_desa")
    elsewhere = pair("DEWI LESTARI", "DEWI LESTARI", kk_b=kk(2), desa_b="33.16.09.2001", a={"nik": nik(1)})
    assert len(elsewhere.link().persons()) == 2


def test_a_default_birth_date_in_one_village_is_no_evidence():
    lahir = {"lahir": "1970-12-31"}
    assert len(pair("KASMIN", "KASMIN", kk_b=kk(2), a={"nik": nik(1), **lahir}, b=lahir).link().persons()) == 2
    # In one KK the same name is a further agreeing field.
    assert pair("KASMIN", "KASMIN", a={"nik": nik(1), **lahir}, b=lahir).link().persons() == {TOGETHER}


def test_a_birth_date_that_differs_in_one_family_of_the_same_exact_name():
    result = pair("KASMIN", "KASMIN", a={"nik": nik(1)}, b={"lahir": "1980-01-01"}).link()
    assert result.rule("simnakis:B") == "kk_nama_lahir_beda"
    # A generation apart it is grandfather and grandson.
    assert len(pair("KASMIN", "KASMIN", a={"nik": nik(1)}, b={"lahir": "2012-08-21"}).link().persons()) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"nik": nik(1), "lahir": "1980-03-15"},
        {"nik": nik(1), "lahir": None},
        {"nik": nik(1), "lahir": "1980-12-31"},
        {"nik": None},
        {"nik": None, "nama_ibu": None},
    ],
)
def test_a_sex_that_was_left_out_contradicts_none(other: dict):
    world = World()
    world.family("dtsen:a", kk(1)).family("dtjateng:b", kk(1))
    world.person("dtsen:1", "a", "SUPARMAN", nik(1), nama_ibu="SULASTRI")
    world.person("dtjateng:2", "b", "SUPARMAN", jk=None, **{"nama_ibu": "SULASTRI", **other})
    assert world.link().persons() == {frozenset({"dtsen:1", "dtjateng:2"})}


def test_a_registry_without_sexes_and_birth_dates_is_linked_by_its_numbers():
    world = World()
    for n in range(20):
        world.family(f"dtsen:a{n}", kk(n)).family(f"simnakis:b{n}", kk(n))
        for m, name in enumerate(("SUPARMAN", "KASIYATUN", "WAGINAH")):
            jk, lahir = "LPP"[m], f"{1970 + 10 * m}-03-14"
            number = nik(10 * n + m, lahir, jk)
            world.person(f"dtsen:{n}-{m}", f"a{n}", name, number, None, None)
            world.person(f"simnakis:{n}-{m}", f"b{n}", name, number, lahir, jk)
    assert world.link().persons() == {
        frozenset({f"dtsen:{n}-{m}", f"simnakis:{n}-{m}"}) for n in range(20) for m in range(3)
    }


def test_twins_of_whom_a_registry_left_out_the_sex_stay_two():
    world = World()
    world.family("dtsen:a", kk(1)).family("dtjateng:b", kk(1))
    world.person("dtsen:1", "a", "AHMAD HASAN", nik(1, "2015-05-05"), "2015-05-05")
    world.person("dtsen:2", "a", "AHMAD HUSEN", nik(2, "2015-05-05"), "2015-05-05")
    world.person("dtjateng:1", "b", "AHMAD HASAN", None, "2015-05-05", None)
    world.person("dtjateng:2", "b", "AHMAD HUSEN", None, "2015-05-05", None)
    assert world.link().persons() == {frozenset({"dtsen:1", "dtjateng:1"}), frozenset({"dtsen:2", "dtjateng:2"})}


def test_different_sex_is_never_one_person_without_a_nik():
    assert len(pair("NUR", "NUR", a={"jk": "L"}, b={"jk": "P"}).link().persons()) == 2


def test_the_same_record_stays_the_same_person_when_all_was_corrected():
    first = pair("SITI", "SITI", a={"nik": nik(1)}, b={}).link()
    corrected = {"lahir": "1984-07-09"}
    later = pair("SITI", "SITI NURJANAH", kk_b=kk(9), desa_b="33.16.09.2001", a={"nik": nik(1)}, b=corrected)
    result = later.link(first, id_rilis="2026-07/1")
    assert (result.persons(), result.rule("simnakis:B")) == ({TOGETHER}, "tautan_lalu")


def test_two_different_valid_nik_are_two_people_whatever_else_agrees():
    a, b = {"nik": nik(1)}, {"nik": nik(8235)}
    assert len(pair("SUPARMAN", "SUPARMAN", a=a, b=b).link().persons()) == 2


def test_last_months_link_does_not_bend_the_law():
    """A record that had no NIK last month gets one that is somebody else's: two people from now on."""
    first = pair("SUPARMAN", "SUPARMAN", a={"nik": nik(1)}).link()
    assert len(first.persons()) == 1
    second = pair("SUPARMAN", "SUPARMAN", a={"nik": nik(1)}, b={"nik": nik(8235)})
    result = second.link(first, id_rilis="2026-07/1")
    assert len(result.persons()) == 2
    assert result.uid("dtsen:A") == first.uid("dtsen:A")
    assert ("pecah", result.uid("simnakis:B"), first.uid("dtsen:A")) in result.events("individu")


def test_a_misspelt_nik_attaches_to_the_corroborated_one():
    world = pair("SUPARMAN", "SUPARMAN", a={"nik": nik(1)}, b={"nik": nik(1)})
    swapped = nik(1)[:6] + nik(1)[7] + nik(1)[6] + nik(1)[8:]
    world.family("dtjateng:J", kk(1)).person("dtjateng:C", "J", "SUPARMAN", nik=swapped)
    result = world.link()
    assert result.persons() == {TOGETHER | {"dtjateng:C"}}
    assert result.rule("dtjateng:C") == "kk_lahir_nama"


def test_a_misspelt_nik_needs_its_guards():
    wrong = nik(1)[:-1] + "2"
    family = World().family("dtsen:K", kk(1)).family("simnakis:S", kk(1)).family("dtjateng:J", kk(1))
    family.person("dtsen:A", "K", "HASAN", nik=nik(1)).person("simnakis:B", "S", "HASAN", nik=nik(1))
    # Twins have neighbouring serials: an alike name is not the same name.
    assert len(family.person("dtjateng:C", "J", "HASSIN", nik=wrong).link().persons()) == 2
    # A source's people come once: it carries the true number, so the other one is another person.
    twice = pair("HASAN", "HASAN", a={"nik": nik(1)}, b={"nik": nik(1)})
    twice.person("simnakis:D", "S", "HASAN", nik=wrong)
    assert len(twice.link().persons()) == 2
    # Two wrong digits that are no swap are another number.
    two = nik(1)[:-2] + "47"
    assert len(pair("HASAN", "HASAN", a={"nik": nik(1)}, b={"nik": two}).link().persons()) == 2


def test_two_misspelt_numbers_of_one_source_are_not_both_taken_for_one_person():
    world = pair("SUPARMAN", "SUPARMAN", a={"nik": nik(1)}, b={"nik": nik(1)})
    world.family("dtjateng:J", kk(1))
    world.person("dtjateng:C", "J", "SUPARMAN", nik="4" + nik(1)[1:])
    world.person("dtjateng:D", "J", "SUPARMAN", nik="5" + nik(1)[1:])
    result = world.link()
    assert TOGETHER in result.persons()
    assert result.uid("dtjateng:C") != result.uid("dtjateng:D")
    assert result.counts["ragu"] == 2


def test_twins_with_neighbouring_nik_are_never_merged():
    world = World()
    for source, house in (("dtsen", "K"), ("simnakis", "S")):
        world.family(f"{source}:{house}", kk(1))
        for serial, nama in ((1, "SITI NUR AISYAH"), (2, "SITI NUR AISYIYAH")):
            world.person(f"{source}:{house}{serial}", house, nama, nik=nik(serial, "2015-06-02", "P"),
                         lahir="2015-06-02", jk="P")  # fmt: skip
    assert world.link().persons() == {
        frozenset({"dtsen:K1", "simnakis:S1"}), frozenset({"dtsen:K2", "simnakis:S2"}),
    }  # fmt: skip


def test_one_nik_copied_to_both_twins_leaves_two_people():
    world = World().family("dtsen:K", kk(1))
    for number, nama in ((1, "HASAN"), (2, "HUSEN")):
        world.person(f"dtsen:A{number}", "K", nama, nik=nik(1, "2015-06-02"), lahir="2015-06-02")
    assert len(world.link().persons()) == 2


@pytest.mark.parametrize("serials", [(None, None), (1, None), (None, 2)])
@pytest.mark.parametrize("names", [("AHMAD HASAN", "AHMAD HUSEN"), ("SITI NUR A", "SITI NUR I")])
def test_twins_of_one_first_name_are_two_people_with_and_without_numbers(
    names: tuple[str, str], serials: tuple[int | None, int | None]
):
    world = World()
    for source, house in (("dtsen", "K"), ("simnakis", "S")):
        world.family(f"{source}:{house}", kk(1))
        for number, (nama, serial) in enumerate(zip(names, serials, strict=True), start=1):
            known = nik(serial, "2015-06-02") if serial else None
            world.person(f"{source}:{house}{number}", house, nama, nik=known, lahir="2015-06-02")
    assert world.link().persons() == {
        frozenset({"dtsen:K1", "simnakis:S1"}), frozenset({"dtsen:K2", "simnakis:S2"}),
    }  # fmt: skip


def test_a_twin_whom_another_registry_abbreviates_goes_by_the_name_that_is_nearer():
    world = World().family("dtsen:K", kk(1)).family("simnakis:S", kk(1))
    for number, nama in ((1, "AHMAD HASAN"), (2, "AHMAD HUSEN")):
        world.person(f"dtsen:K{number}", "K", nama, lahir="2015-06-02")
    world.person("simnakis:S1", "S", "A. HASAN", lahir="2015-06-02")
    assert world.link().persons() == {frozenset({"dtsen:K1", "simnakis:S1"}), frozenset({"dtsen:K2"})}


@pytest.mark.parametrize("numbers", [(1, 1), (2, 1)], ids=["one number on both", "numbers swapped"])
@pytest.mark.parametrize("names", [("LINA MARLINA", "LINDA MARLINA"), ("AGUS SALIM", "BAGUS SALIM")])
def test_twins_a_letter_apart_whom_another_registry_lists_under_two_numbers(
    names: tuple[str, str], numbers: tuple[int, int]
):
    world = World().family("dtsen:K", kk(1)).family("simnakis:S", kk(1))
    for n, (nama, number) in enumerate(zip(names, numbers, strict=True), start=1):
        world.person(f"dtsen:{n}", "K", nama, nik=nik(number, "2016-06-02"), lahir="2016-06-02")
        world.person(f"simnakis:{n}", "S", nama, nik=nik(n, "2016-06-02"), lahir="2016-06-02")
    for one in world.link().persons():
        assert len({record.split(":")[1] for record in one}) == 1


@pytest.mark.parametrize("names", [
    ("SITI NUR A", "SITI NUR I"), ("MUHAMMAD RIZKI", "MUHAMMAD RIZKA"), ("SITI NUR AINI", "SITI NUR AINA"),
    ("RAHMA WATI", "RAHMI WATI"), ("AHMAD HASAN", "AHMAD HUSEN"),
])  # fmt: skip
@pytest.mark.parametrize(
    "listed",
    [
        {"dtsen": "12", "dtjateng": "12", "simnakis": "12"}, {"dtsen": "12", "simnakis": "12"},
        {"dtsen": "12", "dtjateng": "12", "simnakis": "1"}, {"dtsen": "12"},
    ],
    ids=["all", "two", "two of three", "one"],
)  # fmt: skip
def test_twins_a_letter_apart_with_one_copied_number_are_two(names: tuple[str, str], listed: dict[str, str]):
    """Hard case 9 (domain.md 8), with the names of hard case 8."""
    world = World()
    for source, twins in listed.items():
        world.family(f"{source}:K", kk(1)).person(f"{source}:ibu", "K", "KASIYATUN", nik(5, "1984-01-07", "P"),
                                                  "1984-01-07", "P")  # fmt: skip
        for n in twins:
            world.person(f"{source}:{n}", "K", names[int(n) - 1], nik(1, "2018-06-02", "P"), "2018-06-02", "P")
    assert world.link().persons() == {
        frozenset(f"{source}:{who}" for source, twins in listed.items() if who in (*twins, "ibu"))
        for who in ("1", "2", "ibu")
    }


def test_twins_of_one_family_name_are_not_alike_by_it():
    lahir = {"lahir": "2015-06-02"}
    result = pair("HASAN BASRI", "HUSEN BASRI", a={"nik": nik(1, "2015-06-02"), **lahir}, b=lahir).link()
    assert len(result.persons()) == 2
    # The same words in another order, one of them spelt otherwise, are the same name.
    turned = pair("HASAN BASRI", "BASRI HASSAN", a={"nik": nik(1, "2015-06-02"), **lahir}, b=lahir).link()
    assert turned.persons() == {TOGETHER}


def test_a_head_s_nik_repeated_for_all_members_stays_with_the_head():
    """Records that carry a copied number attach to their own person in the registry that has the right one."""
    world = World().family("dtsen:K", kk(1)).family("simnakis:S", kk(1)).family("dtjateng:J", kk(1))
    people = ("SUPARMAN", "1970-03-14", "L"), ("KASIYATUN", "1975-08-20", "P"), ("WAGINAH", "2001-02-05", "P")
    for i, (nama, lahir, jk) in enumerate(people):
        for source, house in (("dtsen", "K"), ("dtjateng", "J")):
            world.person(f"{source}:{i}", house, nama, nik=nik(i + 1, lahir, jk), lahir=lahir, jk=jk)
        world.person(f"simnakis:{i}", "S", nama, nik=nik(1, "1970-03-14"), lahir=lahir, jk=jk)
    assert world.link().persons() == {frozenset({f"dtsen:{i}", f"dtjateng:{i}", f"simnakis:{i}"}) for i in range(3)}


@pytest.mark.parametrize(
    ("ayah", "lahir_ayah", "anak"),
    [
        ("PONIMAN", "1978-08-11", (("SUNARTO PONIMAN", "2004-07-23"), ("MUSTOFA PONIMAN", "2008-10-18"))),
        ("EKO", "1948-01-01", (("LEGI EKO", "1972-04-15"), ("SUKIMAN EKO", "1983-12-11"))),
        ("PARDI", "1970-03-14", (("MUHAMAD RIZKI", "2001-02-05"), ("MUHAMAD RIFKI", "2004-11-09"))),
    ],
    ids=["father's name behind the own", "and his birth date a default", "brothers of similar names"],
)
@pytest.mark.parametrize("other", [True, False], ids=["another registry has the right ones", "it stands alone"])
def test_a_head_s_nik_on_children_who_bear_his_name_merges_nobody(
    ayah: str, lahir_ayah: str, anak: tuple[tuple[str, str], ...], other: bool
):
    people = ((ayah, lahir_ayah), *anak)
    world = World().family("dtsen:K", kk(1))
    for i, (nama, lahir) in enumerate(people):
        world.person(f"dtsen:{i}", "K", nama, nik=nik(1, lahir_ayah), lahir=lahir)
    if other:
        world.family("simnakis:S", kk(1))
        for i, (nama, lahir) in enumerate(people):
            world.person(f"simnakis:{i}", "S", nama, nik=nik(i + 1, lahir), lahir=lahir)
    sources = ("dtsen", "simnakis") if other else ("dtsen",)
    assert world.link().persons() == {frozenset({f"{source}:{i}" for source in sources}) for i in range(3)}


def test_a_head_s_nik_on_a_wife_of_a_name_and_default_birth_date_like_his_is_two_people():
    world = World()
    for source, house in (("dtsen", "K"), ("dtjateng", "J")):
        world.family(f"{source}:{house}", kk(1))
        for record, nama, jk in (("1", "SUPARMAN", "L"), ("2", "SUPARMI", "P")):
            world.person(f"{source}:{record}", house, nama, nik=nik(1, "1960-12-31"), lahir="1960-12-31", jk=jk)
    assert world.link().persons() == {frozenset({f"dtsen:{n}", f"dtjateng:{n}"}) for n in (1, 2)}


def test_a_father_s_nik_on_a_child_called_after_him_is_two_people():
    a, b = {"nik": nik(1), "lahir": "1978-08-11"}, {"nik": nik(1), "lahir": "2010-07-23"}
    assert len(pair("PONIMAN", "SUNARTO PONIMAN", a=a, b=b).link().persons()) == 2
    # Of one day of the year, or of one name, it is rather a date that is wrong.
    for lahir, nama in (("1987-08-11", "PONIMAN"), ("1987-08-11", "PONIMAN S"), ("1998-08-11", "PONIMN")):
        assert pair("PONIMAN", nama, a=a, b={**b, "lahir": lahir}).link().persons() == {TOGETHER}
    assert pair("SUNARTO PONIMAN", "SUNARTO PONIMAN", a=a, b=b).link().persons() == {TOGETHER}


def test_one_nik_and_name_and_a_birth_date_alike_outweigh_a_sex_that_is_wrong():
    a, b = {"nik": nik(1), "lahir": "1979-07-06"}, {"nik": nik(1), "lahir": "1978-07-06", "jk": "P"}
    assert pair("LEGI RIZKI", "LEGI RIZKI", a=a, b=b).link().persons() == {TOGETHER}
    assert len(pair("SUPARMAN", "SUPARMI", a=a, b=b).link().persons()) == 2


def test_a_record_that_fits_two_people_equally_is_left_to_a_person():
    world = World().family("dtsen:K", kk(1)).family("simnakis:S", kk(1))
    for serial in (1, 9000):
        world.person(f"dtsen:A{serial}", "K", "KASMIN", nik=nik(serial))
    result = world.person("simnakis:B", "S", "KASMIN").link()
    assert result.rule("simnakis:B") == "sendiri"
    assert result.counts["ragu"] == 1


def test_records_without_any_nik_agree_among_themselves():
    result = pair("SRI LESTARI", "SRI LESTARI").link()
    assert (result.persons(), result.rule("dtsen:A")) == ({TOGETHER}, "tanpa_nik_sepakat")


def test_a_value_shared_by_many_records_stops_the_run():
    con = duckdb.connect()
    create_inputs(con)
    con.execute("""
        insert into rekaman
        select 'dtsen', 'A' || n, 'K' || n, 1, '3316081403800001', null, 'SAMA', date '1980-03-14', false, 'L', null,
            null, null, true, false
        from range(1500) as r (n)
    """)
    with pytest.raises(exact.PairExplosion, match=r"rule nik_sama made \d+ pairs of 1500 records"):
        link(con, bytes(32), "2026-06/1")
