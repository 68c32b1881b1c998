"""The probabilistic stage: Splink weighs the candidates that exact rules left, by a stored, versioned model.

Weights are log2 odds (Fellegi and Sunter 1969): each comparison adds the weight of its level to the prior, which is two
matches per record. The model is trained apart (`linkage.train`, card in `linkage/models/README.md`); a month only reads
it, so that the same records give the same links.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

MODEL = Path(__file__).parent / "models" / "2026-11.json"
# The prior assumes at least this number of people, those of a district, because what agrees by chance in a whole
# district also agrees by chance in any part of it.
DISTRICT = 100_000


def comparisons() -> list[Any]:
    """The comparisons of two rows of `bukti` for Splink; the levels of each go from most to least similar."""
    import splink.comparison_level_library as level
    import splink.comparison_library as library

    other = level.ElseLevel().configure(label_for_charts="beda")

    def custom(name: str, null: str, *levels: tuple[str, str]) -> Any:
        unknown = level.CustomLevel(null, "tidak diketahui").configure(is_null_level=True)
        return library.CustomComparison(
            [unknown, *(level.CustomLevel(sql, label) for sql, label in levels), other],
            output_column_name=name,
        )

    return [
        library.CustomComparison(
            [
                level.NullLevel("nama_baku").configure(label_for_charts="tidak diketahui"),
                level.ExactMatchLevel("nama_baku", term_frequency_adjustments=True).configure(label_for_charts="sama"),
                level.CustomLevel(
                    "list_has_all(kata_l, kata_r) or list_has_all(kata_r, kata_l) or nama_urut_l = nama_urut_r"
                    " or replace(nama_baku_l, ' ', '') = replace(nama_baku_r, ' ', '')",
                    "kata yang sama, kurang atau tertukar",
                ),
                level.CustomLevel("jaro_winkler_similarity(nama_baku_l, nama_baku_r) >= 0.92", "mirip sekali"),
                level.CustomLevel(
                    "jaro_winkler_similarity(nama_baku_l, nama_baku_r) >= 0.82 or seinisial(kata_l, kata_r)", "mirip"
                ),
                other,
            ],
            output_column_name="nama",
        ),
        custom(
            "lahir", "tanggal_lahir_l is null or tanggal_lahir_r is null",
            ("tanggal_lahir_l = tanggal_lahir_r and not lahir_baku_l", "sama"),
            # Two default dates (31-12 and the like) agree in no more than the year.
            (
                "year(tanggal_lahir_l) = year(tanggal_lahir_r) and ("
                "lahir_baku_l or lahir_baku_r"
                " or day(tanggal_lahir_l) = day(tanggal_lahir_r) or month(tanggal_lahir_l) = month(tanggal_lahir_r)"
                " or (day(tanggal_lahir_l) = month(tanggal_lahir_r)"
                " and month(tanggal_lahir_l) = day(tanggal_lahir_r)))",
                "tahun sama, hari atau bulan beda",
            ),
            (
                "day(tanggal_lahir_l) = day(tanggal_lahir_r) and month(tanggal_lahir_l) = month(tanggal_lahir_r)",
                "tahun beda",
            ),
            ("abs(tanggal_lahir_l - tanggal_lahir_r) <= 31", "sebulan"),
        ),
        custom(
            "ibu", "ibu_baku_l is null or ibu_baku_r is null",
            ("ibu_baku_l = ibu_baku_r", "sama"),
            ("jaro_winkler_similarity(ibu_baku_l, ibu_baku_r) >= 0.88", "mirip"),
        ),
        custom(
            "nik", "nik_l is null or nik_r is null",
            ("nik_l = nik_r", "sama"),
            ("hamming(nik_l, nik_r) <= 2", "satu angka atau satu tukar"),
        ),
        # KK, company and address say much the same. They are one
        # comparison, because otherwise one fact would count three times.
        custom(
            "rumah", "kawan_l is null or kawan_r is null",
            ("list_contains(kawan_l, klaster_r) or list_contains(kawan_r, klaster_l)", "sudah ada di keluarga itu"),
            ("len(list_intersect(kawan_l, kawan_r)) > 1", "beberapa anggota sama"),
            ("len(list_intersect(kawan_l, kawan_r)) = 1", "satu anggota sama"),
            ("no_kk_l = no_kk_r", "nomor KK sama"),
            ("kode_desa_l = kode_desa_r and rt_l = rt_r and rw_l is not distinct from rw_r", "RT sama"),
            ("kode_desa_l = kode_desa_r", "desa sama"),
        ),
    ]  # fmt: skip


def score(con) -> int:
    """Weigh `calon` by what `bukti` says: fill `bobot` (a, b, peluang); return how many pairs were weighed."""
    con.execute("create or replace table bobot (a bigint, b bigint, peluang double)")
    if not con.sql("select count(*) from calon").fetchall()[0][0]:
        return 0
    found = _predict(con, _settings(con))
    con.execute(f"""
        insert into bobot
        select least(unique_id_l, unique_id_r) as a, greatest(unique_id_l, unique_id_r) as b,
            match_probability as peluang
        from {found.physical_name}
    """)
    found.drop_table_from_database_and_remove_from_cache()
    return con.sql("select count(*) from bobot").fetchall()[0][0]


def compare(con) -> tuple[list[tuple[str, str, float]], float]:
    """Return the comparisons of the only pair in `calon`, each as (name, level, weight in log2 odds), and its
    probability of being one person.

    The first line is the prior, `awal`. The weight of a name includes its frequency; what cannot be compared weighs 0.
    """
    settings = _settings(con) | {"retain_intermediate_calculation_columns": True}
    found = _predict(con, settings)
    (row,) = con.sql(f"from {found.physical_name}").fetchall()
    values = dict(zip(con.sql(f"from {found.physical_name}").columns, row, strict=True))
    found.drop_table_from_database_and_remove_from_cache()
    prior = settings["probability_two_random_records_match"]
    told = [("awal", "sebelum apa pun dibandingkan", log_odds(prior))]
    for comparison in settings["comparisons"]:
        name = comparison["output_column_name"]
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        # Splink counts levels from the least alike, 0, upwards; -1 is unknown.
        at = values[f"gamma_{name}"]
        label = "tidak diketahui" if at < 0 else levels[len(levels) - 1 - at]["label_for_charts"]
        weights = [value for column, value in values.items() if column in (f"mw_{name}", f"mw_tf_adj_{name}")]
        told.append((name, label, round(sum(weights), 2)))
    return told, values["match_probability"]


def log_odds(probability: float) -> float:
    """The log2 odds of a probability, rounded to a hundredth; 0 and 1 count as 1e-12 and 1 - 1e-12."""
    kept = min(max(probability, 1e-12), 1 - 1e-12)
    return round(math.log2(kept / (1 - kept)), 2)


def _settings(con) -> dict[str, Any]:
    """The stored model, with the prior that fits the number of records here."""
    settings = json.loads(MODEL.read_text(encoding="utf-8"))
    # The stored prior is that of the training sample, but agreements by chance grow with the number of people.
    records = con.sql("select count(*) from rekaman").fetchall()[0][0]
    settings["probability_two_random_records_match"] = 2 / max(records, DISTRICT)
    return settings


def _predict(con, settings: dict[str, Any]) -> Any:
    from splink import DuckDBAPI, Linker

    con.execute("""
        create or replace table calon_splink as
        select blok as match_key, a as join_key_l, b as join_key_r from calon order by a, b
    """)
    api = DuckDBAPI(con)
    linker = Linker(api.register("bukti"), settings, log_level=None, validate_settings=False)
    linker.table_management.register_blocked_pairs_for_predict(api.register("calon_splink"))
    return linker.inference.predict(warning_mode="never")
