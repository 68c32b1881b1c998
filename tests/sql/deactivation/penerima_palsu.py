"""Three receivers in this process, with the weather of receivers, that note what a sender may never do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.bratasena import delivery as bratasena
from connectors.dtjateng import delivery as province
from connectors.interface import Row, SourceUnavailable, Unexpected, Verdict
from connectors.siks_ng import delivery as nation
from connectors.siks_ng import results
from connectors.simnakis import delivery as district
from sinkron import receivers

# What a receiver does with what comes next; the last three only once, then it is well again.
WEATHER = ("baik", "mati", "hilang", "tolak", "aneh")
FOREIGN = "f" * 64


@dataclass
class Folder:
    """What came in one body or folder: its rows, and what was answered so far."""

    number: str
    kind: str
    ids: tuple[str, ...]
    told: list[dict[str, Verdict]] = field(default_factory=list)
    finished: bool = False

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Of each row the last word."""
        return {i: verdict for answer in self.told for i, verdict in answer.items()}


@dataclass
class Penerima:
    """One receiver: everything it took by key, what it refused, and the breaches of its sender.

    `stumbles`: rows whose bodies it can never read, whatever the weather.
    """

    tujuan: str
    allowed: Callable[[str, str, str], str | None]
    weather: str = "baik"
    folders: dict[str, Folder] = field(default_factory=dict)
    stumbles: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    breaches: list[str] = field(default_factory=list)

    @property
    def taken(self) -> set[str]:
        """Rows that it took as new."""
        return {i for folder in self.folders.values() if folder.kind == "penonaktifan" for i in folder.ids}

    @property
    def cancelled(self) -> set[str]:
        """Rows that it was told to take back."""
        return {i for folder in self.folders.values() if folder.kind == "pembatalan" for i in folder.ids}

    def last_word(self, id_baris: str, kind: str = "penonaktifan") -> str | None:
        """`diterima`, `ditolak`, or None while it has said nothing about a row."""
        words = [f.verdicts[id_baris] for f in self.folders.values() if f.kind == kind and id_baris in f.verdicts]
        return words[-1].status if words else None

    def once(self) -> str:
        """The weather now; what strikes once is over with it."""
        now = self.weather
        if now in ("hilang", "tolak", "aneh"):
            self.weather = "baik"
        return now

    def take(self, key: str, kind: str, ids: Iterable[str]) -> Folder:
        """Take a body, or know it again."""
        if key in self.folders:
            return self.folders[key]
        ids = tuple(ids)
        for i in ids:
            known = self.taken if kind == "penonaktifan" else self.cancelled
            if i in known:
                self.breaches.append(f"{kind} of {i[-2:]} came twice")
            if kind == "pembatalan" and i not in self.taken:
                self.breaches.append(f"{i[-2:]} is taken back and was never sent")
            if kind == "penonaktifan" and (why := self.allowed(self.tujuan, key, i)):
                self.breaches.append(f"{i[-2:]} was sent {why}")
        self.folders[key] = Folder(f"K{len(self.folders) + 1}", kind, ids)
        return self.folders[key]

    def answer(self, key: str, rows: Iterable[str], status: str, finished: bool) -> None:
        """Say something about rows of a body; of a foreign row too, as receivers do."""
        folder = self.folders[key]
        code = "DATA_TIDAK_SESUAI" if status == "ditolak" else None
        folder.told.append({i: Verdict(i, status, code, None) for i in rows if i in folder.ids})
        folder.finished = folder.finished or finished


def install(patch: pytest.MonkeyPatch, allowed: Callable[[str, str, str], str | None]) -> dict[str, Penerima]:
    """Put them where the outbox and the receipts look for receivers."""
    made = {name: Penerima(name, allowed) for name in ("dtjateng", "siks_ng", "simnakis")}
    patch.setattr(receivers, "client_of", lambda settings, target: nullcontext(object()))
    patch.setattr(bratasena, "report_outcome", lambda *told: "selesai")
    _province(patch, made["dtjateng"])
    _nation(patch, made["siks_ng"])
    _district(patch, made["simnakis"])
    return made


def _province(patch: pytest.MonkeyPatch, own: Penerima) -> None:
    def send(client: Any, body: bytes, cancellation: bool = False) -> Any:
        now, key = own.once(), hashlib.sha256(body).hexdigest()
        ids = [row["id_baris"] for row in json.loads(body)["data"]]
        _fail("mati" if own.stumbles & set(ids) else now, "dtjateng")
        if now == "tolak" and not cancellation and key not in own.folders:
            own.refused.add(ids[0])
            return province.Invalid({ids[0]: "wilayah_tidak_sesuai"})
        folder = own.take(key, "pembatalan" if cancellation else "penonaktifan", ids)
        if now == "hilang":
            raise SourceUnavailable("dtjateng: the answer was lost")
        return province.Accepted(folder.number)

    def receipt(client: Any, number: str, cancellation: bool = False) -> Any:
        if own.weather == "mati":
            raise SourceUnavailable("dtjateng: down")
        (folder,) = [f for f in own.folders.values() if f.number == number]
        strange = (Verdict(FOREIGN, "diterima", None, None),) if folder.told else ()
        return province.Receipt(folder.finished, (*folder.verdicts.values(), *strange))

    patch.setattr(province, "send", send)
    patch.setattr(province, "receipt", receipt)


def _nation(patch: pytest.MonkeyPatch, own: Penerima) -> None:
    def write(outbox: Any, month: str, number: str, rows: list[Row], cancellations: list[Any], *facts: Any) -> None:
        now, key = own.once(), f"{month}/{number}"
        if now in ("mati", "tolak", "aneh"):
            raise OSError(28, "No space left on device")
        ids = tuple(sorted(row.id_baris for row in (*rows, *cancellations)))
        if key in own.folders and own.folders[key].ids != ids:
            own.breaches.append(f"{key} is there with other rows")
        own.take(key, "penonaktifan" if rows else "pembatalan", ids)
        if now == "hilang":
            raise OSError(5, "Input/output error")

    def read(inbox: Any) -> list[results.Result]:
        return [
            results.Result(f"hasil_{key.replace('/', '_')}_{k}.csv", *key.split("/"), k, f"{key}{k}",
                           (*told.values(), Verdict(FOREIGN, "diterima", None, None)), None)
            for key, folder in own.folders.items() for k, told in enumerate(folder.told)
        ]  # fmt: skip

    patch.setattr(nation, "write", write)
    patch.setattr(results, "results", read)


def _district(patch: pytest.MonkeyPatch, own: Penerima) -> None:
    def set_status(client: Any, family: str, status: str, programmes: Any, id_baris: str, *facts: Any) -> str:
        now, key = own.once(), f"{id_baris}/{status}"
        _fail("mati" if id_baris in own.stumbles else now, "simnakis")
        if now == "tolak":
            if key not in own.folders:
                own.refused.add(id_baris)
            return "tidak_dikenal"
        kind = "penonaktifan" if status == "nonaktif" else "pembatalan"
        own.take(key, kind, [id_baris])
        own.answer(key, [id_baris], "diterima", True)
        if now == "hilang":
            raise SourceUnavailable("simnakis: the answer was lost")
        return "selesai"

    patch.setattr(district, "set_status", set_status)


def _fail(weather: str, name: str) -> None:
    if weather == "mati":
        raise SourceUnavailable(f"{name}: down")
    if weather == "aneh":
        raise Unexpected(f"{name}: answered 418; expected 200")
