"""A world of four months with its servers, and a sender who speaks contracts/sinks.md."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import httpx

import sandbox

MONTHS = ["2026-06", "2026-07", "2026-08", "2026-09"]
SCALE = 0.003
LOGIN = {"grant_type": "client_credentials", "client_id": sandbox.CLIENT_ID, "client_secret": sandbox.CLIENT_SECRET}
KEY = {"X-API-Key": sandbox.API_KEY}
HEAD = "id_baris;no_kk;nik;nama;program;kode_alasan;tanggal_verifikasi;bukti;kode_desa"
TAIL = "MAMPU;2026-06-10;VLP-202606-0001;33.16.08.2001"


def row_id(text: str) -> str:
    """A stable id_baris."""
    return hashlib.sha256(text.encode()).hexdigest()


def body(rows: list[dict], bulan_efektif: str = "2026-07", **other) -> bytes:
    """A body of DTJateng, rows sorted."""
    content = {"kabupaten": "3316", "bulan_efektif": bulan_efektif, "nomor_sk": "UJI/2026-07/1"}
    return json.dumps(content | {"data": sorted(rows, key=lambda row: row["id_baris"])} | other).encode()


@dataclass
class Penerima:
    """A world with a running server; `restart` serves it anew."""

    world: Path
    inbox: Path
    outbox: Path

    def __post_init__(self):
        self.server, self.client = None, None

    def restart(self, *modes: str, **options) -> httpx.Client:
        """Serve with modes on; returns a client that is logged in everywhere."""
        self.close()
        self.server = sandbox.serve(self.world, trouble=sandbox.Trouble(modes, **options))
        self.client = httpx.Client(base_url=self.server.url, timeout=20)
        token = self.client.post("/oauth/token", data=LOGIN).json()["access_token"]
        self.client.headers["Authorization"] = f"Bearer {token}"
        return self.client

    def close(self) -> None:
        """Stop serving."""
        if self.server:
            self.client.close()
            self.server.close()

    def pass_to(self, periode: str) -> Path:
        """Deliver a month: the servers move on to it."""
        return sandbox.deliver(self.world, self.inbox, periode)

    def send(self, content: bytes, path: str = "penonaktifan", key: str | None = None) -> httpx.Response:
        """POST a body under its key."""
        key = key or hashlib.sha256(content).hexdigest()
        return self.client.post(f"/v1/{path}", content=content, headers={"Idempotency-Key": key})

    def poll(self, number: str, path: str = "penonaktifan") -> tuple[str, dict[str, str]]:
        """(status, status of each row) of a receipt."""
        answer = self.client.get(f"/v1/{path}/{number}").json()
        return answer["status"], {row["id_baris"]: row["status"] for row in answer["hasil"]}

    def households(self, periode: str) -> dict[str, dict]:
        """DTJateng's households of a month by id."""
        ask = {"kabupaten": "3316", "periode": periode, "ukuran": 1000}
        return {row["id_rt"]: row for row in self.client.get("/v1/rumah-tangga", params=ask).json()["data"]}

    def on(self, program: str, count: int) -> dict[str, dict]:
        """The first households that carry a programme in every month: id_baris -> household."""
        seen = [self.households(periode) for periode in MONTHS]
        lasting = [
            household for name, household in seen[0].items()
            if all(name in month and program in aids(month[name]) for month in seen)
        ]  # fmt: skip
        assert len(lasting) >= count
        return {row_id(household["id_rt"]): household for household in lasting[:count]}


def aids(household: dict) -> list[str]:
    """The programmes that any member carries."""
    return [aid["program"] for member in household["anggota"] for aid in member["bantuan"]]


def rows_of(households: dict[str, dict], program: str) -> list[dict]:
    """A row of DTJateng for each household."""
    return [
        {
            "id_baris": name, "no_kk": household["no_kk"], "nik": household["anggota"][0]["nik"],
            "nama": household["anggota"][0]["nama"], "program": program, "kode_alasan": "MAMPU",
            "tanggal_verifikasi": "2026-06-10", "bukti": "VLP-202606-0001",
        }
        for name, household in households.items()
    ]  # fmt: skip


def made_up(count: int) -> list[dict]:
    """Rows about nobody."""
    nobody = {"no_kk": "3316010101010001", "anggota": [{"nik": "3316010101900001", "nama": "UJI"}]}
    return rows_of({row_id(f"baris {number}"): nobody for number in range(count)}, "PKH")


def install(built: Path, folder: Path) -> Penerima:
    """A copy of a built world with folders of its own."""
    shutil.copytree(built, folder / "dunia")
    return Penerima(folder / "dunia", folder / "masuk", folder / "keluar")


def line(name: str, no_kk="3316010101010001", nik="3316010101900001", nama="UJI", program="PKH") -> str:
    """A row of penonaktifan.csv."""
    return f"{name};{no_kk};{nik};{nama};{program};{TAIL}"


def csv_of(*lines: str, head: str = HEAD) -> bytes:
    """A file of these rows, sorted."""
    return "\r\n".join([head, *sorted(lines), ""]).encode()


def put(penerima, files: dict[str, bytes], bulan="2026-07", nomor="0001", seal=True, **other) -> Path:
    """Put a folder into the outbox, its manifest last; `other` is what the manifest says differently."""
    folder = penerima.outbox / "siks-ng" / bulan / nomor
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    entries = [
        {"nama": name, "sha256": hashlib.sha256(content).hexdigest(), "ukuran": len(content),
         "baris": content.count(b"\r\n") - 1 if name.endswith(".csv") else _rows(files)}
        for name, content in files.items()
    ]  # fmt: skip
    manifest = {"nomor": nomor, "nomor_sk": "UJI/2026-07/1", "bulan_efektif": bulan,
                "dibuat": "2026-06-25T10:00:00+07:00", "berkas": entries} | other  # fmt: skip
    if seal:
        (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def _rows(files: dict[str, bytes]) -> int:
    return next(content.count(b"\r\n") - 1 for name, content in files.items() if name.endswith(".csv"))


def answer(penerima, *modes: str) -> dict[str, list[str]]:
    """Let the operator work once; name of each file written -> its lines."""
    written = sandbox.answer_uploads(penerima.world, penerima.inbox, penerima.outbox, sandbox.Trouble(modes))
    assert all(path.parent == penerima.inbox / "siks-ng" / "hasil" for path in written)
    return {path.name: path.read_bytes().decode().split("\r\n") for path in written}
