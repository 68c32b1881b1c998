"""Landing tables as migrations: each source gets its own migration, and another one for later additions.

An existing file is never changed, because an installed warehouse has applied it and refuses another content. The tables
that it makes are read from it, and only missing parts go into a new file.
"""

from __future__ import annotations

import re
from pathlib import Path

from connectors.core.source import POSTGRES_TYPE, Entity, Source

NOTICE = "Generated from connectors/*/source.yml by `python -m connectors.generate`; do not edit."
LEDGER_COLUMNS = (
    ("id_kiriman", "text not null", "Kiriman asal baris ini"),
    ("nomor_baris", "integer not null", "Nomor baris data pada berkasnya, atau urutan dalam pembacaannya"),
    ("nasib", "text check (nasib in ('digabung', 'di_luar_lingkup'))",
     "Kosong bila diolah lebih lanjut; digabung = kembar dalam kiriman; di_luar_lingkup = kabupaten lain"),
)  # fmt: skip
RAW_COLUMN = ("mentah", "jsonb", "Nilai mentah yang tidak terbaca, per kolom; kosong untuk kebanyakan baris")
# The sources of the first installation share migration 0100.
FIRST_SOURCES = ("dtjateng", "dtsen", "simnakis")
FIRST_MIGRATION = "0100_pendaratan.sql"
NUMBERS = range(100, 200)
CREATED = re.compile(r"^create table pendaratan\.(\w+) \(\n(.*?)\n\) partition", re.MULTILINE | re.DOTALL)
ADDED = re.compile(r"^alter table pendaratan\.(\w+) add column (\w+) (.+);$", re.MULTILINE)


def landing_migrations(sources: dict[str, Source], migrations: Path) -> dict[Path, str]:
    """The migrations of the landing tables of all sources, by path below `migrations`; existing ones are unchanged.

    Raises ValueError when a declaration has lost or changed a column of an existing migration, and when the numbers
    up to 0199 are used up.
    """
    files = {path: path.read_text("utf-8") for path in sorted(migrations.glob("01[0-9][0-9]_pendaratan*.sql"))}
    standing = _columns("\n".join(files.values()))
    first = migrations / FIRST_MIGRATION
    taken = {int(path.name[:4]) for path in migrations.glob("01[0-9][0-9]_*.sql")} | {NUMBERS.start}
    for nama, source in sources.items():
        missing = [_missing(f"{nama}_{name}", entity, standing) for name, entity in source.entitas.items()]
        if not (text := "\n\n".join(part for part in missing if part)):
            continue
        path = first
        if nama not in FIRST_SOURCES or any(table.startswith(f"{nama}_") for table in standing):
            number = max(taken) + 1
            if number not in NUMBERS:
                raise ValueError(f"{nama}: no number is left for its migration, expected one up to 0{NUMBERS[-1]}.")
            taken.add(number)
            path = migrations / f"0{number}_pendaratan_{nama}.sql"
        files[path] = f"{files.get(path, _head()).rstrip()}\n\n{text}\n"
    return files


def _head() -> str:
    return f"-- {NOTICE}\n-- One partition a delivery; the step attaches it. No key and no index: rows are read whole."


def _columns(text: str) -> dict[str, dict[str, str]]:
    """Table -> columns with their types, from migrations in the form that this module writes."""
    found = {
        table: dict(line.strip().rstrip(",").split(" ", 1) for line in body.splitlines())
        for table, body in CREATED.findall(text)
    }
    for table, column, kind in ADDED.findall(text):
        found[table][column] = kind
    return found


def _missing(table: str, entity: Entity, standing: dict[str, dict[str, str]]) -> str:
    """The statements for the parts of a table that no migration makes yet."""
    columns = [*LEDGER_COLUMNS, *((c.nama, POSTGRES_TYPE[c.tipe], c.arti) for c in entity.kolom), RAW_COLUMN]
    there = standing.get(table)
    if there is None:
        body = ",\n".join(f"    {nama} {kind}" for nama, kind, _ in columns)
        made = [f"create table pendaratan.{table} (\n{body}\n) partition by list (id_kiriman);"]
        made.append(f"comment on table pendaratan.{table} is {_quoted(entity.arti)};")
    else:
        declared = {nama: kind for nama, kind, _ in columns}
        if changed := sorted(nama for nama, kind in there.items() if declared.get(nama) != kind):
            raise ValueError(
                f"{table}: {', '.join(changed)} stands in a migration and is not declared so any more; expected "
                "every column that stands, with its type: deliveries lie in it. Declare a new column beside it. (A "
                "migration that was applied nowhere yet may be deleted and generated again.)"
            )
        columns = [column for column in columns if column[0] not in there]
        made = [f"alter table pendaratan.{table} add column {nama} {kind};" for nama, kind, _ in columns]
    made += [f"comment on column pendaratan.{table}.{nama} is {_quoted(arti)};" for nama, _, arti in columns]
    return "\n".join(made)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
