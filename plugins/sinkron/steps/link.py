"""Step link: which records are one person, which families one household, under which ids (library `linkage`)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from sinkron import database, ledger, transport
from sinkron.partitions import partition_name
from sinkron.settings import Settings
from sinkron.steps.link_inputs import COLUMNS, QUERIES, SHAPED, parameters

# Outputs of the library that have one partition per release.
PARTITIONED = ("tautan", "tempat")
# The questions of the candidate; first the questions in which a person receives a programme that is still active.
QUESTIONS = """
    with menerima as (
        select distinct d.uid
        from ditanyakan as d
        inner join intermediate.int_kepesertaan__rekaman as p on d.sumber = p.sumber and d.id_keluarga = p.id_keluarga
            and coalesce(p.id_anggota, d.id_sumber) = d.id_sumber
        where p.status = 'AKTIF'
    ),
    dinilai as (
        select t.*, t.uid_a in (select uid from menerima) or t.uid_b in (select uid from menerima) as program,
            't-' || left(encode(sha256(convert_to(
                t.sumber_a || '|' || t.id_a || '|' || t.sumber_b || '|' || t.id_b, 'UTF8'
            )), 'hex'), 20) as id_tinjauan
        from tinjauan as t
    )
    insert into identitas.tinjauan (
        id_rilis, id_tinjauan, urutan, sumber_a, id_a, sumber_b, id_b, uid_a, uid_b, peluang, sebab, program
    )
    select %(ini)s, id_tinjauan,
        row_number() over (order by program desc, peluang::float8 desc nulls last, id_tinjauan),
        sumber_a, id_a, sumber_b, id_b, uid_a, uid_b, peluang::float8, sebab, program
    from dinilai
"""


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Link the candidate's records; returns counts by rule and of ids made, merged and split."""
    from linkage.run import link

    with (
        ledger.step(settings, "link", periode, lock=ledger.CANDIDATE) as run,
        transport.work_folder(settings, "link") as folder,
    ):
        candidate = ledger.require_candidate(settings, periode, after="stage")
        with run.transaction() as connection:
            _withdraw(connection, candidate["id_rilis"])
            candidate |= connection.execute(
                "select coalesce(max(id_pertimbangan), 0) as pertimbangan,"
                " (select count(*) from intermediate.int_individu__rekaman) as rekaman from identitas.pertimbangan"
            ).fetchone()
        con = transport.workspace(folder, candidate["rekaman"])
        read(settings, con, candidate, folder)
        run.counts.update(link(con, settings.installation_key, candidate["id_rilis"]))
        _fill(run, con, candidate["id_rilis"], folder)
        with run.transaction() as connection:
            _write(connection, con, candidate["id_rilis"], folder)
            connection.execute(
                "update rilis.rilis set pertimbangan_sampai = %s where id_rilis = %s",
                [candidate["pertimbangan"], candidate["id_rilis"]],
            )
        con.close()
        return dict(run.counts)


def _withdraw(connection: psycopg.Connection, id_rilis: str) -> None:
    """Delete the events, merges and questions that an earlier attempt at this candidate wrote. Ids are not deleted."""
    # Rows of withdrawn candidates that were never published go too: they must decide nothing for the next candidate.
    rejected = "select id_rilis from rilis.rilis where status = 'ditarik' and diterbitkan is null"
    undone = [id_rilis, *(row["id_rilis"] for row in connection.execute(rejected).fetchall())]
    connection.execute("delete from identitas.peristiwa where id_rilis = any(%s)", [undone])
    connection.execute("delete from identitas.asal_gabung where id_rilis = any(%s)", [undone])
    connection.execute("delete from identitas.tinjauan where id_rilis = any(%s)", [undone])


def read(settings: Settings, con: Any, candidate: dict[str, Any], folder: Path) -> None:
    """Fill the input tables of the linkage in a DuckDB connection, for a row of `rilis.rilis`.

    Its `pertimbangan` is the last judgement to use (None for all); `folder` is private and keeps nothing.
    """
    from linkage.tables import INPUT, create_inputs

    create_inputs(con)
    for table in QUERIES.keys() - INPUT.keys():
        con.execute(f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in COLUMNS[table].items())})")
    values = parameters(settings, candidate)

    def copy(table: str) -> Path:
        path = folder / f"{table}.csv"
        connection = free.pop()
        try:
            transport.copy_out(connection, QUERIES[table], values, path)
        finally:
            free.append(connection)
        return path

    # Two at a time: Postgres keeps one core busy while it writes a table out as text.
    with database.connect(settings) as one, database.connect(settings) as two, ThreadPoolExecutor(2) as pool:
        free = [one, two]
        for table, path in zip(QUERIES, pool.map(copy, QUERIES), strict=True):
            transport.read_into(con, table, COLUMNS[table], path, SHAPED.get(table, "select * from {rows}"))


