"""Report outcomes of complaints and applications to Bratasena, which tells citizens (contracts/sinks.md, section 4)."""

from __future__ import annotations

import json
import re
from typing import Literal, get_args

from connectors.core.client import Client
from connectors.core.target import tell, unexpected

Result = Literal["ditindaklanjuti", "tidak_terbukti", "diteruskan", "selesai"]
NUMBER = re.compile(r"\d{9}")


def report_outcome(
    client: Client, jenis: Literal["aduan", "pengajuan"], id: str, versi: int, hasil: Result, pesan: str
) -> Literal["selesai", "versi_lain"]:
    """Report the outcome of a case. versi: the case version it is based on; `versi_lain`: the feed brings a newer one.

    Raises ValueError for an outcome that does not exist and for a pesan that holds nine digits in a row (a NIK, a
    telephone number), SourceUnavailable when Bratasena is not reached, Unexpected for any other answer.
    """
    if hasil not in get_args(Result):
        raise ValueError(f"bratasena: no such outcome; expected one of {', '.join(get_args(Result))}.")
    if NUMBER.search(pesan):
        raise ValueError("bratasena: the pesan holds nine or more digits in a row; write it without numbers of people.")
    body = json.dumps({"versi": versi, "hasil": hasil, "pesan": pesan}, ensure_ascii=False, separators=(",", ":"))
    answer = tell(client, "PUT", jenis, body.encode(), id)
    if answer.status == 200:
        return "selesai"
    if answer.status == 409:
        return "versi_lain"
    raise unexpected(client, jenis, f"answered {answer.status}", "200 or 409")
