"""A publish killed with SIGKILL at any place and run again ends as one that was not killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from rilis_uji import decide, make_candidate, release, rows

from sinkron import failpoint, publish

RUN = "from sinkron import publish, settings; publish.publish(settings.load(), '2026-07')"
OPEN = failpoint.PUBLISH.index("publish.after_open")


@pytest.mark.parametrize("name", failpoint.PUBLISH)
def test_killed_and_run_again(katalog, name):
    release(katalog, "2026-06/1", 3)
    sha256 = make_candidate(katalog, "2026-07/1", 4)
    decide(katalog, "2026-07/1", sha256)
    environ = {**os.environ, **katalog.values, "SINKRON_FAILPOINT": f"{name}:kill"}
    killed = subprocess.run([sys.executable, "-c", RUN], env=environ, capture_output=True, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-500:]

    opened = failpoint.PUBLISH.index(name) >= OPEN
    assert rows(katalog, "select count(*) as n from publikasi.individu")[0]["n"] == (4 if opened else 3)
    active = rows(katalog, "select periode from publikasi.rilis where aktif")
    assert active == [{"periode": "2026-07" if opened else "2026-06"}]

    result = publish.publish(katalog, "2026-07")
    assert (result["id_rilis"], result["sha256"], result["aktif"]) == ("2026-07/1", sha256, True)
    assert rows(katalog, "select count(*) as n from publikasi.individu")[0]["n"] == 4
    assert rows(katalog, "select id_rilis, status from rilis.rilis order by 1") == [
        {"id_rilis": "2026-06/1", "status": "terbit"},
        {"id_rilis": "2026-07/1", "status": "terbit"},
    ]
    path = katalog.outbox / "rilis" / "2026-07" / "1" / "rilis.json"
    assert json.loads(path.read_text())["sha256"] == sha256
    assert [p.name for p in path.parent.iterdir()] == ["rilis.json"]


def test_an_unknown_place_is_an_error(katalog):
    with pytest.raises(KeyError, match="not registered"):
        failpoint.failpoint(katalog, "publish.somewhere")
