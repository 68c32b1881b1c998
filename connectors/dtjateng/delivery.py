"""Deactivations to DTJateng: bodies with their own key, and receipts (contracts/sinks.md, section 1).

A body is stored before it is first sent, and every later try sends the same bytes. Its key is its sha256, so the
province accepts it only once, even if answers are lost on the way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.core.client import Client
from connectors.core.target import (
    STATUSES,
    UNREADABLE_CODE,
    Cancellation,
    Receipt,
    Row,
    Verdict,
    answered_rows,
    message,
    ordered,
    read,
    reason_code,
    tell,
    unexpected,
)

MOST_IN_A_BODY = 500
FIELDS = ("id_baris", "no_kk", "nik", "nama", "program", "kode_alasan", "tanggal_verifikasi", "bukti")


@dataclass(frozen=True)
class Accepted:
    """The batch was accepted, now or before. id_kiriman: the id with which its receipt is requested."""

    id_kiriman: str


@dataclass(frozen=True)
class Invalid:
    """The whole batch was refused because of these rows. kode: reason code by id_baris."""

    kode: Mapping[str, str]


@dataclass(frozen=True)
class Conflict:
    """The receiver knows the key with another body: a person has to look."""


def bodies(
    rows: Iterable[Row], kabupaten: str, bulan_efektif: str, nomor_sk: str, batas: int = MOST_IN_A_BODY
) -> list[bytes]:
    """The deactivations as bodies of at most `batas` rows, sorted by id_baris: equal rows give equal bytes.

    kabupaten: code, dotted or not. Raises ValueError for an id_baris that is invalid or occurs twice.
    """
    data = [{name: getattr(row, name) for name in FIELDS} for row in ordered(rows)]
    return _bodies(data, kabupaten, bulan_efektif, nomor_sk, batas)


def cancellation_bodies(
    rows: Iterable[Cancellation], kabupaten: str, bulan_efektif: str, nomor_sk: str, batas: int = MOST_IN_A_BODY
) -> list[bytes]:
    """Bodies of cancellations, made as by `bodies`."""
    return _bodies([row._asdict() for row in ordered(rows)], kabupaten, bulan_efektif, nomor_sk, batas)


def key(body: bytes) -> str:
    """The Idempotency-Key of a body: the sha256 of its exact bytes."""
    return hashlib.sha256(body).hexdigest()


def send(client: Client, body: bytes, cancellation: bool = False) -> Accepted | Invalid | Conflict:
    """Send a stored body, or send it again. client: of this receiver's target.

    Raises SourceUnavailable when the province is not reached or the result of the body is unknown, Unexpected when the
    answer is not as agreed. In both cases the same body is sent again later, and no other body with these rows.
    """
    jalur = "pembatalan" if cancellation else "penonaktifan"
    answer = tell(client, "POST", jalur, body, **{"Idempotency-Key": key(body)})
    if answer.status in (200, 202):
        return Accepted(_batch_id(client, jalur, answer.content.get("id_kiriman")))
    if answer.status == 409:
        return Conflict()
    if answer.status == 422:
        return _invalid(client, jalur, body, answer.content)
    raise unexpected(client, jalur, f"answered {answer.status}", "200, 202, 409 or 422")


def receipt(client: Client, id_kiriman: str, cancellation: bool = False) -> Receipt:
    """The province's answers on a batch so far. A row both accepted and rejected is rejected, because that is final.

    Rows that were not in the batch are returned unchanged: the caller knows what it sent. Raises as `send`.
    """
    jalur = "tanda_terima_pembatalan" if cancellation else "tanda_terima_penonaktifan"
    content = read(client, jalur, id_kiriman)
    if content is None:
        raise unexpected(client, jalur, "answered 404 for a batch that it took", "its receipt")
    if content.get("status") not in ("diproses", "selesai"):
        raise unexpected(client, jalur, "gave a receipt with another status", "diproses or selesai")
    rows = answered_rows(client, jalur, content, "hasil")
    if strange := sum(row.get("status") not in STATUSES for row in rows):
        told = f"gave {strange} of {len(rows)} rows with another status"
        raise unexpected(client, jalur, told, " or ".join(STATUSES))
    verdicts: dict[str, Verdict] = {}
    for row in sorted(rows, key=lambda row: STATUSES.index(row["status"])):
        verdicts[row["id_baris"]] = Verdict(
            row["id_baris"], row["status"], reason_code(row.get("kode")), message(row.get("pesan"))
        )
    return Receipt(content["status"] == "selesai", tuple(verdicts[i] for i in sorted(verdicts)))


def _bodies(data: list[dict[str, Any]], kabupaten: str, bulan_efektif: str, nomor_sk: str, batas: int) -> list[bytes]:
    head = {"kabupaten": kabupaten.replace(".", ""), "bulan_efektif": bulan_efektif, "nomor_sk": nomor_sk}
    size = min(batas, MOST_IN_A_BODY)
    return [_bytes({**head, "data": data[at : at + size]}) for at in range(0, len(data), size)]


def _bytes(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _batch_id(client: Client, jalur: str, value: Any) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not text or not text.isprintable() or len(text) > 200:
        raise unexpected(client, jalur, "took a batch without an id_kiriman that can be asked for", "its id_kiriman")
    return text


def _invalid(client: Client, jalur: str, body: bytes, content: dict[str, Any]) -> Invalid:
    rows = answered_rows(client, jalur, content, "rincian")
    if not rows:
        raise unexpected(client, jalur, "answered 422 and named no row", "the rows that are not valid in `rincian`")
    sent = {row["id_baris"] for row in json.loads(body)["data"]}
    if foreign := {row["id_baris"] for row in rows} - sent:
        told = f"answered 422 and named {len(foreign)} rows that it was not sent"
        raise unexpected(client, jalur, told, "only rows of the batch in `rincian`")
    # If a row is named twice, the first reason is kept.
    return Invalid({row["id_baris"]: reason_code(row.get("kode")) or UNREADABLE_CODE for row in reversed(rows)})
