"""Dukcapil's identity check: send questions in batches, keep the allowed part of answers (contracts/sources.md 6).

Only the verdict and its instant are kept, never a copy of Dukcapil's data. No answer means "not checked", never
"failed": answers that cannot be read are counted, and the next run asks again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.core.authentication import Problem
from connectors.core.client import Client
from connectors.core.feed import FeedAccess
from connectors.core.signals import SourceUnavailable
from connectors.core.source import Strict, load_declaration

MOST_IN_A_REQUEST = 1000
# After this many batches in a row without a verdict we stop: the service answers, but not as agreed.
PATIENCE = 3
# Statuses that refuse the content of the batch, not the client.
OF_THE_BATCH = (400, 413, 422)

QUESTIONS = """
    select to_json({'data': list({
        'ref': nomor::varchar, 'nik': nik, 'nama': nama, 'tanggal_lahir': tanggal_lahir, 'jenis_kelamin': jenis_kelamin
    } order by nomor)})::varchar
    from tanya where nomor between $pertama and $terakhir
"""
# A row with an unknown ref, an unknown verdict or an invalid active number does not count at all, because it shows that
# the two sides understand it differently. A ref that is answered twice counts only if both answers are equal.
VERDICTS = """
    create or replace table jawab as
    with baris as (
        select distinct e ->> '$.ref' as ref, e ->> '$.hasil' as hasil,
            nullif(e ->> '$.nik_aktif', '') as nik_aktif, try_cast(e ->> '$.tanggal_meninggal' as date) as tanggal
        from (select unnest(json_extract($isi::json, '$.data[*]')) as e)
    ),
    sekali as (select * from baris qualify count(*) over (partition by ref) = 1)
    select t.nomor, s.hasil, nullif(s.nik_aktif, t.nik) as nik_aktif,
        case when s.hasil = 'meninggal' then s.tanggal end as tanggal_meninggal
    from sekali as s inner join tanya as t on s.ref = t.nomor::varchar
    where t.nomor between $pertama and $terakhir and list_contains($hasil, s.hasil)
        and (s.nik_aktif is null or regexp_full_match(s.nik_aktif, '[1-9][0-9]{15}'))
"""


class Check(Strict):
    """A whole check.yml. hasil: the known verdicts; others are not kept."""

    nama: str
    judul: str
    pemilik: str
    koneksi: str
    akses: FeedAccess
    hasil: tuple[str, ...]


@dataclass(frozen=True)
class Batch:
    """The result of one request: persons asked, and readable verdicts (in table `jawab`)."""

    ditanya: int
    dijawab: int


def load_check() -> Check:
    """The declaration beside this module. Raises ValueError when it is not a valid one."""
    return load_declaration(Path(__file__).parent / "check.yml", Check)


def verify(client: Client, check: Check, con: Any, most: int) -> Iterator[Batch]:
    """Ask for the rows of `tanya` in a DuckDB connection, at most `most` requests; one Batch per request.

    `tanya` (nomor from 1, nik, nama, tanggal_lahir, jenis_kelamin) is asked by `nomor`; after each batch `jawab`
    (nomor, hasil, nik_aktif, tanggal_meninggal) holds its verdicts. Raises SourceUnavailable when the service does not
    answer, refuses the credential, or says nothing readable in PATIENCE batches in a row.
    """
    access, silent = check.akses, 0
    size = min(access.batas or MOST_IN_A_REQUEST, MOST_IN_A_REQUEST)
    questions = con.sql("select count(*) from tanya").fetchall()[0][0]
    for first in range(1, questions + 1, size)[:most]:
        last = min(first + size - 1, questions)
        answered = _read(con, check, _ask(client, access, con, first, last), first, last)
        yield Batch(last - first + 1, answered)
        silent = 0 if answered else silent + 1
        if silent == PATIENCE:
            raise SourceUnavailable(
                f"{check.nama}: {access.jalur} gave no readable verdict in {PATIENCE} requests in a row, expected"
                ' {"data": [{"ref", "hasil"}]} with the refs that were asked; tell the owner of the service.'
            )


def _ask(client: Client, access: FeedAccess, con: Any, first: int, last: int) -> str:
    """The text of the answer to one batch; empty when the whole batch was refused."""
    ((body,),) = con.execute(QUESTIONS, {"pertama": first, "terakhir": last}).fetchall()
    try:
        answer = client.send("POST", access.jalur, body.encode(), {"Content-Type": "application/json"})
    except Problem as problem:
        if problem.status in OF_THE_BATCH:
            return ""
        raise SourceUnavailable(
            f"{problem} Check the password of {client.connection.conn_id}, and the address."
        ) from None
    if answer.status not in (200, *OF_THE_BATCH):
        raise SourceUnavailable(f"{client.source.nama}: {access.jalur} answered {answer.status}, expected 200.")
    return answer.body.decode("utf-8", "replace") if answer.status == 200 else ""


def _read(con: Any, check: Check, text: str, first: int, last: int) -> int:
    # Python also reads texts that are not valid JSON (NaN, half a surrogate pair).
    ((valid,),) = con.execute("select json_valid($isi)", {"isi": text}).fetchall()
    con.execute(
        VERDICTS,
        {"isi": text if valid else "{}", "hasil": list(check.hasil), "pertama": first, "terakhir": last},
    )
    return con.sql("select count(*) from jawab").fetchall()[0][0]
