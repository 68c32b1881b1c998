"""The fuzz tests write their deliveries with the helpers of the connector tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "unit/connectors"))
