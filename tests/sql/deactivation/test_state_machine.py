"""Verification, holds, approvals, pushes, crashes, answers, cancellations and month ends in any order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from antrean_uji import APPROVERS, OFFICER, RECEIVERS, RELEASE, Antrean, row_id
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from penerima_palsu import WEATHER, install

from sinkron import database, outbox
from sinkron.failpoint import DEACTIVATION
from sinkron.outcomes import GateHeld
from sinkron.steps import list as list_step
from sinkron.steps import push, reconcile

SENT = {"dikirim", "diakui", "tercermin", "belum_tercermin", "muncul_kembali"}
CLOSED_OBJECTION = ("tidak_layak", "dicabut", "ditolak_pusat")
PLACES = [name for name in DEACTIVATION if not name.startswith("decide.")]
PEOPLE = [*APPROVERS.values(), OFFICER, "siapa saja"]
MOST = 8
EXAMPLES, STEPS = 24, 50


class Killed(BaseException):
    """The process ends here."""


def machine(antrean: Antrean, patch: pytest.MonkeyPatch) -> type[RuleBasedStateMachine]:
    """The walk over one warehouse."""
    pick = st.integers(0, MOST - 1)

    class Walk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            antrean.empty()
            self.receivers = install(patch, self.not_allowed)
            for module in (list_step, push, reconcile, outbox):
                patch.setattr(module, "failpoint", self.failpoint)
            self.death: str | None = None
            self.numbers: list[int] = []
            self.verified: set[int] = set()
            self.holds: set[int] = set()
            self.objections: dict[int, list[str]] = {}
            self.withdrawn: set[int] = set()
            self.once_upheld: set[int] = set()
            self.agreed: dict[str, set[str]] = {}
            self.lists: dict[str, set[int]] = {}

        # What the world knows, apart from what the database says of it.

        def contested(self, number: int) -> bool:
            """Whether an objection is open or upheld."""
            history = self.objections.get(number, ["dicabut"])
            return history[-1] not in CLOSED_OBJECTION

        def upheld(self, number: int) -> bool:
            """Whether it has to be taken back."""
            return (self.contested(number) and "layak" in self.objections.get(number, [])) or number in self.withdrawn

        def held(self, number: int) -> bool:
            """Whether it may not be sent now."""
            return number in self.holds or number in self.withdrawn or self.contested(number)

        def not_allowed(self, tujuan: str, key: str, id_baris: str) -> str | None:
            """Why a receiver should never have been sent this row; None when it may."""
            number = int(id_baris, 16)
            if number not in self.verified:
                return "without a verification"
            people = [self.agreed[sha256] for sha256, rows in self.lists.items() if number in rows]
            if not any(len(agreed - {OFFICER}) >= 2 for agreed in people):
                return "without two approvals"
            # Announced before the hold: the receiver may have it, and only the same bytes tell.
            if self.held(number) and self.tries(tujuan, id_baris) == 1:
                return "under a hold"
            return None

        def tries(self, tujuan: str, id_baris: str) -> int:
            ((tries,),) = antrean.rows(
                "select k.percobaan from antrean.kiriman as k join antrean.isi as i using (id_kiriman)"
                " where i.tujuan = %s and i.id_baris = %s and i.jenis = 'penonaktifan' and not i.lepas",
                tujuan, id_baris,
            )  # fmt: skip
            return tries

        def failpoint(self, settings: object, name: str) -> None:
            if name == self.death:
                self.death = None
                raise Killed

        def one(self, at: int) -> int:
            return self.numbers[at % len(self.numbers)]

        # What people and receivers do.

        @initialize()
        def begin(self) -> None:
            for _ in range(3):
                self.propose(True)

        @precondition(lambda self: len(self.numbers) < MOST)
        @rule(verified=st.sampled_from([True, True, True, False]))
        def propose(self, verified: bool) -> None:
            number = len(self.numbers) + 1
            antrean.propose(number)
            if verified:
                self.verified.add(number)
            else:
                antrean.verified(number, "layak")
            self.numbers.append(number)

        @precondition(lambda self: self.numbers)
        @rule(at=pick)
        def visit(self, at: int) -> None:
            number = self.one(at)
            antrean.verified(number)
            self.verified.add(number)

        @precondition(lambda self: self.numbers)
        @rule(at=pick, status=st.sampled_from(["diajukan", "layak", "diusulkan", *CLOSED_OBJECTION]))
        def object(self, at: int, status: str) -> None:
            number = self.one(at)
            antrean.objection(number, status)
            self.objections.setdefault(number, []).append(status)
            if self.upheld(number):
                self.once_upheld.add(number)

        @precondition(lambda self: self.numbers)
        @rule(at=pick)
        def hold(self, at: int) -> None:
            antrean.hold(self.one(at))
            self.holds.add(self.one(at))

        @precondition(lambda self: self.holds)
        @rule(at=pick)
        def lift(self, at: int) -> None:
            number = sorted(self.holds)[at % len(self.holds)]
            antrean.lift(number)
            self.holds.discard(number)

        @precondition(lambda self: self.numbers)
        @rule(at=pick)
        def cancel(self, at: int) -> None:
            antrean.do(
                "insert into kasus.pembatalan (id_baris, alasan, bukti) values (%s, 'KELIRU', 'uji')"
                " on conflict do nothing", row_id(self.one(at)),
            )  # fmt: skip
            self.withdrawn.add(self.one(at))
            self.once_upheld.add(self.one(at))

        @rule(death=st.sampled_from([None, None, "list.written", "list.judged"]))
        def list(self, death: str | None) -> None:
            self.death = death
            try:
                sha256 = antrean.list()
            except (Killed, GateHeld):
                sha256 = None
            self.death = None
            if sha256:
                rows = antrean.rows("select id_baris from antrean.daftar_baris where sha256 = %s", sha256)
                self.lists[sha256] = {int(id_baris, 16) for (id_baris,) in rows}
                self.agreed.setdefault(sha256, set())

        @precondition(lambda self: self.lists)
        @rule(at=pick, place=st.sampled_from([1, 1, 2, 2, 3]), data=st.data())
        def answer(self, at: int, place: int, data: st.DataObject) -> None:
            sha256 = sorted(self.lists)[at % len(self.lists)]
            who = data.draw(st.sampled_from([APPROVERS[place], APPROVERS[place], *PEOPLE]))
            jawaban = data.draw(st.sampled_from(["setuju"] * 5 + ["tolak"]))
            try:
                row = antrean.answer(place, who, sha256, jawaban)
            except (database.DatabaseError, RuntimeError):
                return
            if row["jawaban"] == "setuju":
                self.agreed[sha256].add(row["oleh"])

        @rule()
        def agree(self) -> None:
            self.list(None)
            open_lists = [sha256 for sha256 in self.lists if not self.agreed[sha256]]
            for place in (1, 2):
                for sha256 in open_lists:
                    self._agree(sha256, place)

        def _agree(self, sha256: str, place: int) -> None:
            try:
                self.agreed[sha256].add(antrean.answer(place, sha256=sha256)["oleh"])
            except (database.DatabaseError, RuntimeError):
                return

        @rule(death=st.sampled_from([None, None, *PLACES]))
        def push(self, death: str | None) -> None:
            self.die_in(antrean.push, death)

        @rule(death=st.sampled_from([None, None, *PLACES]))
        def reconcile(self, death: str | None) -> None:
            self.die_in(antrean.reconcile, death)

        def die_in(self, step: object, death: str | None) -> None:
            self.death = death
            with suppress(Killed):
                step()
            self.death = None

        @rule(tujuan=st.sampled_from(RECEIVERS), weather=st.sampled_from(WEATHER))
        def weather(self, tujuan: str, weather: str) -> None:
            self.receivers[tujuan].weather = weather

        @rule(
            tujuan=st.sampled_from(["dtjateng", "siks_ng"]), at=pick, part=st.integers(1, 4),
            status=st.sampled_from(["diterima", "diterima", "ditolak"]), finished=st.booleans(),
        )  # fmt: skip
        def respond(self, tujuan: str, at: int, part: int, status: str, finished: bool) -> None:
            """Partly, late, and again otherwise: the province turns only to a rejection, the nation also back."""
            own = self.receivers[tujuan]
            waiting = [key for key, folder in own.folders.items() if not (folder.finished and tujuan == "dtjateng")]
            if not waiting:
                return
            key = waiting[at % len(waiting)]
            folder = own.folders[key]
            told = [i for i in folder.ids[:part] if tujuan == "siks_ng" or own.last_word(i, folder.kind) != "ditolak"]
            own.answer(key, told, "diterima" if folder.kind == "pembatalan" else status, finished)

        @precondition(lambda self: self.numbers)
        @rule(seen=st.lists(st.tuples(pick, st.sampled_from(RECEIVERS[:2]), st.booleans()), max_size=6))
        def month_end(self, seen: list[tuple[int, str, bool]]) -> None:
            antrean.do("delete from kasus.pencocokan")
            for (at, tujuan), gone in {(a, t): g for a, t, g in seen}.items():
                antrean.do(
                    "insert into kasus.pencocokan values (%s, %s, %s, %s, %s) on conflict do nothing", RELEASE,
                    row_id(self.one(at)), tujuan, "tercermin" if gone else "belum_tercermin",
                    "tidak_aktif" if gone else "masih_aktif",
                )  # fmt: skip

        @rule()
        def settle(self) -> None:
            """Everybody is well and says all there is to say; then both sides know the same."""
            for own in self.receivers.values():
                own.weather = "baik"
            antrean.push()
            antrean.reconcile()
            for _ in range(2):
                for own in self.receivers.values():
                    for key, folder in own.folders.items():
                        if not folder.finished:
                            own.answer(key, [i for i in folder.ids if i not in folder.verdicts], "diterima", True)
                antrean.reconcile()
            for (number, tujuan), state in antrean.states().items():
                self.agrees(number, self.receivers[tujuan], state)

        def agrees(self, number: int, own: object, state: str) -> None:
            i = row_id(number)
            taken, back, word = i in own.taken, i in own.cancelled, own.last_word(i)
            where = (number, own.tujuan, state, taken, back, word)
            if state in ("diusulkan", "tidak_berlaku"):
                assert not taken, where
            elif state == "disetujui":
                assert not taken and self.held(number), where
            elif state == "ditolak":
                assert (taken and word == "ditolak") or (not taken and i in own.refused), where
            elif state == "dibatalkan":
                # What was taken back stays so, whatever the ministry says later.
                assert number in self.once_upheld, where
                assert back == taken, where
            else:
                assert state in SENT and taken and word != "ditolak", where
                assert not back and not self.upheld(number), where

        @invariant()
        def nobody_was_sent_what_may_not_be(self) -> None:
            assert [breach for own in self.receivers.values() for breach in own.breaches] == []

        @invariant()
        def what_is_called_sent_was_taken(self) -> None:
            for (number, tujuan), state in antrean.states().items():
                taken = row_id(number) in self.receivers[tujuan].taken
                assert taken or state not in SENT, (number, tujuan, state)
                assert not taken or state not in ("diusulkan", "tidak_berlaku"), (number, tujuan, state)

        def teardown(self) -> None:
            self.settle()
            self.nobody_was_sent_what_may_not_be()

    return Walk


@pytest.fixture
def kolam(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Connections are used again, with their plans: logging in and planning take longer than what is asked."""
    idle: dict[tuple[str, str], list[Kept]] = {}

    class Kept(psycopg.Connection):
        where: tuple[str, str]

        def close(self) -> None:
            self.rollback()
            self.autocommit = True
            self.execute("reset all; select pg_advisory_unlock_all()", prepare=False)
            idle.setdefault(self.where, []).append(self)

    def again(
        address: str = "", *, autocommit: bool = False, application_name: str = "uji", **named: Any
    ) -> psycopg.Connection:
        if not address:  # SQLAlchemy, which has a pool of its own
            return psycopg.Connection.connect(application_name=application_name, autocommit=autocommit, **named)
        where = (address, application_name)
        if free := idle.get(where):
            connection = free.pop()
        else:
            connection = Kept.connect(address, application_name=application_name, **named)
            connection.where, connection.prepare_threshold = where, 0
        connection.autocommit = autocommit
        return connection

    monkeypatch.setenv("PGOPTIONS", "-c plan_cache_mode=force_generic_plan")
    monkeypatch.setattr(psycopg, "connect", again)
    yield
    for connection in (c for free in idle.values() for c in free):
        psycopg.Connection.close(connection)


def test_any_order_of_events(antrean: Antrean, monkeypatch: pytest.MonkeyPatch, kolam: None):
    run_state_machine_as_test(
        machine(antrean, monkeypatch),
        # Not shrunk: a walk takes seconds, and what failed is told as it was walked.
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, derandomize=True, deadline=None, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck), print_blob=False,
        ),
    )  # fmt: skip
