"""DTJateng: one row per KK, persons and their aid nested in it (contracts/sources.md, section 2)."""

from __future__ import annotations

from pathlib import Path

from connectors.core.client import Client
from connectors.core.connection import Connection
from connectors.core.landing import Landed, Raw, finish, workspace
from connectors.core.pages import fields, read_pages, shape_of
from connectors.core.paging import read_all
from connectors.core.source import Source
from connectors.core.store import Extracted, Store
from connectors.core.thresholds import Reference


def extract(source: Source, connection: Connection, periode: str, store: Store, kabupaten: str) -> Extracted:
    """Read a whole month and store it page by page. kabupaten: dotted code. Raises as `read_all`."""
    with Client(source, connection) as client:
        params = {"kabupaten": kabupaten.replace(".", ""), "periode": periode, "ukuran": source.akses.ukuran}
        return read_all(client, source, periode, params, store)


def land(source: Source, extracted: Extracted, store: Store, reference: Reference, kerja: Path) -> Landed:
    """Write the row files of a stored read into `kerja`. Raises Refusal with a code of rules.md."""
    household, person, aid = (source.entitas[e] for e in ("rumah_tangga", "anggota", "bantuan"))
    shape = shape_of(household)
    shape["anggota"] = [{**shape_of(person, ["id_rt"]), "bantuan": [shape_of(aid, ["id_rt", "id_ind"])]}]
    con = workspace(kerja)
    try:
        nul = read_pages(con, [store.verified(f) for f in extracted.berkas], shape)
        con.execute(f"create table mentah_rumah_tangga as select {fields(household, 'r', None, nul)} from halaman")
        con.execute("create table orang as select r.id_rt as id_rt, unnest(r.anggota) as a from halaman")
        con.execute("drop table halaman")
        con.execute(f"create table mentah_anggota as select {fields(person, 'a', {'id_rt': 'id_rt'}, nul)} from orang")
        given = {"id_rt": "id_rt", "id_ind": "id_ind"}
        con.execute(
            f"create table mentah_bantuan as select {fields(aid, 'b', given, nul)} from"
            " (select id_rt, a.id_ind as id_ind, unnest(a.bantuan) as b from orang)"
        )
        con.execute("drop table orang")
        tables = {e: f"mentah_{e}" for e in source.entitas}
        return finish(source, Raw(con, tables, dict(extracted.keterangan)), reference, kerja)
    finally:
        con.close()
