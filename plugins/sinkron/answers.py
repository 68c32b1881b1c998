"""What can come of one try to send a body to a receiver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.interface import Verdict


@dataclass
class Taken:
    """The receiver has the body. rujukan: its own number for it; verdicts: its answer, None when that comes later."""

    rujukan: str
    verdicts: tuple[Verdict, ...] | None = None
    rows: int = 0


@dataclass(frozen=True)
class RowsRefused:
    """The receiver took nothing of the body, because of these rows (id_baris -> code)."""

    rows: dict[str, str]


@dataclass(frozen=True)
class Stuck:
    """What became of this body is not known, or is not as agreed; a person has to look, the others go on."""

    why: str


@dataclass(frozen=True)
class Silent:
    """The receiver is not reached, and its queue waits. why: without any personal value.

    unconfigured: its connection is not set, so that the next body would fare no better.
    """

    why: str
    unconfigured: bool = False


Result = Taken | RowsRefused | Stuck | Silent
