"""Everything a step needs of the connectors, in one import.

`extract` and `land` of a source are in connectors.<source>.connector; a feed needs only its feed.yml. Deliveries to a
receiver are in connectors.<target>.delivery, and the answers of SIKS-NG in connectors.siks_ng.results. Access to SFTP
servers is in connectors.core.mirror, whose SSH library is loaded only if a connection needs it.
"""

from connectors.core.client import Client
from connectors.core.connection import Connection, connection
from connectors.core.feed import Feed, FeedColumn, Page, changes, load_feed, load_feeds
from connectors.core.landing import EntityFile, Landed, report
from connectors.core.signals import NotYet, Refusal, SourceUnavailable
from connectors.core.source import Source, code_lists, load_source, load_sources, program_aliases
from connectors.core.store import Extracted, Store, StoredFile, identity
from connectors.core.target import Cancellation, Row, Target, Unexpected, Verdict, load_targets
from connectors.core.thresholds import Reference

__all__ = [
    "Cancellation", "Client", "Connection", "EntityFile", "Extracted", "Feed", "FeedColumn", "Landed", "NotYet", "Page",
    "Reference", "Refusal", "Row", "Source", "SourceUnavailable", "Store", "StoredFile", "Target",
    "Unexpected", "Verdict", "changes", "code_lists", "connection", "identity", "load_feed", "load_feeds",
    "load_source", "load_sources", "load_targets", "program_aliases", "report",
]  # fmt: skip
