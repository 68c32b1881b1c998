"""The closed list of DAG tags; a test refuses any other."""

from __future__ import annotations

from enum import StrEnum


class Tag(StrEnum):
    """What a DAG is about, as operators filter for it."""

    SUMBER = "sumber"
    DATA_EMAS = "data-emas"
    PENERBITAN = "penerbitan"
    PENONAKTIFAN = "penonaktifan"
    PENGAWASAN = "pengawasan"
    DARURAT = "darurat"
