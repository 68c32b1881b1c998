"""DTSEN deliveries over the district's own seeds, written as bytes into an inbox and taken in by the steps."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sinkron import database, deliveries
from sinkron.outcomes import Refused
from sinkron.settings import Settings
from sinkron.steps import extract, land

Tables = dict[str, list[dict[str, str]]]
NAME = "WARGA RAHASIA"


def tables(settings: Settings, families: int = 1600, offset: int = 0) -> Tables:
    """A clean delivery: one person and one membership a family, families spread evenly over all kecamatan."""
    with (settings.seeds / "wilayah.csv").open(encoding="utf-8", newline="") as file:
        villages = {row["kode"][:8]: row for row in csv.DictReader(file) if len(row["kode"]) == 13}
    homes = [row for kec, row in sorted(villages.items()) if kec.startswith(f"{settings.kabupaten}.")]
    made: Tables = {"keluarga": [], "anggota": [], "kepesertaan": []}
    for n in range(1, families + 1):
        home, serial = homes[n % len(homes)], f"{n:06d}"
        card, number = f"3316081501{serial}", f"33160801{n // 999 % 12 + 1:02d}80{n % 999 + 1:04d}"
        made["keluarga"].append({
            "id_keluarga": f"K{n + offset}", "nomor_kartu_keluarga": card, "kode_kelurahan_desa": home["kode"],
            "kelurahan_desa": home["nama"], "desil_nasional": "2", "jenis_lantai_terluas": "1",
        })  # fmt: skip
        made["anggota"].append({
            "id_anggota": f"A{n + offset}", "id_keluarga": f"K{n + offset}", "nomor_induk_kependudukan": number,
            "nomor_kartu_keluarga": card, "nama": f"{NAME} {n}", "jenis_kelamin": "1",
            "tanggal_lahir": f"1980-{n // 999 % 12 + 1:02d}-01", "keberadaan": "1",
        })  # fmt: skip
        made["kepesertaan"].append({"id_keluarga": f"K{n + offset}", "program": "PKH", "status": "AKTIF"})
    return made


@dataclass
class Pengirim:
    """Who delivers into the inbox of an installation, and looks at what became of it."""

    settings: Settings
    revision: int = 0

    def write(self, periode: str, rows: Tables, manifest: dict[str, Any] | None = None, delimiter: str = ",") -> int:
        """The next revision of a month, manifest last; returns its number."""
        self.revision += 1
        folder = self.settings.inbox / "dtsen" / periode / f"rev-{self.revision}"
        folder.mkdir(parents=True)
        files = []
        for entitas, table in rows.items():
            out = io.StringIO()
            writer = csv.DictWriter(out, list(dict.fromkeys(k for row in table for k in row)), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(table)
            body = out.getvalue().encode()
            (folder / f"{entitas}.csv").write_bytes(body)
            facts = {"sha256": hashlib.sha256(body).hexdigest(), "ukuran": len(body), "baris": len(table)}
            files.append({"nama": f"{entitas}.csv", **facts})
        content = {
            "sumber": "dtsen", "periode": periode, "revisi": self.revision, "kabupaten": self.settings.kabupaten,
            "versi_dtsen": "2026-T2", "desil_per": "2026-03-31", "berkas": files, **(manifest or {}),
        }  # fmt: skip
        (folder / "manifest.json").write_text(json.dumps(content))
        return self.revision

    def take(self, periode: str) -> dict[str, Any]:
        """Extract and land what lies there; raises what the steps raise."""
        extract.run(self.settings, periode, "dtsen")
        return land.run(self.settings, periode, "dtsen")

    def deliver(self, periode: str, rows: Tables, **form: Any) -> dict[str, Any]:
        """Write a delivery and take it in; returns the counts of the step land."""
        self.write(periode, rows, **form)
        return self.take(periode)

    def refused(self, periode: str, rows: Tables, **form: Any) -> tuple[str, dict[str, Any]]:
        """Write a delivery that is refused; returns what the step says and the report to the sender."""
        self.write(periode, rows, **form)
        try:
            self.take(periode)
        except Refused as refusal:
            return str(refusal), self.report(periode)
        raise AssertionError("the delivery was not refused")

    def report(self, periode: str) -> dict[str, Any]:
        """The report on the newest delivery of a month."""
        with database.connect(self.settings) as connection:
            newest = deliveries.newest(connection, "dtsen", periode)
        return json.loads(Path(deliveries.report_path(self.settings, newest)).read_text())

    def rows(self, query: str, *values: Any) -> list[tuple]:
        """Rows of a query as the owner."""
        with database.connect(self.settings) as connection:
            cursor = connection.execute(query, list(values))
            # Rows are dicts here: two columns of one name would be one.
            assert len({column.name for column in cursor.description}) == len(cursor.description), query
            return [tuple(row.values()) for row in cursor.fetchall()]


def personal(text: str) -> list[str]:
    """What of a delivery's persons stands in a text: names, and any number of nine digits and more."""
    return re.findall(rf"{NAME}|\d{{9,}}", text)
