"""Which header of a delivered file is which declared field, and what of a file is told besides its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.core.files.limits import COLUMN_LIMIT
from connectors.core.signals import Refusal

if TYPE_CHECKING:
    # The limited process imports this module too; the declarations would be half of its start.
    from connectors.core.source import Entity


@dataclass(frozen=True)
class FileRead:
    """What reading a file told.

    baris: data rows (logical records). header_tidak_dikenal: headers that no field claims. kolom_tidak_ada: absent
    optional fields. diabaikan: parts of a workbook that were not read, by kind, with their number.
    """

    baris: int
    header_tidak_dikenal: tuple[str, ...]
    kolom_tidak_ada: tuple[str, ...]
    diabaikan: dict[str, int]


def header_key(header: str) -> str:
    """A header as it is compared: lower case, blanks, dashes and dots as one underscore, no BOM."""
    return re.sub(r"[\s\u00a0_.\-]+", "_", header.strip("\ufeff \t\r\n\u00a0\"'").lower()).strip("_")


def claims(entity: Entity) -> dict[str, str]:
    """Header key -> field that claims it, by its name or an alias of its entity."""
    return {header_key(alias): c.nama for c in entity.kolom if not c.turunan for alias in (*c.alias, c.nama)}


def match_headers(entity: Entity, headers: list[str], file: str) -> dict[str, int]:
    """Field -> position of its header.

    Raises Refusal for a missing required field, two headers of one field, or more columns than a delivery has.
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
    """FileRead of a file with these headers; long numbers in unknown headers, which may be a person's, are left out."""
    claimed = set(found.values())
    unknown = (header_key(h)[:60] for i, h in enumerate(headers) if i not in claimed)
    return FileRead(
        baris=baris,
        header_tidak_dikenal=tuple(re.sub(r"\d{6,}", "#", h) for h in unknown),
        kolom_tidak_ada=tuple(c.nama for c in entity.kolom if not c.turunan and c.nama not in found),
        diabaikan=diabaikan or {},
    )
