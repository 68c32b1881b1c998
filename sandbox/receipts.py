"""The record of what the receivers were sent, in `<world>/penerima/`: written before they answer, only ever added to.

`catatan.jsonl` holds one event a line, `isi/<sha256>` each body as it came. The servers and the operator of SIKS-NG may
run in different processes: a lock file keeps their writing apart, and each reads what the others added.
"""

import datetime as dt
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

DTJATENG, SIKS_NG, SIMNAKIS, BRATASENA = "dtjateng", "siks_ng", "simnakis", "bratasena"
NEW, CANCEL, PROPOSAL, OUTCOME = "new", "cancel", "proposal", "outcome"
DONE, REJECTED, LOST, UNDONE = "dilaksanakan", "ditolak", "hilang", "dibatalkan_sepihak"
_KEPT = ("id_baris", "no_kk", "nik", "program", "fate", "found")


@dataclass
class Row:
    """One row of a batch. `fate`: what becomes of a new one; `found`: ids of the families and persons that it means in
    the receiver's own data.
    """

    receiver: str
    kind: str
    id_baris: str
    bulan_efektif: str | None
    key: str
    program: str | None = None
    no_kk: str | None = None
    nik: str | None = None
    fate: str | None = None
    found: list[str] = field(default_factory=list)


@dataclass
class Batch:
    """What came in one body or folder. `answer` is the last of its `rounds` receipts, `told` what all of them together
    said of each row: (status, code).
    """

    number: str
    receiver: str
    kind: str
    key: str
    bulan_efektif: str | None
    content: str
    rows: list[Row]
    rounds: int = 0
    finished: bool = False
    answer: list[dict] = field(default_factory=list)
    told: dict[str, tuple[str, str | None]] = field(default_factory=dict)


@dataclass
class State:
    """All events so far. `version` grows with each of them."""

    batches: dict[str, Batch] = field(default_factory=dict)
    by_key: dict[tuple[str, str, str], Batch] = field(default_factory=dict)  # receiver, kind, key
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)  # id_baris, receiver: the first one as new
    cancelled: set[tuple[str, str]] = field(default_factory=set)
    statuses: list[dict] = field(default_factory=list)  # what Simnakis was told of its families
    outcomes: list[dict] = field(default_factory=list)  # what Bratasena was told of its cases
    violations: list[dict] = field(default_factory=list)
    version: int = 0

    def in_force(self, receiver: str, periode: str) -> list[Row]:
        """The rows that this receiver has carried out in its data of a month."""
        rows = (row for key, row in self.rows.items() if row.receiver == receiver and key not in self.cancelled)
        return [
            row
            for row in rows
            if (row.fate == DONE and row.bulan_efektif <= periode)
            or (row.fate == UNDONE and row.bulan_efektif == periode)
        ]

    def fold(self, event: dict) -> None:
        """Take in one event."""
        self.version += 1
        getattr(self, f"_{event['jenis']}")(event)

    def _kiriman(self, event: dict) -> None:
        shared = {name: event[name] for name in ("receiver", "kind", "key", "bulan_efektif")}
        rows = [Row(**shared, **row) for row in event["rows"]]
        batch = Batch(event["number"], content=event["content"], rows=rows, **shared)
        self.batches[batch.number] = self.by_key[batch.receiver, batch.kind, batch.key] = batch
        for row in rows:
            if row.kind == NEW:
                self.rows.setdefault((row.id_baris, row.receiver), row)
            elif row.kind == CANCEL:
                self.cancelled.add((row.id_baris, row.receiver))

    def _jawaban(self, event: dict) -> None:
        batch = self.batches[event["number"]]
        batch.rounds += 1
        batch.finished = event["finished"]
        batch.answer = event["told"]
        batch.told |= {row["id_baris"]: (row["status"], row.get("kode")) for row in batch.answer}
        if event["turned"]:
            self.rows[event["turned"], batch.receiver].fate = REJECTED

    def _status(self, event: dict) -> None:
        self.statuses.append(event)

    def _hasil(self, event: dict) -> None:
        self.outcomes.append(event)

    def _pelanggaran(self, event: dict) -> None:
        self.violations.append(event)

    def _penolakan(self, event: dict) -> None:
        """A body that was refused: recorded, and nothing of it taken."""


class Receipts:
    """The record of one world."""

    def __init__(self, directory: Path | str):
        self.folder = Path(directory) / "penerima"
        self._path = self.folder / "catatan.jsonl"
        self._lock = threading.RLock()
        self._state, self._place = State(), 0

    @contextmanager
    def reading(self) -> Iterator[State]:
        """The state of all that was received up to now; it does not change within the block."""
        with self._lock:
            self._read()
            yield self._state

    @contextmanager
    def writing(self) -> Iterator[State]:
        """As `reading`, but nobody else can add anything within the block. So what is looked up in it stays true until
        it is recorded.
        """
        with self._lock:
            self.folder.mkdir(exist_ok=True)
            with (self.folder / "kunci").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._mend()
                self._read()
                yield self._state

    def append(self, jenis: str, **facts) -> None:
        """Record an event for good; only inside `writing`."""
        event = {"jenis": jenis, "pada": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"), **facts}
        with self._path.open("ab") as file:
            file.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._read()

    def take(
        self, number: str, receiver: str, kind: str, key: str, bulan_efektif: str | None, content: str,
        rows: list[dict], nomor_sk: str | None,
    ) -> Batch:  # fmt: skip
        """Record a batch as taken; `rows` have the fields of `Row`, and others that are not kept."""
        kept = [{name: row[name] for name in _KEPT if name in row} for row in rows]
        self.append(
            "kiriman", number=number, receiver=receiver, kind=kind, key=key, bulan_efektif=bulan_efektif,
            content=content, rows=kept, nomor_sk=nomor_sk,
        )  # fmt: skip
        return self._state.batches[number]

    def tell(self, batch: Batch, told: list[dict], last: bool, turned: str | None) -> None:
        """Record an answer; `turned`: the row that it rejects after it was accepted."""
        self.append("jawaban", number=batch.number, finished=last, told=told, turned=turned)

    def violate(self, receiver: str, code: str, **facts) -> None:
        """Record that a sender broke contracts/sinks.md, each breach only once; only inside `writing`."""
        fact = {"receiver": receiver, "kode": code, **facts}
        if not any(fact.items() <= known.items() for known in self._state.violations):
            self.append("pelanggaran", **fact)

    def keep(self, body: bytes) -> str:
        """Store a body under its sha256, which is returned."""
        digest = hashlib.sha256(body).hexdigest()
        target = self.folder / "isi" / digest
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, body)
        return digest

    def _mend(self) -> None:
        # A last line without its end was cut short before anything was answered, so it is dropped.
        if self._path.exists():
            with self._path.open("rb+") as file:
                content = file.read()
                file.truncate(content.rfind(b"\n") + 1)

    def _read(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._place)
            added = file.read()
        added = added[: added.rfind(b"\n") + 1]
        self._place += len(added)
        for line in added.splitlines():
            self._state.fold(json.loads(line))


def write_whole(target: Path, body: bytes) -> None:
    """Write a file beside its place and rename it, so that it is there with all of its content or not at all."""
    waiting = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}.tulis")
    with waiting.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    waiting.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
