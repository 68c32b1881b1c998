"""Publication: the candidate's tables become partitions, one row moves, readers see the new month or the old one.

One transaction attaches the decided tables and writes the pointer. The work after its commit (announcing the new
partitions to readers, letting them follow the pointer, the file for those who poll: docs/decisions/0002 and 0017) runs
in separate transactions and can be repeated.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from sinkron import catalogue, database, decisions, ledger
from sinkron import contract as contracts_module
from sinkron.failpoint import failpoint
from sinkron.gates import PASSING
from sinkron.outcomes import GateHeld, NotReady, Rejected, Undecided
from sinkron.partitions import announce, attach, partition_name, wait_for_planners
from sinkron.release_file import write_release_files
from sinkron.settings import Settings

CANDIDATE_SCHEMA = "release"
# Released tables that the next month reads: the planner needs statistics over all their partitions.
READ_BACK = ("individu", "rumah_tangga", "tautan", "masalah", "asal_usul")


class ContractBroken(RuntimeError):
    """The candidate or the database does not agree with the contracts; nothing was published."""


class CandidateChanged(RuntimeError):
    """The candidate is no longer the content that was checked and decided; nothing was published."""


class RollbackRefused(ValueError):
    """The requested release cannot be made active again."""


def hash_tables(connection: psycopg.Connection, id_rilis: str) -> tuple[dict[str, dict[str, Any]], str]:
    """Rows and sha256 of each table of a release, and the sha256 over all of them.

    A candidate is read from the tables in schema `release`, a release from its partitions. A table's hash is the hash
    of its sorted row hashes, over the contract's columns without `id_rilis` and `revisi`. Row order, column order and
    revision number do not change it, so a rebuild from the same deliveries gives the same hash.
    Raises ContractBroken when a table's columns are not those of its contract.
    """
    row = connection.execute("select status from rilis.rilis where id_rilis = %s", [id_rilis]).fetchone()
    is_candidate = row is None or row["status"] in ("kandidat", "ditahan")
    tables: dict[str, dict[str, Any]] = {}
    with connection.transaction():
        # The text form of dates and floats must not depend on the session.
        connection.execute("set local datestyle = 'ISO, YMD'")
        connection.execute("set local timezone = 'UTC'")
        connection.execute("set local extra_float_digits = 1")
        for contract in contracts_module.released(contracts_module.load()):
            schema = CANDIDATE_SCHEMA if is_candidate else "rilis"
            table = contract.name if is_candidate else partition_name(contract.name, id_rilis)
            wrong = catalogue.differences(connection, contract, schema, table)
            if wrong:
                raise ContractBroken(f"release {id_rilis}: {'; '.join(wrong)}; correct the model, or the contract")
            columns = SQL(", ").join(SQL(sql) for _, sql in sorted(contract.hashed.items()))
            # `order by` is written twice but sorts once: from Postgres 16 on the aggregate uses the order of the
            # subquery, which several workers can sort.
            counted = connection.execute(
                SQL(
                    "select count(*) as baris,"
                    " encode(sha256(coalesce(string_agg(h, ''::bytea order by h), ''::bytea)), 'hex') as sha256"
                    " from (select sha256(convert_to(row({})::text, 'UTF8')) as h from {} order by h) as baris"
                ).format(columns, Identifier(schema, table))
            ).fetchone()
            tables[contract.name] = dict(counted)
    return tables, hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def seal_tables(connection: psycopg.Connection) -> dict[str, list[Any]]:
    """For each table of the candidate, facts that change as soon as one of its rows does.

    The facts are the table's storage file, the one transaction that wrote its rows, how many rows it has, and how many
    of them are still as that transaction wrote them. Far cheaper than a hash, which reads every value
    (docs/decisions/0007).
    """
    seals = {}
    for contract in contracts_module.released(contracts_module.load()):
        table = Identifier(CANDIDATE_SCHEMA, contract.name)
        row = connection.execute(
            SQL(
                "select pg_relation_filenode({}::regclass)::bigint as berkas, p.xmin::text as penulis,"
                " count(*) as baris, count(*) filter (where t.xmin = p.xmin and t.xmax = '0') as utuh"
                " from {} as t cross join (select xmin from {} limit 1) as p group by p.xmin"
            ).format(Literal(f"{CANDIDATE_SCHEMA}.{contract.name}"), table, table)
        ).fetchone()
        seals[contract.name] = list(row.values()) if row else []
    return seals


def publish(settings: Settings, periode: str) -> dict[str, Any]:
    """Publish the decided candidate of a month; return ids, counts and hashes of what readers see.

    A second run after success changes nothing and returns the same. Raises NotReady without a candidate, GateHeld when
    the gate has not passed this exact content, Undecided or Rejected only because of the decision row, CandidateChanged
    when the tables are not those that were checked, ContractBroken when they do not match their contracts.
    """
    with ledger.step(settings, "publish", periode, ledger.CANDIDATE) as run:
        failpoint(settings, "publish.start")
        with run.transaction() as connection:
            candidate = _candidate(connection, periode)
            if candidate is not None:
                _publish(settings, connection, candidate)
                failpoint(settings, "publish.after_pointer")
        failpoint(settings, "publish.after_commit")
        released = [contract.name for contract in contracts_module.released(contracts_module.load())]
        with run.transaction() as connection:
            wait_for_planners(connection, released)
            announce(connection, released)
        failpoint(settings, "publish.after_announce")
        with run.transaction() as connection:
            # Only after those commits: every query that begins now plans with the new partition (docs/decisions/0002).
            connection.execute("update rilis.penunjuk set mulai = clock_timestamp() where mulai = 'infinity'")
        failpoint(settings, "publish.after_open")
        with run.transaction() as connection:
            database.describe_partitioned(connection, *(("rilis", table) for table in READ_BACK))
            write_release_files(settings, connection)
            result = _result(connection, periode)
        run.counts.update(result)
        return result


def _candidate(connection: psycopg.Connection, periode: str) -> dict[str, Any] | None:
    """The newest revision of the month if it waits to be published; None when it is published already."""
    newest = connection.execute(
        "select * from rilis.rilis where periode = %s order by revisi desc limit 1 for update", [periode]
    ).fetchone()
    if newest is None:
        raise NotReady(f"tidak ada kandidat {periode}; jalankan dahulu bulan itu (`make month PERIODE={periode}`)")
    if newest["status"] == "ditahan":
        raise GateHeld(f"kandidat {newest['id_rilis']} ditahan gerbang; lihat audit.hasil_periksa")
    return newest if newest["status"] == "kandidat" else None


def _publish(settings: Settings, connection: psycopg.Connection, candidate: dict[str, Any]) -> None:
    id_rilis, sha256 = candidate["id_rilis"], candidate["sha256"]
    decision = _require_passed_and_decided(connection, id_rilis, sha256)
    contracts = contracts_module.released(contracts_module.load())
    wrong = catalogue.check(connection)
    for contract in contracts:
        wrong += catalogue.differences(connection, contract, CANDIDATE_SCHEMA, contract.name)
    if wrong:
        raise ContractBroken(f"release {id_rilis}: {'; '.join(wrong)}; run `make migrate`, correct the model")
    connection.execute("set local lock_timeout = '2s'")
    # From here on nobody writes the candidate, so the hashed content is the attached content.
    for contract in contracts:
        connection.execute(SQL("lock table {} in exclusive mode").format(Identifier(CANDIDATE_SCHEMA, contract.name)))
    # The decision is bound to this content: if the seals differ from those of the audit, everything is hashed again.
    tables, found = candidate["tabel"], sha256
    if seal_tables(connection) != candidate["segel"]:
        tables, found = hash_tables(connection, id_rilis)
    if found != sha256:
        changed = sorted(name for name in tables if tables[name] != candidate["tabel"].get(name))
        raise CandidateChanged(
            f"candidate {id_rilis} was checked and decided as {sha256[:12]}…, its tables are now {found[:12]}… "
            f"(changed: {', '.join(changed)}); run the audit again and ask again"
        )
    for contract in contracts:
        attach(connection, contract, CANDIDATE_SCHEMA, id_rilis)
    failpoint(settings, "publish.after_attach")
    connection.execute(
        "update rilis.rilis set status = 'digantikan' where periode = %s and status = 'terbit'",
        [candidate["periode"]],
    )
    connection.execute(
        "update rilis.rilis set status = 'terbit', diterbitkan = clock_timestamp(), diputuskan = %s, penyetuju = %s"
        " where id_rilis = %s",
        [decision["pada"], decision["oleh"], id_rilis],
    )
    # A late revision of an older month is published, but the newest month stays what readers see.
    moved = connection.execute(
        "update rilis.penunjuk as p set id_rilis = %(baru)s, mulai = 'infinity', digeser = clock_timestamp(),"
        " id_sebelum = case when p.mulai = 'infinity' then p.id_sebelum else p.id_rilis end"
        " where not exists (select from rilis.rilis as a where a.id_rilis = p.id_rilis and a.periode > %(periode)s)",
        {"baru": id_rilis, "periode": candidate["periode"]},
    )
    if moved.rowcount:
        _follow_merges(connection, id_rilis)


def _follow_merges(connection: psycopg.Connection, id_rilis: str) -> None:
    """Write into the registry which id replaced which, as of the release that readers see now."""
    for grain in ("individu", "rumah_tangga"):
        connection.execute(
            SQL(
                "with kini as (select uid, digantikan_oleh from identitas.penerus(%(rilis)s) where grain = %(grain)s),"
                " semua as (select uid from kini"
                " union select uid from identitas.{grain} where digantikan_oleh is not null)"
                " update identitas.{grain} as r set digantikan_oleh = k.digantikan_oleh"
                " from semua as s left join kini as k on s.uid = k.uid"
                " where r.uid = s.uid and r.digantikan_oleh is distinct from k.digantikan_oleh"
            ).format(grain=Identifier(grain)),
            {"rilis": id_rilis, "grain": grain},
        )


def _require_passed_and_decided(connection: psycopg.Connection, id_rilis: str, sha256: str | None) -> dict[str, Any]:
    verdict = connection.execute(
        "select putusan from audit.putusan_gerbang where gerbang = 'rilis' and subjek = %s and sha256 = %s",
        [id_rilis, sha256],
    ).fetchone()
    if verdict is None or verdict["putusan"] not in PASSING:
        raise GateHeld(
            f"kandidat {id_rilis}: gerbang 'rilis' belum meluluskan persis isi ini"
            f" (putusan gerbang: {verdict['putusan'] if verdict else 'tidak ada'}); jalankan langkah Periksa (`audit`)"
        )
    # Withdrawn by a person, after readers had seen it. A candidate that was withdrawn before it was published, because
    # a source took its delivery back, may be published when the source delivers the same again.
    withdrawn = connection.execute(
        "select id_rilis from rilis.rilis where sha256 = %s and status = 'ditarik' and diterbitkan is not null",
        [sha256],
    ).fetchone()
    if withdrawn:
        raise Rejected(
            f"isi kandidat {id_rilis} sama dengan {withdrawn['id_rilis']}, yang sudah ditarik; bangun kandidat baru"
        )
    decision = decisions.find(connection, sha256, "publish")
    if decision is None:
        raise Undecided(
            f"kandidat {id_rilis} ({sha256[:12]}…) menunggu putusan penerbitan;"
            " jalankan lagi tugas Putuskan (`approve`)"
        )
    if decision["jawaban"] != "setuju":
        raise Rejected(f"kandidat {id_rilis} ditolak oleh {decision['oleh']}; hanya kandidat baru yang dapat menyusul")
    return decision


def _result(connection: psycopg.Connection, periode: str) -> dict[str, Any]:
    """The published release of a month, with rows by table."""
    released = ledger.standing(connection, periode)
    active = connection.execute("select id_rilis from rilis.penunjuk").fetchone()["id_rilis"]
    return {
        **{name: released[name] for name in ("id_rilis", "periode", "revisi", "status", "sha256")},
        "aktif": released["id_rilis"] == active,
        "baris": {name: table["baris"] for name, table in sorted(released["tabel"].items())},
    }


def rollback(settings: Settings, id_rilis: str, oleh: str, alasan: str) -> dict[str, Any]:
    """Let readers see an older release again and withdraw the one they see now; the audit records who and why.

    Nothing changes when the release is active already. Raises RollbackRefused for a release that is unknown, was
    never published or was withdrawn, or is newer than the active one.
    """
    periode = id_rilis.split("/")[0]
    with ledger.step(settings, "rollback", periode, ledger.CANDIDATE) as run:
        with run.transaction() as connection:
            active = connection.execute(
                "select r.* from rilis.penunjuk as p join rilis.rilis as r using (id_rilis) for update"
            ).fetchone()
            target = connection.execute("select * from rilis.rilis where id_rilis = %s", [id_rilis]).fetchone()
            if target is None or target["status"] not in ("terbit", "digantikan"):
                found = f"statusnya {target['status']}" if target else "tidak dikenal"
                raise RollbackRefused(
                    f"rilis {id_rilis} {found}; yang dapat ditampilkan lagi hanya yang terbit atau digantikan"
                    " (publikasi.rilis)"
                )
            if (target["periode"], target["revisi"]) > (active["periode"], active["revisi"]):
                raise RollbackRefused(
                    f"rilis {id_rilis} lebih baru daripada {active['id_rilis']}, yang kini dibaca; pilih yang lebih"
                    " lama, atau bangun dan terbitkan bulan itu lagi"
                )
            if active["id_rilis"] != id_rilis:
                _move_back(connection, active["id_rilis"], id_rilis, oleh, alasan)
        with run.transaction() as connection:
            database.describe_partitioned(connection, *(("rilis", table) for table in READ_BACK))
            write_release_files(settings, connection)
        result = {"id_rilis": id_rilis, "periode": target["periode"], "revisi": target["revisi"], "status": "terbit"}
        run.counts.update(result)
        return result


def _move_back(connection: psycopg.Connection, active: str, target: str, oleh: str, alasan: str) -> None:
    connection.execute("update rilis.rilis set status = 'ditarik' where id_rilis = %s", [active])
    # A late revision of the target's month may be `terbit` too. Only the target may stay `terbit`, because lists and
    # exports use the `terbit` release of a month.
    connection.execute(
        "update rilis.rilis as r set status = case when r.id_rilis = %(ke)s then 'terbit' else 'digantikan' end"
        " from rilis.rilis as ke where ke.id_rilis = %(ke)s and r.periode = ke.periode"
        " and (r.id_rilis = %(ke)s or r.status = 'terbit')",
        {"ke": target},
    )
    # Every reader knows the partitions of this release already, so the pointer takes effect at once for all of them.
    connection.execute(
        "update rilis.penunjuk set id_rilis = %(ke)s, id_sebelum = %(ke)s, mulai = '-infinity',"
        " digeser = clock_timestamp()",
        {"ke": target},
    )
    _follow_merges(connection, target)
    connection.execute(
        "insert into audit.putar_balik (dari, ke, oleh, alasan) values (%s, %s, %s, %s)",
        [active, target, oleh, alasan],
    )
