"""Step verify: ask Dukcapil about the month's numbers, and freeze the verdicts that the candidate uses.

contracts/sources.md 6, rules.md "Golden" (`nik_status`). Never required: without a connection, or with the service
down, the candidate uses the known verdicts. A verdict is valid for the name, birth date and sex that were asked.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from psycopg.sql import Identifier

from linkage.standard import DEFAULT_BIRTHDAYS
from sinkron import database, ledger, reference, transport
from sinkron.failpoint import failpoint
from sinkron.ledger import StepRun
from sinkron.period import reference_date
from sinkron.settings import Settings

LOG = logging.getLogger(__name__)
RECORDS = {
    "sumber": "varchar", "id_sumber": "varchar", "id_keluarga": "varchar", "prioritas": "integer", "nik": "varchar",
    "nama": "varchar", "tanggal_lahir": "date", "lahir_baku": "boolean", "jenis_kelamin": "varchar",
    "kode_desa": "varchar", "tanggal": "date",
}  # fmt: skip
RECORDS_QUERY = f"""
    select sumber, id_sumber, id_keluarga, prioritas, nik, nama, tanggal_lahir,
        to_char(tanggal_lahir, 'MMDD') in {DEFAULT_BIRTHDAYS}, jenis_kelamin, kode_desa, tanggal
    from intermediate.int_individu__rekaman where nik is not null
"""
RECIPIENTS = {"sumber": "varchar", "id_keluarga": "varchar", "id_anggota": "varchar"}
RECIPIENTS_QUERY = """
    select distinct sumber, id_keluarga, id_anggota from intermediate.int_kepesertaan__rekaman where status = 'AKTIF'
"""
VERDICTS = {
    "id_verdik": "bigint", "nik": "varchar", "sidik": "varchar", "hasil": "varchar", "nik_aktif": "varchar",
    "tanggal_meninggal": "date", "pada": "date",
}  # fmt: skip
# Verdicts that a later month asked for are left out, so that an earlier month built again finds the same verdicts.
VERDICTS_QUERY = """
    select id_verdik, nik, sidik, hasil, nik_aktif, tanggal_meninggal,
        least(identitas.tanggal_verdik(pada, acuan), %(acuan)s::date)
    from identitas.verdik_dukcapil
    where id_verdik > %(sesudah)s and id_verdik <= coalesce(%(sampai)s, id_verdik)
        and coalesce(acuan, %(acuan)s::date) <= %(acuan)s::date
