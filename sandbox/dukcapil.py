"""Dukcapil's identity check (contracts/sources.md 6): it gives a verdict by the truth of the month, never data.

Birth date and name are compared before the answer says what happened to the person. So somebody who asks with another
person's number learns nothing of a death.
"""

import difflib
import json
import re
import threading
import time
from collections import deque
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from sandbox.problem import Problem

MOST, PER_SECOND = 1000, 10
_ALIKE = 0.6
_TITLES = re.compile(r"^(ALMH?|HJ?|KH|NY|BPK?|BAPAK|IBU|MBAH|DRS|DRA|IR)\b\.? +")
# Spellings of one name (domain.md 6), brought to one form.
_SPELLING = (("OE", "U"), ("DJ", "J"), ("TJ", "C"), ("Y", "J"))
_SHORT = {"M": "MUHAMMAD", "MUH": "MUHAMMAD", "MOH": "MUHAMMAD", "MOCH": "MUHAMMAD", "ABD": "ABDUL", "ST": "SITI"}


class Register:
    """Who is who in a month: all NIK in ascending order, with what a verdict needs to know of each."""

    def __init__(self, directory: Path, periode: str):
        """Read the truth of a built month; raises FileNotFoundError when it was not built."""
        truth = directory / "kebenaran" / periode
        if not (truth / "selesai.json").exists():
            raise FileNotFoundError(f"month {periode} is not built in {directory}")
        con = duckdb.connect()
        con.execute("set enable_progress_bar = false")
        columns = con.execute(f"""
            select nik::bigint as nik, nama, tanggal_lahir - date '1970-01-01' as lahir, status,
              luar_kabupaten as luar, nik_ganda as ganda, tanggal_akhir - date '1970-01-01' as akhir
            from '{truth / "individu.parquet"}' join '{truth / "rumah_tangga.parquet"}' using (id_rumah_tangga)
            where nik is not null order by nik""").fetchnumpy()
        self.nik, self.born, self.ended = columns["nik"], columns["lahir"], columns["akhir"]
        self.name, self.status = columns["nama"], columns["status"]
        self.away, self.twice = columns["luar"], columns["ganda"]
        self.old = dict(
            con.execute(f"""
            select distinct nik_lama, i.nik from '{truth / "rekaman.parquet"}' r
            join '{truth / "individu.parquet"}' i on i.id_orang = r.id_benar
            where nik_lama is not null and grain = 'individu'""").fetchall()
        )
        con.close()

    def verdict(self, asked: dict) -> dict:
        """The answer to one row. An element (birth date, name) that was not given is not compared."""
        answer = {"ref": asked.get("ref")}
        nik = str(asked.get("nik") or "")
        if active := self.old.get(nik):
            answer["nik_aktif"], nik = active, active
        at = int(np.searchsorted(self.nik, int(nik))) if re.fullmatch(r"\d{16}", nik) else len(self.nik)
        if at == len(self.nik) or int(self.nik[at]) != int(nik):
            return answer | {"hasil": "nik_tidak_ditemukan"}
        if self.twice[at]:
            return answer | {"hasil": "nik_ganda"}
        if (born := asked.get("tanggal_lahir")) and _day(born) != int(self.born[at]):
            return answer | {"hasil": "tidak_padan_tgl_lahir"}
        if (name := asked.get("nama")) and not alike(name, self.name[at]):
            return answer | {"hasil": "padan_nama_beda"}
        if self.status[at] == "meninggal":
            return answer | {"hasil": "meninggal", "tanggal_meninggal": str(np.datetime64(int(self.ended[at]), "D"))}
        if self.status[at] == "pindah" or self.away[at]:
            return answer | {"hasil": "pindah_luar_kab"}
        return answer | {"hasil": "padan"}


class Rate:
    """At most PER_SECOND requests in any second."""

    def __init__(self):
        self._last: deque[float] = deque(maxlen=PER_SECOND)
        self._lock = threading.Lock()

    def admit(self) -> bool:
        """Whether a request may pass now; one that may not is not counted."""
        with self._lock:
            now = time.monotonic()
            if len(self._last) == PER_SECOND and now - self._last[0] < 1:
                return False
            self._last.append(now)
            return True


def answer(register: Register, body: bytes) -> bytes:
    """The JSON answer to a request. Raises Problem 400 for a malformed request, or one of more than MOST rows."""
    try:
        rows = json.loads(body)["data"]
        if len(rows) > MOST:
            raise Problem(400, "terlalu_banyak", f"{len(rows)} rows, at most {MOST} in a request")
        return json.dumps({"data": [register.verdict(row) for row in rows]}).encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Problem(400, "permintaan_tidak_sah", 'the body must be {"data": [{"ref", "nik", …}]}') from None


def alike(asked: str, known: str) -> bool:
    """Whether two spellings can be one name: titles, old spelling, abbreviation, order and slips do not matter."""
    one, other = _plain(asked), _plain(known)
    together = "".join(one), "".join(other)
    if together[0].startswith(together[1]) or together[1].startswith(together[0]):
        return True
    if len(one) == len(other):
        pairs = zip(one, other, strict=True)
        if all(a[0] == b[0] and (a == b or 1 in (len(a), len(b))) for a, b in pairs):
            return True
    return difflib.SequenceMatcher(None, "".join(sorted(one)), "".join(sorted(other))).ratio() >= _ALIKE


def _plain(name: str) -> list[str]:
    name = name.upper().strip()
    while (shorter := _TITLES.sub("", name)) != name:
        name = shorter
    for old, new in _SPELLING:
        name = name.replace(old, new)
    words = [re.sub(r"[^A-Z]", "", word) for word in name.split()]
    return [_SHORT.get(word, word) for word in words if word]


def _day(text: str) -> int | None:
    try:
        return (date.fromisoformat(text) - date(1970, 1, 1)).days
    except (ValueError, TypeError):
        return None
