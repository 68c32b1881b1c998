"""The macros that judge a NIK or No KK by its form, beside a plain reading of rules.md in Python."""

from __future__ import annotations

import calendar
import itertools
import re
from pathlib import Path

import psycopg
import pytest
from jinja2 import Environment

from sinkron import postgres
from sinkron.settings import Settings

MACROS = (Path(__file__).parents[2] / "dbt_project/macros/nomor.sql").read_text(encoding="utf-8")
# What could pass for a digit, or for part of an integer: signs, blanks, underscores, hexadecimal and octal prefixes.
ODD = "_ +-xXoObBeE.\t\v\n٣１é"
WHOLE = "3316071207850003"


def _bentuk_nik(nik: str | None) -> str:
    if nik is None:
        return "kosong"
    if not re.fullmatch("[0-9]{16}", nik):
        return "rusak"
    if len(set(nik)) == 1 or nik.endswith("9999"):
        return "sementara"
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    # Of the two years that the digits may mean, both are leap years or neither is; 1900 is nobody's here.
    born = 1 <= month <= 12 and 1 <= (day if day < 40 else day - 40) <= calendar.monthrange(2000 + year, month)[1]
    return "sah" if born and nik[0] != "0" and not nik.endswith("0000") else "rusak"


def _kk_sah(kk: str | None) -> str | None:
    if kk is None or not re.fullmatch("[1-9][0-9]{15}", kk) or len(set(kk)) == 1 or kk.endswith("0000"):
        return None
    return kk if 1 <= int(kk[6:8]) <= 31 and 1 <= int(kk[8:10]) <= 12 else None


def _numbers() -> list[str | None]:
    dates = [f"{day:02d}{month:02d}" for day, month in itertools.product(range(100), (*range(14), 99))]
    numbers = [f"331607{date}85{serial}" for date in dates for serial in ("0000", "0001", "9998", "9999")]
    numbers += [f"331607{day}02{year:02d}0001" for day in (28, 29, 30, 68, 69, 70) for year in range(100)]
    numbers += [digit * length for digit in "0123456789" for length in (15, 16, 17)]
    for odd in ODD:
        for at in range(17):
            # Of sixteen characters, and of fifteen beside the odd one: so that the bytes may be sixteen again.
            numbers += [WHOLE[:at] + odd + WHOLE[at + cut :] for cut in (0, 1, 2)]
    # A whole number as hexadecimal, in sixteen bytes.
    numbers += [f"0x{int(WHOLE):014x}", f"+0x{int(WHOLE):013x}", f" 0X{int(WHOLE):013X}"]
    return [*numbers, "", None]


@pytest.mark.parametrize(("macro", "expected"), [("bentuk_nik", _bentuk_nik), ("kk_sah", _kk_sah)])
def test_a_number_is_judged_by_its_form(instalasi: Settings, macro: str, expected) -> None:
    told = Environment(autoescape=False).from_string(MACROS + f"{{{{ {macro}('nomor') }}}}").render().replace("%", "%%")
    numbers = _numbers()
    with psycopg.connect(postgres.ensure_running(instalasi).superuser_url) as connection:
        rows = connection.execute(
            f"select nomor, {told} from unnest(%s::text[]) with ordinality as t (nomor, ke) order by ke", [numbers]
        ).fetchall()
    assert [judged for _, judged in rows] == [expected(number) for number in numbers]
    assert sum(judged is not None and judged not in ("rusak", "sementara", "kosong") for _, judged in rows) > 100