"""
STORED = ("nik", "sidik", "hasil", "nik_aktif", "tanggal_meninggal", "acuan")
USED = ("id_rilis", "nik", "hasil", "nik_aktif", "tanggal_meninggal", "pada", "baru")


def run(settings: Settings, periode: str) -> dict[str, Any]:
    """Ask for unknown verdicts and freeze the known ones; returns counts and `dukcapil`, the result of asking.

    A candidate for which Dukcapil was asked keeps the verdicts of that moment, however often it is built again.
    """
    with (
        ledger.step(settings, "verify", periode, lock=ledger.CANDIDATE) as run,
        transport.work_folder(settings, "verify") as folder,
    ):
        candidate = ledger.require_candidate(settings, periode, after="stage")
        client = _client(settings)
        if client is None and not _known(settings):
            return _freeze(run, candidate, "tidak_terhubung", None, folder)
        con = transport.workspace(folder)
        _load(settings, con, "rekaman", RECORDS, RECORDS_QUERY, {}, folder)
        _persons(con, settings.installation_key)
        state = candidate["dukcapil"]
        if state == "diperiksa":
            _verdicts(run, con, candidate["verdik_sampai"], folder)
        else:
            _verdicts(run, con, None, folder)
            state = _ask(run, con, client, folder) if client else "tidak_terhubung"
            failpoint(settings, "verify.asked")
            _verdicts(run, con, None, folder)
        _freeze(run, candidate, state, con, folder)
        con.close()
        return dict(run.counts)


def _client(settings: Settings) -> Any:
    """A client for the check, None when its connection is not set."""
    from connectors.dukcapil.connector import load_check
    from connectors.interface import Client, connection

    check = load_check()
    try:
        reached = connection(check.koneksi, settings.values)
    except KeyError:
        return None
    return Client(check, reached)


def _known(settings: Settings) -> bool:
    with database.connect(settings) as connection:
        return connection.execute("select exists (select from identitas.verdik_dukcapil) as ada").fetchone()["ada"]


def _load(
    settings: Settings, con: Any, table: str, types: dict[str, str], query: str, values: dict, folder: Path
) -> None:
    path = folder / f"{table}.csv"
    with database.connect(settings) as connection:
        transport.copy_out(connection, query, values, path)
    con.execute(f"create or replace table {table} ({', '.join(f'{c} {t}' for c, t in types.items())})")
    transport.read_into(con, table, types, path)


def _verdicts(run: StepRun, con: Any, until: int | None, folder: Path) -> None:
    """Fill `verdik` with all verdicts up to a number (None: all) that this month may use; later calls add new ones."""
    con.execute(f"create table if not exists verdik ({', '.join(f'{c} {t}' for c, t in VERDICTS.items())})")
    ((known,),) = con.sql("select coalesce(max(id_verdik), 0) from verdik").fetchall()
    limits = {"sesudah": known, "sampai": until, "acuan": reference_date(run.periode)}
    _load(run.settings, con, "verdik_baru", VERDICTS, VERDICTS_QUERY, limits, folder)
    con.execute("insert into verdik from verdik_baru")


def _persons(con: Any, key: bytes) -> None:
    """Make `orang`: for each number the name, birth date and sex to ask with, and `sidik`, a keyed hash of these.

    They come from the record of the most trusted source, among the records of the number's holder. A number that
    several people have is not asked about (rules.md `nik_status`). A record that has somebody else's number by mistake
    (`keliru`) is skipped; unless its person is known under another number (`dikenal`), the number is not asked about
    either, because that person may be published under it.
    """
    from linkage.alias import find_bearers
    from linkage.keyed import hmac_sha256, pads
    from linkage.standard import standardise_names

    con.execute("alter table rekaman rename to semua_rekaman")
    # Only numbers whose records differ in name or birth date need the detailed check.
    con.execute("""
        create or replace table rekaman as
        select * replace (nik::bigint as nik), null::varchar as nama_ibu, false as nik_ditolak
        from semua_rekaman where nik in (
            select nik from semua_rekaman group by nik
            having count(*) > 1 and (min(nama) <> max(nama) or min(tanggal_lahir) <> max(tanggal_lahir)
                or count(tanggal_lahir) < count(*))
        )
    """)
    standardise_names(con)
    find_bearers(con)
    con.execute("""
        create or replace table keliru as
        select s.nik, s.sumber, s.id_sumber, exists (
            select 1 from semua_rekaman as q
            where q.nama = s.nama and q.tanggal_lahir = s.tanggal_lahir and q.kode_desa = s.kode_desa and q.nik <> s.nik
        ) as dikenal
        from salah_pemegang as p
        inner join rekaman as r on p.rid = r.rid
        inner join semua_rekaman as s on r.sumber = s.sumber and r.id_sumber = s.id_sumber
    """)
    asked = "nama || '|' || coalesce(tanggal_lahir::varchar, '') || '|' || coalesce(jenis_kelamin, '')"
    con.execute(
        f"""
        create or replace table orang as
        select nik, nama, tanggal_lahir, jenis_kelamin, {hmac_sha256(asked)} as sidik
        from semua_rekaman anti join keliru using (sumber, id_sumber)
        where nik not in (select nik::varchar from nik_bersama union all select nik from keliru where not dikenal)
        qualify row_number() over (partition by nik order by prioritas, tanggal desc nulls last, id_sumber) = 1
        """,
        pads(key),
    )


def _ask(run: StepRun, con: Any, client: Any, folder: Path) -> str:
    """Ask for missing or old verdicts, at most the month's limit of requests; each batch is stored at once."""
    from connectors.dukcapil.connector import load_check, verify
    from connectors.interface import SourceUnavailable

    limits = reference.thresholds(run.settings, run.periode)
    _questions(run, con, int(limits["dukcapil_umur_hari"][0]), folder)
    run.counts.update(perlu=con.sql("select count(*) from tanya").fetchall()[0][0], ditanya=0, dijawab=0)
    try:
        with client:
            for batch in verify(client, load_check(), con, int(limits["dukcapil_batas_permintaan"][0])):
                failpoint(run.settings, "verify.answered")
                _keep(run, con, folder)
                run.counts["ditanya"] += batch.ditanya
                run.counts["dijawab"] += batch.dijawab
    except SourceUnavailable as why:
        LOG.warning("Dukcapil %s: %s", run.periode, why)
        return "tidak_menjawab"
    return "diperiksa"


