"""The possible results of one try to send a body to a receiver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.interface import Verdict


@dataclass
class Taken:
    """The receiver has the body. rujukan: its number for the body; verdicts: its answer, None when that comes later."""

    rujukan: str
    verdicts: tuple[Verdict, ...] | None = None
    rows: int = 0


@dataclass(frozen=True)
class RowsRefused:
    """The receiver refused the whole body because of these rows (id_baris -> code)."""

    rows: dict[str, str]


@dataclass(frozen=True)
class Stuck:
    """The result of this body is unknown or not as agreed: a person has to look; the other bodies are still sent."""

    why: str


@dataclass(frozen=True)
class Silent:
    """The receiver cannot be reached, and its queue waits. why: the reason, without any personal value.

    unconfigured: its connection is not set, so the next body would fail as well.
    """

    why: str
    unconfigured: bool = False


Result = Taken | RowsRefused | Stuck | Silent
