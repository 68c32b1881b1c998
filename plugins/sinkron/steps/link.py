"""Step link: which records are one person, which families one household, under which ids (library `linkage`)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from sinkron import database, ledger, transport
from sinkron.period import reference_date
from sinkron.settings import Settings

# Input tables of `linkage.tables`, each from the warehouse.
QUERIES = {
    "rekaman": """
        select r.sumber, r.id_sumber, r.id_keluarga, r.prioritas, r.nik, r.no_kk, r.nama, r.tanggal_lahir,
            to_char(r.tanggal_lahir, 'MMDD') in ('0101', '1231', '0701', '0630'), r.jenis_kelamin, r.nama_ibu,
            r.kode_desa, r.tanggal,
            r.status_hidup is distinct from 'meninggal' and r.keberadaan is distinct from 'pindah'
                and coalesce(v.hasil not in ('meninggal', 'pindah_luar_kab'), true),
            -- Dukcapil does not know the number, or not with this birth date, which the number itself contradicts.
            coalesce(
                v.hasil = 'nik_tidak_ditemukan'
                or (
                    v.hasil = 'tidak_padan_tgl_lahir'
                    and mod(substr(r.nik, 7, 4)::int, 4000) <> to_char(r.tanggal_lahir, 'DDMM')::int
                    and substr(r.nik, 11, 2) <> to_char(r.tanggal_lahir, 'YY')
                ),
                false
            )
        from intermediate.int_individu__rekaman as r
        left join identitas.verdik_kandidat as v on v.id_rilis = %(ini)s and r.nik = v.nik
    """,
    "keluarga": """
        select sumber, id_keluarga, prioritas, no_kk, kk_terdaftar, kode_desa, rt, rw, tanggal
        from intermediate.int_rumah_tangga__rekaman
    """,
    "nik_alias": """
        select nik, nik_aktif, hasil in ('padan', 'padan_nama_beda', 'meninggal', 'pindah_luar_kab')
        from identitas.verdik_kandidat where id_rilis = %(ini)s and nik_aktif is not null
    """,
    "lalu_tautan": """
        select sumber, id_sumber, uid from identitas.tautan where id_rilis = %(sebelum)s and grain = 'individu'
        union all
        -- Who was published on without a record (quarantined, or not delivered) is known again by the last main one.
        select split_part(i.rekaman_identitas, '|', 1),
            substr(i.rekaman_identitas, strpos(i.rekaman_identitas, '|') + 1), i.uid_individu
        from rilis.individu as i
        where i.id_rilis = %(sebelum)s and i.digantikan_oleh is null
            and not (i.di_dtsen or i.di_dtjateng or i.di_simnakis)
    """,
    "lalu_individu": """
        select i.uid_individu, i.uid_rumah_tangga, i.nik, r.id_rilis_awal,
            extract(year from age(%(acuan)s::date, i.tanggal_lahir))::int, i.uid_individu = h.uid_kepala,
            i.status_hidup <> 'meninggal' and i.keberadaan <> 'pindah'
        from rilis.individu as i
        inner join identitas.individu as r on i.uid_individu = r.uid and r.digantikan_oleh is null
        left join rilis.rumah_tangga as h on h.id_rilis = i.id_rilis and i.uid_rumah_tangga = h.uid_rumah_tangga
        where i.id_rilis = %(sebelum)s
    """,
    "lalu_rumah_tangga": """
        select h.uid_rumah_tangga, h.no_kk, h.kode_desa, h.rt, h.rw, r.id_rilis_awal
        from rilis.rumah_tangga as h
        inner join identitas.rumah_tangga as r on h.uid_rumah_tangga = r.uid and r.digantikan_oleh is null
        where h.id_rilis = %(sebelum)s
    """,
}


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Link the candidate's records; returns counts by rule and of ids made, merged and split."""
    from linkage.run import link

    with (
        ledger.step(settings, "link", periode, lock="kandidat") as run,
        transport.work_folder(settings, "link") as folder,
    ):
        candidate = ledger.require_candidate(settings, periode)
        with run.transaction() as connection:
            _withdraw(connection, candidate["id_rilis"])
        con = transport.workspace(folder)
        _read(settings, con, candidate, folder)
        run.counts.update(link(con, settings.installation_key, candidate["id_rilis"]))
        with run.transaction() as connection:
            _write(connection, con, candidate["id_rilis"], folder)
        con.close()
        return dict(run.counts)


