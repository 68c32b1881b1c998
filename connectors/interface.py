"""Everything a step needs of the connectors, in one import.

`extract` and `land` of a source are in connectors.<source>.connector; a feed needs only its feed.yml.
"""

from connectors.core.client import Client
from connectors.core.connection import Connection, connection
from connectors.core.feed import Feed, FeedColumn, Page, changes, load_feed, load_feeds
from connectors.core.landing import EntityFile, Landed, report
from connectors.core.signals import NotYet, Refusal, SourceUnavailable
from connectors.core.source import Source, code_lists, load_source, load_sources
from connectors.core.store import Extracted, Store, StoredFile, identity
from connectors.core.thresholds import Reference

__all__ = [
    "Client", "Connection", "EntityFile", "Extracted", "Feed", "FeedColumn", "Landed", "NotYet", "Page", "Reference",
    "Refusal", "Source", "SourceUnavailable", "Store", "StoredFile", "changes", "code_lists", "connection", "identity",
    "load_feed", "load_feeds", "load_source", "load_sources", "report",
]  # fmt: skip
