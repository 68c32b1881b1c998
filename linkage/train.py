"""Train the probabilistic stage without any truth: `make train` (expectation maximisation, Winkler 1988).

How often values agree by chance (u) is measured on random pairs. How often they agree between two records of one person
(m) is estimated on pairs that carry one NIK, and for the NIK itself on pairs of one name and mother.
"""

from __future__ import annotations

import json
from pathlib import Path

SEED = 20261101
RANDOM_PAIRS = 5e6
# What the sample did not show can still happen. So no level of agreement is taken to be rarer than this among pairs of
# one person (m) or by chance (u).
LEAST_M, LEAST_U = 0.005, 1e-6


def train(con, into: Path) -> None:
    """Estimate the model's parameters from input tables (`linkage.tables`) and write them as JSON to `into`.

    All records of the month take part. Splink runs on one thread and in a fixed order, since training varies otherwise.
    """
    from splink import DuckDBAPI, Linker, SettingsCreator

    from linkage.evidence import describe
    from linkage.model import comparisons
    from linkage.run import decide_exactly

    decide_exactly(con)
    con.execute("create or replace table calon as select rid as a, rid as b from rekaman")
    describe(con)
    con.execute("set threads = 1")
    settings = SettingsCreator("dedupe_only", comparisons(), ["l.nik = r.nik"])
    linker = Linker(DuckDBAPI(con).register("bukti"), settings, log_level=None)
    linker.training.estimate_u_using_random_sampling(RANDOM_PAIRS, seed=SEED)
    for rule in ("l.nik = r.nik", "l.nama_baku = r.nama_baku and l.ibu_baku = r.ibu_baku"):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, record_sample_proportion=1.0, fix_probability_two_random_records_match=True
        )
    model = linker.misc.save_model_to_json()
    model["linker_uid"] = into.stem
    for comparison in model["comparisons"]:
        _soften([level for level in comparison["comparison_levels"] if not level.get("is_null_level")])
    into.write_text(json.dumps(model, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _soften(levels: list[dict]) -> None:
    """Raise each probability to LEAST_M or LEAST_U, and lower the most frequent level so that the sum stays 1."""
    for name, least in (("m_probability", LEAST_M), ("u_probability", LEAST_U)):
        for level in levels:
            level[name] = round(max(level.get(name, 0), least), 9)
        most = max(levels, key=lambda level: level[name])
        most[name] = round(most[name] - (sum(level[name] for level in levels) - 1), 9)
