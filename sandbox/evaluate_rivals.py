"""The rivals: what other matchers would make of the same person records (exact NIK alone, and Splink 5 alone).

Both read the linkage's input table `rekaman` in one DuckDB connection and make a table (rekaman, uid).
"""

from __future__ import annotations

import logging
from typing import Any

from sandbox import score

# The best threshold that was found with the truth in view (research/perf.md section 3): an upper bound for Splink.
THRESHOLD = 0.9999
# Beyond this many records Splink on everything takes minutes and gigabytes (research/perf.md section 4).
MOST_RECORDS = 1_500_000


def measure(con: Any) -> dict[str, dict[str, float]]:
    """Score each rival against the truth in `benar`; Splink only if there are not too many records for it."""
    nik_alone(con, "nik_saja")
    found = {"NIK sama saja": score.persons(con, "nik_saja", "benar")}
    if splink_alone(con, "splink_saja"):
        found["Splink 5 saja"] = score.persons(con, "splink_saja", "benar")
    return found


def nik_alone(con: Any, into: str) -> None:
    """One person is all records with one valid NIK; each record without a valid NIK is a person of its own."""
    con.execute(f"""
        create or replace table {into} as
        select sumber || ':' || id_sumber as rekaman, nik::varchar as uid from rekaman where nik is not null
    """)


def splink_alone(con: Any, into: str) -> bool:
    """Link with Splink 5, trained on these very records, with names as delivered; False when there are too many.

    The same records give the same table: sampling is seeded, and a single thread adds numbers in one order.
    """
    if con.sql("select count(*) from rekaman").fetchall()[0][0] > MOST_RECORDS:
        return False
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_library as cl

    logging.getLogger("splink").setLevel(logging.ERROR)
    con.execute("""
        create or replace table rekaman_splink as
        select sumber || ':' || id_sumber as unique_id, nik::varchar as nik, no_kk::varchar as no_kk, nama,
            strftime(tanggal_lahir, '%Y-%m-%d') as lahir, jenis_kelamin, kode_desa
        from rekaman order by 1
    """)

    def number(column: str) -> Any:
        # Digits are compared by position: an edit distance costs fifty times as much on 16 digits and finds the same.
        return cl.CustomComparison(
            output_column_name=column,
            comparison_levels=[
                {
                    "sql_condition": f"{column}_l is null or {column}_r is null",
                    "label_for_charts": "kosong",
                    "is_null_level": True,
                },
                {"sql_condition": f"{column}_l = {column}_r", "label_for_charts": "sama"},
                {"sql_condition": f"hamming({column}_l, {column}_r) <= 2", "label_for_charts": "dua angka beda"},
                {"sql_condition": "else", "label_for_charts": "lain"},
            ],
        )

    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            number("nik"),
            number("no_kk"),
            cl.JaroWinklerAtThresholds("nama", [0.93, 0.88, 0.7]).configure(term_frequency_adjustments=True),
            number("lahir"),
            cl.ExactMatch("jenis_kelamin"),
            cl.ExactMatch("kode_desa"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("nik"), block_on("no_kk", "lahir"), block_on("nama", "lahir"), block_on("nama", "no_kk"),
        ],
    )  # fmt: skip
    threads = con.sql("select current_setting('threads')").fetchall()[0][0]
    con.execute("set threads = 1")
    api = DuckDBAPI(connection=con)
    linker = Linker(api.register("rekaman_splink"), settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match([block_on("nik", "lahir")], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (block_on("nik"), block_on("nama", "lahir")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)
    found = linker.inference.predict(threshold_match_probability=THRESHOLD)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(found, threshold_match_probability=THRESHOLD)
    con.execute(f"""
        create or replace table {into} as
        select unique_id as rekaman, cluster_id as uid from {clusters.physical_name}
    """)
    con.execute(f"set threads = {threads}")
    return True
