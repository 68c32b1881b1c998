"""Everything a step needs of the connectors, in one import.

`extract` and `land` of a source are in connectors.<source>.connector.
"""

from connectors.core.connection import Connection, connection
from connectors.core.landing import EntityFile, Landed, report
from connectors.core.signals import NotYet, Refusal, SourceUnavailable
from connectors.core.source import Source, load_source, load_sources
from connectors.core.store import Extracted, Store, StoredFile, identity
from connectors.core.thresholds import Reference

__all__ = [
    "Connection", "EntityFile", "Extracted", "Landed", "NotYet", "Reference", "Refusal", "Source",
    "SourceUnavailable", "Store", "StoredFile", "connection", "identity", "load_source", "load_sources", "report",
]  # fmt: skip
