"""A month without a scheduler: the same list of steps in order, with the exit codes of rules.md."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sinkron import approvers, comparison, database, decisions, deliveries, feeds, ledger, questions
from sinkron.line import LINE, REQUIRED, STEPS, optional_sources
from sinkron.outcomes import GateHeld, NotReady, Outcome, Refused, Rejected, SourceDown, Undecided
from sinkron.settings import Settings
from sinkron.steps import reconcile

# Sources ingested at the same time: each holds a delivery in memory and keeps a core busy.
INGESTS = 2
# A delivery that is here but may not be used ends the month, even if an earlier one landed. The worst comes first.
UNUSABLE = (GateHeld, Refused)
# How many names of headers and codes the line of a source shows; the rest is in `buku.pemberitahuan`.
NOTICES_SHOWN = 8


def run(settings: Settings, periode: str, approve: str, say: Callable[[str], None]) -> tuple[int, dict[str, Any]]:
    """Run the line for a month; return the exit code and the object of the last line on stdout.

    approve: `none` leaves both decisions open, `publish` answers the one on publishing, `yes` also the one on
    pushing, `reject` refuses to publish; all answers are recorded as automatic. `say` gets one line per step for
    people, with counts and codes only.
    """
    problems: list[Outcome | SourceDown] = []
    sent = 0
    # Feeds are never required: a feed that cannot be read now is reported and read later.
    feeds.read_all(settings, say)
    try:
        reconcile.poll(settings, periode)
        for sumber, met in _ingest_all(settings, periode, say):
            # This source is not required: its problem is reported, and its delivery can land later.
            if sumber not in REQUIRED:
                continue
            # IZINKAN_LAMA covers a delivery that is missing for any reason, but not one that a gate holds.
            if met and not (isinstance(met, NotReady | Refused | SourceDown) and sumber in settings.allowed_stale()):
                problems.append(met)
        if worst := next((met for kind in UNUSABLE for met in problems if isinstance(met, kind)), None):
            raise worst
        new = _build(settings, periode, approve, say, problems)
        sent = _deactivate(settings, periode, approve, say, new)
        # A source that did not answer may have new data, so a run that built nothing is no success then.
        if problems and not new:
            raise problems[0]
        code = 0
    except (Outcome, SourceDown) as outcome:
        say(f"  ! {outcome}")
        code = outcome.exit_code
    return code, {**summary(settings, periode), "dikirim": sent}


def _ingest_all(settings: Settings, periode: str, say: Callable) -> Iterator[tuple[str, Outcome | SourceDown | None]]:
    """Ingest every source, several at the same time as the DAGs do: while one waits for its server, another lands."""
    sources = (*REQUIRED, *optional_sources())
    with ThreadPoolExecutor(INGESTS) as pool:
        yield from zip(sources, pool.map(lambda sumber: _ingest(settings, periode, sumber, say), sources), strict=True)


def _ingest(settings: Settings, periode: str, sumber: str, say: Callable) -> Outcome | SourceDown | None:
    """Extract and land one source; an obstacle is returned, not raised, so that the other sources still land.

    A source that has nothing now or does not answer is no obstacle when its delivery of the month is here already.
    """
    try:
        _step(settings, "extract", periode, sumber, say)
        _tell(sumber, _step(settings, "land", periode, sumber, say), say)
    except (Outcome, SourceDown) as problem:
        say(f"  ! {problem}")
        with database.connect(settings) as connection:
            landed = deliveries.accepted(connection, sumber, periode) is not None
        return None if landed and isinstance(problem, NotReady | SourceDown) else problem
    return None


def _tell(sumber: str, landed: dict[str, Any], say: Callable) -> None:
    """Report what a delivery that landed now changes, and what its source had not sent before."""
    if landed.get("selisih"):
        say(f"  ~ {sumber} menggantikan kiriman sebelumnya: {comparison.sentence(landed['selisih'])}")
    if unseen := landed.get("pemberitahuan_baru"):
        more = f" dan {len(unseen) - NOTICES_SHOWN} lagi" if len(unseen) > NOTICES_SHOWN else ""
        say(f"  ? {sumber} baru kali ini: {', '.join(unseen[:NOTICES_SHOWN])}{more}")


def _build(settings: Settings, periode: str, approve: str, say: Callable, problems: list) -> bool:
    """Build, judge and publish the month; returns whether there was anything new.

    If it has to wait, the first of `problems` says why.
    """
    composed = _step(settings, "compose", periode, None, say)
    if composed.get("sudah_terbit"):
        # Nothing new. But a run that was killed after the release may have left out the rest of these steps.
        STEPS["publish"].run(settings, periode)
        STEPS["export"].run(settings, periode)
        return False
    if composed["kurang"]:
        waits = NotReady(f"bulan {periode} belum lengkap, menunggu {', '.join(composed['kurang'])}")
        raise next(iter(problems), waits)
    # A candidate whose tables exist needs only its checks and its decision.
    for step in LINE:
        if step.name == "compose" or step.dag not in ("build_golden", "publish"):
            continue
        if step.dag == "build_golden" and composed["dibangun"]:
            continue
        if step.name == "approve":
            _warn_of_rejections(settings, periode, say)
            answer(settings, "publish", periode, approve, 1)
        _step(settings, step.name, periode, None, say)
    return True


def _deactivate(settings: Settings, periode: str, approve: str, say: Callable, new: bool) -> int:
    """List, decide, send and reconcile; returns how many rows receivers took.

    Rows that were approved earlier are sent even when this month's list is held by its gate, was rejected, or still
    waits for a decision. Held and rejected are outcomes of the run. A waiting list is an outcome only if the run built
    something new and `approve` is `none` (rules.md "Running unattended").
    """
    waits: GateHeld | Rejected | Undecided | None = None
    try:
        if _step(settings, "list", periode, None, say)["daftar"]:
            for urutan in (1, 2, 3):
                answer(settings, "push", periode, approve, urutan)
            _step(settings, "authorise", periode, None, say)
    except (GateHeld, Rejected) as ended:
        waits = ended
    except Undecided as undecided:
        say(f"  ! {undecided}")
        waits = undecided if new and approve == "none" else None
    sent = _step(settings, "push", periode, None, say)["dikirim"]
    sent += _step(settings, "reconcile", periode, None, say)["dikirim"]
    if waits:
        raise waits
    return sent


def _warn_of_rejections(settings: Settings, periode: str, say: Callable) -> None:
    with database.connect(settings) as connection:
        candidate = ledger.candidate(connection, periode)
        for line in decisions.rejections(connection, candidate["id_rilis"]) if candidate else []:
            say(f"  ! {line}")


def answer(settings: Settings, jenis: str, periode: str, approve: str, urutan: int) -> None:
    """Write the automatic answer of one approver, if `APPROVE` gives one and nobody has answered yet."""
    given = approvers.AUTOMATIC[approve].get(jenis)
    if given is None:
        return
    with database.connect(settings) as connection:
        try:
            asked = questions.question(connection, jenis, periode, urutan)
        except questions.NothingToAsk:
            return
        if asked is None or decisions.find(connection, asked.sha256, jenis, urutan):
            return
        # After a refusal the next approvers are not asked, because a refusal is final.
        before = [decisions.find(connection, asked.sha256, jenis, place) for place in range(1, urutan)]
        if any(earlier and earlier["jawaban"] != "setuju" for earlier in before):
            return
        name = approvers.names(settings, jenis, urutan)[0]
        now = dt.datetime.now(dt.UTC)
        decisions.record(connection, asked.id_rilis, jenis, urutan, asked.sha256, given, name, True, now, {})


def _step(settings: Settings, name: str, periode: str, sumber: str | None, say: Callable) -> dict[str, Any]:
    started = time.monotonic()
    counts = STEPS[name].run(settings, periode, sumber)
    title = f"{name} {sumber}" if sumber else name
    say(f"  {title:<18} {time.monotonic() - started:6.1f} s  {_brief(counts)}")
    return counts


def _brief(counts: dict[str, Any]) -> str:
    shown = {k: v for k, v in counts.items() if not isinstance(v, dict | list) and k != "sha256"}
    return " ".join(f"{key}={value}" for key, value in shown.items())[:150]


def summary(settings: Settings, periode: str) -> dict[str, Any]:
    """The content of the last line of `make month`: the state of the month and each required source's delivery."""
    with database.connect(settings) as connection:
        release = ledger.standing(connection, periode)
        found = {sumber: deliveries.newest(connection, sumber, periode) for sumber in REQUIRED}
    # A delivery that is stored but not yet accepted or refused (a gate holds it) has no status for others.
    judged = {sumber: row if row and row["status"] != "disimpan" else {} for sumber, row in found.items()}
    return {
        "periode": periode,
        "revisi": release["revisi"] if release else None,
        "status": release["status"] if release else None,
        "kiriman": [
            {"sumber": sumber, "status": row.get("status"), "kode": row.get("kode")} for sumber, row in judged.items()
        ],
    }


def to_stderr(line: str) -> None:
    """Progress goes to stderr, because stdout's last line is for machines. One write: sources report in parallel."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
