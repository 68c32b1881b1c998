"""What tests and the demo may ask of the receivers: what they got, what became of it, and what was wrong with it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from sandbox import effects
from sandbox.receipts import BRATASENA, CANCEL, DONE, NEW, OUTCOME, SIKS_NG, SIMNAKIS, Receipts


@dataclass(frozen=True)
class Received:
    """One row that a receiver took.

    `receiver`: dtjateng, siks_ng, simnakis or bratasena. `kind`: new, cancel, proposal, or outcome (Bratasena, where
    `id_baris` is the case). `verdict`: what the receiver has answered so far (None: nothing), with its `code`.
    `key`: the Idempotency-Key (DTJateng), the folder (SIKS-NG), or the address (the others; a deactivation has one row
    for each of the families that Simnakis was told of).
    """

    receiver: str
    id_baris: str
    kind: str
    bulan_efektif: str | None
    no_kk: str | None
    nik: str | None
    program: str | None
    verdict: str | None
    code: str | None
    key: str


def received(directory: Path | str) -> list[Received]:
    """Everything that was taken, in the order in which it came; a row that came in two bodies is here twice."""
    with Receipts(directory).reading() as state:
        rows = [
            Received(row.receiver, row.id_baris, row.kind, row.bulan_efektif, row.no_kk, row.nik, row.program,
                     *batch.told.get(row.id_baris, (None, None)), row.key)
            for batch in state.batches.values() for row in batch.rows
        ]  # fmt: skip
        # A PUT may be repeated any number of times and still says the same, so it counts once.
        said = {(e["rujukan"], e["id_keluarga"], e["status"]): e for e in state.statuses}
        rows += [
            Received(SIMNAKIS, e["rujukan"], NEW if e["status"] == "nonaktif" else CANCEL, e["berlaku"][:7],
                     e["no_kk"], None, ",".join(e["program"] or ()) or None, "diterima", None, e["alamat"])
            for e in said.values()
        ]  # fmt: skip
        said = {(e["alamat"], e["versi"], e["hasil"]): e for e in state.outcomes}
        return rows + [
            Received(BRATASENA, e["kasus"], OUTCOME, None, None, None, None, e["hasil"], None, e["alamat"])
            for e in said.values()
        ]


def fate(directory: Path | str) -> dict[tuple[str, str], str]:
    """(id_baris, receiver) -> what truly became of a deactivation.

    `dilaksanakan`: carried out; `ditolak`: rejected; `hilang`: accepted and never carried out; `dibatalkan_sepihak`:
    carried out, and active again a month later. A deactivation that was cancelled keeps what it had before.
    """
    with Receipts(directory).reading() as state:
        fates = {key: row.fate for key, row in state.rows.items()}
        return fates | {(e["rujukan"], SIMNAKIS): DONE for e in state.statuses if e["status"] == "nonaktif"}


def violations(directory: Path | str) -> list[dict]:
    """Where a sender broke contracts/sinks.md: `receiver`, `kode` and what it is about."""
    with Receipts(directory).reading() as state:
        return [{name: value for name, value in fact.items() if name != "jenis"} for fact in state.violations]


def tally(directory: Path | str) -> dict[str, Counter]:
    """For each receiver the number of its rows by kind, of the new ones by fate, and of violations (`pelanggaran`)."""
    counts: dict[str, Counter] = {}
    for row in received(directory):
        counts.setdefault(row.receiver, Counter())[row.kind] += 1
    for (_, receiver), became in fate(directory).items():
        counts.setdefault(receiver, Counter())[became] += 1
    for violation in violations(directory):
        counts.setdefault(violation["receiver"], Counter())["pelanggaran"] += 1
    return counts


def ended(directory: Path, periode: str) -> Callable[[duckdb.DuckDBPyConnection], None] | None:
    """The function that ends memberships in a DTSEN delivery of a month; None where SIKS-NG took nothing for it."""
    with Receipts(directory).reading() as state:
        if rows := state.in_force(SIKS_NG, periode):
            return partial(effects.end_places, rows=rows)
    return None
