"""One file read by the reader of its form, into the rows of its raw table."""

from __future__ import annotations

from pathlib import Path

import pytest
from deliveries import SOURCES, as_csv, dtsen

from connectors.core.files.readers import READERS
from connectors.core.landing import workspace
from connectors.interface import Refusal

ANGGOTA = SOURCES["dtsen"].entitas["anggota"]
KEPESERTAAN = SOURCES["dtsen"].entitas["kepesertaan"]


def read(folder: Path, name: str, body: bytes, entity=ANGGOTA) -> list[tuple]:
    """Rows of the raw table that the reader of that suffix makes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "berkas").write_bytes(body)
    con = workspace(folder / "kerja")
    with con:
        count = READERS["." + name.partition(".")[2]](
            con, folder / "berkas", entity, name, "mentah", folder / "kerja"
        ).baris
        content = con.execute("select * from mentah order by rowid").fetchall()
    assert count == len(content)
    assert [p.name for p in (folder / "kerja").iterdir() if p.is_file()] == []
    return content


def refused(folder: Path, name: str, body: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(folder, name, body)
    return caught.value


PLAIN = as_csv(dtsen()["anggota"])
