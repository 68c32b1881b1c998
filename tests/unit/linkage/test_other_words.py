"""Names that share a word: with nothing but birth date and place beside them, the other word decides."""

from __future__ import annotations

import pytest
from dunia import TOGETHER, kk, nik, pair


@pytest.mark.parametrize(
    ("satu", "lain", "seorang"),
    [
        ("SITI AMINAH", "SITI FATIMAH", False), ("AHMAD HASAN", "AHMAD HUSEN", False),
        ("MUHAMMAD RIZKI", "MUHAMMAD FAHRI", False),
        # One word in two spellings, cut short, or missing.
        ("SITI AMINAH", "SITI AMIMAH", True), ("SITI AMINAH", "SITI AMI", True), ("SITI AMINAH", "SITI", True),
    ],
)  # fmt: skip
def test_a_common_first_word_does_not_make_one_person_of_two_born_the_same_day(satu: str, lain: str, seorang: bool):
    number, mother = {"nik": nik(5)}, {"nama_ibu": "SUMIYATI"}
    found = pair(satu, lain, kk_b=kk(2), a=number).link()
    assert (TOGETHER in found.persons()) == seorang
    # Those held apart are a question.
    assert [row[-1] for row in found.tables["tinjauan"]] == ([] if seorang else ["nama beda"])
    # Where house or mother speaks for it too, the word may be a mistake.
    assert TOGETHER in pair(satu, lain, a=number).link().persons()
    assert TOGETHER in pair(satu, lain, kk_b=kk(2), a=number | mother, b=mother).link().persons()
