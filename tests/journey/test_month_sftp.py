"""A month whose inbox and outbox lie on an SFTP server is the month that folders give."""

from __future__ import annotations

from pathlib import Path

from bulan_uji import JUNE, Bulan, Pabrik
from sftp_uji import Penyaji

import sandbox


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_month_over_sftp_is_a_month(pabrik: Pabrik, juni: Bulan, tmp_path: Path):
    jauh = pabrik.new("jauh")
    for name in ("masuk", "keluar"):
        (tmp_path / name).mkdir()
    jauh.pass_to(JUNE)
    sandbox.deliver(jauh.world, tmp_path / "masuk", JUNE)
    with Penyaji(tmp_path) as server:
        reached = server.environment("dtsen_inbox", "/masuk") | server.environment("siks_ng_outbox", "/keluar")
        code, _ = jauh.run(JUNE, "publish", **reached)
        assert code == 0, jauh.said
        read = len(server.paths("read"))
        assert jauh.run(JUNE, "publish", **reached)[0] == 0
        # What is here already is not fetched again.
        assert read == len(server.paths("read")) > 0
    said = "select sumber, sha256, sha256_isi, status from buku.kiriman order by sumber"
    assert jauh.rows(said) == juni.rows(said)
    assert jauh.tables(f"{JUNE}/1") == juni.tables(f"{JUNE}/1")
    assert not [*jauh.settings.inbox.iterdir()]
    sent, written = files(tmp_path / "keluar"), files(jauh.settings.home / "keluar")
    assert sent == written
    assert {path.partition("/")[0] for path in sent} >= {"laporan", "rilis", "ekspor"}
