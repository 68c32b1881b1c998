"""The signals of a source or delivery besides its rows: refused, not there yet, not reachable."""

from __future__ import annotations

from typing import Any

# contracts/rules.md, "Refusals and thresholds".
REFUSAL_CODES = frozenset({
    "manifest_tidak_cocok", "kolom_wajib_hilang", "kode_tidak_dikenal", "wilayah_salah", "bulan_salah",
    "nik_rusak_massal", "kecamatan_hilang", "kosong", "sama_dengan_bulan_lalu", "pembacaan_tidak_lengkap",
    "kolom_tertukar", "bentuk_tidak_terbaca",
})  # fmt: skip


class Refusal(Exception):
    """A whole delivery is refused; nothing of it is loaded and the sender gets a report.

    kode: one of REFUSAL_CODES. pesan: Indonesian, for the sender, without personal values.
    rincian: counts, shares and names of fields only. extracted: the refused bytes, when the refusal
    came during the read (the step needs their identity for the ledger), else None.
    Raises ValueError for a code that contracts/rules.md does not know.
    """

    def __init__(self, kode: str, pesan: str, rincian: dict[str, Any] | None = None, extracted: Any = None):
        if kode not in REFUSAL_CODES:
            raise ValueError(f"Refusal: unknown code {kode!r}; expected one of {sorted(REFUSAL_CODES)}.")
        super().__init__(f"{kode}: {pesan}")
        self.kode = kode
        self.pesan = pesan
        self.rincian = rincian or {}
        self.extracted = extracted


class NotYet(Exception):
    """The month is not published yet (no manifest.json, or 404 periode_belum_tersedia): ask again later."""


class SourceUnavailable(Exception):
    """The source could not be read (connection, status, not the documented JSON): the step tries again."""