def _withdraw(connection: psycopg.Connection, id_rilis: str) -> None:
    """Take back the successions and events that an earlier attempt at this candidate made, so that it reads the
    registry as that attempt did. Ids once given stay."""
    # A withdrawn candidate that was never published decides nothing for the one that follows it.
    rejected = "select id_rilis from rilis.rilis where status = 'ditarik' and diterbitkan is null"
    undone = [id_rilis, *(row["id_rilis"] for row in connection.execute(rejected).fetchall())]
    for grain in ("individu", "rumah_tangga"):
        connection.execute(
            SQL(
                "update identitas.{} as r set digantikan_oleh = null from identitas.peristiwa as p"
                " where p.id_rilis = any(%s) and p.grain = %s and p.jenis = 'gabung' and p.uid = r.uid"
            ).format(Identifier(grain)),
            [undone, grain],
        )
    connection.execute("delete from identitas.peristiwa where id_rilis = any(%s)", [undone])


def _read(settings: Settings, con: Any, candidate: dict[str, Any], folder: Path) -> None:
    from linkage.tables import INPUT, create_inputs

    create_inputs(con)
    parameters = {
        "ini": candidate["id_rilis"],
        "sebelum": candidate["id_sebelum"],
        "acuan": reference_date(candidate["periode"]).isoformat(),
    }

    def copy(table: str) -> Path:
        path = folder / f"{table}.csv"
        with database.connect(settings) as connection:
            transport.copy_out(connection, QUERIES[table], parameters, path)
        return path

    # Two at a time: what the warehouse writes out as text keeps one core busy.
    with ThreadPoolExecutor(2) as pool:
        for table, path in zip(QUERIES, pool.map(copy, QUERIES), strict=True):
            transport.read_into(con, table, INPUT[table], path)


def _write(connection: psycopg.Connection, con: Any, id_rilis: str, folder: Path) -> None:
    """The links and places of this release as partitions of their own, new ids, successions and events."""
    from linkage.tables import OUTPUT

    def copy(output: str, target: Identifier, extra: str = "") -> None:
        path = folder / f"{output}.csv"
        con.execute(f"copy (select {', '.join(OUTPUT[output])} from {output} {extra}) to '{path}' (header false)")
        transport.copy_in(connection, target, OUTPUT[output], path)
        path.unlink()

    suffix = id_rilis.replace("-", "_").replace("/", "_")
    for output in ("tautan", "tempat"):
        partition = Identifier("identitas", f"{output}__{suffix}")
        connection.execute(SQL("drop table if exists {}").format(partition))
        connection.execute(
            SQL("create table {} (like {} including all)").format(partition, Identifier("identitas", output))
        )
        connection.execute(
            SQL("alter table {} alter column id_rilis set default {}").format(partition, Literal(id_rilis))
        )
        copy(output, partition)
        connection.execute(
            SQL("alter table {} attach partition {} for values in ({})").format(
                Identifier("identitas", output), partition, Literal(id_rilis)
            )
        )
        connection.execute(SQL("analyze {}").format(partition))
    connection.execute("delete from identitas.alias where id_rilis = %s", [id_rilis])
    for output in ("alias", "uid_baru", "digantikan", "peristiwa"):
        columns = ", ".join(f"{column} text" for column in OUTPUT[output])
        connection.execute(f"create temp table {output} ({columns}) on commit drop")
        copy(output, Identifier(output))
    connection.execute(
        "insert into identitas.alias (id_rilis, uid, nik, nik_aktif) select %s, uid, nik, nik_aktif from alias",
        [id_rilis],
    )
    for grain in ("individu", "rumah_tangga"):
        table = Identifier("identitas", grain)
        connection.execute(
            SQL(
                "insert into {} (uid, id_rilis_awal, sumber_awal, id_awal)"
                " select uid, %s, sumber_awal, id_awal from uid_baru where grain = %s on conflict (uid) do nothing"
            ).format(table),
            [id_rilis, grain],
        )
        connection.execute(
            SQL(
                "update {} as r set digantikan_oleh = d.digantikan_oleh from digantikan as d"
                " where d.grain = %s and d.uid = r.uid"
            ).format(table),
            [grain],
        )
    connection.execute(
        "insert into identitas.peristiwa (id_rilis, grain, jenis, uid, uid_terkait, sebab)"
        " select %s, grain, jenis, uid, uid_terkait, sebab from peristiwa",
        [id_rilis],
    )
