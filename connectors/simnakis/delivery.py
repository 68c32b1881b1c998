"""Set states of families in Simnakis, one PUT each (contracts/sinks.md, section 3). A repeated PUT changes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from connectors.core.client import Client
from connectors.core.target import read, tell, unexpected

Status = Literal["nonaktif", "aktif"]


def set_status(
    client: Client,
    keluarga: str,
    status: Status,
    program: Sequence[str] | None,
    rujukan: str,
    berlaku: date,
    anggota: Sequence[str] | None = None,
) -> Literal["selesai", "tidak_dikenal", "bertentangan"]:
    """Set a family inactive, or active again; program None: all; anggota: Simnakis ids of a person-grain row.

    `bertentangan`: Simnakis has a newer, different state and kept it twice; a person has to look. Raises
    SourceUnavailable when Simnakis is not reached, Unexpected when its answer is not as agreed, ValueError for an
    empty list of programmes or members, because it could be read as all of them.
    """
    if (program is not None and not program) or (anggota is not None and not anggota):
        raise ValueError("simnakis: an empty list of programmes or members; name some, or give None for all.")
    wish = {
        "status": status,
        "program": None if program is None else list(program),
        "rujukan": rujukan,
        "berlaku": berlaku.isoformat(),
        **({} if anggota is None else {"anggota": list(anggota)}),
    }
    body = json.dumps(wish, ensure_ascii=False, separators=(",", ":")).encode()
    for last in (False, True):
        answer = tell(client, "PUT", "status", body, keluarga)
        if answer.status == 200:
            return "selesai"
        if answer.status == 404:
            return "tidak_dikenal"
        if answer.status != 409:
            raise unexpected(client, "status", f"answered {answer.status}", "200, 404 or 409")
        if last:
            break
        family = read(client, "keluarga", keluarga)
        if family is None:
            return "tidak_dikenal"
        if not isinstance(family.get("status"), str) or str(family.get("id", keluarga)) != keluarga:
            raise unexpected(client, "keluarga", "did not give the family that was asked for", "it with its status")
        if _as_wished(family, status, program, berlaku, anggota):
            return "selesai"
    return "bertentangan"


def _as_wished(
    family: dict[str, Any], status: Status, program: Sequence[str] | None, berlaku: date, anggota: Sequence[str] | None
) -> bool:
    """Whether the newer state is the requested one; facts that the family's record does not show do not count.

    An inactive family has no active programme and no member with one. Otherwise a programme is judged by its own row
    in `program_daerah`: ended by `berlaku`, or not ended; the record does not show the programmes of single members.
    """
    if family["status"] == "nonaktif":
        return status == "nonaktif"
    if anggota is not None or family["status"] != "aktif":
        return False
    if program is None:
        return status == "aktif"
    running: dict[str, bool] = {}
    for row in family.get("program_daerah") or []:
        if isinstance(row, dict) and isinstance(name := row.get("program"), str):
            end = row.get("selesai")
            going = not (isinstance(end, str) and end[:10] <= berlaku.isoformat())
            running[name.upper()] = running.get(name.upper(), False) or going
    return all(running.get(name.upper()) is (status == "aktif") for name in program)
