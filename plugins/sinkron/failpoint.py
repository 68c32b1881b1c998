"""Places where a test kills the process, to prove that a run killed there and run again ends in the same state."""

from __future__ import annotations

import os
import signal

from sinkron.settings import Settings

# Every place, in the order in which it is passed by a publish, an export, the read of a feed, the questions to
# Dukcapil, and a deactivation on its way to its receivers and back.
PUBLISH = (
    "publish.start",
    "publish.after_attach",
    "publish.after_pointer",
    "publish.after_commit",
    "publish.after_announce",
    "publish.after_open",
    "publish.asset_written",
    "publish.asset_renamed",
)
EXPORT = (
    "export.table",
    "export.written",
    "export.moved",
)
FEED = (
    "feed.stored",
    "feed.landed",
    "feed.committed",
)
VERIFY = (
    "verify.answered",
    "verify.kept",
    "verify.asked",
)
DEACTIVATION = (
    "decide.derived",
    "decide.proposed",
    "list.written",
    "list.judged",
    "push.authorised",
    "push.stored",
    "push.announced",
    "push.sent",
    "push.recorded",
    "reconcile.asked",
    "reconcile.answered",
    "reconcile.compared",
    "reconcile.told",
)
NAMES = PUBLISH + EXPORT + FEED + VERIFY + DEACTIVATION


def failpoint(settings: Settings, name: str) -> None:
    """Kill this process here if `SINKRON_FAILPOINT=<name>:kill` says so; otherwise nothing.

    Raises KeyError for a name that is not in the registry, so that no test can miss a place.
    """
    if name not in NAMES:
        raise KeyError(f"failpoint {name!r} is not registered in failpoint.NAMES")
    if settings.values.get("SINKRON_FAILPOINT") == f"{name}:kill":
        os.kill(os.getpid(), signal.SIGKILL)
