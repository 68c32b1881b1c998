"""Receivers: what a `target.yml` declares, what is sent to them and what they answer (contracts/sinks.md).

An answer of a receiver is accepted only in its documented form. An error names the receiver, the declared path, the
status and a code: never a body, an id, a name or a text of the receiver.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from pydantic import Field, model_validator

from connectors.core.authentication import Problem
from connectors.core.client import Answer, Client
from connectors.core.signals import SourceUnavailable
from connectors.core.source import Paced, Strict, load_declaration

ROW_ID = re.compile(r"[0-9a-f]{64}")
# A code is shown to people who may see no number and no name, so a text that may hold one is not accepted as a code.
CODE = re.compile(r"(?!.*[0-9]{9})[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
UNREADABLE_CODE = "kode_tidak_terbaca"
LONGEST_MESSAGE = 1000
STATUSES = ("diterima", "ditolak")
JSON = {"Content-Type": "application/json"}


class Unexpected(SourceUnavailable):
    """The receiver answered, but not as agreed: another row may succeed, and a person has to look at this one."""


class TargetAccess(Paced):
    """How a REST receiver is reached. jalur: purpose -> path; `{id}` is replaced by an id."""

    otentikasi: Literal["oauth_client_credentials", "api_key"]
    jalur: dict[str, str]
    jalur_token: str | None = None

    @model_validator(mode="after")
    def _token_path(self) -> TargetAccess:
        if (self.otentikasi == "oauth_client_credentials") != (self.jalur_token is not None):
            raise ValueError("`jalur_token` belongs to oauth_client_credentials, and only there")
        return self


class Target(Strict):
    """A whole target.yml. batas: rows per batch, None without a limit; koneksi_balasan: where to find answer files."""

    nama: str
    judul: str
    pemilik: str
    koneksi: str
    jenis: Literal["berkas", "rest"]
    arti: str
    akses: TargetAccess | None = None
    koneksi_balasan: str | None = None
    batas: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _consistent(self) -> Target:
        if (self.jenis == "rest") != (self.akses is not None):
            raise ValueError("`akses` belongs to a REST receiver, and every REST receiver has it")
        if (self.jenis == "berkas") != (self.koneksi_balasan is not None):
            raise ValueError("`koneksi_balasan` belongs to a receiver of files, and every receiver of files has it")
        return self


def load_target(path: Path) -> Target:
    """Read one target.yml. Raises as load_declaration does."""
    return load_declaration(path, Target)


def load_targets(root: Path | None = None) -> dict[str, Target]:
    """Every receiver under `root` (default: this package), by name, sorted. Raises as load_target does."""
    folder = root or Path(__file__).parent.parent
    return {t.nama: t for t in map(load_target, sorted(folder.glob("*/target.yml")))}


@dataclass(frozen=True)
class Row:
    """One deactivation for one receiver, with the receiver's numbers and name. tanggal_verifikasi: `YYYY-MM-DD`."""

    id_baris: str
    no_kk: str | None = field(repr=False)
    nik: str | None = field(repr=False)
    nama: str | None = field(repr=False)
    program: str
    kode_alasan: str
    tanggal_verifikasi: str
    bukti: str
    kode_desa: str


class Cancellation(NamedTuple):
    """A row to cancel."""

    id_baris: str
    alasan: str


@dataclass(frozen=True)
class Verdict:
    """A receiver's answer on one row. kode: None when it gave none; pesan: its own text, which may name a person."""

    id_baris: str
    status: Literal["diterima", "ditolak"]
    kode: str | None
    pesan: str | None = field(repr=False)


@dataclass(frozen=True)
class Receipt:
    """What is known about a batch so far. selesai: no more answers will come, even if rows are missing in `hasil`."""

    selesai: bool
    hasil: tuple[Verdict, ...]


