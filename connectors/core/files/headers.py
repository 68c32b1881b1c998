"""Match the headers of a delivered file with the declared fields, and collect what to report besides the rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.core.files.limits import COLUMN_LIMIT
from connectors.core.signals import Refusal

if TYPE_CHECKING:
    # The limited process imports this module too, and the declarations would take half of its start-up time.
    from connectors.core.source import Entity


@dataclass(frozen=True)
class FileRead:
    """The report about a file that was read.

    baris: number of data rows (logical records). header_tidak_dikenal: headers that no field claims. kolom_tidak_ada:
    optional fields that are absent. diabaikan: how many parts of a workbook were not read, by kind.
    """

    baris: int
    header_tidak_dikenal: tuple[str, ...]
    kolom_tidak_ada: tuple[str, ...]
    diabaikan: dict[str, int]


def header_key(header: str) -> str:
    """The form in which headers are compared: lower case, without BOM and quotes; blanks, dashes and dots become one
    underscore.
    """
    return re.sub(r"[\s\u00a0_.\-]+", "_", header.strip("\ufeff \t\r\n\u00a0\"'").lower()).strip("_")


def claims(entity: Entity) -> dict[str, str]:
    """Header key (`header_key`) -> the field of the entity that claims it, by its name or one of its aliases."""
    return {header_key(alias): c.nama for c in entity.kolom if not c.turunan for alias in (*c.alias, c.nama)}


def match_headers(entity: Entity, headers: list[str], file: str) -> dict[str, int]:
    """Field -> position of its header, counted from 0.

    Raises Refusal for a required field without header, two headers of one field, or more columns than COLUMN_LIMIT.
    """
    if len(headers) > COLUMN_LIMIT:
        raise Refusal("bentuk_tidak_terbaca", f"{file}: lebih dari {COLUMN_LIMIT} kolom. Kirim tanpa kolom lain.")
    known = claims(entity)
    found: dict[str, int] = {}
    for position, header in enumerate(headers):
        field = known.get(header_key(header))
        if field is None:
            continue
        if field in found:
            raise Refusal(
                "bentuk_tidak_terbaca",
                f"{file}: dua judul kolom untuk {field} (kolom {found[field] + 1} dan {position + 1})."
                " Kirim salah satu saja.",
            )
        found[field] = position
    if missing := [c.nama for c in entity.kolom if c.wajib and c.nama not in found]:
        raise Refusal(
            "kolom_wajib_hilang", f"{file}: kolom wajib {', '.join(missing)} tidak ada. Kirim ulang dengan kolom itu."
        )
    return found


def told(
    entity: Entity, headers: list[str], found: dict[str, int], baris: int, diabaikan: dict[str, int] | None = None
) -> FileRead:
    """The FileRead of a file with these headers. Long numbers in unknown headers are masked: they may be a person's."""
    claimed = set(found.values())
    unknown = (header_key(h)[:60] for i, h in enumerate(headers) if i not in claimed)
    return FileRead(
        baris=baris,
        header_tidak_dikenal=tuple(re.sub(r"\d{6,}", "#", h) for h in unknown),
        kolom_tidak_ada=tuple(c.nama for c in entity.kolom if not c.turunan and c.nama not in found),
        diabaikan=diabaikan or {},
    )
