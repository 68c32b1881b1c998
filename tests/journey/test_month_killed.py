"""A month that is killed again and again, and run again, ends as one that was left in peace."""

from __future__ import annotations

import random
import signal
import time

from bulan_uji import JULY, JUNE, Bulan, Pabrik, month_in_child

from sinkron import failpoint

# In the order of the line; `land` more than once, for it is the longest when little has to be built.
KILLED_IN = ("extract", "land", "land", "stage", "verify", "link", "golden", "audit")
SECONDS = 120


def unfinished(bulan: Bulan) -> list[tuple]:
    return bulan.rows("select langkah, id_jalan from buku.jalan where periode = %s and hasil = 'berjalan'", JULY)


def kill_in(bulan: Bulan, processes, step: str, dice: random.Random) -> None:
    """Start the month in a process and kill it at a random instant of a step."""
    before = {row[1] for row in unfinished(bulan)}
    process = processes.Process(target=month_in_child, args=(bulan.settings.values, JULY, "none"))
    process.start()
    deadline = time.monotonic() + SECONDS
    while not any(name == step and number not in before for name, number in unfinished(bulan)):
        assert process.is_alive() and time.monotonic() < deadline, f"{step} was not reached: {process.exitcode}"
        time.sleep(0.01)
    time.sleep(dice.uniform(0, 0.25))
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL, f"{step} ended before it was killed"


def test_killed_in_every_step_and_run_again_a_month_is_the_same(pabrik: Pabrik, juni: Bulan, juli: Bulan, processes):
    bulan = pabrik.copy(juni, "dibunuh")
    bulan.deliver(JULY)
    seed = time.time_ns()
    print(f"seed of the instants: {seed}")
    dice = random.Random(seed)
    for step in KILLED_IN:
        kill_in(bulan, processes, step, dice)
        # Nobody sees anything of it.
        assert bulan.seen()[0] == f"{JUNE}/1"
    # The short steps may have ended within that instant; these cannot.
    assert {name for name, _ in unfinished(bulan)} >= {"stage", "golden"}

    # Up to the decision in peace, then approved and killed at every place of the publish and of its first export.
    code, line = bulan.run(JULY)
    assert (code, line["revisi"], line["status"]) == (5, 1, "kandidat")
    assert bulan.tables(f"{JULY}/1") == juli.tables(f"{JULY}/1")
    places = (*failpoint.PUBLISH, "export.table", "export.written", *failpoint.FEED)
    committed = places.index("publish.after_commit")
    for number, name in enumerate(places):
        values = {**bulan.settings.values, "SINKRON_FAILPOINT": f"{name}:kill"}
        process = processes.Process(target=month_in_child, args=(values, JULY, "publish"))
        process.start()
        process.join(SECONDS)
        assert process.exitcode == -signal.SIGKILL, name
        assert bulan.releases(JULY) == [(1, "terbit" if number >= committed else "kandidat")], name

    code, line = bulan.run(JULY, "publish")
    assert (code, line["revisi"], line["status"]) == (0, 1, "terbit")
    assert bulan.seen() == juli.seen()
    assert bulan.releases(JULY) == [(1, "terbit")]
    assert (bulan.settings.outbox / "ekspor" / JULY / "1" / "datapackage.json").exists()
    for id_rilis in (f"{JUNE}/1", f"{JULY}/1"):
        assert bulan.tables(id_rilis) == juli.tables(id_rilis)
    for table in ("individu", "rumah_tangga", "peristiwa"):
        assert bulan.one(f"select count(*) from identitas.{table}") == juli.one(
            f"select count(*) from identitas.{table}"
        )
    landed = "select berkas, diterima, dimuat, dikarantina from buku.pendaratan order by id_kiriman, berkas"
    assert bulan.rows(landed) == juli.rows(landed)
    assert bulan.deliveries("dtsen", JULY) == [(1, "diterima", None)]
