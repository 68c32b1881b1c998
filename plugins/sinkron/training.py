"""`make train`: train the linkage's model again, on the records of the month that was built last."""

from __future__ import annotations

from pathlib import Path

from sinkron import ledger, transport
from sinkron.settings import Settings, SettingsError
from sinkron.steps import link


def run(settings: Settings, into: Path) -> str:
    """Train on the last input of the step link and write the model to `into`; returns the release of that input.

    The file holds only probabilities, no data about persons. Raises NotReady before a first month was built,
    SettingsError when `into` is no JSON file.
    """
    from linkage.train import train

    if into.suffix != ".json":
        raise SettingsError(f"FILE: got {str(into)!r}, expected the model's new file, as linkage/models/2026-12.json")
    built = ledger.last_built(settings)
    with transport.work_folder(settings, "train") as folder:
        con = transport.workspace(folder)
        link.read(settings, con, built | {"pertimbangan": None}, folder)
        train(con, into)
        con.close()
    return built["id_rilis"]
