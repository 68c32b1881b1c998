"""What a gate found: one `Check` for each named check, one `Verdict` over them all."""

from __future__ import annotations

from dataclasses import dataclass

SEVERITIES = ("kritis", "peringatan", "info")


@dataclass(frozen=True)
class Check:
    """The outcome of one named check, for the ledger and for the approver; holds counts, never a row.

    `hasil`: `lulus`, `gagal` (a finding about the data) or `galat` (the check itself could not be made).
    `diamati` and `batas` are texts such as `3 baris` and `paling banyak 0 baris`.
    """

    name: str
    kalimat: str
    keparahan: str
    hasil: str
    diamati: str
    batas: str


@dataclass(frozen=True)
class Verdict:
    """All checks of one gate over one subject. Passing needs every declared check to have been evaluated."""

    diharapkan: int
    checks: tuple[Check, ...]

    @property
    def dinilai(self) -> int:
        """Checks that came to a result about the data."""
        return sum(check.hasil != "galat" for check in self.checks)

    @property
    def putusan(self) -> str:
        """`galat` if a check could not be made, `gagal` on a critical finding, `peringatan` on a lesser one.

        A fault outranks a finding: nobody may read "only these two are wrong" from a gate that did not look
        everywhere.
        """
        if self.diharapkan == 0 or self.dinilai != self.diharapkan:
            return "galat"
        failed = {check.keparahan for check in self.failed}
        if "kritis" in failed:
            return "gagal"
        return "peringatan" if "peringatan" in failed else "lulus"

    @property
    def failed(self) -> tuple[Check, ...]:
        """Checks that are not `lulus`, worst first."""
        order = {name: rank for rank, name in enumerate(SEVERITIES)}
        bad = (check for check in self.checks if check.hasil != "lulus")
        return tuple(sorted(bad, key=lambda check: (check.hasil != "galat", order[check.keparahan])))

    def counts(self) -> dict[str, int]:
        """Checks by outcome: `lulus`, `gagal` (critical), `peringatan`, `info`, `galat`, and `diharapkan`."""
        result = {"diharapkan": self.diharapkan, "lulus": 0, "gagal": 0, "peringatan": 0, "info": 0, "galat": 0}
        for check in self.checks:
            if check.hasil == "gagal":
                result["gagal" if check.keparahan == "kritis" else check.keparahan] += 1
            else:
                result[check.hasil] += 1
        return result

    def message(self) -> str:
        """The failed checks' sentences with what was counted, for a person."""
        return "; ".join(f"{c.name}: {c.kalimat} ({c.diamati}, batas {c.batas})" for c in self.failed)
