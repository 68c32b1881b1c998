"""Who may answer which question: from the settings, else the users of the sandbox.

Publishing asks one person. Pushing asks two different persons, and a third when a cap is exceeded; none of them may be
the officer who verified a case on the list (rules.md "Cases and deactivation"). The database enforces this.
"""

from __future__ import annotations

import psycopg

from sinkron.settings import Settings, SettingsError

# (kind, place in the row) -> setting with names separated by commas, and who is asked when it is empty.
QUESTIONS = {
    ("publish", 1): ("SINKRON_PENYETUJU_TERBIT", "uji-verifikator"),
    ("push", 1): ("SINKRON_PENYETUJU_VERIFIKATOR", "uji-verifikator"),
    ("push", 2): ("SINKRON_PENYETUJU_KEPALA", "uji-kepala"),
    ("push", 3): ("SINKRON_PENYETUJU_KETIGA", "uji-pihak-ketiga"),
}

# What `APPROVE` answers by itself, for the demo and unattended trials; every such answer is marked automatic.
AUTOMATIC = {
    "none": {},
    "publish": {"publish": "setuju"},
    "yes": {"publish": "setuju", "push": "setuju"},
    "reject": {"publish": "tolak"},
}


def mode(word: str | None) -> str:
    """The value of `APPROVE`, or `none` when it is empty. Raises SettingsError for a value not in `AUTOMATIC`."""
    word = word or "none"
    if word not in AUTOMATIC:
        *others, last = AUTOMATIC
        raise SettingsError(
            f"APPROVE must be {', '.join(others)} or {last}, got {word!r}; correct it on the command line, in the "
            "environment or in .env"
        )
    return word


def names(settings: Settings, jenis: str, urutan: int) -> list[str]:
    """User names that may answer; never empty, because Airflow lets everybody answer a question without a name."""
    setting, default = QUESTIONS[jenis, urutan]
    return [name.strip() for name in settings.values.get(setting, "").split(",") if name.strip()] or [default]


def write(connection: psycopg.Connection, settings: Settings) -> None:
    """Write into the database who may answer now; it refuses an approval by anybody else."""
    connection.execute("delete from keputusan.penyetuju")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into keputusan.penyetuju (jenis, urutan, nama) values (%s, %s, %s) on conflict do nothing",
            [(jenis, urutan, name) for jenis, urutan in QUESTIONS for name in names(settings, jenis, urutan)],
        )
