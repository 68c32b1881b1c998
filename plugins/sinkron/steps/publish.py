"""Step publish: the decided candidate of the month becomes what readers see."""

from __future__ import annotations

from typing import Any

from sinkron import publish
from sinkron.settings import Settings


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Publish the month; see `sinkron.publish.publish` for what it returns and raises."""
    return publish.publish(settings, periode)
