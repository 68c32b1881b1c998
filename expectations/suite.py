"""How a check is written down: a measure in SQL that counts, a limit on it, a sentence and a severity.

Postgres counts, all measures of a table in one pass; Great Expectations judges the counts. So no row value can
reach a result, a log or a disk, and what was observed can be shown to the approver as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations.verdict import SEVERITIES

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

# Great Expectations' names for our severities.
GX_SEVERITY = {"kritis": "critical", "peringatan": "warning", "info": "info"}


@dataclass(frozen=True)
class Measure:
    """One named check: `sql` is a scalar over its subject, which must lie between `least` and `most` (inclusive).

    `unit` is shown behind the numbers: `baris`, or `persen` for a share already multiplied by 100.
    """

    name: str
    kalimat: str
    keparahan: str
    sql: str
    most: float | None = 0
    least: float | None = None
    unit: str = "baris"

    def __post_init__(self) -> None:
        if self.keparahan not in SEVERITIES:
            raise ValueError(f"check {self.name}: severity must be one of {SEVERITIES}, got {self.keparahan!r}")
        if self.most is None and self.least is None:
            raise ValueError(f"check {self.name}: a check without a limit can never fail; give `most` or `least`")

    @property
    def limit(self) -> str:
        """The limit as a text for people."""
        least = None if self.least is None else f"paling sedikit {self.shown(self.least)}"
        most = None if self.most is None else f"paling banyak {self.shown(self.most)}"
        return " dan ".join(part for part in (least, most) if part)

    def shown(self, value: float) -> str:
        """A number with its unit, in Indonesian notation (`1.234 baris`, `2,50 persen`)."""
        text = f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
        return f"{text.translate(str.maketrans(',.', '.,'))} {self.unit}"


@dataclass(frozen=True)
class Subject:
    """Measures that are taken together, in one `select … <source>` (`source` begins with `from`, or is empty)."""

    name: str
    source: str
    measures: tuple[Measure, ...]

    def query(self, only: Measure | None = None) -> str:
        """The measuring query: one row, one numeric column for each measure (or for `only` that one)."""
        chosen = self.measures if only is None else (only,)
        columns = [f"({measure.sql})::numeric as {measure.name}" for measure in chosen]
        if self.source:
            # Makes it an aggregate even when every measure is a scalar subquery, so that there is always one row.
            columns.append("count(*) as baris_dilihat")
        return "select\n  " + ",\n  ".join(columns) + f"\n{self.source}"


@dataclass(frozen=True)
class Gate:
    """A named gate over one subject of the ledger: all it measures. Names of checks are unique in it."""

    name: str
    subjects: tuple[Subject, ...]

    def __post_init__(self) -> None:
        names = [measure.name for measure in self.measures]
        if not names:
            raise ValueError(f"gate {self.name} has no checks: an empty gate would let everything through")
        if len(set(names)) != len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise ValueError(f"gate {self.name}: check names must be unique, declared twice: {twice}")

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All checks of the gate in declared order."""
        return tuple(measure for subject in self.subjects for measure in subject.measures)

    def suite(self) -> ExpectationSuite:
        """The gate as a Great Expectations suite over the one row of measures."""
        import great_expectations as gx
        import great_expectations.expectations as gxe

        return gx.ExpectationSuite(
            self.name,
            expectations=[
                gxe.ExpectColumnMaxToBeBetween(
                    column=measure.name,
                    min_value=measure.least,
                    max_value=measure.most,
                    severity=GX_SEVERITY[measure.keparahan],
                    notes=measure.kalimat,
                )
                for measure in self.measures
            ],
        )


def violations(satisfied: str) -> str:
    """Rows of the subject for which the condition is not true; a null condition is a violation."""
    return f"count(*) filter (where ({satisfied}) is not true)"


def repeated(table: str, *columns: str, where: str = "true") -> str:
    """Rows that repeat a key seen before; nulls count as equal.

    Distinct keys are counted by a 64-bit hash, in a column of nothing else: numbers are sorted in less than half the
    time of grouping them. Two of a million keys share one by chance once in forty million months.
    """
    return (
        "select count(*) - count(distinct kunci) from ("
        f"select hash_record_extended(row({', '.join(columns)}), 0) as kunci from {table} where {where}"
        # A fence: without it whole rows are sorted by their hash.
        " offset 0) as kunci"
    )


def literal(value: str) -> str:
    """A text as an SQL literal, for codes and ids that the caller hands over."""
    return "'" + value.replace("'", "''") + "'"


def one_of(column: str, values: tuple[str, ...], nullable: bool = False) -> str:
    """Condition: the column holds one of these values (or null, if allowed)."""
    allowed = f"{column} in ({', '.join(map(literal, values))})"
    return f"({column} is null or {allowed})" if nullable else allowed
