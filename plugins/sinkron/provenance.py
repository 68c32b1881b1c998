"""The query behind `publikasi_penuh.asal_usul`: stored exceptions, and for the rest the attribute's main record.

Storing every cell costs 20 s and 2.4 GB a release (design, "Golden"), so only what differs is stored; which record
is an attribute's main one is said once, in the contracts (`asal`).
"""

from __future__ import annotations

from sinkron.contract import Contract

# grain -> uid column of the table that carries its attributes
GRAINS = {"individu": "uid_individu", "rumah_tangga": "uid_rumah_tangga"}


def query(contracts: dict[str, Contract]) -> str:
    """SQL of the view body without its last `where`, with the columns of the contract `asal_usul`."""
    shown = ", ".join(f"s.{column.name}" for column in contracts["asal_usul"].visible("publikasi_penuh"))
    parts = [f"select {shown} from rilis.asal_usul as s"]
    parts += [_computed(contracts[grain], grain, uid) for grain, uid in GRAINS.items()]
    return "\nunion all\n".join(parts)


def _computed(table: Contract, grain: str, uid: str) -> str:
    attributes = [column for column in table.columns if column.asal]
    values = ",\n        ".join(
        f"('{c.name}', b.{c.name}::text, {c.asal}.sumber, {c.asal}.id_sumber, {c.asal}.id_kiriman, {c.asal}.tanggal)"
        for c in attributes
    )
    origins = dict.fromkeys(column.asal for column in attributes)
    joins = "\n".join(_main_record(origin, grain, uid) for origin in origins)
    return f"""select b.periode, b.revisi, '{grain}'::text, b.{uid}, a.kolom, a.nilai, a.sumber, a.id_sumber,
    a.id_kiriman, a.tanggal, 'utama'::text, '[]'::jsonb
from rilis.{table.name} as b
{joins}
cross join lateral (
    values
        {values}
) as a (kolom, nilai, sumber, id_sumber, id_kiriman, tanggal)
where a.nilai is not null
    and not exists (
        select from rilis.asal_usul as s
        where s.id_rilis = b.id_rilis and s.grain = '{grain}' and s.uid = b.{uid} and s.kolom = a.kolom
    )"""


def _main_record(origin: str, grain: str, uid: str) -> str:
    """The landed record an attribute of this origin comes from: a named one, or the newest of one source."""
    if origin in ("identitas", "rumah", "lengkap"):
        record = f"b.rekaman_{origin}"
        return f"""left join lateral (
    select split_part({record}, '|', 1) as sumber, substr({record}, strpos({record}, '|') + 1) as id_sumber,
        t.id_kiriman, t.tanggal
    from (select) as satu
    left join rilis.tautan as t
        on t.id_rilis = b.id_rilis and t.grain = '{grain}' and t.uid = b.{uid}
        and t.sumber = split_part({record}, '|', 1)
        and t.id_sumber = substr({record}, strpos({record}, '|') + 1)
    order by t.tanggal desc nulls last, t.nomor_baris
    limit 1
) as {origin} on {record} is not null"""
    return f"""left join lateral (
    select t.sumber, t.id_sumber, t.id_kiriman, t.tanggal
    from rilis.tautan as t
    where t.id_rilis = b.id_rilis and t.grain = '{grain}' and t.uid = b.{uid} and t.sumber = '{origin}'
    order by t.tanggal desc nulls last, t.id_sumber, t.nomor_baris
    limit 1
) as {origin} on true"""
