"""Deliveries with a damaged file, for FUZZ_SECONDS: each is landed or refused, fast, and says nothing of a person.

`make fuzz` runs it for ten minutes. A failing round is repeated with FUZZ_SEED=<seed> FUZZ_ROUND=<round>.
"""

from __future__ import annotations

import gzip
import io
import os
import random
import time
import zipfile
from pathlib import Path

from deliveries import as_csv, dtsen
from forms import FORMS, deliver, in_form, table, write

from connectors.interface import Landed, Refusal

SECONDS = float(os.environ.get("FUZZ_SECONDS", "10"))
# A small file is read in a second; on a busy machine in ten.
ROUND_LIMIT = 60
SECRETS = ("KENARI", "33160801018000", "WARGA")
TOKENS = [
    b'"', b'""', b",", b";", b"\t", b"|", b"\r", b"\n", b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe9", b"\\", b"'",
    b"1e309", b"-1", b"\xf0\x9f\x98\x80", b"&c;", b"</c>", b"<row>", b"<!DOCTYPE", b"PAR1", b"PK\x05\x06",
    b"\x1f\x8b\x08", b"\xff\xff\xff\x7f", b"\x80" * 9, b"x" * 5000, b"," * 3000, b"XFD1048576",
]  # fmt: skip


def damaged(rng: random.Random, body: bytes) -> bytes:
    """The bytes with one to four changes."""
    content = bytearray(body)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(content) + 1)
        end = min(len(content), at + rng.choice([1, 1, 4, 60, 2000]))
        match rng.randrange(6):
            case 0:
                content[at:end] = bytes(b ^ (1 << rng.randrange(8)) for b in content[at:end])
            case 1:
                del content[at:end]
            case 2:
                content[at:at] = content[at:end] * rng.choice([1, 3])
            case 3:
                content[at:at] = rng.choice(TOKENS)
            case 4:
                content[at:end] = rng.choice(TOKENS)[: end - at]
            case 5:
                del content[at : None if rng.random() < 0.3 else end :]
    return bytes(content)


def damaged_form(rng: random.Random, form: str, rows: list[dict[str, str]]) -> bytes:
    """A file of that form, damaged in its bytes or, where checksums would find that, in what it holds."""
    whole = write(form, rows)
    inside = rng.random() < 0.7
    if form == "csv.gz" and inside:
        return gzip.compress(damaged(rng, as_csv(rows)), mtime=0)
    if form == "xlsx" and inside:
        parts = zipfile.ZipFile(io.BytesIO(whole))
        victim = rng.choice([*parts.namelist(), *["xl/worksheets/sheet1.xml"] * 6])
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
            for name in parts.namelist():
                content = parts.read(name)
                container.writestr(name, damaged(rng, content) if name == victim else content)
        return out.getvalue()
    return damaged(rng, whole)


def outcome(folder: Path, form: str, body: bytes, promised: int) -> Landed | Refusal:
    files = {n: f for n, f in in_form("csv", people()).items() if n != "anggota.csv"}
    try:
        return deliver(folder, {**files, f"anggota.{form}": (body, promised)})
    except Refusal as refusal:
        return refusal


def people() -> dict[str, list[dict[str, str]]]:
    tables = dtsen()
    for person in tables["anggota"]:
        person |= {"nama_ibu_kandung": "KENARI RAHASIA", "tempat_lahir": 'Dk. "Uji", Lor\nRT 2'}
    return tables


def test_damaged_files_are_landed_or_refused(tmp_path):
    seed = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(10**9))
    only = os.environ.get("FUZZ_ROUND")
    print(f"\nFUZZ_SEED={seed}, {SECONDS:.0f} s")
    rows, until, number = people()["anggota"], time.monotonic() + SECONDS, int(only or 0)
    seen: dict[str, int] = {}
    assert len(table(rows)) == 13
    while time.monotonic() < until:
        rng = random.Random(f"{seed}-{number}")
        form = FORMS[number % len(FORMS)]
        body = damaged_form(rng, form, rows)
        where = f"FUZZ_SEED={seed} FUZZ_ROUND={number} ({form})"
        started = time.monotonic()
        try:
            result = outcome(tmp_path / f"{number}", form, body, len(rows))
            if isinstance(result, Refusal) and result.kode == "manifest_tidak_cocok":
                # The next question: what becomes of these rows when the manifest agrees with them?
                result = outcome(tmp_path / f"{number}-cocok", form, body, result.rincian["baris"])
        except BaseException as error:
            raise AssertionError(f"{where}: neither landed nor refused") from error
        assert time.monotonic() - started < ROUND_LIMIT, f"{where}: took too long"
        if isinstance(result, Refusal):
            told = f"{result} {result.rincian}"
            assert result.__cause__ is None and (result.__context__ is None or result.__suppress_context__), where
        else:
            told = str(result.ukuran)
            assert all(f.diterima == f.dimuat + f.dikarantina for f in result.entitas.values()), where
        assert not any(secret in told.upper() for secret in SECRETS), f"{where}: tells of a person"
        kode = result.kode if isinstance(result, Refusal) else "mendarat"
        seen[f"{form} {kode}"] = seen.get(f"{form} {kode}", 0) + 1
        number += 1
        if only:
            break
    print(f"{number} rounds:", ", ".join(f"{k} {n}" for k, n in sorted(seen.items())))
    assert seen
