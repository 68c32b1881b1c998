"""One small world for all tests of the sandbox."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import penerima_uji
import pytest

import sandbox

MONTHS = ["2026-06", "2026-07", "2026-08"]
SCALE = 0.02


@dataclass(frozen=True)
class Built:
    """A built folder and an inbox with its deliveries."""

    directory: Path
    inbox: Path

    def sql(self, query: str, periode: str = MONTHS[0]) -> list[tuple]:
        """Run SQL over a month: tables keluarga, anggota, kepesertaan and the truth (individu, kasus, …)."""
        con = duckdb.connect()
        for name in ("keluarga", "anggota", "kepesertaan"):
            path = self.inbox / "dtsen" / periode / "rev-1" / f"{name}.csv"
            con.execute(f"create view {name} as from read_csv('{path}', all_varchar = true, header = true)")
        for name in ("individu", "rumah_tangga", "rekaman", "peristiwa", "kasus"):
            con.execute(f"create view {name} as from '{self.directory / 'kebenaran' / periode / name}.parquet'")
        for name, last in (("rumah_tangga_jt", "dtjateng"), ("keluarga_sim", "simnakis")):
            path = self.directory / "layanan" / last / f"{periode}.json"
            # json rows joined by commas: one array with brackets put around it
            con.execute(
                f"create view {name} as select unnest(from_json('[' || rtrim(content, ',') || ']', '[\"json\"]')) as r"
                f" from read_text('{path}')"
            )
        return con.execute(query).fetchall()


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Built:
    """Three months at SCALE, delivered."""
    directory, inbox = tmp_path_factory.mktemp("dunia"), tmp_path_factory.mktemp("inbox")
    sandbox.build(directory, SCALE, 20260601, MONTHS)
    for periode in MONTHS:
        sandbox.deliver(directory, inbox, periode)
    return Built(directory, inbox)


@pytest.fixture(scope="session")
def four_months(tmp_path_factory) -> Path:
    """A smaller world of four months that nothing was delivered of."""
    directory = tmp_path_factory.mktemp("empat")
    sandbox.build(directory, penerima_uji.SCALE, 7, penerima_uji.MONTHS)
    return directory


@pytest.fixture
def penerima(four_months, tmp_path):
    """The same world in its last month, served, with folders of its own."""
    made = penerima_uji.install(four_months, tmp_path)
    (made.world / "sekarang").write_text(penerima_uji.MONTHS[-1])
    made.restart()
    yield made
    made.close()