def _fill(run: ledger.StepRun, con: Any, id_rilis: str, folder: Path) -> None:
    """Write the links and places of this release to separate tables, which nobody reads before `_write` attaches them;
    leftovers of a killed run are replaced. Two at a time, because the server uses one core for each COPY.
    """

    def fill(output: str) -> None:
        new = Identifier("identitas", f"{output}_baru")
        with run.transaction() as connection, con.cursor() as own:
            connection.execute(SQL("drop table if exists {}").format(new))
            connection.execute(
                SQL("create table {} (like {} including all)").format(new, Identifier("identitas", output))
            )
            connection.execute(
                SQL("alter table {} alter column id_rilis set default {}").format(new, Literal(id_rilis))
            )
            _copy(connection, own, output, new, folder)

    with ThreadPoolExecutor(2) as pool:
        for filled in [pool.submit(fill, output) for output in PARTITIONED]:
            filled.result()


def _copy(connection: psycopg.Connection, con: Any, output: str, target: Identifier, folder: Path) -> None:
    from linkage.tables import OUTPUT

    path = folder / f"{output}.csv"
    con.execute(f"copy (select {', '.join(OUTPUT[output])} from {output}) to '{path}' (header false)")
    transport.copy_in(connection, target, OUTPUT[output], path)
    path.unlink()


def _write(connection: psycopg.Connection, con: Any, id_rilis: str, folder: Path) -> None:
    """Attach links and places, then write new ids, events and questions: all of them, or none.

    The events tell what was merged (`identitas.penerus`); the registry is updated when the release is published.
    """
    from linkage.tables import OUTPUT

    for output in PARTITIONED:
        name = partition_name(output, id_rilis)
        partition = Identifier("identitas", name)
        connection.execute(SQL("drop table if exists {}").format(partition))
        connection.execute(
            SQL("alter table {} rename to {}").format(Identifier("identitas", f"{output}_baru"), Identifier(name))
        )
        connection.execute(
            SQL("alter table {} attach partition {} for values in ({})").format(
                Identifier("identitas", output), partition, Literal(id_rilis)
            )
        )
    database.describe_partitioned(connection, *(("identitas", output) for output in PARTITIONED))
    connection.execute("delete from identitas.alias where id_rilis = %s", [id_rilis])
    for output in ("alias", "uid_baru", "peristiwa", "asal", "tinjauan", "ditanyakan"):
        columns = ", ".join(f"{column} text" for column in OUTPUT[output])
        connection.execute(f"create temp table {output} ({columns}) on commit drop")
        _copy(connection, con, output, Identifier(output), folder)
    connection.execute(
        "insert into identitas.alias (id_rilis, uid, nik, nik_aktif) select %s, uid, nik, nik_aktif from alias",
        [id_rilis],
    )
    for grain in ("individu", "rumah_tangga"):
        connection.execute(
            SQL(
                "insert into {} (uid, id_rilis_awal, sumber_awal, id_awal)"
                " select uid, %s, sumber_awal, id_awal from uid_baru where grain = %s on conflict (uid) do nothing"
            ).format(Identifier("identitas", grain)),
            [id_rilis, grain],
        )
    connection.execute(
        "insert into identitas.peristiwa (id_rilis, grain, jenis, uid, uid_terkait, sebab)"
        " select %s, grain, jenis, uid, uid_terkait, sebab from peristiwa",
        [id_rilis],
    )
    connection.execute(
        "insert into identitas.asal_gabung (id_rilis, grain, uid, sumber, id_sumber)"
        " select %s, grain, uid, sumber, id_sumber from asal",
        [id_rilis],
    )
    database.plan_whole_tables(connection)
    connection.execute(QUESTIONS, {"ini": id_rilis})
