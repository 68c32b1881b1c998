"""Validation of rows: duplicates, repeated keys, rows without their parent. Everything set-based, in DuckDB.

A row is either loaded (`kode` NULL) or quarantined with one reason; a loaded row may carry a `nasib`.
Rules: contracts/rules.md, "Refusals and thresholds".
"""

from __future__ import annotations

import duckdb

from connectors.core.canonical import name
from connectors.core.source import Entity, Source

CONTENT_SEPARATOR, CONTENT_NULL = "chr(31)", "chr(30)"


def content(entity: Entity) -> str:
    """SQL text of a row's canonical content without nomor_baris; equal text means equal content."""
    parts = [f"coalesce({name(c)}::varchar, {CONTENT_NULL})" for c in (*entity.names, "mentah")]
    return f"concat_ws({CONTENT_SEPARATOR}, {', '.join(parts)})"


def settle_duplicates(con: duckdb.DuckDBPyConnection, table: str, entity: Entity) -> None:
    """Rows with equal key and content: the second is `digabung`. Equal key, other content: all are kunci_ganda."""
    key = ", ".join(name(c) for c in entity.kunci)
    same_key = " and ".join(f"t.{name(c)} is not distinct from k.{name(c)}" for c in entity.kunci)
    con.execute(
        f"""
        create or replace temp table ganda as
        with kunci as (select {key} from {table} where kode is null group by {key} having count(*) > 1),
        isi as (
            select t.nomor_baris, {key}, md5({content(entity)}) as sidik
            from {table} t semi join kunci k on {same_key} where t.kode is null
        )
        select nomor_baris, row_number() over (partition by {key} order by nomor_baris) as urutan,
            min(sidik) over (partition by {key}) <> max(sidik) over (partition by {key}) as berbeda
        from isi
        """
    )
    con.execute(
        f"""
        update {table} t set
            kode = case when g.berbeda then 'kunci_ganda' end,
            nasib = case when not g.berbeda and g.urutan > 1 then coalesce(t.nasib, 'digabung') else t.nasib end
        from ganda g where g.nomor_baris = t.nomor_baris
        """
    )


def follow_parent(con: duckdb.DuckDBPyConnection, tables: dict[str, str], source: Source, entitas: str) -> None:
    """Rows follow their parents: they are quarantined for the parent's reason, or out of scope with it.

    A row whose parent is not in the delivery is `induk_tidak_ada`. An empty reference does not count as a reference,
    because a family-grain membership has no person.
    """
    table = tables[entitas]
    for parent in source.entitas[entitas].induk:
        key = name(source.entitas[parent.entitas].id)
        con.execute(
            f"""
            create or replace temp table induk as
            select {key} as id, bool_or(kode is null) as dimuat, min(kode) as kode,
                bool_and(nasib is not distinct from 'di_luar_lingkup') filter (kode is null) as di_luar
            from {tables[parent.entitas]} where {key} is not null group by {key}
            """
        )
        con.execute(
            f"""
            create or replace temp table nasib_anak as
            select t.nomor_baris, coalesce(i.di_luar, false) as di_luar,
                case when i.id is null then 'induk_tidak_ada' when not i.dimuat then i.kode end as kode
            from {table} t left join induk i on i.id = t.{name(parent.kolom)}
            where t.kode is null and t.{name(parent.kolom)} is not null and (i.id is null or not i.dimuat or i.di_luar)
            """
        )
        con.execute(
            f"""
            update {table} t
            set kode = n.kode, nasib = case when n.di_luar then 'di_luar_lingkup' else t.nasib end
            from nasib_anak n where n.nomor_baris = t.nomor_baris
            """
        )


def settle(con: duckdb.DuckDBPyConnection, source: Source, tables: dict[str, str]) -> None:
    """Settle every entity, parents before children (their order in source.yml)."""
    for entitas, entity in source.entitas.items():
        settle_duplicates(con, tables[entitas], entity)
        follow_parent(con, tables, source, entitas)
