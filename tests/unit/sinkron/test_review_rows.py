"""Cells of a review file that a spreadsheet would take for a formula."""

from __future__ import annotations

import pytest

from sinkron import review_rows


@pytest.mark.parametrize("sign", review_rows.FORMULA)
def test_what_is_marked_on_the_way_out_is_as_it_was_on_the_way_back(sign: str):
    assert review_rows._plain(f"'{sign}SUM(A1)") == f"{sign}SUM(A1)"


def test_a_quote_of_ones_own_stays():
    assert review_rows._plain("'Aisyiyah") == "'Aisyiyah"
