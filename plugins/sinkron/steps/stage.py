"""Step stage: seeds, staging views and the standard records of all registries (dbt layers staging, intermediate).

Whether a row can be resolved sometimes depends on the whole month (a village that no registry names). Rows that cannot
be resolved are quarantined here, and the report to their sender is corrected.
"""

from __future__ import annotations

from typing import Any

import psycopg

from sinkron import dbt, deliveries, ledger
from sinkron.settings import Settings

# Quarantined rows by code, for each delivery with rows that were quarantined only now.
QUARANTINED = """
    select id_kiriman, jsonb_object_agg(kode, jumlah order by kode) as dikarantina
    from (
        select id_kiriman, kode, count(*) as jumlah, bool_or(not saat_mendarat) as kemudian
        from intermediate.int_karantina group by id_kiriman, kode
    ) as menurut_kode
    group by id_kiriman having bool_or(kemudian)
"""


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Build seeds, staging and intermediate for the open candidate; returns models by status."""
    with ledger.step(settings, "stage", periode, lock=ledger.CANDIDATE) as run:
        candidate = ledger.require_candidate(settings, periode)
        with run.transaction() as connection:
            # From here on schema `release` is being built for this candidate, whatever candidate it held before.
            connection.execute("update rilis.rilis set dibangun = null where dibangun is not null")
            ledger.forget_built(connection, "stage", "golden")
        run.counts.update(dbt.build(run, candidate, "seeds", "models/staging", "models/intermediate"))
        with run.transaction() as connection:
            ledger.record_built(connection, "stage", candidate["id_rilis"])
            _tell_senders(connection, settings)
        return dict(run.counts)


def _tell_senders(connection: psycopg.Connection, settings: Settings) -> None:
    for row in connection.execute(QUARANTINED).fetchall():
        deliveries.amend_report(settings, deliveries.known(connection, row["id_kiriman"]), row["dikarantina"])