def ordered(rows: Iterable[Any]) -> list[Any]:
    """Rows sorted by `id_baris`. Raises ValueError when an id is not one of ours, or occurs twice."""
    result = sorted(rows, key=lambda row: row.id_baris)
    ids = [row.id_baris for row in result]
    if wrong := sum(ROW_ID.fullmatch(i) is None for i in ids):
        raise ValueError(f"{wrong} of {len(ids)} rows have an id_baris that is not 64 hex digits in lower case.")
    if twice := len(ids) - len(set(ids)):
        raise ValueError(f"{twice} of {len(ids)} rows have an id_baris that stands there twice; send each row once.")
    return result


def reason_code(value: Any) -> str | None:
    """A receiver's reason code; None when it gave none, UNREADABLE_CODE if it does not look like a code."""
    if value is None or value == "":
        return None
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return text if isinstance(text, str) and CODE.fullmatch(text) else UNREADABLE_CODE


def message(value: Any) -> str | None:
    """A receiver's text in a form that Postgres can hold, cut at LONGEST_MESSAGE; None when it gave none."""
    if not isinstance(value, str) or not value:
        return None
    return value.replace("\0", "").encode("utf-8", "replace").decode()[:LONGEST_MESSAGE]


def tell(client: Client, method: str, jalur: str, body: bytes, id: str = "", **headers: str) -> Answer:
    """Send a body to the declared path `jalur` with the id in it; the answer has status 200, 202, 404, 409 or 422.

    Repeated with the same bytes as `Client.send` does. Raises Unexpected for any other status, and SourceUnavailable
    when the receiver is not reached, refuses the credential, or leaves the result of the body unknown.
    """
    with _without_ids(client, jalur, id) as path:
        return client.send(method, path, body, {**JSON, **headers})


def read(client: Client, jalur: str, id: str) -> dict[str, Any] | None:
    """The JSON object at the declared path `jalur` with the id in it; None when it is not there. Raises as `tell`."""
    with _without_ids(client, jalur, id) as path:
        try:
            return client.get(path, {}).content
        except Problem as problem:
            if problem.status == 404:
                return None
            raise


def unexpected(client: Client, jalur: str, got: str, expected: str) -> Unexpected:
    """The error for an answer that is not as agreed. got, expected: words without anything that was received."""
    return Unexpected(
        f"{client.source.nama}: {declared(client, jalur)} {got}; expected {expected}. Nothing is taken from it; ask the"
        " owner of the receiver what changed."
    )


def declared(client: Client, jalur: str) -> str:
    """The declared path of that name."""
    return client.source.akses.jalur[jalur]


@contextmanager
def _without_ids(client: Client, jalur: str, id: str) -> Iterator[str]:
    """The path with the id in it; errors omit the id, because it may be a person's number. An id is never a path."""
    template = declared(client, jalur)
    if "{id}" in template and (id in ("", ".", "..") or not id.isprintable() or len(id) > 200):
        raise unexpected(client, jalur, "has to carry an id that no address can", "1 to 200 printable characters")
    path = template.replace("{id}", quote(id, safe=""))
    try:
        yield path
    except Problem as problem:
        if problem.status in (401, 403):
            raise SourceUnavailable(
                f"{client.source.nama}: {template} answered {problem.status} {problem.galat}; check login and password"
                f" of {client.connection.conn_id}."
            ) from None
        told = f"answered {problem.status} {problem.galat or 'without an error code'}"
        raise unexpected(client, jalur, told, "200, 202, 404, 409 or 422") from None
    except SourceUnavailable as error:
        raise type(error)(str(error).replace(path, template)) from None


def answered_rows(client: Client, jalur: str, given: Mapping[str, Any], field_name: str) -> list[dict[str, Any]]:
    """The list `field_name` of an answer; raises Unexpected unless all its rows have an id of ours."""
    rows = given.get(field_name)
    rows = [] if rows is None else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise unexpected(client, jalur, f"gave `{field_name}` that is no list of rows", "a list of rows")
    if wrong := sum(not isinstance(i := row.get("id_baris"), str) or ROW_ID.fullmatch(i) is None for row in rows):
        raise unexpected(client, jalur, f"gave {wrong} of {len(rows)} rows without an id_baris", "one in each row")
    return rows
