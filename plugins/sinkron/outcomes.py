"""The named ways in which a step ends without having done its work, each with the exit code of `make month`.

Exit codes: rules.md "Running unattended" (README, "Working with it"): 3 held by a gate, 4 what is needed has not
landed or was refused, 5 rejected or a decision is open.

The text of a named outcome is for operators, in the Indonesian of docs/panduan_operator.md; a connector's own reason
follows unchanged after the colon. Every other error is for engineers, in English, except errors for an approver or a
sender (keputusan.py and the database's guards; Refusal).
"""

from __future__ import annotations

import traceback
from pathlib import Path

# Packages whose error texts may be shown: they hold counts and codes, never a row.
OURS = ("sinkron", "connectors", "linkage", "expectations")
ROOT = Path(__file__).resolve().parents[2]


class Outcome(RuntimeError):
    """Base of the named outcomes; the message is for a person and holds counts and codes only."""

    exit_code = 1


class NotReady(Outcome):
    """What a step needs is not there yet: a delivery, a candidate, built tables, a release, or a connection."""

    exit_code = 4


class Refused(Outcome):
    """A whole delivery was refused; the code and the report say why."""

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


class TaskFailed(RuntimeError):
    """Any other error in a task, reported without the values that it quotes; worth trying again."""


def is_ours(error: BaseException) -> bool:
    """Whether our own code wrote the text of an error."""
    return type(error).__module__.partition(".")[0] in OURS


def words(error: BaseException) -> str:
    """What may be shown of an error: its class and our own text, or else its place and SQLSTATE.

    The text of a library's error may quote the row that caused it.
    """
    name = type(error).__name__
    if is_ours(error):
        return f"{name}: {error}"
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    files = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    ours = [(path.relative_to(ROOT), line) for path, line in files if path.is_relative_to(ROOT)]
    places = [f" at {path.as_posix()}:{line}" for path, line in ours if not path.parts[0].startswith(".")]
    return f"{name}{f', SQLSTATE {state}' if state else ''}{places[-1] if places else ''}"
