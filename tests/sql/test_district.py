"""What a district writes into its own seeds, as it is published."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from jinja2 import Environment

from sinkron import postgres
from sinkron.settings import Settings

PROJECT = Path(__file__).parents[2] / "dbt_project"


def _text(path: str, **names: object) -> str:
    return Environment(autoescape=False).from_string((PROJECT / path).read_text(encoding="utf-8")).render(**names)


@pytest.mark.parametrize(
    ("seed", "published"),
    [
        ("SUKA MAJU", "Suka Maju"),
        ("suka maju", "Suka Maju"),
        ("Lamerem II", "Lamerem II"),
        ("Ujung Tinggi (UPT IV)", "Ujung Tinggi (UPT IV)"),
        ("Ba'u", "Ba'u"),
        ("Air-Dingin", "Air-Dingin"),
    ],
)
def test_the_name_of_a_village(instalasi: Settings, seed: str, published: str):
    macros = Environment(autoescape=False).from_string((PROJECT / "macros/wilayah.sql").read_text("utf-8")).module
    with psycopg.connect(postgres.ensure_running(instalasi).superuser_url) as connection:
        query = f"select {macros.nama_desa('nama')} from (values (%s)) as wilayah (nama)"
        assert connection.execute(query, [seed]).fetchone() == (published,)


def test_of_a_public_figure_the_newest_that_was_out_is_shown(instalasi: Settings):
    query = _text(
        "models/release/rilis_ringkasan_kabupaten.sql",
        config=lambda **_: "", ref=lambda name: name, ambang=lambda _: "5", tanggal_acuan=lambda: "date '2026-06-30'",
        periode=lambda: "'2026-06'", id_rilis=lambda: "'2026-06/1'",
    )  # fmt: skip
    with psycopg.connect(postgres.ensure_running(instalasi).superuser_url) as connection:
        connection.execute(
            "create temp table ringkasan_sel on commit drop as select null::text as kode_desa, 'individu' as ukuran,"
            " 'semua' as kelas, 20 as jumlah, false as tersembunyi"
        )
        connection.execute(
            "create temp table angka_publik on commit drop as select * from (values ('miskin', 'semua', 300,"
            " date '2024-03-01'), ('miskin', 'semua', 200, date '2025-03-01'), ('miskin', 'semua', 100,"
            " date '2026-09-01')) as angka (ukuran, kelas, jumlah, per)"
        )
        shown = connection.execute(f"select ukuran, jumlah from ({query}) as ringkasan order by 1").fetchall()
    assert shown == [("individu", 20), ("miskin", 200)]
