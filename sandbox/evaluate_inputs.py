"""What an evaluation keeps of a month: the linkage's input tables, the truth about their records, what was published.

All of it is parquet under `<home>/masukan/<periode>/`, so that a month can be scored, and linked again, without a
warehouse.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from linkage.tables import INPUT
from sinkron import database, ledger, transport
from sinkron.settings import Settings
from sinkron.steps import link

# Faults in values that the linkage does not look at.
_UNSEEN = ("ibu_tidak_diketahui", "nol_hilang", "luar_kabupaten")
# The tables of an outcome, published or linked again: their columns, and the query for the published ones.
OUTCOME = {
    "tautan": (
        {"rekaman": "varchar", "uid": "varchar"},
        "select distinct sumber || ':' || id_sumber, uid from rilis.tautan"
        " where id_rilis = %(rilis)s and grain = 'individu' and sumber <> 'pengajuan' and uid is not null",
    ),
    "anggota": (
        {"uid": "varchar", "uid_rumah_tangga": "varchar"},
        "select uid_individu, uid_rumah_tangga from rilis.individu where id_rilis = %(rilis)s"
        " and digantikan_oleh is null and status_hidup <> 'meninggal' and keberadaan <> 'pindah'",
    ),
    "peristiwa": (
        {"grain": "varchar", "jenis": "varchar", "uid": "varchar", "uid_terkait": "varchar"},
        "select grain, jenis, uid, uid_terkait from identitas.peristiwa where id_rilis = %(rilis)s",
    ),
}


def folder(home: Path, periode: str) -> Path:
    """Where an evaluation keeps a month."""
    return home / "masukan" / periode


def months(home: Path) -> list[str]:
    """The months that an evaluation kept, in order; raises FileNotFoundError when it kept none."""
    kept = sorted(path.parent.name for path in (home / "masukan").glob("*/benar.parquet"))
    if not kept:
        raise FileNotFoundError(
            f"{home}/masukan holds no month: expected the folder of a `make evaluate`, run it first"
        )
    return kept


def workspace(home: Path) -> Any:
    """A DuckDB connection that spills into the evaluation's own folder."""
    import duckdb

    con = duckdb.connect(config={"threads": 2, "memory_limit": "4GB"})
    con.execute(f"set temp_directory = '{home / 'kerja'}'")
    con.execute("set max_temp_directory_size = '20GB'")
    con.execute("set enable_progress_bar = false")
    return con


def save_inputs(settings: Settings, world: Path, periode: str) -> None:
    """Keep what the step `link` is about to read of the open candidate, and the truth of the month.

    Raises outcomes.NotReady where no candidate is open.
    """
    target = folder(settings.home, periode)
    target.mkdir(parents=True, exist_ok=True)
    candidate = ledger.require_candidate(settings, periode)
    with transport.work_folder(settings, "evaluate") as work:
        con = transport.workspace(work)
        link.read(settings, con, candidate | {"pertimbangan": None}, work)
        for table in INPUT:
            con.execute(f"copy {table} to '{target / table}.parquet'")
        _truth(con, world / "kebenaran" / periode, target)
        con.close()


def save_published(settings: Settings, periode: str) -> None:
    """Keep who became whom in the newest release of the month: `terbit_<table>` for each of OUTCOME."""
    target = folder(settings.home, periode)
    with transport.work_folder(settings, "evaluate") as work, database.connect(settings) as connection:
        release = connection.execute(
            "select id_rilis from rilis.rilis where periode = %s and status = 'terbit' order by revisi desc limit 1",
            [periode],
        ).fetchone()
        con = transport.workspace(work)
        for table, (columns, query) in OUTCOME.items():
            path = work / f"{table}.csv"
            transport.copy_out(connection, query, {"rilis": release["id_rilis"]}, path)
            con.execute(f"create table {table} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
            transport.read_into(con, table, columns, path)
            con.execute(f"copy {table} to '{target / f'terbit_{table}'}.parquet'")
        con.close()


def save_counts(home: Path, periode: str, outcome: str, counts: dict[str, int]) -> None:
    """Keep what the linkage counted in a month, beside the tables of that outcome."""
    (folder(home, periode) / f"{outcome}.json").write_text(json.dumps(counts, indent=1))


def _truth(con: Any, truth: Path, target: Path) -> None:
    """Write `benar` (rekaman, orang, rumah, hadir, galat) and `orang` (orang, rumah, hidup).

    `benar` tells whose each delivered person record is, in which true family's record it is, and its faults.
    Records with an empty name are left out, because they have to be quarantined (rules.md "Refusals and thresholds").
    Added to the faults are `bayi` (not named yet), `kembar` (somebody of the family was born on the same day) and
    `tidak dimuat` (set aside when it landed, or of another district).
    """
    con.execute(f"create view sebenarnya as from '{truth / 'rekaman.parquet'}'")
    con.execute(f"""
        copy (
            with twins as (
                select unnest(list(id_orang)) as id_orang from '{truth / "individu.parquet"}'
                group by id_rumah_tangga, tanggal_lahir having count(*) > 1
            )
            select s.sumber || ':' || s.id_sumber as rekaman, s.id_benar as orang, f.id_benar as rumah, r.hadir,
                list_filter(
                    list_distinct(list_concat(
                        s.galat, f.galat,
                        [
                            case when r.nama like 'BY.%' then 'bayi' end,
                            case when t.id_orang is not null then 'kembar' end,
                            case when r.sumber is null then 'tidak dimuat' end
                        ]
                    )),
                    lambda x: x is not null and x not in {_UNSEEN}
                ) as galat
            from sebenarnya as s
            left join rekaman as r on s.sumber = r.sumber and s.id_sumber = r.id_sumber
            left join sebenarnya as f
                on r.sumber = f.sumber and r.id_keluarga = f.id_sumber and f.grain = 'rumah_tangga'
            left join twins as t on s.id_benar = t.id_orang
            where s.grain = 'individu' and not list_contains(s.galat, 'nama_kosong')
        ) to '{target / "benar.parquet"}'
    """)
    con.execute(f"""
        copy (
            select id_orang as orang, id_rumah_tangga as rumah, status = 'hidup' as hidup
            from '{truth / "individu.parquet"}'
        ) to '{target / "orang.parquet"}'
    """)
