"""The monthly report on deactivations beside what the approvers were told."""

from __future__ import annotations

import datetime as dt
import re

from antrean_uji import JUNE, Antrean

from sinkron import database, questions, report

DEATH = {
    "asal": "dukcapil", "bukti": "dukcapil:2026-06-11", "kode_alasan": "MENINGGAL", "petugas": None,
    "sumber_kasus": None, "id_kasus": None,
}  # fmt: skip


def test_report_and_approval_count_the_same_families(antrean: Antrean):
    for number in (1, 2):
        antrean.propose(number)
    antrean.propose(3, **DEATH)
    antrean.approve()
    before = dt.datetime.now(dt.UTC)
    with database.connect(antrean.settings) as connection:
        told = questions.body(connection, questions.question(connection, "push", JUNE, 1))
        page = report.write(connection, antrean.settings, JUNE).read_text(encoding="utf-8")
    assert "(2 dari 120 tahun ini); di luar rencana 1 keluarga karena kematian menurut Dukcapil" in told
    assert (
        f"Tahun ini, sampai dengan {JUNE}, disahkan penonaktifan bagi 2 keluarga dari 120 yang direncanakan; di luar"
        " itu bagi 1 keluarga karena kematian menurut Dukcapil."
    ) in page
    # The counts are those of the moment, and so is the day: the month of the report may long be over.
    said = re.search(r"Keadaan pada (\d{4}-\d\d-\d\d \d\d:\d\d) WIB", page)[1]
    written = dt.datetime.strptime(f"{said} +0700", "%Y-%m-%d %H:%M %z")
    assert abs(written - before) < dt.timedelta(minutes=5)
