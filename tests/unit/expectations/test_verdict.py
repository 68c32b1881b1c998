"""The verdict reads severities, and counts what was looked at."""

from __future__ import annotations

import pytest

from expectations.suite import Gate, Measure, Subject
from expectations.verdict import Check, Verdict


def check(name: str, keparahan: str, hasil: str) -> Check:
    return Check(name, f"Kalimat {name}", keparahan, hasil, "3 baris", "paling banyak 0 baris")


@pytest.mark.parametrize(
    ("outcomes", "putusan"),
    [
        ([("kritis", "lulus"), ("peringatan", "lulus")], "lulus"),
        ([("kritis", "lulus"), ("peringatan", "gagal")], "peringatan"),
        ([("kritis", "gagal"), ("peringatan", "gagal")], "gagal"),
        ([("kritis", "lulus"), ("info", "gagal")], "lulus"),
        ([("kritis", "gagal"), ("info", "galat")], "galat"),
        ([("peringatan", "galat")], "galat"),
    ],
)
def test_verdict_by_severity(outcomes: list[tuple[str, str]], putusan: str):
    checks = tuple(check(f"c{n}", keparahan, hasil) for n, (keparahan, hasil) in enumerate(outcomes))
    assert Verdict(len(checks), checks).putusan == putusan


def test_a_gate_that_did_not_look_at_everything_has_not_passed():
    verdict = Verdict(2, (check("a", "kritis", "lulus"),))
    assert (verdict.dinilai, verdict.putusan) == (1, "galat")
    assert Verdict(0, ()).putusan == "galat"


def test_failed_checks_come_worst_first_and_speak_in_sentences():
    verdict = Verdict(
        4,
        (
            check("a", "info", "gagal"), check("b", "peringatan", "gagal"), check("c", "kritis", "gagal"),
            check("d", "info", "galat"),
        ),
    )  # fmt: skip
    assert [c.name for c in verdict.failed] == ["d", "c", "b", "a"]
    assert verdict.counts() == {"diharapkan": 4, "lulus": 0, "gagal": 1, "peringatan": 1, "info": 1, "galat": 1}
    assert "c: Kalimat c (3 baris, batas paling banyak 0 baris)" in verdict.message()


def test_an_empty_gate_cannot_be_declared():
    with pytest.raises(ValueError, match="no checks"):
        Gate("kosong", (Subject("s", "", ()),))


def test_two_checks_of_one_name_cannot_be_declared():
    measure = Measure("sama", "Kalimat", "kritis", "0")
    with pytest.raises(ValueError, match=r"declared twice: \['sama'\]"):
        Gate("g", (Subject("s", "", (measure, measure)),))


def test_a_check_has_a_severity_and_a_limit():
    with pytest.raises(ValueError, match="severity"):
        Measure("x", "Kalimat", "critical", "0")
    with pytest.raises(ValueError, match="can never fail"):
        Measure("x", "Kalimat", "kritis", "0", most=None)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(1234567, "baris", "1.234.567 baris"), (2.5, "persen", "2,50 persen"), (16, "kecamatan", "16 kecamatan")],
)
def test_numbers_are_shown_in_indonesian(value: float, unit: str, text: str):
    assert Measure("x", "Kalimat", "info", "0", unit=unit).shown(value) == text
    assert Measure("x", "Kalimat", "info", "0", most=value, unit=unit).limit == f"paling banyak {text}"


def test_the_gate_is_a_great_expectations_suite_with_severities():
    gate = Gate("g", (Subject("s", "", (Measure("a", "Satu", "kritis", "0"), Measure("b", "Dua", "peringatan", "0"))),))
    suite = gate.suite()
    assert [(e.column, e.severity.value, e.notes) for e in suite.expectations] == [
        ("a", "critical", "Satu"),
        ("b", "warning", "Dua"),
    ]
