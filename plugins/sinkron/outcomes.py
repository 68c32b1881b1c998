"""The named ways in which a step ends without having done its work, each with the exit code of `make month`.

Exit codes: rules.md "Running unattended" (README, "Working with it"): 3 held by a gate, 4 a required source has not
landed or was refused, 5 rejected or a decision is open.
"""

from __future__ import annotations


class Outcome(RuntimeError):
    """Base of the named outcomes; the message is for a person and holds counts and codes only."""

    exit_code = 1


class NotReady(Outcome):
    """A required source of the month has not landed."""

    exit_code = 4


class Refused(Outcome):
    """A delivery was refused whole; the code and the report say why."""

    exit_code = 4


class GateHeld(Outcome):
    """A critical check failed: the candidate is held, nothing is published."""

    exit_code = 3


class Undecided(Outcome):
    """The candidate waits for a person's decision."""

    exit_code = 5


class Rejected(Outcome):
    """A person rejected this candidate; only a new one can follow."""

    exit_code = 5


class SourceDown(RuntimeError):
    """A source could not be read now; worth trying again, so not an `Outcome` for Airflow."""

    exit_code = 4
