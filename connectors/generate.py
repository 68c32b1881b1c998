"""Generates files from source.yml, feed.yml and target.yml: landing DDL, dbt sources, the page in docs.

`python -m connectors.generate` writes, `python -m connectors.generate --check` exits 1 when a file differs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from connectors.core import feed
from connectors.core.feed import Feed, FeedColumn, load_feeds
from connectors.core.source import POSTGRES_TYPE, Column, Source, load_sources
from connectors.core.target import Target, load_targets
from connectors.dukcapil.connector import load_check
from connectors.migrations import LEDGER_COLUMNS, NOTICE, RAW_COLUMN, landing_migrations

FROM_ALL = NOTICE.replace("source.yml", "{source,feed,target}.yml")


def dbt_sources(source: Source) -> str:
    """The dbt source file of one source, with the Indonesian meaning of each column."""
    tables = []
    for name, entity in source.entitas.items():
        columns = [{"name": n, "description": a} for n, _, a in LEDGER_COLUMNS]
        columns += [
            {"name": c.nama, "data_type": POSTGRES_TYPE[c.tipe], "description": c.arti,
             "config": {"meta": {"peka": c.peka}}} for c in entity.kolom
        ]  # fmt: skip
        columns.append({"name": RAW_COLUMN[0], "description": RAW_COLUMN[2]})
        tables.append({"name": f"{source.nama}_{name}", "description": entity.arti, "columns": columns})
    content = {
        "version": 2,
        "sources": [{
            "name": source.nama, "schema": "pendaratan", "description": source.judul,
            "config": {"meta": {"pemilik": source.pemilik}}, "tables": tables,
        }],
    }  # fmt: skip
    return f"# {NOTICE}\n" + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)


def docs_page(sources: dict[str, Source], feeds: dict[str, Feed], targets: dict[str, Target]) -> str:
    """The page of sources for docs/: owners, how they come (with a source's delivery.md), which fields; receivers."""
    lines = ["# Sources", "", f"<!-- {FROM_ALL} -->", "",
             "| source | what | owner | connection | how | required |", "|---|---|---|---|---|---|"]  # fmt: skip
    for s in sources.values():
        how = "files" if s.akses is None else f"REST `{s.akses.jalur}`"
        lines.append(f"| `{s.nama}` | {s.judul} | {s.pemilik} | `{s.koneksi}` | {how} | {'yes' if s.wajib else 'no'} |")
    for s in sources.values():
        delivered = Path(__file__).parent / s.nama / "delivery.md"
        lines += ["", delivered.read_text("utf-8").rstrip()] if delivered.exists() else []
        for name, entity in s.entitas.items():
            title = f"{entity.arti} Key: {', '.join(entity.kunci)}."
            lines += _columns(f"pendaratan.{s.nama}_{name}", title, entity.kolom, POSTGRES_TYPE)
    lines += ["", "## Feeds", "",
              "Changes of cases, read daily by a cursor (`feed.yml`). A change without the required fields is",
              "quarantined; a change that comes again lands once.", "",
              "| feed | what | owner | connection | how |", "|---|---|---|---|---|"]  # fmt: skip
    for f in feeds.values():
        lines.append(f"| `{f.nama}` | {f.judul} | {f.pemilik} | `{f.koneksi}` | REST `{f.akses.jalur}` |")
    for f in feeds.values():
        lines += _columns(f"kasus.{f.nama}", f.arti, f.open, feed.POSTGRES_TYPE)
        if f.closed:
            apart = f"Yang dijaga kerahasiaannya dari setiap perubahan {f.nama}; tanpa pembaca."
            lines += _columns(f"pelapor.{f.nama}", apart, f.closed, feed.POSTGRES_TYPE)
    check = load_check()
    lines += ["", f"## {check.judul}", "",
              f"The identity check (`check.yml`) of {check.pemilik}, connection `{check.koneksi}`,",
              f"REST `POST {check.akses.jalur}`. Each valid NIK of a month is asked once, with name, birth date",
              "and sex of the record of the most trusted source; only the verdict and its instant are kept. Never",
              "required: without the connection or an answer a NIK is `belum_diperiksa`. Verdicts: "
              + ", ".join(f"`{verdict}`" for verdict in check.hasil) + "."]  # fmt: skip
    lines += ["", "## Receivers", "",
              "Whom Sinkron tells what was decided (`target.yml`). Receivers that are also sources are reached by the",
              "connection of the source.", "",
              "| receiver | what | owner | connection | how | |", "|---|---|---|---|---|---|"]  # fmt: skip
    for t in targets.values():
        paths = t.akses.jalur.values() if t.akses else ()
        how = (
            "REST " + ", ".join(f"`{path}`" for path in paths) if paths else f"files, answers in `{t.koneksi_balasan}`"
        )
        lines.append(f"| `{t.nama}` | {t.judul} | {t.pemilik} | `{t.koneksi}` | {how} | {t.arti} |")
    return "\n".join(lines) + "\n"


def _columns(table: str, title: str, columns: Sequence[Column | FeedColumn], types: dict[str, str]) -> list[str]:
    lines = ["", f"## `{table}`", "", title, "",
             "| column | type | required | sensitivity | meaning |", "|---|---|---|---|---|"]  # fmt: skip
    for c in columns:
        lines.append(f"| `{c.nama}` | {types[c.tipe]} | {'yes' if c.wajib else ''} | {c.peka} | {c.arti} |")
    return lines


def generated(root: Path) -> dict[Path, str]:
    """Every generated file with its content, by path below `root` (the project's folder)."""
    sources = load_sources(root / "connectors")
    files = {
        **landing_migrations(sources, root / "plugins/sinkron/migrations"),
        root / "docs/sources.md": docs_page(
            sources, load_feeds(root / "connectors"), load_targets(root / "connectors")
        ),
    }
    for s in sources.values():
        files[root / f"dbt_project/models/staging/{s.nama}/_{s.nama}__sources.yml"] = dbt_sources(s)
    return files


def main(argv: list[str] | None = None, root: Path | None = None) -> int:
    """Write the files, or with --check compare them. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 when a generated file differs")
    check = parser.parse_args(argv).check
    root = root or Path(__file__).resolve().parent.parent
    files = generated(root)
    stale = [p for p, text in files.items() if not p.exists() or p.read_text("utf-8") != text]
    if check:
        for path in stale:
            print(f"{path.relative_to(root)} differs from the declarations: run python -m connectors.generate.")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], "utf-8")
        print(f"wrote {path.relative_to(root)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