def _questions(run: StepRun, con: Any, days: int, folder: Path) -> None:
    """`tanya`, in the order to ask: never asked, then recipients of an active programme, then the oldest verdicts.

    A verdict is asked again once it is `days` old at the end of the month, so that every month learns of new deaths.
    """
    _load(run.settings, con, "penerima", RECIPIENTS, RECIPIENTS_QUERY, {}, folder)
    con.execute(
        """
        create or replace table tanya as
        with terakhir as (select nik, sidik, max(pada) as pada from verdik group by nik, sidik),
        menerima as (
            select distinct r.nik
            from semua_rekaman as r
            inner join penerima as p on r.sumber = p.sumber and r.id_keluarga = p.id_keluarga
                and coalesce(p.id_anggota, r.id_sumber) = r.id_sumber
        )
        select row_number() over (order by t.pada is not null, m.nik is null, t.pada, o.nik) as nomor,
            o.nik, o.sidik, o.nama, o.tanggal_lahir, o.jenis_kelamin
        from orang as o
        left join terakhir as t on o.nik = t.nik and o.sidik = t.sidik
        left join menerima as m on o.nik = m.nik
        where t.pada is null or t.pada <= $acuan::date - $hari::integer
        """,
        {"acuan": reference_date(run.periode).isoformat(), "hari": days},
    )


def _keep(run: StepRun, con: Any, folder: Path) -> None:
    """Store the verdicts of one batch in the ledger of verdicts."""
    path = folder / "jawab.csv"
    con.execute(
        f"copy (select t.nik, t.sidik, j.hasil, j.nik_aktif, j.tanggal_meninggal, '{reference_date(run.periode)}'"
        " from jawab as j"
        f" inner join tanya as t on j.nomor = t.nomor order by j.nomor) to '{path}' (header false)"
    )
    with run.transaction() as connection:
        transport.copy_in(connection, Identifier("identitas", "verdik_dukcapil"), STORED, path)
    path.unlink()
    failpoint(run.settings, "verify.kept")


def _freeze(run: StepRun, candidate: dict[str, Any], state: str, con: Any, folder: Path) -> dict[str, Any]:
    """Write the newest verdict on each number, as of now, and record in the candidate which verdict is the last.

    A death after the period's end does not count yet. A death that Dukcapil reports month after month keeps the date of
    the first report, so that decisions based on it do not move from month to month.
    """
    path, until = folder / "dipakai.csv", 0
    if con is not None:
        last_month = ledger.month_before(run.settings, candidate)
        with database.connect(run.settings) as connection:
            before = connection.execute(
                "select verdik_sampai from rilis.rilis where id_rilis = %s", [last_month]
            ).fetchone()
        con.execute(
            f"""
            copy (
                with milik as (
                    select v.* from verdik as v inner join orang as o on v.nik = o.nik and v.sidik = o.sidik
                ),
                terakhir as (
                    select * replace (
                        if(tanggal_meninggal > $acuan::date, 'padan', hasil) as hasil,
                        if(tanggal_meninggal > $acuan::date, null, tanggal_meninggal) as tanggal_meninggal
                    )
                    from milik
                    qualify row_number() over (partition by nik order by pada desc, id_verdik desc) = 1
                ),
                berturut as (
                    select m.nik, m.pada, count(*) filter (m.hasil <> 'meninggal') over (
                        partition by m.nik order by m.pada desc, m.id_verdik desc
                    ) as lain
                    from milik as m inner join terakhir as t on m.nik = t.nik and t.hasil = 'meninggal'
                ),
                sejak as (select nik, min(pada) as pada from berturut where lain = 0 group by nik)
                select $rilis, t.nik, t.hasil, t.nik_aktif, t.tanggal_meninggal,
                    coalesce(greatest(s.pada, t.tanggal_meninggal), t.pada), t.id_verdik > $sebelum
                from terakhir as t left join sejak as s on t.nik = s.nik
            ) to '{path}' (header false)
            """,
            {
                "rilis": candidate["id_rilis"],
                "acuan": reference_date(run.periode).isoformat(),
                "sebelum": (before and before["verdik_sampai"]) or 0,
            },
        )
        until = con.sql("select coalesce(max(id_verdik), 0) from verdik").fetchall()[0][0]
    with run.transaction() as connection:
        connection.execute("delete from identitas.verdik_kandidat")
        used = 0
        if con is not None:
            used = transport.copy_in(connection, Identifier("identitas", "verdik_kandidat"), USED, path)
        connection.execute(
            "update rilis.rilis set verdik_sampai = %s, dukcapil = %s where id_rilis = %s",
            [until, state, candidate["id_rilis"]],
        )
        connection.execute("analyze identitas.verdik_kandidat")
    run.counts.update(dukcapil=state, dipakai=used, verdik_sampai=until)
    return dict(run.counts)
