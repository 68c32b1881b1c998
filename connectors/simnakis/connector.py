"""Simnakis: families with house, assets, members and district programmes (contracts/sources.md, section 3)."""

from __future__ import annotations

from pathlib import Path

import duckdb

from connectors.core.canonical import name, quoted
from connectors.core.client import Client
from connectors.core.connection import Connection
from connectors.core.landing import Landed, Raw, finish, workspace
from connectors.core.pages import fields, read_pages, shape_of
from connectors.core.paging import read_all
from connectors.core.source import Entity, Source
from connectors.core.store import Extracted, Store
from connectors.core.thresholds import Reference

# Prefixes of DTSEN's column names that an asset's name may omit.
PREFIXES = ("aset_bergerak_", "aset_tidak_bergerak_", "jumlah_ternak_", "jumlah_")


def extract(source: Source, connection: Connection, periode: str, store: Store, kabupaten: str) -> Extracted:
    """Read everything as this month's delivery and store it page by page; Simnakis itself knows no month.

    kabupaten is not used, because the source holds only ours. Raises as `read_all`.
    """
    with Client(source, connection) as client:
        return read_all(client, source, periode, {"per_halaman": source.akses.ukuran}, store)


def land(source: Source, extracted: Extracted, store: Store, reference: Reference, kerja: Path) -> Landed:
    """Write the row files of a stored read into `kerja`. Raises Refusal with a code of rules.md."""
    family, person, programme = (source.entitas[e] for e in ("keluarga", "anggota", "kepesertaan"))
    parent = {"id_keluarga": "id_keluarga"}
    shape = shape_of(family)
    shape["aset"] = "JSON"
    shape["anggota"] = [shape_of(person, ["id_keluarga"])]
    shape["program_daerah"] = [shape_of(programme, ["id_keluarga"])]
    con = workspace(kerja)
    try:
        nul = read_pages(con, [store.verified(f) for f in extracted.berkas], shape)
        _keep_newest(con)
        assets = _assets(con, family)
        con.execute(
            f"create table mentah_keluarga as select {fields(family, 'r', assets, nul)}"
            " from halaman h left join aset on aset.baris = h.rowid order by h.rowid"
        )
        for entitas, entity, items in (("anggota", person, "anggota"), ("kepesertaan", programme, "program_daerah")):
            con.execute(
                f"create table mentah_{entitas} as select {fields(entity, 'a', parent, nul)}"
                f" from (select r.id as id_keluarga, unnest(r.{items}) as a from halaman)"
            )
        con.execute("drop table halaman")
        tables = {e: f"mentah_{e}" for e in source.entitas}
        return finish(source, Raw(con, tables, dict(extracted.keterangan)), reference, kerja)
    finally:
        con.close()


def _keep_newest(con: duckdb.DuckDBPyConnection) -> None:
    """If a family was read twice because it changed during the read, keep the newest `diubah`, else the later row."""
    con.execute(
        """
        create table usang as select baris from (
            select rowid as baris, row_number() over (
                partition by r.id order by try_cast(r.diubah as timestamptz) desc nulls last, rowid desc
            ) as urutan
            from halaman where r.id is not null
        ) where urutan > 1
        """
    )
    if con.execute("select count(*) from usang").fetchone()[0]:
        con.execute(
            "create or replace table halaman as select r from halaman h"
            " where not exists (select 1 from usang u where u.baris = h.rowid) order by h.rowid"
        )


def _assets(con: duckdb.DuckDBPyConnection, family: Entity) -> dict[str, str]:
    """Make table `aset` (one row per family that lists assets), return the SQL of each asset column.

    `aset` is an array of names, of objects {nama, jumlah | nilai} or {name: value}, or one object {name: value};
    names are DTSEN's, with or without their prefix. An asset with only a name exists (`ada`); an asset that is not
    named is unknown, not absent.
    """
    con.execute(
        """
        create table daftar_aset as
        with butir as (
            select rowid as baris, unnest(
                case json_type(r.aset) when 'ARRAY' then cast(r.aset as JSON[]) when 'OBJECT' then [r.aset] end
            ) as e from halaman
        ),
        pasangan as (
            select baris, unnest(case
                when json_type(e) = 'VARCHAR' then [{'nama': e->>'$', 'nilai': 'ada', 'jumlah': null::varchar}]
                when json_type(e) <> 'OBJECT' then null
                when (e->>'nama') is not null then [{
                    'nama': e->>'nama', 'jumlah': e->>'jumlah',
                    'nilai': coalesce(e->>'nilai', case when (e->>'jumlah') is null then 'ada' end)
                }]
                else list_transform(
                    json_keys(e), lambda k: {'nama': k, 'nilai': e->>k, 'jumlah': null::varchar}
                )
            end) as i from butir
        )
        select baris, regexp_replace(lower(trim(i.nama)), '[^a-z0-9]+', '_', 'g') as nama, i.nilai, i.jumlah
        from pasangan
        """
    )
    wanted, columns = [], {}
    for column in family.kolom:
        if not any(path.startswith("aset.") for path in column.paths):
            continue
        bare = column.nama
        for prefix in PREFIXES:
            bare = bare.removeprefix(prefix)
        names = ", ".join(quoted(n) for n in sorted({column.nama, column.nama.removeprefix("jumlah_"), bare}))
        if column.tipe == "bulat":
            value = "coalesce(jumlah, nullif(nilai, 'ada'))"
        else:
            counted = "case when try_cast(jumlah as double) = 0 then '2' when jumlah is not null then '1' end"
            value = f"coalesce(nilai, {counted})"
        wanted.append(f"max({value}) filter (nama in ({names})) as {name(column.nama)}")
        columns[column.nama] = f"aset.{name(column.nama)}"
    con.execute(f"create table aset as select baris, {', '.join(wanted)} from daftar_aset group by baris")
    con.execute("drop table daftar_aset")
    return columns
