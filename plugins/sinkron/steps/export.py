"""Step export: the files of the published month for those who work in spreadsheets."""

from __future__ import annotations

from typing import Any

from sinkron import export
from sinkron.settings import Settings


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Export the month's release; see `sinkron.export.export` for what it returns and raises."""
    return export.export(settings, periode)
