"""The real DAGs over steps that only keep the ledger: what is tested is Airflow, the assets and the decision.

Read by a real dag-processor and by every task; the steps are put in place before the DAG files are run.
"""

import runpy
import sys
import time
from types import ModuleType

from airflow.sdk import DAG  # noqa: F401  (the words by which Airflow knows a DAG file)

from sinkron import database, ledger, outcomes, tasks
from sinkron.line import LINE, REQUIRED
from sinkron.settings import ROOT

# What the issue asks for: a rejected approval under retries=3.
tasks.DEFAULTS["retries"] = 3


def extract(settings, periode, sumber):
    return {}


def land(settings, periode, sumber):
    """All three sources of the month land within the same moment."""
    with database.connect(settings) as connection:
        connection.execute(
            "insert into buku.kiriman (id_kiriman, sumber, periode, revisi_sumber, sha256, status)"
            " values (%s, %s, %s, 0, %s, 'diterima') on conflict do nothing",
            [f"{sumber}-{periode}", sumber, periode, f"{sumber}-{periode}"],
        )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with database.connect(settings) as connection:
            landed = connection.execute(
                "select count(*) as n from buku.kiriman where periode = %s and status = 'diterima'", [periode]
            ).fetchone()["n"]
        if landed == len(REQUIRED):
            return {"status": "diterima"}
        time.sleep(0.02)
    raise TimeoutError("the other sources did not land")


def compose(settings, periode):
    with ledger.step(settings, "compose", periode, "kandidat") as run, run.transaction() as connection:
        landed = {
            row["sumber"]: row["id_kiriman"]
            for row in connection.execute("select * from buku.kiriman where periode = %s", [periode])
        }
        if missing := sorted(set(REQUIRED) - set(landed)):
            return {"siap": False, "kurang": missing}
        if candidate := ledger.candidate(connection, periode):
            built = candidate["dibangun"] is not None
            return {"siap": True, "kurang": [], "id_rilis": f"{periode}/1", "dibangun": built}
        connection.execute(
            "insert into rilis.rilis (id_rilis, periode, revisi, status, sidik_susunan, sidik_kode)"
            " values (%s, %s, 1, 'kandidat', 's', 'k')",
            [f"{periode}/1", periode],
        )
        for sumber, id_kiriman in landed.items():
            connection.execute(
                "insert into buku.susunan (id_rilis, sumber, id_kiriman) values (%s, %s, %s)",
                [f"{periode}/1", sumber, id_kiriman],
            )
    return {"siap": True, "kurang": [], "id_rilis": f"{periode}/1", "dibangun": False}


def build(settings, periode):
    with database.connect(settings) as connection:
        connection.execute("update rilis.rilis set dibangun = now() where periode = %s", [periode])
    return {}


def audit(settings, periode):
    with database.connect(settings) as connection:
        connection.execute(
            "update rilis.rilis set sha256 = encode(sha256(id_rilis::bytea), 'hex'), tabel = %s"
            " where periode = %s and status = 'kandidat'",
            ['{"individu": {"baris": 3, "sha256": "x"}}', periode],
        )
    return {"putusan": "lulus"}


def publish(settings, periode):
    """Reads the decision row and nothing else."""
    with database.connect(settings) as connection:
        row = connection.execute(
            "select r.id_rilis, p.jawaban from rilis.rilis as r"
            " left join keputusan.putusan as p on p.sha256 = r.sha256 and p.jenis = 'publish'"
            " where r.periode = %s order by r.revisi desc",
            [periode],
        ).fetchone()
        if row["jawaban"] is None:
            raise outcomes.Undecided(f"no decision on {row['id_rilis']}")
        if row["jawaban"] == "tolak":
            raise outcomes.Rejected(f"{row['id_rilis']} was rejected")
        connection.execute(
            "update rilis.rilis set status = 'terbit', diterbitkan = clock_timestamp() where id_rilis = %s",
            [row["id_rilis"]],
        )
    return {"id_rilis": row["id_rilis"]}


steps = {"extract": extract, "land": land, "compose": compose, "audit": audit, "publish": publish}
for step in LINE:
    module = ModuleType(f"sinkron.steps.{step.name}")
    module.run = steps.get(step.name, build)
    sys.modules[module.__name__] = module

for file in sorted((ROOT / "dags").glob("*.py")):
    runpy.run_path(str(file), run_name=f"real_{file.stem}")
