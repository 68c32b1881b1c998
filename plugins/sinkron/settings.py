"""The only place where our settings are read: process environment first, then `.env`, then defaults.

Proxies and certificates of the machine's environment are read where requests are made (`connectors.core.exchange`).
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.core.connection import Connection

ROOT = Path(__file__).resolve().parents[2]


class SettingsError(RuntimeError):
    """A setting is missing or contradicts what the installation already holds."""


@dataclass(frozen=True)
class Settings:
    """Everything the pipeline takes from outside, read once per call of `load`.

    `values` is the merged environment (process over `.env`); connections (`AIRFLOW_CONN_*`) are looked up there.
    Personal data is below `home`, and in the inbox and outbox that connections name (`private_folders`).
    """

    # Not in the repr: it holds every secret of the installation.
    values: dict[str, str] = field(repr=False)
    env_file: Path
    home: Path
    kabupaten: str
    nama_kabupaten: str

    @property
    def sebutan(self) -> str:
        """Kind (Kota or Kabupaten) and name of the district: codes of cities begin at 71."""
        return f"{'Kota' if self.kabupaten[3:] >= '71' else 'Kabupaten'} {self.nama_kabupaten}"

    @property
    def landing(self) -> Path:
        """Exact bytes of every delivery, content-addressed, read-only."""
        return self.home / "pendaratan"

    @property
    def work(self) -> Path:
        """Temporary files of running steps; each step removes its own."""
        return self.home / "kerja"

    @property
    def inbox(self) -> Path:
        """The folder of delivered files: connection `dtsen_inbox`, or a folder of ours. May be read-only.

        When the connection is `sftp`, this is the local mirror; `remote` brings it up to date before it is read.
        """
        return self._folder("dtsen_inbox", self.home / "masuk", self.mirrors / "dtsen_inbox")

    @property
    def outbox(self) -> Path:
        """The folder of outgoing files (`siks-ng`, `rilis`, `laporan`, `ekspor`): connection `siks_ng_outbox`, or ours.

        When the connection is `sftp`, this is a folder of ours; `remote` sends its new files to the server.
        """
        return self._folder("siks_ng_outbox", self.home / "keluar", self.home / "keluar")

    @property
    def mirrors(self) -> Path:
        """Copies of files on SFTP servers, one folder for each connection. May be deleted: they are fetched again."""
        return self.home / "cermin"

    def on_server(self, conn_id: str) -> Connection | None:
        """The connection with that id if it is `sftp`, else None. Raises SettingsError when it cannot be read."""
        found = self._connection(conn_id)
        return found if found is not None and found.conn_type == "sftp" else None

    def _connection(self, conn_id: str) -> Connection | None:
        from connectors.core.connection import connection

        try:
            return connection(conn_id, self.values)
        except KeyError:
            return None
        except ValueError as error:
            raise SettingsError(str(error)) from None

    def _folder(self, conn_id: str, own: Path, for_server: Path) -> Path:
        found = self._connection(conn_id)
        if found is None:
            return own
        if found.conn_type == "sftp":
            return for_server
        if found.conn_type != "fs" or found.path is None:
            raise SettingsError(
                f"connection {conn_id} is of type {found.conn_type}; expected fs or sftp with extra.path"
            )
        return found.path

    @property
    def sandbox(self) -> Path:
        return self.home / "sandbox"

    @property
    def postgres(self) -> Path:
        return self.home / "postgres"

    @property
    def airflow_home(self) -> Path:
        return self.home / "airflow"

    @property
    def seeds(self) -> Path:
        """Reference data under version control: thresholds, code lists, region codes."""
        return ROOT / "dbt_project" / "seeds"

    @property
    def database_url(self) -> str | None:
        """The warehouse on a real server, or None for the embedded one."""
        return self.values.get("DATABASE_URL") or None

    @property
    def installation_key(self) -> bytes:
        """Secret under which uids and `id_baris` are made; 32 bytes.

        Raises SettingsError when it does not exist yet: `make migrate` (or demo, up, month) makes it.
        """
        value = self.values.get("SINKRON_KUNCI", "")
        try:
            key = bytes.fromhex(value)
        except ValueError:
            key = b""
        if len(key) != 32:
            raise SettingsError(
                f"SINKRON_KUNCI in {self.env_file} must be 64 hex digits, got {len(value)} characters; "
                "restore the file from the backup of this installation, or run `make migrate` on a new one"
            )
        return key

    @property
    def clock_runs(self) -> bool:
        """Whether DAGs start at their times (`SINKRON_JADWAL=hidup`, the default), or only when asked for (`mati`).

        Raises SettingsError for another value.
        """
        value = self.values.get("SINKRON_JADWAL") or "hidup"
        if value not in ("hidup", "mati"):
            raise SettingsError(
                f"SINKRON_JADWAL must be hidup or mati, got {value!r}; correct it in the environment or {self.env_file}"
            )
        return value == "hidup"

    def allowed_stale(self) -> frozenset[str]:
        """Sources for which the newest earlier delivery may be used instead (`IZINKAN_LAMA=a,b`)."""
        return frozenset(s.strip() for s in self.values.get("IZINKAN_LAMA", "").split(",") if s.strip())

    def private_folders(self) -> dict[str, Path]:
        """Purpose -> folder, for all folders that may hold personal data; there is none outside them."""
        return {
            "pendaratan": self.landing,
            "kerja": self.work,
            "masuk": self.inbox,
            "cermin": self.mirrors,
            "keluar": self.outbox,
            "ekspor": self.outbox / "ekspor",
            "postgres": self.postgres,
            "sandbox": self.sandbox,
        }


def read_env_file(path: Path) -> dict[str, str]:
    """`KEY=VALUE` lines of a dotenv file; comments and blank lines ignored, quotes around a value removed."""
    values: dict[str, str] = {}
    if not path.exists():
        return values
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if not line or line.startswith("#") or "=" not in line:
            continue
        key, _, value = line.partition("=")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        values[key.strip()] = value
    return values


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing the dotenv file during the block.

    The lock is on its folder: a rename replaces the file itself, and a lock on it would stay with the old file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _append(path: Path, values: dict[str, str]) -> None:
    """Append values to a dotenv file and keep its content."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if text and not text.endswith("\n"):
        text += "\n"
    text += "".join(f"{key}={value}\n" for key, value in values.items())
    write_private(path, text)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read (0600), completely or not at all, even when the process is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load(environ: dict[str, str] | None = None) -> Settings:
    """Read the settings now. `SINKRON_HOME` and `SINKRON_ENV_FILE` move the data folder and the `.env`."""
    process = dict(os.environ if environ is None else environ)
    env_file = Path(process.get("SINKRON_ENV_FILE") or ROOT / ".env")
    values = {**read_env_file(env_file), **process}
    home = Path(values.get("SINKRON_HOME") or ROOT / "run").absolute()
    kabupaten = values.get("SINKRON_WILAYAH") or "33.16"
    return Settings(
        values=values,
        env_file=env_file,
        home=home,
        kabupaten=kabupaten,
        nama_kabupaten=values.get("SINKRON_NAMA_WILAYAH") or ("Blora" if kabupaten == "33.16" else ""),
    )


def ensure_secrets(settings: Settings, names: dict[str, int]) -> Settings:
    """Make each named secret (`{name: bytes}`) that does not exist yet, in `.env`, and read the settings again.

    When several processes start for the first time at once, one makes the secrets and the others read what it wrote.
    """
    missing = {name: size for name, size in names.items() if not settings.values.get(name)}
    if not missing:
        return settings
    with _alone(settings.env_file):
        written = read_env_file(settings.env_file)
        made = {name: secrets.token_hex(size) for name, size in missing.items() if not written.get(name)}
        if made:
            _append(settings.env_file, made)
    return load({**settings.values, **{name: made.get(name) or written[name] for name in missing}})
