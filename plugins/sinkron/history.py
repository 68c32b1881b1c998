"""The views behind `riwayat_rumah_tangga` and `riwayat_individu`: the released partitions, each row with its two times.

They belong to the pipeline's owner, whose policy shows every release; therefore these views restrict the reader's area
themselves. Only `rilis.waktu_rilis` says which release was valid when (docs/decisions/0010).
"""

from __future__ import annotations

from psycopg.sql import SQL, Composed, Identifier, Literal

from sinkron.contract import Contract


def views(contracts: dict[str, Contract]) -> dict[str, list[Composed]]:
    """View name -> statements that make it, for each contract that is derived from a released table."""
    return {
        contract.base: [_view(contract, contracts[contract.derived]), _comment(contract)]
        for contract in contracts.values()
        if contract.derived
    }


def _view(contract: Contract, table: Contract) -> Composed:
    of_table = {column.name for column in table.columns}
    columns = [
        SQL("{}.{}").format(SQL("b" if column.name in of_table else "w"), Identifier(column.name))
        for column in contract.columns
    ]
    body = SQL(
        "create or replace view {} with (security_barrier) as select {} from {} as b"
        " inner join rilis.waktu_rilis as w on w.id_rilis = b.id_rilis"
    ).format(SQL(contract.base), SQL(", ").join(columns), Identifier("rilis", table.name))
    area = contract.area_condition
    return body + SQL(" where " + area) if area else body


def _comment(contract: Contract) -> Composed:
    return SQL("comment on view {} is {}").format(SQL(contract.base), Literal(contract.description))
