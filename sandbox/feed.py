"""The cursor feeds (contracts/sources.md, "Cursor feeds"): one segment a month, in the order in which changes arrive.

A segment is never changed once it is written, so a cursor is simply a position in the changes of all segments.
"""

import base64
import hashlib
import json
from functools import lru_cache
from pathlib import Path

from sandbox import draws
from sandbox.problem import Problem

NAMES = ("aduan", "pengajuan", "verifikasi")
_LATE, _AGAIN = 0.08, 0.1  # shares of changes that arrive late, and that come a second time
_LATE_SECONDS = 5 * 86_400
_FROM_BEFORE = 2  # changes of the month before that come again at the beginning
Change = tuple[int, dict]


def path(directory: Path, name: str, periode: str) -> Path:
    """The segment of a feed."""
    return directory / "umpan" / name / f"{periode}.json"


def arrange(changes: list[Change], before: list[Change], seed: int, purpose: str) -> list[dict]:
    """The bodies in the order in which they arrive: mostly by instant, but some late and some twice.

    `changes` are those of the month and `before` those of the month before, both ordered by instant. If any case has
    two versions in the month, at least one version arrives after the one that follows it.
    """
    arriving = [(-1, position, body) for position, (_, body) in enumerate(before[-_FROM_BEFORE:])]
    overtaken = _first_with_two(changes)
    for position, (second, body) in enumerate(changes):
        late, again, how_late = draws.uniform(seed, f"umpan/{purpose}/{body['id']}", position, range(3))
        at = second + (how_late * _LATE_SECONDS if late < _LATE else 0)
        if overtaken and position == overtaken[0]:
            at = changes[overtaken[1]][0] + 1
        arriving.append((at, position, body))
        if again < _AGAIN or position == 0:
            arriving.append((at + 1 + how_late * _LATE_SECONDS, position, body))
    return [body for _, _, body in sorted(arriving, key=lambda change: change[:2])]


def _first_with_two(changes: list[Change]) -> tuple[int, int] | None:
    """The positions of two successive changes of the case that is the first to have two; None if no case has."""
    seen: dict[str, int] = {}
    for position, (_, body) in enumerate(changes):
        if body["id"] in seen:
            return seen[body["id"]], position
        seen[body["id"]] = position
    return None


def save(target: Path, bodies: list[dict]) -> None:
    """Write a segment, unless it is there already."""
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(bodies, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


@lru_cache(maxsize=64)
def _segment(target: Path) -> list[dict]:
    return json.loads(target.read_text(encoding="utf-8"))


class Feed:
    """One feed of a built folder, served up to the end of a month."""

    def __init__(self, directory: Path, name: str, month: str):
        segments = sorted((directory / "umpan" / name).glob("*.json"))
        self.changes = [body for target in segments if target.stem <= month for body in _segment(target)]
        world = (directory / "dunia.json").read_bytes()
        self._mark = f"{name}/{hashlib.sha256(world).hexdigest()[:16]}"

    def page(self, since: str | None, limit: int) -> tuple[list[dict], str, bool]:
        """Return (changes, cursor, whether there are more) from a cursor on; Problem 410 for one of another world."""
        start = self._place(since) if since else 0
        data = self.changes[start : start + limit]
        end = start + len(data)
        return data, self._cursor(end), end < len(self.changes)

    def _cursor(self, place: int) -> str:
        return base64.urlsafe_b64encode(f"{self._mark}/{place}".encode()).decode()

    def _place(self, cursor: str) -> int:
        try:
            mark, _, place = base64.urlsafe_b64decode(cursor).decode().rpartition("/")
            if mark == self._mark and 0 <= int(place) <= len(self.changes):
                return int(place)
        except ValueError:
            pass
        raise Problem(410, "kursor_kedaluwarsa", "this cursor is of no running feed: begin again without one")
